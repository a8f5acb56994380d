"""Samples that are signed and never changed, two runs beside each other, and who may do what."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.test import Client

from leafmark import engine
from leafmark.engine.run import open_run
from leafmark.engine.sampling import sample
from leafmark.web.audit.models import Sample, SampledLine, Verdict
from leafmark.web.download import safe
from leafmark.web.jobs import run as jobs
from leafmark.web.jobs.models import Job
from leafmark.web.people.models import Membership, User
from leafmark.web.shelf.fill import fill
from leafmark.web.shelf.models import Brand
from leafmark.web.written_once import WrittenOnceError

DAY = dt.date(2026, 11, 1)
HEAD = "product_id,stage,key,amount,unit\n"
FORMULA = '=HYPERLINK("http://x")'


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs of a bill whose first product's id would be a formula in a spreadsheet."""
    folder = tmp_path_factory.mktemp("site")
    quoted = '"' + FORMULA.replace('"', '""') + '"'
    for name, eggs in (("one", 2), ("two", 3)):
        (folder / f"{name}.csv").write_text(
            f"{HEAD}{quoted},materials,food.eggs,{eggs},kg\nmilk,materials,food.milk,1,kg\nmix,materials,food.milk,2,kg\nmix,packaging,food.eggs,1,kg\n"
        )
        engine.footprint(folder / f"{name}.csv", out=folder / name, known_on=DAY)
    (folder / "catalogue.csv").write_text(
        "product_id,name,brand,sector,category,boundary,functional_unit\nmilk,Milk,Farm,food,milk,cradle_to_retail,1 kg\n"
    )
    return folder


@pytest.fixture
def site(db: None, workspace: Path, settings: Any) -> Path:
    settings.WORKSPACE = dataclasses.replace(site_settings.WORKSPACE, folder=workspace)
    fill(workspace / "one", workspace / "catalogue.csv", DAY, workspace=workspace)
    return workspace


ROLES = ("nobody", "consumer", "member", "operator", "auditor")


@pytest.fixture
def people(site: Path) -> dict[str, Client]:
    """A client for each role."""
    found = {"nobody": Client()}
    for role in ROLES[1:]:
        user = User.objects.create_user(
            f"{role}@leafmark.example",
            is_operator=role == "operator",
            is_auditor=role == "auditor",
        )
        if role == "member":
            Membership.objects.create(user=user, brand=Brand.objects.get(slug="farm"), may_publish=True)
        found[role] = Client()
        found[role].force_login(user)
    return found


def run_id(site: Path, name: str) -> str:
    return open_run(site / name).id


def draw(client: Client, run: str, **asked: str) -> Any:
    return client.post(f"/audit/run/{run}/sample/", {"size": "3", "seed": "s", "token": uuid.uuid4().hex, **asked})


def drawn(people: dict[str, Client], site: Path, **asked: str) -> Sample:
    answer = draw(people["auditor"], run_id(site, "one"), **asked)
    assert answer.status_code == 302, answer.content.decode()
    return Sample.objects.get(pk=int(answer.headers["Location"].rstrip("/").rsplit("/", 1)[1]))


def sign(client: Client, line: SampledLine, verdict: str = "agrees", note: str = "", token: str = "") -> Any:
    address = f"/audit/sample/{line.sample_id}/{line.place}/"
    return client.post(address, {"verdict": verdict, "note": note, "token": token or uuid.uuid4().hex})


def test_a_sample_is_the_one_that_its_seed_says(people: dict[str, Client], site: Path) -> None:
    kept = drawn(people, site)
    expected = sample(open_run(site / "one"), 3, "s")
    assert [each.entry for each in kept.lines.all()] == json.loads(json.dumps(expected.entries, default=str))
    assert kept.population == 4
    page = people["auditor"].get(f"/audit/sample/{kept.pk}/").content.decode()
    assert "3 of 4 entries" in page


def test_a_form_sent_twice_draws_once(people: dict[str, Client], site: Path) -> None:
    token = uuid.uuid4().hex
    assert drawn(people, site, token=token).pk == drawn(people, site, token=token).pk
    assert Sample.objects.count() == 1


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"size": "0"}, "At least 1 entry"), ({"size": "1001"}, "At most 1,000"), ({"size": "x"}, "not a whole number"),
        ({"size": ""}, "Say how many"), ({"seed": ""}, "Name a seed"), ({"seed": "x" * 65}, "At most 64"),
        ({"seed": "a\x1fb"}, "no sample can be drawn"), ({"seed": "a\x00b"}, "no control characters"),
    ],
)  # fmt: skip
def test_a_fault_stands_beside_its_field_and_what_was_typed_is_kept(
    people: dict[str, Client], site: Path, asked: dict[str, str], said: str
) -> None:
    answer = draw(people["auditor"], run_id(site, "one"), **asked)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    assert 'aria-invalid="true"' in text
    assert Sample.objects.count() == 0


