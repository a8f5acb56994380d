"""Labels for other people's pages."""

from __future__ import annotations

import gzip
import json

import pytest
from django.test import Client

from leafmark.products import LANGS


@pytest.mark.parametrize("address", ["/label/9506000134352", "/label/09506000134352", "/label/aiwa/TV-1"])
def test_one_label_under_all_its_addresses(shelf: None, client: Client, address: str) -> None:
    answer = client.get(f"{address}.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == client.get("/label/aiwa/TV-1.json").json()
    assert answer.json()["schema"] == "leafmark.label/1"
    assert answer.json()["link"] == "http://127.0.0.1:8000/01/09506000134352"


@pytest.mark.parametrize("lang", [*LANGS, "ZH-hans"])
@pytest.mark.parametrize("form", ["full", "compact"])
def test_pictures(shelf: None, client: Client, lang: str, form: str) -> None:
    svg = client.get(f"/label/aiwa/TV-1.svg?lang={lang}&form={form}")
    assert svg.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert len(gzip.compress(svg.content)) <= 4096
    png = client.get(f"/label/aiwa/TV-1.png?lang={lang}&form={form}")
    assert png.content.startswith(b"\x89PNG")


def test_other_origins_may_show_it_and_nothing_runs_in_it(shelf: None, client: Client) -> None:
    answer = client.get("/label/aiwa/TV-1.svg")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer.headers
    assert not answer.cookies
    assert client.get("/product/aiwa/TV-1/").headers["X-Frame-Options"] == "DENY"


def test_what_did_not_change_is_not_sent_again(shelf: None, client: Client) -> None:
    first = client.get("/label/aiwa/TV-1.svg")
    again = client.get("/label/aiwa/TV-1.svg", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get("/label/aiwa/TV-1.svg?lang=zh-Hans", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [("/label/9506000134353.svg", 404), ("/label/aiwa/none.svg", 404), ("/label/aiwa/TV-1.svg?lang=fr", 400),
     ("/label/aiwa/TV-1.svg?form=huge", 400), ("/01/9506000134353", 404), ("/01/abc", 404), ("/oembed?url=https://elsewhere/x", 404),
     ("/oembed?url=http://127.0.0.1:8000/", 404), ("/oembed", 404)],
)  # fmt: skip
def test_programs_get_problem_details(shelf: None, client: Client, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["status"] == status


def test_a_code_that_is_scanned_leads_a_person_to_the_page_and_a_program_to_the_linkset(
    shelf: None, client: Client
) -> None:
    """GS1 Digital Link 1.4 and RFC 9264."""
    person = client.get("/01/09506000134352", headers={"Accept": "text/html,*/*"})
    assert (person.status_code, person.headers["Location"]) == (307, "/product/aiwa/TV-1/")
    program = client.get("/01/09506000134352", headers={"Accept": "application/linkset+json"})
    assert program.headers["Content-Type"] == "application/linkset+json"
    (links,) = program.json()["linkset"]
    assert links["anchor"] == "http://127.0.0.1:8000/01/09506000134352"
    pages = {each["hreflang"][0]: each["href"] for each in links["https://ref.gs1.org/voc/pip"]}
    assert set(pages) == set(LANGS)
    for address in pages.values():
        assert client.get(address.removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_oembed(shelf: None, client: Client) -> None:
    """https://oembed.com, section 2.3.4.1: a photo has url, width and height."""
    for page in ("/product/aiwa/TV-1/", "/zh-hans/product/aiwa/TV-1/label/"):
        body = client.get("/oembed", {"url": f"http://127.0.0.1:8000{page}", "format": "json"}).json()
        assert (body["version"], body["type"]) == ("1.0", "photo")
        picture = client.get(body["url"].removeprefix("http://127.0.0.1:8000"))
        assert picture.headers["Content-Type"] == "image/png"
        width, height = (int.from_bytes(picture.content[at : at + 4], "big") for at in (16, 20))
        assert width / height == pytest.approx(body["width"] / body["height"], rel=0.01)
    assert (
        client.get("/oembed", {"url": "http://127.0.0.1:8000/product/aiwa/TV-1/", "format": "xml"}).status_code == 501
    )
