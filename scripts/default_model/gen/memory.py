"""Remembering over turns: names, things, numbers; follow-ups on the last answer; long needle dialogues."""

from banks import words
from gen import chat, facts, slots
from gen.pieces import capital, fits, mend_articles
from gen.lexicon import made_up


def a_name(rng, split="train"):
    """Mostly known names, some made up; the split is by name and a second word."""
    return rng.choice(words.NAMES) if rng.random() < 0.7 else made_up(rng, 4, 8).capitalize()


def _facts(rng):
    """Things a user may say about themselves: (statement, reply, question, answer, gold)."""
    name, pet_name = a_name(rng), a_name(rng)
    pet, color, city, food, hobby = (
        rng.choice(words.ANIMALS),
        rng.choice(words.COLORS),
        rng.choice(words.CITIES),
        rng.choice(words.FOODS),
        rng.choice(words.HOBBIES),
    )
    number, noun, friend = rng.randrange(2, 1000), rng.choice(words.NOUNS), rng.choice(words.NAMES)
    age, code = rng.randrange(8, 90), slots.code(rng)
    return {
        "name": (
            rng.choice(
                [
                    f"My name is {name}.",
                    f"Hi, I am {name}.",
                    f"Hello! I'm {name}.",
                    f"You can call me {name}.",
                ]
            ),
            rng.choice(
                [
                    f"Nice to meet you, {name}!",
                    f"Hello {name}! How can I help you?",
                    f"Hi {name}, good to meet you.",
                ]
            ),
            rng.choice(
                ["What is my name?", "Do you remember my name?", "Who am I?", "Tell me my name."]
            ),
            f"Your name is {name}.",
            name,
        ),
        "pet": (
            mend_articles(
                rng.choice(
                    [f"I have a {pet} called {pet_name}.", f"My {pet} is called {pet_name}."]
                )
            ),
            rng.choice(
                [f"{pet_name} is a nice name for a {pet}.", f"How lovely! Say hello to {pet_name}."]
            ),
            rng.choice([f"What is my {pet} called?", f"What is the name of my {pet}?"]),
            f"Your {pet} is called {pet_name}.",
            pet_name,
        ),
        "color": (
            f"My favorite color is {color}.",
            f"{capital(color)} is a nice color.",
            rng.choice(["What is my favorite color?", "Which color do I like best?"]),
            f"Your favorite color is {color}.",
            color,
        ),
        "city": (
            rng.choice([f"I live in {city}.", f"I am from {city}."]),
            f"{city} sounds like a good place.",
            rng.choice(["Where do I live?", "Which city do I live in?"]),
            f"You live in {city}.",
            city,
        ),
        "food": (
            f"I like {food} very much.",
            f"{capital(food)} is tasty.",
            rng.choice(["What do I like to eat?", "Which food do I like?"]),
            f"You like {food}.",
            food,
        ),
        "hobby": (
            f"My hobby is {hobby}.",
            f"{capital(hobby)} is a good hobby.",
            "What is my hobby?",
            f"Your hobby is {hobby}.",
            hobby,
        ),
        "number": (
            rng.choice(
                [f"Remember the number {number}.", f"Please keep the number {number} in mind."]
            ),
            f"I will remember {number}.",
            rng.choice(["Which number did I tell you?", "What was the number?"]),
            f"The number was {number}.",
            str(number),
        ),
        "word": (
            f"Remember the word {noun}.",
            f"I will remember {noun}.",
            rng.choice(["Which word did I tell you?", "What was the word?"]),
            f"The word was {noun}.",
            noun,
        ),
        "friend": (
            f"My best friend is {friend}.",
            f"{friend} must be a good friend.",
            "Who is my best friend?",
            f"Your best friend is {friend}.",
            friend,
        ),
        "age": (
            f"I am {age} years old.",
            f"{age} is a good age.",
            "How old am I?",
            f"You are {age} years old.",
            str(age),
        ),
        "code": (
            f"The code is {code}.",
            f"Got it: {code}.",
            rng.choice(["What is the code?", "Which code did I give you?"]),
            f"The code is {code}.",
            code,
        ),
    }


