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
FULFILMENT_GUIDE = (Path(__file__).parents[2] / "docs" / "fulfilment.md").read_text(encoding="utf-8")
INVENTORY_GUIDES = [
    (Path(__file__).parents[2] / "docs" / f"inventory-{name}.md").read_text(encoding="utf-8")
    for name in ("bonds", "impact")
]
for guide in (PACKING_GUIDE, FULFILMENT_GUIDE, LEDGER_GUIDE, *INVENTORY_GUIDES):
    FILES |= dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", guide, flags=re.DOTALL))
KNOWN_ON = ("--known-on", "2026-09-30")
Call = Callable[..., Result]
Process = Callable[..., "subprocess.CompletedProcess[str]"]
