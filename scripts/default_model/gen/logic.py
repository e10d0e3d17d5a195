"""Small logic with reasoning: sorting, odd one out, syllogisms, lists."""

from banks import words
from gen.lexicon import WORDS, made_up
from gen.noise import typed
from gen.pieces import Item, draw, fits, join_and, capital

def sort_numbers(rng, split="train", n=None):
    n = n or rng.choice([3, 4, 5, 5, 6])
    top = rng.choice([10, 100, 100, 100, 1000])
    while True:
        values = tuple(rng.randrange(top) for _ in range(n))
        if len(set(values)) == n and fits(split, "sort", *values):
            break
    down = rng.random() < 0.25
    left, out, order = list(values), [], []
    for _ in range(n - 1):
        x = (max if down else min)(left)
        left.remove(x)
        order.append(x)
        out.append(f"{'Largest' if down else 'Smallest'}: {x}. Left: {', '.join(map(str, left))}.")
    order += left
    shown = ", ".join(map(str, order))
    q = rng.choice(
        ["Sort these numbers: {v}.", "Put {v} in order.", "Sort {v}.", "Arrange the numbers {v}."]
        if not down
        else ["Sort these numbers from large to small: {v}.", "Put {v} in order, largest first."]
    )
    q = q.format(v=", ".join(map(str, values)))
    if not down and rng.random() < 0.5:
        q = q[:-1] + rng.choice([" from small to large.", ", smallest first."])
    return Item(
        q,
        " ".join(out),
        rng.choice([f"{shown}", f"Sorted: {shown}.", f"The order is {shown}."]),
        shown,
        "sort",
    )


def sort_words(rng, split="train"):
    while True:
        ws = rng.sample(WORDS, rng.choice([3, 4, 5]))
        if len({w[0] for w in ws}) == len(ws) and fits(split, "sortw", *ws):
            break
    order = sorted(ws)
    t = (
        "I look at the first letters: "
        + ", ".join(f"{w} {w[0]}" for w in ws)
        + ". In the alphabet: "
        + ", ".join(w[0] for w in order)
        + "."
    )
    q = rng.choice(
        ["Sort these words by the alphabet: {w}.", "Put the words {w} in alphabetical order."]
    )
    return Item(q.format(w=", ".join(ws)), t, ", ".join(order), ", ".join(order), "sortw")


GROUPS = {
    "animals": words.ANIMALS,
    "colors": words.COLORS,
    "foods": words.FOODS,
    "cities": words.CITIES,
    "days of the week": words.WEEKDAYS,
    "months": words.MONTHS,
    "languages": words.LANGUAGES,
    "hobbies": words.HOBBIES,
}


def odd_one_out(rng, split="train"):
    while True:
        g, h = rng.sample(list(GROUPS), 2)
        ws, odd = rng.sample(GROUPS[g], rng.choice([3, 3, 4])), rng.choice(GROUPS[h])
        if fits(split, "odd", odd, *ws) and odd not in GROUPS[g]:
            break
    shown = ws + [odd]
    rng.shuffle(shown)
    q = rng.choice(
        [
            "Which word does not fit: {s}?",
            "Find the odd one out: {s}.",
            "Which one is different: {s}?",
        ]
    ).format(s=", ".join(shown))
    return Item(
        q,
        f"{capital(join_and(ws))} are {g}. {capital(odd)} belongs to the {h}.",
        f"{capital(odd)} does not fit, because the others are {g}.",
        capital(odd),
        "odd",
    )


def tallest(rng, split="train"):
    names = tuple(
        draw(rng, split, lambda r: tuple(r.sample(words.NAMES, r.choice([3, 3, 4]))), "tallest")
    )
    adj, sup = rng.choice(
        [
            ("taller", "tallest"),
            ("older", "oldest"),
            ("faster", "fastest"),
            ("stronger", "strongest"),
        ]
    )
    low, lows = {
        "taller": ("shorter", "shortest"),
        "older": ("younger", "youngest"),
        "faster": ("slower", "slowest"),
        "stronger": ("weaker", "weakest"),
    }[adj]
    facts = []
    for x, y in zip(names, names[1:]):
        facts.append(f"{x} is {adj} than {y}." if rng.random() < 0.7 else f"{y} is {low} than {x}.")
    rng.shuffle(facts)
    top = rng.random() < 0.6
    q = " ".join(facts) + f" Who is the {sup if top else lows}?"
    t = f"From {sup} to {lows}: " + ", ".join(names) + "."
    gold = names[0] if top else names[-1]
    return Item(q, t, f"{gold} is the {sup if top else lows}.", gold, "tallest")


