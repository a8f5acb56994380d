"""A text as a reader sees it, for comparing: no case, accents, widths, mark-up, hidden or look-alike characters.

    "<b>Klima</b>neu\u200btral"  ->  "klimaneutral", and for every character of it the place it came from

Traditional Chinese is folded to simplified, accents are dropped (grün -> grun), letters of other scripts that look
Latin become Latin (Unicode UTS 39 calls them confusables; the few hundred that fonts draw alike are here). A character
is folded by itself, never by its neighbours, so that places can be kept: runs that keep their length cost nothing, and
only the others have an entry in the table of places. Time and memory are linear in the text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from typing import Final

from leafmark.factors.search import simplified

CLAUSE_BREAK: Final = "\x1f"
"""Stands where mark-up ends a block: words on both sides do not belong together."""

_CHUNK_CHARS: Final = 1 << 16
_INLINE: Final = frozenset((
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd",
    "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
))  # fmt: skip
_BLOCK: Final = frozenset((
    "address", "article", "aside", "base", "blockquote", "body", "button", "caption", "center", "col", "colgroup",
    "dd", "details", "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2",
    "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "iframe", "input", "label", "legend", "li", "link",
    "main", "menu", "meta", "nav", "noscript", "ol", "optgroup", "option", "p", "picture", "pre", "section",
    "select", "source", "summary", "svg", "table", "tbody", "td", "template", "textarea", "tfoot", "th", "thead",
    "title", "tr", "ul", "video", "audio", "canvas", "embed", "object",
))  # fmt: skip
_SPACE: Final = frozenset(("br", "img"))
_HIDDEN: Final = ("script", "style")
_TAGS: Final = _INLINE | _BLOCK | _SPACE | set(_HIDDEN)
_ENDS: Final = {
    "<!--": re.compile(r"-->"),
    "script": re.compile(r"</script[^<>]*>", re.IGNORECASE),
    "style": re.compile(r"</style[^<>]*>", re.IGNORECASE),
}
_MARK_UP: Final = re.compile(
    r"<!--|</?([a-zA-Z][a-zA-Z0-9]*)(?=[\s/>])([^<>]*)>|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});"
)
_SHOWN: Final = re.compile(r"""(?:alt|title|aria-label|placeholder)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)

_LOOK_ALIKE: Final = {
    **dict(zip("авекмнорстухѕіјһԁԛԝгпь", "abekmhopctyxsijhdqwrnb", strict=True)),  # Cyrillic, in lower case
    **dict(zip("αβεικνορτυχγω", "abeikvoptuxyw", strict=True)),  # Greek
    **dict(zip("ɑɡıʟʀɴᴀʙᴄᴅᴇꜰɢʜɪᴊᴋᴍᴏᴘꜱᴛᴜᴠᴡʏᴢøđłħŧ", "agilrnabcdefghijkmopstuvwyzodlht", strict=True)),
    **dict(zip("օոսցհ", "onugh", strict=True)),  # Armenian
    "æ": "ae", "œ": "oe", "þ": "th", "’": "'", "‘": "'", "ʼ": "'", "′": "'", "`": "'", "´": "'",
    "ㅤ": "", "ᅟ": "", "ᅠ": "", "ﾠ": "",
}  # fmt: skip
_DASHES: Final = frozenset("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fb\u00b7\u2022\u2027")


class _Table(dict[int, str]):
    """Code point -> what it is folded to, worked out when first met."""

    def __init__(self) -> None:
        super().__init__()
        self.uneven: set[str] = set()

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        self[code] = folded
        if len(folded) != 1:
            self.uneven.add(chr(code))
        return folded


@cache
def _simple() -> dict[int, str]:
    return simplified()


def _fold_character(character: str) -> str:
    for first, last in ((0x1F150, 0x1F169), (0x1F170, 0x1F189), (0x1F1E6, 0x1F1FF)):  # enclosed letters, regional signs
        if first <= ord(character) <= last:
            return chr(ord("a") + ord(character) - first)
    if character in _DASHES:
        return "-"
    if character in _LOOK_ALIKE:  # before decomposition, which would take an acute accent for a blank with a mark
        return _LOOK_ALIKE[character]
    out = []
    for part in unicodedata.normalize("NFKD", character):
        kind = unicodedata.category(part)
        if kind in ("Mn", "Me", "Cf"):
            continue
        lower = part.casefold()
        out.append("".join(_LOOK_ALIKE.get(each, _simple().get(ord(each), each)) for each in lower))
    joined = "".join(out)
    return " " if joined and not joined.strip() and character not in "\n\x1f" else joined


