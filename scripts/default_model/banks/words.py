"""Short, harmless words and names that fill the slots of every generator."""

NAMES = """Ada Adam Alan Alba Alice Alma Amir Amy Ana Andre Anna Anton Aria Arlo Asha Ava Axel Bea Bella Ben Bo Boris
Bruno Cara Carl Carmen Cleo Clara Cora Dan Dana David Dora Dina Eddie Ela Eli Ella Elsa Emil Emma Enzo Eric Erin Eva
Evan Fay Felix Finn Flora Frank Fred Freya Gabe Gina Grace Greta Hana Hank Hugo Ian Ida Igor Ines Iris Isla Ivan Ivy
Jack Jade Jake James Jane Jay Jill Jim Joan Joe John Jonas Josh Juan Judy Julia June Kai Kara Karl Kate Ken Kim Kira
Lana Lara Lars Lea Lena Leo Levi Lia Lily Lin Lisa Liz Lola Lou Luca Lucy Luis Luke Luna Mae Maria Mark Marta Mary Matt
Max May Maya Mei Mia Mika Mila Milo Mina Mona Nadia Nate Nell Nick Nico Nina Noah Nora Olga Oli Omar Oscar Otto Owen
Pablo Pam Paul Pia Pete Petra Priya Quinn Rafa Ravi Ray Remy Rita Rob Rosa Rose Ruby Ruth Ryan Sam Sana Sara Scott Sean
Sid Sofia Sonia Stan Sue Tara Tess Theo Tia Tim Tina Toby Tom Tony Una Uma Vera Vic Viola Wade Walt Wendy Will Yara Yuki
Yusuf Zac Zara Zed Zoe""".split()

ANIMALS = """cat dog rabbit hamster parrot turtle goldfish pony mouse frog duck owl fox bear hedgehog squirrel goat lamb
pig cow horse hen beaver otter badger penguin seal lion tiger monkey panda koala kitten puppy snail bee ant butterfly
swan robin sparrow crow lizard gecko""".split()

COLORS = """red blue green yellow orange purple pink brown black white gray silver gold turquoise violet beige maroon
navy teal olive""".split()

OBJECTS = """apples books coins pens marbles cookies stickers eggs balloons cards oranges shells stamps toys flowers keys
cups hats socks stones pencils buttons beads ribbons candles plates spoons bottles boxes bags lemons pears plums grapes
nuts cakes muffins tickets photos letters postcards magnets blocks dice kites leaves seeds carrots tomatoes potatoes""".split()

FOODS = """pizza pasta soup bread rice salad cheese noodles pancakes sushi curry tacos dumplings omelette porridge yogurt
chocolate honey jam popcorn waffles mushrooms spinach beans corn peas cherries mangoes bananas strawberries""".split()

HOBBIES = """swimming painting reading cooking cycling hiking singing dancing gardening chess knitting fishing running
climbing drawing skating sewing surfing sailing baking photography yoga tennis football basketball astronomy
birdwatching camping pottery juggling""".split()

CITIES = """Paris London Berlin Madrid Rome Vienna Oslo Lisbon Dublin Prague Athens Cairo Tokyo Seoul Delhi Lima Quito
Boston Chicago Denver Seattle Austin Dallas Toronto Sydney Perth Munich Hamburg Milan Naples Porto Geneva Zurich Lyon
Kyoto Osaka Nairobi Lagos Dakar Havana Bogota Santiago Montreal Helsinki Warsaw Budapest Zagreb Riga Vilnius Tallinn
Sofia Bucharest Krakow Bergen Malmo Turin Seville Valencia Marseille Bordeaux Antwerp Rotterdam""".split()

PLACES = """park garden school library kitchen beach forest market river hill farm museum station harbor village barn
meadow playground bakery castle lake attic workshop bridge tower cave island valley field pond""".split()

FEELINGS = "happy sad proud tired brave shy lonely curious calm worried excited surprised nervous grateful cheerful".split()

ADJECTIVES = """small big old new bright dark quiet loud soft warm cold shiny round tiny tall short smooth heavy light clean
dusty empty full fresh gentle clever funny simple strange lovely wooden golden silver broken hidden secret lucky""".split()

