"""The vocabulary the search benchmark makes its titles of: real product words, English and Traditional Chinese in pairs.

category: noun=名詞, noun=名詞, ...        one line per category, under its sector
modifiers of a sector                     the same form, without a category
"""

from __future__ import annotations

from typing import Final

Pair = tuple[str, str]

NOUNS: Final = {
    "food": """
milk: whole milk=全脂牛奶, skimmed milk=脫脂牛奶, fresh milk=鮮奶, milk powder=奶粉
yoghurt: yoghurt=優格, drinking yoghurt=優酪乳, Greek yoghurt=希臘優格
cheese: cheddar cheese=切達起司, cream cheese=奶油乳酪, mozzarella=莫札瑞拉起司
butter: butter=奶油, margarine=植物奶油
plant_drink: oat drink=燕麥飲, soy milk=豆漿, almond drink=杏仁奶, coconut milk=椰奶
coffee: coffee beans=咖啡豆, ground coffee=咖啡粉, instant coffee=即溶咖啡, drip bag coffee=濾掛咖啡
tea: green tea=綠茶, oolong tea=烏龍茶, black tea=紅茶, jasmine tea=茉莉花茶, pu'er tea=普洱茶
juice: orange juice=柳橙汁, apple juice=蘋果汁, tomato juice=番茄汁, mixed fruit juice=綜合果汁
water: mineral water=礦泉水, sparkling water=氣泡水
soft_drink: cola=可樂, lemonade=檸檬汽水, sports drink=運動飲料
rice: jasmine rice=茉莉香米, brown rice=糙米, sushi rice=壽司米, glutinous rice=糯米
noodles: instant noodles=泡麵, rice noodles=米粉, udon=烏龍麵, egg noodles=雞蛋麵
pasta: spaghetti=義大利麵, penne=筆管麵, lasagne sheets=千層麵
bread: wholemeal bread=全麥麵包, toast=吐司, bagels=貝果, rye bread=黑麥麵包
biscuits: biscuits=餅乾, digestive biscuits=消化餅, soda crackers=蘇打餅乾, egg rolls=蛋捲
chocolate: dark chocolate=黑巧克力, milk chocolate=牛奶巧克力, chocolate truffles=松露巧克力
snacks: potato crisps=洋芋片, popcorn=爆米花, seaweed snack=海苔, rice crackers=仙貝
nuts: roasted almonds=烘焙杏仁, cashews=腰果, walnuts=核桃, mixed nuts=綜合堅果, pistachios=開心果
cereal: corn flakes=玉米片, muesli=什錦麥片, rolled oats=燕麥片, granola=格蘭諾拉麥片
flour: wheat flour=麵粉, corn starch=玉米澱粉, almond flour=杏仁粉
oil: olive oil=橄欖油, sunflower oil=葵花油, sesame oil=芝麻油, peanut oil=花生油
sauce: soy sauce=醬油, oyster sauce=蠔油, tomato ketchup=番茄醬, chilli sauce=辣椒醬, fish sauce=魚露
vinegar: rice vinegar=米醋, balsamic vinegar=巴薩米克醋, apple vinegar=蘋果醋
spice: black pepper=黑胡椒, turmeric=薑黃, five-spice powder=五香粉, cinnamon=肉桂
sugar: brown sugar=黑糖, caster sugar=細砂糖, maple syrup=楓糖漿, honey=蜂蜜
jam: strawberry jam=草莓果醬, peanut butter=花生醬, marmalade=橘子果醬
tofu: firm tofu=板豆腐, silken tofu=嫩豆腐, tempeh=天貝
egg: free-range eggs=放牧雞蛋, eggs=雞蛋, duck eggs=鴨蛋
beef: beef steak=牛排, minced beef=牛絞肉, beef jerky=牛肉乾
pork: pork belly=五花肉, pork sausages=豬肉香腸, ham=火腿
chicken: chicken breast=雞胸肉, chicken wings=雞翅, whole chicken=全雞
fish: salmon fillet=鮭魚片, tuna in water=水煮鮪魚, mackerel=鯖魚, cod=鱈魚
seafood: prawns=蝦仁, mussels=淡菜, squid=魷魚, oysters=牡蠣
vegetables: tinned tomatoes=番茄罐頭, frozen peas=冷凍豌豆, sweetcorn=甜玉米, mushrooms=香菇, spinach=菠菜
fruit: bananas=香蕉, apples=蘋果, mango slices=芒果乾, blueberries=藍莓, pineapple=鳳梨
soup: miso soup=味噌湯, chicken soup=雞湯, pumpkin soup=南瓜濃湯
frozen_meal: dumplings=水餃, pizza=披薩, spring rolls=春捲, fried rice=炒飯
ice_cream: vanilla ice cream=香草冰淇淋, ice lollies=冰棒, sorbet=雪酪
dessert: mooncakes=月餅, pineapple cakes=鳳梨酥, pudding=布丁, jelly=果凍
beer: lager beer=拉格啤酒, stout=黑啤酒, alcohol-free beer=無酒精啤酒
wine: red wine=紅酒, white wine=白酒, sparkling wine=氣泡酒
pet_food: cat food=貓糧, dog food=狗糧, cat treats=貓零食
""",
    "home": """
laundry: laundry detergent=洗衣精, laundry capsules=洗衣膠囊, fabric softener=柔軟精, stain remover=去漬劑
dish_soap: washing-up liquid=洗碗精, dishwasher tablets=洗碗錠, rinse aid=光潔劑
cleaner: bathroom cleaner=浴室清潔劑, glass cleaner=玻璃清潔劑, floor cleaner=地板清潔劑, bleach=漂白水
tissue: toilet paper=衛生紙, facial tissues=面紙, kitchen roll=廚房紙巾, wet wipes=濕紙巾
towel: bath towel=浴巾, hand towel=毛巾, bathrobe=浴袍
bedding: duvet cover=被套, pillow=枕頭, bed sheet=床單, mattress topper=薄床墊, blanket=毛毯
mattress: spring mattress=彈簧床墊, latex mattress=乳膠床墊
sofa: two-seat sofa=雙人沙發, armchair=單人沙發, sofa bed=沙發床
table: dining table=餐桌, coffee table=茶几, standing desk=升降桌, bedside table=床頭櫃
chair: office chair=辦公椅, dining chair=餐椅, folding chair=摺疊椅, stool=凳子
storage: bookcase=書櫃, wardrobe=衣櫃, storage box=收納箱, shoe rack=鞋架, coat hanger=衣架
lighting: desk lamp=檯燈, floor lamp=落地燈, LED bulb=LED燈泡, ceiling light=吸頂燈, night light=小夜燈
cookware: frying pan=平底鍋, wok=炒鍋, saucepan=湯鍋, pressure cooker=壓力鍋, steamer=蒸籠
knife: chef's knife=主廚刀, cutting board=砧板, kitchen scissors=廚房剪刀, peeler=削皮器
tableware: dinner plates=餐盤, soup bowl=湯碗, chopsticks=筷子, cutlery set=餐具組, teapot=茶壺
drinkware: water bottle=水壺, vacuum flask=保溫瓶, coffee mug=馬克杯, wine glasses=紅酒杯, straws=吸管
food_storage: food container=保鮮盒, lunch box=便當盒, beeswax wrap=蜂蠟布, cling film=保鮮膜, freezer bags=夾鏈袋
curtain: blackout curtain=遮光窗簾, roller blind=捲簾, shower curtain=浴簾
rug: wool rug=羊毛地毯, door mat=門墊, bath mat=浴室踏墊, yoga mat=瑜珈墊
garden: plant pot=花盆, potting soil=培養土, watering can=澆水壺, garden hose=水管, seeds=種子
tool: screwdriver set=螺絲起子組, hammer=鐵鎚, cordless drill=充電電鑽, tape measure=捲尺
paint: wall paint=牆面漆, wood varnish=木器漆, primer=底漆
soap: hand soap=洗手乳, bar soap=香皂, shower gel=沐浴乳, bath bomb=泡澡球
shampoo: shampoo=洗髮精, conditioner=潤髮乳, hair mask=護髮膜, dry shampoo=乾洗髮
skincare: sunscreen=防曬乳, face cream=面霜, face mask=面膜, lip balm=護唇膏, cleansing foam=洗面乳
oral: toothpaste=牙膏, toothbrush=牙刷, dental floss=牙線, mouthwash=漱口水
hygiene: sanitary pads=衛生棉, menstrual cup=月亮杯, razor=刮鬍刀, cotton buds=棉花棒
clothing: T-shirt=T恤, jeans=牛仔褲, hoodie=連帽衫, socks=襪子, down jacket=羽絨外套, dress=洋裝
shoes: running shoes=慢跑鞋, sandals=涼鞋, rain boots=雨鞋, slippers=拖鞋
bag: backpack=後背包, tote bag=托特包, suitcase=行李箱, shopping bag=購物袋
stationery: notebook=筆記本, ballpoint pens=原子筆, copy paper=影印紙, envelopes=信封
candle: scented candle=香氛蠟燭, reed diffuser=擴香瓶, mosquito coils=蚊香
""",
    "electronics": """
phone: smartphone=智慧型手機, phone case=手機殼, screen protector=螢幕保護貼
laptop: laptop=筆記型電腦, gaming laptop=電競筆電, laptop stand=筆電支架
tablet: tablet=平板電腦, e-reader=電子書閱讀器, stylus=觸控筆
monitor: computer monitor=電腦螢幕, gaming monitor=電競螢幕, monitor arm=螢幕支架
television: television=電視, OLED television=OLED電視, wall mount=壁掛架, soundbar=聲霸
audio: headphones=耳罩式耳機, earbuds=真無線耳機, bluetooth speaker=藍牙喇叭, microphone=麥克風
camera: mirrorless camera=無反光鏡相機, action camera=運動相機, tripod=三腳架, memory card=記憶卡
wearable: smartwatch=智慧手錶, fitness band=運動手環, watch strap=錶帶
console: game console=遊戲主機, game controller=遊戲手把
keyboard: mechanical keyboard=機械鍵盤, wireless mouse=無線滑鼠, mouse pad=滑鼠墊
disk: solid state drive=固態硬碟, hard disk=硬碟, USB stick=隨身碟, card reader=讀卡機
network: wifi router=無線路由器, network switch=交換器, network cable=網路線
power: power bank=行動電源, USB charger=USB充電器, charging cable=充電線, extension lead=延長線, batteries=電池
printer: inkjet printer=噴墨印表機, laser printer=雷射印表機, ink cartridge=墨水匣, toner=碳粉匣
refrigerator: refrigerator=冰箱, freezer=冷凍櫃, wine cooler=紅酒櫃
washing_machine: washing machine=洗衣機, tumble dryer=烘衣機, washer dryer=洗脫烘衣機
dishwasher: dishwasher=洗碗機, dish dryer=烘碗機
air_conditioner: air conditioner=冷氣機, dehumidifier=除濕機, electric fan=電風扇, heater=電暖器
air_purifier: air purifier=空氣清淨機, humidifier=加濕器, filter=濾網
vacuum: vacuum cleaner=吸塵器, robot vacuum=掃地機器人, steam mop=蒸氣拖把
cooking: microwave=微波爐, oven=烤箱, rice cooker=電鍋, induction hob=電磁爐, air fryer=氣炸鍋
kettle: electric kettle=快煮壺, coffee machine=咖啡機, blender=果汁機, toaster=烤麵包機, juicer=榨汁機
hair: hair dryer=吹風機, hair straightener=離子夾, electric shaver=電動刮鬍刀, electric toothbrush=電動牙刷
smart_home: smart plug=智慧插座, smart bulb=智慧燈泡, door lock=電子門鎖, security camera=監視器, thermostat=溫控器
solar: solar panel=太陽能板, solar light=太陽能燈, inverter=逆變器
bicycle: electric bicycle=電動自行車, electric scooter=電動滑板車, bicycle light=自行車燈, helmet=安全帽
""",
    "baby": """
nappies: nappies=紙尿褲, nappy pants=拉拉褲, cloth nappies=布尿布, swim nappies=游泳尿布
wipes: baby wipes=嬰兒濕巾, cotton wipes=棉柔巾
formula: infant formula=嬰兒配方奶粉, follow-on formula=較大嬰兒奶粉, goat milk formula=羊奶粉
baby_food: fruit puree=水果泥, rice cereal=米精, teething biscuits=磨牙餅, vegetable puree=蔬菜泥
bottle: feeding bottle=奶瓶, sippy cup=學習杯, bottle steriliser=奶瓶消毒鍋, teats=奶嘴頭, dummy=奶嘴
breastfeeding: breast pump=吸乳器, nursing pads=防溢乳墊, milk storage bags=母乳袋, nursing bra=哺乳內衣
pushchair: pushchair=嬰兒推車, baby carrier=嬰兒揹帶, rain cover=雨罩
car_seat: car seat=汽車安全座椅, booster seat=增高墊
cot: cot=嬰兒床, crib mattress=嬰兒床墊, sleeping bag=防踢睡袋, mosquito net=蚊帳
baby_clothes: bodysuit=包屁衣, romper=連身衣, baby socks=嬰兒襪, bib=圍兜, baby hat=嬰兒帽
baby_bath: baby shampoo=嬰兒洗髮精, baby lotion=嬰兒乳液, bath tub=嬰兒浴盆, bath thermometer=水溫計
toy: building blocks=積木, plush toy=絨毛玩具, jigsaw puzzle=拼圖, rattle=手搖鈴, toy car=玩具車, doll=娃娃
book: picture book=繪本, colouring book=著色本, bath book=洗澡書
maternity: maternity dress=孕婦裝, pregnancy pillow=孕婦枕, stretch mark cream=妊娠霜
highchair: highchair=兒童餐椅, safety gate=安全門欄, play mat=遊戲墊
""",
}

