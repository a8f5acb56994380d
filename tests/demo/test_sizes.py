"""Package sizes: hand-written texts with known answers, and the parse rates of the real table counted another way."""

import re
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafmark.demo.sizes import PackageSize, mass_kg, parse_size

# The known answers are computed here from the legal definitions, not from the module's constants.
OZ, LB, FL_OZ, GALLON = 28.349523125e-3, 453.59237e-3, 29.5735295625e-3, 3.785411784

WEIGHED = [
    ("16 OZ", 16 * OZ),
    ("22 LB", 22 * LB),
    ("1 1/2 LB", 1.5 * LB),
    ("10 3/4 OZ", 10.75 * OZ),
    (".5 OZ", 0.5 * OZ),
    ("2/3 OZ", 2 / 3 * OZ),  # a fraction
    ("3/4 OZ", 0.75 * OZ),
    ("2/7.5 OZ", 15 * OZ),  # a pack
    ("2/5 OZ", 10 * OZ),
    ("24-12 OZ", 288 * OZ),
    ("2 - 7.5 OZ", 15 * OZ),
    ("12 OZ/6 CT", 12 * OZ),  # pieces named, size of the whole
    ("8 CT/16 OZ", 16 * OZ),
    ("10 CT/17.5 Z", 17.5 * OZ),
    ("1 LB 3.70 OZ", LB + 3.7 * OZ),
    ("4-6 OZ/1 LB", LB),  # a grade of fillets, then the size
    ("51-60/16 OZ", 16 * OZ),
    ("22515 32 OZ", 32 * OZ),  # an item code, then the size
    ("P    16 OZ", 16 * OZ),
    ("398    8 OZ", 8 * OZ),
    ("7 OZ 156174", 7 * OZ),
    ("2.7 OZ(6)", 2.7 * OZ),
    ("3-LB BAG", 3 * LB),
    ("15 00 OZ", 15 * OZ),
    ("4/1.O OZ", 4 * OZ),
    ("60 GM", 0.06),
]
POURED = [
    ("12 PK/12 OZ", 144 * FL_OZ),
    ("10/6.75 OZ", 67.5 * FL_OZ),
    ("12 OZ/12 PK", 144 * FL_OZ),
    ("6 PK 8 OZ", 48 * FL_OZ),
    ("24 PK/16.9 Z", 24 * 16.9 * FL_OZ),
    ("13 FL OZ", 13 * FL_OZ),
    ("GAL", GALLON),
    ("1/2 GAL", GALLON / 2),
    ("HALF GAL", GALLON / 2),
    ("QT", GALLON / 4),
    ("1/2 PT", GALLON / 16),
    ("2 LTR", 2.0),
    ("2 L*", 2.0),
    ("4/187 ML", 0.748),
    ("6 PK/.5 L", 3.0),
    ("12 PK/300 OZ", 300 * FL_OZ),  # twelve bottles of nine litres each are not sold: the size is the pack's
]
REFUSED = [
    ("83710413 OZ", "item code"),
    ("974006  PK", "item code"),
    ("2416.9 OZ", "absurd"),
    ("80 LB", "absurd"),
    ("18-22 LB", "range"),
    ("48-54 CT", "range"),
    ("LB", "sold by weight"),
    ("CTN", "carton"),
    ("18 IN", "dimension"),
    ("3 STEM", "dimension"),
    ("LARGE", "word"),
    ("232 REC OZ", "made up"),
    ("20 CT/13 GAL", "holds"),
    ("32 LOAD", "loads"),
    ("12 CT", "count"),
    ("75 FT", "length"),
    ("", "word"),
    ("0 OZ", "zero"),
]


@pytest.mark.parametrize(("text", "expected"), WEIGHED)
def test_a_weight_in_kilograms(text: str, expected: float) -> None:
    mass, reason = mass_kg(parse_size(text), "weight")
    assert mass == pytest.approx(expected, rel=1e-12), reason


@pytest.mark.parametrize(("text", "expected"), POURED)
def test_a_volume_in_litres_is_kilograms_of_water(text: str, expected: float) -> None:
    mass, reason = mass_kg(parse_size(text), "fluid")
    assert mass == pytest.approx(expected, rel=1e-12), reason


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_what_cannot_be_weighed_says_why(text: str, reason: str) -> None:
    mass, found = mass_kg(parse_size(text), "weight")
    assert mass is None
    assert reason in found


def test_an_ounce_is_what_the_rule_says() -> None:
    size = parse_size("12 OZ")
    assert mass_kg(size, "weight")[0] == pytest.approx(0.340194, abs=1e-6)
    assert mass_kg(size, "fluid")[0] == pytest.approx(0.354882, abs=1e-6)
    assert mass_kg(size, "fluid:0.92")[0] == pytest.approx(0.92 * 0.354882, abs=1e-6)


