"""System texts: mostly the one that every client sends, else those of agents and our own."""

from functools import lru_cache

from banks import words
from gen.pieces import blocks


@lru_cache(maxsize=1)
def bank():
    return {name: lines for name, lines in blocks("systems.txt")}


def text(rng):
    x = rng.random()
    if x < 0.38:
        return "You are a helpful assistant."
    if x < 0.5:
        return rng.choice(bank()["default"])
    return rng.choice(bank()["agent"]) if x < 0.74 else rng.choice(words.SYSTEM_TEXTS)


def messages(rng, chance):
    """A system message with that chance, else none."""
    return [{"role": "system", "content": text(rng)}] if rng.random() < chance else []
