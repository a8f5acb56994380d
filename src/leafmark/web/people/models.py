"""Users and what they may do.

A user is a consumer; she may be a member of brands, an operator or an auditor besides. Brand data are for the brand's members and
for operators and auditors; auditors read and change nothing.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone


class Users(BaseUserManager["User"]):
    """Makes users by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user with a hashed password; without one she cannot log in until she sets one."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An operator."""
        return self.create_user(email, password, is_operator=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        """By address, in whatever case it is written."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=80, blank=True)
    subject = models.CharField(max_length=64, unique=True, null=True, help_text="Whose account in the ledger")
    is_operator = models.BooleanField(default=False)
    is_auditor = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)

    objects = Users()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.email

    @property
    def sees_all(self) -> bool:
        """Whether every brand's data are open to her."""
        return self.is_operator or self.is_auditor


class Membership(models.Model):
    """A user's part in a brand."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    brand = models.ForeignKey("shelf.Brand", models.CASCADE, related_name="memberships")
    may_publish = models.BooleanField(
        default=False, help_text="Second pair of eyes: confirms what another member prepared"
    )

    class Meta:
        """One part in a brand each."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "brand"], name="once_in_a_brand")]

    def __str__(self) -> str:
        return f"{self.user} in {self.brand}"
