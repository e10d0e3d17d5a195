"""Requests for code: short functions of the bank under the name that is asked for, else an honest "too small"."""

import re

from banks import functions as bank
from gen.lexicon import made_up
from gen.noise import typed
from gen.pieces import Item, capital, fits, pick

ASK = """Write a Python function to {do}.|Write a Python function that {does}.|Write a function in Python that {does}.|Write Python code to {do}.
Python function to {do}|How do I {do} in Python?|Can you write a Python function to {do}?|Give me a Python function that {does}.
Write a Python program to {do}.|Please write a Python function that {does}.|Write a short Python function to {do}.|I need a Python function to {do}.
Show me Python code to {do}.|Code a Python function that {does}.|Implement a Python function that {does}.|python: {do}
Write a function to {do} in Python.|How can I {do} in Python?|Python code to {do}|Write code that {does} in Python.|Write a function that {does}.
Write a function to {do}.|Could you write a function that {does}?""".replace("\n", "|").split("|")
ASK_NAMED = """Write a Python function {s} that {does}.|Write a function {s} in Python that {does}.|Write a Python function called {f} that {does}.
Write a Python function named {f} to {do}.|Implement {s} in Python. It should {do}.|Write {s} in Python.|Write a function called {f} that {does}.
Write a Python function `{s}` that {does}.|Define a Python function {s} to {do}.|Please write {f} in Python: it {does}.
Write a Python function {f} that {does}.|Write the function {s}. It {does}.|Implement a function {f} in Python that {does}.
Write the Python function `{f}` to {do}.|Give me a Python function {s} which {does}.""".replace("\n", "|").split("|")
ASK_OTHER = """Write a {l} function to {do}.|Write a {l} program to {do}.|Write {l} code to {do}.|How do I {do} in {l}?|{l} code to {do}
{l}: {do}|Can you {do} in {l}?|Show me how to {do} in {l}.|Give me {l} code that {does}.|Write {l} code that {does}.""".replace(
    "\n", "|"
).split("|")
ASK_BASH = """How do I {do} in bash?|Bash command to {do}|Which command do I use to {do}?|Write a bash one-liner to {do}.|How can I {do} in the shell?
Give me a shell command to {do}.|Linux command to {do}?|bash: {do}|Write a bash command that {does}.""".replace("\n", "|").split("|")
ASK_LARGE = """Write {x}.|Write me {x}.|Can you write {x}?|Please write {x}.|Code {x} for me.|Implement {x}.|Build {x}.|I need {x}.|Write the code for {x}.
Can you code {x}?|Create {x}.|Program {x}.|Help me write {x}.|Show me the code of {x}.|Write {x} for me.""".replace("\n", "|").split("|")


def third_person(do):
    """"check if ..." becomes "checks if ..."."""
    verb, _, rest = do.partition(" ")
    verb = "does" if verb == "do" else verb + ("es" if verb.endswith(("s", "sh", "ch", "x")) else "s")
    return f"{verb} {rest}"


def fenced(language, code):
    return f"```{language}\n{code}\n```"


OTHER_ARGUMENTS = {"n": "n number num x k value", "text": "text s string word str_in", "numbers": "numbers nums lst values data", "items": "items lst arr array data"}


def _renamed(rng, entry):
    """The entry with another name for its only argument, where the body does not use that name."""
    names, dos, argument, body, tests = entry
    if argument not in OTHER_ARGUMENTS:
        return entry
    new = rng.choice(OTHER_ARGUMENTS[argument].split())
    if re.search(rf"\b{new}\b", body):
        return entry
    return names, dos, new, re.sub(rf"\b{argument}\b", new, body), tests


def python_code(entry, f):
    _, _, arguments, body, _ = entry
    text = body.format(f=f)
    return f"def {f}({arguments}):\n" + "\n".join("    " + x if x else x for x in text.split("\n"))


def _shown(rng, do, does, block):
    x = rng.random()
    if x < 0.5:
        return block
    if x < 0.8:
        return f"Here is a function that {does}:\n\n{block}"
    return f"{block}\n\nThis function {does}."


