"""A draft's texts: brought into one form, hashed, read, and what is wrong with them field by field and line by line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

from leafmark.methods.category_rules import CategoryRules, CategoryRulesError, parse_rules
from leafmark.methods.toml_shape import Fault, fault
from leafmark.products.scheme_reading import SchemeError
from leafmark.products.schemes import Scheme, parse_scheme
from leafmark.web.operate.rules.lines import line_of

SCHEMES_MAX: Final = 10
SAID: Final = {
    "names_rules": "expected the rules of this draft, {expected}, found {found}",
    "scheme_twice": "{found} stands twice in this draft",
}
"""What is wrong with texts that are right one by one, and not together."""


@dataclass(frozen=True)
class Texts:
    """Category rules and the schemes that name them, as TOML."""

    rules: str
    schemes: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """Of all of them."""
        return sha256_of(json.dumps([self.rules, *self.schemes], ensure_ascii=False))


@dataclass(frozen=True)
class Placed:
    """A fault of one of the texts: 0 is the rules, 1 the first scheme. `line`: from 1, none where nothing stands there."""

    part: int
    line: int | None
    fault: Fault


@dataclass(frozen=True)
class Reading:
    """What texts come to; of one that has faults nothing."""

    rules: CategoryRules | None
    schemes: tuple[Scheme | None, ...]
    faults: tuple[Placed, ...]


def texts_of(rules: str, schemes: Iterable[str]) -> Texts:
    """Texts in one form: lines end in one way, and a scheme without a word is none."""
    return Texts(_tidy(rules), tuple(_tidy(each) for each in schemes if each.strip()))


def _tidy(text: str) -> str:
    return "\n".join(text.replace("\r\n", "\n").replace("\r", "\n").rstrip().split("\n")) + "\n"


def sha256_of(text: str) -> str:
    """The hash of a text's bytes in UTF-8, as `sha256sum` gives it of the downloaded file."""
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=256)
def read(texts: Texts) -> Reading:
    """Read a draft's texts, each by its own parser, and hold them to each other."""
    rules, faults = None, []
    try:
        rules = parse_rules(texts.rules)
    except CategoryRulesError as error:
        faults += _placed(0, texts.rules, error.faults)
    schemes: list[Scheme | None] = []
    for part, text in enumerate(texts.schemes, start=1):
        try:
            schemes.append(parse_scheme(text))
        except SchemeError as error:
            schemes.append(None)
            faults += _placed(part, text, error.faults)
    for part, text in enumerate(texts.schemes, start=1):
        faults += _placed(part, text, _together(rules, schemes, part - 1))
    return Reading(rules, tuple(schemes), tuple(sorted(faults, key=lambda each: (each.part, each.line or 0))))


def _together(rules: CategoryRules | None, schemes: list[Scheme | None], place: int) -> Iterator[Fault]:
    scheme = schemes[place]
    if scheme is None:
        return
    if rules is not None and scheme.category_rules_id != rules.name:
        yield fault(SAID, "category_rules_id", "names_rules", scheme.category_rules_id or "–", rules.name)
    if (scheme.id, scheme.version) in {(each.id, each.version) for each in schemes[:place] if each is not None}:
        yield fault(SAID, "version", "scheme_twice", f"{scheme.id}@{scheme.version}")


def _placed(part: int, text: str, faults: Iterable[Fault]) -> list[Placed]:
    return [Placed(part, line_of(text, each), each) for each in faults]


def worked(name: str) -> str:
    """A worked example: `rules` or `scheme`."""
    return (resources.files(__package__) / "worked" / f"{name}.toml").read_text(encoding="utf-8")
