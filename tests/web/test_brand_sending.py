"""From a brand's file to the shelf: checked, matched, calculated, proposed by one member and published by another."""

from __future__ import annotations

from brand_files import Console, console, visible

from leafmark.web.brand.models import Draft, Match, Upload
from leafmark.web.jobs.run import run_waiting
from leafmark.web.shelf.models import Product, Publication

__all__ = ["console"]


def test_all_the_way_to_the_shelf(console: Console) -> None:
    upload = console.checked()
    assert upload.state == Upload.CHECKED
    text = visible(console.page(f"imports/{upload.pk}/"))
    assert "products.csv" in text
    assert "1 material has no factor key" in text
    text = console.page(f"imports/{upload.pk}/matches/")
    assert "Oak wood" in text
    assert 'value="material.wood"' in text
    assert "checked" not in text  # none is chosen beforehand
    answer = console.mei.post(console.at(f"imports/{upload.pk}/matches/confirm/"), {"m-0": "material.wood"})
    assert answer.status_code == 302
    match = Match.objects.get()
    assert (match.name, match.key, match.by.email, match.basis) == (
        "Oak wood",
        "material.wood",
        "mei@example.org",
        "text",
    )
    draft = console.calculated(upload)
    assert draft.counts["states"] == {"declared": 2}
    assert draft.counts["changes"] == {"new": 2}
    text = visible(console.page(f"drafts/{draft.pk}/"))
    assert "Oak chair" in text
    assert "New (2)" in text
    picture = console.mei.get(console.at(f"drafts/{draft.pk}/label/zh-Hant.svg?p=chair"))
    assert "橡木椅" in picture.content.decode()
    assert not Product.objects.exists()
    assert console.step(draft, "propose").status_code == 302
    assert "you cannot publish it" in visible(console.page(f"drafts/{draft.pk}/"))
    assert console.step(draft, "publish", console.bo).status_code == 302
    run_waiting()
    draft.refresh_from_db()
    assert (draft.state, draft.job.fault) == (Draft.PUBLISHED, "")
    assert set(Product.objects.values_list("brand__slug", "product_id", "state")) == {
        ("nordwald", "chair", "declared"), ("nordwald", "oats", "declared"),
    }  # fmt: skip
    assert {each.published_by.email for each in Publication.objects.all()} == {"bo@example.org"}
    page = console.mei.get("/product/nordwald/chair/").content.decode()
    assert "Oak chair" in page
    assert "not known" not in visible(page)
    assert (
        console.mei.get("/trace/nordwald/chair/").status_code == 200
    )  # from the figure back to the lines that were sent
    assert "chair" in console.mei.get("/search/?q=oak").content.decode()
