"""Compares Hadal's template interpreter with Jinja2 under Hugging Face's settings, byte by byte.

Snippets of every feature, and templates of the chat formats that DeepSeek's checkpoints were trained
on over generated conversations (roles, tools, reasoning, Unicode, odd orders), are rendered by both;
where one refuses, the other must too. The native encoders must give what the templates give.

pytest runs it with the chat_tool of build/cpu-asan, or with $HADAL_CHAT_TOOL.
"""

import datetime
import functools
import itertools
import json
import os
import pathlib
import random
import re
import subprocess

import jinja2
import jinja2.ext
import jinja2.sandbox
import pytest

import template_snippets as snippets

ROOT = pathlib.Path(__file__).parents[3]
TEMPLATES = pathlib.Path(__file__).parent / "templates"
SHIPPED = ROOT / "scripts" / "chat_templates" / "tool_chat_template_deepseekv3.jinja"
BOS, EOS = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"
COUNT, SEED = 600, 20240601


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("inside"), [], [], body).set_lineno(line)

    def inside(self, caller):
        return caller()


def environment():
    env = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])

    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    class TemplateNamespace(jinja2.utils.Namespace):
        def __setitem__(self, name, value):
            if name.startswith("_"):
                raise jinja2.exceptions.SecurityError(name)
            super().__setitem__(name, value)

    env.filters["tojson"] = tojson
    env.globals["namespace"] = TemplateNamespace
    env.globals["raise_exception"] = raise_exception
    # The tool's clock stands still at the beginning of 1900.
    env.globals["strftime_now"] = datetime.datetime(1900, 1, 1).strftime
    return env


ENVIRONMENT = environment()


@functools.lru_cache
def compiled(text):
    return ENVIRONMENT.from_string(text)


def reference(line):
    """The text that Jinja2 makes, None where it refuses."""
    names = {"messages": line["messages"], "tools": line.get("tools") or None, "documents": None,
             "add_generation_prompt": line.get("add_generation_prompt", True), "bos_token": BOS, "eos_token": EOS,
             **line.get("kwargs", {})}
    try:
        return compiled(line["template"]).render(**names)
    except Exception:  # whatever Python raises is a refusal
        return None


def rendered(lines):
    tool = os.environ.get("HADAL_CHAT_TOOL", str(ROOT / "build/cpu-asan/tests/model/chat/chat_tool"))
    given = "\n".join(json.dumps(line) for line in lines) + "\n"
    done = subprocess.run([tool], input=given.encode(), stdout=subprocess.PIPE, check=True)
    answers = [json.loads(line) for line in done.stdout.decode().split("\n")[:-1]]
    assert len(answers) == len(lines)
    return answers


# ---- conversations ----------------------------------------------------------------------------------

WORDS = ["hi", "Wörld", "\n", "", "x<y & \"z\"", "{{ bos_token }}", "{% if %}", '{"a": 1}', "中文", " x ", "`", "🙂",
         "\u00a0", "e\u0301", "\\n", "'", "User:", "\t", "ＡＢ", "ﬁ", "a|b", "{# #}", "\u2028", "</div>", "[the answer goes on here 0]"]
TOKEN_WORDS = ["<｜User｜>", "<think>", "</think>", "<｜end▁of▁sentence｜>", "<｜tool▁call▁end｜>"]


def words(rng, tokens=False):
    chosen = WORDS + TOKEN_WORDS if tokens else WORDS
    return rng.choice(["", " "]).join(rng.choice(chosen) for _ in range(rng.randint(1, 6)))


def value(rng, depth=0):
    kind = rng.randrange(8 if depth < 2 else 6)
    if kind == 0:
        return rng.randint(-(10 ** rng.randint(1, 17)), 10 ** rng.randint(1, 17))
    if kind == 1:
        return rng.choice([1.0, -0.0, 1e5, 1e16, 1e-5, 0.1, rng.uniform(-1, 1) * 10.0 ** rng.randint(-20, 25)])
    if kind < 4:
        return words(rng)
    if kind < 6:
        return rng.choice([None, True, False])
    if kind == 6:
        return [value(rng, depth + 1) for _ in range(rng.randint(0, 3))]
    return {f"k{i}é": value(rng, depth + 1) for i in range(rng.randint(0, 3))}


