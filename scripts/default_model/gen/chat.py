"""Everyday chat: intents with many phrasings, topics with tips and follow-ups, told as dialogues of 1 to 6 turns."""

from functools import lru_cache

from banks import words
from gen.pieces import BANKS, blocks, capital, join_and

EXTRA_PHRASINGS = {}  # intent -> sentences of an optional corpus (see corpus.py)
EXTRA_REPLIES = {}  # intents known only from the corpus -> replies


@lru_cache(maxsize=1)
def intents():
    out = {}
    for name, lines in blocks("chat.txt"):
        out[name] = (
            [x[2:] for x in lines if x.startswith("> ")],
            [x[2:] for x in lines if x.startswith("< ")],
        )
    return out


@lru_cache(maxsize=1)
def topics():
    return [
        (name, [t.strip() for t in " | ".join(lines).split(" | ")])
        for name, lines in blocks("topics.txt")
    ]


def group_replies():
    """intent -> replies for intents that only say what cannot be done."""
    out = {}
    for line in (BANKS / "groups.txt").read_text(encoding="utf-8").splitlines():
        _, names, replies = [x.strip() for x in line.split(" | ")]
        for n in names.split():
            out[n] = [r.strip() for r in replies.split(" ; ")]
    return out


NEEDS_NO_TOOL = [
    "greeting",
    "how_are_you",
    "thank_you",
    "what_is_your_name",
    "tell_joke",
    "fun_fact",
    "are_you_a_bot",
    "who_made_you",
    "poem",
    "riddle",
    "meaning_of_life",
    "bored",
    "sad",
    "happy",
    "compliment",
    "favorite_color",
    "goodbye",
    "what_can_i_ask_you",
]


def _vary(rng, text):
    """Small changes of case and punctuation, as users write."""
    x = rng.random()
    if x < 0.15:
        return text.lower()
    if x < 0.25:
        return text.rstrip("?.!")
    if x < 0.3:
        return text + "!" if text[-1].isalpha() else text
    return text


def ask(rng, name):
    phrasings, replies = intents()[name]
    extra = EXTRA_PHRASINGS.get(name, [])
    q = rng.choice(extra) if extra and rng.random() < 0.5 else _vary(rng, rng.choice(phrasings))
    return q, rng.choice(replies)


def small_talk(rng, tools=False):
    if tools:
        return ask(rng, rng.choice(NEEDS_NO_TOOL))
    if EXTRA_REPLIES and rng.random() < 0.22:
        name = rng.choice(list(EXTRA_REPLIES))
        return rng.choice(EXTRA_PHRASINGS[name]), rng.choice(EXTRA_REPLIES[name])
    return ask(rng, rng.choice(list(intents())))


THINK = [
    "The user says: {q} I answer in a friendly way.",
    "This is small talk. A short answer is best.",
    'The user writes "{q}". I reply kindly.',
    "A simple message. I keep it short.",
    "I read: {q} I think of a fitting answer.",
]


def think_of(rng, q):
    return rng.choice(THINK).format(q=q)


