"""A candidate pack: what differs, what it would do to published figures, and its activation, which changes none of them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from operators import fresh, hold_to_roles, text_of
from packs_site import eggs, packs_site, write_pack  # noqa: F401

from leafmark.factors.model import builtin
from leafmark.web.brand.planning.calculating import calculate
from leafmark.web.brand.planning.state import Line
from leafmark.web.brand.sending.packs import packs
from leafmark.web.jobs import run as jobs
from leafmark.web.jobs.models import DONE, FAILED, Job
from leafmark.web.operate.models import PackDecision
from leafmark.web.operate.packs import activating, views
from leafmark.web.operate.packs.active import PackGoneError, active_packs
from leafmark.web.operate.packs.installed import installed
from leafmark.web.shelf.models import Publication
from leafmark.web.written_once import WrittenOnceError

EGGS = "/operate/packs/of/eggs/"
BEFORE = "food.eggs@WORLD:cradle_to_retail:2010"


def asked(client: Client, address: str = EGGS) -> Job:
    """The job that works out a pack's effect, done."""
    place = client.post(f"{address}effect/", {"token": fresh()}).headers["Location"]
    jobs.run_waiting()
    return Job.objects.get(pk=place.rstrip("/").rsplit("/", 1)[1])


def activate(
    client: Client, address: str = EGGS, reason: str = "corrected by its publisher", token: str = ""
) -> tuple[int, str]:
    page = text_of(client.get(address))
    sha256 = page.split('name="sha256" value="')[1][:64] if 'name="sha256"' in page else ""
    answer = client.post(f"{address}activate/", {"reason": reason, "token": token or fresh(), "sha256": sha256})
    return answer.status_code, text_of(answer)


def test_what_is_installed(packs_site: Path, roles: dict[str, Client]) -> None:  # noqa: F811
    assert [(each.name, each.pack is not None) for each in installed()] == [
        ("builtin", True), ("broken", False), ("clash", True), ("eggs", True), ("mills", True),
    ]  # fmt: skip
    page = text_of(roles["auditor"].get("/operate/packs/"))
    assert "counts now" in page
    assert "faults and cannot be used" in page
    assert str(packs_site) not in page
    assert "<script>" not in text_of(roles["operator"].get("/operate/packs/of/broken/"))


@pytest.mark.parametrize("name", ["none", "..", "%2e%2e", "run", "eggs%01", "'; DROP TABLE x --"])
def test_no_other_folder_is_a_pack(packs_site: Path, roles: dict[str, Client], name: str) -> None:  # noqa: F811
    assert roles["operator"].get(f"/operate/packs/of/{name}/").status_code == 404


def test_the_differences_by_factor(packs_site: Path, roles: dict[str, Client]) -> None:  # noqa: F811
    page = text_of(roles["auditor"].get(EGGS))
    assert "+100 %" in page
    assert BEFORE in page
    assert "<b>anew" not in page
    rows = list(
        csv.DictReader(
            io.StringIO(b"".join(roles["auditor"].get(f"{EGGS}?as=csv").streaming_content).decode("utf-8-sig"))
        )
    )
    eggs_of = [row for row in builtin().factors.to_pylist() if row["key"] == "food.eggs"]
    assert {row["factor_id"] for row in rows} == {row["factor_id"] for row in eggs_of}
    (row,) = [row for row in rows if row["factor_id"] == BEFORE]
    assert float(row["co2e_kg_after"]) == 2 * float(row["co2e_kg_before"])
    assert float(row["relative"]) == 1
    assert "There is no such difference" in text_of(roles["auditor"].get(f"{EGGS}?only=added"))
    assert roles["auditor"].get(f"{EGGS}?only=<b>&page=99").status_code == 200
    assert "pack that counts now" in text_of(roles["auditor"].get("/operate/packs/of/builtin/"))


