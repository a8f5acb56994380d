"""A statement: grams by scope and category of one run, or of several of one book, with coverage.

There are three books: `product` (footprints), `inventory` (Scope 1, 2, 3) and `impact` (avoided emissions). A product's
footprint counts what its buyers' inventories count too, and an avoided gram was never emitted: a sum of two books has
no meaning, so asking for one is an error, never a warning. The same holds for runs in two GWP sets, and for one input
counted twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leafmark.engine import gases, memory_database, proxies, tables
from leafmark.engine.backends import told
from leafmark.engine.run import Run, RunError, open_run
from leafmark.engine.wording import NOTHING_ACCEPTED, UNKNOWN, between, grams_exact, lines, mass, percent
from leafmark.factors.gwp import GASES

SCHEMA = "leafmark.statement/1"

# GHG Protocol Corporate Value Chain (Scope 3) Standard (2011), table 5.3.
CATEGORIES = {
    1: "Purchased goods and services", 2: "Capital goods", 3: "Fuel- and energy-related activities",
    4: "Upstream transportation and distribution", 5: "Waste generated in operations", 6: "Business travel",
    7: "Employee commuting", 8: "Upstream leased assets", 9: "Downstream transportation and distribution",
    10: "Processing of sold products", 11: "Use of sold products", 12: "End-of-life treatment of sold products",
    13: "Downstream leased assets", 14: "Franchises", 15: "Investments",
}  # fmt: skip
SCOPES = {1: "Direct emissions", 2: "Purchased energy", 3: "Value chain"}
GAS_NAMES = {
    "co2": "CO2", "ch4_fossil": "CH4 fossil", "ch4_biogenic": "CH4 biogenic", "n2o": "N2O", "f_gases": "F-gases",
    "other": "other gases", "unsplit": "not split by its publisher",
}  # fmt: skip
BOOKS = {
    "product": "footprints of products: counted per product, never added to an inventory",
    "inventory": "Scope 1, 2 and 3 of one organisation",
    "impact": "Scope 3+: avoided emissions and participants' reductions; never subtracted from an inventory",
}
"""Book -> what its grams are."""


class MixedBooksError(RunError):
    """Entries of more than one book, or GWP set: their sum has no meaning."""


def statement(run: Run | str | Path, *more: Run | str | Path) -> dict[str, Any]:
    """Grams by scope and category of one run, or of several runs of one book together.

    Returns
    -------
    `schema, run_id, runs, book, method, gwp, known_on, rows: [{scope, category, name, co2e_ug, entries, gases}], total
    (with range), runs_unknown, proxy, gases, lines_in, lines_rejected, coverage_lines, gwp_native_share`; int64 micrograms
    CO2e; `gases` add up to their row, or are None where a run was made before entries had them. A run of which nothing was
    accepted has no total (None, not 0) and is named in `runs_unknown`. `proxy` is `{co2e_ug, share, lines}` of life-cycle
    factors in Scope 2, None where no run's method takes any. The range of several
    runs adds theirs, as if all erred together: runs keep no shares by factor, and this is the widest it can be.

    Raises
    ------
    MixedBooksError : the entries are of more than one book or GWP set. RunError : an input would count twice.
    AssertionError : a run's entries do not add up to its total.
    """
    runs = [each if isinstance(each, Run) else open_run(each) for each in (run, *more)]
    _once(runs)
    ids = [each.id for each in runs]
    found = [(each, _sums(each)) for each in runs]
    book = _one_book(found)
    gwp = _one_gwp(runs)
    sums: dict[tuple[int | None, int | None], list[_Group]] = {}
    for _, groups in found:
        for group in groups:
            sums.setdefault((group.scope, group.category), []).append(group)
    records = [each.record for each in runs]
    lines_in, rejected = (sum(record[name] for record in records) for name in ("lines_in", "lines_rejected"))
    return {
        "schema": SCHEMA,
        "run_id": ids[0] if len(ids) == 1 else None,
        "runs": ids,
        "book": book,
        "method": _joined(f"{record['method']['id']}@{record['method']['version']}" for record in records),
        "gwp": gwp,
        "known_on": _joined(record["known_on"] for record in records),
        "rows": [
            {"scope": scope, "category": category, "name": _name(scope, category, book),
             "co2e_ug": sum(group.ug for group in groups), "entries": sum(group.entries for group in groups),
             "gases": _gases(groups)}
            for (scope, category), groups in sorted(sums.items(), key=lambda item: _order(*item[0]))
        ],
        "gases": _gases([group for groups in sums.values() for group in groups]),
        "total": {name: _added(records, name) for name in ("co2e_ug", "low_ug", "high_ug")},
        "runs_unknown": [each.id for each in runs if each.record["totals"]["co2e_ug"] is None],
        "proxy": _proxy(records),
        "lines_in": lines_in,
        "lines_rejected": rejected,
        "coverage_lines": (lines_in - rejected) / lines_in if lines_in else None,
        "gwp_native_share": _native_share(records),
    }  # fmt: skip


def _once(runs: Sequence[Run]) -> None:
    """Refuse grams that would count twice: the same method over the same input, whatever else was set."""
    seen: dict[tuple[Any, ...], Run] = {}
    for run in runs:
        work = (run.record["method"]["id"], *(each["sha256"] for each in run.record["inputs"]))
        before = seen.setdefault(work, run)
        if before is not run:
            files = " and ".join(str(each["file"]) for each in run.record["inputs"])
            raise RunError(
                f"{before.path} and {run.path} are both of {files} by {work[0]}: its grams would count twice; name one"
            )


@dataclass(frozen=True)
class _Group:
    """Micrograms and entries of one book, scope and category of one run; gases None where its entries have none."""

    book: str
    scope: int | None
    category: int | None
    ug: int
    entries: int
    gases: dict[str, int] | None


def _gases(groups: Sequence[_Group]) -> dict[str, int] | None:
    """Micrograms by gas, those that are there; None unless every group has them."""
    known = [group.gases for group in groups if group.gases is not None]
    if len(known) < len(groups):
        return None
    return {gas: ug for gas, ug in gases.added(known).items() if ug}


@told()
def _sums(run: Run) -> list[_Group]:
    """A run's entries by book, scope and category, held to the run's total."""
    path = run.path / "entries.parquet"
    if run.record.get("no_entries"):
        raise RunError(f"{run.path}: made with no_entries, so it has no entries; run it again without, for a statement")
    split = tables.schema(path).field("gases").type == gases.GASES_TYPE
    by_gas = "".join(f", COALESCE(SUM(gases.{field.name}), 0)" for field in gases.GASES_TYPE) if split else ""
    connection = memory_database.connect()
    try:
        groups = connection.execute(
            f"SELECT book, scope, category, COALESCE(SUM(co2e_ug), 0), COUNT(co2e_ug){by_gas} "
            f"FROM {tables.scan(path)} GROUP BY book, scope, category"
        ).fetchall()
    finally:
        connection.close()
    books = sorted({str(group[0]) for group in groups})
    if len(books) > 1:
        raise MixedBooksError(
            f"{path}: its entries are of {' and '.join(books)}; books are never summed: make a statement of each"
        )
    if books and books != [run.record["method"]["book"]]:
        raise MixedBooksError(
            f"{path}: its entries are of {books[0]}, but run.json says {run.record['method']['book']}; one of the two was "
            "changed: leafmark replay"
        )
    found, total = sum(int(group[3]) for group in groups), run.record["totals"]["co2e_ug"] or 0
    if found != total:
        raise AssertionError(
            f"{path}: the entries add up to {found} micrograms, but run.json has {total}; one of the two was changed: "
            "leafmark replay"
        )
    return [
        _Group(str(book), scope, category, int(ug), int(count),
               dict(zip(GASES, map(int, each), strict=True)) if split else None)
        for book, scope, category, ug, count, *each in groups
    ]  # fmt: skip


def _one_book(found: Sequence[tuple[Run, list[_Group]]]) -> str:
    books: dict[str, list[str]] = {}
    for run, _ in found:
        books.setdefault(str(run.record["method"]["book"]), []).append(run.id)
    if len(books) > 1:
        which = "; ".join(f"{book}: {', '.join(ids)}" for book, ids in sorted(books.items()))
        raise MixedBooksError(f"runs of {len(books)} books are never summed ({which}): make a statement of each book")
    return next(iter(books))


def _one_gwp(runs: Sequence[Run]) -> str:
    sets = sorted({str(run.record["gwp"]) for run in runs})
    if len(sets) > 1:
        raise MixedBooksError(
            f"runs in the GWP sets {' and '.join(sets)} are not added: make them again in one set (--gwp)"
        )
    return sets[0]


def _native_share(records: Sequence[dict[str, Any]]) -> float | None:
    """The share of the total that stands as published; None where a run does not say."""
    records = [record for record in records if record["totals"]["co2e_ug"] is not None]
    shares: list[float | None] = [record["totals"].get("gwp_native_share") for record in records]
    if len(shares) == 1:
        return shares[0]
    sizes = [int(record["totals"]["co2e_ug"]) for record in records]
    known = [size * share for size, share in zip(sizes, shares, strict=True) if share is not None]
    return sum(known) / sum(sizes) if sum(sizes) and len(known) == len(shares) else None


def _added(records: Sequence[dict[str, Any]], name: str) -> int | None:
    """The sum over the runs that have a total; None if none has."""
    known = [int(record["totals"][name]) for record in records if record["totals"][name] is not None]
    return sum(known) if known else None


def _proxy(records: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """What of the total is proxy; None where no run's method can hold any."""
    known = [record["totals"]["proxy"] for record in records if "proxy" in record["totals"]]
    if not known:
        return None
    ug, total = sum(each["co2e_ug"] for each in known), _added(records, "co2e_ug")
    return {"co2e_ug": ug, "share": ug / total if total else None, "lines": sum(each["lines"] for each in known)}


