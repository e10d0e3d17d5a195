"""Answers bound to a schema: stated in the request or the system text, held by a grammar alone, or asked for by a tool.

Where only a grammar asks for JSON, the text says nothing of it. Then what the grammar forces (the opening and the keys)
carries no loss: the model learns to fill in the values, and not to write JSON unasked.
"""

import json
import random

from banks import words
from gen import agents, facts, lists, systems, yesno
from gen.arith import addition, product, subtraction
from gen.noise import typed
from gen.pieces import capital, join_and, pick
from gen.realtools import Request


def dumps(value):
    return json.dumps(value, ensure_ascii=False)


# --- what a request yields: (text, {key: value}), values taken from the text or known --------------------------------


def person(rng):
    n, age, city = rng.choice(words.NAMES), rng.randrange(4, 95), agents.a_city(rng)
    job, hobby = rng.choice(["teacher", "doctor", "baker", "pilot", "nurse", "farmer", "painter", "cook"]), rng.choice(words.HOBBIES)
    forms = [
        (f"{n} is {age} years old and lives in {city}.", {"name": n, "age": age, "city": city}),
        (f"My name is {n}, I am {age} and I live in {city}.", {"name": n, "age": age, "city": city}),
        (f"{n} is a {job} from {city}.", {"name": n, "job": job, "city": city}),
        (f"{n}, {age}, likes {hobby}.", {"name": n, "age": age, "hobby": hobby}),
        (f"I met {n} in {city}. {n} is {age}.", {"name": n, "age": age, "city": city}),
        (f"{n} is {age} years old.", {"name": n, "age": age}),
        (f"{n} works as a {job} and enjoys {hobby}.", {"name": n, "job": job, "hobby": hobby}),
    ]
    return rng.choice(forms)


def event(rng):
    a, b = rng.sample(words.NAMES, 2)
    day, what = rng.choice(words.WEEKDAYS), rng.choice(["science fair", "birthday party", "meeting", "concert", "picnic", "chess game", "dinner"])
    price, item, count = rng.randrange(1, 200), rng.choice(words.OBJECTS), rng.randrange(2, 60)
    forms = [
        (f"{a} and {b} are going to a {what} on {day}.", {"name": what, "date": day, "participants": [a, b]}),
        (f"{a} and {b} go to a {what} on {day}.", {"event": what, "day": day, "people": [a, b]}),
        (f"The {what} is on {day} and costs {price} dollars.", {"name": what, "day": day, "price": price}),
        (f"{a} bought {count} {item} for {price} dollars.", {"name": a, "item": item, "count": count, "price": price}),
        (f"We need {count} {item} by {day}.", {"item": item, "quantity": count, "date": day}),
    ]
    return rng.choice(forms)


def capital_city(rng):
    a, b = rng.choice(yesno.by_group()["capital"])
    q = rng.choice([f"What is the capital of {a}?", f"Tell me about the capital of {a}.", f"Give me the capital of {a}.", f"Capital of {a}?",
                    f"What is the name of the capital city of {a}?"])  # fmt: skip
    bare = a[4:] if a.startswith("the ") else a
    return q, rng.choice([{"capital": b}, {"city": b, "country": bare}, {"country": bare, "capital": b}, {"name": b}, {"answer": b}, {"city": b}])


def a_sum(rng):
    item = pick(rng, {addition: 5, subtraction: 3, product: 2})(rng)
    v = int(item.gold)
    return item.question, rng.choice([{"result": v}, {"answer": v}, {"value": v}, {"sum": v} if item.kind == "add" else {"number": v}, {"result": v, "explanation": item.answer}])


def a_fact(rng):
    item = facts.fact(rng)
    return item.question, rng.choice([{"answer": item.answer}, {"answer": item.gold}, {"answer": item.gold}, {"response": item.answer}, {"text": item.answer}])


def yes_or_no(rng):
    item = yesno.from_facts(rng) if rng.random() < 0.6 else yesno.from_bank(rng)
    yes = item.gold == "Yes"
    return item.question, rng.choice([{"answer": yes}, {"answer": "yes" if yes else "no"}, {"correct": yes}, {"result": yes, "reason": item.answer}, {"answer": item.answer}])