def calls(rng):
    return [{"id": f"call_{i}", "type": "function", "function": {
        "name": f"f{i}", "arguments": json.dumps({f"p{j}": value(rng) for j in range(rng.randint(0, 3))},
                                                 ensure_ascii=rng.random() < 0.3)}}
            for i in range(rng.randint(1, 3))]


def answer(rng, tokens, reasoning=True):
    message = {"role": "assistant", "content": words(rng, tokens)}
    if reasoning and rng.random() < 0.4:
        message["reasoning_content"] = words(rng)
    return message


def orderly(rng, tokens, tools):
    messages = [{"role": "system", "content": words(rng, tokens)}] if rng.random() < 0.6 else []
    for _ in range(rng.randint(1, 4)):
        messages.append({"role": "user", "content": words(rng, tokens)})
        for _ in range(rng.choice([0, 0, 1, 2]) if tools else 0):
            made = calls(rng)
            messages.append({"role": "assistant", "content": rng.choice([None, "", words(rng, tokens)]), "tool_calls": made})
            messages += [{"role": "tool", "content": words(rng, tokens), "tool_call_id": c["id"]} for c in made]
        messages.append(answer(rng, tokens))
    if rng.random() < 0.7:
        ends = [i for i, m in enumerate(messages) if m["role"] == "user" or (
            m["role"] == "tool" and messages[i + 1]["role"] != "tool")]
        messages = messages[: rng.choice(ends) + 1]
    return messages


def disorderly(rng, tokens, tools):
    messages = []
    for _ in range(rng.randint(1, 8)):
        role = rng.choice(["system", "user", "assistant"] + (["tool", "assistant"] if tools else []))
        if role == "assistant":
            message = answer(rng, tokens)
            if tools and rng.random() < 0.4:
                message = {"role": "assistant", "content": rng.choice([None, "", words(rng, tokens)]), "tool_calls": calls(rng)}
            messages.append(message)
        else:
            messages.append({"role": role, "content": words(rng, tokens)})
    if messages[-1]["role"] == "assistant" and rng.random() < 0.3:
        messages[-1]["prefix"] = True
    return messages


def conversation(rng, template, tokens=False, tools=True, odd=0.4):
    make = disorderly if rng.random() < odd else orderly
    return {"template": template, "messages": make(rng, tokens, tools), "kwargs": {"thinking": rng.random() < 0.5},
            "add_generation_prompt": rng.random() < 0.85}


def source(name):
    return (TEMPLATES / f"{name}.jinja").read_text(encoding="utf-8")


def tool_definition(rng, i):
    function = {"name": f"f{i}"}
    if rng.random() < 0.8:
        function["description"] = words(rng, True)
    if rng.random() < 0.8:
        function["parameters"] = {"type": "object", "properties": {"p0": value(rng)}}
    return {"type": "function", "function": function}


# ---- tests ------------------------------------------------------------------------------------------


def compare_snippets(templates):
    lines = [{"template": text, "messages": snippets.MESSAGES, "tools": snippets.TOOLS, "kwargs": snippets.KWARGS}
             for text in templates]
    wrong = []
    for line, got in zip(lines, rendered(lines)):
        expected = reference(line)
        # Python shows iterators by their address and views by their kind; Hadal has lists for both.
        if expected is not None and re.search(r"<(generator|list_|function|built-in|Namespace)|dict_\w+\(|range\(", expected):
            continue
        if got.get("text") != expected:
            wrong.append((line["template"], expected, got.get("text", got.get("error"))))
    assert not wrong, "\n".join(f"{t!r}:\n  Jinja2 {e!r}\n  Hadal  {g!r}" for t, e, g in wrong)


def test_expressions_have_the_values_that_jinja2_gives():
    compare_snippets(["{{ " + e + " }}" for e in snippets.expressions()])


def test_statements_do_what_jinja2_does():
    compare_snippets(snippets.TEMPLATES)


@pytest.mark.parametrize("name", ["deepseek_v2", "deepseek_v3", "deepseek_r1", "deepseek_v3_0324", "deepseek_v3_1"])
def test_templates_render_what_jinja2_renders(name):
    rng = random.Random(SEED)
    lines = [conversation(rng, source(name), tokens=True) for _ in range(COUNT)]
    refused = 0
    for line, got in zip(lines, rendered(lines)):
        expected = reference(line)
        refused += expected is None
        assert got.get("text") == expected, json.dumps([line["messages"], got], ensure_ascii=False)
    assert refused < COUNT / 2


