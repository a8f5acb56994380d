"""Rows that are written once: what was found, decided or changed, by whom and when. A correction is another row."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models


class WrittenOnceError(Exception):
    """Somebody tried to change or remove a row that is written once."""


class WrittenOnceRows(models.QuerySet):
    """Rows that are added and read."""

    def update(self, **values: Any) -> NoReturn:
        """Refused."""
        raise WrittenOnceError(f"{self.model.__name__}: rows of a record are never changed; add another")

    def delete(self) -> NoReturn:
        """Refused."""
        raise WrittenOnceError(f"{self.model.__name__}: rows of a record are never removed")


class WrittenOnce(models.Model):
    """A row that is never changed."""

    objects = WrittenOnceRows.as_manager()

    class Meta:
        """No table of its own."""

        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write it, once."""
        if not self._state.adding:
            raise WrittenOnceError(f"{type(self).__name__}: rows of a record are never changed; add another")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise WrittenOnceError(f"{type(self).__name__}: rows of a record are never removed")
