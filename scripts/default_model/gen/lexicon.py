"""Words to spell, turn around and count: those of every bank, those of an optional corpus, and made-up ones."""

import re
import string
from functools import lru_cache

from banks import words
from gen.pieces import BANKS, fits

CONSONANTS, VOWELS = "bcdfghjklmnprstvwz", "aeiou"
WORDS = sorted(
    {
        w.lower()
        for w in words.NOUNS
        + words.ANIMALS
        + words.COLORS
        + words.HOBBIES
        + words.ADJECTIVES
        + words.FOODS
        if 3 <= len(w) <= 9 and w.isalpha()
    }
)
MORE_WORDS = []  # from a corpus (see corpus.py)


@lru_cache(maxsize=1)
def bank_words():
    """Every lower-case word of 3 to 10 letters in the banks."""
    text = " ".join(f.read_text(encoding="utf-8") for f in sorted(BANKS.glob("*.txt")))
    return sorted(set(WORDS) | set(re.findall(r"\b[a-z]{3,10}\b", text)))


def made_up(rng, lo=3, hi=8):
    """A word that can be said, or now and then any letters."""
    n = rng.randrange(lo, hi + 1)
    if rng.random() < 0.3:
        return "".join(rng.choice(string.ascii_lowercase) for _ in range(n))
    start = rng.random() < 0.5
    return "".join(rng.choice(CONSONANTS if (k % 2 == 0) == start else VOWELS) for k in range(n))


def a_word(rng, split, name, share_real=0.6):
    """A word of the split: up to 10 letters in training, a real one of up to 8 for the test."""
    while True:
        x = rng.random()
        if split == "test":
            w = rng.choice(bank_words())
        elif x < share_real * 0.45:
            w = rng.choice(WORDS)
        elif x < share_real * 0.75 or not MORE_WORDS:
            w = rng.choice(bank_words())
        elif x < share_real:
            w = rng.choice(MORE_WORDS)
        else:
            w = made_up(rng, 3, 10 if rng.random() < 0.3 else 8)
        if (split == "train" or len(w) <= 8) and fits(split, name, w):
            return w