def topic_turns(rng):
    """A thread on one topic: tips, one more, shorter, why, thanks."""
    name, tips = rng.choice(topics())
    order = rng.sample(tips, len(tips))
    n = rng.choice([2, 3, 3, 4])
    first, rest = order[:n], order[n:]
    number = {2: "two", 3: "three", 4: "four"}[n]
    style = rng.randrange(3)
    if style == 0:
        q = rng.choice(
            [
                f"Give me {number} tips to {name}.",
                f"List {number} ways to {name}.",
                f"Name {number} things that help to {name}.",
            ]
        )
        a = "\n".join(f"{i + 1}. {capital(t)}." for i, t in enumerate(first))
    elif style == 1:
        q = rng.choice(
            [
                f"How can I {name}?",
                f"I want to {name}. What should I do?",
                f"Can you help me {name}?",
                f"What helps to {name}?",
            ]
        )
        a = f"To {name}, {join_and(first)}."
    else:
        q = rng.choice([f"Give me one tip to {name}.", f"What is the best way to {name}?"])
        first, rest = order[:1], order[1:]
        a = f"{capital(first[0])}."
    turns = [(q, a)]
    for _ in range(rng.choice([0, 1, 2, 3])):
        x = rng.random()
        if x < 0.35 and rest:
            t = rest.pop()
            turns.append(
                (
                    rng.choice(
                        [
                            "One more please.",
                            "Another tip?",
                            "What else?",
                            "Anything else?",
                            "Tell me one more.",
                        ]
                    ),
                    f"{capital(t)}.",
                )
            )
            first = [t]
        elif x < 0.5:
            turns.append(
                (
                    rng.choice(["Say it shorter.", "Make it shorter.", "Shorter please."]),
                    f"{capital(first[0])}.",
                )
            )
        elif x < 0.65 and len(first) > 1:
            k = rng.randrange(len(first))
            turns.append(
                (
                    rng.choice([f"Repeat tip number {k + 1}.", f"What was tip {k + 1}?"]),
                    f"{capital(first[k])}.",
                )
            )
        elif x < 0.8:
            turns.append(
                (
                    rng.choice(["What were we talking about?", "What was my question about?"]),
                    f"You want to {name}.",
                )
            )
        elif x < 0.9:
            turns.append(
                (
                    rng.choice(["Write it in capital letters.", "Say that in capitals."]),
                    f"{first[0].upper()}.",
                )
            )
        else:
            turns.append(ask(rng, "thank_you"))
            break
    return turns


LIKES = [
    (
        "food",
        words.FOODS,
        [
            "Do you like it often, or only on special days?",
            "That is tasty. Do you cook it yourself?",
            "Good choice! When did you have it last?",
        ],
    ),
    (
        "animal",
        [w + "s" for w in words.ANIMALS if not w.endswith(("y", "fish", "sh", "e", "x"))],
        ["They are lovely. Do you have one?", "Nice animals! What do you like about them?"],
    ),
    (
        "hobby",
        words.HOBBIES,
        [
            "That sounds fun. How often do you do it?",
            "Great! How did you start?",
            "A good hobby. Do you do it with friends?",
        ],
    ),
    (
        "city",
        words.CITIES,
        [
            "I have heard that it is worth a visit. When will you go?",
            "A fine city! What do you like there?",
        ],
    ),
    (
        "color",
        words.COLORS,
        ["A pretty color. Do you wear it too?", "That color fits many things."],
    ),
]


def likes_turns(rng):
    kind, values, follow = rng.choice(LIKES)
    v = rng.choice(values)
    n = rng.choice(words.NAMES)
    turns = [
        (
            rng.choice(
                [
                    f"I like {v}.",
                    f"I really love {v}.",
                    f"My favorite {kind} is {v}." if kind not in ("animal",) else f"I love {v}.",
                    f"{capital(v)} is great." if kind != "animal" else f"{capital(v)} are great.",
                ]
            ),
            rng.choice(follow),
        )
    ]
    if rng.random() < 0.6:
        turns.append(
            (
                rng.choice(
                    [
                        "Not very often.",
                        "Every week.",
                        "Yes, with my friends.",
                        f"My friend {n} showed me.",
                        "It makes me happy.",
                        "I don't know, I just like it.",
                    ]
                ),
                rng.choice(
                    [
                        "That is nice to hear. It is good to have things that you enjoy.",
                        "I see. Enjoy it!",
                        "Lovely. Is there anything I can help you with?",
                    ]
                ),
            )
        )
    if rng.random() < 0.6:
        turns.append(
            (
                rng.choice(
                    ["What did I say I like?", "What do I like?", "Do you remember what I like?"]
                ),
                f"You said that you like {v}.",
            )
        )
    return turns


def dialogue(rng):
    """Turns of (question, answer): chained intents, a topic, likes, or single small talk."""
    x = rng.random()
    if x < 0.3:
        turns = topic_turns(rng)
    elif x < 0.42:
        turns = likes_turns(rng)
    elif x < 0.75:
        turns = [small_talk(rng) for _ in range(rng.choice([1, 1, 2, 3, 4]))]
    else:
        turns = [small_talk(rng)] + (topic_turns(rng) if rng.random() < 0.6 else likes_turns(rng))
    if rng.random() < 0.25:
        turns = [ask(rng, rng.choice(["greeting", "how_are_you"]))] + turns
    if rng.random() < 0.2:
        turns.append(ask(rng, rng.choice(["thank_you", "goodbye"])))
    return turns[:6]
