"""Values that fill the slots of realistic tools."""

import string

from banks import toolnames, tools, words


def made_title(rng):
    return f"{rng.choice(words.ADJECTIVES).capitalize()} {rng.choice(words.NOUNS)}"


def sentence(rng):
    a, b = rng.sample(words.NOUNS, 2)
    return rng.choice(
        [
            f"The {a} is in the {b}.",
            f"Bring the {a} to the {rng.choice(words.PLACES)}.",
            f"I left my {a} near the {b}.",
            f"We need a new {a}.",
            f"{rng.choice(words.NAMES)} has the {a}.",
            f"Please check the {rng.choice(words.ADJECTIVES)} {a}.",
            f"Meet me at {rng.randrange(1, 13)} by the {b}.",
            f"The {a} arrives on {rng.choice(words.WEEKDAYS)}.",
        ]
    )


def code(rng):
    return "".join(rng.choice(string.ascii_uppercase) for _ in range(rng.choice([1, 2]))) + str(
        rng.randrange(10, 100000)
    )


def _money(rng):
    return rng.choice(
        [rng.randrange(1, 1000), rng.randrange(10, 10000) / 10, rng.randrange(100, 20000) / 100]
    )


def _wide_value(rng, slot):
    """A value that the lists of the slot need not hold, or None."""
    if slot in ("city", "city2"):
        return rng.choice(toolnames.CITIES)
    if slot == "symbol":
        return "".join(rng.choice(string.ascii_uppercase) for _ in range(rng.choice([3, 4])))
    if slot in ("query", "topic"):
        return " ".join(rng.sample(words.NOUNS, 2))
    if slot == "placename":
        return made_title(rng)
    if slot == "name":
        return f"{rng.choice(words.NAMES)} {rng.choice(words.NOUNS).capitalize()}"
    return None


def value(rng, slot, wide=False):
    """A Python value for the named slot; `wide` makes half of them from more than its list."""
    if wide and rng.random() < 0.5 and (v := _wide_value(rng, slot)) is not None:
        return v
    if slot in tools.CHOICES:
        if slot in ("subject", "query", "label", "event", "movie", "song") and rng.random() < 0.5:
            return made_title(rng)
        return rng.choice(tools.CHOICES[slot])
    if slot in ("city", "city2"):
        return rng.choice(words.CITIES)
    if slot == "name":
        return rng.choice(words.NAMES)
    if slot == "noun":
        return rng.choice(words.NOUNS)
    if slot == "language":
        return rng.choice(words.LANGUAGES)
    if slot == "body":
        return rng.choice(tools.BODIES) if rng.random() < 0.35 else sentence(rng)
    if slot == "items":
        return rng.sample(
            [f.lower() for f in words.FOODS] + words.OBJECTS, rng.choice([1, 2, 2, 3])
        )
    if slot == "taglist":
        return rng.sample(tools.CHOICES["tags"], rng.choice([1, 2]))
    if slot in ("money", "num", "money2"):
        return _money(rng)
    if slot == "degrees":
        return rng.choice([rng.randrange(15, 28), rng.randrange(30, 56) / 2])
    if slot == "days":
        return rng.randrange(2, 15)
    if slot == "minutes":
        return rng.choice([rng.randrange(1, 60), 5, 10, 15, 20, 25, 30, 45, 60, 90])
    if slot == "time":
        return f"{rng.randrange(24):02d}:{rng.choice(range(0, 60, 5)):02d}"
    if slot == "date":
        return f"{rng.randrange(2024, 2031)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
    if slot == "expr":
        return f"{rng.randrange(2, 1000)} {rng.choice('+-*/')} {rng.randrange(2, 100)}"
    if slot == "email":
        return f"{rng.choice(words.NAMES).lower()}{rng.choice(['', str(rng.randrange(1, 99))])}@example.{rng.choice(['com', 'org', 'net'])}"
    if slot == "path":
        return f"{rng.choice(['', 'docs/', 'notes/', 'home/', 'data/', '/tmp/'])}{rng.choice(words.NOUNS)}.{rng.choice(['txt', 'md', 'csv', 'log'])}"
    if slot == "percent":
        return rng.randrange(0, 101)
    if slot == "sides":
        return rng.choice([4, 6, 8, 10, 12, 20])
    if slot == "small":
        return rng.randrange(1, 10)
    if slot == "big":
        return rng.randrange(10, 1000)
    if slot == "stars":
        return rng.randrange(1, 6)
    if slot == "id":
        return code(rng)
    if slot == "phone":
        return f"{rng.randrange(100, 1000)} {rng.randrange(1000, 10000)}"
    if slot == "flight":
        return f"HD{rng.randrange(100, 1000)}"
    if slot == "address":
        return rng.choice(tools.CHOICES["street"])
    if slot == "temp":
        return rng.randrange(-10, 38)
    if slot == "number":
        return rng.randrange(1, 1000)
    if slot == "bool":
        return rng.random() < 0.5
    raise KeyError(slot)
