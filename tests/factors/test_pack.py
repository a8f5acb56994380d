"""A pack is its facts: order, quoting and the spelling of numbers do not change it; a changed fact does."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import io
import math
import random
import re
from pathlib import Path

import pyarrow as pa
import pytest
from factor_rows import Row, factor, source, total_only, write_pack
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leafmark.factors.columns import FACTOR_COLUMNS
from leafmark.factors.model import Factor, Pack


def rows() -> list[Row]:
    return [
        factor(),
        total_only(region="CN-ZJ", name_en="Electricity, grid average", name_zh="电网电力", co2e_kg="0.5153"),
        total_only(region="FR", name_en="Électricité, réseau", co2e_kg="0.056"),
        total_only(region="WORLD", co2e_kg="0.47"),
        total_only(
            key="fuel.diesel", theme="fuel", unit="L", name_en="Diesel, average biofuel blend", name_zh="柴油",
            co2e_kg="2.51", gsd_basis="default:fuel_national",
        ),
        total_only(
            key="freight.hgv.average_laden", theme="freight", unit="t_km", name_en="Heavy goods vehicle, diesel",
            name_zh="重型货车", co2e_kg="0.0969", boundary="ttw", gsd="1.4168", gsd_basis="default:freight_average",
        ),
    ]  # fmt: skip


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return Pack.load(write_pack(tmp_path / "pack", rows()))


def test_a_loaded_pack_is_typed(pack: Pack) -> None:
    assert pack.factors.schema.names == [column.name for column in FACTOR_COLUMNS]
    assert pack.factors.schema.field("co2e_kg").type == pa.float64()
    assert pack.factors.schema.field("data_year").type == pa.int32()
    assert pack.factors.schema.field("valid_from").type == pa.date32()
    found = pack.factor("electricity.grid@GB:direct:2021")
    assert isinstance(found, Factor)
    assert (found.co2e_kg, found.valid_to, found.superseded_on) == (0.207074, datetime.date(2024, 1, 1), None)
    assert found.ch4_biogenic_kg is None  # missing is not zero
    assert pack.source_of(found).licence_class == "open"
    assert pack.version == "1"


def test_an_unknown_factor_proposes_close_ones(pack: Pack) -> None:
    with pytest.raises(KeyError, match=r"did you mean electricity\.grid@GB"):
        pack.factor("electricity.grid@GB:direct:2020")
    with pytest.raises(KeyError, match="leafmark factors search"):
        pack.factor("zzz")


def test_f_gases_are_masses(tmp_path: Path) -> None:
    cells = {
        "key": "refrigerant.r410a",
        "theme": "refrigerant",
        "unit": "kg",
        "gsd_basis": "default:refrigerant_mixture",
    }
    row = total_only(**cells, gsd="1.02", gwp_set="AR4", co2e_kg="2087.5", f_gases="HFC32=0.5;HFC125=0.5")
    found = Pack.load(write_pack(tmp_path, [row])).factor(row["factor_id"])
    assert found.f_gas_masses_kg == {"HFC32": 0.5, "HFC125": 0.5}


def test_write_and_load_is_the_same_pack(pack: Pack, tmp_path: Path) -> None:
    pack.write(tmp_path / "again")
    again = Pack.load(tmp_path / "again")
    assert again.hash == pack.hash
    assert (again.id, again.title, again.sources) == (pack.id, pack.title, pack.sources)
    again.write(tmp_path / "third")
    for name in ("pack.toml", "factors.csv", "sources.csv"):
        assert (tmp_path / "third" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(co2e_kg=st.floats(1e-9, 1e9))
def test_a_number_is_written_to_its_last_bit(tmp_path: Path, co2e_kg: float) -> None:
    row = total_only(co2e_kg=repr(co2e_kg))
    Pack.load(write_pack(tmp_path / "a", [row])).write(tmp_path / "b")
    assert Pack.load(tmp_path / "b").factor(row["factor_id"]).co2e_kg == co2e_kg


def test_neighbouring_numbers_are_two_facts(tmp_path: Path) -> None:
    first = Pack.load(write_pack(tmp_path / "a", [total_only(co2e_kg="0.207074")]))
    second = Pack.load(write_pack(tmp_path / "b", [total_only(co2e_kg=repr(math.nextafter(0.207074, 1)))]))
    assert first.hash != second.hash


def test_titles_with_quotes_survive(tmp_path: Path) -> None:
    first = Pack.load(write_pack(tmp_path / "a", [factor(name_en='Grid, "average" of 2021')]))
    changed = dataclasses.replace(first, title='A "quoted" \\ title, 碳')
    changed.write(tmp_path / "b")
    assert Pack.load(tmp_path / "b").title == changed.title
    assert Pack.load(tmp_path / "b").hash == first.hash


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**32), crlf=st.booleans(), bom=st.booleans(), quoted=st.booleans())
def test_the_hash_sees_facts_only(pack: Pack, tmp_path: Path, seed: int, crlf: bool, bom: bool, quoted: bool) -> None:
    folder = write_pack(tmp_path / "shuffled", rows())
    for name in ("factors.csv", "sources.csv"):
        header, *records = list(csv.reader(io.StringIO((folder / name).read_text(encoding="utf-8"))))
        random.Random(seed).shuffle(records)
        out = io.StringIO()
        quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
        csv.writer(out, lineterminator="\r\n" if crlf else "\n", quoting=quoting).writerows([header, *records])
        (folder / name).write_bytes((b"\xef\xbb\xbf" if bom else b"") + out.getvalue().encode())
    assert Pack.load(folder).hash == pack.hash


@pytest.mark.parametrize("spelling", ["0.2070740", "2.07074e-1", "0.207074", "20.7074e-2"])
def test_the_spelling_of_a_number_is_no_fact(tmp_path: Path, spelling: str) -> None:
    reference = Pack.load(write_pack(tmp_path / "a", [factor()])).hash
    assert Pack.load(write_pack(tmp_path / "b", [factor(co2e_kg=spelling)])).hash == reference


@pytest.mark.parametrize(
    "cells", [{"co2e_kg": "0.207075"}, {"locator": "row 2"}, {"n2o_kg": "", "other_co2e_kg": "0.0013"}, {"note": "x"}]
)
def test_a_changed_fact_changes_the_hash(tmp_path: Path, cells: dict[str, str]) -> None:
    reference = Pack.load(write_pack(tmp_path / "a", [factor()])).hash
    assert Pack.load(write_pack(tmp_path / "b", [factor(**cells)])).hash != reference


def test_a_changed_source_changes_the_hash(tmp_path: Path) -> None:
    reference = Pack.load(write_pack(tmp_path / "a", [factor()])).hash
    assert Pack.load(write_pack(tmp_path / "b", [factor()], [source(licence="CC BY 4.0")])).hash != reference


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("fuel.diesel", "fuel.diesel@GB:direct:2021"),
        ("Diesel", "fuel.diesel@GB:direct:2021"),
        ("diesel heavy", "freight.hgv.average_laden@GB:ttw:2021"),
        ("柴油", "fuel.diesel@GB:direct:2021"),
        ("重型货车", "freight.hgv.average_laden@GB:ttw:2021"),
        ("electricite reseau", "electricity.grid@FR:direct:2021"),
        ("ÉLECTRICITÉ", "electricity.grid@FR:direct:2021"),
        ("electricity", "electricity.grid@WORLD:direct:2021"),
        ("electricity zhejiang", "electricity.grid@CN-ZJ:direct:2021"),
        ("浙江电网", "electricity.grid@CN-ZJ:direct:2021"),
        ("浙江省电力", "electricity.grid@CN-ZJ:direct:2021"),
        ("浙江電網", "electricity.grid@CN-ZJ:direct:2021"),
        ("grid united kingdom", "electricity.grid@GB:direct:2021"),
        ("hgv", "freight.hgv.average_laden@GB:ttw:2021"),
    ],
)
def test_search_finds_in_both_languages(pack: Pack, query: str, first: str) -> None:
    assert pack.search(query)[0].factor_id == first


def test_search_of_nothing_finds_nothing(pack: Pack) -> None:
    assert pack.search("") == pack.search("!?") == pack.search("diesel unicorn") == []
    assert len(pack.search("electricity", limit=2)) == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(max_size=40))
def test_search_takes_any_text(pack: Pack, text: str) -> None:
    assert len(pack.search(text)) <= 6


def test_diff_names_every_changed_cell(pack: Pack, tmp_path: Path) -> None:
    later = [row | {"co2e_kg": "0.4", "note": "revised"} if row["region"] == "WORLD" else row for row in rows()[:-1]]
    later.append(total_only(region="DE", co2e_kg="0.38"))
    other = Pack.load(write_pack(tmp_path / "later", later, [source(title="Another title")]))
    diff = pack.diff(other)
    assert diff.added == ("electricity.grid@DE:direct:2021",)
    assert diff.removed == ("freight.hgv.average_laden@GB:ttw:2021",)
    assert [(change.field, change.before, change.after) for change in diff.changed] == [
        ("co2e_kg", 0.47, 0.4),
        ("note", None, "revised"),
    ]
    assert [change.field for change in diff.sources_changed] == ["title"]
    assert diff
    assert not pack.diff(pack)


def test_docs_name_every_unit_default_and_set() -> None:
    from leafmark.factors.gsd import defaults
    from leafmark.factors.units import unit_names

    path = Path(__file__).parents[2] / "docs" / "factors.md"
    words = set(re.findall(r"[A-Za-z0-9_]+", path.read_text(encoding="utf-8")))
    assert {name.removesuffix("_net").removesuffix("_gross") for name in unit_names()} <= words
    assert defaults().keys() <= words
    for rule in defaults().values():
        assert f"| `{rule.rule}` | {rule.theme} | {rule.data_quality} | {rule.gsd:g} |" in path.read_text(
            encoding="utf-8"
        )