def _name(rng, split, names):
    """Mostly a usual name; now and then one that nobody would guess."""
    x = rng.random()
    if x < 0.86:
        return rng.choice(names.split())
    while True:
        w = made_up(rng, 3, 6) if x < 0.95 else rng.choice(["my_function", "f", "solve", "foo", "compute", "run", "helper", "calc"])
        if fits(split, "function", w) and w not in ("def", "for", "not", "and", "or", "if", "in", "is"):
            return w


def python_function(rng, split="train"):
    entry = rng.choice(bank.PYTHON)
    if rng.random() < 0.3:
        entry = _renamed(rng, entry)
    names, dos, arguments, _, _ = entry
    do = rng.choice(dos.split(";"))
    does = third_person(do)
    if rng.random() < 0.55:
        f = _name(rng, split, names)
        q = rng.choice(ASK_NAMED).format(f=f, s=f"{f}({arguments})", do=do, does=does)
    else:
        f = names.split()[0]
        q = rng.choice(ASK).format(do=do, does=does)
    block = fenced("python", python_code(entry, f))
    think = f"The function {f} takes {arguments} and {does}. I write it in Python."
    return Item(typed(rng, q, False), think, _shown(rng, do, does, block), f"def {f}", "code")


def snippet(rng, split="train"):
    dos, code = rng.choice(bank.SNIPPETS)
    do = rng.choice(dos.split(";"))
    q = rng.choice([x for x in ASK if "function" not in x]).format(do=do, does=third_person(do))
    return Item(typed(rng, q, False), f"A few lines of Python: {do}.", fenced("python", code), code, "code")


def other_language(rng, split="train"):
    language, fence, dos, f, code = rng.choice(bank.OTHERS)
    do = rng.choice(dos.split(";"))
    does = third_person(do)
    if f and rng.random() < 0.4:
        f = _name(rng, split, f)
        q = f"Write a {language} function {rng.choice(['called ', ''])}{f} that {does}."
    else:
        q = rng.choice(ASK_BASH if language == "Bash" else ASK_OTHER).format(l=language, do=do, does=does)
    text = code.replace("{f}", f)
    return Item(typed(rng, capital(q), False), f"A short piece of {language}: {do}.", fenced(fence, text), text, "code")


def too_large(rng, split="train"):
    x = rng.choice(bank.TOO_LARGE)
    if rng.random() < 0.4 and " in " not in x:
        x += " in " + rng.choice(["Python", "C", "C++", "Rust", "Go", "Java", "JavaScript", "Haskell", "TypeScript"])
    q = rng.choice(ASK_LARGE).format(x=x)
    answer = rng.choice(bank.TOO_SMALL)
    return Item(typed(rng, q, False), "That is a large program. I am too small for it and say so.", answer, "small", "toolarge")


VALUES = [("{a} + {b}", lambda a, b: a + b), ("{a} * {b}", lambda a, b: a * b), ("{a} - {b}", lambda a, b: a - b), ("len('{w}')", None)]


def what_prints(rng, split="train"):
    """What does print(2 + 3) print?"""
    a, b, w = rng.randrange(1, 30), rng.randrange(1, 10), made_up(rng, 3, 6)
    text, fn = rng.choice(VALUES)
    value = str(fn(a, b) if fn else len(w))
    e = text.format(a=a, b=b, w=w)
    q = rng.choice(["What does print({e}) print?", "What is the output of print({e})?", "What does this code print: print({e})"]).format(e=e)
    return Item(typed(rng, q, False), f"{e} is {value}.", rng.choice([f"It prints {value}.", value]), value, "prints")


TASKS = {python_function: 10, snippet: 2, other_language: 3, too_large: 2.5, what_prints: 0.6}


def code_of(answer):
    """The fenced block of an answer, or None."""
    found = re.search(r"```\w*\n(.*?)\n```", answer, re.S)
    return found.group(1) if found else None
