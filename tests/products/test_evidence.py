"""Evidence from a file: read whole, or refused with all its faults; and a letter only with it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from engine_rows import bill, factor, line, pack, run_bill

from leafmark.cli import main
from leafmark.products.evidence import COLUMNS, read_evidence

HEADER = ",".join(COLUMNS)
RECORD = "registry_record,eu.2019-2013.displays,{version},{until},https://eprel.example/1,,EPREL,"


def written(folder: Path, *rows: str) -> Path:
    path = folder / "evidence.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def test_a_piece_per_row(tmp_path: Path) -> None:
    row = "third_party_monitoring,leafmark.index,1,2027-01-31,,audit-7.pdf,Auditors Ltd,owner; trader"
    (piece,) = read_evidence(written(tmp_path, row, ""))
    assert (piece.requirement, piece.scheme_id, piece.scheme_version) == (
        "third_party_monitoring",
        "leafmark.index",
        "1",
    )
    assert piece.expires_on == date(2027, 1, 31)
    assert (piece.url, piece.document, piece.issued_by) == (None, "audit-7.pdf", "Auditors Ltd")
    assert piece.independent_of == {"owner", "trader"}


def test_all_faults_come_at_once_by_row_and_field(tmp_path: Path) -> None:
    path = written(
        tmp_path, "trust_me,leafmark.index,1,2027-01-31,https://a.example,,,", "public_terms,,1,soon,,,,friends", "public_terms,x"
    )  # fmt: skip
    with pytest.raises(ValueError, match=r"row 2: requirement 'trust_me'") as told:
        read_evidence(path)
    faults = str(told.value).splitlines()
    assert [fault.split("row ")[1][0] for fault in faults] == ["2", "3", "3", "3", "3", "4"]
    for part in (
        "scheme_id is empty",
        "expires_on 'soon'",
        "url and document are empty",
        "independent_of 'friends'",
        "2 cells",
    ):
        assert any(part in fault for fault in faults), part


@pytest.mark.parametrize(("text", "said"), [("", "column requirement is missing"), (HEADER + ",colour\n", "'colour'")])
def test_a_table_of_other_columns_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "evidence.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        read_evidence(path)


@pytest.mark.parametrize(("until", "graded"), [("2027-12-31", True), ("2026-01-01", False)])
def test_an_official_class_is_said_only_on_a_record_in_force(tmp_path: Path, until: str, graded: bool) -> None:
    """Index 0.55: class D of Delegated Regulation (EU) 2019/2013, Annex II, table 1 (0.50 <= EEI < 0.60)."""
    from leafmark.products import get_scheme

    run_bill(tmp_path / "run", bill([line(1, stage="use")]), pack(factor(gsd=1.2)))
    (tmp_path / "names.csv").write_text(
        f"product_id,name,category,official_index\n1,Screen,{get_scheme('displays').categories[0]},0.55\n",
        encoding="utf-8",
    )
    evidence = written(tmp_path, RECORD.format(version=get_scheme("displays").version, until=until))
    done = CliRunner().invoke(
        main, ["label", "1", "--run", str(tmp_path / "run"), "--catalogue", str(tmp_path / "names.csv"), "--scheme", "displays",
               "--evidence", str(evidence), "--on", "2026-11-24", "--json"],
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    official = json.loads(done.stdout)["official"]
    assert (official or {}).get("letter") == ("D" if graded else None)
