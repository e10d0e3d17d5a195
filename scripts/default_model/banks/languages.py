"""Sums, capitals and names told in Chinese, German, French and Spanish."""

# language -> (ways to ask for a sum, operator words, ways to answer)
SUMS = {
    "zh": ("{a}加{b}等于多少？|{a} + {b} 等于多少？|{a}+{b}是多少？|{a}加{b}是多少？|计算 {a} + {b}|请计算{a}加{b}|{a}+{b}=?|{a}加{b}等于几", "{a} + {b} = {c}。|{a}加{b}等于{c}。"),
    "de": ("Was ist {a} + {b}?|Was ist {a} plus {b}?|Wie viel ist {a} plus {b}?|Wie viel ist {a} + {b}?|Rechne {a} + {b}.|Was ergibt {a} + {b}?|Wieviel ist {a} und {b}?", "{a} + {b} = {c}.|Das ist {c}.|{a} plus {b} ist {c}."),
    "fr": ("Combien font {a} + {b} ?|Combien font {a} plus {b} ?|Combien fait {a} + {b} ?|Calcule {a} + {b}.|Quelle est la somme de {a} et {b} ?|{a} plus {b} ?", "{a} + {b} = {c}.|Cela fait {c}.|{a} plus {b} font {c}."),
    "es": ("¿Cuánto es {a} + {b}?|¿Cuánto es {a} más {b}?|¿Cuánto son {a} y {b}?|Calcula {a} + {b}.|¿Cuál es la suma de {a} y {b}?|Cuanto es {a} + {b}", "{a} + {b} = {c}.|Son {c}.|{a} más {b} son {c}."),
}  # fmt: skip
DIFFERENCES = {
    "zh": ("{a}减{b}等于多少？|{a} - {b} 等于多少？|{a}-{b}=?|计算 {a} - {b}", "{a} - {b} = {c}。"),
    "de": ("Was ist {a} - {b}?|Was ist {a} minus {b}?|Wie viel ist {a} minus {b}?", "{a} - {b} = {c}.|Das ist {c}."),
    "fr": ("Combien font {a} - {b} ?|Combien font {a} moins {b} ?", "{a} - {b} = {c}.|Cela fait {c}."),
    "es": ("¿Cuánto es {a} - {b}?|¿Cuánto es {a} menos {b}?", "{a} - {b} = {c}.|Son {c}."),
}
PRODUCTS = {
    "zh": ("{a}乘以{b}等于多少？|{a} x {b} 等于多少？|{a}乘{b}是多少？", "{a} x {b} = {c}。"),
    "de": ("Was ist {a} mal {b}?|Wie viel ist {a} mal {b}?|Was ist {a} * {b}?", "{a} x {b} = {c}.|Das ist {c}."),
    "fr": ("Combien font {a} fois {b} ?|Combien font {a} * {b} ?", "{a} x {b} = {c}.|Cela fait {c}."),
    "es": ("¿Cuánto es {a} por {b}?|¿Cuánto es {a} * {b}?", "{a} x {b} = {c}.|Son {c}."),
}
# language -> (ways to ask for a capital, ways to answer, country=capital)
CAPITALS = {
    "zh": ("{a}的首都是哪里？|{a}的首都是什么？|{a}的首都是哪个城市？|{a}首都是哪", "{a}的首都是{b}。",
           "法国=巴黎|德国=柏林|中国=北京|日本=东京|英国=伦敦|意大利=罗马|西班牙=马德里|俄罗斯=莫斯科|美国=华盛顿|韩国=首尔|埃及=开罗|加拿大=渥太华|泰国=曼谷|葡萄牙=里斯本|奥地利=维也纳|澳大利亚=堪培拉|希腊=雅典|印度=新德里|越南=河内|巴西=巴西利亚"),
    "de": ("Was ist die Hauptstadt von {a}?|Wie heißt die Hauptstadt von {a}?|Welche Stadt ist die Hauptstadt von {a}?|Hauptstadt von {a}?", "Die Hauptstadt von {a} ist {b}.",
           "Frankreich=Paris|Deutschland=Berlin|Spanien=Madrid|Italien=Rom|Österreich=Wien|Japan=Tokio|China=Peking|Polen=Warschau|Portugal=Lissabon|Griechenland=Athen|Schweden=Stockholm|Norwegen=Oslo|Dänemark=Kopenhagen|Russland=Moskau|Ägypten=Kairo|England=London|Belgien=Brüssel|Kanada=Ottawa|Ungarn=Budapest|Irland=Dublin"),
    "fr": ("Quelle est la capitale de {a} ?|Quelle ville est la capitale de {a} ?|La capitale de {a} ?", "La capitale de {a} est {b}.",
           "la France=Paris|l'Allemagne=Berlin|l'Espagne=Madrid|l'Italie=Rome|l'Autriche=Vienne|la Chine=Pékin|la Pologne=Varsovie|la Grèce=Athènes|la Suède=Stockholm|la Norvège=Oslo|la Russie=Moscou|l'Égypte=Le Caire|l'Angleterre=Londres|la Belgique=Bruxelles|la Hongrie=Budapest|l'Irlande=Dublin|la Suisse=Berne|la Turquie=Ankara"),
    "es": ("¿Cuál es la capital de {a}?|¿Qué ciudad es la capital de {a}?|Cual es la capital de {a}|Capital de {a}", "La capital de {a} es {b}.",
           "Francia=París|Alemania=Berlín|España=Madrid|Italia=Roma|Austria=Viena|Japón=Tokio|China=Pekín|Polonia=Varsovia|Portugal=Lisboa|Grecia=Atenas|Suecia=Estocolmo|Noruega=Oslo|Rusia=Moscú|Egipto=El Cairo|Inglaterra=Londres|Bélgica=Bruselas|México=Ciudad de México|Argentina=Buenos Aires|Perú=Lima|Chile=Santiago"),
}  # fmt: skip
# language -> (ways to say a name, replies, ways to ask for it, answers)
NAMES = {
    "zh": ("我叫{n}。|我的名字是{n}。|你好，我叫{n}", "你好，{n}！很高兴认识你。", "我叫什么名字？|我叫什么？", "你叫{n}。"),
    "de": ("Ich heiße {n}.|Mein Name ist {n}.|Hallo, ich bin {n}.", "Hallo {n}! Schön, dich kennenzulernen.", "Wie heiße ich?|Wie ist mein Name?", "Du heißt {n}."),
    "fr": ("Je m'appelle {n}.|Mon nom est {n}.|Bonjour, je suis {n}.", "Bonjour {n} ! Enchanté.", "Comment je m'appelle ?|Quel est mon nom ?", "Tu t'appelles {n}."),
    "es": ("Me llamo {n}.|Mi nombre es {n}.|Hola, soy {n}.", "¡Hola, {n}! Mucho gusto.", "¿Cómo me llamo?|¿Cuál es mi nombre?", "Te llamas {n}."),
}  # fmt: skip
THINK = {
    "zh": "用户说中文，我用中文简短地回答。",
    "de": "The user writes German. I answer in German.",
    "fr": "The user writes French. I answer in French.",
    "es": "The user writes Spanish. I answer in Spanish.",
}
