"""Realistic tools under other names, descriptions and parameters: only the schema tells how to call them."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from banks import toolnames as bank
from banks import words
from gen import realtools
from gen.lexicon import made_up
from gen.pieces import fits, pick

# Held out besides what the hash holds out: the name that users of other servers try first.
HELD_OUT_NAMES = {"query_weather"}
STYLES = {"snake": 72, "camel": 16, "pascal": 6, "kebab": 6}


@dataclass(frozen=True)
class Names:
    verbs: tuple
    nouns: tuple
    descriptions: tuple
    phrasings: tuple


@dataclass
class Variant:
    """A tool of the bank that is offered under `schema`; `keys` maps its parameters to the offered ones."""

    tool: realtools.Tool
    name: str
    keys: dict
    schema: dict

    @property
    def missing(self):
        return self.tool.missing


@lru_cache(maxsize=1)
def names():
    out = {}
    for line in bank.VARIANTS:
        tool, verbs, nouns, descriptions, phrasings = (x.strip() for x in line.split(" | "))
        out[tool] = Names(
            tuple(verbs.split()),
            tuple(nouns.split()),
            tuple(descriptions.split("; ")),
            tuple(phrasings.split("; ")),
        )
    return out


def styled(parts, style):
    if style == "snake":
        return "_".join(parts)
    if style == "kebab":
        return "-".join(parts)
    joined = "".join(p.capitalize() for p in parts)
    return joined if style == "pascal" else joined[:1].lower() + joined[1:]


def name_fits(split, parts):
    """Whether a name belongs to the split, however it is written; the bank's own names are trained on."""
    snake = "_".join(parts)
    held = snake in HELD_OUT_NAMES or (snake not in names() and fits("test", "tool", snake))
    return held == (split == "test")


def _told_name(rng, tool):
    """The words of a name that says what the tool does."""
    n = names()[tool]
    verb, noun = rng.choice(n.verbs), rng.choice(n.nouns)
    form = rng.random()
    if form < 0.68:
        text = f"{verb}_{noun}"
    elif form < 0.76:
        text = noun
    elif form < 0.84:
        text = f"{noun}_{verb}"
    elif form < 0.94:
        text = f"{verb}_{noun}_{rng.choice(bank.SUFFIXES)}"
    else:
        text = f"{rng.choice(words.NOUNS)}_{verb}_{noun}"
    return text.split("_")


def _blank_name(rng):
    """The words of a name that says nothing."""
    if rng.random() < 0.25:
        return [rng.choice(["tool", "fn", "function", "action", "api"]), str(rng.randrange(1, 100))]
    if rng.random() < 0.5:
        return [made_up(rng, 2, 7) for _ in range(rng.choice([1, 2, 2, 3]))]
    return rng.sample(words.NOUNS, rng.choice([1, 2, 2, 3]))


def other_name(rng, name):
    """Another name for any function: the verb exchanged, something added, another style."""
    parts = name.split("_")
    x = rng.random()
    if x < 0.6:
        parts = [rng.choice(words.VERBS + ["query", "fetch", "lookup", "request"])] + parts[1:]
    elif x < 0.8:
        parts = parts + [rng.choice(bank.SUFFIXES)]
    else:
        parts = [rng.choice(words.NOUNS)] + parts
    return styled(parts, pick(rng, STYLES))


def _described(rng, tool, told):
    """A description of the tool, or None where its name suffices."""
    if told and rng.random() < 0.2:
        return None
    text = rng.choice((tool.description,) + names()[tool.name].descriptions * 2)
    x = rng.random()
    if x < 0.3:
        return text.rstrip(".") + "."
    if x < 0.75:
        return text.rstrip(".")
    if x < 0.85:
        return text[:1].lower() + text[1:]
    return f"Use this tool when the user needs it: {text.rstrip('.').lower()}."


