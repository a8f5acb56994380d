"""Materials and factors: proposed, chosen by a person or not at all, and never chosen for anybody."""

from __future__ import annotations

import re

import pytest
from brand_files import BILLS, PRODUCTS, Console, console, visible

from leafmark.products import matching as room
from leafmark.web.brand.models import Match, Upload
from leafmark.web.brand.sending import match_views, matching
from leafmark.web.people.models import User
from leafmark.web.shelf.models import Brand

__all__ = ["console"]
HEAD = "product_id,stage,material,key,amount,unit,region\n"


def bills(*materials: str, unit: str = "kg") -> str:
    return HEAD + "".join(f'chair,materials,"{each}",,1,{unit},GB\n' for each in materials)


def confirm(console: Console, upload: Upload, **chosen: str) -> str:
    """Confirm `m0="key"`; what the next page says."""
    fields = {name.replace("m", "m-"): key for name, key in chosen.items()}
    answer = console.mei.post(console.at(f"imports/{upload.pk}/matches/confirm/"), fields, follow=True)
    return visible(answer.content.decode())


def rows(console: Console, upload: Upload) -> dict[str, int]:
    """The place of each material in the upload's file."""
    return {each["name"]: each["row"] for each in matching.materials(upload).to_pylist()}


def test_every_material_without_a_key_is_asked_for_once(console: Console) -> None:
    lines = (
        bills("Oak wood", "OAK  WOOD", "橡木", "Cardboard")
        + "chair,materials,Glass,material.glass,1,kg,GB\n"
        + "oats,materials,Part,,1,item,\n"
    )
    upload = console.checked(PRODUCTS, lines.replace("Part,,1,item,", "Unheard-of thing,,1,kg,"))
    page = console.page(f"imports/{upload.pk}/matches/")
    assert "4 materials have no factor yet" in visible(page)
    assert re.findall(r"<legend>(.*?)</legend>", page) == ["Oak wood", "Cardboard", "Unheard-of thing", "橡木"]
    assert "2 lines" in page
    assert not re.search(r"<input type=\"radio\"[^>]*\bchecked", page)
    assert "confirmed for" not in page


def test_what_is_confirmed_is_kept_with_who_and_when_and_why(console: Console) -> None:
    upload = console.checked(PRODUCTS, bills("Oak wood", "Cardboard box", "Foam"))
    at = rows(console, upload)
    text = confirm(console, upload, **{f"m{at['Oak wood']}": "material.wood", f"m{at['Foam']}": "material.wood.reused"})
    assert "2 factors confirmed." in text
    assert "1 material has no factor yet" in text
    kept = {each.name: each for each in Match.objects.all()}
    assert (kept["Oak wood"].basis, kept["Oak wood"].confidence) == ("text", 0.315)
    assert (kept["Foam"].basis, kept["Foam"].confidence) == ("", None)  # nobody proposed it: the person named the key
    assert {each.by.email for each in kept.values()} == {"mei@example.org"}
    second = console.checked(PRODUCTS, bills("oak WOOD ", "Oak wood, solid"))
    page = console.page(f"imports/{second.pk}/matches/")
    assert re.findall(r"<legend>(.*?)</legend>", page) == ["Oak wood, solid"]
    assert "its name is like one that was confirmed: Oak wood" in page  # confirmed ones are proposed before others
    assert page.index("like one that was confirmed") < page.index("like the factor")


def test_a_match_is_confirmed_once_and_not_over_anothers(console: Console) -> None:
    upload = console.checked(PRODUCTS, bills("Oak wood"))
    assert "1 factor confirmed" in confirm(console, upload, m0="material.wood")
    assert "1 factor confirmed" in confirm(console, upload, m0="material.wood")
    assert "somebody confirmed another factor meanwhile" in confirm(console, upload, m0="material.glass")
    assert list(Match.objects.values_list("key", flat=True)) == ["material.wood"]


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"m0": "no.such.key"}, "no such material or factor"),
        ({"m0": "' OR 1=1 --"}, "no such material or factor"),
        ({"m99": "material.wood"}, "no such material or factor"),
        ({"m0": "electricity.grid"}, "do not convert"),
        ({}, "0 factors confirmed"),
        ({"mx": "material.wood", "m0x": "material.wood"}, "0 factors confirmed"),
    ],
)
def test_forged_choices_confirm_nothing(console: Console, chosen: dict[str, str], said: str) -> None:
    upload = console.checked(PRODUCTS, bills("Oak wood"))
    if chosen.get("m0") == "electricity.grid":
        from leafmark.web.brand.sending.packs import keys

        chosen = {"m0": next(key for key, each in keys().items() if each.per == ("kWh",))}
    assert said in confirm(console, upload, **chosen)
    assert not Match.objects.exists()


