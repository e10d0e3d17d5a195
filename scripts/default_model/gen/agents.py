"""Tools as agent frameworks and first tries use them: weather by city and unit, sums, tools without arguments, hand-overs.

Every flow ends with an answer that says what the tool has said; with the result there the model never calls again.
"""

import json

from banks import toolnames, words
from gen import systems
from gen.lexicon import made_up
from gen.noise import typed
from gen.pieces import capital, fits, join_and, pick
from gen.realtools import Request
from gen.renamed import styled

ENCODINGS = {"deepseek-v3.1": 70, "deepseek-v3": 18, "deepseek-v3.2": 12}


def function(name, description, properties, required=None, closed=False):
    parameters = {"type": "object", "properties": properties}
    if required is not None:
        parameters["required"] = required
    if closed:
        parameters["additionalProperties"] = False
    return {"type": "function", "function": {"name": name, **({"description": description} if description else {}), "parameters": parameters}}


# --- weather ------------------------------------------------------------------------------------------------------

WEATHER_NAMES = """get_weather get_current_weather get_weather_info fetch_weather weather weather_tool getWeather get_forecast
current_weather lookup_weather city_weather get_temperature check_weather weather_lookup get_city_weather get_local_weather""".split()
WEATHER_TEXTS = """Get the current weather in a given location|Get the weather for a city|Get weather of a city, the user should supply a city first
Returns the weather in a city.|Get the current weather|Fetch the weather.|Look up the weather of a location|Weather lookup|Get the weather for a given city.
Get the current temperature for a location|Tells the weather of a city""".replace("\n", "|").split("|")
CITY_KEYS = {"city": 50, "location": 30, "place": 5, "town": 3, "city_name": 5, "loc": 2, "query": 2}
CITY_TEXTS = """The city to find the weather for, e.g. 'San Francisco'|The city, e.g. Beijing|City name|The name of the city|The location|City and country
The city and state, e.g. San Francisco, CA|Name of the city, e.g. Paris|The city to look up|Where to look""".replace("\n", "|").split("|")
UNIT_TEXTS = ["The unit to fetch the temperature in", "Temperature unit", "The unit of temperature", "Unit", "celsius or fahrenheit"]
ASK_WEATHER = """What is the weather in {c}?|What's the weather like in {c}?|What's the weather in {c}?|How is the weather in {c}?|Hows the weather like in {c} today
How's the weather in {c} today?|What is the weather like in {c} today?|Weather in {c}?|Tell me the weather in {c}.|Is it raining in {c}?|What's the temperature in {c}?
Is it warm in {c}?|What is the current weather in {c}?|weather {c}|What's the weather in {c} right now?|Please check the weather in {c}.|Do I need a coat in {c} today?
How warm is it in {c}?|Could you tell me the weather in {c}?|I am going to {c}. How is the weather there?|What will the weather be like in {c}?
Get the weather for {c}.|Should I take an umbrella in {c}?|How hot is it in {c}?|What's it like outside in {c}?|Find the weather in {c}.|How is it in {c} today?
What's the weather like in {c} today? Use the tools to help you.|Look up the weather of {c}.""".replace("\n", "|").split("|")
MORE_CITIES = """San Francisco|New York|Los Angeles|Beijing|Shanghai|Qingdao|Hangzhou|Shenzhen|Hong Kong|Singapore|Boston, MA|San Francisco, CA|Paris, France|London, UK
Tokyo, Japan|Buenos Aires|Mexico City|Cape Town|Tel Aviv|Rio de Janeiro|Saint Petersburg|Washington|Las Vegas|New Delhi|Kuala Lumpur|Stockholm|Copenhagen
Brussels|Barcelona|Amsterdam|Istanbul|Moscow|Dubai|Bangkok|Jakarta|Manila|Melbourne|Auckland|Vancouver|Philadelphia|Houston|Miami|北京|上海|München|Zürich|São Paulo""".replace(
    "\n", "|"
).split("|")
CONDITIONS = """sunny|cloudy|rainy|windy|foggy|snowy|clear|stormy|partly cloudy|overcast|light rain|heavy rain|mostly sunny|humid|dry|freezing|hot|mild|Sunny|Clear|Rain|Cloudy""".split("|")


