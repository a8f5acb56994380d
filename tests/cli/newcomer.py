"""What a newcomer's folder holds: the small files that the examples of `leafmark --help` name."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from click.testing import Result

FILES = {
    "spring.csv": """\
experiment,outcome,held_out,least_units,ends_on,arm,choices,amount,units
spring,grams,50,100,2026-06-30,label,1,2000000,120
spring,grams,50,100,2026-06-30,label,2,6000000,40
spring,grams,50,100,2026-06-30,holdout,1,3000000,90
spring,grams,50,100,2026-06-30,holdout,1,4000000,70
""",
    "electricity-2025.csv": """\
activity_id,site_id,kwh,date,until,origin,source
invoice-1,head-office,12000,2025-01-01,2025-02-01,invoiced,invoice 1
invoice-2,head-office,11000,2025-02-01,2025-03-01,invoiced,invoice 2
""",
    "diesel.csv": """\
site_id,fuel,amount,unit,date,origin
head-office,fuel.diesel,120,L,2025-03-04,invoiced
""",
    "bill.csv": """\
product_id,stage,key,amount,unit,region,date
lamp-1,materials,material.glass,0.35,kg,GB,2023-05-03
lamp-1,transport,freight.hgv.average_laden,420,kg_km,GB,2023-05-03
lamp-1,use,electricity.grid,12,kWh,CN-ZJ,2023-05-03
mug-2,materials,material.glass,300,g,GB,2023-05-03
""",
    "legs.csv": """\
chain_id,leg_no,kind,from_place,to_place,mode,mass_kg,distance_km,distance_type,distance_adjustment_factor,hub_kwh,throughput_kg,allocation_key
order-1,1,transport,Leeds,Hub,freight.van.average.diesel,12,25,actual,,,,
order-1,2,hub,Hub,,,12,,,,400000,9000000,mass
order-1,3,transport,Hub,Bath,freight.hgv.average_laden,12,300,sfd,1.05,,,
order-2,1,transport,Leeds,Hub,freight.van.average.diesel,-3,25,actual,,,,
""",
    "orders.csv": """\
order_id,product_id,pieces,spend,date
77,1029,2,12.00,2017-05-03
77,1030,12,3.50,2017-05-03
78,1031,1,299.00,2017-11-24
79,9999,1,9.99,2017-11-24
""",
    "products.csv": """\
product_id,category,region,mass_kg,mass_key,count_amount,count_unit,count_key,spend_key,currency
1029,meat,,0.5,food.beef_herd,,,,,
1030,eggs,,,,0.06,kg,food.eggs,,
1031,televisions,US,,,,,,spend.naics_334310,USD
""",
    "cargo.csv": """\
item_id,quantity,length_mm,width_mm,height_mm,weight_g,rotation,length_upright,width_upright,height_upright
crate,6,600,400,300,12000,upright,,,
tube,10,900,150,150,3000,any,false,,
lamp,8,300,250,400,2500,any,,,
""",
    "pools.csv": """\
pool_id,box_kg,material,single_use_kg,single_use_material,return_km,cleaning_kwh,use_cap,lost_after_days,region,source
totes,0.8,material.plastic_pp,0.3,material.corrugated_board,30,0.02,50,30,GB,weighed in the house
""",
    "pool-events.csv": """\
pool_id,box_id,event,date
totes,1,buy,2026-01-05
totes,1,issue,2026-01-06
totes,1,return,2026-01-12
totes,1,clean,2026-01-13
totes,1,issue,2026-01-14
totes,1,return,2026-01-20
totes,2,buy,2026-01-05
totes,2,issue,2026-01-07
totes,2,issue,2026-01-08
totes,2,return,2026-01-30
totes,3,return,2026-01-30
""",
    "history.csv": """\
order_id,item_id,quantity,length_mm,width_mm,height_mm,weight_g
h1,mug,2,120,90,100,350
h2,lamp,1,380,180,160,900
h3,mug,1,120,90,100,350
h3,lamp,1,380,180,160,900
h4,poster,1,610,70,70,200
h5,mug,6,120,90,100,350
h6,mug,1,120,90,100,350
""",
    "sizes.csv": """\
carton_id,inner_length_mm,inner_width_mm,inner_height_mm,tare_g
S,200,150,100,90
M,400,200,180,260
L,400,300,200,330
XL,650,400,200,620
""",
    "cloud_bill.csv": """\
