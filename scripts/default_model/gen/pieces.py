"""What all generators share: hold-outs by hash, weighted choice, and the question/answer item."""

import re
import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

BANKS = Path(__file__).resolve().parent.parent / "banks"
HELD_OUT_PARTS = 50  # one key in 50 is never trained on


@lru_cache(maxsize=1 << 16)
def held_out(key):
    return zlib.crc32(("hold-out:" + key).encode()) % HELD_OUT_PARTS == 0


def fits(split, *key):
    """Whether the key belongs to the split ("train" or "test")."""
    return held_out(":".join(str(x) for x in key)) == (split == "test")


def draw(rng, split, make, name):
    """Draws from `make` (returning a tuple of plain values) until the values belong to the split."""
    for _ in range(5000):
        values = make(rng)
        if fits(split, name, *values):
            return values
    raise RuntimeError(f"no {split} values for {name}")


def pick(rng, weighted):
    """One key of a {key: weight} dict."""
    return rng.choices(list(weighted), weights=list(weighted.values()))[0]


@dataclass
class Item:
    """One question with its reasoning, answer and the string that a right answer contains."""

    question: str
    think: str
    answer: str
    gold: str
    kind: str
    guess: str = ""  # how the gold reads in "my best guess is ..."
    plain: str = ""  # the answer without thinking, where it has to show the steps
    extra: dict = field(default_factory=dict)


def is_right(item, answer):
    """Whether the answer states the gold value; numbers must not be part of a longer number."""
    if not item.gold:
        return bool(answer.strip())
    return re.search(r"(?<!\w)" + re.escape(item.gold) + r"(?!\w)", answer) is not None


def capital(text):
    return text[:1].upper() + text[1:]


def article(noun):
    return ("an " if noun[:1] in "aeiou" else "a ") + noun


def mend_articles(text):
    """Turns "a owl" into "an owl"."""
    return re.sub(r"\b([Aa]) (?=[aeio])", r"\1n ", text)


def join_and(words):
    words = list(words)
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def plural(count, noun):
    return (
        f"{count} {noun}" if count != 1 else f"{count} {noun[:-1] if noun.endswith('s') else noun}"
    )


def blocks(name):
    """Reads a bank of `# title` blocks: a list of (title, lines)."""
    out = []
    for line in (BANKS / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            out.append((line[2:].strip(), []))
        elif line.strip():
            out[-1][1].append(line)
    return out