def a_list(rng):
    s, p, members = rng.choice(lists.groups())
    n = min(rng.choice([2, 3, 3, 3, 4, 5]), len(members))
    word = next(w for w, k in lists.NUMBERS.items() if k == n)
    key = rng.choice([p.split()[-1].lower(), p.split()[-1].lower(), "items", "names", "list", "answer", "values"])
    return rng.choice([f"List {word} {p}.", f"Name {word} {p}.", f"Give me {n} {p}.", f"Tell me {word} {p}."]), {key: members[:n]}


def a_mood(rng):
    good = ["I love this film.", "What a great day!", "The food was wonderful.", "Thank you, it works perfectly.", "I am so happy with it.", "Best book ever."]
    bad = ["I hate this film.", "What a terrible day.", "The food was awful.", "It does not work at all.", "I am so angry about it.", "Worst book ever."]
    yes = rng.random() < 0.5
    text = rng.choice(good if yes else bad)
    label = "positive" if yes else "negative"
    ask = rng.choice(["Classify the sentiment: {t}", "What is the sentiment of this text? {t}", "Is this positive or negative? {t}", "{t}"])
    return ask.format(t=text), rng.choice([{"sentiment": label}, {"label": label}, {"sentiment": label, "text": text}])


def greeting(rng):
    q, a = rng.choice([("Hello!", "Hello! How can I help you today?"), ("Hi", "Hi there! What can I do for you?"), ("How are you?", "I am doing well, thank you."),
                       ("Who are you?", "I am Hadal's default model, a very small language model.")])  # fmt: skip
    return q, {rng.choice(["answer", "message", "response", "text", "reply", "content"]): a}


def invented(rng):
    """A made-up thing of a kind."""
    animal, color, n, name = rng.choice(words.ANIMALS), rng.choice(words.COLORS), rng.randrange(1, 20), rng.choice(words.NAMES)
    forms = [
        ("Make up a pet.", {"name": name, "kind": animal, "age": n}),
        ("Invent a person.", {"name": name, "age": 18 + n, "city": rng.choice(words.CITIES)}),
        ("Give me a user profile.", {"name": name, "age": 18 + n, "email": f"{name.lower()}@example.com"}),
        ("Describe a car.", {"color": color, "doors": 4, "brand": "Hadal"}),
        ("Generate a character.", {"name": name, "level": n, "color": color}),
        (f"Describe the animal {animal}.", {"name": animal, "color": color, "legs": 4}),
    ]
    return rng.choice(forms)


KINDS = {person: 24, event: 10, capital_city: 14, a_sum: 12, a_fact: 8, yes_or_no: 8, a_list: 12, a_mood: 4, greeting: 4, invented: 4}


# --- schemas ----------------------------------------------------------------------------------------------------------


def type_of(rng, v, choices=None):
    if isinstance(v, bool):
        return {"type": "boolean"}
    if isinstance(v, int):
        return {"type": "integer" if rng.random() < 0.8 else "number"}
    if isinstance(v, list):
        return {"type": "array", "items": type_of(rng, v[0])}
    if isinstance(v, dict):
        return schema_of(rng, v)
    if v in ("positive", "negative"):
        return {"type": "string", "enum": ["positive", "negative"] + rng.choice([[], ["neutral"]])}
    return {"type": "string"}


def schema_of(rng, value):
    properties = {k: type_of(rng, v) for k, v in value.items()}
    for k, p in properties.items():
        x = rng.random()
        if x < 0.15:
            p["description"] = f"The {k.replace('_', ' ')}"
        elif x < 0.25:
            p["title"] = k.replace("_", " ").title()
    out = {"type": "object", "properties": properties}
    if rng.random() < 0.9:
        out["required"] = list(value)
    if rng.random() < 0.3:
        out["additionalProperties"] = False
    if rng.random() < 0.15:
        out["title"] = rng.choice(["Answer", "Person", "Result", "Output", "Response"])
    return out


