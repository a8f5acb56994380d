"""Each kind of fault is found in its row and field, and all come at once."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from factor_rows import TOML, Row, factor, source, total_only, write_pack
from hypothesis import example, given
from hypothesis import strategies as st

from leafmark.factors import reading
from leafmark.factors.check import check, summary
from leafmark.factors.check_across import overlaps
from leafmark.factors.fault import Fault, PackError
from leafmark.factors.gsd import defaults, gsd_of_pedigree, gsd_of_range, rows
from leafmark.factors.model import Pack


def places(faults: list[Fault]) -> list[tuple[str, int, str]]:
    return [(fault.file, fault.row, fault.field) for fault in faults]


def only_fault(folder: Path) -> Fault:
    faults = check(folder)
    assert len(faults) == 1, "\n".join(map(str, faults))
    return faults[0]


def test_a_sound_pack_has_no_fault(tmp_path: Path) -> None:
    assert check(write_pack(tmp_path, [factor()])) == []


# One cell damaged, one fault, in row 2: (cells, field, words the message must hold).
ONE_CELL: list[tuple[dict[str, object], str, str]] = [
    ({"co2e_kg": "NaN"}, "co2e_kg", "leave the cell empty"),
    ({"co2e_kg": "-"}, "co2e_kg", "leave the cell empty"),
    ({"co2e_kg": "inf"}, "co2e_kg", "number"),
    ({"co2e_kg": "1e999"}, "co2e_kg", "too large"),
    ({"co2e_kg": "0,207"}, "co2e_kg", "decimal point"),
    ({"co2e_kg": "000402"}, "co2e_kg", "was a decimal point lost"),
    ({"co2e_kg": "-0.2"}, "co2e_kg", "from 0"),
    ({"co2e_kg": "about 2"}, "co2e_kg", "write digits"),
    ({"co2e_kg": ""}, "co2e_kg", "an empty cell"),
    ({"data_year": "2021.5"}, "data_year", "digits only"),
    ({"data_year": "21"}, "data_year", "from 1900"),
    ({"valid_from": "01/01/2023"}, "valid_from", "YYYY-MM-DD"),
    ({"valid_from": "2023-02-30"}, "valid_from", "no such day"),
    ({"valid_to": "2023-01-01"}, "valid_to", "half open"),
    ({"superseded_on": "2023-06-28"}, "superseded_on", "published_on"),
    ({"name_en": "Grid\x07"}, "name_en", "control character"),
    ({"name_en": "two\nlines"}, "name_en", "line break"),
    ({"name_en": "x" * 5000}, "name_en", "at most"),
    ({"factor_id": "wrong"}, "factor_id", "KEY@REGION:BOUNDARY:YEAR"),
    ({"key": "Electricity Grid"}, "key", "dotted lower case"),
    ({"key": "vcs.carbon_credit"}, "key", "lowers no figure of a product"),
    ({"key": "offset.forest"}, "key", "lowers no figure of a product"),
    ({"theme": "power"}, "theme", "one of grid"),
    ({"region": "GBR"}, "region", "write GB"),
    ({"boundary": "scope2"}, "boundary", "one of direct"),
    ({"unit": "kwhh"}, "unit", "did you mean kWh"),
    ({"unit": "USD"}, "unit", "price basis"),
    ({"unit": "t.km"}, "unit", "t_km"),
    ({"gwp_set": "AR3"}, "gwp_set", "one of SAR"),
    ({"f_gases": "HFC999=1"}, "f_gases", "HFC999"),
    ({"gsd": "0.9"}, "gsd", "from 1 to"),
    ({"gsd": ""}, "gsd", "empty"),
    ({"gsd": "1"}, "gsd", "constants only"),
    ({"gsd": "1.2", "gsd_basis": "constant"}, "gsd", "certain by definition"),
    ({"gsd": "1.2"}, "gsd", "1.0287"),
    ({"gsd_basis": ""}, "gsd_basis", "empty"),
    ({"gsd_basis": "default:nothing"}, "gsd_basis", "default:grid_statutory"),
    ({"gsd_basis": "guessed"}, "gsd_basis", "published, constant or default:RULE"),
    ({"gsd": "2.0", "gsd_basis": "default:spend_sector"}, "gsd_basis", "theme grid"),
    ({"source_id": "nobody"}, "source_id", "sources.csv"),
    ({"source_id": ""}, "source_id", "empty"),
    ({"locator": ""}, "locator", "empty"),
    ({"co2e_kg": "0.25"}, "co2e_kg", "other_co2e_kg"),
    ({"co2e_kg": "0.1", "other_co2e_kg": "-0.1"}, "other_co2e_kg", "negative remainder"),
]


@pytest.mark.parametrize(("cells", "field", "words"), ONE_CELL, ids=lambda value: str(value)[:40])
def test_a_damaged_cell_is_found(tmp_path: Path, cells: dict[str, object], field: str, words: str) -> None:
    fault = only_fault(write_pack(tmp_path, [factor(**cells)]))
    assert (fault.file, fault.row, fault.field) == ("factors.csv", 2, field)
    assert words in str(fault)


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"licence_class": "free"}, "licence_class"),
        ({"licence": ""}, "licence"),
        ({"publisher": ""}, "publisher"),
        ({"title": ""}, "title"),
        ({"year": "soon"}, "year"),
        ({"file_sha256": "abc"}, "file_sha256"),
        ({"url": "somewhere"}, "url"),
    ],
)
def test_a_damaged_source_is_found(tmp_path: Path, cells: dict[str, object], field: str) -> None:
    fault = only_fault(write_pack(tmp_path, [factor()], [source(**cells)]))
    assert (fault.file, fault.row, fault.field) == ("sources.csv", 2, field)


def test_all_faults_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    bad_rows = [
        total_only(region=f"US-{state}", **{name: value for name, value in cells.items() if name != "factor_id"})
        for state, cells in zip(["AL", "AK", "AZ"], [{"gsd": "0.5"}, {"unit": "kwhh"}, {"valid_to": "x"}], strict=True)
    ]
    folder = write_pack(
        tmp_path, [factor(), *bad_rows], [source(), source(source_id="b", licence_class="?")], TOML[13:]
    )
    expected = [
        ("pack.toml", 0, "id"),
        ("factors.csv", 3, "gsd"),
        ("factors.csv", 4, "unit"),
        ("factors.csv", 5, "valid_to"),
        ("sources.csv", 3, "licence_class"),
    ]
    assert places(check(folder)) == expected
    with pytest.raises(PackError, match="5 faults") as error:
        Pack.load(folder)
    assert places(list(error.value.faults)) == expected
    assert all(str(fault) in str(error.value) for fault in error.value.faults)
    assert summary(check(folder))["unit"] == 1


def test_a_fault_says_place_finding_expectation_and_what_to_do() -> None:
    fault = Fault("factors.csv", 7, "unit", "'kwhh'", "a known unit", "did you mean kWh?")
    assert str(fault) == "factors.csv row 7, unit: found 'kwhh', expected a known unit; did you mean kWh?"
    many = PackError("p", [fault] * 80)
    assert "80 faults" in str(many)
    assert "30 more: leafmark factors check p" in str(many)


def test_missing_extra_and_repeated_columns(tmp_path: Path) -> None:
    folder = write_pack(tmp_path, [factor()])
    path = folder / "factors.csv"
    header, row = path.read_text(encoding="utf-8").splitlines()
    path.write_text(f"{header.replace('locator', 'page')},note\n{row},\n", encoding="utf-8")
    assert places(check(folder)) == [("factors.csv", 1, name) for name in ("page", "locator", "note")]


def test_a_row_with_a_cell_too_many(tmp_path: Path) -> None:
    folder = write_pack(tmp_path, [factor(), factor(region="FR")])
    path = folder / "factors.csv"
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + ",extra\n", encoding="utf-8")
    fault = only_fault(folder)
    assert (fault.row, fault.found) == (3, "32 cells")


def test_broken_utf_8_is_a_fault_with_its_row_and_column(tmp_path: Path) -> None:
    folder = write_pack(tmp_path, [factor(), factor(region="FR", name_en="MARK")])
    path = folder / "factors.csv"
    path.write_bytes(path.read_bytes().replace(b"MARK", "réseau".encode("latin-1")))
    fault = only_fault(folder)
    assert (fault.file, fault.row, fault.field) == ("factors.csv", 3, "name_en")
    assert "UTF-8" in str(fault)


def test_an_open_quote_is_a_fault(tmp_path: Path) -> None:
    folder = write_pack(tmp_path, [factor()])
    with (folder / "factors.csv").open("a", encoding="utf-8") as file:
        file.write('"never closed\n')
    assert ("factors.csv", 3, "") in places(check(folder))


def test_a_folder_without_files_and_with_empty_ones(tmp_path: Path) -> None:
    assert places(check(tmp_path)) == [(name, 0, "") for name in ("pack.toml", "factors.csv", "sources.csv")]
    for name in ("pack.toml", "factors.csv", "sources.csv"):
        (tmp_path / name).write_text("")
    assert {fault.file for fault in check(tmp_path)} == {"pack.toml", "factors.csv", "sources.csv"}
    folder = write_pack(tmp_path / "header_only", [])
    assert "no rows" in str(only_fault(folder))


def test_too_many_rows_or_bytes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_pack(tmp_path, [factor(region=region) for region in ("GB", "FR", "DE", "IT")])
    monkeypatch.setattr(reading, "MAX_ROWS", 3)
    assert ("factors.csv", 5, "") in places(check(folder))
    monkeypatch.setattr(reading, "MAX_FILE_BYTES", 10)
    assert "split the pack" in str(check(folder)[1])


@pytest.mark.parametrize("toml", ["id = ", 'id = "a"\nextra = 1\n', "id = 3\n"])
def test_a_broken_pack_toml(tmp_path: Path, toml: str) -> None:
    faults = check(write_pack(tmp_path, [factor()], toml=toml))
    assert faults
    assert {fault.file for fault in faults} == {"pack.toml"}


def test_ids_are_unique(tmp_path: Path) -> None:
    later = factor(valid_from="2024-01-01", valid_to="2025-01-01")
    folder = write_pack(tmp_path, [factor(), later], [source(), source(title="again")])
    assert places(check(folder)) == [("factors.csv", 3, "factor_id"), ("sources.csv", 3, "source_id")]


# Times: trap 7, a retroactive revision is a second row of the same valid time and another knowledge time.
REVISED = {"factor_id": "electricity.grid@GB:direct:2021~2024", "published_on": "2024-06-01"}


def test_overlap_in_both_times_is_a_fault_and_in_one_is_not(tmp_path: Path) -> None:
    fault = only_fault(write_pack(tmp_path / "both", [factor(), factor(**REVISED)]))
    assert (fault.row, fault.field) == (3, "valid_from")
    assert "row 2" in fault.expected
    sound = [factor(superseded_on="2024-06-01"), factor(**REVISED)]
    assert check(write_pack(tmp_path / "knowledge", sound)) == []
    next_year = factor(
        factor_id="electricity.grid@GB:direct:2022", valid_from="2024-01-01", valid_to="", published_on="2023-06-28"
    )
    assert check(write_pack(tmp_path / "valid", [factor(), next_year])) == []
    other_set = total_only(factor_id="electricity.grid@GB:direct:2021~AR4", gwp_set="AR4")
    assert check(write_pack(tmp_path / "gwp", [factor(), other_set])) == []


interval = st.tuples(st.integers(0, 12), st.one_of(st.none(), st.integers(1, 6)))


@given(st.lists(st.tuples(interval, interval), max_size=9))
@example([((0, 6), (3, 2)), ((1, 6), (1, 2))])  # known until the very day the other became known
@example([((0, 6), (1, 2)), ((1, 6), (3, 2))])
def test_the_sweep_finds_an_overlap_exactly_when_comparing_all_pairs_does(
    rectangles: list[tuple[tuple[int, int | None], tuple[int, int | None]]],
) -> None:
    def dates(span: tuple[int, int | None]) -> tuple[datetime.date, datetime.date | None]:
        start = datetime.date(2020, 1, 1) + datetime.timedelta(days=span[0])
        return start, None if span[1] is None else start + datetime.timedelta(days=span[1])

    numbered = []
    for number, (valid, known) in enumerate(rectangles, start=2):
        row: dict[str, object] = {"key": "k", "region": "GB", "boundary": "direct", "gwp_set": "AR5", "factor_id": "x"}
        row["valid_from"], row["valid_to"] = dates(valid)
        row["published_on"], row["superseded_on"] = dates(known)
        numbered.append((number, row))

    def meet(a: tuple[int, int | None], b: tuple[int, int | None]) -> bool:
        end_a = 99 if a[1] is None else a[0] + a[1]
        end_b = 99 if b[1] is None else b[0] + b[1]
        return a[0] < end_b and b[0] < end_a

    pairs = [(a, b) for at, a in enumerate(rectangles) for b in rectangles[:at]]
    expected = any(meet(a[0], b[0]) and meet(a[1], b[1]) for a, b in pairs)
    assert bool(list(overlaps("factors.csv", numbered))) == expected


def test_the_sweep_over_many_revisions_is_not_quadratic() -> None:
    day = datetime.date(1990, 1, 1)
    rows = []
    for number in range(20_000):
        known = day + datetime.timedelta(days=number)
        row = {"key": "k", "region": "GB", "boundary": "direct", "gwp_set": "AR5", "factor_id": str(number)}
        until = known + datetime.timedelta(days=1)
        row |= {"valid_from": day, "valid_to": None, "published_on": known, "superseded_on": until}
        rows.append((number + 2, row))
    assert list(overlaps("factors.csv", rows)) == []  # 200 million pairs would take minutes
    rows.append((30_000, rows[777][1]))
    assert [fault.row for fault in overlaps("factors.csv", rows)] == [30_000]


def test_units_of_one_key_share_a_dimension(tmp_path: Path) -> None:
    gas = {"key": "fuel.natural_gas", "theme": "fuel", "gsd_basis": "published", "gsd": "1.02", "co2e_kg": "0.2"}
    sound = [total_only(**gas, unit="kWh_net"), total_only(**gas, unit="MJ_net", region="FR") | {"co2e_kg": "0.056"}]
    assert check(write_pack(tmp_path / "sound", sound)) == []
    mixed = [*sound, total_only(**gas, unit="kWh_gross", region="DE")]
    fault = only_fault(write_pack(tmp_path / "trap_4", mixed))
    assert (fault.row, fault.field) == (4, "unit")
    assert "energy_gross" in fault.found


def test_trap_5_a_lost_decimal_point_is_caught(tmp_path: Path) -> None:
    grids = {"GB": "0.207", "FR": "0.056", "DE": "0.38", "PL": "0.66", "SE": "0.041"}
    sound = [total_only(region=region, co2e_kg=value) for region, value in grids.items()]
    assert check(write_pack(tmp_path / "sound", sound)) == []
    lost = [*sound, total_only(region="AT", co2e_kg="402")]
    fault = only_fault(write_pack(tmp_path / "lost", lost))
    assert (fault.row, fault.field) == (7, "co2e_kg")
    assert "decimal point" in fault.hint
    explained = [*sound, total_only(region="AT", co2e_kg="402", outlier_reason="a test says so")]
    assert check(write_pack(tmp_path / "explained", explained)) == []


def test_outliers_are_measured_in_one_unit(tmp_path: Path) -> None:
    same = [total_only(co2e_kg="0.2"), total_only(region="FR", co2e_kg="200", unit="MWh"), total_only(region="DE")]
    assert check(write_pack(tmp_path, same)) == []


def test_trap_11_zero_is_a_value_that_says_why(tmp_path: Path) -> None:
    zero = total_only(region="IS", co2e_kg="0")
    fault = only_fault(write_pack(tmp_path / "bare", [factor(), zero]))
    assert (fault.row, fault.field, fault.found) == (3, "co2e_kg", "0")
    reason = "all hydropower and geothermal, stack emissions counted elsewhere"
    assert check(write_pack(tmp_path / "why", [factor(), zero | {"outlier_reason": reason}])) == []


@pytest.mark.parametrize(
    ("cells", "sound"),
    [
        ({"gwp_set": "AR6", "ch4_fossil_kg": "0.1", "co2e_kg": "2.98"}, True),
        ({"gwp_set": "AR6", "ch4_biogenic_kg": "0.1", "co2e_kg": "2.70"}, True),
        ({"gwp_set": "AR6", "ch4_biogenic_kg": "0.1", "co2e_kg": "2.98"}, False),
        ({"gwp_set": "AR5", "ch4_fossil_kg": "0.1", "co2e_kg": "2.8"}, True),
        ({"gwp_set": "AR5", "ch4_fossil_kg": "0.1", "co2e_kg": "3.0"}, True),  # a publisher who distinguishes
        ({"gwp_set": "AR5", "ch4_fossil_kg": "0.1", "co2e_kg": "2.9"}, False),
        ({"gwp_set": "AR4", "co2_kg": "1", "co2e_kg": "1.009"}, True),  # publishers round: 1 %
        ({"gwp_set": "AR4", "co2_kg": "1", "co2e_kg": "1.011"}, False),
        ({"gwp_set": "AR4", "co2_kg": "1", "other_co2e_kg": "0.5", "co2e_kg": "1.5"}, True),
        ({"gwp_set": "AR4", "f_gases": "HFC134a=1.0", "co2e_kg": "1430"}, True),
        ({"gwp_set": "unstated", "ch4_fossil_kg": "1", "co2e_kg": "25"}, True),
        ({"gwp_set": "unstated", "ch4_fossil_kg": "1", "co2e_kg": "40"}, False),
        ({"gwp_set": "SAR", "f_gases": "NF3=1", "co2e_kg": "17200"}, False),
    ],
)
def test_gases_times_gwp_agree_with_the_total(tmp_path: Path, cells: Row, sound: bool) -> None:
    faults = check(write_pack(tmp_path, [total_only(**cells)]))
    assert (faults == []) == sound, faults


def test_a_constant_may_be_certain(tmp_path: Path) -> None:
    constant = {"key": "refrigerant.sf6", "theme": "refrigerant", "unit": "kg", "region": "WORLD", "gwp_set": "AR4"}
    row = total_only(**constant, f_gases="SF6=1", co2e_kg="22800", gsd="1", gsd_basis="constant")
    assert check(write_pack(tmp_path, [row])) == []


def test_default_spreads_follow_from_their_sources() -> None:
    for row in rows():
        assert row["citation"], row
        assert row["reasoning"], row
        gsd = float(row["gsd"])
        if row["basis"] == "range":
            assert gsd == pytest.approx(gsd_of_range(float(row["low"]), float(row["high"])), abs=5e-5)
        elif row["basis"] == "pedigree":
            scores = tuple(int(score) for score in row["pedigree"].split(","))
            assert gsd == pytest.approx(gsd_of_pedigree(float(row["basic_variance"]), scores), abs=5e-5)
        else:
            assert row["citation"] == "Leafmark house default"
            assert "own judgement" in row["reasoning"]
        assert gsd > 1
    # ecoinvent's older form of the same table: squared GSD 1.05 for electricity's basic uncertainty, 2.00 for transport
    assert gsd_of_pedigree(0.0006, (1, 1, 1, 1, 1)) ** 2 == pytest.approx(1.05, abs=0.002)
    assert gsd_of_pedigree(0.12, (1, 1, 1, 1, 1)) ** 2 == pytest.approx(2.0, abs=0.002)
    assert defaults()["ipcc_natural_gas"].gsd == pytest.approx(1.018, abs=5e-4)
    with pytest.raises(ValueError, match="five of 1 to 5"):
        gsd_of_pedigree(0.1, (1, 1, 1, 1, 6))


@pytest.mark.parametrize(
    ("licence", "licence_class"),
    [
        ("ODbL-1.0", "share-alike"),
        ("Open Database License", "share-alike"),
        ("CC-BY-SA-4.0", "share-alike"),
        ("CC BY-SA 3.0 IGO", "share-alike"),
        ("CC-BY-NC-4.0", "cite-only"),
        ("CC BY-NC-SA 4.0", "cite-only"),
        ("cc_by_nd_4.0", "cite-only"),
        ("free for non-commercial use", "cite-only"),
    ],
)
def test_a_licence_with_closed_terms_is_not_open(tmp_path: Path, licence: str, licence_class: str) -> None:
    fault = only_fault(write_pack(tmp_path / "open", [factor()], [source(licence=licence)]))
    assert (fault.file, fault.row, fault.field) == ("sources.csv", 2, "licence_class")
    assert licence in fault.found
    assert fault.expected.startswith(licence_class)
    named = source(licence=licence, licence_class=licence_class)
    assert check(write_pack(tmp_path / "named", [factor()], [named])) == []


@pytest.mark.parametrize(
    "licence",
    [
        "CC-BY-4.0",
        "CC0-1.0",
        "OGL-UK-3.0",
        "US public domain",
        "Licence Ouverte 2.0",
        "Apache-2.0",
        "MIT",
        "NASA open data",
    ],
)
def test_a_licence_that_asks_for_attribution_alone_may_be_open(tmp_path: Path, licence: str) -> None:
    assert check(write_pack(tmp_path, [factor()], [source(licence=licence)])) == []