def test_counts_are_pieces_and_a_rule_may_weigh_a_piece() -> None:
    assert parse_size("1 DZ").units == 12
    assert parse_size("1/2 DZ").units == 6
    assert parse_size("18 CT").units == 18
    # A dozen US Large eggs weigh at least 24 ounces.
    assert mass_kg(parse_size("1 DZ"), "piece:0.0567")[0] == pytest.approx(24 * OZ, rel=1e-3)


def test_an_area_or_a_roll_of_foil() -> None:
    square_foot = 0.3048**2
    assert mass_kg(parse_size("150 SQ FT"), "area:0.036")[0] == pytest.approx(150 * square_foot * 0.036)
    assert mass_kg(parse_size("2/75.8 SQ FT"), "area:0.036")[0] == pytest.approx(151.6 * square_foot * 0.036)
    # 75 feet of foil, a foot wide, 16 micrometres of aluminium at 2,700 kg/m3: 301 grams.
    assert mass_kg(parse_size("75 FT"), "area:0.0432")[0] == pytest.approx(0.301, abs=0.001)


@pytest.mark.parametrize("rule", ["", "weigh", "piece", "area", "piece:x"])
def test_an_unknown_rule_is_an_error_not_a_guess(rule: str) -> None:
    with pytest.raises(ValueError):
        mass_kg(parse_size("12 OZ"), rule)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    size = parse_size(text)
    assert size.text == text
    assert (size.kind == "none") == bool(size.reason)
    mass, reason = mass_kg(size, "weight")
    assert (mass is None) == bool(reason)
    assert mass is None or 0 < mass <= 25


@given(st.integers(1, 60), st.decimals("0.5", "20", places=2))
def test_a_pack_weighs_its_units(units: int, ounces: object) -> None:
    one = mass_kg(parse_size(f"{ounces} OZ"), "weight")[0]
    pack, reason = mass_kg(parse_size(f"{units} PK/{ounces} OZ"), "weight")
    assert one is not None
    if pack is None:
        assert "absurd" in reason
        assert units * one > 25
    else:
        assert pack == pytest.approx(units * one)


def test_spaces_and_case_do_not_matter() -> None:
    plain, spaced = parse_size("12 OZ"), parse_size("  12    oz ")
    assert PackageSize("", plain.kind, plain.each, plain.units, plain.stated) == PackageSize(
        "", spaced.kind, spaced.each, spaced.units, spaced.stated
    )


def test_parse_rates_on_the_real_table(panel_products: list[tuple[str, str | None]]) -> None:
    """Most of grocery and little of fresh meat has a weight or volume: counted here by one crude pattern.

    The crude pattern wants a number, then OZ, LB, L, ML, GAL, QT or PT. What it finds, the parser must find too, but
    for item codes; and the parser may know more, not much more.
    """
    crude = re.compile(r"(\d|\.)[\d./ -]*\s*(FL )?(OZ|LB|L|LTR|ML|GA|GAL|QT|PT)\b")
    found: Counter[tuple[str, str]] = Counter()
    for department, text in panel_products:
        found[department, "all"] += 1
        if text is None:
            continue
        size = parse_size(text)
        ours = size.kind in {"ounce", "mass", "volume"}
        theirs = bool(crude.search(text))
        found[department, "ours"] += ours
        found[department, "theirs"] += theirs
        found[department, "missed"] += theirs and not ours
    for department, low, high in (("GROCERY", 0.82, 0.90), ("MEAT", 0.03, 0.12)):
        rate = found[department, "ours"] / found[department, "all"]
        assert low < rate < high, f"{department}: {rate:.3f}"
        assert abs(found[department, "ours"] - found[department, "theirs"]) < 0.03 * found[department, "all"]
        assert found[department, "missed"] < 0.005 * found[department, "all"]


def test_parse_rates_by_line_of_a_receipt(panel: Path) -> None:
    """Of the receipts' lines, at least 84 % of grocery and 12 % of fresh meat have a size that can be weighed."""
    rows = (
        duckdb.connect()
        .execute(
            f"""SELECT department, package_size, count(*) FROM '{panel / "transactions.parquet"}'
                JOIN '{panel / "products.parquet"}' USING (product_id)
                WHERE department IN ('GROCERY', 'MEAT') GROUP BY ALL"""
        )
        .fetchall()
    )
    lines: Counter[str] = Counter()
    weighed: Counter[str] = Counter()
    for department, text, count in rows:
        lines[department] += count
        if text is not None and mass_kg(parse_size(text), "weight")[0] is not None:
            weighed[department] += count
    assert 0.84 <= weighed["GROCERY"] / lines["GROCERY"] <= 0.92
    assert round(weighed["MEAT"] / lines["MEAT"], 2) == 0.12
