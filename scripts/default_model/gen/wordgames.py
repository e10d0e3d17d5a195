"""Games with the letters of one word: reverse, spell, count, change; each spelled out letter by letter."""

import string

from gen.lexicon import VOWELS, a_word
from gen.noise import typed
from gen.pieces import Item, capital, draw, plural

ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"]


def quoted(rng, w):
    """The word as a request shows it: bare or in some kind of quotes, now and then with a capital."""
    if rng.random() < 0.12:
        w = capital(w) if rng.random() < 0.7 else w.upper()
    form = rng.choice(["{}", "{}", "{}", "'{}'", "'{}'", '"{}"', '"{}"', "`{}`", "“{}”", "**{}**"])
    return form.format(w)


def _ask(rng, phrasings, w, **more):
    return typed(rng, rng.choice(phrasings).format(w=quoted(rng, w), **more), False)


ASK_REVERSE = """Reverse the word {w}.|Reverse {w}.|Spell {w} backwards.|What is {w} written backwards?|Write {w} in reverse.
Turn the word {w} around.|{w} backwards?|What is {w} backwards?|Write {w} backwards.|Reverse the letters of {w}.
Reverse the letters in the word {w}.|Reverse the string {w}.|What does {w} read backwards?|Can you reverse {w}?|reverse: {w}
Say {w} backwards.|Give me the word {w} in reverse.|Reverse this word: {w}|How do you write {w} backwards?|Flip the word {w}.
Write the word {w} backwards.|What do you get when you reverse {w}?|Please write {w} from back to front.|Mirror the word {w}.
What is the reverse of {w}?|Spell the word {w} in reverse order.|Reverse following word: {w}|Put the letters of {w} in reverse order.
Read {w} from right to left.""".replace("\n", "|").split("|")


def reverse(rng, split="train"):
    w = a_word(rng, split, "reverse")
    r = w[::-1]
    spelled = f"The letters of {w} are: {' '.join(w)}. From the end: {' '.join(r)}. Joined: {r}."
    told = rng.choice([f"{w} backwards is {r}.", f"It is {r}.", f"Backwards it reads {r}.", f"{r}"])
    plain = f"{' '.join(w)}, from the end: {' '.join(r)}. So {w} backwards is {r}."
    return Item(_ask(rng, ASK_REVERSE, w), spelled, told, r, "reverse", plain=plain)


def spell(rng, split="train"):
    w = a_word(rng, split, "spell")
    x = rng.random()
    if x < 0.6:
        q = ["Spell the word {w}.", "How do you spell {w}?", "List the letters of {w}.", "Spell {w}.", "Spell {w} letter by letter.",
             "Can you spell {w}?", "Which letters are in {w}?", "Write {w} letter by letter."]  # fmt: skip
        joint = rng.choice([" ", " ", "-", ", "])
        s = joint.join(w)
        return Item(_ask(rng, q, w), f"I go through {w} letter by letter: {' '.join(w)}.", s, s, "spell")
    q = ["Join these letters: {s}.", "Which word do the letters {s} make?", "Put these letters together: {s}", "{s} as one word?"]
    s = rng.choice([" ", "-", ", "]).join(w)
    return Item(
        rng.choice(q).format(s=s), f"The letters are {' '.join(w)}. Joined: {w}.", rng.choice([f"The word is {w}.", w]), w, "join"
    )


ASK_COUNT = """How many times does the letter {c} appear in {w}?|How many {c} are in {w}?|Count the letter {c} in the word {w}.
How often is the letter {c} in {w}?|How many {c}'s are in {w}?|How many {c}s are there in the word {w}?|Count the {c}'s in {w}.
How many letters {c} are in the word {w}?|How many times does {c} occur in {w}?|In the word {w}, how many {c}'s are there?
How many '{c}' are in {w}?|Count how often {c} appears in {w}.|How many {c} does {w} have?|Number of {c} in {w}?
How many times is "{c}" in {w}?|How many of the letter {c} are in {w}?""".replace("\n", "|").split("|")


def count_letter(rng, split="train"):
    w = a_word(rng, split, "count")
    c = rng.choice(w) if rng.random() < 0.87 else rng.choice(string.ascii_lowercase)
    k, steps = 0, []
    for x in w:
        k += x == c
        steps.append(f"{x} {k}")
    line = f"I go through {w} and count {c}: " + ", ".join(steps) + "."
    told = f"The letter {c} appears {plural(k, 'times')} in {w}."
    shown = c.upper() if rng.random() < 0.12 else c
    return Item(
        _ask(rng, ASK_COUNT, w, c=shown),
        f"{line} The count is {k}.",
        told,
        f"appears {plural(k, 'times')}",
        "count",
        guess=str(k),
        plain=f"{line} {told}",
    )


