"""How people type: case, missing punctuation, small typing errors in the words of the request, politeness."""

import re

# Typing errors of words that only ask; what is asked about stays as it is.
TYPOS = {
    "what": ["waht", "wht", "whta"],
    "is": ["si", "iz"],
    "the": ["teh", "hte"],
    "capital": ["captial", "capitol"],
    "solve": ["sovle", "slove"],
    "please": ["pls", "plese", "plz"],
    "reverse": ["revers", "reverese"],
    "write": ["wirte", "wright", "writ"],
    "word": ["wrod", "wrd"],
    "letters": ["leters", "lettres"],
    "many": ["mnay", "manny"],
    "list": ["lsit", "lst"],
    "three": ["thre"],
    "story": ["stroy", "storry"],
    "about": ["abuot", "abot"],
    "haiku": ["hiaku", "haikuu"],
    "tell": ["tel", "tlel"],
    "weather": ["wether", "weahter"],
    "function": ["funtion", "fucntion"],
    "opposite": ["oposite", "opossite"],
    "translate": ["tranlate", "translte"],
    "calculate": ["calulate", "caculate"],
    "does": ["dose"],
    "you": ["u", "yuo"],
    "are": ["r", "aer"],
    "and": ["adn", "nad"],
    "number": ["numbr", "nubmer"],
    "equation": ["equasion", "eqation"],
    "country": ["contry", "coutry"],
    "which": ["wich", "whcih"],
    "rhymes": ["rymes", "rhyms"],
}
BEFORE = ["Please: ", "Hi! ", "Hello! ", "Hey, ", "Quick question: ", "Can you help me? ", "Okay, ", "Hi, "]
AFTER = [" Please.", " Thanks!", " Thank you.", " please", " thx", " Keep it short.", " :)"]
WORD = re.compile(r"[A-Za-z]+")


def _mistyped(rng, text):
    places = [x for x in WORD.finditer(text) if x.group().lower() in TYPOS]
    if not places:
        return text
    x = rng.choice(places)
    return text[: x.start()] + rng.choice(TYPOS[x.group().lower()]) + text[x.end() :]


def typed(rng, text, case=True):
    """The request as somebody may type it; `case` says whether its letters may change case."""
    x = rng.random()
    if x < 0.55:
        return text
    if x < 0.63:
        return text.rstrip("?.! ")
    if x < 0.73 and case:
        return text[:1].lower() + text[1:].rstrip("?.! ") if rng.random() < 0.5 else text.lower()
    if x < 0.75 and case:
        return text.upper()
    if x < 0.82:
        return _mistyped(rng, text)
    if x < 0.9:
        return rng.choice(BEFORE) + text
    if x < 0.95:
        return text + rng.choice(AFTER) if text[-1:] in ".?!" else text
    return text + rng.choice(["!", "??", " ?", "..."]) if text[-1:].isalnum() else text