def test_a_verdict_is_signed_by_name_and_never_changed(people: dict[str, Client], site: Path) -> None:
    line = drawn(people, site).lines.get(place=1)
    assert sign(people["auditor"], line, "differs", "invoice 17 says 2.5 kg").status_code == 302
    assert sign(people["auditor"], line, "agrees").status_code == 302
    assert [(each.verdict, each.by.email) for each in line.verdicts.all()] == [
        ("differs", "auditor@leafmark.example"), ("agrees", "auditor@leafmark.example"),
    ]  # fmt: skip
    text = people["operator"].get(f"/audit/sample/{line.sample_id}/{line.place}/").content.decode()
    assert text.index("invoice 17") < text.index("agrees with its evidence")
    first = line.verdicts.first()
    first.note = "nothing"
    for change in (first.save, first.delete, line.verdicts.all().delete, line.delete, line.sample.delete):
        with pytest.raises(WrittenOnceError):
            change()
    with pytest.raises(WrittenOnceError):
        Verdict.objects.filter(pk=first.pk).update(note="nothing")
    with pytest.raises(WrittenOnceError):
        line.save()
    assert Verdict.objects.get(pk=first.pk).note == "invoice 17 says 2.5 kg"


def test_a_verdict_sent_twice_is_signed_once(people: dict[str, Client], site: Path) -> None:
    line = drawn(people, site).lines.get(place=1)
    for _ in range(2):
        assert sign(people["auditor"], line, token="t" * 32).status_code == 302
    assert Verdict.objects.count() == 1


@pytest.mark.parametrize(
    ("verdict", "note", "said"),
    [
        ("differs", "", "what differs"),
        ("not_shown", "  ", "what differs"),
        ("", "", "Choose a verdict"),
        ("fine", "", "Choose one of"),
    ],
)
def test_who_finds_a_difference_says_which(
    people: dict[str, Client], site: Path, verdict: str, note: str, said: str
) -> None:
    line = drawn(people, site).lines.get(place=1)
    answer = sign(people["auditor"], line, verdict, note)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert Verdict.objects.count() == 0


