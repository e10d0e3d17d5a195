"""The training mixture: documents as weighted text pieces, drawn so that every part gets its share of tokens."""

import re

import encode
import markup as m
from banks import words
from gen import (
    arith,
    chat,
    facts,
    logic,
    memory,
    renamed,
    stories,
    structured,
    toolchat,
    wordproblems,
)
from gen.pieces import pick

ARITH = {**arith.TASKS, **{k: v * 1.3 for k, v in wordproblems.TASKS.items()}}

# Shares of tokens. Parts that need the corpus give theirs to the others when there is none.
SHARES = {
    "arith": 26,
    "logic": 11,
    "tools": 23,
    "chat": 11,
    "facts": 8,
    "memory": 6,
    "structured": 3,
    "stories": 7,
    "gsm8k": 1.4,
    "orders": 1.0,
    "intents": 1.4,
    "small_stories": 1.6,
    "tales": 0.6,
}
LONG_SHARES = dict(SHARES, needle=14)  # for the phase of long rows
NEEDS_CORPUS = {"gsm8k", "orders", "intents", "small_stories", "tales"}


def _message(role, content, **more):
    return {"role": role, "content": content, **more}


def _system(rng, chance):
    return [_message("system", rng.choice(words.SYSTEM_TEXTS))] if rng.random() < chance else []


def turns_conversation(rng, turns, think=None, encoding=None, system=0.2):
    """Plain turns; `think` is the reasoning of the last turn or None."""
    if encoding is None:
        encoding = pick(
            rng,
            {"deepseek-v3.1": 90, "deepseek-r1": 4, "deepseek-v3.2": 3}
            if think is not None
            else {"deepseek-v3.1": 87, "deepseek-v3": 9, "deepseek-v3.2": 2},
        )
    messages = _system(rng, system)
    for q, a in turns:
        messages += [_message("user", q), _message("assistant", a)]
    if think is not None:
        messages[-1]["reasoning_content"] = think
    return {
        "encoding": encoding,
        "messages": messages,
        "tools": None,
        "chat_template_kwargs": {"thinking": think is not None},
    }


def cut_thinking(rng, item):
    """(reasoning cut at a random place, the answer that then follows)."""
    places = [x.start() for x in re.finditer(r"(?<!^)(?: ?\w+|[^\w\s])", item.think)]
    at = rng.choice(places) if places else len(item.think)
    part = item.think[:at]
    known = re.search(r"(?<!\w)" + re.escape(item.gold) + r"(?!\w)", part) is not None
    if known:
        return part, item.answer
    return part, f"I did not finish, but my best guess is {item.guess or item.gold}."


def item_conversation(rng, items, think_share, cut_share=0.12, system=0.2):
    """Questions of one kind as a conversation; only the last turn can carry reasoning."""
    turns = [(x.question, x.answer) for x in items]
    think = None
    if rng.random() < think_share:
        think = items[-1].think
        if rng.random() < cut_share:
            think, answer = cut_thinking(rng, items[-1])
            turns[-1] = (items[-1].question, answer)
    return turns_conversation(rng, turns, think, system=system)


def _several(rng, tasks):
    fn = pick(rng, tasks)
    items = [fn(rng)]
    for _ in range(rng.choice([0, 0, 0, 0, 1, 2])):
        items.append((fn if rng.random() < 0.5 else pick(rng, tasks))(rng))
    return items


