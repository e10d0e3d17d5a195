"""The training mixture: documents as weighted text pieces, drawn so that every part gets its share of tokens."""

import re

import encode
import markup as m
from gen import (
    agents,
    arith,
    bound,
    chat,
    code,
    equations,
    everyday,
    facts,
    lists,
    logic,
    memory,
    polyglot,
    renamed,
    stories,
    structured,
    systems,
    toolchat,
    verses,
    wordgames,
    wordproblems,
    yesno,
)
from gen.pieces import pick

ARITH = {**arith.TASKS, **{k: v * 1.3 for k, v in wordproblems.TASKS.items()}}
FACTS = {facts.fact: 72, facts.passage: 28}

# Shares of tokens. Parts that need the corpus give theirs to the others when there is none.
SHARES = {
    "arith": 15,
    "equations": 6,
    "wordgames": 8,
    "logic": 4.5,
    "tools": 20,
    "agents": 5,
    "bound": 5.5,
    "chat": 7,
    "polyglot": 4,
    "facts": 6.5,
    "yesno": 2.5,
    "lists": 3.5,
    "memory": 4.5,
    "structured": 2.2,
    "stories": 3.5,
    "verses": 6,
    "code": 3.5,
    "everyday": 2.5,
    "mixed": 4,
    "gsm8k": 1.2,
    "orders": 0.8,
    "intents": 1.2,
    "small_stories": 1.4,
    "tales": 0.3,
}
LONG_SHARES = dict(SHARES, needle=14)  # for the phase of long rows
NEEDS_CORPUS = {"gsm8k", "orders", "intents", "small_stories", "tales"}
# Kinds of items: tasks, share with thinking.
ITEMS = {
    "arith": (ARITH, 0.72),
    "equations": (equations.TASKS, 0.55),
    "wordgames": (wordgames.TASKS, 0.6),
    "logic": (logic.TASKS, 0.8),
    "facts": (FACTS, 0.35),
    "yesno": (yesno.TASKS, 0.35),
    "lists": (lists.TASKS, 0.3),
    "structured": (structured.TASKS, 0.3),
    "code": (code.TASKS, 0.3),
    "everyday": (everyday.TASKS, 0.35),
}
# After cut reasoning these are answered as always: there is no number or word to guess.
NO_GUESS = {"code", "toolarge", "listjson", "listtext", "oneof", "object", "json", "echo", "edit"}


def _message(role, content, **more):
    return {"role": role, "content": content, **more}


def turns_conversation(rng, turns, think=None, encoding=None, system=0.45):
    """Plain turns; `think` is the reasoning of the last turn or None."""
    if encoding is None:
        encoding = pick(
            rng,
            {"deepseek-v3.1": 90, "deepseek-r1": 4, "deepseek-v3.2": 3}
            if think is not None
            else {"deepseek-v3.1": 87, "deepseek-v3": 9, "deepseek-v3.2": 2},
        )
    messages = systems.messages(rng, system)
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
    if known or not item.gold or item.kind in NO_GUESS:
        return part, item.answer
    return part, f"I did not finish, but my best guess is {item.guess or item.gold}."


def item_conversation(rng, items, think_share, cut_share=0.12, system=0.45):
    """Questions as a conversation; only the last turn can carry reasoning, the others show their steps."""
    turns = [(x.question, x.plain or x.answer) for x in items]
    think = None
    if rng.random() < think_share:
        turns[-1] = (items[-1].question, items[-1].answer)
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


def rendered(conversation):
    """The pieces of a conversation; what a grammar forces in its last answer carries no loss."""
    pieces = encode.render(conversation)
    if "forced" in conversation:
        text, weight = pieces[-1]
        spans = [(len(t), 0.0 if f else weight) for t, f in conversation["forced"]]
        before = text.index(conversation["forced"][0][0])
        pieces[-1] = (text, [(before, weight), *spans, (len(m.EOS), weight)])
    return pieces


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

    def items(self, part):
        tasks, thinking = ITEMS[part]
        return item_conversation(self.rng, _several(self.rng, tasks), thinking)

    def mixed(self):
        """Turns of any kind, one after the other."""
        rng, turns, item = self.rng, [], None
        for _ in range(rng.choice([2, 2, 3, 3, 4, 5])):
            if rng.random() < 0.3:
                turns.append(chat.small_talk(rng))
                item = None
            else:
                item = pick(rng, ITEMS[rng.choice(list(ITEMS))][0])(rng)
                turns.append((item.question, item.plain or item.answer))
        think = None
        if item and rng.random() < 0.35:
            turns[-1], think = (item.question, item.answer), item.think
        return turns_conversation(rng, turns, think)

    def agents(self):
        return agents.conversation(self.rng)

    def bound(self):
        return bound.conversation(self.rng)

    def polyglot(self):
        turns, think = polyglot.turns(self.rng)
        return turns_conversation(self.rng, turns, think if self.rng.random() < 0.25 else None)

    def verses(self):
        turns, think = verses.turns(self.rng)
        return turns_conversation(self.rng, turns, think if self.rng.random() < 0.25 else None)

    def tools(self):
        return toolchat.conversation(self.rng)

    def chat(self):
        turns = chat.dialogue(self.rng)
        think = chat.think_of(self.rng, turns[-1][0]) if self.rng.random() < 0.35 else None
        return turns_conversation(self.rng, turns, think)

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
            "messages": systems.messages(self.rng, 0.5)
            + [_message("user", text), _message("assistant", "", tool_calls=[call])],
        }

    def orders(self):
        while True:
            messages = self.corpus.order_dialogue(self.rng)
            if messages is None:
                continue
            used = {c["function"]["name"] for x in messages for c in x.get("tool_calls", [])}
            if used <= set(self.order_schemas):  # calls are of tools that are offered
                break
        tools = [self.order_schemas[k] for k in sorted(used)]
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
        value = self.items(part) if part in ITEMS else getattr(self, part)()
        pieces = [(value, encode.WEIGHT_ANSWER)] if isinstance(value, str) else rendered(value)
        size = self.sizes[part]
        size[0] += sum(len(t) for t, _ in pieces)
        size[1] += 1
        return part, value, pieces