def a_city(rng):
    x = rng.random()
    if x < 0.35:
        return rng.choice(words.CITIES)
    if x < 0.62:
        return rng.choice(MORE_CITIES)
    return rng.choice(toolnames.CITIES) if x < 0.9 else made_up(rng, 4, 8).capitalize()


def _weather_tool(rng):
    """(schema, keys, whether the unit is required, the units)."""
    city, unit = pick(rng, CITY_KEYS), rng.choice(["unit", "unit", "unit", "units", "format", "scale"])
    properties = {city: {"type": "string", **({"description": rng.choice(CITY_TEXTS)} if rng.random() < 0.75 else {})}}
    has_unit, needed = rng.random() < 0.6, False
    units = rng.choice([["celsius", "fahrenheit"], ["celsius", "fahrenheit"], ["fahrenheit", "celsius"], ["C", "F"], ["metric", "imperial"]])
    if has_unit:
        d = {"type": "string", "enum": units}
        if rng.random() < 0.6:
            d["description"] = rng.choice(UNIT_TEXTS)
        properties[unit], needed = d, rng.random() < 0.4
    if rng.random() < 0.12:
        properties["state"] = {"type": "string", "description": "the two-letter code of the state"}
    if rng.random() < 0.1:
        properties["days"] = {"type": "integer", "description": "Number of days"}
    name = rng.choice(WEATHER_NAMES)
    if rng.random() < 0.3:
        name = styled([rng.choice(["get", "fetch", "find", "show", "read", "ask"]), rng.choice(["weather", "forecast", "climate", "temperature"])], rng.choice(["snake", "camel"]))
    required = [city, *([unit] if needed else [])]
    tool = function(name, rng.choice(WEATHER_TEXTS) if rng.random() < 0.85 else None, properties, required if rng.random() < 0.92 else None, rng.random() < 0.12)
    return tool, city, unit if has_unit else None, needed, units


def _weather_result(rng, c, unit):
    """(what the tool says, the answer), both about the same values."""
    t, cond = rng.randrange(-10, 40), rng.choice(CONDITIONS)
    if unit in ("fahrenheit", "F", "imperial"):
        t = rng.randrange(20, 100)
    sign = {"celsius": "°C", "C": "°C", "metric": "°C", "fahrenheit": "°F", "F": "°F", "imperial": "°F"}.get(unit, "")
    degrees = f"{t}{sign}" if sign and rng.random() < 0.5 else f"{t} degrees"
    low = cond.lower()
    both = rng.choice([f"It is {low} in {c} with {degrees}.", f"In {c} it is {degrees} and {low}.", f"The weather in {c} is {low} with {degrees}."])
    only = rng.choice([f"The weather in {c} is {low}.", f"It is {low} in {c}."])
    warm = rng.choice([f"It is {degrees} in {c}.", f"The temperature in {c} is {degrees}."])
    return rng.choice(
        [
            (json.dumps({"city": c, "temperature": t, "condition": cond}, ensure_ascii=False), both),
            (json.dumps({"temperature": t, "unit": unit or "celsius", "condition": cond}), both),
            (json.dumps({"temp": t, "weather": cond}), both),
            (json.dumps({"location": c, "temperature": str(t), "unit": unit or "celsius"}, ensure_ascii=False), warm),
            (json.dumps({"temp_c": t}), warm),
            (json.dumps({"weather": cond}), only),
            (f"{cond}, {t} degrees", both),
            (f"{cond}, {t}°C" if sign != "°F" else f"{cond}, {t}°F", both),
            (f"The weather in {c} is {low}.", only),
            (f"The weather in {c} is {low} with a temperature of {t} degrees.", both),
            (f"It's always {low} in {c}!", only),
            (f"It is {t} degrees and {low}.", both),
            (f"{t}", warm),
            (f"{t}{sign or '°C'}", warm),
            (cond, only),
            (json.dumps({"result": {"temperature": t, "sky": cond}}), both),
        ]
    )


