"""Innocent sentences of a shop in all five languages: nothing to find, or the alarm is false.

A false alarm costs a brand an evening, so the count is stated: none in these sentences, the look-alikes included. The
last test states those that are known, and holds them known.
"""

from __future__ import annotations

import pytest

from leafmark.factors.model import builtin
from leafmark.products import LANGS
from leafmark.products.i18n import table

from .held import EVERYWHERE, rules_found

INNOCENT = {
    "en": """\
Stainless steel kettle with a capacity of 1.7 litres.
A green cotton T-shirt with short sleeves.
Organic green tea, 100 g, from Shizuoka.
Dark green curtains for the living room.
Delivery within two working days.
The ecosystem of our apps keeps growing.
Economy class tickets can be refunded.
An economical pack of twelve.
Select Eco mode for lightly soiled dishes.
The eco 40-60 programme takes three hours.
Our footprint is 412 kg CO2e per washing machine, cradle to grave.
Footprint: 412 kg CO2e, likely 338 to 497 kg.
The product is not carbon neutral.
This jacket isn't biodegradable.
We never call our parcels climate neutral.
The term "climate neutral" is explained in our glossary.
Low carbon steel blade, hardened.
Neutral pH soap for sensitive skin.
A neutral colour that goes with everything.
Choose a neutral shade, or a climate-controlled case.
Carbon fibre frame, 7.9 kg.
Carbon steel wok, 32 cm.
Made from cotton grown in Turkey.
Contains 30 g of protein.
Save 20% with the code SPRING.
You save 12 euros on the second pair.
Comes with a two-year guarantee.
Planet Earth: the complete series on Blu-ray.
Bluetooth headphones with noise cancelling.
A garden rake for autumn leaves.
Rated 4.7 of 5 by 312 buyers.
Size label inside the collar.
Low-impact aerobics for beginners.
The battery lasts 30% longer than last year's model.
Lower the heat and simmer for ten minutes.
Windows 11 Home, English.
Cancel by 2027 without a fee.
We will be closed on Monday.
Ceramic mug, dishwasher safe.
Energy efficiency class C on a scale from A to G.
The Green family has baked bread here since 1921.
Bowling Green is a city in Kentucky.
Recipe: green beans with garlic.
Wash at 30 degrees and do not tumble dry.
Emergency exit signs glow in the dark.
A bag for life admin: passports, tickets, keys.
Nature documentaries on DVD.
Our sales fell by 12% in 2024.""",
    "fr": """\
Bouilloire en acier inoxydable, 1,7 litre.
Un tee-shirt vert en coton.
Thé vert du Japon, 100 g.
Haricots verts à l'ail.
Livraison sous deux jours ouvrés.
L'économie est au beau fixe.
Un lot économique de douze.
Sélectionnez le mode éco pour la vaisselle peu sale.
Ce produit n'est pas neutre en carbone.
Ces lingettes ne sont pas biodégradables.
Notre empreinte est de 412 kg CO2e par machine.
Le terme « neutre en carbone » est expliqué plus bas.
Un savon au pH neutre.
Une couleur neutre qui va avec tout.
Vélo en fibre de carbone, 7,9 kg.
Un tissu solide et durable.
Revêtement durable, garanti dix ans.
Chaussures de sport pour la ville.
L'école commence lundi.
La scolarité dure six ans.
Économisez 20 % avec le code PRINTEMPS.
Noté 4,7 sur 5 par 312 acheteurs.
Étiquette de taille dans le col.
Fabriqué en France dans notre atelier.
Composition : 100 % coton.
Plus grand que le modèle précédent.
La batterie dure 30 % plus longtemps.
Classe énergétique C sur une échelle de A à G.
Série documentaire sur la planète Terre.
Feuilles de thé et infusions.""",
    "de": """\
Wasserkocher aus Edelstahl, 1,7 Liter.
Ein grünes T-Shirt aus Baumwolle.
Grüner Tee aus Japan, 100 g.
Grüne Bohnen mit Knoblauch.
Lieferung innerhalb von zwei Werktagen.
Die Ökonomie des Haushalts.
Wählen Sie das Öko-Programm für leicht verschmutztes Geschirr.
Dieses Produkt ist nicht klimaneutral.
Die Tücher sind nicht biologisch abbaubar.
Unser Fußabdruck beträgt 412 kg CO2e je Maschine.
Der Begriff „klimaneutral“ wird unten erklärt.
Seife mit neutralem pH-Wert.
Eine neutrale Farbe, die zu allem passt.
Klimaanlage mit Fernbedienung.
Rahmen aus Carbonfaser, 7,9 kg.
Die Umwelt des Wohnzimmers wirkt heller.
Das Umweltbundesamt misst die Luft.
Sparen Sie 20 % mit dem Code FRÜHLING.
Bewertet mit 4,7 von 5 Punkten.
Größenetikett im Kragen.
Hergestellt in Portugal.
Material: 100 % Baumwolle.
Größer als das Vorjahresmodell.
Der Akku hält 30 % länger.
Energieklasse C auf einer Skala von A bis G.
Grünkohl mit Pinkel, 800 g.
Bis 2027 ohne Gebühr kündbar.
Wir werden am Montag schließen.
Frei Haus ab 50 Euro.
Ein Rechen für das Herbstlaub.""",
    "zh-Hant": """\
不鏽鋼電熱水壺，容量1.7公升。
純棉綠色短袖上衣。
日本綠茶，100克。
綠豆湯一碗。
兩個工作天內送達。
低碳鋼刀片，經過淬火。
低碳水飲食食譜。
生態系統持續擴大。
經濟型十二入裝。
本產品不是碳中和產品。
這款濕巾並非可生物降解。
本產品碳足跡為412公斤二氧化碳當量。
「碳中和」一詞的定義見下文。
中性洗手乳，適合敏感肌。
中性色，百搭款。
碳纖維車架，7.9公斤。
環保署今日公布空氣品質。
輸入折扣碼可省20%。
評分4.7，共312則評價。
領口內有尺寸標籤。
電池續航增加30%。
能源效率第3級。
地球儀，直徑30公分。
2027年前可免費取消。
星期一公休。
秋天落葉用的耙子。
比去年的款式更大。
最輕的登機箱。
材質：100%純棉。
洗碗機可用陶瓷杯。""",
    "zh-Hans": """\
不锈钢电热水壶，容量1.7升。
纯棉绿色短袖上衣。
日本绿茶，100克。
绿豆汤一碗。
两个工作日内送达。
低碳钢刀片，经过淬火。
低碳水饮食食谱。
生态系统持续扩大。
经济型十二支装。
本产品不是碳中和产品。
这款湿巾并非可生物降解。
本产品碳足迹为412千克二氧化碳当量。
“碳中和”一词的定义见下文。
中性洗手液，适合敏感肌。
中性色，百搭款。
碳纤维车架，7.9千克。
环保部今日公布空气质量。
输入优惠码可省20%。
评分4.7，共312条评价。
领口内有尺寸标签。
电池续航增加30%。
能效等级3级。
地球仪，直径30厘米。
2027年前可免费取消。
星期一休息。
秋天落叶用的耙子。
比去年的款式更大。
最轻的登机箱。
材质：100%纯棉。
洗碗机可用陶瓷杯。""",
}
SENTENCES = [(language, line) for language, lines in INNOCENT.items() for line in lines.splitlines()]
NAMES = ["Kettleworks", "Econocom", "Greenwich Mills", "Ecuador Roses", "Carbonara House", "Grünberg & Sohn", "École Blanche", "綠茶坊", "Ecommerce Ltd"]  # fmt: skip
KNOWN_ALARMS = {
    "Is this carbon neutral? No.": "a question is not told from a claim",
    "Bakery of the Green Energy drummer, signed CD.": "names of people and works",
    "Our competitors call themselves carbon neutral.": "reported speech",
}


