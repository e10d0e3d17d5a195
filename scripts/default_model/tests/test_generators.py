"""Generators: right sums, hold-outs, renderings that split and tokenise the same, checks that accept perfect answers.

python tests/test_generators.py [tokenizer.json]
"""

import json
import random
import re
import sys
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import encode
import markup as m
import tasks
import toolcheck
from banks import functions
from gen import (
    agents,
    arith,
    bound,
    chat,
    code,
    columns,
    equations,
    everyday,
    facts,
    lists,
    logic,
    memory,
    polyglot,
    realtools,
    renamed,
    stories,
    structured,
    toolchat,
    verses,
    wordgames,
    wordproblems,
    yesno,
)
from gen.pieces import fits, is_right
from gen.mixture import ITEMS as PARTS
from gen.mixture import Mixture, cut_thinking, rendered

ITEMS = [fn for tasks_of_part, _ in PARTS.values() for fn in tasks_of_part]


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
            if item.plain:
                assert is_right(item, item.plain) and not any(x in item.plain for x in m.MARKUP), item
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


def test_equations():
    """The value solves the equation, and every "a op b = c" of the steps is true."""
    rng = random.Random(11)
    for _ in range(3000):
        item = equations.equation(rng, rng.choice(["train", "test"]))
        steps = r"(?<![+\-*/] )(?<!/)(-?\b\d+) ([+\-*/]) (-?\d+) = (-?\d+)(?![\d/])"
        for x, op, y, z in re.findall(steps, item.think + item.plain):
            a, b, c = int(x), int(y), int(z)
            assert {"+": a + b, "-": a - b, "*": a * b, "/": a / b}[op] == c, (item, x, op, y, z)
        v, value = item.extra["letter"], item.gold.split(" = ")[1]
        e = re.sub(rf"(?<=[\d)])(?=[{v}(])", "*", item.extra["equation"]).replace(v, "value")
        left, right = (eval(x, {"value": Fraction(value)}) for x in e.split("="))
        assert left == right, item


def test_word_games():
    rng = random.Random(12)
    for _ in range(2000):
        item = wordgames.reverse(rng)
        w = re.search(r"letters of (\w+) are", item.think).group(1)
        assert item.gold == w[::-1] and w in item.question.lower() and item.gold in item.plain
        item = wordgames.count_letter(rng)
        w, c = re.search(r"go through (\w+) and count (\w):", item.think).groups()
        assert item.guess == str(w.count(c)), item


def test_code():
    """Every Python function of the bank does what its tests say, under any name that is asked for; snippets run."""
    import contextlib
    import io

    rng = random.Random(13)
    for entry in functions.PYTHON:
        for e in [entry] + [code._renamed(rng, entry) for _ in range(4)]:
            for f in entry[0].split() + ["zorb"]:
                names = {}
                exec(code.python_code(e, f), names)
                with contextlib.redirect_stdout(io.StringIO()):
                    assert eval(entry[4].format(f=f), names), (entry, f)
    for _, text in functions.SNIPPETS:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(text, {})
    for _ in range(500):
        item = code.python_function(rng)
        assert compile(code.code_of(item.answer), "answer", "exec"), item


def test_lists():
    rng = random.Random(14)
    for _ in range(1500):
        item = rng.choice([lists.as_json, lists.objects])(rng)
        value = json.loads(item.answer)
        if item.kind == "listjson":
            members = value if isinstance(value, list) else next(iter(value.values()))
            shown = next(w for w in item.think.split() if w in lists.NUMBERS or w.isdigit())
            assert len(members) == (lists.NUMBERS.get(shown) or int(shown)), item


def test_verses():
    """What is asked for is in the text, and haikus have three lines of about 5, 7 and 5 syllables."""
    rng = random.Random(15)
    for _ in range(1500):
        q, text, _ = rng.choice([verses.haiku, verses.story, verses.poem])(rng)
        assert "{" not in text and text[0].isupper(), text
        if "aiku" in q.lower():
            lines = text.split("\n")
            assert len(lines) == 3, text
            assert abs(verses.syllables(lines[1]) - 7) <= 1 and abs(verses.syllables(lines[2]) - 5) <= 2, text
        topic = re.search(r"about (.*?)[.,?!]*$", q.lower().split(" please")[0])
        if topic and "haiku" in q:
            last = re.findall(r"\w+", topic.group(1))
            assert not last or any(w in text.lower() for w in last), (q, text)


def test_bound_answers():
    """Answers are JSON that fits; with the tool's result there nobody calls it again; what is forced covers the answer."""
    rng = random.Random(16)
    for _ in range(1500):
        c = bound.conversation(rng)
        last = c["messages"][-1]
        if not last.get("tool_calls") and last["content"][:1] in "[{":
            json.loads(last["content"])
        if "forced" in c:
            text, spans = rendered(c)[-1]
            assert sum(n for n, _ in spans) == len(text) and text.endswith(m.EOS), (text, spans)
            assert "".join(t for t, _ in c["forced"]) == last["content"]


def test_agents():
    rng = random.Random(17)
    for _ in range(1500):
        c = agents.conversation(rng)
        for x in c["messages"]:
            calls = [(k["function"]["name"], json.loads(k["function"]["arguments"])) for k in x.get("tool_calls", [])]
            assert toolcheck.validates(calls, c["tools"]), (calls, c["tools"])
        names = [t["function"]["name"] for t in c["tools"]]
        assert len(set(names)) == len(names), names
        polyglot.turns(rng), yesno.from_bank(rng), everyday.rhyme(rng)


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
    # What no answer may hold is never a target.
    never = {m.BOS, m.PAD, m.USER, m.ASSISTANT, m.THINK, m.OUTPUTS_BEGIN, m.OUTPUT_BEGIN, *m.PLACEHOLDERS}
    mixture = Mixture(random.Random(6), None, True)
    drawn = [mixture.draw() for _ in range(1500)]
    for (part, value, pieces), (ids, weights) in zip(
        drawn, tokenise(tok, [p for _, _, p in drawn])
    ):
        whole = encode.text_of(pieces)
        assert tok.encode(whole, add_special_tokens=False).ids == ids, (part, whole)
        assert tok.decode(ids, skip_special_tokens=False) == whole
        assert len(ids) == len(weights) and ids[0] == 0 and ids[-1] == 1 and max(weights) == 5
        assert not any(w and tok.id_to_token(i) in never for i, w in zip(ids, weights)), whole
        if m.END_THINK in whole and not isinstance(value, str) and not value["chat_template_kwargs"]["thinking"]:
            close = tok.token_to_id(m.END_THINK)
            assert not any(w for i, w in zip(ids, weights) if i == close), whole


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