ProviderName,ServiceName,ResourceType,ResourceId,ChargeDescription,RegionId,ConsumedQuantity,ConsumedUnit,BilledCost,BillingCurrency,ChargeCategory,CommitmentDiscountStatus,ChargePeriodStart
AWS,Amazon Elastic Compute Cloud,instance,i-shop,$0.096 per On Demand Linux m5.large Instance Hour,eu-west-2,1440,Hours,159.84,USD,Usage,NULL,2025-03-01 00:00:00
AWS,Amazon Elastic Compute Cloud,volume,vol-shop,$0.0928 per GB-month of General Purpose (gp3) provisioned storage,eu-west-2,200,GB-Months,18.56,USD,Usage,NULL,2025-03-01 00:00:00
AWS,Amazon Simple Storage Service,bucket,photos,$0.024 per GB - first 50 TB / month of storage used,eu-west-2,900,GB-Months,21.60,USD,Usage,NULL,2025-03-01 00:00:00
AWS,Amazon Elastic Compute Cloud,,,$0.090 per GB - first 10 TB / month data transfer out,eu-west-2,350,GB,31.50,USD,Usage,NULL,2025-03-01 00:00:00
AWS,Amazon Virtual Private Cloud,,,$0.045 per NAT Gateway Hour,eu-west-2,744,Hours,33.48,USD,Usage,NULL,2025-03-01 00:00:00
Alibaba Cloud,Elastic Compute Service,instance,i-hz,ecs.g7.2xlarge pay-as-you-go,cn-hangzhou,744,Hours,1250.00,CNY,Usage,NULL,2025-03-01 00:00:00
AWS,AWS Savings Plans,,,1 year compute savings plan,eu-west-2,NULL,NULL,500.00,USD,Purchase,NULL,2025-03-01 00:00:00
AWS,Amazon Elastic Compute Cloud,,,Promotional credit,eu-west-2,NULL,NULL,-25.00,USD,Credit,NULL,2025-03-01 00:00:00
""",
    "lamp-sales.csv": "product_id,units_sold,site_id,date,sold_by\nlamp-1,1200,shop,2025-03-01,\nlamp-2,5,shop,2025-03-01,third_party\n",
    "names.csv": "product_id,name,category,gtin\nlamp-1,Reading lamp,lamps,09506000134352\n",
    "shelf.csv": """\
product_id,gtin,name_en,name_zh_hant,sector,mass_kg
lamp-1,9506000134352,Reading lamp,閱讀燈,home,0.9
mug-2,,Glass mug,玻璃杯,home,0.3
""",
    "materials.csv": "name,category,brand\nOat drink 1 l,drinks,\n有機燕麥奶,,\nCorrugated box,packaging,\n",
    "mills.csv": """\
# publisher: Example Ltd
# title: Factors of our mills
# year: 2025
# licence: CC-BY-4.0
# licence_class: open
key,name_en,region,boundary,unit,co2e_kg,data_year,gwp_set
material.recycled_cotton,Recycled cotton,IN,cradle_to_gate,kg,1.9,2024,AR6
""",
}
FILES |= {
    "acquisition.toml": """\
id = "haulier"
kind = "acquisition"
date = 2023-01-01
reason = "Haulier Ltd was bought; its lorries carry our parcels"
source = "share purchase agreement of 12 December 2022"
entity_id = "haulier"
[add]
2021 = "haulier-2021.csv"
2022 = "haulier-2022.csv"
""",
    "haulier-2021.csv": """\
entity_id,site_id,scope,category,statement,co2e_kg,low_kg,high_kg,source
haulier,,1,,,150,130,170,its own report of 2021
""",
    "haulier-2022.csv": """\
entity_id,site_id,scope,category,statement,co2e_kg,low_kg,high_kg,source
haulier,,1,,,155,135,175,its own report of 2022
""",
    "targets.toml": """\
[[target]]
id = "operations"
name = "Own operations"
kind = "absolute"
base_year = 2021
target_year = 2030
scopes = [1, 2]
statement = "market"
pathway = "linear"
reduction_percent = 90

[[target]]
id = "per-order"
name = "Value chain per order"
kind = "intensity"
base_year = 2021
target_year = 2030
scopes = [3]
statement = "location"
pathway = "linear"
reduction_percent = 50
denominator = "orders"

[[denominator]]
name = "orders"
unit = "order"
source = "the order system"
values = { 2021 = 1000, 2022 = 1300, 2023 = 1500 }
""",
    "impact.csv": """\
year,kind,co2e_g,assured,source
2021,avoided,30000000000000,true,statement of 2021
2022,avoided,42000000000000,true,statement of 2022
2022,participant_reduction,11000000000000,true,statement of 2022
2023,avoided,61000000000000,false,statement of 2023
""",
    "credits.csv": """\