_TABLE: Final = _Table()


class Folded:
    """A folded text that knows the place of each of its characters in the text it was made of."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._at: list[int] = []
        self._from: list[int] = []
        self._till: list[int] = []  # end in the original of what was folded as one; -1: character by character
        self.text = ""

    def add(self, folded: str, start: int, end: int = -1) -> None:
        """Add folded characters: one for one from `start` on, or all of them for `[start, end)`."""
        if folded:
            self._at.append(self._length)
            self._from.append(start)
            self._till.append(end)
            self._parts.append(folded)
            self._length += len(folded)

    def close(self) -> Folded:
        """Join the parts."""
        self.text = "".join(self._parts)
        self._parts = []
        return self

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give the place in the original text of the folded `[start, end)`, which is not empty."""
        return self._place(start)[0], self._place(end - 1)[1]

    def _place(self, position: int) -> tuple[int, int]:
        entry = bisect_right(self._at, position) - 1
        if self._till[entry] >= 0:
            return self._from[entry], self._till[entry]
        place = self._from[entry] + position - self._at[entry]
        return place, place + 1


def fold(text: str) -> Folded:
    """Fold a text, plain or HTML, with the places of its characters."""
    folded = Folded()
    for start, end, mark in _stretches(text):
        if mark is None:
            _add_plain(folded, text, start, end)
        else:
            _add_mark(folded, text, mark)
    return folded.close()


def fold_words(text: str) -> str:
    """Fold a text without mark-up and without places: for what is compared with a folded text."""
    return text.translate(_TABLE)


def _stretches(text: str) -> Iterator[tuple[int, int, re.Match[str] | None]]:
    """Plain stretches (no match) and mark-up (its match), in order; what no reader sees is left out."""
    at = position = 0
    closed = dict.fromkeys(("<!--", *_HIDDEN), True)  # looked for in vain once, never again: time stays linear
    while (mark := _MARK_UP.search(text, position)) is not None:
        position = mark.end()
        name = (mark[1] or "").lower()
        hides = "<!--" if mark[0] == "<!--" else name if name in _HIDDEN and mark[0][1] != "/" else None
        if hides is not None:
            end = _ENDS[hides].search(text, position) if closed[hides] else None
            closed[hides] = end is not None
            if end is not None:  # never closed: a reader of plain text sees it
                yield at, mark.start(), None
                at = position = end.end()
        elif mark[0].startswith("&") or name in _TAGS:
            yield at, mark.start(), None
            yield mark.start(), mark.end(), mark
            at = position
    yield at, len(text), None


def _add_plain(folded: Folded, text: str, start: int, end: int) -> None:
    for chunk in range(start, end, _CHUNK_CHARS):
        piece = text[chunk : min(chunk + _CHUNK_CHARS, end)]
        out = piece.translate(_TABLE)
        if _TABLE.uneven.isdisjoint(piece):
            folded.add(out, chunk)
            continue
        run = 0
        for place, character in enumerate(piece):
            if character in _TABLE.uneven:
                folded.add(piece[run:place].translate(_TABLE), chunk + run)
                folded.add(_TABLE[ord(character)], chunk + place, chunk + place + 1)
                run = place + 1
        folded.add(piece[run:].translate(_TABLE), chunk + run)


def _add_mark(folded: Folded, text: str, mark: re.Match[str]) -> None:
    if mark[0].startswith("&"):
        folded.add(html.unescape(mark[0]).translate(_TABLE), mark.start(), mark.end())
        return
    name = mark[1].lower()
    if name not in _INLINE:
        folded.add(" " if name in _SPACE else CLAUSE_BREAK, mark.start(), mark.end())
    for shown in _SHOWN.finditer(text, mark.start(2), mark.end(2)):
        group = 1 if shown[1] is not None else 2
        folded.add(CLAUSE_BREAK, shown.start(), shown.start(group))
        _add_plain(folded, text, shown.start(group), shown.end(group))
        folded.add(CLAUSE_BREAK, shown.end(group), shown.end())