def syllogism(rng, split="train"):
    while True:
        a, b = made_up(rng, 4, 6), made_up(rng, 4, 6)
        if a != b and fits(split, "syl", a, b):
            break
    prop = rng.choice(
        words.COLORS + words.FEELINGS + ["fast", "slow", "tall", "small", "round", "soft"]
    )
    n = rng.choice(words.NAMES)
    kind = rng.randrange(3)
    if kind == 0:
        q = f"All {a}s are {prop}. {n} is a {a}. Is {n} {prop}?"
        return Item(
            q,
            f"{n} is a {a}, and all {a}s are {prop}. So {n} is {prop}.",
            f"Yes, {n} is {prop}.",
            "Yes",
            "syllogism",
        )
    if kind == 1:
        q = f"No {a} is {prop}. {n} is a {a}. Is {n} {prop}?"
        return Item(
            q,
            f"{n} is a {a}, and no {a} is {prop}. So {n} is not {prop}.",
            f"No, {n} is not {prop}.",
            "No",
            "syllogism",
        )
    q = f"All {a}s are {b}s. All {b}s are {prop}. {n} is a {a}. Is {n} {prop}?"
    return Item(
        q,
        f"{n} is a {a}, so {n} is a {b}. All {b}s are {prop}. So {n} is {prop}.",
        f"Yes, {n} is {prop}.",
        "Yes",
        "syllogism",
    )


def true_false(rng, split="train"):
    a, b = draw(rng, split, lambda r: (r.randrange(1, 60), r.randrange(1, 40)), "tf")
    shown = a + b if rng.random() < 0.5 else a + b + rng.choice([-10, -2, -1, 1, 2, 10])
    ok = shown == a + b
    q = rng.choice(
        [
            "True or false: {a} + {b} = {s}?",
            "Is it true that {a} + {b} is {s}?",
            "Is {a} + {b} = {s} right?",
        ]
    ).format(a=a, b=b, s=shown)
    t = f"{a} + {b} = {a + b}. " + (
        f"That is {shown}, so it is true." if ok else f"That is not {shown}, so it is false."
    )
    return Item(
        q,
        t,
        "Yes, that is true." if ok else f"No, that is false. {a} + {b} = {a + b}.",
        "true" if ok else "false",
        "truefalse",
    )


def member(rng, split="train"):
    ws = draw(rng, split, lambda r: tuple(r.sample(WORDS, r.choice([3, 4, 5]))), "member")
    inside = rng.random() < 0.5
    x = rng.choice(ws) if inside else rng.choice([w for w in rng.sample(WORDS, 8) if w not in ws])
    q = f"Here is a list: {', '.join(ws)}. Is {x} in the list?"
    t = f"I look for {x}: " + ", ".join(f"{w} {'yes' if w == x else 'no'}" for w in ws) + "."
    return Item(
        q,
        t,
        f"Yes, {x} is in the list." if inside else f"No, {x} is not in the list.",
        "Yes" if inside else "No",
        "member",
    )


def nth_item(rng, split="train"):
    ws = draw(rng, split, lambda r: tuple(r.sample(WORDS, r.choice([3, 4, 5, 6]))), "nth")
    k = rng.randrange(len(ws))
    ordinal = ["first", "second", "third", "fourth", "fifth", "sixth"][k]
    q = f"Which is the {ordinal} word in this list: {', '.join(ws)}?"
    t = "I count: " + ", ".join(f"{i + 1} {w}" for i, w in enumerate(ws)) + "."
    return Item(q, t, f"The {ordinal} word is {ws[k]}.", ws[k], "nth")


TASKS = {
    sort_numbers: 4,
    sort_words: 1.5,
    odd_one_out: 1,
    tallest: 1,
    syllogism: 1,
    true_false: 1,
    member: 1,
    nth_item: 1,
}
