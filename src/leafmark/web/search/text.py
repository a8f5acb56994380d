"""Folding: texts that mean the same word become the same letters.

Width and compatibility forms by NFKC, case by casefold, accents dropped, Traditional Chinese to Simplified by OpenCC (phrases
first, then each character alone, so that a character is folded alike in any company). Chinese is segmented by rjieba in search
mode, without guesses at unknown words: what its dictionary lacks falls into single characters, and pairs of neighbours
(fields.py) find it again. English plurals are folded by the s-stemmer (Harman 1991, "How effective is suffixing?", Journal of
the American Society for Information Science 42(1), table 1) with our exceptions for -xes, -ches, -shes, -sses, -zes and -oes.

All of it runs on a thousand texts at once, a text per line: the calls cost more than the letters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

import opencc
import rjieba

UNSEEN: Final = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff"
"""Characters without a look of their own: soft hyphen, zero-width and direction marks, variation selectors."""
UNSAFE: Final = "\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
"""Control characters, line ends and halves of surrogate pairs: each may end a line here or be refused as UTF-8."""
ODD: Final = re.compile(f"[{UNSEEN}{UNSAFE}]")
ALL_UNSEEN, ALL_UNSAFE = re.compile(f"[{UNSEEN}]+"), re.compile(f"[{UNSAFE}]+")
HAN: Final = re.compile("([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+)")
"""Runs without spaces between words: Chinese, and kana and hangul, which are found by pairs alone."""
ACCENTS: Final = re.compile("[\u0300-\u036f]+")
AMOUNT: Final = re.compile(r" (?<=\d )(?=(?:kg|mg|g|ml|cl|dl|l|mm|cm|m|w|kw|kwh|v|gb|tb|mb|mah|inch|oz|lb)\b)")
"""The space between a number and its unit. The space stands first since the search for it is then twice as fast."""
NUMBER_AND_UNIT: Final = re.compile(r"(\d[\d.,]*)([a-z]+)")
FIRST_HAN, LAST_HAN = 0x3400, 0x9FFF
WORDS_KEPT = 65_536
"""Latin words whose forms are remembered, the last used ones."""


@cache
def _script() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _characters() -> tuple[re.Pattern[str], dict[str, str]]:
    """What becomes of each Chinese character on its own, where that is another one, and what finds those.

    The forms of Hong Kong and Taiwan count too (衞, 簷), but for 么, which OpenCC takes for a form of 幺.
    """
    alone = [chr(code) for code in range(FIRST_HAN, LAST_HAN + 1)]
    folded = list(alone)
    for standard in ("t2s", "hk2s", "tw2s", "t2s"):
        folded = opencc.OpenCC(standard).convert("\n".join(folded)).split("\n")
    others = {one: other for one, other in zip(alone, folded, strict=True) if one != other and one != "么"}
    return re.compile(f"[{''.join(others)}]"), others


def one_line(text: str) -> str:
    """The text without line ends, control characters, and characters that nobody sees."""
    if ODD.search(text) is None:
        return text
    return ALL_UNSEEN.sub("", ALL_UNSAFE.sub(" ", text))


def fold(lines: str) -> str:
    """Fold texts that `one_line` gave, one per line; the lines stay lines."""
    if lines.isascii():
        return AMOUNT.sub("", lines.lower())
    folded = unicodedata.normalize("NFKC", lines).casefold()
    if not unicodedata.is_normalized("NFD", folded):
        folded = unicodedata.normalize("NFC", ACCENTS.sub("", unicodedata.normalize("NFD", folded)))
    pattern, alone = _characters()
    return AMOUNT.sub("", pattern.sub(lambda found: alone[found[0]], _script().convert(folded)))


def stem(word: str) -> str:
    """The singular of an English plural, as far as its ending tells.

    Examples
    --------
    >>> [stem(word) for word in ("berries", "glasses", "dishes", "oranges", "tomatoes", "shoes", "glass", "citrus")]
    ['berry', 'glass', 'dish', 'orange', 'tomato', 'shoe', 'glass', 'citrus']
    """
    if len(word) < 4 or not word.endswith("s") or word.endswith(("us", "ss")):
        return word
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if word.endswith(("xes", "ches", "shes", "sses", "zes")) or (word.endswith("oes") and len(word) > 5):
        return word[:-2]
    return word[:-1]


@lru_cache(WORDS_KEPT)
def forms(word: str) -> str:
    """A Latin word with all that finds it: its singular, its parts joined, the number and the unit of an amount."""
    joined = word.replace("-", "")
    amount = NUMBER_AND_UNIT.fullmatch(word)
    return " ".join(dict.fromkeys((word, stem(word), joined, stem(joined), *(amount.groups() if amount else ()))))


def segments(runs: str) -> list[str]:
    """Chinese of folded lines as words with spaces between, sub-words of long words among them."""
    return " ".join(rjieba.cut_for_search(runs, False)).split("\n")


def words_and_runs(lines: str) -> str:
    """Of texts, one per line, first each one's words and then each one's Chinese runs, folded and with spaces between."""
    split = [HAN.split(line) for line in fold(lines).split("\n")]
    runs = "\n".join([" ".join(parts[1::2]) for parts in split])
    latin = (" ".join(map(forms, " ".join(parts[::2]).split())) for parts in split)
    words = [f"{of_latin} {of_han}" for of_latin, of_han in zip(latin, segments(runs), strict=True)]
    return "\n".join(words) + "\n" + runs


def query_runs(folded: str) -> list[list[str]]:
    """The words of each Chinese run of a folded query, longest words only."""
    return [rjieba.cut(run, False) for run in HAN.findall(folded)]


@cache
def _to_traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def to_traditional(word: str) -> str:
    """A folded word in Traditional characters, for showing it."""
    shown: str = _to_traditional().convert(word)
    return shown