def _joined(values: Iterator[str]) -> str:
    return ", ".join(dict.fromkeys(values))


def _order(scope: int | None, category: int | None) -> tuple[int, int]:
    return scope or 0, category or 0


def _name(scope: int | None, category: int | None, book: str) -> str:
    if category is not None:
        return CATEGORIES.get(category, "")
    if scope is not None:
        return SCOPES.get(scope, "")
    return "Avoided emissions of acts" if book == "impact" else "Products' footprints"


def rows(content: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """(scope, category, grams, name) of each line for a terminal."""
    yield "scope", "category", "CO2e", ""
    for row in content["rows"]:
        scope, category = (str(row[name]) if row[name] is not None else "-" for name in ("scope", "category"))
        yield scope, category, grams_exact(row["co2e_ug"]), row["name"] + _by_proxy(row, content["proxy"])
    total = content["total"]["co2e_ug"]
    yield ("total", "", UNKNOWN, "") if total is None else ("total", "", grams_exact(total), mass(total))


def _by_proxy(row: dict[str, Any], proxy: dict[str, Any] | None) -> str:
    """How much of a row is proxy: only Scope 2 can be."""
    if row["scope"] != 2 or not row["co2e_ug"] or not proxy or not proxy["lines"]:
        return ""
    return f", {percent(proxy['co2e_ug'] / row['co2e_ug'])} of it by a flagged proxy"


def remarks(content: dict[str, Any]) -> Iterator[str]:
    """What a reader must know beside the sums."""
    total = content["total"]
    yield f"book {content['book']}: {BOOKS[content['book']]}"
    if total["co2e_ug"] is None:
        yield NOTHING_ACCEPTED
    else:
        spread = f"95 % range {between(total['low_ug'], total['high_ug'])}"
        if len(content["runs"]) > 1:
            spread += f", the ranges of {len(content['runs'])} runs added"
        yield f"{spread}; GWP {content['gwp']}"
        yield from (
            f"run {each}: no line was accepted; it is not known, and not in the total"
            for each in content["runs_unknown"]
        )
    if content["gases"]:
        yield "by gas: " + ", ".join(f"{GAS_NAMES[gas]} {mass(ug)}" for gas, ug in content["gases"].items())
    yield f"coverage: {percent(content['coverage_lines'])} of {content['lines_in']:,} lines; {content['lines_rejected']:,} rejected"
    if content["gwp_native_share"]:
        yield f"{percent(content['gwp_native_share'])} of the total stands as published, not restated to {content['gwp']}"
    proxy = content["proxy"]
    if proxy and proxy["lines"]:
        yield f"flagged proxy: {mass(proxy['co2e_ug'])}, {percent(proxy['share'])} of the total, {lines(proxy['lines'])}: {proxies.SENTENCE}"
