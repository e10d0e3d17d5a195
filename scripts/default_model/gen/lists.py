"""Small lists: as JSON, as an object with a key, numbered, in a line; small objects with given values."""

import json
from functools import lru_cache

from banks import words
from gen.noise import typed
from gen.pieces import Item, blocks, capital, draw, join_and

NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}


@lru_cache(maxsize=1)
def groups():
    """(singular, plural, members); numbers as integers."""
    out = []
    for name, lines in blocks("lists.txt"):
        ws = name.split(" ")
        at = next(i for i in range(1, len(ws)) if len(ws[:i]) == len(ws[i:]) or name == "fish fish")
        for i in range(1, len(ws)):
            if ws[:i] != ws[i:] and len(ws[:i]) == len(ws[i:]):
                at = i
        members = [x.replace("_", " ") for x in " ".join(lines).split()]
        out.append((" ".join(ws[:at]), " ".join(ws[at:]), [int(x) if x.isdigit() else x for x in members]))
    return out


def _dump(value, indent=None):
    return json.dumps(value, ensure_ascii=False, indent=indent)


ASK_ARRAY = """List {n} {p} as JSON.|Give me {n} {p} as JSON.|List {n} {p} as a JSON array.|Name {n} {p} as JSON.|{n} {p} as JSON
Give me a JSON array of {n} {p}.|Return a JSON array with {n} {p}.|Write {n} {p} as a JSON array.|Give me a JSON list of {n} {p}.
List {n} {p} in JSON.|List {n} {p} in JSON format.|Return {n} {p} as a JSON list.|Output {n} {p} as JSON.|Please list {n} {p} as JSON.
Write a JSON array with {n} {p}.|JSON array of {n} {p}|Show me {n} {p} as JSON.|Can you list {n} {p} as JSON?|List {n} {p}. Answer in JSON.
Name {n} {p}. Answer only with a JSON array.|Respond with a JSON array of {n} {p}.|Make a JSON list of {n} {p}.|Return only JSON: {n} {p}.
Give {n} {p} in JSON format.|I need {n} {p} as JSON.|List {n} {p} as JSON, nothing else.|A JSON array of {n} {p}, please.|Only JSON: {n} {p}
Tell me {n} {p} in JSON.|Produce a JSON array containing {n} {p}.|Generate {n} {p} as JSON.|Create a JSON array with {n} {p}.""".replace(
    "\n", "|"
).split("|")
ASK_OBJECT = """List {n} {p} as a JSON object.|Give me a JSON object with {n} {p}.|Return a JSON object with the key {k} and {n} {p}.
Return JSON with a key {k} that holds {n} {p}.|Give me {n} {p} as JSON with the key {k}.|Write a JSON object with {n} {p} under "{k}".
List {n} {p} as JSON under the key "{k}".|Answer with a JSON object whose key {k} lists {n} {p}.|JSON object with {n} {p}
Put {n} {p} into a JSON object with the key {k}.|Reply with an object like {{"{k}": [...]}} and {n} {p}.|Name {n} {p} as a JSON object.""".replace(
    "\n", "|"
).split("|")
ASK_PLAIN = """List {n} {p}.|Name {n} {p}.|Give me {n} {p}.|Tell me {n} {p}.|What are {n} {p}?|Can you name {n} {p}?|{n} {p} please.
Write down {n} {p}.|I need {n} {p}.|Show me {n} {p}.|Please name {n} {p}.|List {n} {p}, one per line.|Give me a list of {n} {p}.""".replace(
    "\n", "|"
).split("|")


def _chosen(rng, split):
    """(how the number is written, number, plural, members)."""
    s, p, members = rng.choice(groups())
    top = min(len(members), 8)
    n = rng.choice([3, 3, 3, 3, 2, 4, 5, 5, 1, 6, 7, 8])
    n = min(n, top)
    word = next(w for w, k in NUMBERS.items() if k == n)
    if n == 1:
        p = s
    ordered = p in ("numbers", "even numbers", "odd numbers", "prime numbers", "months", "planets", "days of the week", "weekdays", "letters",
                    "seasons", "vowels", "square numbers", "consonants")  # fmt: skip
    chosen = members[:n] if ordered or rng.random() < 0.75 else rng.sample(members, n)
    x = rng.random()
    return (word if x < 0.75 else str(n)), n, p, chosen


def as_json(rng, split="train"):
    shown, n, p, chosen = _chosen(rng, split)
    k = p.split()[-1].lower() if rng.random() < 0.8 else rng.choice(["items", "list", "names", "values", "result", "data"])
    if rng.random() < 0.62:
        q, value = rng.choice(ASK_ARRAY), chosen
    else:
        q, value = rng.choice(ASK_OBJECT), {k: chosen}
        k = k if "{k}" in q else p.split()[-1].lower()
        value = {k: chosen}
    text = capital(q.format(n=shown, p=p, k=k))
    out = _dump(value)
    think = f"I need {shown} {p}: {join_and(map(str, chosen))}. The answer is JSON only."
    return Item(typed(rng, text, "{k}" not in q), think, out, out, "listjson")


