"""The house has floors: a room imports only the rooms below it. Read by ast, so imports inside functions count too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src"
HOUSE = SOURCE / "leafmark"

MAY_IMPORT: dict[str, set[str]] = {
    "factors": {"factors"},
    "ledger": {"ledger"},
    "experiments": {"experiments"},
    "methods": {"factors", "methods"},
    "engine": {"factors", "methods", "engine"},
    "products": {"factors", "methods", "engine", "products"},
    "parcels": {"factors", "methods", "engine", "parcels"},
    "inventory": {"factors", "methods", "engine", "inventory"},
    "actions": {"factors", "methods", "engine", "ledger", "actions"},
    "demo": {"factors", "methods", "engine", "products", "parcels", "inventory", "actions", "ledger", "demo"},
    "web": {
        "factors",
        "methods",
        "engine",
        "products",
        "parcels",
        "inventory",
        "actions",
        "ledger",
        "experiments",
        "web",
    },
    "cli": {
        "factors",
        "methods",
        "engine",
        "products",
        "parcels",
        "inventory",
        "actions",
        "ledger",
        "experiments",
        "demo",
        "web",
        "cli",
    },
}
EVERYBODY = {"__init__"}
"""`import leafmark` itself: the version."""

KNOWN: dict[tuple[str, str], str] = {}
"""(file below src/leafmark, room) -> why the floor is broken there. An entry that is no longer needed fails."""


def imports(path: Path, tree: ast.Module) -> Iterator[str]:
    """Full names of all modules a file imports; relative ones resolved; `from leafmark import x` is leafmark.x."""
    package = path.relative_to(SOURCE).parent.parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            name = ".".join((*start, *(node.module.split(".") if node.module else ())))
            if name == "leafmark":
                yield from (f"leafmark.{alias.name}" for alias in node.names)
            else:
                yield name


def breaches() -> dict[tuple[str, str], str]:
    """(file, room) of every import of a room that is not below."""
    found: dict[tuple[str, str], str] = {}
    for path in sorted(HOUSE.rglob("*.py")):
        inside = path.relative_to(HOUSE)
        room = inside.parts[0] if len(inside.parts) > 1 else "__init__"
        for name in imports(path, ast.parse(path.read_text(encoding="utf-8"))):
            top, _, rest = name.partition(".")
            if top != "leafmark" or not rest:
                continue
            target = rest.split(".")[0]
            if target in MAY_IMPORT and target not in MAY_IMPORT.get(room, EVERYBODY):
                found[inside.as_posix(), target] = name
    return found


def test_every_room_has_a_floor() -> None:
    rooms = {path.parent.name for path in HOUSE.glob("*/__init__.py")}
    assert rooms == set(MAY_IMPORT)


def test_rooms_import_only_what_lies_below() -> None:
    found = breaches()
    new = {f"{file} imports {name}" for (file, room), name in found.items() if (file, room) not in KNOWN}
    assert not new, "\n".join(sorted(new))
    assert set(KNOWN) <= set(found), "an exception in KNOWN is no longer needed"


def test_nobody_but_the_site_imports_django() -> None:
    for path in HOUSE.rglob("*.py"):
        if path.is_relative_to(HOUSE / "web"):
            continue
        names = set(imports(path, ast.parse(path.read_text(encoding="utf-8"))))
        assert not {name for name in names if name.split(".")[0] == "django"}, path.name


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("from leafmark import cli", "leafmark.cli"),
        ("from ..cli import output", "leafmark.cli"),
        ("def f():\n    import leafmark.cli.output", "leafmark.cli.output"),
    ],
)
def test_all_ways_of_importing_are_seen(line: str, name: str) -> None:
    assert name in list(imports(HOUSE / "factors" / "model.py", ast.parse(line)))