def _parameter_description(rng, p, blank):
    if not blank and rng.random() < 0.25:
        return None
    more = bank.DESCRIPTIONS.get(p.name, "")
    text = rng.choice([p.description] + (more.split(";") if more else []))
    x = rng.random()
    if x < 0.55 or not text:
        return text or None
    if x < 0.75:
        return text + "."
    if x < 0.9:
        return f"The {text[:1].lower()}{text[1:]}"
    return text.lower()


def _keys(rng, tool, style):
    """Other names of the parameters, all different; now and then names that say nothing."""
    blank = rng.random() < 0.06 and len(tool.params) < 4
    form, out = rng.choice(["arg{}", "p{}", "param_{}"]), {}
    for i, p in enumerate(tool.params):
        if blank:
            out[p.name] = form.format(i + 1)
            continue
        for _ in range(20):
            key = (
                p.name
                if rng.random() < 0.25
                else rng.choice(bank.PARAMETERS.get(p.name, p.name).split())
            )
            key = styled(key.split("_"), "camel") if style in ("camel", "pascal") else key
            if key not in out.values():
                break
        else:
            key = f"{p.name}_{i}"
        out[p.name] = key
    return out, blank


def _without_options(rng, tool):
    """The tool without optional parameters that its texts do not need."""
    texts = " ".join((tool.result,) + tool.answers + (tool.missing[1] if tool.missing else ()))
    drop = {
        p.name
        for p in tool.params
        if not p.required and "{" + p.name + "}" not in texts and rng.random() < 0.5
    }
    phrasings = tuple(
        x for x in tool.phrasings if not drop & set(re.findall(r"\{(\w+)\}", x))
    )
    if not drop or not phrasings:
        return tool
    return replace(
        tool, params=tuple(p for p in tool.params if p.name not in drop), phrasings=phrasings
    )


def _schema(rng, tool, name, keys, blank, told):
    """The schema in one of the usual spellings."""
    plain = realtools.schema(tool)["function"]["parameters"]
    properties = {}
    for p in tool.params:
        d = {k: v for k, v in plain["properties"][p.name].items() if k != "description"}
        text = _parameter_description(rng, p, blank)
        if text:
            d = {"description": text, **d} if rng.random() < 0.2 else {**d, "description": text}
        properties[keys[p.name]] = d
    parameters = {"type": "object", "properties": properties}
    required = [keys[p.name] for p in tool.params if p.required]
    if rng.random() < 0.9:
        parameters["required"] = required
    if rng.random() < 0.1:
        parameters["additionalProperties"] = False
    function = {"name": name}
    text = _described(rng, tool, told)
    if text:
        function["description"] = text
    return {"type": "function", "function": {**function, "parameters": parameters}}


def variant(rng, split="train", tool=None):
    """A tool under a name of the split; in training one in five names says nothing."""
    while True:
        chosen = tool or rng.choice(realtools.all_tools())
        told = split == "test" or rng.random() < 0.8
        parts = _told_name(rng, chosen.name) if told else _blank_name(rng)
        if name_fits(split, parts):
            break
    more = names()[chosen.name].phrasings
    chosen = _without_options(rng, replace(chosen, phrasings=chosen.phrasings + more))
    style = pick(rng, STYLES)
    keys, blank = _keys(rng, chosen, style)
    name = styled(parts, style)
    return Variant(chosen, name, keys, _schema(rng, chosen, name, keys, blank, told))


def variants(rng, split, count):
    """Different tools under different names."""
    out = []
    while len(out) < count:
        v = variant(rng, split)
        if all(v.tool.name != x.tool.name and v.name != x.name for x in out):
            out.append(v)
    return out


def _relabel(v, r):
    return replace(
        r, name=v.name, arguments={v.keys[k]: value for k, value in r.arguments.items()}
    )


def request(rng, v, split="train"):
    return _relabel(v, realtools.request(rng, v.tool, split, wide=True))


def request_missing(rng, v, split="train"):
    first, question, value, full = realtools.request_missing(rng, v.tool, split, wide=True)
    return first, question, value, _relabel(v, full)
