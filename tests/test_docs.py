"""The reference says what the code does: generated pages are fresh, and nothing public lacks an entry."""

from __future__ import annotations

import dataclasses
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from leafmark.engine.explain_address import KINDS, WORDS
from leafmark.engine.schema import REASONS, WHAT_TO_DO
from leafmark.engine.settings import Settings
from leafmark.ledger import rows as ledger
from leafmark.methods import LIBRARY
from leafmark.parcels.checking import RULES as CHECKED
from leafmark.parcels.reasons import REASONS as PARCEL_REASONS
from leafmark.products.claims import evidence_kinds, shipped_rules

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
ENVIRONMENT = re.compile(r"""(?:environ(?:\.get\(|\.setdefault\(|\.pop\(|\[)|getenv\()\s*["']([A-Za-z_]+)["']""")
OURS = re.compile(r"\bLEAFMARK_[A-Z]+(?:_[A-Z]+)*\b")


@pytest.fixture(scope="module")
def make_docs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "tools" / "make_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_docs"] = module
    spec.loader.exec_module(module)
    return module


def text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def first_cells(name: str) -> set[str]:
    """What the first column of the page's tables names."""
    return set(re.findall(r"^\| `([^`]+)`", text(name), flags=re.MULTILINE))


def test_generated_pages_are_fresh(make_docs: ModuleType) -> None:
    assert make_docs.stale() == [], "run `make docs`"


def test_every_verb_has_an_entry_with_its_options(make_docs: ModuleType) -> None:
    page = text("cli.md")
    for path, command in make_docs.verbs():
        _, found, rest = page.partition(f"# `{path}`\n")
        assert found, f"docs/cli.md lacks {path}"
        section = rest.split("\n## ")[0].split("\n### ")[0]
        for param in command.params:
            for name in param.opts if param.param_type_name == "option" else ():
                assert f"`{name}`" in section, f"docs/cli.md lacks {name} of {path}"


def test_every_verb_and_option_says_what_it_does(make_docs: ModuleType) -> None:
    for path, command in make_docs.verbs():
        assert command.help, path
        for param in command.params:
            assert param.param_type_name != "option" or param.help, f"{path} {param.name}"


def test_every_method_has_a_page() -> None:
    for method in LIBRARY:
        assert f"(`{method.name}`)" in text(f"methods/{method.id}.md")
        assert method.hash in text(f"methods/{method.id}.md")


def test_every_reason_has_an_entry() -> None:
    assert first_cells("reasons.md") == set(REASONS) == set(WHAT_TO_DO)


def test_every_reason_is_given_somewhere() -> None:
    """A code that nothing gives would be a promise the engine does not keep."""
    code = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py") if path.name != "schema.py"
    )
    assert [reason for reason in REASONS if not re.search(rf"\b{reason}\b", code)] == []


def test_every_reason_of_the_ledger_has_an_entry() -> None:
    assert first_cells("ledger-reasons.md") == set(ledger.REASONS) == set(ledger.WHAT_TO_DO)


def test_every_reason_of_parcels_has_an_entry() -> None:
    assert set(PARCEL_REASONS) <= first_cells("packing.md") | first_cells("fulfilment.md")


def test_every_rule_of_the_checker_has_an_entry() -> None:
    assert set(CHECKED) <= first_cells("packing.md")


def test_every_setting_has_an_entry() -> None:
    assert {field.name for field in dataclasses.fields(Settings)} <= first_cells("settings.md")


def test_every_environment_variable_read_has_an_entry() -> None:
    files = [path for folder in ("src", "tests") for path in (ROOT / folder).rglob("*.py")]
    read = {name for path in files for name in ENVIRONMENT.findall(path.read_text(encoding="utf-8"))}
    read |= {name for path in files for name in OURS.findall(path.read_text(encoding="utf-8"))}
    assert {"LEAFMARK_HOME", "LEAFMARK_DEBUG", "LEAFMARK_LINK_BASE", "LEAFMARK_SHARED_DATA"} <= read
    lacking = {name for name in read if name not in first_cells("settings.md")} - {"JAVA_HOME", "PATH"}
    assert not lacking, f"docs/settings.md lacks {sorted(lacking)}"


def test_every_address_of_a_sum_has_an_entry_and_stands_in_the_help(make_docs: ModuleType) -> None:
    assert first_cells("explain.md") == {*WORDS, *KINDS}
    command = dict(make_docs.verbs())["leafmark explain"]
    for name in (*WORDS, *KINDS):
        assert re.search(rf"\b{name}\b", command.help), f"the help of leafmark explain lacks {name}"


def test_every_rule_on_claims_has_its_row_and_every_kind_of_evidence_its_own() -> None:
    assert {rule.id for rule in shipped_rules()} | set(evidence_kinds()) <= first_cells("claims.md")
