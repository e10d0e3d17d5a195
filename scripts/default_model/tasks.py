"""The held-out evaluation tasks: prompts and checks. Every check returns {measure: bool} for one completion."""

import random
from dataclasses import dataclass, field

import encode
import markup as m
import toolcheck
from gen import arith, equations, facts, logic, memory, stories, structured, toolchat, wordgames, wordproblems, yesno, chat
from gen.pieces import is_right


@dataclass
class Task:
    name: str
    prompts: list = field(default_factory=list)
    checks: list = field(default_factory=list)
    max_new: int = 400


def prompt_of(messages, tools=None, thinking=False, encoding="deepseek-v3.1"):
    c = {
        "encoding": encoding,
        "messages": messages,
        "tools": tools,
        "chat_template_kwargs": {"thinking": thinking},
    }
    return encode.text_of(encode.render(c))


def user(text):
    return [{"role": "user", "content": text}]


def answer_of(text):
    """The answer after one closed think block, or None when the form is broken."""
    if (
        text.count(m.END_THINK) != 1
        or m.THINK in text
        or not text.endswith(m.EOS)
        or m.CALLS_BEGIN in text
    ):
        return None
    answer = text.split(m.END_THINK)[1][: -len(m.EOS)]
    return answer if answer.strip() else None


def _qa_check(item, thinking):
    def check(text):
        if not thinking:
            ended = text.endswith(m.EOS)
            return {"right": ended and is_right(item, text)}
        answer = answer_of(text)
        return {
            "right": answer is not None and is_right(item, answer),
            "well_formed": answer is not None,
        }

    return check


def qa(name, draw, n, seed, thinking=True, encoding="deepseek-v3.1"):
    rng, task = random.Random(seed), Task(name)
    while len(task.prompts) < n:
        item = draw(rng)
        task.prompts.append(prompt_of(user(item.question), thinking=thinking, encoding=encoding))
        task.checks.append(_qa_check(item, thinking))
    return task


def _two_two(rng):
    return arith.product(rng, "test", (2, 2))


def _reverse(rng):
    return wordgames.reverse(rng, "test")


QUESTIONS = {
    "add2_think": (lambda r: arith.addition(r, "test", 2), True),
    "add2_plain": (lambda r: arith.addition(r, "test", 2), False),
    "add3_think": (lambda r: arith.addition(r, "test", 3), True),
    "sub3_think": (lambda r: arith.subtraction(r, "test", 3), True),
    "mul21_think": (lambda r: arith.product(r, "test", (2, 1)), True),
    "mul22_think": (_two_two, True),
    "word2_think": (lambda r: wordproblems.two_step(r, "test"), True),
    "reverse_think": (_reverse, True),
    "count_think": (lambda r: wordgames.count_letter(r, "test"), True),
    "sort5_think": (lambda r: logic.sort_numbers(r, "test", 5), True),
    "weekday_think": (lambda r: wordproblems.weekday(r, "test"), True),
    "facts": (lambda r: facts.fact(r), False),
    "passage": (lambda r: facts.passage(r, "test"), False),
    "json_only": (lambda r: structured.json_only(r, "test"), False),
    "echo": (lambda r: structured.echo(r), False),
    "add3_plain": (lambda r: arith.addition(r, "test", 3), False),
    "sub3_plain": (lambda r: arith.subtraction(r, "test", 3), False),
    "reverse_plain": (_reverse, False),
    "equation_think": (lambda r: equations.equation(r, "test"), True),
    "equation_plain": (lambda r: equations.equation(r, "test"), False),
    "yesno": (lambda r: yesno.from_facts(r), False),
}


def recall(n, seed):
    rng, task = random.Random(seed), Task("recall", max_new=60)
    for _ in range(n):
        turns, gold = memory.recall(rng, "test", fillers=4, key="name")
        task.prompts.append(_turns_prompt(turns))
        task.checks.append(lambda text, g=gold: {"right": g in text and text.endswith(m.EOS)})
    return task


def needle(n, seed, count):
    rng, task = random.Random(seed), Task("needle", max_new=60)
    while len(task.prompts) < n:
        turns, gold = memory.needle(rng, "test", tokens=3000, count=count)
        task.prompts.append(_turns_prompt(turns))
        task.checks.append(lambda text, g=gold: {"right": g in text and text.endswith(m.EOS)})
    return task