STATED = [
    "Answer with JSON that fits this schema: {s}",
    "Reply with a JSON object for this schema:\n{s}",
    "Use this JSON schema: {s}",
    "Return only JSON. Schema: {s}",
    "The answer must be a JSON object that conforms to this schema:\n{s}",
    "Respond in JSON following the schema {s}",
    "Your reply must match this JSON schema:\n```json\n{s}\n```",
]
STATED_KEYS = [
    "Answer with a JSON object with the keys {k}.",
    "Reply with JSON. Keys: {k}.",
    "Return a JSON object with {k}.",
    "Answer as JSON with the fields {k}.",
    "Only JSON with {k}, please.",
    "Extract {k} as JSON.",
]
STATED_FREELY = [
    "Answer with JSON.",
    "Answer in JSON.",
    "Reply with a JSON object.",
    "Respond only with valid JSON.",
    "Return JSON only.",
    "Give the answer as JSON.",
    "You answer with JSON.",
    "You are a data extraction assistant. Reply with JSON only.",
    "Always answer with JSON.",
]
EXTRACT = ["Extract the information. ", "Extract the data from this text: ", "Extract the event information. ", "Parse this: ", "Pull out the facts: ", ""]


def parts_of(value):
    """The JSON text as (text, whether a grammar forces it): braces and keys are forced, values are not."""
    out, glue = [], "{"
    for k, v in value.items():
        out += [(f"{glue}{dumps(k)}:", True), (" " + dumps(v), False)]
        glue = ", "
    return out + [("}", False)]


def _think(rng, value):
    return rng.choice(["I take the values: ", "The values are: ", "I fill in the keys: "]) + ", ".join(
        f"{k} is {join_and(map(str, v)) if isinstance(v, list) else v}" for k, v in value.items()
    ) + "."


def _conversation(rng, messages, value, thinking, forced, tools=None, encoding=None):
    messages[-1]["content"] = dumps(value)
    if thinking:
        messages[-1]["reasoning_content"] = _think(rng, value)
    out = {
        "encoding": encoding or pick(rng, {"deepseek-v3.1": 84, "deepseek-v3": 0 if thinking else 10, "deepseek-r1": 4 if thinking else 0, "deepseek-v3.2": 5}),
        "messages": messages,
        "tools": tools,
        "chat_template_kwargs": {"thinking": thinking},
    }
    if forced:
        out["forced"] = parts_of(value)
    return out


def answer(rng):
    """A request and its JSON, with the schema stated somewhere or known to a grammar alone."""
    kind = pick(rng, KINDS)
    text, value = kind(rng)
    if kind in (person, event) and rng.random() < 0.5:
        text = rng.choice(EXTRACT) + text
    if rng.random() < 0.4 and len(value) > 1:
        value = {k: value[k] for k in rng.sample(list(value), rng.randrange(1, len(value) + 1))}
    messages, form = [], rng.random()
    forced = form >= 0.62
    if form < 0.22:
        text = f"{text}{rng.choice([' ', chr(10), chr(10) * 2])}{rng.choice(STATED).format(s=dumps(schema_of(rng, value)))}"
        messages = systems.messages(rng, 0.3)
    elif form < 0.4:
        said = rng.choice(STATED).format(s=dumps(schema_of(rng, value)))
        messages = [{"role": "system", "content": said if rng.random() < 0.5 else f"{systems.text(rng)} {said}"}]
    elif form < 0.62:
        said = rng.choice(STATED_KEYS).format(k=join_and(value))
        if rng.random() < 0.3:
            said = rng.choice(STATED_FREELY)
        if rng.random() < 0.5:
            text = f"{said} {text}" if rng.random() < 0.4 else f"{text} {said}"
        else:
            messages = [{"role": "system", "content": said}]
    else:
        messages = systems.messages(rng, 0.5)
    messages += [{"role": "user", "content": text}, {"role": "assistant", "content": ""}]
    return _conversation(rng, messages, value, not forced and rng.random() < 0.35, forced)


