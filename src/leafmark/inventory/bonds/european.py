"""The templates of the European Green Bond Regulation, for European Green Bonds and no others.

    factsheet           Annex I, before the issue, with a positive pre-issuance review     (article 10)
    allocation report   Annex II, each year until all is allocated, with Table A           (article 11)
    impact report       Annex III, once all is allocated                                   (article 12)

Regulation (EU) 2023/2631 of 22 November 2023, OJ L 2023/2631; the three annexes were read whole in the text consolidated to 9 January
2024, and sections 1 and 2 of each compared once more with another copy (of 4 February 2025). `eu_items.csv` lists their items by annex and section: `required`, `available` (where available) or `applicable` (where
applicable), made from the tables or taken from `[eu]` of `bond.toml`. Numbered paragraphs of some articles were missing in that copy.

Not built, and refused: the portfolio approach (Table B), bonds of securitisation, and tables for sovereigns at programme level.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from leafmark.inventory.bonds import money
from leafmark.inventory.bonds.impact import results
from leafmark.inventory.bonds.proceeds import balances, months_before
from leafmark.inventory.bonds.reading import Allocation, Register
from leafmark.inventory.bonds.report import impact_report_of
from leafmark.inventory.bonds.tables import KINDS
from leafmark.inventory.book import InventoryError

SCHEMA: Final = "leafmark.bonds.european/1"
ANNEXES: Final = {"factsheet": 1, "allocation": 2, "impact": 3}
_DOCUMENTS: Final = {"factsheet": "factsheet", "allocation": "allocation report", "impact": "impact report"}
NOT_ALIGNED_MAX: Final = Fraction(15, 100)
"""Article 5(1): at most 15 % of the proceeds outside the technical screening criteria."""
OPEX_YEARS: Final = 3
"""Article 4(1), point (c): operating expenditure incurred no more than three years before the issue."""

DESIGNATION: Final = (
    "{bonds} the designation ‘European Green Bond’ or ‘EuGB’ in accordance with Regulation (EU) 2023/2631 of the European "
    "Parliament and of the Council."
)
FLEXIBILITY: Final = (
    "{bonds} use of the flexibility permitting a partial non-alignment with the technical screening criteria set "
    "out in the delegated acts adopted pursuant to Article 10(3), 11(3), 12(2), 13(2), 14(2) or 15(2) of Regulation (EU) 2020/852 of the "
    "European Parliament and of the Council (‘the technical screening criteria’), as further described in Section 4 of this {document}."
)
"""Statements whose words sections 2 of the annexes prescribe; they are printed as they are in every language, for one bond or for several."""
_USE: Final = ("This bond uses", "These bonds use")
_MAKE: Final = ("This European Green Bond makes", "These European Green Bonds make")


class NotEuropeanError(InventoryError):
    """The template is not for these bonds: which, by which article, and what would serve them."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an annex."""

    annex: int
    section: int
    item: str
    need: str
    source: str


@cache
def items(annex: int) -> tuple[Item, ...]:
    """The items of an annex in its order."""
    text = (resources.files(__package__) / "eu_items.csv").read_text(encoding="utf-8")
    rows = (
        Item(int(a), int(s), item, need, source) for a, s, item, need, source in list(csv.reader(text.splitlines()))[1:]
    )
    return tuple(each for each in rows if each.annex == annex)


