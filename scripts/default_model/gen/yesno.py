"""Yes or no: statements of the bank, facts asked as a yes/no question with a right or a wrong value, small numbers."""

from functools import lru_cache

from banks import words
from gen import facts
from gen.noise import typed
from gen.pieces import Item, blocks, capital, draw, mend_articles

# group -> (question, what is true about {a} and its value {b})
FORMS = {
    "capital": (["Is {b} the capital of {a}?", "Is the capital of {a} {b}?", "Is {b} the capital city of {a}?", "{b} is the capital of {a}, right?",
                 "Is it true that {b} is the capital of {a}?", "Would you say {b} is the capital of {a}?"],
                "{b} is the capital of {a}", "the capital of {a} is {b}"),
    "country_of": (["Is {a} in {b}?", "Is {a} a city in {b}?", "Is {a} located in {b}?"], "{a} is in {b}", "{a} is in {b}"),
    "continent": (["Is {a} in {b}?", "Is {a} a country in {b}?", "Does {a} belong to {b}?"], "{a} is in {b}", "{a} is in {b}"),
    "opposite": (["Is {b} the opposite of {a}?", "Is the opposite of {a} {b}?"], "{b} is the opposite of {a}", "the opposite of {a} is {b}"),
    "legs": (["Does a {a} have {b} legs?"], "a {a} has {b} legs", "a {a} has {b} legs"),
    "days_in": (["Does {a} have {b} days?"], "{a} has {b} days", "{a} has {b} days"),
    "next_month": (["Does {b} come after {a}?", "Is {b} the month after {a}?"], "{b} comes after {a}", "{b} comes after {a}"),
    "next_day": (["Does {b} come after {a}?", "Is {b} the day after {a}?"], "{b} comes after {a}", "{b} comes after {a}"),
    "young": (["Is a {b} a young {a}?", "Is a baby {a} called a {b}?"], "a young {a} is called a {b}", "a young {a} is called a {b}"),
    "language_of": (["Do people in {a} speak {b}?", "Is {b} spoken in {a}?"], "people in {a} speak {b}", "people in {a} speak {b}"),
    "kind_of": (["Is a {a} a {b}?"], "a {a} is a {b}", "a {a} is a {b}"),
    "symbol": (["Is {b} the symbol of {a}?", "Is {b} the chemical symbol for {a}?"], "{b} is the symbol of {a}", "the symbol of {a} is {b}"),
    "sides": (["Does a {a} have {b} sides?"], "a {a} has {b} sides", "a {a} has {b} sides"),
}  # fmt: skip


@lru_cache(maxsize=1)
def by_group():
    out = {}
    for group, _, _, a, b in facts.table():
        out.setdefault(group, []).append((a, b))
    return out


@lru_cache(maxsize=1)
def statements():
    return [(k == "yes", *line.split("=")) for k, lines in blocks("yesno.txt") for line in lines]


def _reply(rng, yes, text):
    head = "Yes" if yes else "No"
    return f"{head}, {text}." if rng.random() < 0.9 else f"{head}. {capital(text)}."


def from_facts(rng, split="train"):
    group = rng.choices(list(FORMS), weights=[10 if k == "capital" else 2 for k in FORMS])[0]
    questions, true, instead = FORMS[group]
    pairs = by_group()[group]
    a, b = rng.choice(pairs)
    yes, shown = rng.random() < 0.5, b
    if not yes:
        right = {y for x, y in pairs if x == a}
        shown = rng.choice([y for _, y in rng.sample(pairs, min(len(pairs), 8)) if y not in right] or ["London"])
        if group == "capital" and rng.random() < 0.3:
            here = [x for x, y in by_group()["country_of"] if y == a and x != b]
            shown = rng.choice(here) if here else shown
    q = mend_articles(capital(rng.choice(questions).format(a=a, b=shown)))
    fact = mend_articles((true if yes else instead).format(a=a, b=b))
    think = f"{capital(fact)}. " + ("So the answer is yes." if yes else f"That is not {shown}. So the answer is no.")
    return Item(typed(rng, q), think, _reply(rng, yes, fact), "Yes" if yes else "No", "yesno")