def test_there_are_168_of_them() -> None:
    counts = {language: len(lines.splitlines()) for language, lines in INNOCENT.items()}
    assert counts == {"en": 48, "fr": 30, "de": 30, "zh-Hant": 30, "zh-Hans": 30}


@pytest.mark.parametrize(("language", "sentence"), SENTENCES)
def test_nothing_is_found_in_an_innocent_sentence(language: str, sentence: str) -> None:
    assert rules_found(sentence) == set()


@pytest.mark.parametrize("name", NAMES)
def test_an_innocent_name_is_no_claim(name: str) -> None:
    assert rules_found("", brand=name) == set()


@pytest.mark.parametrize("sentence", KNOWN_ALARMS)
def test_known_false_alarms_are_known(sentence: str) -> None:
    assert rules_found(sentence, *EVERYWHERE)


def test_names_of_things_in_the_shipped_pack_raise_seven_alarms() -> None:
    """5,561 names that publishers gave to foods, materials and processes; the seven speak of recyclables."""
    factors = builtin().factors
    names = {name for column in ("name_en", "name_zh") for name in factors.column(column).to_pylist() if name}
    alarms = {name: found for name in names if (found := rules_found(name))}
    assert len(names) > 5000
    assert len(alarms) <= 7, alarms
    assert {rule for found in alarms.values() for rule in found} == {"us.recyclable"}


@pytest.mark.parametrize("lang", LANGS)
def test_the_label_s_own_sentences_pass_but_for_the_one_that_stands_beside_its_counterfactual(lang: str) -> None:
    alarms = {key for key, sentence in table(lang).items() if rules_found(sentence)}
    assert alarms == {"saving.apart"}
    assert rules_found(table(lang)["saving.apart"], "eu") == {"house.avoided-counterfactual"}