def european_report(register: Register, kind: str, runs: str | Path | None = None) -> dict[str, Any]:
    """One of the three documents.

    Returns
    -------
    `schema, annex, kind, revised, issuer, period, status, open` (required items that are missing, reviews that are, balances)`, items: [{section,
    item, need, state, value}]`, where `state` is `told`, `not_told` or `missing`; `table_a` and `totals` of the allocation report.

    Raises
    ------
    NotEuropeanError : a bond is no European Green Bond, its proceeds do not meet articles 4 and 5, or the approach is not built.
    """
    if kind not in ANNEXES:
        raise InventoryError(f"report: expected {', '.join(ANNEXES)}, found {kind!r}")
    _refuse_others(register)
    annex = ANNEXES[kind]
    made = _Made(register, runs, _DOCUMENTS[kind])
    told: list[dict[str, Any]] = []
    for item in items(annex):
        value = made(item.item) if item.source == "made" else _setting(register, item.item)
        state = "told" if value else "missing" if item.need == "required" else "not_told"
        told.append({"section": item.section, "item": item.item, "need": item.need, "state": state, "value": value})
    against = [f"missing:{each['item']}" for each in told if each["state"] == "missing"]
    against += [f"unbalanced:{each.tranche_id}:{each.on}" for each in balances(register) if each.difference]
    against += [f"refused:{each['file']}:{each['row']}" for each in register.flags.refused]
    against += _reviews_missing(register, kind)
    return {
        "schema": SCHEMA, "annex": annex, "kind": kind, "revised": annex > 1 and _setting(register, "revised_on") is not None, "issuer": dict(register.settings["issuer"]),
        "period": {"from": register.first.isoformat(), "on": register.on.isoformat()},
        "status": "draft" if against else "complete", "open": against, "items": told,
        "table_a": table_a(register) if kind == "allocation" else [], "totals": _totals(register) if kind == "allocation" else {},
        "flags": [*register.flags.rows, *(flag for each in made.results for flag in each.flags)],
    }  # fmt: skip


def _refuse_others(register: Register) -> None:
    others = [row for row in register.bonds.values() if row["label"] != "european_green"]
    if others or not register.bonds:
        named = ", ".join(f"{row['bond_id']} ({row['label']})" for row in others) or "no bond"
        raise NotEuropeanError(
            f"{named}: the designation ‘European Green Bond’ and its templates are for bonds that comply with Title II of Regulation (EU) "
            "2023/2631 alone (article 3); --report allocation or impact gives the report by ICMA's guidelines"
        )
    approach = register.settings.get("eu", {}).get("approach", "gradual")
    if approach != "gradual":
        raise NotEuropeanError(
            f"[eu] approach {approach!r}: only the gradual approach (article 4(1), Annex II, Table A) is built; the portfolio "
            "approach needs Table B with all outstanding European Green Bonds and assets"
        )
    for bond_id in register.bonds:
        _refuse_unaligned(register, bond_id)


def _refuse_unaligned(register: Register, bond_id: str) -> None:
    tranches = {name: each for name, each in register.tranches.items() if each.bond_id == bond_id}
    standing = [each for each in register.allocations if each.tranche_id in tranches and each.counts_on(register.on)]
    untold = [each.allocation_id for each in standing if each.aligned is None]
    if untold:
        raise NotEuropeanError(
            f"{bond_id}: allocations {', '.join(untold[:5])} do not say how much is taxonomy-aligned (eu_aligned)"
        )
    pointless = [each.allocation_id for each in standing if each.aligned != each.amount and each.article_5 is None]
    if pointless:
        raise NotEuropeanError(
            f"{bond_id}: allocations {', '.join(pointless[:5])} are not wholly aligned and name no point of article 5(1) (eu_article_5)"
        )
    net = sum(each.net for each in tranches.values())
    outside = sum(each.amount - (each.aligned or 0) for each in standing)
    if Fraction(outside) > NOT_ALIGNED_MAX * net:
        raise NotEuropeanError(
            f"{bond_id}: {_percent(Fraction(outside, net))} of the proceeds are not taxonomy-aligned; article 5(1) lets at most 15 % be"
        )
    for each in standing:
        earliest = months_before(tranches[each.tranche_id].issued_on, 12 * OPEX_YEARS)
        if each.nature == "opex" and (each.spent_on is None or each.spent_on < earliest):
            raise NotEuropeanError(
                f"{bond_id}: allocation {each.allocation_id} is operating expenditure of {each.spent_on or 'an untold day'}; article "
                f"4(1), point (c), takes none before {earliest}"
            )


def _reviews_missing(register: Register, kind: str) -> list[str]:
    """Reviews without which the document may not be published as it stands."""

    def reviewed(bond_id: str, name: str) -> bool:
        return any(
            row["bond_id"] == bond_id and row["kind"] == name and row["opinion"] == "positive"
            for row in register.reviews
        )

    missing = []
    for bond_id in register.bonds:
        if not reviewed(bond_id, "pre_issuance_review"):
            missing.append(f"review:{bond_id}:pre_issuance_review")
        of_bond = [
            each
            for each in balances(register)
            if each.on == register.on and register.tranches[each.tranche_id].bond_id == bond_id
        ]
        full = bool(of_bond) and all(each.allocated == each.net for each in of_bond)
        if kind == "allocation" and full and not reviewed(bond_id, "post_issuance_review"):
            missing.append(f"review:{bond_id}:post_issuance_review")
        if kind == "impact" and not full:
            missing.append(f"not_fully_allocated:{bond_id}")
    return missing


