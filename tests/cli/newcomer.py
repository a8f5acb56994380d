"""What a newcomer's folder holds: the small files that the examples of `leafmark --help` name."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
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
LEDGER_GUIDE = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text(encoding="utf-8")
PACKING_GUIDE = (Path(__file__).parents[2] / "docs" / "packing.md").read_text(encoding="utf-8")
FILES |= dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", PACKING_GUIDE, flags=re.DOTALL))
FILES |= dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", LEDGER_GUIDE, flags=re.DOTALL))
KNOWN_ON = ("--known-on", "2026-09-30")
Call = Callable[..., Result]
Process = Callable[..., "subprocess.CompletedProcess[str]"]
