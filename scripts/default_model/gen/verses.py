"""Haikus, small poems and stories about whatever is asked for: the asked words are copied into the lines."""

import re
from functools import lru_cache

from banks import words
from gen import stories
from gen.lexicon import made_up
from gen.noise import typed
from gen.pieces import blocks, capital, fits, mend_articles

TOPICS = """the sea|the ocean|the moon|the sun|the rain|rain|snow|the snow|autumn|winter|spring|summer|love|friendship|coffee|tea|the night
the morning|the stars|cats|dogs|birds|mountains|the mountains|cherry blossoms|the forest|trees|flowers|the wind|music|time|silence|sleep
dreams|computers|programming|software|robots|the city|school|books|the weekend|Monday|my cat|my dog|a dog|a cat|a frog|a river|the river
the desert|pizza|bread|chocolate|honey|clouds|thunder|a storm|fog|ice|fire|water|the beach|hope|peace|courage|home|family|my mother
a train|trains|bicycles|space|the universe|Mars|a dragon|dragons|pirates|a pirate|a knight|a princess|a wizard|the future|the past|Python
honesty|trust|happiness|kindness|colors|football|chess|cooking|dancing|Paris|Tokyo|London|Berlin|penguins|whales|a whale|butterflies
a butterfly|an owl|owls|foxes|a lonely robot|a brave mouse|a little star|an old tree|two friends|the deep sea|deep water|a lighthouse
a garden|spiders|ants|bees|horses|a horse|a unicorn|unicorns|ghosts|a ghost|a monster|a giant|a king|a queen|an astronaut|a detective
the internet|a server|a language model|artificial intelligence|numbers|mathematics|a door|a key|a lost key|a red balloon""".replace(
    "\n", "|"
).split("|")
PEOPLE = """dragon pirate knight princess wizard robot king queen giant ghost monster unicorn witch fairy baker farmer sailor teacher
astronaut detective painter clown mermaid elf dinosaur wolf whale elephant shark eagle snake crocodile deer donkey spider squirrel
dolphin giraffe zebra kangaroo octopus seahorse camel""".split()

# Lines by the syllables of the word; five, seven and five in all.
FIRST = {
    1: "The {n} in the dawn|I think of the {n}|Here beside the {n}|Morning and the {n}|Quiet {n} at dawn|Old {n} in the light|Look at the small {n}",
    2: "The {n} at dawn|Beside the {n}|Alone with {n}|Soft light, the {n}|Thinking of {n}|Quiet, the {n}",
    3: "Oh, the {n}|Near the {n}|{N} at dawn|Quiet {n}|See the {n}|Just {n} now",
    4: "The {n}|Oh {n}|Dear {n}",
    5: "{N}",
}
SECOND = """A soft wind moves through the light|Slowly the day finds its way|Small and bright under the sky|Silence falls over the town
We listen and say nothing|Every hour has its own song|The world holds its breath a while|A gentle song in my heart
Clouds drift by without a sound|The first light touches it all|Nothing is as still as this|It asks for nothing at all
Time stops and looks back at us|Far away a bell is heard|The grass is wet with new rain|Shadows dance along the wall""".replace(
    "\n", "|"
).split("|")
THIRD = """And I am at peace|Then the night is here|The heart is quiet|A new day begins|How little we need|The stars say goodnight|And the world is new
I smile and walk on|Spring will come again|Home is never far|Soft as falling snow|All of it is now""".replace("\n", "|").split("|")
THIRD_WITH = {
    1: "Only the {n} now|Goodnight, little {n}",
    2: "Only {n} now|Goodnight, my {n}",
    3: "Only {n}|Goodnight, {n}",
}


def syllables(text):
    """A good guess for English words."""
    total = 0
    for w in re.findall(r"[a-z]+", text.lower()):
        n = len(re.findall(r"[aeiouy]+", w))
        if w.endswith("e") and not w.endswith(("le", "ee", "ie")) and n > 1:
            n -= 1
        total += max(n, 1)
    return total


@lru_cache(maxsize=1)
def about():
    out = {}
    for name, lines in blocks("about.txt"):
        out[name] = [[v.strip() for v in line.split(" / ")] for line in lines]
    return out


def a_thing(rng, split="train"):
    """A countable noun of the split, sometimes with an adjective in front."""
    while True:
        x = rng.random()
        w = (
            rng.choice(words.NOUNS) if x < 0.5 else rng.choice(words.ANIMALS) if x < 0.66 else rng.choice(PEOPLE) if x < 0.92 else made_up(rng, 4, 7)
        )
        if rng.random() < 0.2:
            w = f"{rng.choice(words.ADJECTIVES)} {w}"
        if fits(split, "thing", w):
            return w


def a_topic(rng, split="train"):
    """What a text is to be about, as the request says it."""
    x = rng.random()
    if x < 0.45:
        return rng.choice(TOPICS)
    if x < 0.6:
        return "the " + a_thing(rng, split)
    if x < 0.78:
        return mend_articles("a " + a_thing(rng, split))
    if x < 0.85:
        return rng.choice(["my ", "your ", ""]) + a_thing(rng, split)
    if x < 0.92:
        return rng.choice(words.HOBBIES + words.FOODS + words.COLORS)
    return rng.choice(words.CITIES + words.NAMES)


def _bare_names(text, n):
    """Names and cities take no article."""
    return re.sub(rf"\b(?:[Tt]he|[Aa]n?|[Oo]h,? the) (?={re.escape(n)}\b)", "", text) if n[:1].isupper() else text


