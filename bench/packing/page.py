"""The results of packing as a page: one table a set of orders, promises under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

RELEASE: Final = "4.2.0"
"""The release of BoxPacker that promises are held against; its later state is shown too."""

HEAD: Final = """# Speed and fill of packing

Made by `python -m bench.packing`, all contenders in one run and every plan before the checker (`leafmark.parcels.checking`): a
parcel is *infeasible* if a piece of it lies outside, overlaps, has the wrong turn or less than {support:.0%} of its base on something,
or the parcel is too heavy. *Fill* is contents over inner room of all parcels together. Both cores are used: ours in one process with
two threads, tables in and tables out, the median of {repeats} runs after warming up; a peer in two processes, each with every second
order, the slower one counts, reading and writing not timed. Orders per second of processor time tell what another's work on the
same machine did to the clock.

- **py3dbp** fills one bin at a time: the smallest carton that holds everything, else the fullest, and on with what is left. It knows
  no support, so pieces may float.
- **packvium** chooses cartons itself (by count, then the carton's mass where board counts, then unused room), in its default profile, with the support share.
- **packingsolver3d** is PackingSolver's `box`, bins of several sizes at least mass, or number where that counts; where it finds nothing in its
  time, bin by bin as py3dbp. It knows no support. It takes seconds an order, so it is given every {every}th and ours is counted on
  the same ones.
- **BoxPacker** (PHP) is not in the run: its figures were recorded on the same orders and cartons on {recorded}, on {recorded_on}
  ({load}); how, stands in `bench/packing/recorded-boxpacker.json`. It knows no support either.
- **ours without support** asks for none: what is comparable with those that know none.
"""

ABOUT: Final = {
    "olist": """## 2,000 orders of real dimensions into 16 cartons

Products of a published marketplace (Olist, CC BY-NC-SA: read where it lies, never copied) with their real lengths and masses, drawn by
seed {seed} into baskets of 1 to 8 lines; 16 slotted cartons of 3 to 120 l, mass after FEFCO 0201 blanks at 515 g/m2. Left out
of the set's products: {left_out}; {products:,} are drawn from. Ours by the least board. Sizes of baskets and of cartons were chosen so
that BoxPacker fills and weighs about what it did where the promises come from (54.2 %, 1,350 kg): that set itself is not at hand.""",
    "print_shop": """## A print shop's 2,167 orders into its four cartons

Real order lines (half of the set that BoxPacker is tested on, MIT): thin paper goods, {lines:,} lines. Ours by the fewest cartons.
On every order BoxPacker's number of cartons is the one that its own tests expect.""",
}


@dataclass(frozen=True)
class Promise:
    """What was promised, what was found, and whether it was kept."""

    text: str
    found: str
    kept: bool | None

    def line(self) -> str:
        verdict = "not measured" if self.kept is None else "kept" if self.kept else "MISSED"
        return f"| {self.text} | {self.found} | {verdict} |"


def page(results: dict[str, Any], recorded: dict[str, Any]) -> str:
    """Markdown of all results."""
    from bench.packing.contenders import EVERY, REPEATS

    head = HEAD.format(
        support=results["support_share"], repeats=REPEATS, every=EVERY["packingsolver3d"], recorded=recorded["date"],
        recorded_on=f"{recorded['machine']['cores']} cores of {recorded['machine']['model']}",
        load=f"load {recorded['load_1min_at_start']:.1f} before",
    )  # fmt: skip
    out = [head]
    for name, found in results["sets"].items():
        known = recorded["sets"][name]
        same = known["orders_fingerprint"] == found["fingerprint"]
        out += section(name, found, known if same else {})
    facts = results["machine"]
    out.append(
        f"On {facts['cores']} cores of {facts['model']}, load {facts['load_before']} before, {results['load_after']} after."
    )
    return "\n".join(out) + "\n"


