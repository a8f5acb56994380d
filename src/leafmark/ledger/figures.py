"""Figures of groups, and of no group so small that it shows a person.

A table has a line for each action, programme or month and one for all. Each of its cells rests on some number of accounts;
one that rests on fewer than `ACCOUNTS_MIN` is hidden. What is hidden must not follow by subtraction from a total either, so
beside a hidden cell the smallest cell that rests on enough accounts is hidden too: then what the total leaves open is
always a figure of at least so many. The same is done within each programme for its actions, and a programme that is hidden
hides its actions, so the tables by action and by programme do not undo each other.

Grams of each statement stand in a column of their own and are never added. The audited columns leave out evidence D; what
people declared themselves stands beside them. Acts that were taken back count nowhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from leafmark.ledger.ledger import Ledger

ACCOUNTS_MIN = 20
FEWER = f"fewer than {ACCOUNTS_MIN} accounts"
ALL = "all"

By = Literal["action", "programme", "month"]
Column = Literal[
    "acts", "points_earned", "avoided_mg", "participant_reduction_mg", "operator_inventory_mg", "declared_avoided_mg",
    "declared_participant_reduction_mg", "declared_operator_inventory_mg",
]  # fmt: skip
COLUMNS: tuple[Column, ...] = get_args(Column)


@dataclass(frozen=True)
class Figures:
    """One group's figures; None where they rest on too few accounts, or would tell of a group that does."""

    group: str
    """An action as programme/action, a programme, a month as YYYY-MM, or `all`."""
    accounts: int | None
    acts: int | None
    points_earned: int | None
    """Before the caps: what the acts earn by themselves."""
    avoided_mg: int | None
    participant_reduction_mg: int | None
    operator_inventory_mg: int | None
    declared_avoided_mg: int | None
    """Self-declared (evidence D), and in no audited total; so the two below."""
    declared_participant_reduction_mg: int | None
    declared_operator_inventory_mg: int | None


@dataclass
class _Cells:
    """A group as counted: for each column its figure and how many accounts it rests on."""

    accounts: int
    figure: dict[Column, int]
    rests_on: dict[Column, int]


Group = tuple[str, str]
"""A programme and an action; a programme, a month or `all`, and nothing. Kept apart, for a name may hold a `/`."""
Table = dict[Group, _Cells]
Hidden = set[tuple[Group, Column]]


def group_figures(ledger: Ledger, by: By = "action") -> list[Figures]:
    """Accounts, acts, grams and points of each group and of all.

    Reads every act once for each level (all, programmes, groups), in one statement: were levels of different moments, an
    act that came between them would be their difference.

    Raises
    ------
    ValueError : `by` is none of action, programme and month.
    """
    if by not in get_args(By):
        raise ValueError(f"figures by {by!r}: expected one of {', '.join(get_args(By))}")
    tables = _counted(ledger, {ALL: (f"'{ALL}'", "''"), "programme": _GROUP["programme"], by: _GROUP[by]})
    whole, programmes, groups = tables[ALL], tables["programme"], tables[by]
    hidden = hide_within(groups, programmes, hide(programmes)) if by == "action" else hide(groups)
    lines = [_shown(group, groups[group], hidden) for group in sorted(groups)]
    return [*lines, *(_shown(group, cells, hide(whole)) for group, cells in whole.items())]


def hide(table: Table) -> Hidden:
    """Cells of a table with a total that may not be shown."""
    hidden: Hidden = set()
    for column in COLUMNS:
        small = {name for name, cells in table.items() if cells.rests_on[column] > 0 and _small(cells, column)}
        enough = [
            (cells.rests_on[column], name)
            for name, cells in table.items()
            if cells.rests_on[column] and name not in small
        ]
        if small and enough:
            small.add(min(enough)[1])
        hidden |= {(name, column) for name in small}
    return hidden | {
        (name, column) for name, cells in table.items() if cells.accounts < ACCOUNTS_MIN for column in COLUMNS
    }