def count_vowels(rng, split="train"):
    w = a_word(rng, split, "vowels")
    consonants = rng.random() < 0.2
    k, steps = 0, []
    for x in w:
        k += (x in VOWELS) != consonants
        steps.append(f"{x} {k}")
    what = "consonants" if consonants else "vowels"
    q = [f"How many {what} are in {{w}}?", f"Count the {what} in {{w}}.", f"How many {what} does {{w}} have?", f"Number of {what} in {{w}}?"]
    line = f"I go through {w} and count {what}: " + ", ".join(steps) + "."
    told = f"The word {w} has {plural(k, what)}."
    return Item(_ask(rng, q, w), f"{line} The count is {k}.", told, f"has {plural(k, what)}", "vowels", guess=str(k), plain=f"{line} {told}")


def which_vowels(rng, split="train"):
    w = a_word(rng, split, "vowels")
    found = [x for x in w if x in VOWELS]
    s = ", ".join(found) if found else "none"
    q = ["Which vowels are in {w}?", "List the vowels in {w}.", "What are the vowels of {w}?"]
    t = f"The letters of {w} are: {' '.join(w)}. The vowels are: {s}."
    return Item(_ask(rng, q, w), t, f"The vowels in {w} are: {s}.", s, "vowels")


def length(rng, split="train"):
    w = a_word(rng, split, "length")
    line = f"I count the letters of {w}: " + ", ".join(f"{x} {i + 1}" for i, x in enumerate(w)) + "."
    q = ["How many letters does {w} have?", "How long is the word {w}?", "Count the letters of {w}.", "How many letters are in {w}?",
         "How many letters are there in the word {w}?", "How many characters does {w} have?", "What is the length of {w}?",
         "Count the letters in {w}.", "Number of letters in {w}?"]  # fmt: skip
    told = f"The word {w} has {len(w)} letters."
    return Item(_ask(rng, q, w), line, told, f"{len(w)} letters", "length", guess=str(len(w)), plain=f"{line} {told}")


def nth_letter(rng, split="train"):
    w = a_word(rng, split, "first")
    x = rng.random()
    k = 0 if x < 0.35 else len(w) - 1 if x < 0.65 else rng.randrange(min(len(w), 8))
    name = "last" if k == len(w) - 1 and x >= 0.35 else ORDINALS[k] if k < 8 else "last"
    q = [f"What is the {name} letter of {{w}}?", f"Which letter is the {name} one in {{w}}?", f"Tell me the {name} letter of the word {{w}}.",
         f"What's the {name} letter in {{w}}?", f"{name} letter of {{w}}?"]  # fmt: skip
    line = f"The letters of {w} are: {' '.join(w)}."
    if name not in ("first", "last"):
        line = "I count: " + ", ".join(f"{i + 1} {y}" for i, y in enumerate(w[: k + 1])) + "."
    told = f"The {name} letter of {w} is {w[k]}."
    plain = told if name in ("first", "last") else f"{line} {told}"
    return Item(_ask(rng, q, w), f"{line} The {name} one is {w[k]}.", told, w[k], "letter", plain=plain)


def change_case(rng, split="train"):
    w = a_word(rng, split, "case")
    if rng.random() < 0.65:
        q = ["Write {w} in capital letters.", "Write the word {w} in upper case.", "{w} in capitals please.", "Put {w} in all caps.",
             "Make {w} uppercase.", "Convert {w} to uppercase."]  # fmt: skip
        return Item(rng.choice(q).format(w=rng.choice([w, f"'{w}'", f'"{w}"'])), f"I write {w} in capitals: {w.upper()}.", w.upper(), w.upper(), "case")
    q = ["Write {w} in small letters.", "Make {w} lowercase.", "Convert {w} to lower case.", "Write {w} without capitals."]
    return Item(rng.choice(q).format(w=rng.choice([w.upper(), f"'{w.upper()}'"])), f"In small letters it is {w}.", w, w, "case")


PALINDROMES = """level radar noon civic kayak madam refer rotor eve pop mom dad wow deed stats tenet peep solos sagas racecar did eye
bob anna hannah otto""".split()


