"""What a verification found: each question with its answer, and every fault with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from leafmark.engine.wording import mass

State: TypeAlias = Literal["verified", "fault", "not verified"]
LISTED_MAX: Final = 20


@dataclass
class Check:
    """A question: `faults` where something is wrong, `gaps` where it could not be answered, `notes` besides."""

    name: str
    about: str = ""
    faults: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def state(self) -> State:
        """A fault outweighs a gap, a gap outweighs an answer."""
        return "fault" if self.faults else "not verified" if self.gaps else "verified"

    def record(self) -> dict[str, Any]:
        """As plain values; the first faults listed, all counted."""
        return {
            "check": self.name, "state": self.state, "about": self.about, "faults": self.faults[:LISTED_MAX], "fault_count": len(self.faults),
            "not_verified": self.gaps, "notes": self.notes,
        }  # fmt: skip


def text(report: dict[str, Any]) -> str:
    """The report in sentences: each question with its answer, then what was found."""
    return "\n".join(_lines(report))


def _lines(report: dict[str, Any]) -> Iterator[str]:
    yield f"{report['path']}: {'no fault' if report['sound'] else 'FAULTS'}"
    width = max((len(each["check"]) for each in report["checks"]), default=0)
    for each in report["checks"]:
        yield f"  {each['check']:<{width}}  {each['state'].upper() if each['state'] == 'fault' else each['state']}{': ' if each['about'] else ''}{each['about']}"
        yield from (f"    FAULT {fault}" for fault in each["faults"])
        if each["fault_count"] > len(each["faults"]):
            yield f"    ... and {each['fault_count'] - len(each['faults']):,} more"
        yield from (f"    could not be verified: {gap}" for gap in each["not_verified"])
        yield from (f"    note: {note}" for note in each["notes"])
    for name in ("location", "market"):
        if report["totals"]:
            yield f"  total, Scope 2 by {name}: {mass(report['totals'][name]['co2e_ug'])} CO2e ({report['totals'][name]['co2e_ug']:,} micrograms)"
    if report["sha256"]:
        yield f"  sha256 of the pack: {report['sha256']}"