def weather(rng):
    """(tools, [(user text, requests)], names to think of)."""
    tool, city, unit, needed, units = _weather_tool(rng)
    name = tool["function"]["name"]
    n = pick(rng, {1: 74, 2: 20, 3: 6})
    cities = []
    while len(cities) < n:
        c = a_city(rng)
        if c not in cities and fits("train", "weather", c):
            cities.append(c)
    told = unit and rng.random() < 0.45
    u = rng.choice(units) if told else units[0]
    requests = []
    for c in cities:
        arguments = {city: c, **({unit: u} if unit and (told or needed) else {})}
        result, answer = _weather_result(rng, c, arguments.get(unit))
        requests.append(Request("", name, arguments, result, answer))
    text = rng.choice(ASK_WEATHER).format(c=join_and(cities))
    if told:
        word = {"C": "celsius", "F": "fahrenheit"}.get(u, u)
        text = text.rstrip("?.") + rng.choice([f" in {word}?", f" in {word}", f"? Use {word}.", f"? In {capital(word)} please.", f", in degrees {word}?"])
    return [tool], [(typed(rng, text, rng.random() < 0.15), requests)]


# --- sums with tools ----------------------------------------------------------------------------------------------

OPERATIONS = {
    "add": ("Add two numbers.|Adds a and b.|Add two integers|Sum of two numbers", "What is {a} plus {b}?|Add {a} and {b}.|What is {a} + {b}?|{a} + {b}|Calculate {a} plus {b}.", lambda a, b: a + b, "+"),
    "multiply": ("Multiply two numbers.|Multiplies a and b.|Multiply two integers together|Product of two numbers", "What is {a} times {b}?|Multiply {a} by {b}.|What is {a} * {b}?|What is {a} multiplied by {b}?|{a} * {b}|Calculate {a} x {b}.", lambda a, b: a * b, "*"),
    "subtract": ("Subtract b from a.|Subtracts two numbers|Difference of two numbers", "What is {a} minus {b}?|Subtract {b} from {a}.|What is {a} - {b}?", lambda a, b: a - b, "-"),
    "divide": ("Divide a by b.|Divides two numbers.", "What is {a} divided by {b}?|Divide {a} by {b}.|What is {a} / {b}?", lambda a, b: a // b, "/"),
}  # fmt: skip
PAIRS = [("a", "b"), ("a", "b"), ("a", "b"), ("x", "y"), ("first", "second"), ("first_int", "second_int"), ("num1", "num2"), ("left", "right")]


def _sum_result(rng, value):
    return rng.choice([str(value), str(value), str(value), json.dumps({"result": value}), f"The result is {value}", json.dumps(value)])


def _sum_tool(rng, op, pair):
    name = rng.choice([op, op, op, f"{op}_numbers", f"{op}_tool", f"calc_{op}", styled([op, "numbers"], "camel")])
    kind = rng.choice(["integer", "integer", "number"])
    properties = {k: {"type": kind} for k in pair}
    return function(name, rng.choice(OPERATIONS[op][0].split("|")) if rng.random() < 0.9 else None, properties, list(pair))


def sums(rng):
    ops = rng.sample(list(OPERATIONS), rng.choice([1, 1, 2, 3, 4]))
    pair = rng.choice(PAIRS)
    tools = {op: _sum_tool(rng, op, pair) for op in ops}

    def one(op, a, b):
        _, _, fn, sign = OPERATIONS[op]
        value = fn(a, b)
        answer = rng.choice([f"{a} {sign} {b} = {value}.", f"The result is {value}.", f"The answer is {value}.", f"It is {value}."])
        return Request("", tools[op]["function"]["name"], {pair[0]: a, pair[1]: b}, _sum_result(rng, value), answer), value

    op = rng.choice(ops)
    a, b = rng.randrange(1, 1000), rng.randrange(1, 100)
    if op == "divide":
        a = a * b
    first, value = one(op, a, b)
    text = rng.choice(OPERATIONS[op][1].split("|")).format(a=a, b=b)
    x = rng.random()
    if x < 0.24 and len(ops) > 1:  # the second call needs the first result
        then = rng.choice([o for o in ops if o != "divide"] or ["add"])
        if then not in tools:
            return list(tools.values()), [(typed(rng, text), [first])]
        c = rng.randrange(2, 20)
        second, _ = one(then, value, c)
        how = {"add": f"add {c} to it", "multiply": f"multiply it by {c}", "subtract": f"subtract {c} from it"}[then]
        text = text.rstrip("?.") + rng.choice([f"? Then {how}.", f", then {how}.", f", and {how}."])
        return list(tools.values()), [(text, [first], [second])]
    if x < 0.45:  # two at once
        o = rng.choice([k for k in ops if k != "divide"] or ops)
        c, d = rng.randrange(1, 100), rng.randrange(1, 20)
        c = c * d if o == "divide" else c
        second, _ = one(o, c, d)
        more = rng.choice(OPERATIONS[o][1].split("|")).format(a=c, b=d)
        return list(tools.values()), [(f"{text} {rng.choice(['Also: ', 'And ', '', 'Then: '])}{more}", [first, second])]
    return list(tools.values()), [(typed(rng, text), [first])]


# --- tools without arguments, hand-overs --------------------------------------------------------------------------

PLAIN = [
    ("get_time|get_current_time|current_time|now", "Get the current time.", "What time is it?|Tell me the time.|What is the time now?", lambda r: f"{r.randrange(24):02d}:{r.randrange(60):02d}", "It is {v}."),
    ("get_date|today|get_current_date", "Get the date of today.", "What is the date?|What day is it today?|Which date is today?", lambda r: f"{r.randrange(2024, 2031)}-{r.randrange(1, 13):02d}-{r.randrange(1, 29):02d}", "Today is {v}."),
    ("roll_dice|roll_die|throw_dice", "Roll a six-sided die and return the result.", "Roll the dice.|Roll a die.|My guess is 4. Roll the dice.|Throw the dice for me.", lambda r: str(r.randrange(1, 7)), "You rolled a {v}."),
    ("get_player_name|get_user_name|user_name", "Get the name of the user.", "What is my name?|Who am I?|Do you know my name?", lambda r: r.choice(words.NAMES), "Your name is {v}."),
    ("random_number|get_random_number|how_many_jokes", "Return a random number.", "Give me a random number.|Pick a random number.|Draw a number.", lambda r: str(r.randrange(1, 100)), "The number is {v}."),
    ("get_secret_word|secret_word|get_password_hint", "Get the secret word.", "What is the secret word?|Tell me the secret word.|Find the secret word.", lambda r: r.choice(words.NOUNS), "The secret word is {v}."),
    ("get_location|where_am_i|current_location", "Get the location of the user.", "Where am I?|What is my location?|Which city am I in?", lambda r: r.choice(words.CITIES), "You are in {v}."),
    ("get_balance|account_balance|customer_balance", "Get the balance of the account.", "What is my balance?|How much money do I have?|Show my account balance.", lambda r: str(r.randrange(1, 10000)), "Your balance is {v}."),
    ("list_files|get_files|ls", "List the files.", "Which files are there?|List the files.|Show me the files.", lambda r: ", ".join(f"{x}.txt" for x in r.sample(words.NOUNS, 2)), "The files are {v}."),
]  # fmt: skip


def plain(rng):
    names, description, asks, make, answer = rng.choice(PLAIN)
    others = [rng.choice(x[0].split("|")) for x in rng.sample(PLAIN, rng.choice([0, 0, 1, 2])) if x[0] != names]
    name, v = rng.choice(names.split("|")), make(rng)
    texts = {rng.choice(x[0].split("|")): x[1] for x in PLAIN}
    tools = [function(n, texts.get(n, "Another tool."), {}, rng.choice([None, []])) for n in others]
    tools.append(function(name, description, {}, rng.choice([None, []])))
    result = v if rng.random() < 0.7 else json.dumps({rng.choice(["result", "value", "output"]): v})
    return tools, [(typed(rng, rng.choice(asks.split("|"))), [Request("", name, {}, result, answer.format(v=v))])]


AGENTS = {
    "spanish": ("Hola, ¿cómo estás?|¿Qué hora es?|Necesito ayuda", "¡Hola! ¿En qué puedo ayudarte?"),
    "french": ("Bonjour, ça va ?|J'ai besoin d'aide", "Bonjour ! Comment puis-je vous aider ?"),
    "german": ("Hallo, wie geht es dir?|Ich brauche Hilfe", "Hallo! Wie kann ich helfen?"),
    "math": ("I need help with my math homework.|Can you help me with algebra?|What is 2 plus 2?", "I can help with math. What is the question?"),
    "history": ("Who was the first president?|I have a history question.|Tell me about the Romans.", "I can help with history. What is the question?"),
    "billing": ("I was charged twice.|I have a question about my bill.|My invoice is wrong.", "I can help with your bill. What happened?"),
    "support": ("My device is broken.|I need technical help.|The app does not start.", "I am sorry to hear that. What happens exactly?"),
    "refund": ("I want my money back.|I want to return my shoes.|Can I get a refund?", "I can help with a refund. What is the order number?"),
}


def handover(rng):
    names = rng.sample(list(AGENTS), rng.choice([2, 2, 3]))
    target = names[0]
    form = rng.choice(["transfer_to_{}_agent", "transfer_to_{}", "handoff_to_{}", "transfer_to_{}_tutor"])
    tools = [function(form.format(n), f"Handoff to the {n} agent to handle the request.", {}, [], True) for n in sorted(names)]
    asks, answer = AGENTS[target]
    result = json.dumps({"assistant": f"{target} agent"})
    return tools, [(rng.choice(asks.split("|")), [Request("", form.format(target), {}, result, answer)])]


FLOWS = {weather: 50, sums: 24, plain: 14, handover: 6}
THINK = ["The user wants something that {n} can do. I call it.", "I need {n} for this.", "I should call {n}."]
THINK_RESULT = ["The tool has answered. I tell the user.", "Now I have the result.", "The result is there."]


def call(index, r):
    return {"id": f"call_{index}", "type": "function", "function": {"name": r.name, "arguments": json.dumps(r.arguments, ensure_ascii=False)}}


def play(rng, messages, rounds, thinking):
    """Appends the user's text, every round of calls with results, and the answer."""
    text, *rounds = rounds
    messages.append({"role": "user", "content": text})
    index = sum(len(x.get("tool_calls", [])) for x in messages)
    for requests in rounds:
        calls = [call(index + i, r) for i, r in enumerate(requests)]
        index += len(calls)
        think = rng.choice(THINK).format(n=" and ".join(dict.fromkeys(r.name for r in requests)))
        messages.append({"role": "assistant", "content": "", "tool_calls": calls, **({"reasoning_content": think} if thinking else {})})
        messages += [{"role": "tool", "tool_call_id": c["id"], "content": r.result} for c, r in zip(calls, requests)]
    answer = " ".join(r.answer for r in rounds[-1])
    if len(rounds) > 1 and rng.random() < 0.4:
        answer = " ".join(r.answer for requests in rounds for r in requests)
    messages.append({"role": "assistant", "content": answer, **({"reasoning_content": rng.choice(THINK_RESULT)} if thinking else {})})


def last_turn_only(messages, encoding, thinking):
    """V3.1 writes reasoning only directly after the last user turn: there the conversation ends with the call."""
    if encoding != "deepseek-v3.1" or not thinking:
        return messages
    last_user = max(i for i, x in enumerate(messages) if x["role"] == "user")
    return messages[: last_user + 2]


def conversation(rng):
    tools, turns = pick(rng, FLOWS)(rng)
    if rng.random() < 0.3:
        more, _ = pick(rng, FLOWS)(rng)
        have = {t["function"]["name"] for t in tools}
        tools = tools + [t for t in more if t["function"]["name"] not in have]
        rng.shuffle(tools)
    encoding = pick(rng, ENCODINGS)
    thinking = (encoding == "deepseek-v3.2" and rng.random() < 0.7) or (encoding == "deepseek-v3.1" and rng.random() < 0.12)
    messages = systems.messages(rng, 0.6)
    for turn in turns:
        play(rng, messages, turn, thinking)
    if rng.random() < 0.12:
        messages += [{"role": "user", "content": rng.choice(["Thanks!", "Thank you.", "thank you very much"])},
                     {"role": "assistant", "content": "You are welcome!", **({"reasoning_content": "The user is happy."} if thinking else {})}]  # fmt: skip
    return {
        "encoding": encoding,
        "messages": last_turn_only(messages, encoding, thinking),
        "tools": tools,
        "chat_template_kwargs": {"thinking": thinking},
    }
