"""What waits for whom, as the console's queues show it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings as site_settings
from django.test import Client
from django.utils import timezone
from operators import hold_to_roles, text_of

from leafmark.web.brand.models import Draft, Match, Upload
from leafmark.web.brand.sending.checking import materials_of
from leafmark.web.jobs.models import FAILED, Job
from leafmark.web.operate import queues
from leafmark.web.people.models import User
from leafmark.web.shelf.models import Brand


@pytest.fixture
def workspace(tmp_path: Path, settings: Any) -> Path:
    settings.WORKSPACE = dataclasses.replace(site_settings.WORKSPACE, folder=tmp_path)
    return tmp_path


def upload(
    slug: str, state: str, days: float = 0, materials: list[tuple[str, str | None]] | None = None, **more: Any
) -> Upload:
    made = Upload.objects.create(
        brand=Brand.objects.get(slug=slug), by=User.objects.get(email="member@leafmark.example"), token=f"{slug}{state}{days}{more}",
        products_name=f"{state}.csv", state=state, sent_at=timezone.now() - dt.timedelta(days=days), **more,
    )  # fmt: skip
    if materials is not None:
        made.folder.mkdir(parents=True)
        nothing = pa.nulls(len(materials), pa.string())
        lines = pa.table({"material": pa.array([each[0] for each in materials], pa.string()), "product_id": nothing, "unit": nothing,
                          "key": pa.array([each[1] for each in materials], pa.string()), "component_id": nothing})  # fmt: skip
        pq.write_table(materials_of(lines), made.folder / "materials.parquet")
    return made


def test_nothing_waits_at_first(roles: dict[str, Client], workspace: Path) -> None:
    assert queues.counts() == {"imports": 0, "unmatched": 0, "drafts": 0, "failed": 0}
    assert text_of(roles["auditor"].get("/operate/queues/")).count("Nothing waits here") == 4


def test_files_wait_until_their_figures_are_made_and_refused_ones_a_month(
    roles: dict[str, Client], workspace: Path
) -> None:
    for state, days in (
        ("checking", 0),
        ("checked", 90),
        ("calculating", 1),
        ("calculated", 1),
        ("refused", 29),
        ("refused", 31),
    ):
        upload("aiwa", state, days)
    assert [each.state for each in queues.imports()] == ["checked", "refused", "calculating", "checking"]
    page = text_of(roles["operator"].get("/operate/queues/"))
    assert "90 days" in page
    assert 'href="/brand/aiwa/"' in page
    assert "member@leafmark.example" in page


def test_a_material_waits_until_its_brand_confirmed_a_factor(roles: dict[str, Client], workspace: Path) -> None:
    other = Brand.objects.create(slug="other", name="Other")
    lines = [("steel", None), ("Steel ", None), ("glass", None), ("milk", "food.milk")]
    upload("aiwa", "checked", 2, lines)
    upload("aiwa", "calculated", 5, [("wood", None)])
    upload("aiwa", "refused", 9, [("no", None)])
    upload("other", "checked", 1, [("glass", None)])
    assert [(each.brand.slug, each.names) for each in queues.unmatched()] == [("aiwa", 3), ("other", 1)]
    mei = User.objects.get(email="member@leafmark.example")
    confirmed = {"brand": Brand.objects.get(slug="aiwa"), "key": "k", "by": mei}
    Match.objects.create(name="glass", **confirmed)
    Match.objects.create(name="wood", withdrawn_at=timezone.now(), **confirmed)
    Match.objects.create(name="glass", **{**confirmed, "brand": other})
    found = queues.unmatched()
    assert [(each.brand.slug, each.names) for each in found] == [("aiwa", 2)]
    assert (timezone.now() - found[0].since).days == 5
    Match.objects.create(name="wood", **confirmed)
    Match.objects.create(name="steel", **confirmed)
    assert queues.unmatched() == []


def test_a_half_written_file_is_no_fault(roles: dict[str, Client], workspace: Path) -> None:
    made = upload("aiwa", "checked", 0, [("steel", None)])
    assert [each.names for each in queues.unmatched()] == [1]
    (made.folder / "materials.parquet").write_bytes(b"PAR1")
    assert queues.unmatched() == []


def test_only_proposed_drafts_wait_for_a_second_pair_of_eyes(roles: dict[str, Client], workspace: Path) -> None:
    sent = upload("aiwa", "calculated")
    mei = User.objects.get(email="member@leafmark.example")
    shared = {
        "brand": sent.brand,
        "upload": sent,
        "run": "r",
        "catalogue": "c",
        "on_date": "2026-11-01",
        "prepared_by": mei,
    }
    Draft.objects.create(**shared)
    Draft.objects.create(
        **shared, state=Draft.PROPOSED, proposed_by=mei, proposed_at=timezone.now() - dt.timedelta(hours=3)
    )
    assert queues.drafts().count() == 1
    assert "3 hours" in text_of(roles["operator"].get("/operate/queues/"))


def test_the_first_page_counts_what_waits(roles: dict[str, Client], workspace: Path) -> None:
    upload("aiwa", "checked", 0, [("steel", None)])
    Job.objects.create(name="verify", function="leafmark.x", state=FAILED, fault="lost")
    assert queues.counts() == {"imports": 1, "unmatched": 1, "drafts": 0, "failed": 1}
    page = text_of(roles["operator"].get("/operate/"))
    assert "of 1 brand" in page
    assert "0 waiting or being done, 1 failed" in page


def test_hostile_names_are_text(roles: dict[str, Client], workspace: Path) -> None:
    made = upload("aiwa", "checked")
    Upload.objects.filter(pk=made.pk).update(products_name="<script>alert(1)</script>", bills_name="'; DROP TABLE x")
    page = text_of(roles["operator"].get("/operate/queues/?imports=99999999999999999999&failed=-1&drafts=<b>"))
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_who_may_look(roles: dict[str, Client], workspace: Path) -> None:
    hold_to_roles(roles, ["/operate/", "/operate/queues/"], {})