def as_text(rng, split="train"):
    shown, n, p, chosen = _chosen(rng, split)
    q = capital(rng.choice(ASK_PLAIN).format(n=shown, p=p))
    items = [str(x) for x in chosen]
    style = rng.choice([0, 0, 1, 2, 3])
    if "one per line" in q or style == 3:
        out = "\n".join(f"- {x}" for x in items) if "one per" not in q else "\n".join(items)
    elif style == 2:
        out = "\n".join(f"{i + 1}. {capital(x)}" for i, x in enumerate(items))
    elif style == 1:
        out = ", ".join(items)
    else:
        out = capital(join_and(items)) + "."
    return Item(typed(rng, q), f"I need {shown} {p}: {join_and(items)}.", out, "", "listtext")


def one_of(rng, split="train"):
    s, p, members = rng.choice(groups())
    x = rng.choice(members)
    q = rng.choice([f"Name a {s}.", f"Give me one {s}.", f"Tell me a {s}.", f"Give me an example of a {s}.", f"Name one {s}.", f"Name any {s}."])
    q = q.replace(" a a", " an a").replace(" a e", " an e").replace(" a i", " an i").replace(" a o", " an o")
    return Item(typed(rng, q), f"A {s}: {x}.", rng.choice([f"{capital(str(x))}.", str(x)]), "", "oneof")


def ranges(rng, split="train"):
    """The numbers from a to b, letters of a word, counting down."""
    a, n = draw(rng, split, lambda r: (r.randrange(0, 20), r.randrange(3, 11)), "ranges")
    a = 1 if rng.random() < 0.5 else a
    kind = rng.randrange(4)
    if kind == 0:
        values = list(range(a, a + n))
        q = rng.choice(["The numbers from {a} to {b} as a JSON array.", "List the numbers {a} to {b} as JSON.", "JSON array of the numbers {a} to {b}",
                        "Give me the integers from {a} to {b} as JSON."]).format(a=a, b=a + n - 1)  # fmt: skip
        out = _dump(values)
    elif kind == 1:
        values = list(range(a, a + n))
        q = rng.choice(["Count from {a} to {b}.", "Count from {a} up to {b}.", "Write the numbers from {a} to {b}.", "Count to {b} starting at {a}."]).format(
            a=a, b=a + n - 1
        )
        if a == 1 and rng.random() < 0.6:
            q = rng.choice(["Count to {b}.", "Can you count to {b}?", "count to {b}"]).format(b=n)
        out = ", ".join(map(str, values))
    elif kind == 2:
        values = list(range(n, 0, -1))
        q = rng.choice(["Count down from {b}.", "Count backwards from {b} to 1.", "Countdown from {b}."]).format(b=n)
        out = ", ".join(map(str, values))
    else:
        step = rng.choice([2, 3, 5, 10])
        values = [step * k for k in range(1, n + 1)]
        q = rng.choice(["List the first {n} multiples of {s}.", "The first {n} multiples of {s}?", "Count to {e} in steps of {s}."]).format(n=n, s=step, e=step * n)
        out = ", ".join(map(str, values))
    return Item(typed(rng, q), f"I go from {values[0]} to {values[-1]}: {', '.join(map(str, values))}.", out, str(values[-1]), "ranges")


def _person(rng):
    value = {
        "name": rng.choice(words.NAMES),
        "age": rng.randrange(5, 90),
        "city": rng.choice(words.CITIES),
        "country": rng.choice(["France", "Germany", "Spain", "Japan", "Canada"]),
        "email": f"{rng.choice(words.NAMES).lower()}@example.com",
        "color": rng.choice(words.COLORS),
        "hobby": rng.choice(words.HOBBIES),
        "animal": rng.choice(words.ANIMALS),
        "food": rng.choice(words.FOODS),
        "active": rng.random() < 0.5,
        "price": rng.randrange(1, 100),
        "count": rng.randrange(1, 50),
        "title": f"The {rng.choice(words.ADJECTIVES)} {rng.choice(words.NOUNS)}",
    }
    return {k: value[k] for k in rng.sample(list(value), rng.choice([1, 2, 2, 3, 3, 4]))}


def objects(rng, split="train"):
    """An object with given values, or with values that are free."""
    v = _person(rng)
    out = _dump(v, 2 if rng.random() < 0.1 else None)
    pairs = join_and(f"{k} {_dump(x) if not isinstance(x, str) else x}" for k, x in v.items())
    if rng.random() < 0.65:
        q = rng.choice(
            ["Write a JSON object with {p}.", "Give me a JSON object with {p}.", "Make JSON: {p}.", "Return a JSON object with {p}.", "Turn this into JSON: {p}",
             "As JSON: {p}", "Convert to JSON: {p}", "Create a JSON object with {p}.", "JSON with {p} please."]
        ).format(p=pairs)  # fmt: skip
        return Item(typed(rng, q, False), f"The keys are {join_and(v)}. I take the values from the text.", out, out, "object")
    keys = join_and(v)
    q = rng.choice(
        ["Give me an example JSON object with the keys {k}.", "Write a JSON object with the keys {k}.", "Make up a JSON object with {k}.",
         "Show me a small JSON object with {k}.", "Return a JSON with {k} of a made-up person.", "Generate a JSON object with the fields {k}."]
    ).format(k=keys)  # fmt: skip
    return Item(typed(rng, q, False), f"The keys are {keys}. I choose the values: {pairs}.", out, out, "object")


TASKS = {as_json: 10, as_text: 3.5, one_of: 1, ranges: 1.5, objects: 3}