def from_bank(rng, split="train"):
    yes, q, text = rng.choice(statements())
    q += "?"
    if rng.random() < 0.1:
        q = f"Tell me, {q[:1].lower() + q[1:]}" if not q.startswith("Mount") else q
    think = f"{capital(text)}. So the answer is {'yes' if yes else 'no'}."
    return Item(typed(rng, q), think, _reply(rng, yes, text), "Yes" if yes else "No", "yesno")


def from_numbers(rng, split="train"):
    n, m = draw(rng, split, lambda r: (r.randrange(1, 101), r.randrange(2, 100)), "yesno")
    kind = rng.randrange(5)
    if kind == 0:
        even = rng.random() < 0.5
        yes = (n % 2 == 0) == even
        q = f"Is {n} an {'even' if even else 'odd'} number?" if rng.random() < 0.5 else f"Is {n} {'even' if even else 'odd'}?"
        think = f"The last digit of {n} is {n % 10}, so {n} is {'even' if n % 2 == 0 else 'odd'}."
        text = f"{n} is {'even' if n % 2 == 0 else 'odd'}"
    elif kind == 1:
        big = rng.random() < 0.5
        m = m if m != n else m + 1
        yes = (n > m) == big
        q = f"Is {n} {rng.choice(['greater', 'bigger', 'larger', 'more']) if big else rng.choice(['smaller', 'less'])} than {m}?"
        text = f"{n} is {'greater' if n > m else 'smaller'} than {m}"
        think = f"I compare {n} and {m}. {capital(text)}."
    elif kind == 2:
        d = next((k for k in range(2, 11) if n % k == 0 and n != k), 0)
        yes = d == 0 and n > 1
        q = rng.choice([f"Is {n} a prime number?", f"Is {n} prime?"])
        text = f"{n} is a prime number" if yes else f"{n} is not a prime number" if n == 1 else f"{n} is {d} times {n // d}"
        think = f"I look for divisors of {n}. " + ("There are none but 1 and itself." if yes else f"{capital(text)}.")
    elif kind == 3:
        d = rng.choice([2, 3, 4, 5, 10])
        yes = n % d == 0
        q = rng.choice([f"Is {n} divisible by {d}?", f"Can {n} be divided by {d}?", f"Is {n} a multiple of {d}?"])
        text = f"{n} is {d} times {n // d}" if yes else f"{n} divided by {d} leaves a rest of {n % d}"
        think = f"{n} / {d} is {n // d}, rest {n % d}."
    else:
        a, b = n % 20 + 1, m % 20 + 1
        s = a + b if rng.random() < 0.5 else a + b + rng.choice([-2, -1, 1, 2, 3])
        yes = s == a + b
        q = rng.choice([f"Is {a} + {b} equal to {s}?", f"Is {a} plus {b} {s}?", f"Does {a} + {b} make {s}?", f"Is {a} + {b} = {s}?"])
        text = f"{a} + {b} = {a + b}"
        think = f"{text}. That is {'' if yes else 'not '}{s}."
    return Item(typed(rng, q), think, _reply(rng, yes, text), "Yes" if yes else "No", "yesno")


ANSWER_ONLY = [" Answer yes or no.", " Yes or no?", " Answer with yes or no.", " Just yes or no.", " Answer only yes or no."]


def one_word(rng, split="train"):
    item = from_facts(rng, split) if rng.random() < 0.6 else from_bank(rng, split)
    if item.question[-1] == "?" and item.question.count("?") == 1:
        item.question += rng.choice(ANSWER_ONLY)
        item.answer = rng.choice([f"{item.gold}.", item.gold])
    return item


def unlike(rng, split="train"):
    """Which of two things is a ...?"""
    kinds = {"animal": words.ANIMALS, "color": words.COLORS, "city": words.CITIES, "month": words.MONTHS, "weekday": words.WEEKDAYS, "language": words.LANGUAGES}
    k, h = rng.sample(list(kinds), 2)
    a, b = rng.choice(kinds[k]), rng.choice(kinds[h])
    yes = rng.random() < 0.5
    x = a if yes else b
    text = f"{x} is {'an' if k == 'animal' else 'a'} {k}" if yes else f"{x} is {'an' if h == 'animal' else 'a'} {h}"
    q = mend_articles(f"Is {x} a {k}?")
    return Item(typed(rng, q), f"{capital(text)}.", _reply(rng, yes, text), "Yes" if yes else "No", "yesno")


TASKS = {from_facts: 10, from_bank: 7, from_numbers: 3, one_word: 2, unlike: 1}
