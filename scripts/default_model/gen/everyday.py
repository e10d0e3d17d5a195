"""What people ask every day: rhymes, synonyms, translations of common words, a sentence with a word."""

from functools import lru_cache

from banks import words
from banks.translations import LANGUAGES, ROWS
from gen.noise import typed
from gen.pieces import Item, blocks, capital, join_and


@lru_cache(maxsize=1)
def bank():
    parts = dict(blocks("everyday.txt"))
    return [x.split() for x in parts["rhymes"]], [x.split("=") for x in "|".join(parts["synonyms"]).split("|")]


def _mark(rng, w):
    return rng.choice(["{}", "{}", "'{}'", '"{}"']).format(w)


ASK_RHYME = """What rhymes with {w}?|Give me a word that rhymes with {w}.|Which word rhymes with {w}?|Find a rhyme for {w}.|Tell me a word that rhymes with {w}.
Name a word that rhymes with {w}.|A rhyme for {w}?|rhyme with {w}|What word rhymes with {w}?|Can you find a rhyme for {w}?|Words that rhyme with {w}?
Name two words that rhyme with {w}.|Give me two words that rhyme with {w}.|List words that rhyme with {w}.""".replace("\n", "|").split("|")


def rhyme(rng, split="train"):
    group = rng.choice(bank()[0])
    w = rng.choice(group)
    others = [x for x in group if x != w]
    q = rng.choice(ASK_RHYME)
    if "two" in q or "ords that" in q:
        shown = others[: 2 if "two" in q else 3]
        told = f"{capital(join_and(shown))} rhyme with {w}."
    else:
        shown = [others[0] if rng.random() < 0.7 else rng.choice(others)]
        told = rng.choice([f"{capital(shown[0])} rhymes with {w}.", f"{shown[0]}", f"{w} rhymes with {shown[0]}."])
    think = f"Words that sound like {w}: {', '.join(others[:3])}."
    return Item(typed(rng, q.format(w=_mark(rng, w))), think, told, "", "rhyme")


ASK_SYNONYM = """What is a synonym for {w}?|Give me a synonym of {w}.|What is another word for {w}?|Another word for {w}?|Synonym for {w}?|Name a synonym of {w}.
Which word means the same as {w}?|Tell me another word for {w}.|What's a synonym for {w}?|Find a synonym for {w}.""".replace("\n", "|").split("|")


def synonym(rng, split="train"):
    a, b = rng.choice(bank()[1])
    q = rng.choice(ASK_SYNONYM).format(w=_mark(rng, a))
    return Item(typed(rng, q), f"{capital(b)} means about the same as {a}.", rng.choice([f"Another word for {a} is {b}.", f"A synonym for {a} is {b}.", f"{capital(b)}."]), "", "synonym")


ASK_TRANSLATE = """How do you say {w} in {l}?|Translate {w} to {l}.|Translate {w} into {l}.|What is {w} in {l}?|What is the {l} word for {w}?|{w} in {l}?
How do I say {w} in {l}?|What does {w} mean in {l}?|Say {w} in {l}.|Translate the word {w} to {l}.|Translate to {l}: {w}|Translate into {l}: {w}
What's {w} in {l}?|{l} for {w}?|Can you translate {w} to {l}?|Please translate {w} into {l}.|Translate this to {l}: {w}|How to say {w} in {l}""".replace(
    "\n", "|"
).split("|")
ASK_BACK = """What does {w} mean in English?|Translate {w} to English.|What is {w} in English?|Translate {w} into English.|What does the {l} word {w} mean?
{w} in English?|How do you say the {l} word {w} in English?|What is the English word for {w}?|Translate from {l} to English: {w}""".replace("\n", "|").split("|")


def translation(rng, split="train"):
    row = rng.choice(ROWS)
    k = rng.choice([1, 1, 2, 2, 3, 3, 4, 5])
    source, target, language = row[0], row[k], LANGUAGES[k]
    if rng.random() < 0.22:
        q = rng.choice(ASK_BACK).format(w=_mark(rng, target), l=language)
        told = rng.choice([f"{capital(target)} means {source} in English.", f"In English it is {source}.", f"{capital(source)}.", f'"{target}" means "{source}".'])
        return Item(typed(rng, q, False), f"The {language} {target} means {source}.", told, "", "translate")
    w = capital(source) if rng.random() < 0.2 else source
    q = rng.choice(ASK_TRANSLATE).format(w=_mark(rng, w), l=language)
    told = rng.choice([f"In {language} it is {target}.", f"{capital(source)} in {language} is {target}.", target, f'"{source}" in {language} is "{target}".', f"{capital(target)}."])
    return Item(typed(rng, q, False), f"The {language} for {source} is {target}.", told, "", "translate")


SENTENCES = [
    "The {w} is on the table.",
    "I saw a {w} near the river.",
    "My friend gave me a {w} yesterday.",
    "We talked about the {w} all evening.",
    "There is a {w} in the garden.",
]
ASK_SENTENCE = """Write a sentence with the word {w}.|Use {w} in a sentence.|Make a sentence with {w}.|Give me a sentence with the word {w}.|Write one sentence about {w}.
Can you use the word {w} in a sentence?|A sentence with {w}, please.|Form a sentence with {w}.""".replace("\n", "|").split("|")


def sentence(rng, split="train"):
    w = rng.choice(words.NOUNS + words.ANIMALS)
    text = rng.choice(SENTENCES).format(w=w)
    text = text.replace(f"a {w}", f"an {w}") if w[0] in "aeio" else text
    return Item(typed(rng, rng.choice(ASK_SENTENCE).format(w=_mark(rng, w))), f"The sentence needs the word {w}.", text, w, "sentence")


TASKS = {rhyme: 4, synonym: 2, translation: 6, sentence: 1.5}
