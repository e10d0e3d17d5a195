"""Short stories from skeletons: a hero, a problem, a friend, an end that refers to the start."""

from functools import lru_cache

from banks import words
from gen.pieces import blocks, fits, mend_articles

SLOTS = {
    "kid": ["boy", "girl", "child"],
    "thing": [
        "ball",
        "kite",
        "drum",
        "doll",
        "boat",
        "hat",
        "whistle",
        "book",
        "lamp",
        "scarf",
        "bell",
        "toy car",
        "music box",
        "watch",
        "key",
    ],
    "when": ["day", "morning", "evening", "summer day", "winter day", "Sunday"],
    "sadly": ["sad", "afraid", "worried", "lonely", "nervous"],
    "glad": ["happy", "glad", "proud", "cheerful"],
    "act": ["sing", "dance", "swim", "play", "run", "climb trees", "tell jokes", "draw"],
    "food": ["soup", "bread", "cake", "pie", "honey", "cheese", "porridge", "cookies", "berries"],
}


@lru_cache(maxsize=1)
def skeletons():
    return [
        (name, [[v.strip() for v in line.split(" / ")] for line in lines])
        for name, lines in blocks("stories.txt")
    ]


def values(rng):
    """Something for every slot."""
    hero, friend = rng.sample(words.NAMES, 2)
    place, place2 = rng.sample(words.PLACES, 2)
    return {k: rng.choice(s) for k, s in SLOTS.items()} | {
        "hero": hero,
        "friend": friend,
        "place": place,
        "place2": place2,
        "color": rng.choice(words.COLORS),
        "adj": rng.choice(words.ADJECTIVES),
    }


def story(rng, split="train"):
    """(title, hero, animal, text)."""
    title, lines = rng.choice(skeletons())
    while True:
        hero, friend = rng.sample(words.NAMES, 2)
        animal, animal2 = rng.sample(words.ANIMALS, 2)
        if fits(split, "story", hero, animal):
            break
    v = values(rng) | {"hero": hero, "friend": friend, "animal": animal, "animal2": animal2}
    drop = rng.randrange(1, len(lines) - 1) if rng.random() < 0.3 else -1
    text = " ".join(
        rng.choice(variants).format(**v) for i, variants in enumerate(lines) if i != drop
    )
    return title, hero, animal, mend_articles(text)


ASK = [
    "Tell me a story.",
    "Tell me a short story.",
    "Please tell me a story.",
    "Write a story for children.",
    "I want to hear a story.",
    "Can you tell me a bedtime story?",
]
ASK_ABOUT = [
    "Tell me a story about {h} and a {a}.",
    "Write a story about a {a}.",
    "Tell me a story with a {a}.",
    "Can you write a short story about {h} and a {a}?",
]


def as_turns(rng, split="train"):
    """A story as a reply, sometimes with questions about it."""
    _, hero, animal, text = story(rng, split)
    q = (
        rng.choice(ASK)
        if rng.random() < 0.5
        else mend_articles(rng.choice(ASK_ABOUT).format(h=hero, a=animal))
    )
    turns = [(q, text)]
    if rng.random() < 0.3:
        turns.append(
            (
                rng.choice(["Who is the story about?", "What is the name of the hero?"]),
                f"The story is about {hero}.",
            )
        )
    if rng.random() < 0.2:
        turns.append(
            (
                rng.choice(["Thank you!", "That was nice.", "Good story!"]),
                rng.choice(["You are welcome!", "I am glad that you liked it."]),
            )
        )
    return turns
