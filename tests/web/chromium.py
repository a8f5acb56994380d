"""The system's Chromium for tests of pages: where it is, how it is started, and the marks of tests that need it."""

from __future__ import annotations

import shutil

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
IN_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium here, and no test downloads one: apt-get install chromium"
    ),
]
"""`pytestmark` of a file; a single test takes them by `in_chromium`."""


def in_chromium(test: object) -> object:
    """Mark one test."""
    for mark in IN_CHROMIUM:
        test = mark(test)
    return test
