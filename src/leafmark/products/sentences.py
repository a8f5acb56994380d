"""A label's figures and sentences in one language: what both forms print, worked out once.

Pure text: no coordinates here, and no words of a language either (those are in `strings/`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from .fit import brief
from .footprint import UNSPLIT_STAGES
from .i18n import day, has, mass_unit, plain, significant, text, whole
from .label import LabelData
from .words import Words, clean, pick


@dataclass(frozen=True)
class Sentences:
    """One label in one language."""

    label: LabelData
    lang: str
    _masses: dict[int, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def say(self, key: str, **values: object) -> str:
        """Give one sentence of the table."""
        return text(self.lang, key, **values)

    def pick(self, words: Words) -> str:
        """Give one of the seller's texts, cleaned."""
        return clean(pick(words, self.lang))

    def brief(self, words: Words, columns_max: int) -> str:
        """Give one of the seller's texts short enough that the sentence around it is never cut."""
        return brief(self.pick(words), columns_max)

    @cached_property
    def unit(self) -> str:
        """Unit of every mass on this label: one, so that figures can be compared by eye."""
        return self._scale[1]

    @cached_property
    def _scale(self) -> tuple[int, str]:
        label = self.label
        return mass_unit(label.co2e_ug or label.high_ug or (label.comparison.median_ug if label.comparison else 0))

    def mass(self, amount_ug: int) -> str:
        """Give an amount in the label's unit to three significant digits."""
        found = self._masses.get(amount_ug)
        if found is None:
            found = self._masses[amount_ug] = significant(amount_ug / self._scale[0])
        return found

    @property
    def known(self) -> bool:
        """Whether a figure is shown."""
        return self.label.co2e_ug is not None

    @property
    def estimate(self) -> bool:
        """Whether the figure is its category's."""
        return self.label.grade.state == "category_estimate"

    @cached_property
    def figure(self) -> str:
        """The number, or that there is none."""
        return self.say("unknown") if self.label.co2e_ug is None else self.mass(self.label.co2e_ug)

    @cached_property
    def unit_co2e(self) -> str:
        """The unit beside the number."""
        return f"{self.unit} {self.say('co2e')}"

    @property
    def boundary(self) -> str:
        """The system boundary in words."""
        return self.say(f"boundary.{self.label.boundary}")

    @cached_property
    def per(self) -> str:
        """The declared unit: a code of the tables, or the seller's word."""
        code = self.label.declared_unit
        if isinstance(code, str) and has(self.lang, f"unit.{code}"):
            return self.say("per", unit=self.say(f"unit.{code}"))
        return self.say("per", unit=self.brief(code, 24))

    @property
    def likely(self) -> str:
        """The range, or nothing where there is none."""
        label = self.label
        if label.low_ug is None or label.high_ug is None or label.low_ug == label.high_ug:
            return ""
        return self.say("likely", low=self.mass(label.low_ug), high=self.mass(label.high_ug), unit=self.unit)

    @cached_property
    def notice(self) -> str:
        """What must stand out: a category estimate's flag, or why a figure is not known."""
        if self.estimate:
            return self.say("flag.category_estimate")
        if not self.known:
            return self.say(f"reason.{self.label.grade.reason}", detail=self.label.grade.detail)
        return ""

    @property
    def graded(self) -> str:
        """The class sentence, or nothing."""
        label = self.label
        if label.grade.letter is None:
            return ""
        return self.say("state.graded", letter=label.grade.letter, first=label.letters[0], last=label.letters[-1])

    @property
    def scheme(self) -> str:
        """The scheme and who watches over it."""
        label = self.label
        title, version, monitor = (
            self.brief(label.scheme_title, 40),
            label.scheme_version,
            self.brief(label.monitored_by, 40),
        )
        if monitor:
            return self.say("state.scheme_monitored", title=title, version=version, monitor=monitor)
        return self.say("state.scheme", title=title, version=version)

    @property
    def compared(self) -> str:
        """The comparison's headline, or nothing."""
        strip = self.label.comparison
        return "" if strip is None else self.say(f"compare.{strip.relation}", percent=whole(strip.percent))

    @property
    def compared_with(self) -> str:
        """What the figure is compared with."""
        strip = self.label.comparison
        if strip is None:
            return ""
        category = self.brief(strip.category, 36) or self.say("compare.products")
        return self.say("compare.whom", category=category, count=whole(strip.count), date=day(strip.frozen_on))

    @property
    def unassessed(self) -> str:
        """The stages nobody assessed; nothing where the boundary's own words say it or all were."""
        held = UNSPLIT_STAGES.get(self.label.boundary, frozenset()) | set(self.label.inside_manufacturing)
        missing = [s.stage for s in self.label.stages if s.co2e_ug is None and s.stage not in held]
        if not missing or not self.known or len(missing) == len(self.label.stages):
            return ""
        return self.say("stages.unassessed", stages=self._named(missing))

    @property
    def inside(self) -> str:
        """The stages that the maker books inside making, or nothing."""
        held = self.label.inside_manufacturing
        if not held or not self.known:
            return ""
        return self.say("stages.inside", whole=self.say("stages.manufacturing"), stages=self._named(held))

    def _named(self, stages: Iterable[str]) -> str:
        return self.say("stages.comma").join(self.say(f"stages.{stage}") for stage in stages)

    @property
    def unsplit(self) -> str:
        """That the figure is one for all stages, where it was published so; else nothing."""
        return self.say("stages.unsplit") if self.known and self.label.unsplit else ""

    @property
    def equivalence(self) -> str:
        """The same in kilometres, well to wheel."""
        same = self.label.equivalence
        return "" if same is None else self.say("equivalence.car", km=significant(same.km, 2))

    @property
    def official(self) -> tuple[str, str]:
        """The official class and its source, or two empty texts."""
        found = self.label.official
        if found is None:
            return "", ""
        named = self.say(
            "official.class",
            title=self.brief(found.title, 40),
            letter=found.letter,
            first=found.letters[0],
            last=found.letters[-1],
            index=f"{found.index:.4g}",
        )
        return named, self.say(
            "official.source", source=self.brief(found.source, 60), clause=self.brief(found.clause, 40)
        )

    @property
    def saving(self) -> tuple[str, ...]:
        """The saving panel: heading, figure, reference, use; and that it is no part of the footprint. Or nothing."""
        panel = self.label.saving
        if panel is None:
            return ()
        per_unit, unit = mass_unit(panel.avoided_ug or panel.high_ug)
        adds = panel.kind == "additional"
        sign = -1 if adds else 1
        low, high = sorted((sign * panel.low_ug, sign * panel.high_ug))
        return (
            self.say("saving.heading_adds" if adds else "saving.heading"),
            self.say(
                "saving.adds" if adds else "saving.avoids",
                value=significant(abs(panel.avoided_ug) / per_unit),
                unit=f"{unit} {self.say('co2e')}",
                low=significant(low / per_unit),
                high=significant(high / per_unit),
            ),
            self.say(
                "saving.reference",
                model=self.brief(panel.reference_model, 60),
                ours=plain(panel.kwh_per_year),
                theirs=plain(panel.reference_kwh_per_year),
                years=plain(panel.years),
            ),
            self.say(
                "saving.use",
                use=self.brief(panel.use, 80),
                region=self.brief(panel.grid_region, 20),
                vintage=self.brief(panel.grid_vintage, 20),
            ),
            self.say("saving.apart_adds" if adds else "saving.apart"),
        )

    @property
    def gwp(self) -> str:
        """The GWP set asked for; and how much of the figure stands by its publishers' own instead."""
        asked, native = self.brief(self.label.gwp_set, 12), self.label.gwp_native_percent
        if not native:
            return asked
        return self.say("facts.gwp_native") if native == 100 else self.say("facts.gwp_part", gwp=asked, percent=native)

    @property
    def method(self) -> str:
        """Standard or method, factor vintage and GWP set."""
        made = self.label.method
        return self.say(
            "facts.method",
            method=self.brief(made.standard or f"{made.id} {made.version}", 40),
            vintage=self.brief(self.label.factor_vintage, 20),
            gwp=self.gwp,
        )

    @property
    def validity(self) -> str:
        """Until when the label holds, else when it was made."""
        if self.label.valid_until is None:
            return self.say("facts.made", date=day(self.label.made_on))
        return self.say("facts.valid", date=day(self.label.valid_until))

    @property
    def cut_off(self) -> str:
        """How many lines were left out inside the cut-off, or nothing."""
        left_out = self.label.rejected_lines
        return self.say("facts.cut_off", count=whole(left_out)) if self.known and left_out else ""

    @property
    def facts(self) -> tuple[str, ...]:
        """The small print, in order."""
        label = self.label
        made = label.method
        state = label.grade.state
        lines = [self.method]
        if made.standard:
            lines.append(f"{made.id} {made.version}")
        if state in ("declared", "not_applicable"):
            lines.append(self.say(f"state.{state}"))
        if self.known and not self.estimate:
            share = label.primary_percent
            lines.append(
                self.say("facts.primary_unknown") if share is None else self.say("facts.primary", percent=share)
            )
            lines.append(
                self.say("facts.verified", by=self.brief(label.verified_by, 60))
                if label.verified_by
                else self.say("facts.unverified")
            )
        lines += [self.cut_off] if self.cut_off else []
        lines += [note for note in (self.pick(words) for words in label.notes) if note]
        lines.append(self.validity)
        return tuple(lines)

    @property
    def description(self) -> tuple[str, ...]:
        """The label for those who hear it."""
        label = self.label
        said = [self.notice]
        if label.co2e_ug is not None:
            said.append(
                self.say(
                    "desc.figure",
                    value=self.figure,
                    unit=self.unit,
                    co2e=self.say("co2e"),
                    per=self.per,
                    boundary=self.boundary,
                )
            )
            if self.likely and label.low_ug is not None and label.high_ug is not None:
                said.append(
                    self.say("desc.range", low=self.mass(label.low_ug), high=self.mass(label.high_ug), unit=self.unit)
                )
        said += [self.graded, self.compared, self.unsplit, self.inside]
        said += [
            f"{self.say(f'stages.{share.stage}')} {share.percent}%."
            for share in label.stages
            if share.percent is not None
        ]
        if self.saving:
            said += [self.saving[1], self.saving[4]]
        return tuple(said)
