"""From a run's total to the publisher's row in three clicks; every list adds up to its figure, by DuckDB's own sum of the run's entries."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings as site_settings
from django.test import Client

from leafmark import engine
from leafmark.engine.run import open_run
from leafmark.web.people.models import Membership, User
from leafmark.web.shelf.fill import fill
from leafmark.web.shelf.models import Brand

DAY = dt.date(2026, 11, 1)
SCRIPT = '<script>alert("1")</script>'
CLICKS_MAX = 3
BUILT_IN = Path(engine.__file__).parents[1] / "factors" / "packs" / "leafmark"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a bill, one of the same kept line by line, and one of order lines; each with lines that are rejected."""
    folder = tmp_path_factory.mktemp("site")
    head = "product_id,stage,key,amount,unit\n"
    many = "".join(f"p{n},materials,food.eggs,{n},kg\np{n},packaging,food.milk,{n},kg\n" for n in range(1, 61))
    (folder / "bill.csv").write_text(
        f'{head}{many}"{SCRIPT.replace(chr(34), chr(34) * 2)}",use,food.milk,2,kg\nbad,use,no.such,1,kg\n'
    )
    engine.footprint(folder / "bill.csv", out=folder / "bill", known_on=DAY)
    engine.footprint(folder / "bill.csv", out=folder / "by_line", known_on=DAY, lines=True)
    shelf = [
        {"product_id": "milk", "category": "Dairy", "mass_kg": 1.0, "mass_key": "food.milk"},
        {"product_id": "eggs", "category": SCRIPT, "mass_kg": 0.5, "mass_key": "food.eggs"},
        {"product_id": "none", "category": None, "mass_kg": 2.0, "mass_key": "food.milk"},
    ]
    names = ["milk", "eggs", "none", "unknown"]
    lines = [
        {"order_id": n // 3, "product_id": names[n % 4], "pieces": 1.0 + n % 5, "date": dt.date(2025, 1 + n % 12, 1 + n % 28)}
        for n in range(400)
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(lines), folder / "lines.parquet")
    pq.write_table(pa.Table.from_pylist(shelf), folder / "shelf.parquet")
    engine.orders(folder / "lines.parquet", catalogue=folder / "shelf.parquet", out=folder / "orders", known_on=DAY)
    (folder / "catalogue.csv").write_text(
        "product_id,name,brand,sector,category,boundary,functional_unit\np1,One,Farm,food,eggs,cradle_to_retail,1 kg\n"
    )
    return folder


@pytest.fixture
def site(db: None, workspace: Path, settings: Any) -> Path:
    settings.WORKSPACE = dataclasses.replace(site_settings.WORKSPACE, folder=workspace)
    fill(workspace / "bill", workspace / "catalogue.csv", DAY, workspace=workspace)
    return workspace


def as_(role: str) -> Client:
    client = Client()
    if role != "nobody":
        user = User.objects.create_user(
            f"{role}@leafmark.example", is_auditor=role == "auditor", is_operator=role == "operator"
        )
        if role == "member":
            Membership.objects.create(user=user, brand=Brand.objects.get(slug="farm"), may_publish=True)
        client.force_login(user)
    return client


def run_id(site: Path, name: str) -> str:
    return open_run(site / name).id


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return str(answer.content.decode())


def links(text: str, at: str) -> list[str]:
    main = re.search(r"<main.*</main>", text, re.S)
    assert main
    return [urljoin(at, unescape(each)) for each in re.findall(r'href="([^"#]+)"', main[0])]


def by_hand(site: Path, name: str, where: str = "TRUE") -> tuple[int, int]:
    """What the entries of a run come to, without any code of ours."""
    path = site / name / "entries.parquet"
    found = duckdb.sql(f"SELECT SUM(co2e_ug), COUNT(*) FROM read_parquet('{path}') WHERE {where}").fetchall()
    return int(found[0][0] or 0), int(found[0][1])


def listed(client: Client, address: str) -> list[dict[str, Any]]:
    """The entries of every page of a figure, and each page's own statement of the figure held to the first's."""
    joint = "&" if "?" in address else "?"
    first = client.get(f"{address}{joint}as=json").json()
    found = []
    for number in range(1, first["pages"] + 1):
        page = client.get(f"{address}{joint}page={number}&as=json").json()
        assert (page["co2e_ug"], page["entries"]) == (first["co2e_ug"], first["entries"])
        found += page["lines"]
    assert sum(each["co2e_ug"] for each in found) == first["co2e_ug"]
    assert len(found) == first["entries"]
    return found


def locators() -> dict[str, str]:
    with (BUILT_IN / "factors.csv").open(encoding="utf-8", newline="") as file:
        return {row["factor_id"]: row["locator"] for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("name", "kind", "value", "where"),
    [
        ("bill", "stage", "packaging", "stage = 'packaging'"), ("bill", "scope", "none", "scope IS NULL"),
        ("by_line", "factor", None, None), ("orders", "category", "Dairy", "subject_id = 'Dairy'"),
        ("orders", "category", "", "subject_id IS NULL"), ("orders", "tier", "mass", "tier = 'mass'"),
        ("orders", "month", "2025-03", "date_trunc('month', date) = DATE '2025-03-01'"), ("orders", "factor", None, None),
    ],
)  # fmt: skip
def test_three_clicks_from_the_desk_to_the_publishers_row(
    site: Path, name: str, kind: str, value: str | None, where: str | None
) -> None:
    """Desk, run with its figures, the entries of one, factor: each is a link on the page before."""
    client, run = as_("auditor"), run_id(site, name)
    at, clicks = "/audit/", 0
    factor_of = "food.milk"
    if value is None:
        factor_id = next(each for each in locators() if each.startswith(f"{factor_of}@WORLD"))
        value, where = factor_id, f"factor_id = '{factor_id}'"
    wanted = [f"/audit/run/{run}/", f"/audit/run/{run}/figure/?of={quote(f'{kind}:{value}', safe='')}"]
    for each in wanted:
        found = {link.replace("+", "%20"): link for link in links(text_of(client, at), at)}
        assert each in found, (each, sorted(found))
        at, clicks = found[each], clicks + 1
    figure = text_of(client, at)
    ug, count = by_hand(site, name, str(where))
    assert ug
    assert f"{ug:,}" in figure
    assert len(listed(client, at)) == count
    factor = next(link for link in links(figure, at) if link.startswith(f"/factor/{run}/"))
    page = unescape(text_of(client, factor))
    clicks += 1
    assert locators()[factor.rstrip("/").rsplit("/", 1)[1]] in page
    assert clicks == CLICKS_MAX


@pytest.mark.parametrize("name", ["bill", "by_line", "orders"])
def test_the_total_is_its_entries_and_every_cut_of_it_adds_up(site: Path, name: str) -> None:
    client, run = as_("operator"), run_id(site, name)
    ug, count = by_hand(site, name)
    found = listed(client, f"/audit/run/{run}/figure/")
    assert (sum(each["co2e_ug"] for each in found), len(found)) == (ug, count)
    sizes = [abs(each["co2e_ug"]) for each in found]
    assert sizes == sorted(sizes, reverse=True)
    page = text_of(client, f"/audit/run/{run}/")
    tables = re.findall(r"<tbody>(.*?)</tbody>\s*<tfoot>(.*?)</tfoot>", page, re.S)
    assert len(tables) >= 3
    for body, foot in tables:
        cells = re.findall(r'<td class="number">([\d,]+)</td></tr>', body)
        assert sum(int(each.replace(",", "")) for each in cells) == ug
        assert f"{ug:,}" in foot


def test_lines_that_were_rejected_stand_apart(site: Path) -> None:
    client = as_("auditor")
    for name, count in (("bill", 1), ("orders", 100)):
        address = f"/audit/run/{run_id(site, name)}/"
        figure = text_of(client, f"{address}figure/")
        assert f"{count} line" in figure
        assert f"{address}rejected/" in links(figure, address)
        assert "unknown_product" in text_of(client, f"{address}rejected/") or name == "bill"
        sent = b"".join(client.get(f"{address}rejected/?as=csv").streaming_content).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(sent)))
        assert len(rows) == count
        assert str(site) not in sent