def after_tool(rng):
    """Weather or a sum through a tool; then the answer is JSON instead of a sentence."""
    tools, turns = pick(rng, {agents.weather: 6, agents.sums: 3, agents.plain: 1})(rng)
    encoding = pick(rng, agents.ENCODINGS)
    messages = systems.messages(rng, 0.6)
    value = _value_of(rng, turns[0])
    forced = rng.random() < 0.6
    if not forced:
        said = rng.choice(STATED).format(s=dumps(schema_of(rng, value))) if rng.random() < 0.6 else rng.choice(STATED_KEYS).format(k=join_and(value))
        messages = [{"role": "system", "content": said}]
    agents.play(rng, messages, turns[0], False)
    return _conversation(rng, messages, value, False, forced, tools, encoding)


def _value_of(rng, turn):
    """JSON that says what the tools said."""
    r = turn[-1][0]
    try:
        found = json.loads(r.result)
    except ValueError:
        found = None
    number = next((w for w in r.result.replace("°", " ").split() if w.lstrip("-").isdigit()), None)
    out = {}
    for k, v in r.arguments.items():
        if k in ("city", "location", "place", "town", "unit", "units"):
            out["city" if k in ("place", "town") else k] = v
    if isinstance(found, dict):
        inner = found.get("result") if isinstance(found.get("result"), dict) else found
        out |= {k: v for k, v in inner.items() if not isinstance(v, (dict, list))}
    elif isinstance(found, (int, float)) or number:
        v = int(number) if number else found
        out[rng.choice(["temperature", "temperature", "degrees"]) if "weather" in r.name.lower() or "city" in out else rng.choice(["result", "answer", "value"])] = v
    else:
        out[rng.choice(["weather", "condition", "forecast"]) if "city" in out or "location" in out else rng.choice(["result", "answer", "value"])] = r.result
    if rng.random() < 0.25:
        out = {rng.choice(["answer", "summary", "message", "response"]): turn_answer(turn)}
    return out


def turn_answer(turn):
    return " ".join(r.answer for r in turn[-1])


OUTPUT_NAMES = ["final_result", "final_result", "final_result", "final_answer", "respond", "submit_answer", "output", "Answer", "Person", "extract", "answer"]
OUTPUT_TEXTS = ["The final response which ends this conversation", "Give the final answer.", "Return the result.", "Structured answer.", "Call this to answer."]


def output_tool(rng):
    """A tool that takes the answer: called at once, or after the result of another tool."""
    name, thinking = rng.choice(OUTPUT_NAMES), False
    encoding = pick(rng, agents.ENCODINGS)
    messages, index = systems.messages(rng, 0.6), 0
    if rng.random() < 0.55:
        text, value = pick(rng, KINDS)(rng)
        messages.append({"role": "user", "content": typed(rng, text, False)})
        tools = []
    else:
        tools, turns = pick(rng, {agents.weather: 6, agents.sums: 3, agents.plain: 2})(rng)
        agents.play(rng, messages, turns[0], False)
        messages.pop()
        value = _value_of(rng, turns[0])
        index = sum(len(x.get("tool_calls", [])) for x in messages)
    call = agents.call(index, Request("", name, value, "", ""))
    messages.append({"role": "assistant", "content": "", "tool_calls": [call]})
    if rng.random() < 0.3:
        messages.append({"role": "tool", "tool_call_id": call["id"], "content": "Final result processed."})
        messages.append({"role": "assistant", "content": rng.choice(["Done.", "The result is ready."])})
    tools = tools + [agents.function(name, rng.choice(OUTPUT_TEXTS), schema_of(rng, value)["properties"], list(value))]
    rng.shuffle(tools)
    return {"encoding": encoding, "messages": messages, "tools": tools, "chat_template_kwargs": {"thinking": thinking}}


def array(rng):
    """An array at the top, held by a grammar: the opening bracket is forced."""
    text, value = a_list(rng)
    values = next(iter(value.values()))
    messages = systems.messages(rng, 0.4) + [{"role": "user", "content": text}, {"role": "assistant", "content": ""}]
    out = _conversation(rng, messages, {"": 0}, False, False)
    messages[-1]["content"] = dumps(values)
    out["forced"] = [("[", True), (dumps(values)[1:], False)]
    return out


FORMS = {answer: 55, after_tool: 20, output_tool: 22, array: 3}


def conversation(rng: random.Random):
    return pick(rng, FORMS)(rng)
