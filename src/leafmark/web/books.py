"""The consumers' ledger, opened once in each process.

All processes of a site seal on one chain, `site`: each batch waits for the one before it, in whichever process that was made.
"""

from __future__ import annotations

import atexit
import os
import threading

from django.conf import settings

from leafmark.ledger.ledger import Ledger, open_ledger

WRITER = "site"

_lock = threading.Lock()
_opened: dict[str, Ledger] = {}
_inherited: list[Ledger] = []
"""Ledgers of the process that this one was forked from: their threads are not here, so a post to them would wait for ever."""


def _leave_to_parent() -> None:
    global _lock
    _lock = threading.Lock()
    _inherited.extend(_opened.values())
    _opened.clear()


os.register_at_fork(after_in_child=_leave_to_parent)


def ledger() -> Ledger:
    """The ledger of the workspace.

    Raises
    ------
    StoreError : it cannot be opened, or is no ledger of this Leafmark.
    """
    address = settings.WORKSPACE.ledger
    with _lock:
        if address not in _opened:
            _opened[address] = open_ledger(address, WRITER)
            if len(_opened) == 1:
                atexit.register(close)
        return _opened[address]


def close() -> None:
    """Let go of it, as at the end of the process."""
    with _lock:
        for each in _opened.values():
            each.close()
        _opened.clear()