def in_any_order(rng, messages):
    """Each run of results in another order and perhaps without some of them; and what is meant by it."""
    sent, meant = [], []
    for is_result, run in itertools.groupby(messages, key=lambda m: m["role"] == "tool"):
        run = list(run)
        kept = [m for m in run if rng.random() < 0.8] or run[-1:]
        meant += [m if m in kept or not is_result else {**m, "content": ""} for m in run]
        sent += rng.sample(kept, len(kept)) if is_result else run
    return sent, meant


@pytest.mark.parametrize("name", ["deepseek_v3", "deepseek_r1", "deepseek_v3_0324", "deepseek_v3_1"])
def test_results_in_any_order_are_what_jinja2_renders_in_order(name):
    rng = random.Random(SEED + 3)
    sent, meant = [], []
    for _ in range(COUNT):
        line = conversation(rng, source(name), tokens=True, odd=0)
        as_sent, as_meant = in_any_order(rng, line["messages"])
        sent.append({**line, "messages": as_sent})
        meant.append({**line, "messages": as_meant})
    assert sum(a["messages"] != b["messages"] for a, b in zip(sent, meant)) > COUNT / 4
    for line, got in zip(meant, rendered(sent)):
        assert got.get("text") == reference(line), json.dumps([line["messages"], got], ensure_ascii=False)


def is_plain_turns(line):
    """User and assistant take turns, the user first, and an answer is due: the other orders, V3's own template
    writes in another way than V3-0324's, whose form the encoder has."""
    roles = [m["role"] for m in line["messages"] if m["role"] != "system"]
    turns = all(role == ("user" if i % 2 == 0 else "assistant") for i, role in enumerate(roles))
    return turns and roles and (line["add_generation_prompt"] or roles[-1] == "assistant")


@pytest.mark.parametrize("encoding, name, tools, fits", [
    ("deepseek-v2", "deepseek_v2", False, lambda line: True),
    ("deepseek-v3", "deepseek_v3", False, is_plain_turns),
    ("deepseek-v3", "deepseek_v3_0324", True, lambda line: True),
    ("deepseek-r1", "deepseek_r1", False, lambda line: True),
    ("deepseek-v3.1", "deepseek_v3_1", True, lambda line: True),
])
def test_native_encoders_write_what_the_templates_write(encoding, name, tools, fits):
    rng = random.Random(SEED + 1)
    lines = []
    while len(lines) < COUNT:
        line = conversation(rng, source(name), tools=tools)
        contentless = any(m["content"] is None and not m.get("tool_calls") for m in line["messages"])
        if fits(line) and not contentless:
            lines.append(line)
    native = [{**line, "encoding": encoding, "thinking": line["kwargs"]["thinking"]} for line in lines]
    for line in native:
        del line["template"]
    for line, by_template, by_encoder in zip(lines, rendered(lines), rendered(native)):
        expected = reference(line)
        assert expected is not None
        assert by_encoder.get("text") == expected, json.dumps([line["messages"], by_encoder], ensure_ascii=False)
        assert by_template == by_encoder


def test_the_shipped_tool_template_writes_what_the_native_encoder_writes():
    rng = random.Random(SEED + 2)
    lines = []
    for _ in range(COUNT):
        line = conversation(rng, SHIPPED.read_text(encoding="utf-8"), tokens=True)
        if rng.random() < 0.8:
            line["tools"] = [tool_definition(rng, i) for i in range(rng.randint(1, 4))]
        lines.append(line)
    native = [{k: v for k, v in line.items() if k != "template"} | {"encoding": "deepseek-v3"} for line in lines]
    for line, by_template, by_encoder in zip(lines, rendered(lines), rendered(native)):
        assert by_encoder.get("text") is not None
        assert by_template.get("text") == by_encoder["text"], json.dumps(line["messages"], ensure_ascii=False)
        assert by_template["text"] == reference(line)
        assert "".join(by_template["plain"]) == "".join(by_encoder["plain"])