def recall(rng, split="train", fillers=None, key=None):
    """Turns that state some facts, talk of other things, then ask; returns (turns, gold of the last turn)."""
    while True:
        fs = _facts(rng)
        keys = rng.sample(list(fs), rng.choice([1, 2, 3, 4]))
        if key and key not in keys:
            keys[0] = key
        if fits(split, "recall", *(fs[k][4] for k in keys[:1])):
            break
    rng.shuffle(keys)
    turns = [(fs[k][0], fs[k][1]) for k in keys]
    n = rng.choice([0, 0, 1, 2, 3, 4]) if fillers is None else fillers
    for _ in range(n):
        if rng.random() < 0.4:
            item = facts.fact(rng)
            turns.append((item.question, item.answer))
        else:
            turns.append(chat.ask(rng, rng.choice(chat.NEEDS_NO_TOOL[2:])))
    asked = [key] if key else rng.sample(keys, rng.randrange(1, len(keys) + 1))
    for k in asked:
        turns.append((fs[k][2], fs[k][3]))
    return turns, fs[asked[-1]][4]


def follow_up(rng):
    """Small sums that go on from the last answer, and corrections."""
    x = rng.random()
    if x < 0.5:
        v = rng.randrange(2, 30)
        turns = [
            (
                rng.choice([f"My number is {v}.", f"Start with {v}.", f"Take the number {v}."]),
                f"The number is {v}.",
            )
        ]
        for _ in range(rng.choice([1, 2, 3, 4])):
            k = rng.randrange(2, 10)
            op = rng.randrange(4)
            if op == 0 and v < 50:
                v, q = v * 2, rng.choice(["Double it.", "Now double it."])
            elif op == 1 and v % 2 == 0:
                v, q = v // 2, rng.choice(["Halve it.", "Now take half of it."])
            elif op == 2 or v < k:
                v, q = v + k, rng.choice([f"Add {k}.", f"Now add {k} to it."])
            else:
                v, q = v - k, rng.choice([f"Subtract {k}.", f"Now take away {k}."])
            turns.append((q, f"The number is {v}."))
        return turns
    if x < 0.75:
        a, b = rng.sample(words.NAMES, 2)
        return [
            (f"My name is {a}.", f"Nice to meet you, {a}!"),
            (
                rng.choice(
                    [f"No, my name is {b}.", f"Sorry, I meant {b}.", f"Actually, call me {b}."]
                ),
                f"All right, {b}.",
            ),
            ("What is my name?", f"Your name is {b}."),
        ]
    ws = rng.sample(words.NOUNS, rng.choice([3, 4, 5]))
    turns = [(f"Here is a list: {', '.join(ws)}.", "Thank you, I have the list.")]
    for _ in range(rng.choice([1, 2])):
        y = rng.randrange(4)
        if y == 0:
            turns.append(("What is the first word?", f"The first word is {ws[0]}."))
        elif y == 1:
            turns.append(("What is the last word?", f"The last word is {ws[-1]}."))
        elif y == 2:
            turns.append(
                ("How many words are in the list?", f"There are {len(ws)} words in the list.")
            )
        else:
            w = rng.choice([x2 for x2 in rng.sample(words.NOUNS, 9) if x2 not in ws])
            ws.append(w)
            turns.append((f"Add {w} to the list.", f"The list is now: {', '.join(ws)}."))
    return turns


def needle(rng, split="train", tokens=None, count=None):
    """A long dialogue with one fact near the start or the middle, asked for at the end; (turns, gold)."""
    target = tokens or rng.randrange(600, 3700)
    turns, gold = recall(
        rng,
        split,
        fillers=0,
        key=rng.choice(["name", "pet", "color", "number", "word", "code", "friend", "city"]),
    )
    statement, question = turns[:-1], turns[-1]
    filler, used = [], 0
    while used < target:
        y = rng.random()
        if y < 0.35:
            new = chat.topic_turns(rng)
        elif y < 0.6:
            item = facts.passage(rng)
            new = [(item.question, item.answer)]
        elif y < 0.8:
            item = facts.fact(rng)
            new = [(item.question, item.answer)]
        else:
            new = [chat.ask(rng, rng.choice(chat.NEEDS_NO_TOOL[1:]))]
        filler += new
        used += (
            sum(count(q + a) + 4 for q, a in new)
            if count
            else sum(len(q + a) // 4 + 4 for q, a in new)
        )
    at = rng.randrange(len(filler) // 2 + 1)
    return filler[:at] + statement + filler[at:] + [question], gold
