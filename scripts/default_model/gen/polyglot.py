"""Small talk, sums, capitals and names in Chinese, German, French and Spanish, answered in the language of the user."""

from functools import lru_cache

from banks import languages, words
from gen.pieces import blocks, fits, pick

WEIGHTS = {"zh": 10, "de": 9, "fr": 9, "es": 9, "it": 0.8, "pt": 0.8, "nl": 0.5, "ja": 0.8, "ru": 0.8}


@lru_cache(maxsize=1)
def talk():
    """language -> [(topic, ways to say it, replies)]."""
    out = {}
    for title, lines in blocks("languages.txt"):
        language, topic = title.split()
        said, replies = ([y for x in lines if x.startswith(s) for y in x[2:].split("|")] for s in "><")
        out.setdefault(language, []).append((topic, said, replies))
    return out


def _vary(rng, text):
    x = rng.random()
    if x < 0.12:
        return text.rstrip("?.!？。！ ")
    if x < 0.2:
        return text.lower()
    if x < 0.26 and text[-1].isalpha():
        return text + rng.choice("!.")
    return text


def _numbers(rng, language, split):
    while True:
        a, b = (rng.randrange(1, 20), rng.randrange(1, 20)) if rng.random() < 0.6 else (rng.randrange(1, 100), rng.randrange(1, 100))
        if fits(split, "polyglot", a, b):
            break
    x = rng.random()
    if x < 0.6:
        (ask, told), c = languages.SUMS[language], a + b
    elif x < 0.8:
        a, b = max(a, b), min(a, b)
        (ask, told), c = languages.DIFFERENCES[language], a - b
    else:
        a, b = a % 10 + 1, b % 10 + 1
        (ask, told), c = languages.PRODUCTS[language], a * b
    v = {"a": a, "b": b, "c": c}
    return _vary(rng, rng.choice(ask.split("|")).format(**v)), rng.choice(told.split("|")).format(**v)


def _capital(rng, language):
    ask, told, pairs = languages.CAPITALS[language]
    a, b = rng.choice(pairs.split("|")).split("=")
    return _vary(rng, rng.choice(ask.split("|")).format(a=a)), told.format(a=a, b=b)


def _one(rng, language, split):
    x = rng.random()
    if language in languages.SUMS and x < 0.2:
        return _numbers(rng, language, split)
    if language in languages.SUMS and x < 0.3:
        return _capital(rng, language)
    topics = talk()[language]
    weights = [4 if t in ("hello", "how", "who", "thanks", "bye", "can") else 1.5 for t, _, _ in topics]
    _, said, replies = rng.choices(topics, weights=weights)[0]
    return _vary(rng, rng.choice(said)), rng.choice(replies)


def _names(rng, language):
    told, reply, ask, answer = languages.NAMES[language]
    n = rng.choice(words.NAMES)
    first = (rng.choice(told.split("|")).format(n=n), reply.format(n=n))
    return [first, *([(rng.choice(ask.split("|")), answer.format(n=n))] if rng.random() < 0.7 else [])]


def turns(rng, split="train"):
    """(turns of one language, reasoning)."""
    language = pick(rng, WEIGHTS)
    if language in languages.NAMES and rng.random() < 0.1:
        out = _names(rng, language)
    else:
        out = [_one(rng, language, split) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
    return out, languages.THINK.get(language, "The user writes another language. I answer in it.")