def _setting(register: Register, item: str) -> str | None:
    value = register.settings.get("eu", {}).get(item)
    return None if value is None or value == "" else str(value)


def _percent(share: Fraction) -> str:
    """A share in per cent, cut to two decimals toward zero."""
    hundredths = int(share * 10_000)
    return f"{hundredths // 100}.{hundredths % 100:02d} %"


class _Made:
    """Items that follow from the tables."""

    def __init__(self, register: Register, runs: str | Path | None, document: str) -> None:
        self.register, self.document, self.runs_checked = register, document, runs is not None
        self.several = len(register.bonds) > 1
        self.results = results(register, runs)
        self.standing = [each for each in register.allocations if each.counts_on(register.on)]
        self.projects = [register.projects[name] for name in dict.fromkeys(each.project_id for each in self.standing)]

    def __call__(self, item: str) -> str | None:
        made: Mapping[str, Callable[[], str | None]] = {
            "issuer_name": lambda: str(self.register.settings["issuer"]["name"]),
            "issuer_lei": lambda: self.register.settings["issuer"].get("lei"),
            "issuer_contact": lambda: self.register.settings["issuer"].get("contact"),
            "bond_names": lambda: _joined(row.text("name") for row in self.register.bonds.values()),
            "isins": lambda: _joined(
                [*(row.text("isin") for row in self.register.bonds.values()), *(each.row.text("isin") for each in self.register.tranches.values())]
            ),
            "reviewer": lambda: _joined(f"{row['reviewer']} ({row['kind']}, {row['reviewed_on']})" for row in self.register.reviews),
            "designation": lambda: DESIGNATION.format(bonds=_USE[self.several]),
            "flexibility": lambda: FLEXIBILITY.format(bonds=_MAKE[self.several], document=self.document) if any(each.aligned != each.amount for each in self.standing) else None,
            "approach": lambda: "gradual",
            "objectives": lambda: _joined(each.row.text("eu_objective") for each in self.projects),
            "activities": lambda: _joined(f"{each.row.text('eu_activity')} {each.row.text('nace')}".strip() for each in self.projects),
            "enabling": self._enabling,
            "issuance_costs": lambda: _joined(
                f"{each.tranche_id}: {money.shown(each.costs, each.currency)}" for each in self.register.tranches.values() if each.costs is not None
            ),
            "issued_on": lambda: _joined(f"{each.tranche_id}: {each.issued_on}" for each in self.register.tranches.values()),
            "period": lambda: f"{self.register.first} – {self.register.on}",
            "table_a": lambda: f"{len(self.projects)}" if self.projects else None,
            "aligned_share": self._aligned_share,
            "impact_aggregate": self._aggregate,
            "impact_method": lambda: _joined(each.row.text("method") for each in self.register.indicators),
            "impact_projects": lambda: _joined(each.indicator_id for each in self.results),
        }  # fmt: skip
        return made[item]()

    def _enabling(self) -> str | None:
        """Amount of each enabling or transitional activity, and its proportion of the net proceeds in its currency."""
        net: dict[str, int] = {}
        for tranche in self.register.tranches.values():
            net[tranche.currency] = net.get(tranche.currency, 0) + tranche.net
        kinds = {each.project_id: each.row["eu_kind"] for each in self.projects}
        return _joined(
            f"{each['1.1']}: {kinds[each['project_id']]}, {money.shown(each['2.1'], each['currency'])} "
            f"({_percent(Fraction(each['2.1'], net[each['currency']]))})"
            for each in table_a(self.register)
            if kinds[each["project_id"]]
        )

    def _aligned_share(self) -> str | None:
        shares = []
        for bond_id in self.register.bonds:
            names = [each.tranche_id for each in self.register.tranches.values() if each.bond_id == bond_id]
            net = sum(self.register.tranches[name].net for name in names)
            aligned = sum(each.aligned or 0 for each in self.standing if each.tranche_id in names)
            if net:  # a bond whose tranches were refused has no share
                shares.append(f"{bond_id}: {_percent(Fraction(aligned, net))}")
        return _joined(shares)

    def _aggregate(self) -> str | None:
        sums = [
            one
            for bond in impact_report_of(self.register, self.results, self.runs_checked)["bonds"]
            for one in bond["sums"]
        ]
        return _joined(
            f"{one['indicator']}: {one['part']} {one['unit']} ({one['from']}, {one['until']}, {one['result']})"
            for one in sums
        )


