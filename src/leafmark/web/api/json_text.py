"""JSON as strangers send it: NaN, Infinity and what is nested deeper than Python reads are no JSON."""

from __future__ import annotations

import json
from typing import Any


def load(text: bytes) -> Any:
    """A JSON value.

    Raises
    ------
    ValueError : it is none.
    """
    try:
        return json.loads(text.decode("utf-8"), parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")