kind,co2e_kg,programme,serial,retired_on,year,source
removal,40,A registry,R-100,2024-03-01,2023,retirement receipt
offset,200,A registry,V-2001,2024-03-01,2023,retirement receipt
""",
}
LEDGER_GUIDE = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text(encoding="utf-8")
PACKING_GUIDE = (Path(__file__).parents[2] / "docs" / "packing.md").read_text(encoding="utf-8")
FULFILMENT_GUIDE = (Path(__file__).parents[2] / "docs" / "fulfilment.md").read_text(encoding="utf-8")
INVENTORY_GUIDES = [
    (Path(__file__).parents[2] / "docs" / f"inventory-{name}.md").read_text(encoding="utf-8")
    for name in ("bonds", "impact", "orders", "cloud-planning", "events")
]
for guide in (PACKING_GUIDE, FULFILMENT_GUIDE, LEDGER_GUIDE, *INVENTORY_GUIDES):
    FILES |= dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", guide, flags=re.DOTALL))
KNOWN_ON = ("--known-on", "2026-09-30")
YEARS = {
    2021: [("office", "fuel.diesel", 100.0, 266_000, 2021), ("depot", "fuel.diesel", 80.0, 212_800, 2021), ("grid", "electricity.grid", 900.0, 190_800, 2021)],
    2022: [("office", "fuel.diesel", 90.0, 230_400, 2022), ("depot", "fuel.diesel", 95.0, 243_200, 2022), ("grid", "electricity.grid", 950.0, 183_350, 2022)],
    2023: [("office", "fuel.diesel", 60.0, 150_600, 2023), ("depot", "fuel.diesel", 99.0, 248_490, 2023), ("grid", "electricity.grid", 990.0, 204_930, 2023), ("haulier", "fuel.diesel", 64.0, 160_640, 2023)],
}  # fmt: skip
"""Inventories by year, made by hand: site, factor, amount, grams, the factor's year. The haulier was bought on 1 January 2023."""


@cache
def _inventories() -> dict[str, bytes]:
    """The files of `inventory-YEAR` and of `history`, in which they are filed."""
    import pyarrow as pa

    from leafmark.inventory.book import Inventory
    from leafmark.inventory.tables import COMPLETENESS_SCHEMA, FLAGS_SCHEMA, LINES_SCHEMA
    from leafmark.inventory.time import History

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "history").mkdir()
        policy = 'years = [2021]\nreason = "the first year with complete data"\nthreshold_percent = 5\n'
        (folder / "history" / "base_year.toml").write_text(policy, encoding="utf-8")
        for year, given in YEARS.items():
            rows = []
            for site, key, amount, grams, factor_year in given:
                fuel = key == "fuel.diesel"
                line = {
                    "entity_id": "haulier" if site == "haulier" else "own", "site_id": site, "template": "fuel" if fuel else "electricity", "origin": "invoiced", "run_id": "by-hand",
                    "scope": 1 if fuel else 2, "statement": "both", "method_id": "combustion.direct" if fuel else "electricity.location",
                    "method_version": 1, "key": key, "factor_id": f"{key}@GB:direct:{factor_year}", "unit": "L" if fuel else "kWh", "amount": amount,
                    "activities": 12, "co2e_ug": grams * 10**6, "sd_ug": grams * 10**5, "low_ug": grams * 8 * 10**5, "high_ug": grams * 12 * 10**5,
                }  # fmt: skip
                rows += (
                    [line]
                    if fuel
                    else [
                        line | {"statement": "location"},
                        line | {"statement": "market", "co2e_ug": 0, "low_ug": 0, "sd_ug": 0},
                    ]
                )
            rows.append(rows[0] | {"scope": 3, "category": 3, "co2e_ug": rows[0]["co2e_ug"] // 4, "low_ug": 0})
            record = {
                "organisation": {"id": "own", "name": "Own Company"}, "year": year, "from": f"{year}-01-01", "until": f"{year + 1}-01-01",
                "approach": "operational_control", "gwp": "AR5", "currency": "USD", "known_on": f"{year + 1}-12-31", "methods": [], "packs": [],
                "runs": [], "leafmark": "0", "finished": f"{year + 1}-12-31T00:00:00+00:00",
            }  # fmt: skip
            tables = {
                "lines": pa.Table.from_pylist(rows, schema=LINES_SCHEMA), "flags": FLAGS_SCHEMA.empty_table(),
                "completeness": COMPLETENESS_SCHEMA.empty_table(),
            }  # fmt: skip
            History.open(folder / "history").file(Inventory.write(folder / f"inventory-{year}", record, tables))
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write_inventories(folder: Path) -> None:
    """Three years of an inventory, and a history of them, in a newcomer's folder."""
    for name, content in _inventories().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


Call = Callable[..., Result]
Process = Callable[..., "subprocess.CompletedProcess[str]"]