def test_only_factors_whose_unit_fits_are_proposed(console: Console) -> None:
    upload = console.checked(PRODUCTS, bills("Oak wood", unit="kWh"))
    page = console.page(f"imports/{upload.pk}/matches/")
    assert 'value="material.wood"' not in page
    assert "No factor&#39;s name is like this one" in page


def test_when_none_fits_one_is_searched_for(console: Console) -> None:
    upload = console.checked(PRODUCTS, bills("Qqq", "Www"))
    page = console.page(f"imports/{upload.pk}/matches/?at=1&q=glass")
    first, second = page.split("<fieldset")[1:3]
    assert 'value="material.glass"' in second
    assert 'value="material.glass"' not in first
    assert "found for “glass”" in page
    assert 'value="material.glass"' in console.page(f"imports/{upload.pk}/matches/?at=1&q=%E7%8E%BB%E7%92%83")  # 玻璃
    hostile = console.page(f"imports/{upload.pk}/matches/?at=1&q=%3Cscript%3E{'x' * 10_000}&page=-1&confirmed=zz")
    assert "<script>x" not in hostile
    assert console.mei.get(console.at(f"imports/{upload.pk}/matches/?at={'9' * 30}&q=x")).status_code == 200


def test_a_withdrawn_match_is_asked_for_again(console: Console) -> None:
    upload = console.checked(PRODUCTS, bills("Oak wood"))
    confirm(console, upload, m0="material.wood")
    match = Match.objects.get()
    for _ in range(2):
        assert console.mei.post(console.at(f"imports/{upload.pk}/matches/{match.pk}/withdraw/")).status_code == 302
    match.refresh_from_db()
    assert match.withdrawn_at is not None
    assert "1 material has no factor yet" in visible(console.page(f"imports/{upload.pk}/matches/"))
    assert "1 factor confirmed" in confirm(console, upload, m0="material.wood.reused")
    assert console.mei.post(console.at(f"imports/{upload.pk}/matches/{10**30}/withdraw/")).status_code == 404


def test_another_brands_matches_are_neither_used_nor_withdrawn(console: Console) -> None:
    other = Brand.objects.create(slug="other", name="Other")
    eve = console.client("eve", other)
    match = Match.objects.create(
        brand=other, name="Oak wood", key="material.wood", by=User.objects.get(email="eve@example.org")
    )
    upload = console.checked(PRODUCTS, bills("Oak wood"))
    assert "1 material has no factor yet" in visible(console.page(f"imports/{upload.pk}/matches/"))
    assert "was confirmed" not in console.page(f"imports/{upload.pk}/matches/")
    assert console.mei.post(console.at(f"imports/{upload.pk}/matches/{match.pk}/withdraw/")).status_code == 404
    assert eve.post(console.at(f"imports/{upload.pk}/matches/confirm/"), {"m-0": "material.wood"}).status_code == 404
    assert eve.post(f"/brand/other/imports/{upload.pk}/matches/confirm/", {"m-0": "material.wood"}).status_code == 404
    match.refresh_from_db()
    assert match.withdrawn_at is None


def test_many_materials_are_paged_and_only_a_page_of_them_is_proposed_for(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = console.checked(
        PRODUCTS, bills(*(f"Wood {'abcdefghij'[n % 10]}{'klmnopqrst'[n // 10]}" for n in range(60)))
    )
    asked: list[int] = []
    real = room.propose
    monkeypatch.setattr(
        matching, "propose", lambda names, *args, **more: asked.append(len(names)) or real(names, *args, **more)
    )
    assert console.page(f"imports/{upload.pk}/matches/?page=3").count("<legend>") == 10
    assert asked == [10]
    text = console.page(f"imports/{upload.pk}/matches/")
    assert text.count("<legend>") == match_views.PAGE
    assert "1 of 3" in visible(text)


def test_nothing_unconfirmed_is_calculated(console: Console) -> None:
    draft = console.drafted(PRODUCTS, BILLS)
    assert draft.counts["states"] == {"declared": 1, "unknown": 1}
    assert draft.counts["unmatched_lines"] == 1
    text = visible(console.page(f"drafts/{draft.pk}/"))
    assert "1 line names a material that nobody confirmed a factor for. Its product is not known." in text
    upload = draft.upload
    confirm(console, upload, m0="material.wood")
    assert console.calculated(upload).counts["states"] == {"declared": 2}
    draft.refresh_from_db()
    assert draft.counts["unmatched_lines"] == 1  # the earlier draft stays what it was
