"""Small problems of fulfilment: written out, drawn by hypothesis, and HiGHS as the judge of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import highspy
import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
from hypothesis import strategies as st

Row = dict[str, Any]
GUIDE = Path(__file__).parents[2] / "docs" / "fulfilment.md"


def by_hand() -> tuple[pa.Table, pa.Table, pa.Table]:
    """Demand, stock and lanes of the example that docs/fulfilment.md works out, read from it."""
    text = GUIDE.read_text(encoding="utf-8")
    files = dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", text, flags=re.DOTALL))
    demand, stock, lanes = (
        pcsv.read_csv(pa.BufferReader(files[name].encode())) for name in ("demand.csv", "stock.csv", "lanes.csv")
    )
    return demand, stock, lanes


def table(rows: list[Row], *columns: str) -> pa.Table:
    names = columns or tuple(dict.fromkeys(name for row in rows for name in row))
    return pa.table({name: pa.array([row.get(name) for row in rows]) for name in names})


@st.composite
def problems(draw: st.DrawFn, orders: bool = False, complete: bool = False) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Demand, stock and lanes: two to four warehouses, up to five regions and four SKUs; lanes may lack, stock may be short."""
    warehouses, regions, skus = (draw(st.integers(low, high)) for low, high in ((2, 4), (1, 5), (1, 4)))
    weight_g = [draw(st.integers(1, 5000)) for _ in range(skus)]
    lines = draw(
        st.lists(
            st.tuples(st.integers(0, skus - 1), st.integers(0, regions - 1), st.integers(0, 6)), min_size=1, max_size=10
        )
    )
    demand = [{"sku": f"s{k}", "region": f"r{r}", "quantity": q, "weight_g": weight_g[k]} for k, r, q in lines]
    if orders:
        for row in demand:
            row["order_id"] = f"o{draw(st.integers(0, 4))}"
    stock = [
        {"warehouse": f"w{w}", "sku": f"s{k}", "quantity": draw(st.integers(0, 12))}
        for w in range(warehouses)
        for k in range(skus)
    ]
    lanes = [
        {
            "warehouse": f"w{w}", "region": f"r{r}", "distance_km": draw(st.integers(1, 3000)),
            "kg_co2e_per_tkm": draw(st.sampled_from([0.05, 0.11, 0.3])), "parcel_co2e_mg": draw(st.integers(0, 200_000)),
            "parcel_cost": draw(st.integers(0, 500)), "cost_per_kg": draw(st.integers(0, 300)), "days": draw(st.integers(1, 5)),
        }
        for w in range(warehouses) for r in range(regions)
        if complete or (w == 0 and r == 0) or draw(st.integers(0, 6))
    ]  # fmt: skip
    for w in range(warehouses):
        if not any(lane["warehouse"] == f"w{w}" for lane in lanes):
            stock = [row for row in stock if row["warehouse"] != f"w{w}"]
    return table(demand), table(stock, "warehouse", "sku", "quantity"), table(lanes)


def lane_figures(weight_g: int, lane: Row) -> tuple[int, int]:
    """Milligrams and thousandths of money of one piece, its parcel left out: the formula in plain Python."""
    kg = weight_g / 1e3
    mg = int(kg * lane["distance_km"] * lane["kg_co2e_per_tkm"] * 1e3 + 0.5)
    return mg, int(kg * lane["cost_per_kg"] * 1000 + 0.5)


