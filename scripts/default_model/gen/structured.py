"""JSON-only answers to a stated schema, one-word answers, echo of Unicode and emoji."""

import json

from banks import words
from gen import facts, slots
from gen.pieces import Item, fits


def json_only(rng, split="train"):
    """Pull values out of a sentence into a JSON object with the given keys."""
    while True:
        name, city, age, food = (
            rng.choice(words.NAMES),
            rng.choice(words.CITIES),
            rng.randrange(5, 90),
            rng.choice(words.FOODS),
        )
        animal, color, n, thing = (
            rng.choice(words.ANIMALS),
            rng.choice(words.COLORS),
            rng.randrange(2, 50),
            rng.choice(words.OBJECTS),
        )
        if fits(split, "json", name, city, age):
            break
    forms = [
        (
            f"{name} is {age} years old and lives in {city}.",
            {"name": name, "age": age, "city": city},
        ),
        (f"{name} from {city} likes {food}.", {"name": name, "city": city, "food": food}),
        (f"{name} has a {color} {animal}.", {"owner": name, "animal": animal, "color": color}),
        (
            f"{name} bought {n} {thing} in {city}.",
            {"name": name, "count": n, "item": thing, "city": city},
        ),
        (
            f"In {city} there are {n} {thing}, and they are {color}.",
            {"city": city, "count": n, "item": thing, "color": color},
        ),
    ]
    text, value = rng.choice(forms)
    keys = rng.sample(list(value), rng.choice([1, 2, len(value)]) if len(value) > 1 else 1)
    value = {k: value[k] for k in keys}
    if rng.random() < 0.5:
        ask = f"Answer only with JSON that has the keys {', '.join(keys)}. {text}"
    else:
        types = {
            k: {"type": "integer" if isinstance(v, int) else "string"} for k, v in value.items()
        }
        ask = f"{text} Reply with JSON for this schema: {json.dumps({'type': 'object', 'properties': types, 'required': keys})}"
    out = json.dumps(value, ensure_ascii=False)
    return Item(
        ask,
        "I read the text and take the values: "
        + ", ".join(f"{k} is {v}" for k, v in value.items())
        + ".",
        out,
        out,
        "json",
    )


def one_word(rng, split="train"):
    for _ in range(200):
        group, questions, _, a, b = rng.choice(facts.table())
        if (
            group in ("capital", "opposite", "plural", "color", "young", "country_of")
            and " " not in b
        ):
            break
    ask = facts.mend_articles(rng.choice(questions[:3]).format(a=a)) + rng.choice(
        [" Answer with one word.", " One word only.", " Just the word."]
    )
    return Item(ask, f"The answer is {b}.", b, b, "oneword")


def echo(rng, split="train"):
    kind = rng.randrange(4)
    if kind == 0:
        s = " ".join(rng.sample(words.UNICODE_WORDS, rng.choice([1, 2, 3, 4])))
    elif kind == 1:
        s = rng.choice(["", " "]).join(rng.sample(words.EMOJI, rng.choice([1, 2, 3, 4, 5])))
    elif kind == 2:
        s = slots.sentence(rng) + " " + rng.choice(words.EMOJI)
    else:
        s = " ".join(rng.sample(words.NOUNS + words.NAMES, rng.choice([2, 3, 4, 5])))
    ask = rng.choice(
        [
            "Repeat this: {s}",
            "Say exactly: {s}",
            "Echo: {s}",
            "Write this again: {s}",
            "Please repeat: {s}",
        ]
    ).format(s=s)
    return Item(ask, f"I repeat the text: {s}", s, s, "echo")


TASKS = {json_only: 5, one_word: 2, echo: 4}