def hide_within(actions: Table, programmes: Table, hidden_programmes: Hidden) -> Hidden:
    """As `hide` within each programme; where a programme's cell is hidden, those of its actions are."""
    of: dict[Group, Table] = defaultdict(dict)
    for group, cells in actions.items():
        of[group[0], ""][group] = cells
    hidden: Hidden = set()
    for programme, inside in of.items():
        assert programme in programmes
        hidden |= hide(inside)
        hidden |= {
            (group, column) for group in inside for column in COLUMNS if (programme, column) in hidden_programmes
        }
    return hidden


def _small(cells: _Cells, column: Column) -> bool:
    return cells.accounts < ACCOUNTS_MIN or cells.rests_on[column] < ACCOUNTS_MIN


def _shown(group: Group, cells: _Cells, hidden: Hidden) -> Figures:
    figures: dict[str, Any] = {
        column: None if (group, column) in hidden else cells.figure[column] for column in COLUMNS
    }
    return Figures(SEPARATOR.join(filter(None, group)), None if figures["acts"] is None else cells.accounts, **figures)


SEPARATOR = "/"
_GROUP: dict[By, tuple[str, str]] = {
    "action": ("programme", "action"),
    "programme": ("programme", "''"),
    "month": ("substr(CAST(occurred_day AS TEXT), 1, 7)", "''"),
}
"""The two parts of a `Group`."""


def _counted(ledger: Ledger, levels: dict[str, tuple[str, str]]) -> dict[str, Table]:
    """Figures by level and group: summed by account first, so that accounts are counted without a list of them."""
    inner, outer = [], []
    for column in COLUMNS:
        amount, where = _AMOUNT[column]
        inner.append(f"sum(CASE WHEN {where} THEN {amount} ELSE 0 END) AS {column}")
        inner.append(f"max(CASE WHEN {where} THEN 1 ELSE 0 END) AS has_{column}")
        outer.append(f"sum({column}), sum(has_{column})")
    selects = [
        _SQL.format(level=level, part=part, other=other, inner=", ".join(inner), outer=", ".join(outer))
        for level, (part, other) in levels.items()
    ]
    tables: dict[str, Table] = {level: {} for level in levels}
    for level, part, other, accounts, *cells in ledger.store.rows(" UNION ALL ".join(selects)):
        numbers = [int(cell) for cell in cells]
        tables[level][part, other] = _Cells(
            int(accounts), dict(zip(COLUMNS, numbers[::2], strict=True)), dict(zip(COLUMNS, numbers[1::2], strict=True))
        )
    return tables


def _amounts() -> Iterable[tuple[Column, tuple[str, str]]]:
    yield "acts", ("1", "1 = 1")
    yield "points_earned", ("points", "points <> 0")
    for statement in ("avoided", "participant_reduction", "operator_inventory"):
        for prefix, evidence in (("", "<>"), ("declared_", "=")):
            column: Any = f"{prefix}{statement}_mg"
            yield column, ("co2e_mg", f"book_statement = '{statement}' AND evidence {evidence} 'D'")


_AMOUNT = dict(_amounts())
_SQL = """
SELECT '{level}', part, other, count(*), {outer} FROM (
  SELECT part, other, account_id, {inner} FROM (
    SELECT {part} AS part, {other} AS other, a.account_id, a.evidence, a.book_statement, a.co2e_mg + coalesce(d.co2e_mg, 0) AS co2e_mg,
      a.points + coalesce(d.points, 0) AS points
    FROM act a LEFT JOIN (
      SELECT account_id, event_id, sum(co2e_mg) AS co2e_mg, sum(points) AS points,
        max(CASE WHEN kind = 'correction' THEN 0 ELSE 1 END) AS taken_back
      FROM adjustment WHERE event_id IS NOT NULL GROUP BY account_id, event_id
    ) d ON d.account_id = a.account_id AND d.event_id = a.event_id
    WHERE coalesce(d.taken_back, 0) = 0
  ) standing GROUP BY part, other, account_id
) by_account GROUP BY part, other
"""


def as_rows(figures: Iterable[Figures]) -> list[dict[str, Any]]:
    """Figures as mappings, for JSON."""
    return [asdict(each) for each in figures]
