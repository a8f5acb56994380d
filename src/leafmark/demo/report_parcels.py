"""The page's part on parcels: what was packed and by what, three objectives side by side, and a few parcels drawn."""

from __future__ import annotations

from typing import Any

from leafmark.demo.figures import mass, percent, significant
from leafmark.demo.html import Html, listed, table, text
from leafmark.demo.parcels import PRINT_SHOP

UG_PER_MG = 1000
DATA = {
    PRINT_SHOP: "the real orders of a print shop and its own four cartons (half of a published set; MIT licence)",
    "sample": "invented orders and cartons, made from a fixed seed: the print shop's real orders are not at hand",
}
LEAST = {"co2e": "Decision grams", "volume": "Outer volume", "count": "Number of parcels"}


def parcels(content: dict[str, Any], pictures: list[str]) -> str:
    """The section."""
    found = content["parcels"]
    if not found["installed"]:
        return (
            '<h2 id="parcels">Parcels</h2><p>The packer is not installed, so this part was left out: '
            f"<code>{text(found['install'])}</code>, then the demo again.</p>"
        )
    best = found["by_objective"][0]
    rows = [
        (LEAST[each["objective"]], f"{each['parcels']:,}", percent(each["fill"]), f"{significant(each['packaging_kg'])} kg",
         mass(each["packaging_co2e_mg"] * UG_PER_MG), mass(each["haul_co2e_mg"] * UG_PER_MG), mass(each["decision_co2e_mg"] * UG_PER_MG))
        for each in found["by_objective"]
    ]  # fmt: skip
    compared = table(
        "The same orders packed for the least of three things",
        ("Least of", "Parcels", "Fill", "Board", "Board's CO2e", "Haul's CO2e", "Decision grams"), rows, right=(1, 2, 3, 4, 5, 6),
    )  # fmt: skip
    violations = sum(each["violations"] for each in found["by_objective"])
    unpacked = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in found["unpacked"].items())
    sentences = (
        Html(
            f"<strong>{best['orders']:,} orders, {best['pieces']:,} pieces, in {best['parcels']:,} parcels</strong> of {found['cartons']} kinds of "
            f"carton; {percent(best['fill'])} of their room is filled, three quarters of each piece's base rest on something. "
            + (f"Lines left unpacked: {unpacked}." if unpacked else "Every line is packed.")
        ),
        Html(
            "<strong>Checked:</strong> a checker that shares no code with the packer went over all three plans and found "
            + ("nothing that breaks a rule." if violations == 0 else f"<strong>{violations:,} breaches</strong>.")
        ),
        Html(
            "<strong>Decision grams are to choose by</strong>: what one more parcel adds, for its board and for the way, by weight or by the "
            "room it takes in the van, whichever is more. They are booked nowhere and are in no other figure of this page. "
            f"{_way(found['distance_km'])}, by an average diesel van at "
            f"{significant(found['kg_co2e_per_tkm'])} kg CO2e per tonne-kilometre, well to wheel. Another distance chooses other cartons."
        ),
    )  # fmt: skip
    figures = "".join(
        f"<figure>{picture}<figcaption>{text(_caption(each))}; <code>DIR/{text(each['slip'])}</code> is its packing slip</figcaption></figure>"
        for each, picture in zip(found["shown"], pictures, strict=True)
    )
    sources = "; ".join(text(each) for each in dict.fromkeys(found["sources"]))
    return f"""<h2 id="parcels">Parcels</h2>
<p>These are {DATA[found["data"]]}. They have nothing to do with the groceries above. Pieces are numbered in the order of placing, from the
bottom at the back corner.</p>
{listed(sentences)}<div class="wrap">{compared}</div><div class="sheet">{figures}</div>
<p class="soft">Factors: {sources}.</p>"""


def _way(distance_km: dict[str, float]) -> str:
    """How far the parcels go, and whose figure that is."""
    least, most = (significant(distance_km[end]) for end in ("min", "max"))
    if least == most:
        return f"The orders name no place, so {least} km is our own assumption"
    return f"The invented orders go {least} to {most} km, our own assumption as they are"


def _caption(each: dict[str, Any]) -> str:
    grams = mass(each["decision_co2e_mg"] * UG_PER_MG)
    return f"Carton {each['carton_id']}, {each['pieces']} pieces, {percent(each['fill'])} filled, {grams} to decide by"
