"""The API's page: complete, in three languages, without a script; and `docs/api.md` names what there is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from api_site import PROBLEM
from django.conf import settings
from django.test import Client

from leafmark.web.api.app import api
from leafmark.web.api.keys import OF_OPERATOR, SCOPES
from leafmark.web.api.problems import KINDS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
OPERATIONS = [(method, path) for path, methods in api.get_openapi_schema()["paths"].items() for method in methods]


@pytest.mark.parametrize("prefix", ["", "/zh-hant", "/zh-hans"])
def test_every_operation_and_problem_has_its_place(db: None, client: Client, prefix: str) -> None:
    text = client.get(f"{prefix}/api/docs").content.decode()
    for method, path in OPERATIONS:
        assert f"{method.upper()} {path}<" in text
    for name in KINDS:
        assert f'id="{name}"' in text
    assert "<script" not in text
    assert "style=" not in text
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_nothing_of_the_page_comes_from_elsewhere(db: None, client: Client) -> None:
    text = client.get("/api/docs").content.decode()
    loaded = re.findall(r'<(?:link rel="(?:stylesheet|icon)"|img|script)[^>]*(?:href|src)="([^"]+)"', text)
    assert loaded
    assert all(each.startswith("/static/") for each in loaded)


def test_the_document_is_served_as_it_is_made(db: None, client: Client) -> None:
    answer = client.get("/api/openapi.json")
    assert answer.json() == json.loads(json.dumps(api.get_openapi_schema(), default=str))
    assert client.get("/api/openapi.json", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_the_hand_written_page_names_every_operation_scope_and_problem() -> None:
    text = PAGE.read_text(encoding="utf-8")
    written = set(re.findall(r"`(?:GET|POST) (/[^?`]*)", text)) | {"/accounts/ACCOUNT/redemptions/ID/void"}
    words = {"brand": "BRAND", "product_id": "ID", "account_id": "ACCOUNT", "redemption_id": "ID", "key": "NAME"}
    made = {re.sub(r"\{(\w+)\}", lambda found: words[found[1]], path).removeprefix("/api/v1") for _, path in OPERATIONS}
    assert written == made
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", text, flags=re.MULTILINE))
    assert rows == {name: str(kind.status) for name, kind in KINDS.items()}
    scopes = dict(
        re.findall(r"^\| `([a-z]+)` \| [^|]+ \| ([^|]+) \|", text.partition("## Operations")[0], flags=re.MULTILINE)
    )
    assert scopes.keys() == SCOPES.keys()
    assert {name for name, brands in scopes.items() if brands == "never"} == OF_OPERATOR


@pytest.mark.parametrize(
    "path", ["/api/nothing", "/api/", "/api/v1", "/api/v2/products", "/api/v1/products/", "/zh-hans/api/v1/products"]
)
def test_nothing_under_the_api_is_answered_by_a_page(db: None, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 404
    if path.startswith("/api/"):
        assert answer.headers["Content-Type"] == PROBLEM
        for told in ("tried", ".py", "URLPattern", str(settings.WORKSPACE.folder)):
            assert told not in answer.content.decode()


def test_a_fault_outside_an_operation_is_a_problem_too(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("ninja.operation.PathView._find_operation", broken)
    answer = Client(raise_request_exception=False).get("/api/v1/products")
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, PROBLEM)
    assert "secret" not in answer.content.decode()


def verb(folder: Path, *given: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "leafmark.cli", "api-key", *given, "--workspace", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_keys_by_the_command_line(tmp_path: Path) -> None:
    """Made in one process, listed and revoked in others; the secret is shown once."""
    made = verb(tmp_path, "create", "till", "--scope", "events", "--days", "30", "--json")
    assert made.returncode == 0, made.stderr
    key = json.loads(made.stdout)
    assert re.fullmatch(r"lmk_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}", key["key"])
    listed = verb(tmp_path, "list", "--json")
    (found,) = json.loads(listed.stdout)["keys"]
    assert (found["client"], found["brand"], found["scopes"], found["last_used"]) == ("till", None, ["events"], None)
    assert key["key"][13:] not in listed.stdout
    assert "till" in verb(tmp_path, "list").stdout
    assert verb(tmp_path, "revoke", key["prefix"]).returncode == 0
    assert "revoked" in verb(tmp_path, "list").stdout
    wrong = verb(tmp_path, "revoke", "nothing")
    assert (wrong.returncode, "no key 'nothing'" in wrong.stderr) == (2, True)
    wrong = verb(tmp_path, "create", "x", "--scope", "events", "--brand", "nobody")
    assert (wrong.returncode, "brand 'nobody': there is none" in wrong.stderr) == (2, True)
    assert "Traceback" not in wrong.stderr
