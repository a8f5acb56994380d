"""Files that a brand sends: what is taken, what is refused and in which words, and that nothing of ours is told."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from brand_files import BILLS, PRODUCTS, Console, console, visible
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from leafmark.web.brand.models import Upload
from leafmark.web.brand.sending import receiving, uploads
from leafmark.web.jobs.models import Job
from leafmark.web.jobs.run import run_waiting

__all__ = ["console"]
HOSTILE = '<script>alert(1)</script>"; DROP TABLE shelf_product; --'


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_files_lie_under_names_of_ours_and_are_shown_under_the_senders(console: Console, tmp_path: Path) -> None:
    name = f"../../{'x' * 300}<b>é.csv"
    files = {
        "products": SimpleUploadedFile(name, PRODUCTS.encode()),
        "bills": SimpleUploadedFile("b\n\x00.csv", BILLS.encode()),
    }
    console.mei.post(console.at("imports/"), {**files, "token": "a" * 32})
    run_waiting()
    upload = Upload.objects.get()
    assert files_in(upload.folder) == ["bills", "bills.parquet", "materials.parquet", "products", "products.parquet"]
    assert (upload.folder / "products").read_text() == PRODUCTS
    assert files_in(tmp_path / "uploads" / "incoming") == []
    assert "/" not in upload.products_name
    assert len(upload.products_name) <= uploads.NAME_CHARS
    assert upload.state == Upload.CHECKED
    text = console.page(f"imports/{upload.pk}/")
    assert "<b>é" not in text
    assert str(tmp_path) not in text


def test_every_fault_is_named_by_row_and_field_and_comes_back_to_be_mended(console: Console) -> None:
    products = PRODUCTS + f"bad,9506000134353,=1+1,,{HOSTILE},home,,1\n,,Nameless id,,x,home,,1\n"
    upload = console.checked(products, BILLS + "elsewhere,materials,x,,1,kg,\nchair,nowhere,x,,1,kg,\n")
    page = console.page(f"imports/{upload.pk}/")
    text = visible(page)
    for said in ("4 gtin", "9506000134353", "5 product_id", "nowhere", "elsewhere", "Accepted 2"):
        assert said in text, said
    assert "<script>" not in page
    assert upload.preview["products"]["counts"]["rejected"] == 2
    for kind, count in (("products", 2), ("bills", 4)):
        answer = console.mei.get(console.at(f"imports/{upload.pk}/rejected/{kind}/"))
        assert answer.headers["Content-Disposition"] == f'attachment; filename="rejected-{kind}.csv"'
        body = b"".join(answer.streaming_content).decode("utf-8-sig")
        assert body.count("\n") == count + 1
        assert "\n=" not in body
        if kind == "products":
            assert ",'=1+1," in body  # no spreadsheet computes it
    mended = body  # a rejected file may be sent as it is
    assert console.checked(PRODUCTS, mended).state == Upload.CHECKED


def test_rejected_rows_say_nothing_of_our_folders(console: Console, tmp_path: Path) -> None:
    upload = console.checked(PRODUCTS, BILLS + "elsewhere,materials,x,,1,kg,\n")
    written = (upload.folder / "rejected-bills.csv").read_text()
    assert "a product of products.csv" in written
    assert str(tmp_path) not in written + str(upload.preview)


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (200 << 20))
    return out.getvalue().replace((200 << 20).to_bytes(4, "little"), (1 << 31).to_bytes(4, "little"))


def parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"product_id": [["a"]], "sector": ["food"]}), out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("products", "said"),
    [
        (b"\x89PNG\r\n" + bytes(range(256)) * 40, "products.csv"),
        (",".join(f"c{n}" for n in range(1_000_000)).encode() + b"\n1\n", "is this a table?"),
        (b"," * 399_999 + b"c\n1\n", "400,000 columns"),
        (b"\x1f\x8b" + b"x" * 90, "gzip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "old workbook"),
        (b'product_id,sector,name_en\n1,food,"open', "never closed"),
        (b"PAR1 is no parquet file at all", "not readable as Parquet"),
        (b"a,b\n1,2\n", "no column product_id"),
        (b"product_id,sector,name_en\n", "no rows"),
        (zip_bomb(), "unpacks to"),
        (parquet(), "holds a list"),
        (b"PK\x03\x04" + b"\x00" * 100, "workbook"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    console: Console, products: bytes, said: str, tmp_path: Path
) -> None:
    upload = console.checked(products, None)
    assert upload.state == Upload.REFUSED
    assert said in upload.fault
    assert upload.fault.startswith("products.csv: ")
    text = console.page(f"imports/{upload.pk}/")
    assert said in visible(text)
    assert str(tmp_path) not in text
    assert Job.objects.get().state == "failed"
    assert console.mei.get(f"/jobs/{upload.job_id}/").status_code == 200


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "big5", "utf-8-sig"])
def test_the_encodings_of_spreadsheets_are_read(console: Console, encoding: str) -> None:
    names = {"gb18030": "桌子和椅子的橡木家具产品", "big5": "桌子和椅子的橡木家具產品"}.get(encoding, "橡木椅")
    text = "product_id,name,sector\n" + "".join(f"{n},{names},home\n" for n in range(5))
    upload = console.checked(text.encode(encoding), None)
    assert upload.state == Upload.CHECKED
    assert upload.preview["products"]["counts"]["accepted"] == 5


@pytest.mark.parametrize(
    ("files", "said", "fault"),
    [
        ({}, {}, "Choose a file of products"),
        ({"bills": b"x"}, {}, "Choose a file of products"),
        ({"products": b""}, {}, "is empty"),
        ({"products": b"x", "bills": b""}, {}, "is empty"),
        ({"products": b"x"}, {"sector": HOSTILE}, "Choose one of the sectors"),
        ({"products": b"x"}, {"decimal": "semicolon"}, "Choose point or comma"),
        ({"products": b"x"}, {"token": "short"}, "used already or is too old"),
        ({"products": b"x"}, {"token": "x" * 10_000}, "used already or is too old"),
    ],
)
def test_a_form_that_is_wrong_is_shown_again(
    console: Console, tmp_path: Path, files: dict[str, bytes], said: dict[str, str], fault: str
) -> None:
    body: dict[str, Any] = {name: SimpleUploadedFile("f.csv", each) for name, each in files.items()}
    answer = console.mei.post(console.at("imports/"), {"token": "b" * 32, **said, **body})
    assert answer.status_code == 422
    assert fault in visible(answer.content.decode())
    assert not Upload.objects.exists()
    assert files_in(tmp_path) == []


def test_a_body_past_the_limit_is_refused_before_it_is_read(
    console: Console, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Unread(io.RawIOBase):
        def read(self, *_: int) -> bytes:
            raise AssertionError("the body was read")

    for length in (str(receiving.BODY_MAX + 1), "9" * 40, "-1", "x"):
        answer = console.mei.generic(
            "POST",
            console.at("imports/"),
            b"",
            "multipart/form-data; boundary=x",
            CONTENT_LENGTH=length,
            **{"wsgi.input": Unread()},
        )
        assert answer.status_code == 413, length
        assert "too large" in visible(answer.content.decode())
    answer = console.mei.generic(
        "POST", "/zh-hant" + console.at("imports/"), b"", "multipart/form-data; boundary=x", CONTENT_LENGTH="9" * 12
    )
    assert "檔案太大" in answer.content.decode()
    assert files_in(tmp_path) == []


def test_a_form_without_its_token_of_the_session_keeps_no_file(console: Console, tmp_path: Path) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = console.mei.cookies
    files = {"products": SimpleUploadedFile("p.csv", PRODUCTS.encode())}
    answer = strict.post(console.at("imports/"), {**files, "token": "c" * 32})
    assert answer.status_code == 403
    assert files_in(tmp_path) == []
    assert not Upload.objects.exists()


def test_a_broken_body_is_a_plain_page(console: Console, tmp_path: Path) -> None:
    for body in (
        b"",
        b"--x\r\nnonsense",
        b'--x\r\nContent-Disposition: form-data; name="products"; filename="a"\r\n\r\nhalf',
    ):
        answer = console.mei.generic("POST", console.at("imports/"), body, "multipart/form-data; boundary=x")
        assert answer.status_code in (400, 422), body
    assert console.mei.generic("POST", console.at("imports/"), b"", "multipart/form-data").status_code == 422
    assert files_in(tmp_path) == []


def test_a_form_sent_twice_is_one_upload_and_anothers_word_makes_none(console: Console, tmp_path: Path) -> None:
    mark = "d" * 32
    first, second = (console.send(token=mark) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Upload.objects.count() == Job.objects.count() == 1
    answer = console.send(token=mark, by=console.bo)
    assert answer.status_code == 422
    assert "used already" in answer.content.decode()
    assert len(files_in(tmp_path)) == 2


def test_a_brand_cannot_fill_the_disk_with_waiting_files(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "CHECKS_AT_ONCE_MAX", 2)
    assert [console.send().status_code for _ in range(3)] == [302, 302, 422]
    run_waiting()
    assert console.send().status_code == 302


def test_a_preview_is_never_larger_than_a_page(console: Console) -> None:
    wide = ",".join(["product_id", "sector", "name_en", *("h" * 1_000 + str(n) for n in range(900))])
    rows = "".join(f"{'=' * 2_000},nowhere{n},{HOSTILE}\n" for n in range(3_000))
    upload = console.checked(wide + "\n" + rows.replace("\n", "," * 900 + "\n"), None)
    page = console.page(f"imports/{upload.pk}/")
    assert upload.preview["products"]["counts"]["rejected"] == 3_000
    assert len(upload.preview["products"]["faults"]) == 100
    assert len(page) < 300_000
    assert "702 more columns" in page or "703 more columns" in page
    assert "<script>alert" not in page


def test_a_template_can_be_sent_as_it_is(console: Console) -> None:
    files = {
        kind: b"".join(console.mei.get(console.at(f"imports/template/{kind}.csv")).streaming_content)
        for kind in ("products", "bills")
    }
    upload = console.checked(files["products"], files["bills"])
    for kind in ("products", "bills"):
        assert upload.preview[kind]["counts"] == {
            "rows": 2,
            "accepted": 2,
            "rejected": 0,
            "blank": 0,
            "faults": 0,
            "by_field": {},
        }
    assert console.mei.get(console.at("imports/template/else.csv")).status_code == 404


def test_a_check_that_is_run_again_says_the_same(console: Console) -> None:
    from leafmark.web.brand.sending.checking import check_upload

    upload = console.checked()
    before, files = upload.preview, {name: (upload.folder / name).read_bytes() for name in files_in(upload.folder)}
    Upload.objects.filter(pk=upload.pk).update(state=Upload.CHECKING, preview=None)
    check_upload(str(upload.pk))
    upload.refresh_from_db()
    assert (upload.state, upload.preview) == (Upload.CHECKED, before)
    assert {name: (upload.folder / name).read_bytes() for name in files_in(upload.folder)} == files


@pytest.mark.parametrize(("prefix", "lang"), [("", "en"), ("/zh-hant", "zh-Hant"), ("/zh-hans", "zh-Hans")])
def test_faults_and_the_file_of_rejected_rows_are_in_the_readers_language(
    console: Console, prefix: str, lang: str
) -> None:
    """Of one upload, whoever sent it in whichever language; the cells stay as they were sent."""
    products = PRODUCTS.replace("96385074", "96385070").replace(",home,", ",castle,").replace(",", ";")
    upload = console.checked(products, BILLS.replace("6,kg,GB", "x,furlong,Narnia"))
    text = console.page(f"imports/{upload.pk}/", prefix=prefix)
    words = {
        "en": ("the check digit 4 behind 9638507", "cells are separated by semicolons"),
        "zh-Hant": ("9638507 之後的檢查碼應為 4", "已知的單位", "儲存格以分號分隔"),
        "zh-Hans": ("9638507 之后的校验码应为 4", "已知的单位", "单元格以分号分隔"),
    }
    for tag, said in words.items():
        for each in said:
            assert (each in visible(text)) == (tag == lang), (tag, each)
    main = text[text.index("<main") : text.index("</main>")]
    assert 'lang="en"' not in main or lang == "en"
    answer = console.mei.get(prefix + console.at(f"imports/{upload.pk}/rejected/products/"))
    rejected = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert words[lang][0] in rejected
    assert "Oat drink" in rejected
    assert answer.headers["Content-Disposition"] == 'attachment; filename="rejected-products.csv"'


def test_a_file_refused_whole_says_why_in_the_readers_language(console: Console) -> None:
    upload = console.checked(b"%PDF-1.7", None)
    for prefix, said in (
        ("", "a PDF; send the table as CSV"),
        ("/zh-hant", "PDF；請以 CSV"),
        ("/zh-hans", "PDF；请以 CSV"),
    ):
        assert said in console.page(f"imports/{upload.pk}/", prefix=prefix)
        assert said in console.mei.get(f"{prefix}/jobs/{upload.job_id}/").content.decode()


def test_an_upload_of_before_there_were_three_languages_is_shown_in_english(console: Console) -> None:
    """Its preview has no codes and its folder one file; the English words are marked as English."""
    upload = console.checked(PRODUCTS.replace("96385074", "96385070"), BILLS)
    for kind in ("products", "bills"):
        file = upload.preview[kind]
        del file["notes_said"]
        for each in file["faults"]:
            del each["said"]
    upload.save()
    (upload.folder / "rejected-products.zh-Hant.csv").unlink()
    text = console.page(f"imports/{upload.pk}/", prefix="/zh-hant")
    assert "the check digit 4" in text
    assert '<tr lang="en">' in text
    answer = console.mei.get("/zh-hant" + console.at(f"imports/{upload.pk}/rejected/products/"))
    assert b"the check digit 4" in b"".join(answer.streaming_content)
