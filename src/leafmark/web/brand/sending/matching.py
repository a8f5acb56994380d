"""Which factor a material meets: what is open in an upload, what may be proposed, and what a person confirmed or withdrew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db import transaction
from django.utils import timezone

from leafmark.products.matching import Candidate, Confirmation, name_key, propose
from leafmark.web.brand.models import Match, Upload
from leafmark.web.brand.sending.packs import FactorName, index, keys, packs, search
from leafmark.web.shelf.models import Brand


@dataclass(frozen=True)
class Choice:
    """A factor that a person may choose; `candidate` is none where she looked for it herself."""

    factor: FactorName
    candidate: Candidate | None = None


@dataclass(frozen=True)
class Material:
    """A material without a factor; `row` is its place in the upload's file of materials."""

    row: int
    name: str
    lines: int
    products: int
    units: tuple[str, ...]
    choices: tuple[Choice, ...] = ()


def materials(upload: Upload) -> pa.Table:
    """All materials of an upload, with `row`; none where no bill was sent."""
    path = upload.folder / "materials.parquet"
    if not path.exists():
        return pa.table(
            {name: pa.array([], pa.string()) for name in ("name", "name_key")} | {"row": pa.array([], pa.int64())}
        )
    table = pq.read_table(path)
    return table.append_column("row", pa.array(range(table.num_rows), pa.int64()))


def standing(brand: Brand) -> list[Match]:
    """A brand's matches that hold, the newest first."""
    return list(
        Match.objects.filter(brand=brand, withdrawn_at=None).select_related("by").order_by("-confirmed_at", "-pk")
    )


def confirmations(matches: Sequence[Match]) -> tuple[Confirmation, ...]:
    """Matches as the matching knows them."""
    return tuple(Confirmation(each.key, each.by.email, each.confirmed_at.date(), each.name) for each in matches)


def parted(table: pa.Table, matches: Sequence[Match]) -> tuple[pa.Table, list[Match]]:
    """The materials that nobody confirmed a factor for, and the matches that are of the others."""
    known = {name_key(each.name) for each in matches}
    done = pc.is_in(table.column("name_key"), value_set=pa.array(sorted(known), pa.string()))
    here = set(table.filter(done).column("name_key").to_pylist())
    return table.filter(pc.invert(done)), [each for each in matches if name_key(each.name) in here]


def with_choices(
    rows: Sequence[dict[str, Any]], matches: Sequence[Match], at: int | None, words: str
) -> list[Material]:
    """Materials with what may be proposed for each; for the one at row `at` also what words find."""
    confirmed = confirmations(matches)
    found = propose([each["name"] for each in rows], None, confirmed, packs(), index=index(confirmed))
    made = []
    for place, row in enumerate(rows):
        units = tuple(each for each in row["units"] if each is not None)
        choices = {each.key: Choice(keys()[each.key], each) for each in found[place] if each.key in keys()}
        if row["row"] == at:
            choices |= {each.key: Choice(each) for each in search(words) if each.key not in choices}
        fitting = tuple(each for each in choices.values() if not units or each.factor.meets(units))
        made.append(Material(row["row"], row["name"], row["lines"], row["products"], units, fitting))
    return made


NO_SUCH, UNITS, OTHERWISE = "no_such", "units", "otherwise"
"""Why a choice is not confirmed: no such material or factor, units that do not convert, matched with another factor meanwhile."""


def confirm(upload: Upload, chosen: dict[int, str], by: Any) -> tuple[int, dict[str, int]]:
    """Confirm factors for materials by their rows: how many stand now, and how many do not, by reason.

    What the form says of a confidence is not asked: it is proposed again. Sent twice it is confirmed once.
    """
    table = materials(upload)
    rows = {row: table.slice(row, 1).to_pylist()[0] for row in chosen if 0 <= row < table.num_rows}
    refused: dict[str, int] = {}
    done = 0
    with transaction.atomic():
        Brand.objects.select_for_update().get(pk=upload.brand_id)  # two that confirm at once do so one after the other
        matches = standing(upload.brand)
        have = {name_key(each.name): each.key for each in matches}
        proposed = {each.row: each for each in with_choices(list(rows.values()), matches, None, "")}
        for row, key in chosen.items():
            why = _why_not(rows.get(row), key, have)
            if why:
                refused[why] = refused.get(why, 0) + 1
                continue
            done += 1
            if rows[row]["name_key"] not in have:
                _keep(upload, rows[row]["name"], key, proposed[row], by)
                have[rows[row]["name_key"]] = key
    return done, refused


def _why_not(row: dict[str, Any] | None, key: str, have: dict[str, str]) -> str:
    factor = keys().get(key)
    if row is None or factor is None:
        return NO_SUCH
    units = [each for each in row["units"] if each is not None]
    if units and not factor.meets(units):
        return UNITS
    return OTHERWISE if have.get(row["name_key"], key) != key else ""


def _keep(upload: Upload, name: str, key: str, proposed: Material, by: Any) -> None:
    candidate = next((each.candidate for each in proposed.choices if each.factor.key == key), None)
    Match.objects.create(
        brand=upload.brand, name=name, key=key, by=by, confidence=candidate.confidence if candidate else None,
        basis=candidate.basis if candidate else "",
    )  # fmt: skip


def withdraw(brand: Brand, match_id: int) -> bool:
    """Take a match back; whether there is such a one. Done twice it is done once."""
    found = Match.objects.filter(brand=brand, pk=match_id)
    found.filter(withdrawn_at=None).update(withdrawn_at=timezone.now())
    return found.exists()
