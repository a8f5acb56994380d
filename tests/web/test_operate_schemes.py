"""A scheme over published labels: seen before it counts, a letter only on the evidence that the law asks, activated as it was seen."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.db import IntegrityError, transaction
from django.test import Client
from operators import fresh, hold_to_roles, text_of

from leafmark.products import get_scheme
from leafmark.products.benchmarks import freeze, write_table
from leafmark.products.footprint import footprint_from
from leafmark.products.grading import REASONS
from leafmark.products.schemes import CERTIFICATION, REGISTRY_RECORD
from leafmark.web.jobs import run as jobs
from leafmark.web.jobs.models import DONE, FAILED, Job
from leafmark.web.operate.models import SchemeDecision
from leafmark.web.operate.schemes import activating, known, preview
from leafmark.web.operate.schemes.active import decision
from leafmark.web.operate.schemes.known import schemes
from leafmark.web.people.models import User
from leafmark.web.shelf.grading import current
from leafmark.web.shelf.models import Product, Publication

SCHEMES = "/operate/schemes/"
LETTERS = "leafmark.percentile@2026.1"
DECLARED = "leafmark.declared@2026.1"


@pytest.fixture
def site(roles: dict[str, Client], settings: Any, tmp_path: Path) -> Path:
    """A workspace with a table frozen of the shelf's own televisions, and one that was changed afterwards."""
    settings.WORKSPACE = dataclasses.replace(site_settings.WORKSPACE, folder=tmp_path)
    (tmp_path / "benchmarks").mkdir()
    shown = Product.objects.filter(current__isnull=False).select_related("current__run")
    footprints = [
        footprint_from(each.current.row, each.current.catalogue, gwp_set=each.current.run.gwp_set,
                       method_version=f"{each.current.run.method['id']}@{each.current.run.method['version']}")
        for each in shown
    ]  # fmt: skip
    table = freeze(
        footprints,
        table_id="leafmark.category",
        version="2026.1",
        frozen_on=dt.date(2026, 11, 1),
        run_hash="x",
        count_min=3,
    )
    write_table(table, tmp_path / "benchmarks" / "shelf.json")
    body = json.loads((tmp_path / "benchmarks" / "shelf.json").read_text())
    body["rows"][0]["min_ug"] -= 1
    (tmp_path / "benchmarks" / "forged.json").write_text(json.dumps(body))
    (tmp_path / "benchmarks" / "<b>.json").write_text("[]")
    return tmp_path


def asked(**changes: str) -> dict[str, str]:
    found = {"scheme": LETTERS, "table": "shelf.json", "independent": "on", "token": fresh()}
    for name in CERTIFICATION:
        found |= {
            f"{name}_where": f"https://scheme.example/{name}",
            f"{name}_by": "Monitors Ltd",
            f"{name}_until": "2099-01-01",
        }
    return {**found, **changes}


def previewed(client: Client, **changes: str) -> Job:
    answer = client.post(SCHEMES, asked(**changes))
    assert answer.status_code == 302, text_of(answer)
    jobs.run_waiting()
    return Job.objects.get(pk=answer.headers["Location"].rstrip("/").rsplit("/", 1)[1])


def activate(client: Client, job: Job, **sent: str) -> Any:
    return client.post(f"{SCHEMES}of/{job.pk}/", {"reason": "the council's decision", "token": fresh(), **sent})


def test_labels_declare_at_first(site: Path, roles: dict[str, Client]) -> None:
    assert (current().scheme.id, current().table) == ("leafmark.declared", None)
    page = text_of(roles["auditor"].get(SCHEMES))
    assert "claim no class" in page
    assert page.count("changed after it was frozen</strong>") == 2
    assert "<b>.json" not in page
    assert str(site) not in page
    assert all(scheme.kind != "official_class" for scheme in schemes().values())