def palindrome(rng, split="train"):
    x = rng.random()
    if x < 0.35:
        w = rng.choice(PALINDROMES)
    elif x < 0.5:
        half = a_word(rng, split, "palindrome")[:4]
        w = half + half[::-1][rng.randrange(2) :]
    else:
        w = a_word(rng, split, "palindrome")
    r, yes = w[::-1], w == w[::-1]
    q = ["Is {w} a palindrome?", "Is the word {w} a palindrome?", "Does {w} read the same backwards?", "Check if {w} is a palindrome."]
    line = f"The letters of {w} are: {' '.join(w)}. From the end: {' '.join(r)}. That is {r}, which is {'the same' if yes else 'different'}."
    told = f"Yes, {w} is a palindrome." if yes else f"No, {w} is not a palindrome. Backwards it is {r}."
    return Item(_ask(rng, q, w), line, told, "Yes" if yes else "No", "palindrome", plain=f"{' '.join(w)}, from the end: {' '.join(r)}. {told}")


def edit(rng, split="train"):
    """Remove or replace a letter, double a word, join two words, sort letters."""
    w, kind = a_word(rng, split, "edit"), rng.randrange(5)
    c = rng.choice(w)
    if kind == 0:
        out = w.replace(c, "")
        q = [f"Remove the letter {c} from {{w}}.", f"Take every {c} out of {{w}}.", f"Delete the letter {c} in {{w}}."]
        t = f"The letters of {w} are: {' '.join(w)}. Without {c}: {' '.join(out)}. Joined: {out}."
    elif kind == 1:
        d = rng.choice([x for x in string.ascii_lowercase if x != c])
        out = w.replace(c, d)
        q = [f"Replace {c} with {d} in {{w}}.", f"Change every {c} in {{w}} to {d}.", f"Replace the letter {c} by {d} in the word {{w}}."]
        t = f"The letters of {w} are: {' '.join(w)}. With {d} for {c}: {' '.join(out)}. Joined: {out}."
    elif kind == 2:
        n = rng.randrange(2, 6)
        out = " ".join([w] * n)
        q = [f"Repeat the word {{w}} {n} times.", f"Write {{w}} {n} times.", f"Say {{w}} {n} times."]
        t = "I count: " + ", ".join(f"{i + 1} {w}" for i in range(n)) + "."
    elif kind == 3:
        v = a_word(rng, split, "edit")
        out = w + v
        q = [f"Put {{w}} and {v} together as one word.", f"Join the words {{w}} and {v}.", f"What is {{w}} plus {v} as one word?"]
        t = f"{w} and {v} together: {out}."
    else:
        out = "".join(sorted(w))
        q = ["Sort the letters of {w} alphabetically.", "Put the letters of {w} in alphabetical order."]
        t = f"The letters of {w} are: {' '.join(w)}. In order: {' '.join(out)}. Joined: {out}."
    ask = rng.choice(q).format(w=rng.choice([w, f"'{w}'", f'"{w}"']))
    if not out:
        return edit(rng, split)
    return Item(ask, t, out, out, "edit", plain=out if kind in (2, 3) else t)


def longest(rng, split="train"):
    """The longest or shortest of some words, or how many words a sentence has."""
    ws = draw(rng, split, lambda r: tuple(a_word(r, "train", "none", 1.0) for _ in range(r.choice([2, 3, 3, 4]))), "longest")
    lengths = [len(x) for x in ws]
    if rng.random() < 0.35 or len(set(lengths)) < len(ws):
        s = " ".join(ws)
        q = rng.choice(["How many words are in '{s}'?", 'Count the words: "{s}"', "How many words does this have: {s}"]).format(s=s)
        line = "I count: " + ", ".join(f"{x} {i + 1}" for i, x in enumerate(ws)) + "."
        return Item(q, line, f"There are {len(ws)} words.", f"{len(ws)} words", "words", guess=str(len(ws)))
    low = rng.random() < 0.3
    best = (min if low else max)(ws, key=len)
    name = "shortest" if low else "longest"
    q = rng.choice([f"Which word is the {name}: {{s}}?", f"Find the {name} word: {{s}}", f"What is the {name} word in this list: {{s}}?"])
    line = "I count the letters: " + ", ".join(f"{x} {len(x)}" for x in ws) + "."
    return Item(typed(rng, q.format(s=", ".join(ws)), False), line, f"The {name} word is {best}.", best, "longest")


TASKS = {
    reverse: 9,
    spell: 3,
    count_letter: 6,
    count_vowels: 2,
    which_vowels: 0.6,
    length: 2.5,
    nth_letter: 1.8,
    change_case: 1.2,
    palindrome: 1.2,
    edit: 1.6,
    longest: 0.8,
}