def test_the_entries_as_a_file_are_all_of_them(site: Path) -> None:
    address = f"/audit/run/{run_id(site, 'orders')}/figure/?of=tier:mass&as=csv"
    sent = b"".join(as_("auditor").get(address).streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(sent)))
    assert (sum(int(row["co2e_ug"]) for row in rows), len(rows)) == by_hand(site, "orders", "tier = 'mass'")


def test_a_figure_is_counted_again_to_the_microgram(site: Path) -> None:
    """The engine's own count, from the inputs, of a factor in whose entries others stand too; its parts lead on."""
    client, run = as_("auditor"), run_id(site, "orders")
    whole = client.get(f"/audit/run/{run}/counted/?as=json").json()
    assert whole["co2e_ug"] == by_hand(site, "orders")[0]
    assert str(site) not in str(whole)
    text = text_of(client, f"/audit/run/{run}/counted/?of=category:Dairy&of=month:2025-05")
    ug, _ = by_hand(site, "orders", "subject_id = 'Dairy' AND date_trunc('month', date) = DATE '2025-05-01'")
    assert f"{ug:,}" in text
    order = next(each for each in links(text_of(client, f"/audit/run/{run}/counted/"), "/") if "/subject/" in each)
    lines = text_of(client, order)
    assert "lines.parquet" in lines
    assert "row " in lines
    assert str(site) not in lines


