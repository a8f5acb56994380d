"""The application that a WSGI server loads."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Final

from django.core.wsgi import get_wsgi_application

from leafmark.web.serve import SERVED

PR_SET_PDEATHSIG: Final = 1


def end_with_parent() -> None:
    """End when the server does, however it ends: a worker left behind would go on answering at its port (Linux: prctl(2))."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if os.environ.get(SERVED):
    end_with_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leafmark.web.settings")
application = get_wsgi_application()