def test_what_it_would_do_is_worked_out_from_the_runs(packs_site: Path, roles: dict[str, Client]) -> None:  # noqa: F811
    """Two of three products hold eggs; one of nothing else grows by all of it, the mix by a gram's worth; the televisions' run is not in this
    workspace, so of their five figures nothing is said."""
    before = list(Publication.objects.values_list("pk", "co2e_ug"))
    job = asked(roles["operator"])
    assert (job.state, job.fault) == (DONE, "")
    whole = job.result["whole"]
    assert (whole["figures"], whole["using"], whole["changed"], whole["same"]) == (8, 2, 2, 1)
    assert job.result["not_known"] == 5
    assert job.result["highest"] == pytest.approx(1)
    assert 0 < job.result["lowest"] < 0.001
    assert "+100 %" in text_of(roles["auditor"].get(EGGS))
    assert "rest on a factor that changes or goes" in text_of(roles["operator"].get(f"/jobs/{job.pk}/"))
    assert list(Publication.objects.values_list("pk", "co2e_ug")) == before
    assert roles["member"].get(f"/jobs/{job.pk}/").status_code == 404


def test_a_run_that_cannot_be_made_again_is_counted_apart(packs_site: Path, roles: dict[str, Client]) -> None:  # noqa: F811
    shutil.rmtree(packs_site / "run" / "packs")
    job = asked(roles["operator"])
    assert (job.state, job.result["not_known"], job.result["whole"]["figures"]) == (DONE, 8, 8)
    assert "cannot be calculated again" in text_of(roles["operator"].get(EGGS))


def test_a_folder_that_was_changed_meanwhile_fails_the_job_in_words(packs_site: Path, roles: dict[str, Client]) -> None:  # noqa: F811
    answer = roles["operator"].post(f"{EGGS}effect/", {"token": fresh()})
    write_pack(packs_site / "packs" / "eggs", 3)
    jobs.run_waiting()
    job = Job.objects.get()
    assert job.state == FAILED
    assert "was changed or removed" in job.fault
    assert str(packs_site) not in text_of(roles["operator"].get(answer.headers["Location"]))


def test_nothing_is_activated_unseen(packs_site: Path, roles: dict[str, Client]) -> None:  # noqa: F811
    token = fresh()
    answer = roles["operator"].post(
        f"{EGGS}activate/", {"reason": "r", "token": token, "sha256": installed()[3].pack.hash}
    )
    assert answer.status_code == 409
    assert "First let it be worked out" in text_of(answer)
    assert active_packs()[0].hash == builtin().hash


def test_an_activated_pack_counts_for_new_figures_and_changes_none(packs_site: Path, roles: dict[str, Client]) -> None:  # noqa: F811
    before = list(Publication.objects.values_list("pk", "co2e_ug"))
    was = a_kilogram_of_eggs()
    asked(roles["operator"])
    assert [each.version for each in active_packs()] == [builtin().version]
    token = fresh()
    for _ in range(2):
        assert activate(roles["operator"], token=token)[0] == 302
    decision = PackDecision.objects.get()
    assert (decision.version, decision.by.email, decision.reason) == (
        "2027.01",
        "operator@leafmark.example",
        "corrected by its publisher",
    )
    (active,) = active_packs()
    assert active.hash == decision.sha256
    assert active.factor(BEFORE).co2e_kg == 2 * builtin().factor(BEFORE).co2e_kg
    assert a_kilogram_of_eggs() == 2 * was, "the wizard's figures are made with it"
    assert [each.hash for each in packs()] == [active.hash], "and so are those of drafts"
    assert list(Publication.objects.values_list("pk", "co2e_ug")) == before
    shutil.rmtree(packs_site / "packs" / "eggs")  # its copy is kept
    assert active_packs()[0].hash == decision.sha256
    with pytest.raises(WrittenOnceError):
        decision.delete()
    page = text_of(roles["auditor"].get("/operate/packs/"))
    assert "corrected by its publisher" in page


def a_kilogram_of_eggs() -> int:
    """What the wizard says of it, in micrograms."""
    line = Line("materials", "food.eggs", 1.0, "kg")
    found = calculate({"eggs": (("1", line),)}, dt.date(2027, 1, 31)).figures["eggs"].row["co2e_ug"]
    assert isinstance(found, int)
    return found