def test_a_subject_that_is_not_on_the_shelf_shows_its_rows(site: Path) -> None:
    client, run = as_("auditor"), run_id(site, "bill")
    figure = text_of(client, f"/audit/run/{run}/figure/?of=stage:use")
    assert SCRIPT not in figure
    subject = next(each for each in links(figure, "/") if "/subject/" in each)
    lines = text_of(client, subject)
    assert "bill.csv" in lines
    assert SCRIPT not in lines
    assert SCRIPT not in text_of(client, f"/audit/run/{run_id(site, 'orders')}/")


def test_a_run_that_was_written_into_is_not_believed(site: Path, tmp_path: Path, settings: Any) -> None:
    """One microgram more in one entry: the figure no longer is what run.json says, and the page says so."""
    import shutil

    shutil.copytree(site / "by_line", tmp_path / "by_line")
    path = tmp_path / "by_line" / "entries.parquet"
    table = pq.read_table(path)
    cells = table.column("co2e_ug").to_pylist()
    place = table.column_names.index("co2e_ug")
    pq.write_table(table.set_column(place, "co2e_ug", pa.array([cells[0] + 1, *cells[1:]], pa.int64())), path)
    settings.WORKSPACE = dataclasses.replace(site_settings.WORKSPACE, folder=tmp_path)
    text = text_of(as_("auditor"), f"/audit/run/{run_id(tmp_path, 'by_line')}/figure/", 409)
    assert 'role="alert"' in text
    assert "run.json" in text


@pytest.mark.parametrize("role", ["nobody", "consumer", "member"])
def test_the_lines_of_a_run_are_for_auditors_and_operators(site: Path, role: str) -> None:
    """A brand's member sees her own product's lines in its trace, and no run's."""
    client = as_(role)
    for name in ("bill", "orders"):
        run = run_id(site, name)
        for address in ("figure/", "counted/", "rejected/", "subject/p1/", "figure/?as=csv", "figure/?as=json"):
            assert client.get(f"/audit/run/{run}/{address}").status_code == (302 if role == "nobody" else 403)
    factor = next(each for each in locators() if each.startswith("food.milk@WORLD"))
    assert client.get(f"/factor/{run_id(site, 'orders')}/{factor}/").status_code == 404  # nothing of it is published
    assert client.get(f"/factor/{run_id(site, 'bill')}/{factor}/").status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        "of=stage:nowhere", "of=stage:transport", "of=nonsense", "of=id:p1", "of=stage:use&of=stage:use", "of=per-order", "of=key:food.milk",
        "of=stage:" + "x" * 10_000, "of=" + "&of=".join(["stage:use"] * 300), "of=factor:'; DROP TABLE x; --", "of=total&of=stage:use",
    ],
)  # fmt: skip
def test_what_is_no_sum_of_entries_is_not_there(site: Path, asked: str) -> None:
    text_of(as_("auditor"), f"/audit/run/{run_id(site, 'bill')}/figure/?{asked}", 404)


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", ""])
def test_a_page_that_is_not_there_is_the_nearest(site: Path, page: str) -> None:
    text_of(as_("auditor"), f"/audit/run/{run_id(site, 'bill')}/figure/?page={page}")


def test_what_cannot_be_counted_is_said(site: Path) -> None:
    client, run = as_("auditor"), run_id(site, "bill")
    for asked in ("counted/?of=stage:nowhere", "counted/?of=per-order", "subject/nobody/", f"subject/{'x' * 5_000}/"):
        text = text_of(client, f"/audit/run/{run}/{asked}", 409)
        assert str(site) not in text


def test_a_run_without_entries_shows_its_totals_and_counts_again(
    db: None, workspace: Path, tmp_path: Path, settings: Any
) -> None:
    engine.footprint(workspace / "bill.csv", out=tmp_path / "bare", known_on=DAY, no_entries=True)
    settings.WORKSPACE = dataclasses.replace(site_settings.WORKSPACE, folder=tmp_path)
    client, run = as_("auditor"), run_id(tmp_path, "bare")
    page = text_of(client, f"/audit/run/{run}/")
    assert f"/audit/run/{run}/figure/" not in page
    text_of(client, f"/audit/run/{run}/figure/", 404)
    assert f"{open_run(tmp_path / 'bare').record['totals']['co2e_ug']:,}" in text_of(
        client, f"/audit/run/{run}/counted/"
    )
