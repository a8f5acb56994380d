"""Chains of real orders: seller's city, a hub, the buyer's city; tonne-km, grams by order and by lane.

Olist is CC BY-NC-SA, so it stays beside the project. Distances are great circles, no road's: the figures show the machinery on real
places and masses, under UK factors with a stated adjustment; they say nothing of Brazil's freight.
"""

from __future__ import annotations

import csv
import datetime as dt
import unicodedata
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from leafmark.parcels.freight import great_circle_km, sums
from leafmark.parcels.freight.lanes import lanes

DAY = dt.date(2026, 6, 1)
HUB = ("cajamar", "SP")
"""Where the largest parcel hubs near Sao Paulo lie: a choice of the test's."""


def folded(city: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", city.lower()) if not unicodedata.combining(c)).strip()


def places(data: Path) -> dict[tuple[str, str], tuple[float, float]]:
    with (data / "municipalities" / "estados.csv").open(encoding="utf-8-sig") as file:
        states = {row["codigo_uf"]: row["uf"] for row in csv.DictReader(file)}
    with (data / "municipalities" / "municipios.csv").open(encoding="utf-8-sig") as file:
        return {
            (folded(row["nome"]), states[row["codigo_uf"]]): (float(row["latitude"]), float(row["longitude"]))
            for row in csv.DictReader(file)
        }


def test_real_orders_by_order_and_by_lane(shared_data: Path) -> None:
    known, olist = places(shared_data), shared_data / "olist"
    sellers = {
        r["seller_id"]: (folded(r["seller_city"]), r["seller_state"])
        for r in pq.read_table(olist / "sellers.parquet").to_pylist()
    }
    grams = {r["product_id"]: r["product_weight_g"] for r in pq.read_table(olist / "products.parquet").to_pylist()}
    buyers = {
        r["order_id"]: (folded(r["customer_city"]), r["customer_state"])
        for r in pq.read_table(olist / "orders_linked.parquet").to_pylist()
    }
    legs, without_place, without_mass = [], 0, 0
    for item in pq.read_table(olist / "order_items.parquet").to_pylist():
        buyer, seller, mass = (
            buyers.get(item["order_id"]),
            sellers.get(item["seller_id"]),
            grams.get(item["product_id"]),
        )
        if buyer is None:
            continue
        if buyer not in known or seller not in known:
            without_place += 1
            continue
        without_mass += mass is None or mass != mass
        stops = [seller, HUB, buyer]
        for number, (a, b, mode) in enumerate(
            [(stops[0], stops[1], "freight.hgv.average_laden"), (stops[1], stops[2], "freight.hgv.average_laden")],
            start=1,
        ):
            legs.append({
                "chain_id": f"{item['order_id']}/{item['order_item_id']}", "leg_no": number, "from_place": "/".join(a), "to_place": "/".join(b),
                "mode": mode, "mass_kg": None if mass is None else mass / 1000, "distance_km": float(great_circle_km(*known[a], *known[b])),
                "distance_type": "sfd", "distance_adjustment_factor": 1.25, "region": "GB",
            })  # fmt: skip
    assert len(legs) > 8_000
    assert without_place < 0.05 * len(legs)
    made = sums(legs, known_on=DAY)
    assert made.refused.num_rows == 2 * without_mass
    chains = made.chains.to_pylist()
    # Every chain by a loop over its own legs: mass, distance and the published factor, no array between.
    own = {}
    for leg in legs:
        if leg["mass_kg"] is not None:
            tkm = leg["mass_kg"] / 1000 * leg["distance_km"] * 1.25
            own[leg["chain_id"]] = own.get(leg["chain_id"], 0.0) + tkm
    for chain in chains:
        if chain["state"] == "complete":
            assert chain["tonne_km"] == pytest.approx(own[chain["chain_id"]], rel=1e-9)
            assert chain["wtw_ug"] == pytest.approx(chain["tonne_km"] * (0.10163 + 0.02359) * 1e9, rel=2e-3, abs=4)
    by_lane = lanes(made.chains).to_pylist()
    assert sum(lane["wtw_ug"] for lane in by_lane) == sum(c["wtw_ug"] or 0 for c in chains)
    assert sum(lane["chains"] + lane["incomplete_chains"] for lane in by_lane) == len(chains)
