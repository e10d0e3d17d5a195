"""Facts of the bank with several ways to ask and answer, and short passages to read."""

from functools import lru_cache

from banks import words
from gen.noise import typed
from gen.pieces import Item, blocks, capital, fits, mend_articles


@lru_cache(maxsize=1)
def table():
    """List of (group, questions, answers, subject, value)."""
    out = []
    for group, lines in blocks("facts.txt"):
        questions = [x.strip() for x in lines[0][2:].split(" ; ")]
        answers = [x.strip() for x in lines[1][2:].split(" ; ")]
        for pair in "|".join(lines[2:]).split("|"):
            a, b = pair.split("=")
            out.append((group, questions, answers, a.strip(), b.strip()))
    return out


def _fill(text, a, b):
    return capital(mend_articles(text.format(a=a, b=b)))


def fact(rng, split="train"):
    group, questions, answers, a, b = rng.choice(table())
    q, answer = _fill(rng.choice(questions), a, b), _fill(rng.choice(answers), a, b)
    q = typed(rng, q)
    think = rng.choice(
        [
            f"This is about {a}. I remember that it is {b}.",
            f"The user asks about {a}. The answer is {b}.",
            f"I know this one: {b}.",
        ]
    )
    if group in ("misc", "more"):
        think = rng.choice(["This is a simple fact. ", "I know this one. "]) + b + "."
    return Item(q, think, answer, b, "fact")


VISITS = ["went to the {p}", "walked to the {p}", "took the bus to the {p}", "ran to the {p}"]


def passage(rng, split="train"):
    """A small scene of 3 to 6 sentences and a question about one detail."""
    while True:
        n, f = rng.sample(words.NAMES, 2)
        p, a, c = rng.choice(words.PLACES), rng.choice(words.ANIMALS), rng.choice(words.COLORS)
        o, d, food = rng.choice(words.OBJECTS), rng.choice(words.WEEKDAYS), rng.choice(words.FOODS)
        k = rng.randrange(2, 20)
        if fits(split, "passage", n, p, a):
            break
    facts = [
        (
            f"On {d}, {n} {rng.choice(VISITS).format(p=p)}.",
            [
                (f"Where did {n} go?", f"{n} went to the {p}.", p),
                (f"On which day did {n} go there?", f"It was on {d}.", d),
            ],
        ),
        (
            f"{f} came too and brought {food}.",
            [
                (f"Who came with {n}?", f"{f} came with {n}.", f),
                (f"What did {f} bring?", f"{f} brought {food}.", food),
            ],
        ),
        (
            f"They saw a {c} {a} near the gate.",
            [
                ("What animal did they see?", f"They saw a {a}.", a),
                (f"What color was the {a}?", f"The {a} was {c}.", c),
            ],
        ),
        (
            f"{n} found {k} {o} on the ground.",
            [
                (f"How many {o} did {n} find?", f"{n} found {k} {o}.", str(k)),
                (f"What did {n} find?", f"{n} found {k} {o}.", o),
            ],
        ),
        (
            rng.choice(
                [
                    "The sun was shining.",
                    "It was a cold day.",
                    "The wind was strong.",
                    "It rained a little.",
                ]
            ),
            [],
        ),
        (f"In the evening they went home by {rng.choice(['bus', 'train', 'car', 'bike'])}.", []),
    ]
    chosen = (
        facts[: rng.choice([3, 4, 4, 5, 6])]
        if rng.random() < 0.5
        else [facts[0]] + rng.sample(facts[1:], rng.choice([2, 3, 4]))
    )
    options = [x for _, qs in chosen for x in qs]
    q, answer, gold = rng.choice(options)
    text = mend_articles(" ".join(s for s, _ in chosen))
    answer = mend_articles(answer)
    source = mend_articles(next(s for s, qs in chosen if any(x[0] == q for x in qs)))
    ask = rng.choice(
        ["Read this: {t} {q}", "{t}\n\n{q}", "{t}\nQuestion: {q}", "Here is a short text. {t} {q}"]
    ).format(t=text, q=q)
    return Item(ask, f"The text says: {source}", answer, gold, "passage")