def test_what_was_seen_before_another_activation_counts_no_more(packs_site: Path, roles: dict[str, Client]) -> None:  # noqa: F811
    asked(roles["operator"])
    asked(roles["operator"], "/operate/packs/of/mills/")
    assert activate(roles["operator"], "/operate/packs/of/mills/")[0] == 302
    assert [each.id for each in active_packs()] == ["leafmark", "mills"]
    status, page = activate(roles["operator"])
    assert (status, "First let it be worked out" in page) == (409, True)


def test_a_key_is_taken_from_one_pack_alone(packs_site: Path, roles: dict[str, Client]) -> None:  # noqa: F811
    asked(roles["operator"], "/operate/packs/of/clash/")
    status, page = activate(roles["operator"], "/operate/packs/of/clash/")
    assert (status, "food.eggs" in page, PackDecision.objects.count()) == (409, True, 0)


def test_a_withdrawn_pack_gives_way_to_the_built_in_one(packs_site: Path, roles: dict[str, Client]) -> None:  # noqa: F811
    asked(roles["operator"])
    activate(roles["operator"])
    sent = {"pack": "leafmark", "reason": "was wrong", "token": fresh()}
    for _ in range(2):
        assert roles["operator"].post("/operate/packs/withdraw/", sent).status_code == 302
    assert [each.kind for each in PackDecision.objects.all()] == ["withdrawn", "activated"]
    assert active_packs()[0].hash == builtin().hash
    for wrong in ("leafmark", "none"):  # nothing left to withdraw
        roles["operator"].post("/operate/packs/withdraw/", {"pack": wrong, "reason": "r", "token": fresh()})
    assert PackDecision.objects.count() == 2
    assert roles["operator"].post("/operate/packs/withdraw/", {"pack": "leafmark", "token": fresh()}).status_code == 422


def test_a_copy_that_was_changed_or_is_gone_is_told(packs_site: Path, roles: dict[str, Client]) -> None:  # noqa: F811
    from leafmark.web.operate.packs import active

    asked(roles["operator"])
    activate(roles["operator"])
    kept = packs_site / "active-packs" / PackDecision.objects.get().sha256
    write_pack(kept, 5)
    active._kept.cache_clear()
    with pytest.raises(PackGoneError, match="was changed"):
        active_packs()
    assert "no new figure can be made" in text_of(roles["operator"].get("/operate/packs/"))
    shutil.rmtree(kept)
    with pytest.raises(PackGoneError, match="not there"):
        active_packs()


@pytest.mark.parametrize(("reason", "said"), [("", "Say why"), ("x" * 2001, "At most 2,000"), ("a\x00", "no control")])
def test_a_decision_has_a_reason(packs_site: Path, roles: dict[str, Client], reason: str, said: str) -> None:  # noqa: F811
    asked(roles["operator"])
    status, page = activate(roles["operator"], reason=reason)
    assert (status, said in page, PackDecision.objects.count()) == (422, True, 0)


def test_who_may_do_what(packs_site: Path, roles: dict[str, Client]) -> None:  # noqa: F811
    hold_to_roles(
        roles, ["/operate/packs/", EGGS],
        {f"{EGGS}effect/": {}, f"{EGGS}activate/": {"reason": "r"}, "/operate/packs/withdraw/": {"reason": "r", "pack": "leafmark"}},
    )  # fmt: skip
    assert {each.by.email for each in Job.objects.all()} == {"operator@leafmark.example"}


def test_a_page_asks_once_what_counts_and_once_what_was_seen(
    packs_site: Path,  # noqa: F811
    roles: dict[str, Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def counted(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def asking(*arguments: object) -> object:
            asked.append(name)
            return real(*arguments)

        return asking

    monkeypatch.setattr(activating, "active_packs", counted("packs", activating.active_packs))
    monkeypatch.setattr(views, "active_packs", counted("packs", views.active_packs))
    monkeypatch.setattr(activating, "last_effect", counted("effect", activating.last_effect))
    for address in (EGGS, f"{EGGS}?as=csv"):
        asked.clear()
        assert roles["operator"].get(address).status_code == 200
        assert sorted(asked) == ["effect", "packs"]
