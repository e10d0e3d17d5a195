"""Generators: right sums, hold-outs, renderings that split and tokenise the same, checks that accept perfect answers.

python tests/test_generators.py [tokenizer.json]
"""

import json
import random
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import encode
import markup as m
import tasks
import toolcheck
from gen import (
    arith,
    chat,
    columns,
    facts,
    logic,
    memory,
    realtools,
    renamed,
    stories,
    structured,
    toolchat,
    wordproblems,
)
from gen.pieces import fits, is_right
from gen.mixture import Mixture, cut_thinking

ITEMS = [
    *arith.TASKS,
    *wordproblems.TASKS,
    *logic.TASKS,
    *structured.TASKS,
    facts.fact,
    facts.passage,
]


def test_items():
    rng = random.Random(1)
    for fn in ITEMS:
        for _ in range(300):
            item = fn(rng)
            assert is_right(item, item.answer), (fn.__name__, item)
            assert not any(x in item.question + item.think + item.answer for x in m.MARKUP), item
            assert (
                item.question.strip() == item.question
                and item.think.strip() == item.think
                and item.think
            ), item
            part, answer = cut_thinking(rng, item)
            assert item.think.startswith(part) and answer.strip()


def test_columns():
    """Every "a op b = c" that the column texts state is true."""
    rng = random.Random(2)
    for _ in range(3000):
        a, b = rng.randrange(10 ** rng.randrange(1, 5)), rng.randrange(10 ** rng.randrange(1, 5))
        a, b = max(a, b), min(a, b)
        texts = [
            columns.add(a, b),
            columns.subtract(a, b),
            columns.multiply(a % 100, b % 100),
            columns.divide(a * (b % 8 + 2), b % 8 + 2),
        ]
        for text in texts:
            for x, op, y, z in re.findall(r"(?<![+\-x/] )\b(\d+) ([+\-x]) (\d+) = (\d+)", text):
                assert {"+": int(x) + int(y), "-": int(x) - int(y), "x": int(x) * int(y)}[
                    op
                ] == int(z), text
        assert texts[0].rstrip(".").endswith(str(a + b)) and texts[1].rstrip(".").endswith(
            str(a - b)
        )


def test_hold_out():
    rng = random.Random(3)
    for _ in range(2000):
        item = arith.addition(rng, "train", 2)
        x, y = map(int, re.findall(r"\d+", item.question)[:2])
        assert fits("train", "add", x, y) or fits("train", "add", y, x)
    held = sum(not fits("train", "x", k) for k in range(20000)) / 20000
    assert 0.015 < held < 0.025


def test_facts_are_unique():
    seen = {}
    for group, _, _, a, b in facts.table():
        assert seen.setdefault((group, a), b) == b, (group, a)
    print(
        len(seen),
        "facts,",
        len(chat.intents()),
        "intents,",
        len(realtools.all_tools()),
        "tools,",
        len(stories.skeletons()),
        "story skeletons",
    )


def test_tools():
    rng = random.Random(4)
    seen = set()
    for _ in range(1500):
        c = toolchat.conversation(rng, rng.choice(["train", "test"]))
        prompt, text, completion = encode.split_prompt(c)
        json.dumps(prompt["messages"]), json.dumps(prompt["tools"])
        for x in c["messages"]:
            if x.get("tool_calls"):
                calls = [
                    (k["function"]["name"], json.loads(k["function"]["arguments"]))
                    for k in x["tool_calls"]
                ]
                assert toolcheck.validates(calls, c["tools"]), calls
        first = next(i for i, x in enumerate(c["messages"]) if x["role"] == "assistant")
        head = dict(c, messages=c["messages"][: first + 1])
        if (
            c["encoding"] == "deepseek-v3.1"
            and c["chat_template_kwargs"]["thinking"]
            and first + 1 < len(c["messages"])
        ):
            continue
        kind = c["expect"][0]
        got = tasks._tool_check(c, kind)(encode.split_prompt(head)[2])
        assert all(got.values()), (got, c["encoding"], encode.split_prompt(head)[2])
        seen.add((c["encoding"], kind))
    assert len(seen) == 9, seen


def test_renamed_tools():
    """Calls follow the schema alone, and names of the test are never trained on, however they are written."""
    assert set(renamed.names()) == {t.name for t in realtools.all_tools()}
    rng = random.Random(8)
    seen = {"train": set(), "test": set()}
    forms = set()
    for split in ("train", "test"):
        for _ in range(600):
            v = renamed.variant(rng, split)
            f = v.schema["function"]
            seen[split].add(re.sub(r"[^a-z0-9]", "", v.name.lower()))
            forms.add(("described", "description" in f))
            forms.add(("told keys", all(k == x for k, x in v.keys.items())))
            assert len(set(v.keys.values())) == len(v.keys) == len(f["parameters"]["properties"])
            r = renamed.request(rng, v)
            assert r.name == f["name"]
            assert toolcheck.validates([(r.name, r.arguments)], [v.schema]), (r, v.schema)
    assert len(forms) == 4 and not seen["train"] & seen["test"]
    assert renamed.name_fits("test", ["query", "weather"])
    task = tasks.tools("tool_renamed", 40, 1, "single", True, other_names=True)
    bank = {t.name for t in realtools.all_tools()}
    offered = [set(re.findall(r"^### (\S+)", p, re.M)) for p in task.prompts]
    assert all(offered) and not any(x & bank for x in offered)


def test_tasks_accept_perfect_answers():
    rng = random.Random(5)
    for name, (draw, thinking) in tasks.QUESTIONS.items():
        for _ in range(100):
            item = draw(rng)
            text = (item.think + m.END_THINK if thinking else "") + item.answer + m.EOS
            assert all(tasks._qa_check(item, thinking)(text).values()), (name, text)
    turns, gold = memory.recall(rng, "test", fillers=4, key="name")
    assert gold in turns[-1][1]
    turns, gold = memory.needle(rng, "test", tokens=500)
    assert gold in turns[-1][1]


def test_documents(tokenizer_file):
    """Tokenising piece by piece gives the ids of the whole string, and ids turn back into the text."""
    from tokenizers import Tokenizer

    from data import tokenise

    tok = Tokenizer.from_file(str(tokenizer_file))
    mixture = Mixture(random.Random(6), None, True)
    drawn = [mixture.draw() for _ in range(1500)]
    for (part, value, pieces), (ids, weights) in zip(
        drawn, tokenise(tok, [p for _, _, p in drawn])
    ):
        whole = encode.text_of(pieces)
        assert tok.encode(whole, add_special_tokens=False).ids == ids, (part, whole)
        assert tok.decode(ids, skip_special_tokens=False) == whole
        assert len(ids) == len(weights) and ids[0] == 0 and ids[-1] == 1 and max(weights) == 5


def main():
    files = [Path(x) for x in sys.argv[1:]]
    for name, fn in list(globals().items()):
        if name.startswith("test_") and name != "test_documents":
            fn()
            print("ok", name)
    for f in files:
        test_documents(f)
        print("ok test_documents")


if __name__ == "__main__":
    main()
