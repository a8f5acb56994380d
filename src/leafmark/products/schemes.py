"""The schemes that come with Leafmark, and all that reading and asking one takes: the model, its words, its parser.

TOML in `schemes/` -> `parse_scheme` (scheme_reading) -> `Scheme` (scheme_model) -> `grade` (grading)
"""

from __future__ import annotations

from importlib import resources

from .scheme_model import (
    CERTIFICATION,
    CLASSES_MAX,
    KINDS,
    LETTER_KINDS,
    REGISTRY_RECORD,
    REQUIREMENTS,
    STATES,
    ClassLimit,
    Evidence,
    IndexRule,
    Scheme,
    Source,
)
from .scheme_reading import SchemeError, parse_scheme

__all__ = [
    "CERTIFICATION",
    "CLASSES_MAX",
    "KINDS",
    "LETTER_KINDS",
    "REGISTRY_RECORD",
    "REQUIREMENTS",
    "STATES",
    "ClassLimit",
    "Evidence",
    "IndexRule",
    "Scheme",
    "SchemeError",
    "Source",
    "get_scheme",
    "parse_scheme",
    "shipped_schemes",
    "shipped_texts",
]


def shipped_texts() -> list[str]:
    """Give the schemes that come with the package as their TOML."""
    folder = resources.files(__package__) / "schemes"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return [f.read_text(encoding="utf-8") for f in files]


def shipped_schemes() -> dict[str, Scheme]:
    """Give the schemes that come with the package, by id."""
    return {scheme.id: scheme for scheme in map(parse_scheme, shipped_texts())}


def get_scheme(scheme_id: str) -> Scheme:
    """Give one shipped scheme by its id, or by the last part of it where only one ends so: `declared`.

    Raises
    ------
    ValueError
        If there is none of that id; the message lists those there are.
    """
    schemes = shipped_schemes()
    found = [each for each in schemes if scheme_id in (each, each.rpartition(".")[2])]
    if len(found) != 1:
        raise ValueError(f"scheme {scheme_id!r} is not shipped; there are: {', '.join(sorted(schemes))}")
    return schemes[found[0]]