MODIFIERS: Final = {
    "food": "organic=有機, natural=天然, unsweetened=無糖, low-fat=低脂, salted=鹽味, spicy=辣味, roasted=烘焙, frozen=冷凍, gluten-free=無麩質, vegan=純素, Fairtrade=公平貿易, premium=特級, original=原味, strawberry=草莓, vanilla=香草, chocolate=巧克力, lemon=檸檬, ginger=薑味, sesame=芝麻, high-fibre=高纖, Japanese=日式, Taiwanese=台灣, Italian=義式, French=法式, family=家庭號, handmade=手工, smoked=煙燻, seasonal=季節限定, light=輕食, dried=風乾",
    "home": "recycled=再生, bamboo=竹製, organic cotton=有機棉, linen=亞麻, stainless steel=不鏽鋼, ceramic=陶瓷, glass=玻璃, oak=橡木, pine=松木, walnut=胡桃木, refill=補充包, fragrance-free=無香精, lavender=薰衣草, concentrated=濃縮, large=大號, small=小號, foldable=可摺疊, washable=可水洗, white=白色, black=黑色, grey=灰色, blue=藍色, green=綠色, Nordic=北歐風, waterproof=防水, anti-slip=防滑, soft=柔軟, thick=加厚, biodegradable=可分解, wool=羊毛",
    "electronics": "wireless=無線, portable=可攜式, energy-saving=節能, inverter=變頻, quiet=靜音, smart=智慧, refurbished=整新, fast-charging=快充, noise-cancelling=降噪, ultra-thin=超薄, curved=曲面, compact=小型, professional=專業, waterproof=防水, rechargeable=充電式, 4K=4K, wifi=無線網路, bluetooth=藍牙, titanium=鈦金屬, black=黑色, white=白色, silver=銀色, large-capacity=大容量, foldable=可摺疊, entry-level=入門款",
    "baby": "organic cotton=有機棉, newborn=新生兒, toddler=幼兒, hypoallergenic=低敏, fragrance-free=無香, silicone=矽膠, wooden=木製, bamboo fibre=竹纖維, breathable=透氣, soft=柔軟, washable=可水洗, foldable=可摺疊, lightweight=輕量, anti-colic=防脹氣, glass=玻璃, pink=粉紅, yellow=黃色, animal=動物, travel=旅行, extra large=特大號, night=夜用, safe=安全, educational=益智, BPA-free=不含雙酚A",
}

