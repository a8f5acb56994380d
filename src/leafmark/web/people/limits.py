"""How often a log-in may fail: by name and address together (django-axes), and by address over all names.

Why twenty names and not a number of failures, and whose word on an address is taken: docs/decisions/0006-log-in-limits.md.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpRequest

NAMES_MAX: Final = 20
"""Names that may fail from one address within `AXES_COOLOFF_TIME`."""
IPV6_PREFIX: Final = 64
"""Bits of an IPv6 address that are one household's."""


def client_address(request: HttpRequest) -> str | None:
    """The reader's address, of IPv6 its first 64 bits; None where only a proxy's is known, which is everybody's.

    The connection's own, or, from a proxy that the workspace names, the last of `X-Forwarded-For` that is no such proxy.
    """
    proxies = settings.WORKSPACE.proxies
    found = _address(request.META.get("REMOTE_ADDR", ""))
    if found is None or (settings.WORKSPACE.https and not proxies):
        return None
    forwarded = [_address(each) for each in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    while found is not None and any(found in network for network in proxies):
        found = forwarded.pop() if forwarded else None
    if isinstance(found, IPv6Address):
        return str(ip_network((found, IPV6_PREFIX), strict=False).network_address)
    return None if found is None else str(found)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)
    return mapped or found


class Limits(AxesDatabaseHandler):
    """The lock by name and address, and beside it the one by address."""

    def is_locked(self, request: Any, credentials: dict[str, Any] | None = None) -> bool:
        """Whether this attempt has to wait."""
        return bool(super().is_locked(request, credentials)) or _stormed(request)

    def user_login_failed(self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any) -> None:
        """Note a failure; nothing more is noted of an address that waits."""
        if request is not None and _stormed(request):
            request.axes_locked_out = True
            request.axes_credentials = credentials
            return
        super().user_login_failed(sender, credentials, request, **kwargs)


def _stormed(request: Any) -> bool:
    """Whether too many names failed from this address of late."""
    if request.axes_ip_address is None:
        return False
    lately = AccessAttempt.objects.filter(
        ip_address=request.axes_ip_address, attempt_time__gte=get_cool_off_threshold(request)
    )
    return bool(lately.order_by().values("username").distinct().count() >= NAMES_MAX)
