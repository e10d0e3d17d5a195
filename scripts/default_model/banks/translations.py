"""Common words and phrases in six languages: English, German, French, Spanish, Italian, Chinese."""

LANGUAGES = ["English", "German", "French", "Spanish", "Italian", "Chinese"]
TABLE = """hello|hallo|bonjour|hola|ciao|你好
goodbye|auf Wiedersehen|au revoir|adiós|arrivederci|再见
thank you|danke|merci|gracias|grazie|谢谢
thanks|danke|merci|gracias|grazie|谢谢
please|bitte|s'il vous plaît|por favor|per favore|请
yes|ja|oui|sí|sì|是
no|nein|non|no|no|不
good morning|guten Morgen|bonjour|buenos días|buongiorno|早上好
good evening|guten Abend|bonsoir|buenas tardes|buonasera|晚上好
good night|gute Nacht|bonne nuit|buenas noches|buonanotte|晚安
water|Wasser|eau|agua|acqua|水
bread|Brot|pain|pan|pane|面包
milk|Milch|lait|leche|latte|牛奶
coffee|Kaffee|café|café|caffè|咖啡
tea|Tee|thé|té|tè|茶
apple|Apfel|pomme|manzana|mela|苹果
cheese|Käse|fromage|queso|formaggio|奶酪
egg|Ei|œuf|huevo|uovo|鸡蛋
fish|Fisch|poisson|pez|pesce|鱼
meat|Fleisch|viande|carne|carne|肉
house|Haus|maison|casa|casa|房子
tree|Baum|arbre|árbol|albero|树
flower|Blume|fleur|flor|fiore|花
dog|Hund|chien|perro|cane|狗
cat|Katze|chat|gato|gatto|猫
bird|Vogel|oiseau|pájaro|uccello|鸟
horse|Pferd|cheval|caballo|cavallo|马
cow|Kuh|vache|vaca|mucca|牛
book|Buch|livre|libro|libro|书
table|Tisch|table|mesa|tavolo|桌子
chair|Stuhl|chaise|silla|sedia|椅子
door|Tür|porte|puerta|porta|门
window|Fenster|fenêtre|ventana|finestra|窗户
car|Auto|voiture|coche|macchina|汽车
train|Zug|train|tren|treno|火车
street|Straße|rue|calle|strada|街道
city|Stadt|ville|ciudad|città|城市
school|Schule|école|escuela|scuola|学校
friend|Freund|ami|amigo|amico|朋友
mother|Mutter|mère|madre|madre|母亲
father|Vater|père|padre|padre|父亲
child|Kind|enfant|niño|bambino|孩子
man|Mann|homme|hombre|uomo|男人
woman|Frau|femme|mujer|donna|女人
king|König|roi|rey|re|国王
sun|Sonne|soleil|sol|sole|太阳
moon|Mond|lune|luna|luna|月亮
star|Stern|étoile|estrella|stella|星星
sky|Himmel|ciel|cielo|cielo|天空
sea|Meer|mer|mar|mare|海
river|Fluss|rivière|río|fiume|河
mountain|Berg|montagne|montaña|montagna|山
rain|Regen|pluie|lluvia|pioggia|雨
snow|Schnee|neige|nieve|neve|雪
fire|Feuer|feu|fuego|fuoco|火
day|Tag|jour|día|giorno|天
night|Nacht|nuit|noche|notte|夜晚
week|Woche|semaine|semana|settimana|星期
year|Jahr|année|año|anno|年
time|Zeit|temps|tiempo|tempo|时间
red|rot|rouge|rojo|rosso|红色
blue|blau|bleu|azul|blu|蓝色
green|grün|vert|verde|verde|绿色
yellow|gelb|jaune|amarillo|giallo|黄色
white|weiß|blanc|blanco|bianco|白色
black|schwarz|noir|negro|nero|黑色
big|groß|grand|grande|grande|大
small|klein|petit|pequeño|piccolo|小
good|gut|bon|bueno|buono|好
bad|schlecht|mauvais|malo|cattivo|坏
new|neu|nouveau|nuevo|nuovo|新
old|alt|vieux|viejo|vecchio|老
hot|heiß|chaud|caliente|caldo|热
cold|kalt|froid|frío|freddo|冷
love|Liebe|amour|amor|amore|爱
peace|Frieden|paix|paz|pace|和平
work|Arbeit|travail|trabajo|lavoro|工作
money|Geld|argent|dinero|denaro|钱
music|Musik|musique|música|musica|音乐
world|Welt|monde|mundo|mondo|世界
heart|Herz|cœur|corazón|cuore|心
hand|Hand|main|mano|mano|手
eye|Auge|œil|ojo|occhio|眼睛
head|Kopf|tête|cabeza|testa|头
garden|Garten|jardin|jardín|giardino|花园
kitchen|Küche|cuisine|cocina|cucina|厨房
bed|Bett|lit|cama|letto|床
key|Schlüssel|clé|llave|chiave|钥匙
letter|Brief|lettre|carta|lettera|信
word|Wort|mot|palabra|parola|词
one|eins|un|uno|uno|一
two|zwei|deux|dos|due|二
three|drei|trois|tres|tre|三
four|vier|quatre|cuatro|quattro|四
five|fünf|cinq|cinco|cinque|五
six|sechs|six|seis|sei|六
seven|sieben|sept|siete|sette|七
eight|acht|huit|ocho|otto|八
nine|neun|neuf|nueve|nove|九
ten|zehn|dix|diez|dieci|十
Monday|Montag|lundi|lunes|lunedì|星期一
Friday|Freitag|vendredi|viernes|venerdì|星期五
Sunday|Sonntag|dimanche|domingo|domenica|星期日
today|heute|aujourd'hui|hoy|oggi|今天
tomorrow|morgen|demain|mañana|domani|明天
yesterday|gestern|hier|ayer|ieri|昨天
I love you|ich liebe dich|je t'aime|te quiero|ti amo|我爱你
how are you|wie geht es dir|comment vas-tu|cómo estás|come stai|你好吗
my name is Ada|ich heiße Ada|je m'appelle Ada|me llamo Ada|mi chiamo Ada|我叫Ada
sorry|Entschuldigung|pardon|perdón|scusa|对不起
welcome|willkommen|bienvenue|bienvenido|benvenuto|欢迎
happy birthday|alles Gute zum Geburtstag|joyeux anniversaire|feliz cumpleaños|buon compleanno|生日快乐
the house is big|das Haus ist groß|la maison est grande|la casa es grande|la casa è grande|房子很大
the cat is black|die Katze ist schwarz|le chat est noir|el gato es negro|il gatto è nero|猫是黑色的
I am hungry|ich habe Hunger|j'ai faim|tengo hambre|ho fame|我饿了
see you tomorrow|bis morgen|à demain|hasta mañana|a domani|明天见"""
ROWS = [line.split("|") for line in TABLE.split("\n")]
