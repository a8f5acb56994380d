"""`leafmark pack`, as the packing guide has it."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
from newcomer import Call

ASKED = ("pack", "order-items.csv", "cartons.csv")


def test_the_guides_orders(call: Call) -> None:
    done = call(*ASKED, "--distance-km", "250", "--check", "--json", "--out", "plan")
    assert done.exit_code == 0, done.stderr
    content = json.loads(done.stdout)
    assert content["cartons"] == {"bag": 1, "large": 1}
    assert [(row["order_row"], row["reason"]) for row in content["unpacked"]] == [
        (4, "larger_than_every_carton"),
        (5, "not_positive"),
    ]
    assert content["violations"] == []
    # board and film at 1.1997 kg/kg (UK DESNZ 2025, corrugated): (30 + 520) g
    assert abs(content["packaging_co2e_mg"] - 550 * 1199.7) < 50
    assert pq.read_table(Path("plan") / "placements.parquet").num_rows == content["pieces"] == 6


def test_text_names_every_row_that_was_not_packed(call: Call) -> None:
    done = call(*ASKED)
    assert "sofa" in done.stdout
    assert "2100 x 900 x 800 mm" in done.stdout
    assert "never booked" in done.stdout


def test_what_cannot_be_used_ends_in_a_sentence(call: Call) -> None:
    Path("none.csv").write_text("carton_id,inner_length_mm\nA,10\n", encoding="utf-8")
    done = call("pack", "order-items.csv", "none.csv")
    assert done.exit_code == 2
    assert "inner_width_mm" in done.stderr
    Path("costless.csv").write_text(
        "carton_id,inner_length_mm,inner_width_mm,inner_height_mm,tare_g\nA,10,10,10,5\n", encoding="utf-8"
    )
    done = call("pack", "order-items.csv", "costless.csv", "--objective", "cost")
    assert (done.exit_code, "A has no cost" in done.stderr) == (2, True)
    Path("rubbish.csv").write_bytes(b"\xff\xfe\x00rubbish")
    done = call("pack", "rubbish.csv", "cartons.csv")
    assert done.exit_code == 2
    assert "rubbish.csv" in done.stderr


def test_a_material_without_a_factor_is_named(call: Call) -> None:
    Path("gold.csv").write_text(
        "carton_id,inner_length_mm,inner_width_mm,inner_height_mm,tare_g,material\nA,10,10,10,5,material.gold\n",
        encoding="utf-8",
    )
    done = call("pack", "order-items.csv", "gold.csv")
    assert done.exit_code == 2
    assert "material.gold" in done.stderr
