"""What programs read on a product's page: one JSON-LD block that is schema.org's, whole, and safe where it stands."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from leafmark.web.shelf.models import Category, Product

BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def block(client: Client, path: str) -> Any:
    (found,) = BLOCK.findall(client.get(path).content.decode())
    return json.loads(found)


def test_the_footprint_is_a_property_with_its_range(shelf: None, client: Client) -> None:
    body, published = block(client, "/product/aiwa/TV-1/"), Product.objects.get(product_id="TV-1").published
    assert (body["@context"], body["@type"], body["sku"]) == ("https://schema.org", "Product", "TV-1")
    assert body["gtin14"] == "09506000134352"
    assert body["brand"] == {"@type": "Brand", "name": "Aiwa"}
    figure = body["additionalProperty"]
    assert (figure["@type"], figure["unitText"]) == ("PropertyValue", "kg CO2e")
    assert figure["value"] == published.co2e_ug / 1e9
    assert (figure["minValue"], figure["maxValue"]) == (published.row["low_ug"] / 1e9, published.row["high_ug"] / 1e9)
    assert figure["minValue"] < figure["value"] < figure["maxValue"]


def test_what_is_not_known_is_no_property(shelf: None, client: Client) -> None:
    body = block(client, "/product/aiwa/TV-5/")
    assert "additionalProperty" not in body
    assert "gtin14" not in body


def test_a_name_ends_no_script(shelf: None, client: Client) -> None:
    body = block(client, "/product/aiwa/TV-3/")  # one block, and it can be read
    assert body["name"] == '<script>alert(1)</script> & "x"'


@pytest.mark.parametrize(("prefix", "said"), [("", "Television"), ("/zh-hant", "電視機"), ("/zh-hans", "电视机")])
def test_it_speaks_the_page_s_language(shelf: None, client: Client, prefix: str, said: str) -> None:
    Category.objects.update(names={"en": "Television", "zh-Hant": "電視機", "zh-Hans": "电视机"})
    assert block(client, f"{prefix}/product/aiwa/TV-1/")["category"] == said
