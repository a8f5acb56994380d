"""Which encoding a file of text is in: its mark, else strict UTF-8, else what its double bytes are commonest in.

GB18030 and Big5 both accept almost any bytes, so that a file can be read as either is no sign. Both tables put the
characters in daily use into a first level (GB/T 2312-1980: rows 16 to 55, bytes B0 to D7 and A1 to FE; Big5: A4 to C6),
and punctuation below it. Text in the right encoding lies almost wholly in there; in the wrong one, hardly half.
Windows-1252 is what is left: accented letters stand alone, and rarely before a byte that makes such a pair.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

_PIECE_BYTES = 8 << 20
_SAMPLE_BYTES = 4 << 20
_DAILY_SHARE_MIN = 0.75
_BROKEN_SHARE_MAX = 0.1
_NUL_SHARE_MIN = 0.2
"""Of the bytes at even, or at odd, places: Latin letters in UTF-16 have one in two."""

_GB_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]|[\x80-\xff]")
_GB_DAILY = re.compile(rb"[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]")
_BIG5_DAILY = re.compile(rb"[\xa1-\xa3\xa4-\xc6][\x40-\x7e\xa1-\xfe]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """What a file was read as. `sure`: a mark or strict UTF-8 says so; else it was concluded from its letters."""

    codec: str
    name: str
    sure: bool
    skip: int = 0
    broken: bool = False


_MARKS = (
    (codecs.BOM_UTF8, Encoding("utf-8", "UTF-8 with its mark", True, 3)),
    (codecs.BOM_UTF16_LE, Encoding("utf-16-le", "UTF-16, little endian", True, 2)),
    (codecs.BOM_UTF16_BE, Encoding("utf-16-be", "UTF-16, big endian", True, 2)),
)
_UTF8 = Encoding("utf-8", "UTF-8", True)


def detect(data: bytes) -> Encoding | None:
    """Give the encoding of a file's bytes; None where it is none of those known."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding if encoding.skip == 2 or _decodes(data, "utf-8") else _broken(data, encoding)
    return _utf16_without_mark(data) or _utf8(data) or _double_byte(data)


def pieces(data: bytes, encoding: Encoding) -> Iterator[bytes]:
    """Yield the file's text as UTF-8, piece by piece; what cannot be decoded is U+FFFD, which rejects its row."""
    if encoding.codec == "utf-8" and not encoding.broken:
        yield data[encoding.skip :] if encoding.skip else data
        return
    decoder = codecs.getincrementaldecoder(encoding.codec)("replace")
    for start in range(encoding.skip, len(data), _PIECE_BYTES):
        piece = data[start : start + _PIECE_BYTES]
        text = decoder.decode(piece, final=start + _PIECE_BYTES >= len(data))
        yield text.encode("utf-8", "replace")


def _decodes(data: bytes, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)("strict")
    try:
        for start in range(0, len(data), _PIECE_BYTES):
            decoder.decode(data[start : start + _PIECE_BYTES], final=start + _PIECE_BYTES >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def _utf16_without_mark(data: bytes) -> Encoding | None:
    sample = data[:_SAMPLE_BYTES]
    half = max(1, len(sample) // 2)
    high, low = sample[1::2].count(0) / half, sample[0::2].count(0) / half
    if high > _NUL_SHARE_MIN and low < high / 10:
        return Encoding("utf-16-le", "UTF-16 without its mark, little endian", False)
    if low > _NUL_SHARE_MIN and high < low / 10:
        return Encoding("utf-16-be", "UTF-16 without its mark, big endian", False)
    return None


def _utf8(data: bytes) -> Encoding | None:
    """Strict UTF-8, or UTF-8 with a few broken bytes: a file cut inside a character, or glued from two."""
    return _UTF8 if _decodes(data, "utf-8") else _broken(data, _UTF8)


def _broken(data: bytes, encoding: Encoding) -> Encoding | None:
    text = data[:_SAMPLE_BYTES].decode("utf-8", "replace") + data[-64:].decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(1 for char in text if char > "\x7f") - broken
    if whole and broken <= max(2, whole * _BROKEN_SHARE_MAX) and whole > broken:
        return Encoding("utf-8", f"{encoding.name}, with broken bytes", encoding.sure, encoding.skip, broken=True)
    return None


def _double_byte(data: bytes) -> Encoding | None:
    sample = data[:_SAMPLE_BYTES]
    pairs = _GB_PAIR.findall(sample)
    count = max(1, len(pairs))
    found = [
        (sum(1 for pair in pairs if daily.fullmatch(pair)) / count, codec, name)
        for daily, codec, name in ((_GB_DAILY, "gb18030", "GB18030"), (_BIG5_DAILY, "big5hkscs", "Big5"))
    ]
    for share, codec, name in sorted(found, reverse=True):
        if share >= _DAILY_SHARE_MIN and _decodes(data, codec):
            return Encoding(codec, name, False)
    return Encoding("cp1252", "Windows-1252", False) if _decodes(data, "cp1252") else None
