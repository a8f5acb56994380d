"""The versions of category rules and schemes that are there: those inside Leafmark, and those frozen here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from leafmark.methods.category_rules import CategoryRules, parse_rules
from leafmark.methods.category_rules import shipped_texts as shipped_rules
from leafmark.products.schemes import Scheme, parse_scheme
from leafmark.products.schemes import shipped_texts as shipped_schemes
from leafmark.web.operate.models import FrozenRules, FrozenScheme
from leafmark.web.operate.rules.texts import Texts, sha256_of

_VERSION = re.compile(r"^version[ \t]*=[ \t]*\d+", re.MULTILINE)
_SCHEME_VERSION = re.compile(r'^version[ \t]*=[ \t]*"([^"\n]*)"', re.MULTILINE)
_NAMES_RULES = re.compile(r'^category_rules_id[ \t]*=[ \t]*"[^"\n]*"', re.MULTILINE)
_LAST_NUMBER = re.compile(r"\d+(?=\D*$)")


@dataclass(frozen=True)
class Version:
    """Category rules in a version, with the schemes that were frozen with them. `frozen`: by whom; none inside Leafmark."""

    rules: CategoryRules
    texts: Texts
    frozen: FrozenRules | None = None

    @property
    def sha256(self) -> str:
        """Of the rules' text."""
        return sha256_of(self.texts.rules)

    @property
    def schemes(self) -> list[tuple[Scheme, str]]:
        """Each scheme with the hash of its text."""
        return [(_scheme(text), sha256_of(text)) for text in self.texts.schemes]


@lru_cache(maxsize=1_024)
def _rules(text: str) -> CategoryRules:
    """A frozen text is the same for ever, so each process reads it once."""
    return parse_rules(text)


@lru_cache(maxsize=1_024)
def _scheme(text: str) -> Scheme:
    return parse_scheme(text)


def frozen_rules() -> tuple[CategoryRules, ...]:
    """The category rules that were frozen here: imports and cut-offs take them beside those inside Leafmark."""
    return tuple(map(_rules, FrozenRules.objects.order_by("pk").values_list("text", flat=True)))


def frozen_schemes() -> list[tuple[Scheme, str]]:
    """The schemes that were frozen here, each with its TOML."""
    return [(_scheme(text), text) for text in FrozenScheme.objects.order_by("pk").values_list("text", flat=True)]


def versions() -> list[Version]:
    """All versions of category rules by id, the newest of each first."""
    inside = [Version(_rules(text), Texts(text)) for text in shipped_rules()]
    frozen = FrozenRules.objects.select_related("by").prefetch_related("schemes")
    here = [
        Version(_rules(each.text), Texts(each.text, tuple(scheme.text for scheme in each.schemes.all())), each)
        for each in frozen
    ]
    return sorted(here + inside, key=lambda each: (each.rules.id, -each.rules.version))


def version_named(name: str) -> Version | None:
    """The version `id@version`; the one frozen here, should Leafmark come to have the same."""
    return next((each for each in versions() if each.rules.name == name), None)


def taken(rules: CategoryRules, schemes: Iterable[Scheme]) -> list[str]:
    """The names of these that a version has already, here or inside Leafmark."""
    there = {each.rules.name for each in versions()}
    return [name for name in (rules.name,) if name in there] + [
        name for name in map(scheme_name, schemes) if name in set(_scheme_names())
    ]


def scheme_name(scheme: Scheme) -> str:
    """`id@version`."""
    return f"{scheme.id}@{scheme.version}"


def _scheme_names() -> Iterator[str]:
    yield from (scheme_name(_scheme(text)) for text in shipped_schemes())
    yield from (scheme_name(scheme) for scheme, _ in frozen_schemes())


def text_with(sha256: str) -> tuple[str, str] | None:
    """A file's name and text by its content: of rules or of a scheme, frozen here or inside Leafmark."""
    for text in shipped_rules():
        if sha256_of(text) == sha256:
            return f"{_rules(text).name}.toml", text
    for text in shipped_schemes():
        if sha256_of(text) == sha256:
            return f"{scheme_name(_scheme(text))}.toml", text
    for kind in (FrozenRules, FrozenScheme):
        found = kind.objects.filter(sha256=sha256).first()
        if found is not None:
            return f"{found.name}.toml", found.text
    return None


def next_version(before: Version) -> Texts:
    """The texts to begin the next version with: what numbers a version goes on by one, and the schemes name the new rules."""
    newest = max(each.rules.version for each in versions() if each.rules.id == before.rules.id)
    rules = _VERSION.sub(f"version = {newest + 1}", before.texts.rules, count=1)
    named = f'category_rules_id = "{before.rules.id}@{newest + 1}"'
    there = set(_scheme_names())
    return Texts(
        rules, tuple(_NAMES_RULES.sub(named, _numbered_on(text, there), count=1) for text in before.texts.schemes)
    )


def _numbered_on(text: str, there: set[str]) -> str:
    """A scheme's text in the next version that is free; as it is, where its version ends in no number."""
    scheme = _scheme(text)
    version = scheme.version
    while f"{scheme.id}@{version}" in there:
        after = _LAST_NUMBER.sub(lambda found: str(int(found[0]) + 1), version, count=1)
        if after == version:
            return text
        version = after
    return _SCHEME_VERSION.sub(f'version = "{version}"', text, count=1)