class Judge:
    """The whole problem as one program of HiGHS: nothing of ours but the formula of a lane."""

    def __init__(self, demand: pa.Table, stock: pa.Table, lanes: pa.Table, orders: bool = False) -> None:
        self.lines, self.stock, self.lanes = (each.to_pylist() for each in (demand, stock, lanes))
        self.orders = orders
        self.cells = [
            (n, lane) for n, line in enumerate(self.lines) for lane in self.lanes if lane["region"] == line["region"]
        ]
        self.parcels = (
            sorted({(self.lines[n]["order_id"], lane["warehouse"], lane["region"]) for n, lane in self.cells})
            if orders
            else []
        )
        figures = [self._figures(n, lane) for n, lane in self.cells]
        fixed = [self._fixed(key) for key in self.parcels]
        self.mg = np.array([each[0] for each in figures] + [each[0] for each in fixed] + [0] * len(self.lines), float)
        self.milli = np.array(
            [each[1] for each in figures] + [each[1] for each in fixed] + [0] * len(self.lines), float
        )
        self.unmet = np.zeros(len(self.mg))
        self.unmet[len(self.cells) + len(self.parcels) :] = 1
        self.in_time_of = np.zeros(len(self.mg))
        self.rows: list[tuple[np.ndarray, float, float]] = []
        for n, line in enumerate(self.lines):
            row = self.unmet * 0
            row[len(self.cells) + len(self.parcels) + n] = 1
            row[[at for at, (m, _) in enumerate(self.cells) if m == n]] = 1
            self.rows.append((row, line["quantity"], line["quantity"]))
        held = {(row["warehouse"], row["sku"]): row["quantity"] for row in self.stock}
        for key in {(lane["warehouse"], self.lines[n]["sku"]) for n, lane in self.cells}:
            row = self.unmet * 0
            row[[at for at, (n, lane) in enumerate(self.cells) if (lane["warehouse"], self.lines[n]["sku"]) == key]] = 1
            self.rows.append((row, 0, held.get(key, 0)))
        for number, key in enumerate(self.parcels):
            for at, (n, lane) in enumerate(self.cells):
                if (self.lines[n]["order_id"], lane["warehouse"], lane["region"]) == key:
                    row = self.unmet * 0
                    row[at], row[len(self.cells) + number] = 1, -self.lines[n]["quantity"]
                    self.rows.append((row, -np.inf, 0))

    def _figures(self, n: int, lane: Row) -> tuple[int, int]:
        mg, milli = lane_figures(self.lines[n]["weight_g"], lane)
        return (mg, milli) if self.orders else (mg + lane["parcel_co2e_mg"], milli + lane["parcel_cost"] * 1000)

    def _fixed(self, key: tuple[str, str, str]) -> tuple[int, int]:
        lane = next(each for each in self.lanes if (each["warehouse"], each["region"]) == key[1:])
        return lane["parcel_co2e_mg"], lane["parcel_cost"] * 1000

    def sent_from(self, warehouse: str) -> np.ndarray:
        row = self.unmet * 0
        row[[at for at, (_, lane) in enumerate(self.cells) if lane["warehouse"] == warehouse]] = 1
        return row

    def in_time(self, days: float) -> np.ndarray:
        row = self.unmet * 0
        row[[at for at, (_, lane) in enumerate(self.cells) if lane["days"] <= days]] = 1
        return row

    def least(self, cost: np.ndarray, whole: bool = True, *more: tuple[np.ndarray, float, float]) -> float | None:
        """The least of `cost` over all plans, in whole pieces or not; None where there is none."""
        model = highspy.Highs()
        model.setOptionValue("output_flag", False)
        model.setOptionValue("mip_rel_gap", 0.0)
        model.setOptionValue("mip_abs_gap", 0.0)
        nothing, none = np.zeros(0), np.zeros(0, np.int32)
        high = np.full(len(cost), np.inf)
        high[len(self.cells) : len(self.cells) + len(self.parcels)] = 1
        model.addCols(len(cost), cost, np.zeros(len(cost)), high, 0, none, none, nothing)
        for row, least, most in (*self.rows, *more):
            at = np.flatnonzero(row).astype(np.int32)
            model.addRow(float(least), float(most), len(at), at, row[at])
        if whole:
            model.changeColsIntegrality(len(cost), np.arange(len(cost), dtype=np.int32), np.ones(len(cost), np.uint8))
        model.run()
        if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return float(model.getInfo().objective_function_value)

    def most_sent(self, *more: tuple[np.ndarray, float, float]) -> tuple[int, tuple[np.ndarray, float, float]]:
        """The fewest pieces that are not sent, and the row that keeps them so few."""
        fewest = round(self.least(self.unmet, True, *more) or 0)
        return fewest, (self.unmet, 0, fewest)