def test_the_download_has_every_verdict_and_runs_nothing(people: dict[str, Client], site: Path) -> None:
    kept = drawn(people, site, size="4")
    line = next(each for each in kept.lines.all() if each.entry["subject_id"] == FORMULA)
    sign(people["auditor"], line, "differs", "@SUM(1)")
    sign(people["auditor"], line, "agrees", "+1 was meant")
    answer = people["auditor"].get(f"/audit/sample/{kept.pk}/sample.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 5
    mine = [row for row in rows if row["place"] == str(line.place)]
    assert [row["note"] for row in mine] == ["'@SUM(1)", "'+1 was meant"]
    assert {row["subject_id"] for row in mine} == {"'" + FORMULA}
    assert [int(row["co2e_ug"]) for row in mine] == [line.entry["co2e_ug"]] * 2
    assert all(cell is None or not cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())


@pytest.mark.parametrize("cell", ["=1", "+x", "-1-1", "@x", "\t=1", "\r=1", " =1", "＝1"])
def test_text_that_would_be_a_formula_is_text(cell: str) -> None:
    assert safe(cell) == "'" + cell


@pytest.mark.parametrize("cell", [-1, 0.5, None, "a=b", "", "1", "-1", "+1", "-1.5e3"])
def test_numbers_and_other_text_stay_as_they_are(cell: object) -> None:
    assert safe(cell) == cell


def test_a_sampled_line_shows_what_it_is_made_of(people: dict[str, Client], site: Path) -> None:
    kept = drawn(people, site, size="4")
    for line in kept.lines.all():
        text = people["auditor"].get(f"/audit/sample/{kept.pk}/{line.place}/").content.decode()
        assert f"{line.entry['co2e_ug']:,}" in text
        assert "row " in text
        assert "one.csv" in text
        assert str(site) not in text


def test_two_runs_beside_each_other(people: dict[str, Client], site: Path) -> None:
    address = f"/audit/compare/?before={run_id(site, 'one')}&after={run_id(site, 'two')}"
    text = people["auditor"].get(address).content.decode()
    assert "4,670,000,000" in text  # one kg of eggs more: 4.67 kg
    assert "amounts" in text
    rows = list(
        csv.reader(
            io.StringIO(b"".join(people["auditor"].get(f"{address}&as=csv").streaming_content).decode("utf-8-sig"))
        )
    )
    assert len(rows) == 4
    assert rows[1][0] == "'" + FORMULA


def test_a_run_is_calculated_again_as_a_job(people: dict[str, Client], site: Path) -> None:
    answer = people["auditor"].post(f"/audit/run/{run_id(site, 'one')}/replay/", {"token": "x"})
    assert answer.status_code == 302
    jobs.run_waiting()
    text = people["auditor"].get(answer.headers["Location"]).content.decode()
    assert "Every figure is the same" in text
    assert str(site) not in text


def test_a_run_that_was_written_into_is_found(
    people: dict[str, Client], site: Path, tmp_path: Path, settings: Any
) -> None:
    import shutil

    import pyarrow as pa
    import pyarrow.parquet as pq

    shutil.copytree(site / "one", tmp_path / "forged")
    path = tmp_path / "forged" / "products.parquet"
    table = pq.read_table(path)
    forged = pa.array([value + 1 for value in table.column("co2e_ug").to_pylist()], pa.int64())
    pq.write_table(table.set_column(table.schema.get_field_index("co2e_ug"), "co2e_ug", forged), path)
    settings.WORKSPACE = dataclasses.replace(site_settings.WORKSPACE, folder=tmp_path)
    answer = people["operator"].post(f"/audit/run/{run_id(tmp_path, 'forged')}/replay/", {"token": "y"})
    jobs.run_waiting()
    assert "are not the same" in people["operator"].get(answer.headers["Location"]).content.decode()


PAGES = {
    "/audit/": "GET", "/audit/run/RUN/": "GET", "/audit/compare/": "GET", "/audit/sample/SAMPLE/": "GET", "/audit/sample/SAMPLE/1/": "GET",
    "/audit/sample/SAMPLE/sample.csv": "GET", "/operate/": "GET", "/audit/run/RUN/sample/": "POST", "/audit/run/RUN/replay/": "POST",
    "/audit/sample/SAMPLE/1/ ": "POST", "/operate/verify/": "POST",
}  # fmt: skip
SENT = {"size": "1", "seed": "s", "verdict": "agrees", "note": ""}
MAY = {
    "operator": {*PAGES} - {"/audit/run/RUN/sample/", "/audit/sample/SAMPLE/1/ "},
    "auditor": {*PAGES},
}


@pytest.mark.parametrize("prefix", ["", "/zh-hant", "/zh-hans"])
@pytest.mark.parametrize("role", ROLES)
def test_who_may_do_what(people: dict[str, Client], site: Path, role: str, prefix: str) -> None:
    """Role x page x method. A page is asked for first by GET (or POST), then by every method that it has not."""
    kept = drawn(people, site)
    before = (Sample.objects.count(), Verdict.objects.count(), Job.objects.count())
    for page, method in PAGES.items():
        address = prefix + page.strip().replace("RUN", run_id(site, "one")).replace("SAMPLE", str(kept.pk))
        client = people[role]
        answer = client.get(address) if method == "GET" else client.post(address, {**SENT, "token": uuid.uuid4().hex})
        if page in MAY.get(role, ()):
            assert answer.status_code == (200 if method == "GET" else 302), address
        elif role == "nobody" and method == "GET":
            assert (answer.status_code, "/account/login/" in answer.headers["Location"]) == (302, True)
        else:
            assert answer.status_code == 403, address
        for other in {"POST", "PUT", "PATCH", "DELETE"} - {
            each for name, each in PAGES.items() if name.strip() == page.strip()
        }:
            assert client.generic(other, address).status_code in (403, 405), (other, address)
    changed = (Sample.objects.count(), Verdict.objects.count(), Job.objects.count()) != before
    assert changed == (role in MAY)


def test_a_form_without_its_csrf_word_is_refused(people: dict[str, Client], site: Path) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(email="auditor@leafmark.example"))
    assert draw(client, run_id(site, "one")).status_code == 403


def test_the_ledger_is_verified_as_a_job(people: dict[str, Client], site: Path, settings: Any, tmp_path: Path) -> None:
    """Sound, it balances; after one row was changed behind its back, the row is named."""
    from books import behind, rides
    from terms import ANN, CATALOGUE

    from leafmark.web import books

    settings.WORKSPACE = dataclasses.replace(site_settings.WORKSPACE, folder=tmp_path)
    books.ledger().load(CATALOGUE)
    books.ledger().ingest(rides(ANN, 5))
    try:
        said = [verified(people["operator"])]
        behind(books.ledger(), "UPDATE event SET points = points + 1")
        said.append(verified(people["auditor"]))
    finally:
        books.close()
    assert "The books balance" in said[0]
    assert "do not balance" in said[1]
    assert "expected" in said[1]


def verified(client: Client) -> str:
    answer = client.post("/operate/verify/", {"token": uuid.uuid4().hex})
    jobs.run_waiting()
    return client.get(answer.headers["Location"]).content.decode()