class Mixture:
    """`shares` overrides the shares of some parts."""

    def __init__(self, rng, corpus=None, long_rows=False, shares=None):
        self.rng, self.corpus = rng, corpus
        self.shares = {
            k: v
            for k, v in ((LONG_SHARES if long_rows else SHARES) | (shares or {})).items()
            if corpus or k not in NEEDS_CORPUS
        }
        self.sizes = {
            k: [1.0, 1.0] for k in self.shares
        }  # characters and documents drawn, for the mean size
        if corpus:
            self.intent_schemas, self.order_schemas = (
                corpus.intent_schemas(),
                corpus.order_schemas(),
            )

    # --- parts: each returns a conversation, or a string of plain text ---

    def arith(self):
        return item_conversation(self.rng, _several(self.rng, ARITH), 0.86)

    def logic(self):
        return item_conversation(self.rng, _several(self.rng, logic.TASKS), 0.86)

    def tools(self):
        return toolchat.conversation(self.rng)

    def chat(self):
        turns = chat.dialogue(self.rng)
        think = chat.think_of(self.rng, turns[-1][0]) if self.rng.random() < 0.35 else None
        return turns_conversation(self.rng, turns, think)

    def facts(self):
        rng = self.rng
        items = [
            facts.fact(rng) if rng.random() < 0.72 else facts.passage(rng)
            for _ in range(rng.choice([1, 2, 3, 4]))
        ]
        return item_conversation(rng, items, 0.4)

    def memory(self):
        rng = self.rng
        if rng.random() < 0.7:
            turns, gold = memory.recall(rng)
        else:
            turns, gold = memory.follow_up(rng), None
        think = (
            rng.choice(["I look back in the chat. ", "The user told me this. "]) + turns[-1][1]
            if gold and rng.random() < 0.3
            else None
        )
        return turns_conversation(rng, turns, think)

    def needle(self):
        turns, _ = memory.needle(self.rng)
        return turns_conversation(self.rng, turns, None, encoding="deepseek-v3.1")

    def structured(self):
        return item_conversation(
            self.rng, [pick(self.rng, structured.TASKS)(self.rng)], 0.3, cut_share=0
        )

    def stories(self):
        if self.rng.random() < 0.3:
            return m.BOS + stories.story(self.rng)[3] + m.EOS
        turns = stories.as_turns(self.rng)
        think = chat.think_of(self.rng, turns[-1][0]) if self.rng.random() < 0.15 else None
        return turns_conversation(self.rng, turns, think)

    def gsm8k(self):
        return item_conversation(
            self.rng, [self.rng.choice(self.corpus.gsm8k)], 1.0, cut_share=0.05
        )

    def small_stories(self):
        text = self.corpus.small_story(self.rng)
        if self.rng.random() < 0.5:
            return m.BOS + text + m.EOS
        return turns_conversation(self.rng, [(self.rng.choice(stories.ASK), text)], None)

    def tales(self):
        return m.BOS + self.corpus.tale(self.rng) + m.EOS

    def intents(self):
        name, text, arguments = self.corpus.intent_tool(self.rng)
        others = self.rng.sample(
            [k for k in self.intent_schemas if k != name], self.rng.choice([0, 1, 2])
        )
        tools = [self.intent_schemas[k] for k in others + [name]]
        if self.rng.random() < 0.5:
            name = renamed.other_name(self.rng, name)
            tools[-1] = {"type": "function", "function": tools[-1]["function"] | {"name": name}}
        call = {
            "id": "call_0",
            "type": "function",
            "function": {"name": name, "arguments": encode.dumps(arguments)},
        }
        self.rng.shuffle(tools)
        return {
            "encoding": pick(self.rng, toolchat.ENCODINGS),
            "tools": tools,
            "chat_template_kwargs": {"thinking": False},
            "messages": _system(self.rng, 0.3)
            + [_message("user", text), _message("assistant", "", tool_calls=[call])],
        }

    def orders(self):
        messages = None
        while messages is None:
            messages = self.corpus.order_dialogue(self.rng)
        used = {c["function"]["name"] for x in messages for c in x.get("tool_calls", [])}
        tools = [self.order_schemas[k] for k in used if k in self.order_schemas]
        self.rng.shuffle(tools)
        return {
            "encoding": "deepseek-v3.1",
            "messages": messages,
            "tools": tools or None,
            "chat_template_kwargs": {"thinking": False},
        }

    # --- drawing ---

    def draw(self):
        """(part, conversation or text, pieces)."""
        weights = {k: s / (self.sizes[k][0] / self.sizes[k][1]) for k, s in self.shares.items()}
        part = pick(self.rng, weights)
        value = getattr(self, part)()
        pieces = [(value, encode.WEIGHT_ANSWER)] if isinstance(value, str) else encode.render(value)
        size = self.sizes[part]
        size[0] += sum(len(t) for t, _ in pieces)
        size[1] += 1
        return part, value, pieces