def test_the_preview_counts_by_category_what_would_change(site: Path, roles: dict[str, Client]) -> None:
    """Of five televisions three are of one basis; the fourth is of another, and the fifth has no figure."""
    before = list(Publication.objects.values_list("pk", "state"))
    job = previewed(roles["operator"])
    assert (job.state, job.fault, job.result["labels"]) == (DONE, "", 5)
    assert job.result["changed"] == 3
    assert {row["category"] for row in job.result["rows"]} == {"television"}
    assert {row["before"][0] for row in job.result["rows"]} == {"declared"}
    assert sum(row["labels"] for row in job.result["rows"] if row["after"][0] == "graded") == 3
    assert {each["reason"] for each in job.result["reasons"]} == {"not_comparable", "no_figure"} or {
        each["reason"] for each in job.result["reasons"]
    } == {"not_comparable", "rejected_lines"}
    assert list(Publication.objects.values_list("pk", "state")) == before
    page = text_of(roles["auditor"].get(f"{SCHEMES}of/{job.pk}/"))
    assert "3 of 5 labels would change" in page
    assert "<script>alert" not in page
    assert "/product/aiwa/TV-1/" in page


@pytest.mark.django_db(transaction=True)
def test_the_preview_tells_its_progress_while_its_heart_beats(
    site: Path, roles: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read that is left open while another connection writes, as the heart does, can write no more: the database is locked."""
    import threading

    from django.db import connection

    def beat() -> None:
        Job.objects.update(beat_at=dt.datetime.now(dt.UTC))
        connection.close()

    def progress(done: int, whole: int, what: str) -> None:
        heart = threading.Thread(target=beat)
        heart.start()
        heart.join()
        Job.objects.update(done=done, whole=whole)

    monkeypatch.setattr(preview, "AT_ONCE", 2)
    monkeypatch.setattr(preview, "progress", progress)
    job = previewed(roles["operator"])
    assert (job.state, job.result["labels"]) == (DONE, 5)


def test_a_declared_scheme_needs_no_evidence_and_changes_nothing(site: Path, roles: dict[str, Client]) -> None:
    answer = roles["operator"].post(SCHEMES, {"scheme": DECLARED, "token": fresh()})
    assert answer.status_code == 302
    jobs.run_waiting()
    assert Job.objects.get().result["changed"] == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        *(({f"{name}_{part}": ""}, "A letter needs this") for name in CERTIFICATION for part in ("where", "by", "until")),
        ({"independent": ""}, "depends on neither"), ({"table": ""}, "names another table"), ({"table": "forged.json"}, "Choose one of these tables"),
        ({"table": "../site.db"}, "Choose one of these tables"), ({"scheme": "eu.2019-2013.displays@1"}, "Choose one of these schemes"),
        ({"scheme": ""}, "Choose a scheme"), ({"public_terms_until": "2020-01-01"}, "has passed"), ({"public_terms_until": "soon"}, "cannot be read"),
        ({"public_terms_where": "javascript:alert(1)"}, "cannot be read"), ({"public_terms_by": "x\x00"}, "No control"),
    ],
)  # fmt: skip
def test_a_letter_needs_all_that_the_law_asks(
    site: Path, roles: dict[str, Client], changes: dict[str, str], said: str
) -> None:
    answer = roles["operator"].post(SCHEMES, asked(**changes))
    assert (answer.status_code, said in text_of(answer)) == (422, True)
    assert not Job.objects.exists()


def test_activated_is_what_was_seen(site: Path, roles: dict[str, Client]) -> None:
    job = previewed(roles["operator"])
    token = fresh()
    for _ in range(2):
        assert activate(roles["operator"], job, token=token).status_code == 302
    decision = SchemeDecision.objects.get()
    assert (decision.by.email, decision.preview, decision.table_name) == (
        "operator@leafmark.example",
        job,
        "shelf.json",
    )
    (site / "benchmarks" / "shelf.json").unlink()  # it is kept
    found = current()
    assert (found.scheme, found.table and found.table.sha256) == (
        get_scheme("leafmark.percentile"),
        decision.table_sha256,
    )
    assert {each.requirement for each in found.evidence} == set(CERTIFICATION)
    assert "Monitors Ltd" in text_of(roles["auditor"].get(SCHEMES))
    assert Job.objects.filter(name="regrade").count() == 1
    sent = {"reason": "monitoring ended", "token": fresh()}
    for _ in range(2):
        roles["operator"].post(f"{SCHEMES}withdraw/", sent)
    assert [each.kind for each in SchemeDecision.objects.all()] == ["withdrawn", "activated"]
    assert current().scheme.id == "leafmark.declared"
    assert Job.objects.filter(name="regrade").count() == 2


def test_labels_get_the_letters_that_were_previewed(site: Path, roles: dict[str, Client]) -> None:
    job = previewed(roles["operator"])
    activate(roles["operator"], job)
    jobs.run_waiting()
    done = Job.objects.get(name="regrade")
    assert (done.state, done.result) == (DONE, {"labels": 5, "graded": 3, "published": 3, "superseded": False})
    assert "3 got a next version" in text_of(roles["operator"].get(f"/jobs/{done.pk}/"))
    assert previewed(roles["operator"]).result["changed"] == 0
    (row,) = (each for each in job.result["rows"] if each["after"] == ["graded", "E"])
    assert row["labels"] == 1
    page = text_of(roles["nobody"].get("/product/aiwa/TV-1/label/"))
    assert "Monitors Ltd" in page
    assert "Percentile in category" in page


def test_what_changed_since_it_was_seen_is_not_activated(
    site: Path, roles: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = previewed(roles["operator"])
    path = site / "benchmarks" / "shelf.json"
    kept = path.read_text()
    path.write_text(kept.replace('"n": 3', '"n": 4'))
    assert activate(roles["operator"], job).status_code == 409
    path.write_text(kept)
    Job.objects.filter(pk=job.pk).update(arguments={**job.arguments, "evidence": job.arguments["evidence"][:3]})
    assert "all of the evidence" in text_of(activate(roles["operator"], job))
    old = [{**each, "expires_on": "2020-01-01"} for each in job.arguments["evidence"]]
    Job.objects.filter(pk=job.pk).update(arguments={**job.arguments, "evidence": old})
    assert "has expired since" in text_of(activate(roles["operator"], job))
    assert not SchemeDecision.objects.exists()
    assert activate(roles["operator"], job, reason="").status_code == 422


@pytest.mark.parametrize("missing", CERTIFICATION)
def test_no_piece_of_another_kind_stands_in_for_one_that_is_required(
    site: Path, roles: dict[str, Client], missing: str
) -> None:
    """Three of the four and something else are as many pieces as the scheme requires, and not those."""
    job = previewed(roles["operator"])
    pieces = [
        {**each, "requirement": REGISTRY_RECORD} if each["requirement"] == missing else each
        for each in job.arguments["evidence"]
    ]
    Job.objects.filter(pk=job.pk).update(arguments={**job.arguments, "evidence": pieces})
    answer = activate(roles["operator"], job)
    assert (answer.status_code, "all of the evidence" in text_of(answer)) == (409, True)
    assert current().scheme.id == "leafmark.declared"


def test_activation_is_held_to_what_the_scheme_itself_requires(site: Path, roles: dict[str, Client]) -> None:
    """One that asks for more than the law does; the day that counts is the day of the activation."""
    scheme = dataclasses.replace(get_scheme("leafmark.percentile"), evidence_required=(*CERTIFICATION, REGISTRY_RECORD))
    pieces = [{"requirement": each, "expires_on": "2099-01-01"} for each in CERTIFICATION]
    more = [*pieces, {"requirement": REGISTRY_RECORD, "expires_on": dt.date.today().isoformat()}]
    activating.hold_evidence(scheme, more)
    past = (dt.date.today() - dt.timedelta(days=1)).isoformat()
    for held, code in (
        (pieces, "evidence"),
        ([*pieces, {**more[-1], "expires_on": past}], "expired"),
        ([], "evidence"),
    ):
        with pytest.raises(activating.NotActivated) as refused:
            activating.hold_evidence(scheme, held)
        assert refused.value.code == code


def test_activated_and_withdrawn_without_a_page(site: Path, roles: dict[str, Client]) -> None:
    operator = User.objects.get(email="operator@leafmark.example")
    job = previewed(roles["operator"])
    assert activating.withdraw("nothing counts", operator, fresh()) is None
    made = activating.activate(job, "the council's decision", operator, "one")
    assert (made.kind, made.scheme_id, made.preview, decision()) == ("activated", "leafmark.percentile", job, made)
    with pytest.raises(IntegrityError), transaction.atomic():
        activating.activate(job, "again", operator, "one")
    ended = activating.withdraw("monitoring ended", operator, "two")
    assert ended is not None
    assert (ended.kind, ended.scheme_id, decision()) == ("withdrawn", "leafmark.percentile", None)
    assert activating.withdraw("twice", operator, "three") is None


def test_the_form_asks_for_all_that_any_known_scheme_requires(
    site: Path, roles: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scheme that asks for more than the law does can be previewed: its form has fields for it."""
    text = known.texts()[LETTERS].replace('"third_party_monitoring"]', '"third_party_monitoring", "registry_record"]')
    shipped = known.texts()
    name = "strict@1"
    strict = text.replace('id = "leafmark.percentile"', 'id = "strict"').replace(
        'version = "2026.1"', 'version = "1"', 1
    )
    monkeypatch.setattr(known, "texts", lambda: {**shipped, name: strict})
    page = text_of(roles["operator"].get(SCHEMES))
    assert page.count('id="registry_record_') == 3
    assert "the public record" in page
    answer = roles["operator"].post(SCHEMES, asked(scheme=name))
    assert answer.status_code == 422
    assert text_of(answer).count('class="fault" id="registry_record_') == 3
    record = {"where": "https://register.example/1", "by": "Register", "until": "2099-01-01"}
    job = previewed(
        roles["operator"], scheme=name, **{f"registry_record_{part}": said for part, said in record.items()}
    )
    assert [each["requirement"] for each in job.arguments["evidence"]] == [*CERTIFICATION, REGISTRY_RECORD]
    assert previewed(roles["operator"]).arguments["evidence"][-1]["requirement"] == "third_party_monitoring"


def test_a_table_that_went_before_the_job_fails_it_in_words(site: Path, roles: dict[str, Client]) -> None:
    roles["operator"].post(SCHEMES, asked())
    (site / "benchmarks" / "shelf.json").unlink()
    jobs.run_waiting()
    assert (Job.objects.get().state, "was changed or removed" in Job.objects.get().fault) == (FAILED, True)


def test_another_job_is_no_preview(site: Path, roles: dict[str, Client]) -> None:
    job = Job.objects.create(name="verify", function="leafmark.x", state=DONE, result={})
    assert roles["operator"].get(f"{SCHEMES}of/{job.pk}/").status_code == 404


def test_every_reason_has_words() -> None:
    from leafmark.web import languages

    assert {f"schemes.why.{each}" for each in REASONS if each != "graded"} <= set(languages.table("en"))


def test_who_may_do_what(site: Path, roles: dict[str, Client]) -> None:
    job = previewed(roles["operator"])
    seen = f"{SCHEMES}of/{job.pk}/"
    hold_to_roles(
        roles,
        [SCHEMES, seen],
        {SCHEMES: {"scheme": DECLARED}, seen: {"reason": ""}, f"{SCHEMES}withdraw/": {"reason": "r"}},
    )
    assert not SchemeDecision.objects.exists()