def section(name: str, found: dict[str, Any], recorded: dict[str, Any]) -> list[str]:
    """One set's table and promises."""
    left_out = ", ".join(f"{count:,} {reason}" for reason, count in found.get("left_out", {}).items())
    out = [
        ABOUT[name].format(**{**found, "left_out": left_out}), "",
        "| | orders | orders/s | per s of processor | parcels | fill | mean of parcels | board kg | infeasible parcels | unpacked pieces |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for contender, row in found["contenders"].items():
        out.append(_row(row.get("version", contender), row))
        if "ours_on_the_same" in row:
            out.append(_row("... ours on the same orders", row["ours_on_the_same"]))
    out += [_row(f"BoxPacker {version}, recorded", row) for version, row in _versions(recorded)]
    if not recorded:
        out.append("| BoxPacker: recorded on other orders than these | | | | | | | | | |")
    promised = (_olist if name == "olist" else _print_shop)(found["contenders"], recorded.get(RELEASE))
    return [*out, "", "| promised | found | |", "|---|---|---|", *(each.line() for each in promised), ""]


def _versions(recorded: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(version, row) for version, row in recorded.items() if isinstance(row, dict)]


def _row(name: str, row: dict[str, Any]) -> str:
    if "failed" in row:
        return f"| {name} | failed: {row['failed']} | | | | | | | | |"
    speed = f"{row['orders_per_s']:,.0f}" if "orders_per_s" in row else ""
    per_cpu_s = f"{row['orders'] / row['cpu_s']:,.0f}" if "cpu_s" in row else ""
    return (
        f"| {name} | {row['orders']:,} | {speed} | {per_cpu_s} | {row['parcels']:,} | {row['fill']:.1%} | {row['fill_mean']:.1%} | "
        f"{row['board_kg']:,.0f} | {row['infeasible']:,} | {row['unpacked']:,} |"
    )


def _olist(rows: dict[str, Any], boxpacker: dict[str, Any] | None) -> list[Promise]:
    own = rows.get("ours", {})
    if "fill" not in own:
        return []
    valid = own["infeasible"] == 0 and own["unpacked"] == 0
    out = [
        Promise("every parcel valid, nothing left", f"{own['infeasible']} infeasible, {own['unpacked']} left", valid),
        Promise("12,000 orders/s", f"{own['orders_per_s']:,.0f}", own["orders_per_s"] >= 12_000),
        Promise("fill of 57.8 %", f"{own['fill']:.1%}", round(own["fill"], 3) >= 0.578),
        Promise("board of 1,285 kg or less", f"{own['board_kg']:,.0f} kg", own["board_kg"] <= 1285),
    ]
    if boxpacker:
        times, points = own["orders_per_s"] / boxpacker["orders_per_s"], (own["fill"] - boxpacker["fill"]) * 100
        less = 1 - own["board_kg"] / boxpacker["board_kg"]
        out += [
            Promise(f"20 x BoxPacker {RELEASE}'s orders/s", f"{times:.0f} x", times >= 20),
            Promise("3.5 points of fill above it", f"{points:+.1f}", points >= 3.5),
            Promise("4.5 % less board", f"{less:.1%}", less >= 0.045),
        ]
    return out + _against(rows, "py3dbp", 2, 5) + _against(rows, "packvium", 200, 1)


def _against(rows: dict[str, Any], peer: str, times: float, points: float) -> list[Promise]:
    own, theirs = rows["ours"], rows.get(peer, {})
    if "fill" not in theirs:
        return [Promise(f"{times:g} x {peer}'s orders/s, {points:g} points of fill above it", "", None)]
    faster, fuller = own["orders_per_s"] / theirs["orders_per_s"], (own["fill"] - theirs["fill"]) * 100
    return [
        Promise(f"{times:g} x {peer}'s orders/s", f"{faster:.1f} x", faster >= times),
        Promise(f"{points:g} points of fill above {peer}", f"{fuller:+.1f}", fuller >= points),
    ]


def _print_shop(rows: dict[str, Any], boxpacker: dict[str, Any] | None) -> list[Promise]:
    own = rows.get("ours", {})
    if "parcels" not in own:
        return []
    others = {
        name: row["parcels"]
        for name, row in rows.items()
        if "parcels" in row and not name.startswith("ours") and "ours_on_the_same" not in row and not row["unpacked"]
    }
    if boxpacker:
        others[f"BoxPacker {RELEASE}"] = boxpacker["parcels"]
    few = ", ".join(f"{name} {count:,}" for name, count in others.items())
    fewest = own["parcels"] < min(others.values()) if others else None
    on_a_part = [
        Promise(
            f"fewer than {name} on the same orders", f"{row['ours_on_the_same']['parcels']:,}; {name} {row['parcels']:,}",
            row["ours_on_the_same"]["parcels"] <= row["parcels"],
        )
        for name, row in rows.items()
        if "ours_on_the_same" in row
    ]  # fmt: skip
    valid = own["infeasible"] == 0 and own["unpacked"] == 0
    return [
        Promise("every parcel valid, nothing left", f"{own['infeasible']} infeasible, {own['unpacked']} left", valid),
        Promise("fewest cartons of all", f"{own['parcels']:,}; {few}", fewest),
        *on_a_part,
        Promise("20,000 orders/s", f"{own['orders_per_s']:,.0f}", own["orders_per_s"] >= 20_000),
    ]
