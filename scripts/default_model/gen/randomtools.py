"""Made-up tools: names, parameters and values come from word lists, so that nothing can be known by heart."""

import json

from banks import words
from gen import slots
from gen.pieces import fits, join_and
from gen.lexicon import made_up
from gen.realtools import Request, shown

TYPES = {
    "string": 5,
    "integer": 3,
    "number": 2,
    "boolean": 1.5,
    "enum": 1.5,
    "array": 1.2,
    "object": 0.5,
}


def schema(rng, split="train"):
    """An OpenAI-style function whose name belongs to the split."""
    while True:
        verb, nouns = rng.choice(words.VERBS), rng.sample(words.NOUNS, rng.choice([1, 1, 2]))
        name = "_".join([verb] + nouns)
        if fits(split, "tool", name):
            break
    properties, required = {}, []
    for key in _keys(rng, rng.choice([1, 1, 2, 2, 3, 4])):
        kind = rng.choices(list(TYPES), weights=list(TYPES.values()))[0]
        properties[key] = _property(rng, kind)
        if rng.random() < 0.45:
            properties[key]["description"] = (
                f"{rng.choice(['The', 'Its', 'A', 'Which'])} {key.replace('_', ' ')}"
            )
        if rng.random() < 0.8 or not required:
            required.append(key)
    description = rng.choice(
        ["{v} the {n}.", "{v} a {n}.", "Use this to {w} the {n}.", "{v} one {n} by its {k}."]
    ).format(
        v=verb.capitalize(), w=verb, n=" ".join(nouns), k=next(iter(properties)).replace("_", " ")
    )
    parameters = {"type": "object", "properties": properties, "required": required}
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": parameters},
    }


def _keys(rng, n):
    keys = []
    while len(keys) < n:
        key = (
            rng.choice(words.NOUNS) if rng.random() < 0.75 else "_".join(rng.sample(words.NOUNS, 2))
        )
        if key not in keys:
            keys.append(key)
    return keys


def _property(rng, kind):
    if kind == "enum":
        return {
            "type": "string",
            "enum": rng.sample(words.NOUNS + words.ADJECTIVES, rng.choice([2, 3, 4])),
        }
    if kind == "array":
        return {"type": "array", "items": {"type": "string"}}
    if kind == "object":
        keys = _keys(rng, 2)
        return {
            "type": "object",
            "properties": {k: {"type": rng.choice(["string", "integer"])} for k in keys},
            "required": keys,
        }
    return {"type": kind}


def _text(rng):
    x = rng.random()
    if x < 0.3:
        return rng.choice(words.NOUNS)
    if x < 0.45:
        return " ".join(rng.sample(words.NOUNS, 2))
    if x < 0.6:
        return rng.choice(words.NAMES)
    if x < 0.7:
        return made_up(rng).capitalize()
    if x < 0.8:
        return rng.choice(words.CITIES)
    if x < 0.88:
        return slots.code(rng)
    if x < 0.96:
        return slots.made_title(rng)
    return " ".join(rng.sample(words.UNICODE_WORDS, 2))


def _value(rng, prop):
    kind = prop["type"]
    if "enum" in prop:
        return rng.choice(prop["enum"])
    if kind == "string":
        return _text(rng)
    if kind == "integer":
        return rng.choice([rng.randrange(1, 10), rng.randrange(10, 100), rng.randrange(100, 10000)])
    if kind == "number":
        return rng.randrange(1, 10000) / rng.choice([10, 100])
    if kind == "boolean":
        return rng.random() < 0.5
    if kind == "array":
        return rng.sample(words.NOUNS, rng.choice([1, 2, 3]))
    return {k: _value(rng, p) for k, p in prop["properties"].items()}


def _say(rng, key, v):
    """How a user states one argument."""
    key = key.replace("_", " ")
    if isinstance(v, dict):
        return f"the {key} with " + join_and(
            f"{k.replace('_', ' ')} {shown(x)}" for k, x in v.items()
        )
    if isinstance(v, bool):
        return rng.choice(
            [
                f"{key} {'true' if v else 'false'}",
                f"{key} = {'true' if v else 'false'}",
                f"{key} set to {'true' if v else 'false'}",
            ]
        )
    s = shown(v)
    if isinstance(v, str) and " " in v and rng.random() < 0.6:
        s = f'"{s}"'
    return rng.choice(
        [f"{key} {s}", f"{key} = {s}", f"the {key} {s}", f"{key}: {s}", f"{s} as {key}"]
    )


def request(rng, tool):
    f = tool["function"]
    props = f["parameters"]["properties"]
    arguments = {
        k: _value(rng, p)
        for k, p in props.items()
        if k in f["parameters"]["required"] or rng.random() < 0.4
    }
    if not arguments:
        k = next(iter(props))
        arguments[k] = _value(rng, props[k])
    verb, *nouns = f["name"].split("_")
    noun = " ".join(nouns)
    order = list(arguments)
    if rng.random() < 0.3:
        rng.shuffle(order)
    said = join_and(_say(rng, k, arguments[k]) for k in order)
    text = rng.choice(
        [
            "Please {v} the {n} with {s}.",
            "{V} the {n} with {s}.",
            "Can you {v} the {n}? Use {s}.",
            "I want to {v} the {n}: {s}.",
            "Use {f} with {s}.",
            "Call {f}: {s}.",
            "{V} a {n}, {s}.",
            "I need you to {v} the {n} with {s}.",
            "{V} {n} with {s}",
        ]
    ).format(v=verb, V=verb.capitalize(), n=noun, f=f["name"], s=said)
    x = rng.random()
    if x < 0.35:
        result, answer = (
            json.dumps({"status": rng.choice(["ok", "done", "success"])}),
            rng.choice(["Done.", f"Done, I used {f['name']}.", f"The {noun} is ready."]),
        )
    elif x < 0.7:
        key, v = rng.choice(words.NOUNS), rng.randrange(1000)
        result, answer = json.dumps({key: v}), f"The {key} is {v}."
    else:
        key, v = rng.choice(words.NOUNS), _text(rng)
        result, answer = json.dumps({key: v}, ensure_ascii=False), f"The {key} is {v}."
    return Request(text, f["name"], arguments, result, answer)


def request_missing(rng, tool):
    """(text without one required argument, question back, value given, full request); None if nothing can be missing."""
    f = tool["function"]
    full = request(rng, tool)
    simple = [
        k
        for k in f["parameters"]["required"]
        if f["parameters"]["properties"][k]["type"] in ("string", "integer", "number")
    ]
    if not simple:
        return None
    key = rng.choice(simple)
    rest = [k for k in full.arguments if k != key]
    verb, *nouns = f["name"].split("_")
    said = (" with " + join_and(_say(rng, k, full.arguments[k]) for k in rest)) if rest else ""
    text = rng.choice(
        ["Please {v} the {n}{s}.", "{V} the {n}{s}.", "I want to {v} the {n}{s}.", "Use {f}{s}."]
    ).format(v=verb, V=verb.capitalize(), n=" ".join(nouns), f=f["name"], s=said)
    return text, f"Which {key.replace('_', ' ')} should I use?", shown(full.arguments[key]), full