SIZES: Final = {
    "food": "100 g, 150 g, 200 g, 250g, 300 g, 400 g, 500g, 750 g, 1kg, 2 kg, 5 kg, 200ml, 250 ml, 330 ml, 500 ml, 750ml, 1L, 1.5 L, 2L, 6 x 330 ml, 12 x 200 ml",
    "home": "250 ml, 500 ml, 1L, 2 L, 3kg, 12 rolls, 60 x 120 cm, 90 cm, 120 cm, 150 x 200 cm, 2-pack, 4 pack, 6 pcs, 28 cm, S, M, L, XL",
    "electronics": "64 GB, 128GB, 256 GB, 512GB, 1 TB, 2TB, 24 inch, 27 inch, 55 inch, 10000 mAh, 20000mAh, 65 W, 1200W, 300 L, 8 kg, 10 kg, 2 m",
    "baby": "NB 60 pcs, S 50 pcs, M 44 pcs, L 36 pcs, XL 30 pcs, 150 ml, 240 ml, 400 g, 800g, 900 g, 0-6 months, 6-12 months, 2-pack, 80 pcs",
}

UNITS: Final = {
    "food": ("kg", "L"),
    "home": ("item", "kg", "wash"),
    "electronics": ("item",),
    "baby": ("item", "kg", "piece"),
}
STATES: Final = ("declared", "category_estimate", "unknown", "graded", "not_applicable")
STATE_WEIGHTS: Final = (30, 45, 20, 4, 1)

ONSETS: Final = "b br ch d dr f fl g gr h j k kl l m n p pr r s sh st t tr v w y z"
VOWELS: Final = "a e i o u ai ea ia oo ua"
ENDINGS: Final = "l n r s t x nd rk lle nna ro so ta vo mi ko"
HAN_BRAND: Final = "安寶采誠達德鼎豐福光海和恆華匯嘉健金康樂利麗綠美明寧農品祺千清泉榮瑞森山盛松泰天統維新信興雅陽怡益永優悅雲澤真正知中竹"


def pairs(text: str) -> list[Pair]:
    """(English, Traditional Chinese) of `word=字, word=字`."""
    split = (pair.strip().partition("=") for pair in text.split(","))
    return [(english, chinese) for english, _, chinese in split]


def categories(sector: str) -> dict[str, list[Pair]]:
    """Each category of a sector with its nouns."""
    lines = (line.partition(":") for line in NOUNS[sector].strip().splitlines())
    return {name: pairs(nouns) for name, _, nouns in lines}