# Nouns for made-up tools, words to spell, and needles. Everyday and short.
NOUNS = """acorn actor airport album alarm anchor angle apron arch arrow artist atlas autumn badge bag ball balloon band
bank barrel basin basket bath battery beach bead beam bean bed bell belt bench berry bicycle bird blanket blossom board
boat bolt bone book boot border bottle bowl box branch brass bread brick bridge broom brush bubble bucket budget bundle
bus bush button cabin cable cage cake camera camp canal candle candy canvas canyon captain car card cargo carpet cart
castle cave cello cellar chain chair chalk channel charm chart cherry chest circle circus city clay clerk cliff clock
cloth cloud clover coach coast coat cobweb coconut coffee coin collar comb comet compass copper coral cord cork corner
cotton couch counter cousin crane crate crayon creek crown cup curtain cushion dance dawn deck desert desk diary dinner
dish doctor door drawer dream dress drum dust eagle ear earth echo edge editor egg elbow engine envelope evening event
fabric fair family fan farm feather fence ferry fiddle field film finger fire fish flag flame flask flock floor flour
flower flute foam forest fork fossil fountain frame frost fruit funnel fur galaxy game garage garden garlic gate gift
ginger glass globe glove goal grain grape grass gravel guide guitar hall hammer hammock harbor harp harvest hat hawk
hazel helmet herb hill hinge hobby honey hook horn hotel hour house icicle idea ink insect invoice iron island ivory
jacket jar jelly jewel journey jug juice jungle kettle key kite kitchen knee knife knot label ladder lagoon lake lamp
lantern laundry lawn leaf leather lemon lens letter lever library lid lily linen lion list lizard loaf lobby lock log
luggage lunch magnet mail mango map maple marble market mask meadow meal medal melody melon menu message metal meteor
metro mill mirror mist mitten model moon morning moss motor mountain mouse muffin mural museum music napkin needle nest
net nickel night note novel nurse nut oak oar ocean office oil olive onion opera orange orbit orchard order organ oven
owl package paddle page paint palace palm pan paper parade parcel park parrot path patient payment peach peanut pear
pearl pebble pedal pen pencil pepper perfume phone photo piano picnic pie pigeon pillow pilot pine pipe pirate planet
plant plate player plum pocket poem point pond pony poster pot potato powder prism prize project puddle pump puppet
puzzle quilt rabbit radio raft rail rain rainbow ranch razor recipe record reef report ribbon rice ring river road
robot rocket roof room root rope rose route rug ruler saddle sail salad salt sand sandal satin sauce scarf school
science score screen screw sea seat seed shadow shed sheep shelf shell shield ship shirt shoe shop shovel signal silk
silver singer sink skirt sky sled sleeve slipper smoke snail snow soap sock sofa soil song soup spark spice spider spoon
spring square stable stage stair stamp star station statue steam steel stem stone storm story stove straw stream street
string student sugar suit summer sun swan table tail talent tank task tea team temple tent thread ticket tide tiger tile
timber toast tomato tool tooth torch towel tower town toy track trail train tray treasure tree trick trumpet trunk tulip
tunnel turkey turtle umbrella uncle valley van vase vault velvet video village vine violin voice volcano wagon walnut
water wave wax weather wheat wheel whistle willow window wing winter wire wood wool word yard yarn year zebra
zipper""".split()

VERBS = """get set find create delete book search send check list update play start stop convert order open close move copy
read write add remove count compare lock track print save load rename share schedule cancel translate measure""".split()

WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()

MONTHS = """January February March April May June July August September October November December""".split()

LANGUAGES = """French German Spanish Italian Portuguese Dutch Polish Swedish Greek Turkish Japanese Korean Arabic Hindi
Finnish Danish Czech Norwegian""".split()

EMOJI = "😀 😂 😍 🎉 🚀 🌟 🍎 🐱 🐶 🌈 🔥 💡 📚 🎵 🍕 ⚽ 🌍 ❤️ 👍 🙂 🥳 🐢 🦊 🌻 ☕ ✨ 🎁 🧩 🚲 ⏰".split()

UNICODE_WORDS = """café naïve jalapeño über straße señor garçon fiancée crème brûlée Ångström smörgåsbord piñata Zürich
Köln São Łódź Kraków İzmir Αθήνα λόγος Москва привет мир Київ 東京 京都 你好 世界 谢谢 日本 こんにちは ありがとう 안녕하세요 서울
हिन्दी नमस्ते שלום مرحبا ไทย Việt Nam tiếng ½ ¾ ² € £ ¥ → ← ≠ ≤ ∞ π Ω ß æ ø å ñ ç""".split()

SYSTEM_TEXTS = """You are a helpful assistant.
You are a friendly assistant.
Answer briefly.
You are a careful assistant. Check your work.
You are Hadal's default model, a very small assistant.
Be polite and short.
You help children with their homework.
You are a patient teacher.
Answer in plain English.
You are a calm and kind assistant.
Be helpful and honest.
You answer questions about numbers, words and everyday life.
Keep answers short and clear.
You are a chat assistant for a small shop.
You are a helpful office assistant.
Today is a good day. Help the user.
Please be friendly and to the point.
You are an assistant that can use tools when they help.
Use the tools when they are needed, and answer directly when they are not.
You are a quiet assistant: few words, correct facts.""".split("\n")