def _turns_prompt(turns):
    messages = []
    for q, a in turns:
        messages += [{"role": "user", "content": q}, {"role": "assistant", "content": a}]
    return prompt_of(messages[:-1])


def _tool_check(conversation, kind):
    expect, tools, encoding = (
        conversation["expect"],
        conversation["tools"],
        conversation["encoding"],
    )

    def check(text):
        if conversation["chat_template_kwargs"]["thinking"]:
            if text.count(m.END_THINK) != 1:
                return {"parses": False, "exact": False}
            text = text.split(m.END_THINK)[1]
        got = toolcheck.calls_of(text, encoding)
        if expect[0] == "none":
            return {"no_call": got is not None and not got[1] and bool(got[0].strip())}
        if expect[0] == "missing":
            return {"asks": got is not None and not got[1] and got[0].strip().endswith("?")}
        want = [(r.name, r.arguments) for r in expect[1]]
        parses = got is not None and bool(got[1]) and toolcheck.validates(got[1], tools)
        return {"parses": parses, "exact": parses and got[1] == want}

    return check


def tools(name, n, seed, kind, realistic=None, encoding="deepseek-v3.1", other_names=None):
    rng, task = random.Random(seed), Task(name, max_new=300)
    while len(task.prompts) < n:
        c = toolchat.conversation(
            rng,
            "test",
            kind=kind,
            realistic=realistic,
            encoding=encoding,
            turns=1,
            other_names=other_names,
        )
        if (
            c["expect"] is None
            or (c["expect"][0] == "calls") != (kind in ("single", "parallel", "chain"))
            or (kind == "missing" and c["expect"][0] != "missing")
        ):
            continue
        if encoding == "deepseek-v3.1":
            c["chat_template_kwargs"] = {"thinking": False}
        first = next(i for i, x in enumerate(c["messages"]) if x["role"] == "assistant")
        prompt = dict(c, messages=c["messages"][:first])
        task.prompts.append(encode.text_of(encode.render(prompt)))
        task.checks.append(_tool_check(c, kind))
    return task


def all_tasks(n, count, only=None):
    """Every task with n items, or those named in `only`; `count` counts tokens of a text."""
    make = {
        name: lambda i=i, name=name, d=draw, t=thinking: qa(name, d, n, 100 + i, t)
        for i, (name, (draw, thinking)) in enumerate(QUESTIONS.items())
    }
    make |= {"recall": lambda: recall(n, 200), "needle": lambda: needle(n, 201, count)}
    for i, (name, *how) in enumerate(TOOL_TASKS):
        make[name] = lambda i=i, name=name, how=how: tools(name, n, 300 + i, *how)
    return [f() for name, f in make.items() if not only or name in only]


TOOL_TASKS = [
    ("tool_real", "single", True, "deepseek-v3.1"),
    ("tool_random", "single", False, "deepseek-v3.1"),
    ("tool_parallel", "parallel", None, "deepseek-v3.1"),
    ("tool_none", "none", None, "deepseek-v3.1"),
    ("tool_missing", "missing", None, "deepseek-v3.1"),
    ("tool_v3", "single", None, "deepseek-v3"),
    ("tool_v32", "single", None, "deepseek-v3.2"),
    ("tool_renamed", "single", True, "deepseek-v3.1", True),
    ("tool_renamed_v3", "single", True, "deepseek-v3", True),
    ("tool_renamed_v32", "single", True, "deepseek-v3.2", True),
]


def free_prompts(kind, n, seed):
    """Prompts without a check: chat and stories."""
    rng, out = random.Random(seed), []
    while len(out) < n:
        if kind == "chat":
            out.append(prompt_of(user(chat.small_talk(rng)[0])))
        else:
            out.append(prompt_of(user(stories.as_turns(rng, "test")[0][0])))
    return out


def chat_scripts(n, seed):
    """User turns of n dialogues of three turns."""
    rng, out = random.Random(seed), []
    while len(out) < n:
        turns = chat.dialogue(rng)
        if len(turns) >= 3:
            out.append([q for q, _ in turns[:3]])
    return out