def core(topic):
    """The topic without its article."""
    return re.sub(r"^(?:the|a|an|my|your) ", "", topic)


ASK_HAIKU = """Write a haiku about {t}.|Write me a haiku about {t}.|A haiku about {t}, please.|Can you write a haiku about {t}?|Haiku about {t}
Compose a haiku about {t}.|I want a haiku about {t}.|Give me a haiku about {t}.|Please write a haiku on {t}.|Make a haiku about {t}.
Create a haiku about {t}.|Write a short haiku about {t}.|Tell me a haiku about {t}.|Could you write a haiku about {t}?|haiku: {t}""".replace(
    "\n", "|"
).split("|")


def haiku(rng, split="train"):
    topic = a_topic(rng, split)
    n = core(topic)
    k = min(syllables(n), 5)
    first = rng.choice(FIRST[k].split("|")).format(n=n, N=capital(n))
    last = rng.choice(THIRD_WITH[k].split("|")).format(n=n) if k in THIRD_WITH and rng.random() < 0.3 else rng.choice(THIRD)
    text = _bare_names(f"{first},\n{rng.choice(SECOND)}.\n{last}.", n)
    think = rng.choice(
        [f"A haiku has three lines with 5, 7 and 5 syllables. It is about {n}.", f"The haiku is about {n}. I write three short lines: 5, 7, 5."]
    )
    return typed(rng, rng.choice(ASK_HAIKU).format(t=topic)), text, think


ASK_POEM = """Write a poem about {t}.|Write a short poem about {t}.|Can you write a poem about {t}?|A poem about {t}, please.|Make a rhyme about {t}.
Give me a poem about {t}.|Write four lines about {t}.|Write a little poem about {t}.|poem about {t}""".replace("\n", "|").split("|")


def poem(rng, split="train"):
    topic = a_topic(rng, split)
    n = core(topic)
    text = mend_articles("\n".join(capital(x) for x in rng.choice(about()["poem"])).format(n=n))
    text = _bare_names(text, n)
    return typed(rng, rng.choice(ASK_POEM).format(t=topic)), text, f"The poem is about {n}. I write four lines that rhyme."


ASK_STORY = """Tell me a story about {t}.|Write a story about {t}.|Tell me a short story about {t}.|Write a short story about {t}.
Can you tell me a story about {t}?|I want to hear a story about {t}.|Please write a story about {t}.|A story about {t}, please.
Make up a story about {t}.|Give me a short story about {t}.|Tell a story about {t}.|story about {t}|Write me a bedtime story about {t}.
Could you write a small story about {t}?|Tell me a bedtime story about {t}.|Write a tale about {t}.|Write a very short story about {t}.
Write a children's story about {t}.|Invent a story about {t}.""".replace("\n", "|").split("|")


def _told(rng, kind, **own):
    v = stories.values(rng) | own
    lines = about()[kind]
    short = rng.random()
    if short < 0.35:  # leave some of the middle out
        keep = sorted(rng.sample(range(1, len(lines) - 1), max(3, len(lines) - 5)))
        lines = [lines[0], *(lines[i] for i in keep), lines[-1]]
    sentences = (capital(rng.choice(x).format(**v)) for x in lines)
    return mend_articles(" ".join(sentences)), v


def story(rng, split="train"):
    x = rng.random()
    if x < 0.42:
        n = a_thing(rng, split)
        text, v = _told(rng, rng.choice(["thing", "found"]), n=n)
        topic = mend_articles(f"a {n}")
        if rng.random() < 0.2:
            topic += rng.choice([f" and {v['hero']}", f" and a {v['kid']} named {v['hero']}"])
        elif rng.random() < 0.1:
            topic = "the " + n
    elif x < 0.58:
        n, m = a_thing(rng, split), a_thing(rng, split)
        if n == m:
            return story(rng, split)
        text, _ = _told(rng, "pair", n=n, m=m)
        topic = mend_articles(f"a {n} and a {m}")
    elif x < 0.78:
        topic = a_topic(rng, split)
        text, _ = _told(rng, "topic", t=topic)
    else:
        n, name = a_thing(rng, split), rng.choice(words.NAMES)
        text, _ = _told(rng, rng.choice(["thing", "found"]), n=n)
        first = mend_articles(f"This is the story of a {n} named {name}. ")
        topic, text = mend_articles(f"a {n} {rng.choice(['named', 'called'])} {name}"), first + text
    think = f"The user wants a story about {topic}. I begin with {topic} and let it end well."
    return typed(rng, rng.choice(ASK_STORY).format(t=topic)), text, think


FOLLOW = [
    ("Thank you!", "You are welcome!"),
    ("Nice!", "I am glad that you like it."),
    ("thanks, I like it", "I am glad that you like it."),
]


def turns(rng, split="train"):
    """(turns, reasoning of the first turn): one or two texts, sometimes thanks."""
    x = rng.random()
    make = haiku if x < 0.4 else story if x < 0.88 else poem
    q, text, think = make(rng, split)
    out = [(q, text)]
    if rng.random() < 0.12:
        out.append(rng.choice(FOLLOW))
    elif rng.random() < 0.1:
        q2, text2, think = make(rng, split)
        out.append((q2, text2))
    return out, think if len(out) == 1 or out[-1][1] not in [a for _, a in FOLLOW] else None
