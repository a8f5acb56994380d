"""Drafts: what would change, who may decide, and that the shelf gets what was decided, once, or nothing."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from brand_files import BILLS, PRODUCTS, Console, console, visible
from django.db import OperationalError
from django.test import Client

from leafmark.products.schemes import shipped_texts
from leafmark.web.brand.models import Draft, Upload
from leafmark.web.brand.sending import publishing
from leafmark.web.brand.sending.calculating import calculate_draft
from leafmark.web.brand.sending.pins import folder_of
from leafmark.web.jobs.models import Job
from leafmark.web.jobs.run import run_waiting
from leafmark.web.people.models import Membership, User
from leafmark.web.shelf.fill import Filled
from leafmark.web.shelf.grading import keep, let_count
from leafmark.web.shelf.models import Brand, Category, Product, Publication, Run

__all__ = ["console"]
KEYED = BILLS.replace("Oak wood,", ",material.wood")
HOSTILE = "<script>alert(1)</script>' OR 1=1 --"


def test_a_draft_says_what_would_change(console: Console) -> None:
    console.published(PRODUCTS, KEYED)
    more = PRODUCTS + "stool,,Stool,,chair,home,,\n"
    lines = KEYED.replace("0.12", "0.24") + "stool,materials,,material.wood,2,kg,GB\n"
    draft = console.drafted(more, lines)
    assert draft.counts["changes"] == {"changed": 1, "new": 1, "same": 1}
    text = visible(console.page(f"drafts/{draft.pk}/"))
    assert text.index("Oat drink") < text.index("Stool") < text.index("Oak chair")  # what changed most comes first
    assert "+100.0 %" in text
    assert "Stool" not in visible(console.page(f"drafts/{draft.pk}/?change=changed"))
    assert "Stool" in visible(console.page(f"drafts/{draft.pk}/?change=new&page=7"))
    console.step(draft, "propose")
    console.step(draft, "publish", console.bo)
    run_waiting()
    draft.refresh_from_db()
    assert (draft.counts["published"], draft.counts["unchanged"]) == (2, 1)
    assert sorted(Publication.objects.values_list("product__product_id", "number")) == [
        ("chair", 1),
        ("oats", 1),
        ("oats", 2),
        ("stool", 1),
    ]


def test_a_brand_named_in_the_file_is_not_asked(console: Console) -> None:
    rival = Brand.objects.create(slug="rival", name="Rival")
    rows = (
        PRODUCTS.replace("mass_kg\n", "mass_kg,brand\n")
        .replace("6.2\n", "6.2,Rival\n")
        .replace("1.03\n", "1.03,Rival\n")
    )
    console.published(rows, KEYED)
    assert Product.objects.filter(brand=console.brand).count() == 2
    assert not Product.objects.filter(brand=rival).exists()


def test_a_gtin_of_another_product_is_a_fault_of_its_row_and_of_no_other(console: Console) -> None:
    rival = Console(Brand.objects.create(slug="rival", name="Rival"), console.mei, console.bo)
    rival.mei, rival.bo = rival.client("rita", rival.brand), rival.client("rob", rival.brand, may_publish=True)
    theirs = PRODUCTS.replace("chair,9", "secret-thing,9").replace("96385074", "")
    rival.published(theirs, KEYED.replace("chair", "secret-thing"))
    draft = console.drafted(PRODUCTS, KEYED)
    assert draft.counts["faults"] == {"gtin_taken": 1}
    text = console.page(f"drafts/{draft.pk}/")
    assert "Another product on the shelf has this GTIN" in text
    assert "secret-thing" not in text + str(draft.counts) + str(draft.claims)
    assert "Rival" not in text
    assert console.mei.get(console.at(f"drafts/{draft.pk}/label/?p=chair")).status_code == 404
    console.step(draft, "propose")
    console.step(draft, "publish", console.bo)
    run_waiting()
    assert set(Product.objects.filter(brand=console.brand).values_list("product_id", flat=True)) == {"oats"}


def test_a_gtin_of_the_brands_own_other_product_names_it(console: Console) -> None:
    console.published(PRODUCTS, KEYED)
    draft = console.drafted(PRODUCTS.replace("chair,9", "stool,9"), KEYED.replace("chair", "stool"))
    assert draft.counts["faults"] == {"gtin_of_own": 1}
    assert "Your product chair has this GTIN" in console.page(f"drafts/{draft.pk}/")


def test_a_gtin_that_is_taken_between_draft_and_publication_is_refused_in_words(console: Console) -> None:
    draft = console.drafted(PRODUCTS, KEYED)
    console.step(draft, "propose")
    rival = Brand.objects.create(slug="rival", name="Rival")
    category = Category.objects.create(key="x", slug="x", sector="home", names={"en": "X"})
    Product.objects.create(brand=rival, product_id="theirs", gtin="09506000134352", category=category, name="Theirs")
    console.step(draft, "publish", console.bo)
    run_waiting()
    draft.refresh_from_db()
    assert draft.state == Draft.REFUSED
    assert "product 'chair': GTIN 09506000134352: another product on the shelf has it" in draft.note
    assert "theirs" not in draft.note
    assert not Publication.objects.exists()


def test_an_expired_figure_and_a_long_id_are_faults(console: Console) -> None:
    rows = PRODUCTS.replace("mass_kg\n", "mass_kg,valid_until\n").replace("6.2\n", "6.2,2020-01-31\n")
    rows = rows.replace("1.03\n", "1.03,\n").replace("oats", "o" * 130)
    draft = console.drafted(rows, KEYED.replace("oats", "o" * 130))
    assert draft.counts["faults"] == {"expired": 1, "id_too_long": 1}
    text = visible(console.page(f"drafts/{draft.pk}/"))
    assert "last valid day is over" in text
    assert "more than 120 characters" in text
    assert "No product of this draft can be published" in text
    assert console.step(draft, "propose").status_code == 409
    draft.refresh_from_db()
    assert draft.state == Draft.PREPARED


def test_lines_that_cannot_be_calculated_are_named(console: Console) -> None:
    draft = console.drafted(PRODUCTS, KEYED.replace(",GB", ","))
    text = visible(console.page(f"drafts/{draft.pk}/"))
    assert "there is one only for GB" in text
    assert "在此地點沒有完整的因子" in console.page(f"drafts/{draft.pk}/", prefix="/zh-hant")
    assert "chair Materials" in text


def test_products_that_contain_each_other_are_refused_in_words(console: Console, tmp_path: Any) -> None:
    lines = (
        "product_id,stage,key,amount,unit,component_id\nchair,materials,,1,item,oats\noats,materials,,1,item,chair\n"
    )
    upload = console.checked(PRODUCTS, lines)
    console.mei.post(console.at(f"imports/{upload.pk}/calculate/"), {"token": "t"})
    run_waiting()
    upload.refresh_from_db()
    assert (upload.state, upload.drafts.count()) == (Upload.CHECKED, 0)
    text = console.page(f"imports/{upload.pk}/")
    assert upload.job.fault == (
        f"uploads/{upload.pk}/drafts/{upload.job.arguments['draft']}/bill.parquet: these products contain each other: chair -> oats -> "
        "chair; a bill must end in factors: break the cycle"
    )
    for tag, said in (
        ("/zh-hant", "這些產品互相包含：chair → oats → chair"),
        ("/zh-hans", "这些产品互相包含：chair → oats → chair"),
    ):
        other = console.mei.get(tag + console.at(f"imports/{upload.pk}/")).content.decode()
        assert said in other
        assert "contain each other" not in other
    assert str(tmp_path) not in text


def test_two_pairs_of_eyes(console: Console) -> None:
    draft = console.drafted(PRODUCTS, KEYED)
    assert console.step(draft, "publish", console.bo).status_code == 409  # nobody proposed it
    assert console.step(draft, "propose", console.bo).status_code == 302
    assert console.step(draft, "publish", console.bo).status_code == 409  # her own
    assert console.step(draft, "publish", console.mei).status_code == 409  # may not publish
    assert console.step(draft, "refuse", console.mei, note="no").status_code == 409
    third = console.client("li", console.brand, may_publish=True)
    assert console.step(draft, "refuse", third).status_code == 409  # without a reason
    assert console.step(draft, "refuse", third, note=HOSTILE).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.decided_by.email) == (Draft.REFUSED, "li@example.org")
    page = console.page(f"drafts/{draft.pk}/")
    assert "<script>alert" not in page
    assert console.step(draft, "publish", third).status_code == 409
    run_waiting()
    assert not Publication.objects.exists()


def test_a_member_who_lost_the_right_to_publish_publishes_nothing(console: Console) -> None:
    draft = console.drafted(PRODUCTS, KEYED)
    console.step(draft, "propose")
    Membership.objects.filter(user__email="bo@example.org").update(may_publish=False)
    assert console.step(draft, "publish", console.bo).status_code == 409


def test_forms_sent_twice_and_out_of_order_do_it_once(console: Console) -> None:
    draft = console.drafted(PRODUCTS, KEYED)
    assert [console.step(draft, "propose").status_code for _ in range(2)] == [302, 302]
    assert [console.step(draft, "publish", console.bo).status_code for _ in range(2)] == [302, 302]
    assert Job.objects.filter(name="publish").count() == 1
    assert console.step(draft, "withdraw").status_code == 409  # too late
    run_waiting()
    assert console.step(draft, "publish", console.bo).status_code == 302
    assert run_waiting() == 0
    assert Publication.objects.count() == 2
    assert console.step(draft, "propose").status_code == 409
    assert console.step(draft, "no-such").status_code == 404
    assert console.step(draft, "propose", note="x" * 2_001).status_code == 409


def test_a_draft_against_an_older_shelf_is_refused(console: Console) -> None:
    first, second = console.drafted(PRODUCTS, KEYED), console.drafted(PRODUCTS, KEYED.replace("0.12", "0.2"))
    console.step(second, "propose")
    third = console.drafted(PRODUCTS, KEYED.replace("0.12", "0.3"))
    console.step(third, "propose")
    console.step(third, "publish", console.bo)  # decided, and not done yet
    console.step(second, "publish", console.bo)
    run_waiting()
    for each in (first, second, third):
        each.refresh_from_db()
    assert (third.state, second.state) == (Draft.PUBLISHED, Draft.REFUSED)
    assert second.counts["gone"] == "older_shelf"
    for tag, said in (
        ("", "shelf changed after the draft was prepared"),
        ("/zh-hant", "評級依據有了變動"),
        ("/zh-hans", "评级依据有了变动"),
    ):
        text = console.mei.get(tag + console.at(f"drafts/{second.pk}/")).content.decode()
        assert said in text
        assert tag == "" or "shelf changed" not in text
    assert Publication.objects.count() == 2
    assert console.step(first, "propose").status_code == 409
    assert "no longer so" in visible(console.page(f"drafts/{first.pk}/"))


def test_a_draft_that_was_graded_by_something_else_is_refused(console: Console) -> None:
    """What two people looked at bears no letter; it is not published with one."""
    draft = console.drafted(PRODUCTS, KEYED)
    console.step(draft, "propose")
    console.step(draft, "publish", console.bo)
    let_count(keep(next(each for each in shipped_texts() if 'id = "leafmark.percentile"' in each), None, []))
    run_waiting()
    draft.refresh_from_db()
    assert (draft.state, Publication.objects.count()) == (Draft.REFUSED, 0)
    assert draft.counts["gone"] == "older_shelf"


@pytest.mark.parametrize(
    "name", ["catalogue.parquet", "run/run.json", "items.parquet", "bill.parquet", "run/products.parquet"]
)
def test_a_draft_whose_files_changed_is_refused(console: Console, name: str) -> None:
    draft = console.drafted(PRODUCTS, KEYED)
    console.step(draft, "propose")
    with (folder_of(draft) / name).open("ab") as file:
        file.write(b" ")
    console.step(draft, "publish", console.bo)
    run_waiting()
    draft.refresh_from_db()
    assert draft.state == Draft.REFUSED
    assert draft.counts["gone"] == "files_changed"
    assert "files were changed" in draft.job.fault
    assert "更改過" in console.bo.get(f"/zh-hant/jobs/{draft.job_id}/").content.decode()
    assert not Publication.objects.exists()


def test_a_draft_whose_files_are_damaged_is_still_shown(console: Console) -> None:
    draft = console.drafted(PRODUCTS, KEYED + "chair,use,,,1,kg,\n")
    for name in ("items.parquet", "catalogue.parquet"):
        path = folder_of(draft) / name
        path.write_bytes(path.read_bytes()[:-40])
    assert "files of this draft are gone" in console.page(f"drafts/{draft.pk}/")
    assert console.mei.get(console.at(f"drafts/{draft.pk}/label/?p=chair")).status_code == 404


def test_a_draft_without_its_files_is_refused_and_still_shown(console: Console) -> None:
    import shutil

    draft = console.drafted(PRODUCTS, KEYED)
    console.step(draft, "propose")
    shutil.rmtree(folder_of(draft))
    assert "files of this draft are gone" in console.page(f"drafts/{draft.pk}/")
    assert console.mei.get(console.at(f"drafts/{draft.pk}/label/?p=chair")).status_code == 404
    console.step(draft, "publish", console.bo)
    run_waiting()
    draft.refresh_from_db()
    assert (draft.state, Publication.objects.count()) == (Draft.REFUSED, 0)


def test_a_publication_that_is_killed_is_done_once_when_it_is_run_again(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = console.drafted(PRODUCTS, KEYED)
    console.step(draft, "propose")
    console.step(draft, "publish", console.bo)
    real = publishing.fill

    def filled_and_killed(*args: Any, last: Callable[[Filled], None], **more: Any) -> Filled:
        def killed(done: Filled) -> None:
            last(done)
            raise KeyboardInterrupt

        return real(*args, last=killed, **more)

    monkeypatch.setattr(publishing, "fill", filled_and_killed)
    with pytest.raises(KeyboardInterrupt):
        publishing.publish_draft(str(draft.pk))
    draft.refresh_from_db()
    assert (draft.state, Publication.objects.count(), Run.objects.count()) == (Draft.PUBLISHING, 0, 0)
    monkeypatch.setattr(publishing, "fill", real)

    def killed(*_: Any) -> None:
        raise OperationalError("the index was being written")

    with monkeypatch.context() as patch:
        patch.setattr(publishing.finding, "update", killed)
        with pytest.raises(OperationalError):
            publishing.publish_draft(str(draft.pk))
    assert Publication.objects.count() == 2  # on the shelf, and not in the search yet
    for _ in range(2):
        assert publishing.publish_draft(str(draft.pk))["published"] == 2
    assert Publication.objects.count() == 2
    assert "chair" in console.mei.get("/search/?q=oak").content.decode()


def test_a_job_that_ended_badly_can_be_tried_again_by_the_second_member(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = console.drafted(PRODUCTS, KEYED)
    console.step(draft, "propose")
    console.step(draft, "publish", console.bo)
    Job.objects.filter(name="publish").update(state="failed", fault="lost")
    assert "was stopped in the middle" in visible(console.page(f"drafts/{draft.pk}/"))
    assert console.step(draft, "publish", console.mei).status_code == 409
    assert console.step(draft, "publish", console.bo).status_code == 302
    run_waiting()
    draft.refresh_from_db()
    assert draft.state == Draft.PUBLISHED


def test_a_calculation_that_is_run_again_gives_the_same_draft(console: Console) -> None:
    draft = console.drafted(PRODUCTS, BILLS)
    job = Job.objects.get(name="calculate")
    before = Draft.objects.values().get(pk=draft.pk)
    calculate_draft(**job.arguments)
    Draft.objects.filter(pk=draft.pk).delete()  # as if its worker had died before it was kept
    console.mei.post(console.at(f"imports/{draft.upload.pk}/matches/confirm/"), {"m-0": "material.wood"})
    calculate_draft(**job.arguments)
    again = Draft.objects.values().get(pk=draft.pk)
    changing = {"prepared_at"}
    assert {name: value for name, value in again.items() if name not in changing} == {
        name: value for name, value in before.items() if name not in changing
    }


def test_an_old_form_calculates_nothing_anew(console: Console) -> None:
    upload = console.checked(PRODUCTS, KEYED)
    console.calculated(upload, "same")
    console.mei.post(console.at(f"imports/{upload.pk}/calculate/"), {"token": "same"})
    assert run_waiting() == 0
    upload.refresh_from_db()
    assert (upload.state, upload.drafts.count()) == (Upload.CALCULATED, 1)
    without = console.checked(PRODUCTS, None)
    console.mei.post(console.at(f"imports/{without.pk}/calculate/"), {"token": "x"})
    assert run_waiting() == 0


CLAIMS = PRODUCTS.replace("Oak chair", "Eco-friendly chair").replace("Oat drink,", "Eco-friendly chair,")


def test_every_text_is_read_against_the_rules_and_the_gravest_must_be_answered(console: Console) -> None:
    draft = console.drafted(CLAIMS.replace("seating one person", HOSTILE), KEYED)
    assert draft.counts["claims"]["by_severity"] == {"banned": 1}
    (found,) = draft.claims
    assert (found["text"], found["products"], found["kinds"]) == ("Eco-friendly chair", 2, ["name"])
    assert {each["rule"] for each in found["findings"]} == {"eu.generic"}
    page = console.page(f"drafts/{draft.pk}/")
    text = visible(page)
    for said in ("eu.generic", "Evidence missing", "banned without its evidence", "recognised excellent"):
        assert said in text
    assert "compliant" not in text
    assert "<script>alert" not in page
    assert "缺少" in console.page(f"drafts/{draft.pk}/", prefix="/zh-hans")
    assert console.step(draft, "propose").status_code == 409
    assert console.step(draft, "propose", note="   ").status_code == 409
    assert console.step(draft, "propose", note="EU Ecolabel licence 1234").status_code == 302
    draft.refresh_from_db()
    assert draft.note == "EU Ecolabel licence 1234"


def test_a_brands_name_that_is_a_claim_is_found(console: Console) -> None:
    Brand.objects.filter(pk=console.brand.pk).update(name="EcoWash")
    draft = console.drafted(PRODUCTS, KEYED)
    assert [each["kinds"] for each in draft.claims] == [["brand"]]
    assert "the brand&#39;s name" in console.page(f"drafts/{draft.pk}/")


def test_more_findings_than_a_page_holds_are_counted(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    from leafmark.web.brand.sending import claimed

    monkeypatch.setattr(claimed, "KEPT_MAX", 3)
    monkeypatch.setattr(claimed, "READ_MAX", 8)
    rows = "product_id,name_en,sector\n" + "".join(f"p{n},Eco-friendly thing {n},home\n" for n in range(20))
    lines = "product_id,stage,key,amount,unit,region\n" + "".join(
        f"p{n},materials,material.wood,1,kg,GB\n" for n in range(20)
    )
    draft = console.drafted(rows, lines)
    assert len(draft.claims) == 3
    assert (draft.counts["claims"]["found"], draft.counts["claims"]["not_read"]) == (8, 12)
    text = visible(console.page(f"drafts/{draft.pk}/"))
    assert "12 texts hold words of the rules and were not read" in text
    assert "The gravest 3 are shown" in text


def status(client: Client, path: str) -> int:
    answer = client.get(path)
    if answer.streaming:
        b"".join(answer.streaming_content)  # a file is closed at its end
    return answer.status_code


ROLES = ("mei", "bo", "stranger", "consumer", "operator", "auditor", "nobody")


def test_who_may_read_and_who_may_do_what(console: Console) -> None:
    """Role x page x object. What is another brand's is not there, whoever asks."""
    other = Console(Brand.objects.create(slug="other", name="Other"), console.mei, console.bo)
    other.mei, other.bo = other.client("eve", other.brand), other.client("ed", other.brand, may_publish=True)
    draft, foreign = (
        console.drafted(CLAIMS, BILLS + "elsewhere,use,x,,1,kg,\n"),
        other.drafted(PRODUCTS.replace("950600", "").replace("0134352", ""), BILLS),
    )
    clients = {
        "mei": console.mei, "bo": console.bo, "stranger": other.mei, "consumer": console.client("ann"), "nobody": Client(),
        "operator": console.client("otto", is_operator=True), "auditor": console.client("una", is_auditor=True),
    }  # fmt: skip
    pages = {
        "imports/": 0, "imports/template/bills.csv": 0, "imports/{upload}/": 1, "imports/{upload}/matches/": 1,
        "imports/{upload}/rejected/bills/": 1, "drafts/{draft}/": 1, "drafts/{draft}/label/?p=oats": 1, "drafts/{draft}/label/en.svg?p=oats": 1,
    }  # fmt: skip
    posts = (
        "imports/", "imports/{upload}/calculate/", "imports/{upload}/matches/confirm/", "imports/{upload}/matches/1/withdraw/",
        "drafts/{draft}/propose/", "drafts/{draft}/withdraw/", "drafts/{draft}/publish/", "drafts/{draft}/refuse/",
    )  # fmt: skip
    mine, theirs = ({"upload": each.upload_id, "draft": each.pk} for each in (draft, foreign))
    before = json.dumps(list(Draft.objects.values()), default=str), Job.objects.count(), Upload.objects.count()
    for path, of_object in pages.items():
        got = {who: status(client, console.at(path.format(**mine))) for who, client in clients.items()}
        assert got == dict(zip(ROLES, (200, 200, 404, 404, 200, 200, 302), strict=True)), path
        if of_object:
            got = {who: status(client, console.at(path.format(**theirs))) for who, client in clients.items()}
            assert got == dict(zip(ROLES, (404, 404, 404, 404, 404, 404, 302), strict=True)), path
    for path in posts:
        got = {who: clients[who].post(console.at(path.format(**mine)), {"note": "x"}).status_code for who in ROLES[2:]}
        assert got == dict(zip(ROLES[2:], (404, 404, 403, 403, 403), strict=True)), path
        if "{" in path:
            got = {
                who: clients[who].post(console.at(path.format(**theirs)), {"note": "x"}).status_code for who in ROLES
            }
            assert got == dict(zip(ROLES, (404, 404, 404, 404, 403, 403, 403), strict=True)), path
    assert (
        json.dumps(list(Draft.objects.values()), default=str),
        Job.objects.count(),
        Upload.objects.count(),
    ) == before


