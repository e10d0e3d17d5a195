"""Realistic tools of the bank: schemas, requests with their exact arguments, results and answers."""

import json
import re
from dataclasses import dataclass
from functools import lru_cache

from banks import tools as bank
from gen import slots
from gen.pieces import fits, join_and


@dataclass
class Request:
    """One request of a user and what a perfect assistant does with it."""

    text: str
    name: str
    arguments: dict
    result: str
    answer: str


@dataclass(frozen=True)
class Param:
    name: str
    type: str
    required: bool
    slot: str
    description: str
    choices: tuple = ()
    parts: tuple = ()


@dataclass(frozen=True)
class Tool:
    name: str
    description: str
    params: tuple
    phrasings: tuple
    result: str
    answers: tuple
    missing: tuple = ()  # (parameter, phrasings, question)


def _param(text):
    name, optional, kind, slot, description = re.match(
        r"(\w+)(\??):((?:enum|object)\([^)]*\)|\w+)(?:=(\w*))?(?::(.*))?$", text.strip()
    ).groups(default="")
    inner = kind[kind.find("(") + 1 : -1]
    if kind.startswith("enum"):
        return Param(name, "string", not optional, "", description, tuple(inner.split(",")))
    if kind.startswith("object"):
        return Param(
            name,
            "object",
            not optional,
            "",
            description,
            (),
            tuple(tuple(re.split("[:=]", x)) for x in inner.split(",")),
        )
    return Param(name, kind, not optional, "taglist" if slot == "tags" else slot, description)


def _split_params(text):
    """Splits at `;`, then parses."""
    return tuple(_param(x) for x in text.split(";") if x.strip())


@lru_cache(maxsize=1)
def all_tools():
    out = []
    for line in bank.TOOLS:
        f = [x.strip() for x in re.split(r" \| ?", line + " ")]
        missing = ()
        if len(f) > 6 and f[6]:
            m = [x.strip() for x in f[6].split(" ; ")]
            missing = (m[0], tuple(x.strip() for x in m[1].split("; ")), m[2])
        out.append(
            Tool(
                f[0],
                f[1],
                _split_params(f[2]),
                tuple(x.strip() for x in f[3].split("; ")),
                f[4],
                tuple(x.strip() for x in f[5].split("; ")),
                missing,
            )
        )
    return out


def schema(tool):
    """The tool as an OpenAI-style function description."""
    properties = {}
    for p in tool.params:
        if p.type == "list":
            d = {"type": "array", "items": {"type": "string"}}
        elif p.type == "object":
            d = {
                "type": "object",
                "properties": {k: {"type": t} for k, t, _ in p.parts},
                "required": [k for k, _, _ in p.parts],
            }
        else:
            d = {"type": p.type}
        if p.choices:
            d["enum"] = list(p.choices)
        if p.description:
            d["description"] = p.description
        properties[p.name] = d
    parameters = {
        "type": "object",
        "properties": properties,
        "required": [p.name for p in tool.params if p.required],
    }
    return {
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": parameters},
    }


def shown(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return join_and(value) if isinstance(value, list) else str(value)


def _values(rng, tool, wide=False):
    """A value for every parameter, nested parts under their own names."""
    out = {}
    for p in tool.params:
        if p.choices:
            out[p.name] = rng.choice(p.choices)
        elif p.type == "object":
            out[p.name] = {k: slots.value(rng, s) for k, _, s in p.parts}
        else:
            out[p.name] = slots.value(rng, p.slot, wide)
    cities = [p.name for p in tool.params if p.slot in ("city", "city2")]
    while len(cities) == 2 and out[cities[0]] == out[cities[1]]:
        out[cities[1]] = slots.value(rng, "city")
    return out


def _fill(rng, text, values, extra, quote):
    def replace(m):
        key = m.group(1)
        if key in values and not isinstance(values[key], dict):
            v = values[key]
        else:
            nested = next(
                (d[key] for d in values.values() if isinstance(d, dict) and key in d), None
            )
            if nested is None and key not in extra:
                extra[key] = slots.value(rng, key)
            v = nested if nested is not None else extra[key]
        return json.dumps(v, ensure_ascii=False) if quote else shown(v)

    return re.sub(r"\{(\w+)\}", replace, text)


def _fixed(phrase):
    """Splits "@on=true Turn on ..." into ({"on": True}, "Turn on ...")."""
    fixed = {}
    while phrase.startswith("@"):
        head, _, phrase = phrase.partition(" ")
        key, _, v = head[1:].partition("=")
        fixed[key] = v == "true"
    return fixed, phrase


def _finish(rng, tool, phrase, values, fixed):
    """The request for a phrase whose slots are filled from `values`."""
    used = set(re.findall(r"\{(\w+)\}", phrase)) | set(fixed)
    arguments = {}
    for p in tool.params:
        nested = {k for k, _, _ in p.parts}
        if p.name in used or (nested and nested <= used):
            arguments[p.name] = values[p.name]
    extra = {}
    text = _fill(rng, phrase, values, extra, False)
    return Request(
        text,
        tool.name,
        arguments,
        _fill(rng, tool.result, values, extra, True),
        _fill(rng, rng.choice(tool.answers), values, extra, False),
    )


def request(rng, tool, split="train", wide=False):
    """A request of the split; `wide` draws from more values than the bank lists."""
    for _ in range(5000):
        fixed, phrase = _fixed(rng.choice(tool.phrasings))
        values = dict(_values(rng, tool, wide), **fixed)
        r = _finish(rng, tool, phrase, values, fixed)
        if fits(split, tool.name, json.dumps(r.arguments)) and all(
            p.name in r.arguments for p in tool.params if p.required
        ):
            if rng.random() < 0.15:
                r.text = (
                    rng.choice(["Please: ", "Hi! ", "Hello, ", "Can you help? ", "Hey, "]) + r.text
                )
            return r
    raise RuntimeError(f"no {split} request for {tool.name}")


def request_missing(rng, tool, split="train", wide=False):
    """(first text, question back, the value the user then gives, the full request)."""
    name, phrasings, question = tool.missing
    for _ in range(5000):
        fixed, phrase = _fixed(rng.choice(phrasings))
        values = dict(_values(rng, tool, wide), **fixed)
        full = _finish(rng, tool, phrase + " {" + name + "}", values, fixed)
        if fits(split, tool.name, json.dumps(full.arguments)) and all(
            p.name in full.arguments for p in tool.params if p.required
        ):
            first = _fill(rng, phrase, values, {}, False)
            return first, question, shown(values[name]), full
    raise RuntimeError(f"no {split} request for {tool.name}")
