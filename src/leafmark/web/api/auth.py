"""Who asks: a key with the scope of the operation, within its minute; or, of what everybody may read, nobody in particular."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from ninja.security import HttpBearer

from leafmark.web.api import use
from leafmark.web.api.keys import OF_OPERATOR, SCOPES, find_key
from leafmark.web.api.models import ApiKey
from leafmark.web.api.problems import Problem, no_key
from leafmark.web.shelf.models import Brand

LIMITS: Final = "leafmark_api_limits"
"""Attribute of a request: headers that say what is left of the minute."""


@dataclass(frozen=True)
class Client:
    """Who asks. `name`: the source of its acts; `brand`: whose data alone it sees, None of the operator and of everybody."""

    name: str = ""
    brand: Brand | None = None
    is_operator: bool = False


EVERYBODY: Final = Client()


class Needs(HttpBearer):
    """A key with a scope, sent as a bearer token (RFC 6750)."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Client:
        """Who asks; a problem where no key is sent, or one that does not open this."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != self.openapi_scheme:
            raise no_key()
        return self.authenticate(request, token.strip())

    def authenticate(self, request: HttpRequest, token: str) -> Client:
        """Who sent this key."""
        key = find_key(token)
        if key is None:
            raise Problem("bad-key", headers={"WWW-Authenticate": 'Bearer realm="leafmark", error="invalid_token"'})
        _counted(request, key)
        if self.scope not in key.scopes or (key.brand is not None and self.scope in OF_OPERATOR):
            challenge = f'Bearer realm="leafmark", error="insufficient_scope", scope="{self.scope}"'
            raise Problem("scope", f"{self.scope}: {SCOPES[self.scope]}", headers={"WWW-Authenticate": challenge})
        return Client(key.client, key.brand, key.brand is None)


class Open(Needs):
    """What everybody may read. Who sends a key is seen by it, and sees what it is for."""

    def __call__(self, request: HttpRequest) -> Client:
        """Who asks."""
        return super().__call__(request) if "Authorization" in request.headers else EVERYBODY


def _counted(request: HttpRequest, key: ApiKey) -> None:
    """Count a request; headers as of draft-ietf-httpapi-ratelimit-headers-10."""
    requests, left_s = use.count(settings.WORKSPACE.folder, key.pk)
    left = max(0, key.per_minute - requests)
    headers = {"RateLimit-Policy": f'"minute";q={key.per_minute};w=60', "RateLimit": f'"minute";r={left};t={left_s}'}
    setattr(request, LIMITS, headers)
    if requests > key.per_minute:
        raise Problem("rate-limited", f"{key.per_minute} requests a minute", headers={"Retry-After": str(left_s)})


def client_of(request: HttpRequest) -> Client:
    """Who asks, once the operation's key has been looked at."""
    found = request.auth
    assert isinstance(found, Client)
    return found