def test_nothing_of_a_draft_is_seen_outside_before_it_is_published(console: Console) -> None:
    draft = console.drafted(PRODUCTS, KEYED)
    for path in (
        "/product/nordwald/chair/",
        "/label/09506000134352.svg",
        "/label/nordwald/chair.svg",
        f"/factor/{json.loads((folder_of(draft) / 'run' / 'run.json').read_text())['run_id']}/x/",
    ):
        assert console.client(f"c{abs(hash(path))}").get(path).status_code == 404
    assert User.objects.exists()
    assert draft.on_date == dt.date.today() or draft.on_date == dt.datetime.now(dt.UTC).date()


def test_a_button_with_an_address_of_its_own_stays_in_the_market_it_is_pressed_in(console: Console) -> None:
    draft = console.drafted(PRODUCTS, KEYED)
    console.step(draft, "propose")
    page = console.bo.get("/m/hk" + console.at(f"drafts/{draft.pk}/")).content.decode()
    (pressed,) = re.findall(r'<button[^>]* formaction="([^"]+)"', page)
    assert pressed == "/m/hk" + console.at(f"drafts/{draft.pk}/refuse/")
    answer = console.bo.post(pressed, {"note": "not these"})
    draft.refresh_from_db()
    assert (answer.status_code, draft.state) == (302, Draft.REFUSED)
    assert answer.headers["Location"] == "/m/hk" + console.at(f"drafts/{draft.pk}/")