def _joined(texts: Any) -> str | None:
    found = list(dict.fromkeys(text for text in texts if text))
    return "; ".join(found) or None


def table_a(register: Register) -> list[dict[str, Any]]:
    """Annex II, Table A: a column of the template for each project (and currency) is a row here, its keys the template's row numbers."""
    standing = [each for each in register.allocations if each.counts_on(register.on)]
    return [
        _column(
            register,
            project_id,
            [
                each
                for each in standing
                if each.project_id == project_id and register.tranches[each.tranche_id].currency == currency
            ],
        )
        for project_id, currency in dict.fromkeys(
            (each.project_id, register.tranches[each.tranche_id].currency) for each in standing
        )
    ]


def _column(register: Register, project_id: str, mine: list[Allocation]) -> dict[str, Any]:
    project, row = register.projects[project_id], register.projects[project_id].row
    currency = register.tranches[mine[0].tranche_id].currency
    period = [each for each in mine if each.allocated_on >= register.first]
    natures = {nature: sum(each.aligned or 0 for each in period if each.nature == nature)
               for nature in ("capex", "opex", "fixed_asset", "financial_asset")}  # fmt: skip

    def amount(found: list[Allocation]) -> int:
        return sum(each.amount for each in found)

    def aligned(found: list[Allocation]) -> int:
        return sum(each.aligned or 0 for each in found)

    def share(part: int, whole: int) -> str | None:
        return _percent(Fraction(part, whole)) if whole else None

    def financing(found: list[Allocation]) -> dict[str, str]:
        by = {kind: sum(each.amount for each in found if each.kind == kind) for kind in KINDS}
        hundredths = money.largest_remainder(10_000, list(by.values())) if found else [0] * len(by)
        return {kind: _percent(Fraction(each, 10_000)) for kind, each in zip(by, hundredths, strict=True) if by[kind]}

    return {
        "project_id": project_id, "currency": currency,
        "1.1": row["name"], "1.2": row["region"], "1.3": row["description"],
        "2.1": amount(mine), "2.2": amount(period), "2.3": None if project.cost is None else share(amount(mine), project.cost),
        "3.1": financing(mine), "3.2": financing(period), "4.1": row["eu_activity"], "4.2": row["nace"],
        "5.1": aligned(mine), "5.2": share(aligned(mine), amount(mine)), "5.3": aligned(period), "5.4": share(aligned(period), amount(period)),
        "6.1": row["eu_objective"], "6.2": row["eu_criteria"],
        "6.3": _joined(each.row.text("method") for each in register.indicators if each.project_id == project_id),
        "7.1": natures["capex"], "7.2": natures["opex"], "7.3": natures["fixed_asset"], "7.4": natures["financial_asset"], "8.1": None,
    }  # fmt: skip


def _totals(register: Register) -> dict[str, Any]:
    """The `Totals` of Annex II, by currency."""
    found: dict[str, dict[str, int]] = {}
    for each in register.allocations:
        if not each.counts_on(register.on):
            continue
        sums = found.setdefault(register.tranches[each.tranche_id].currency, dict.fromkeys(_TOTALS, 0))
        sums["allocated"] += each.amount
        sums["aligned"] += each.aligned or 0
        if each.allocated_on >= register.first:
            sums["in_period"] += each.amount
            sums["aligned_in_period"] += each.aligned or 0
            sums[f"aligned_{each.nature}" if each.nature in ("capex", "opex") else "aligned_other"] += each.aligned or 0
    return found


_TOTALS: Final = (
    "allocated",
    "aligned",
    "in_period",
    "aligned_in_period",
    "aligned_capex",
    "aligned_opex",
    "aligned_other",
)
