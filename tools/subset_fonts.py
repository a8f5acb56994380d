"""Make the label's fonts: subsets of Noto Sans and Noto Sans CJK (SC, TC), OFL 1.1, with widths and coverage.

    pip install fonttools opencc
    python tools/subset_fonts.py SANS_DIR CJK_DIR

SANS_DIR holds NotoSans-{Regular,Bold}.ttf, CJK_DIR holds NotoSansCJK-{Regular,Bold}.ttc (Debian: fonts-noto-core and
fonts-noto-cjk; `apt-get download` and `dpkg -x` unpack them without installing). Regular faces hold, each as its own
region draws them, the simplified characters of GB/T 2312 (level 1: the 3,755 commonest; level 2: 3,008 more) and of
traditional ones the frequently used of Big5 (level 1: 5,401) and the forms of GB/T 2312 level 1 (OpenCC, s2t); bold
faces hold what the string tables and units need.

Writes src/leafmark/products/fonts/: six fonts, `metrics.json` (advance widths in 1/1000 em: the Latin faces
whole, of the CJK faces what is not one em) and
`coverage.json` (the characters of each weight). Written afresh each time, and the same input gives the same bytes.
"""

from __future__ import annotations

import io
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import opencc
from fontTools import subset
from fontTools.ttLib import TTFont

ROOM = Path(__file__).resolve().parents[1] / "src" / "leafmark" / "products"
FONTS = ROOM / "fonts"
TOTAL_BYTES_MAX = 3_500_000

LATIN_BLOCKS = (
    (0x20, 0x7E),  # ASCII
    (0xA0, 0x17F),  # Latin-1, Latin Extended-A
    (0x1A0, 0x1B0),  # Vietnamese horns
    (0x218, 0x21B),  # Romanian
    (0x300, 0x304),  # the commonest combining marks
    (0x386, 0x3CE),  # Greek
    (0x400, 0x45F),  # Cyrillic
    (0x1EA0, 0x1EF9),  # Vietnamese
    (0x2010, 0x2027),  # dashes, quotes, bullets
    (0x2030, 0x203A),
    (0x2070, 0x208E),  # super- and subscripts
    (0x20A0, 0x20BF),  # currency
    (0x2100, 0x2122),
    (0x2212, 0x2212),
    (0x2248, 0x2265),
    (0xFFFD, 0xFFFD),
)
CJK_SIGNS = [*range(0x3001, 0x3012), 0x3014, 0x3015, *range(0xFF01, 0xFF5F), 0xFFE5, 0x2103, 0x2248, 0x2264, 0x2265]
BOLD_CJK_EXTRA = "年月日吨克千公斤噸級级"


def simplified(last_row: int = 0xD7) -> list[str]:
    """Give GB/T 2312 from row 16 on: level 1 ends in row 55 (lead byte D7), level 2 in row 87 (F7)."""
    pairs = [
        (row, cell)
        for row in range(0xB0, last_row + 1)
        for cell in range(0xA1, 0xFF)
        if not (row == 0xD7 and cell > 0xF9)
    ]
    return [bytes(pair).decode("gb2312") for pair in pairs]


def frequent_in_big5() -> list[str]:
    """Give Big5 level 1, the 5,401 frequently used characters: A440 to C67E."""
    pairs = [
        (row, cell)
        for row in range(0xA4, 0xC7)
        for cell in (*range(0x40, 0x7F), *range(0xA1, 0xFF))
        if not (row == 0xC6 and cell > 0x7E)
    ]
    return [bytes(pair).decode("big5") for pair in pairs]


def traditional() -> list[str]:
    """Give Big5 level 1, and GB/T 2312 level 1 in traditional forms, as Taiwan and Hong Kong write them too."""
    forms = set(frequent_in_big5())
    for config in ("s2t", "s2tw", "s2hk"):
        convert = opencc.OpenCC(config).convert
        forms |= {character for one in simplified() for character in convert(one)}
    return sorted(forms)


def table_characters(lang: str) -> set[str]:
    """Give every character of a string table."""
    return set((ROOM / "strings" / f"{lang}.toml").read_text(encoding="utf-8"))


def scheme_characters() -> set[str]:
    """Give every character of the shipped schemes' titles."""
    titles = [tomllib.loads(f.read_text(encoding="utf-8"))["title"] for f in sorted((ROOM / "schemes").glob("*.toml"))]
    return {character for title in titles for text in title.values() for character in text}


def cut(source: Path, number: int, codes: set[int], keep_kern: bool) -> tuple[bytes, TTFont]:
    """Subset one face; drop hints, vertical metrics and layout but kerning."""
    options = subset.Options(font_number=number)
    options.hinting = False
    options.layout_features = ["kern"] if keep_kern else []
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 13, 14]
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "DSIG"] + ([] if keep_kern else ["GPOS", "GSUB", "GDEF"])
    options.recalc_timestamp = False
    font = subset.load_font(str(source), options)
    engine = subset.Subsetter(options)
    engine.populate(unicodes=codes)
    engine.subset(font)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue(), font


def main(sans: Path, cjk: Path) -> None:
    """Write the six fonts, the widths and the coverage."""
    FONTS.mkdir(exist_ok=True)
    latin = {code for low, high in LATIN_BLOCKS for code in range(low, high + 1)}
    widths: dict[str, Any] = {}
    coverage: dict[str, set[int]] = {"regular": set(), "bold": set()}
    total = 0
    drawn: set[int] = set()
    shared = {ord(c) for lang in ("zh-Hans", "zh-Hant") for c in table_characters(lang)} | {
        ord(c) for c in scheme_characters()
    }
    wide = {code for code in shared if code > 0x2E80} | set(CJK_SIGNS) | latin
    plans = [
        ("NotoSans", sans / "NotoSans-{}.ttf", -1, latin, latin),
        ("NotoSansSC", cjk / "NotoSansCJK-{}.ttc", 2, {ord(c) for c in simplified(0xF7)} | wide, None),
        ("NotoSansTC", cjk / "NotoSansCJK-{}.ttc", 3, {ord(c) for c in traditional()} | wide, None),
    ]
    for name, pattern, number, regular, bold in plans:
        for weight, codes in (("Regular", regular), ("Bold", bold or wide | {ord(c) for c in BOLD_CJK_EXTRA})):
            data, font = cut(
                Path(str(pattern).format(weight)), number, codes - drawn if number > 0 else codes, number < 0
            )
            (FONTS / f"{name}-{weight}.{'ttf' if number < 0 else 'otf'}").write_bytes(data)
            total += len(data)
            cmap = font.getBestCmap()
            coverage[weight.lower()] |= set(cmap)
            if number < 0:
                drawn |= set(cmap)
                em = font["head"].unitsPerEm
                widths[weight.lower()] = {
                    chr(c): round(font["hmtx"][g][0] * 1000 / em) for c, g in sorted(cmap.items())
                }
            else:
                narrow = {chr(c): font["hmtx"][g][0] for c, g in sorted(cmap.items()) if font["hmtx"][g][0] != 1000}
                widths.setdefault(f"{weight.lower()}_cjk", {}).update(narrow)
            print(f"{name}-{weight}: {len(cmap)} characters, {len(data):,} bytes")
    (FONTS / "metrics.json").write_text(
        json.dumps(widths, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
    )
    spread = {weight: "".join(map(chr, sorted(codes))) for weight, codes in coverage.items()}
    (FONTS / "coverage.json").write_text(json.dumps(spread, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"total {total:,} bytes")
    if total > TOTAL_BYTES_MAX:
        raise SystemExit(f"more than {TOTAL_BYTES_MAX:,} bytes: cut the character set")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
