"""The default model must get the prompts that it was trained on.

Conversations in the forms of the training text are rendered by scripts/default_model/encode.py and
by the chat encoders (the chat_tool of build/cpu-asan, or $HADAL_CHAT_TOOL): equal to the byte.
"""

import json
import os
import pathlib
import random
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[3]
TRAINING = ROOT / "scripts" / "default_model"
ENCODINGS = ["deepseek-v3.1", "deepseek-v3", "deepseek-r1", "deepseek-v3.2"]
WORDS = ["hi", "Wörld", "\n", "", "<｜User｜>", "<think>", '{"a": 1}', "中文", " x ", "`", "🙂"]


def words(rng):
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 6)))


def value(rng, depth=0):
    kind = rng.randrange(8 if depth < 2 else 6)
    if kind == 0:
        return rng.randint(-(10 ** rng.randint(1, 25)), 10 ** rng.randint(1, 25))
    if kind == 1:
        return rng.choice([1.0, -0.0, 1e5, 1e16, 1e-5, 0.1, 5e-324, rng.uniform(-1, 1) * 10.0 ** rng.randint(-20, 25)])
    if kind < 4:
        return words(rng)
    if kind < 6:
        return rng.choice([None, True, False])
    if kind == 6:
        return [value(rng, depth + 1) for _ in range(rng.randint(0, 3))]
    return {f"k{i}é": value(rng, depth + 1) for i in range(rng.randint(0, 3))}


def arguments(rng):
    return json.dumps({f"p{i}": value(rng) for i in range(rng.randint(0, 3))}, ensure_ascii=rng.random() < 0.3)


def calls(rng):
    return [{"id": f"call_{i}", "type": "function", "function": {"name": f"f{i}", "arguments": arguments(rng)}}
            for i in range(rng.randint(1, 3))]


def tool(rng, i):
    return {"type": "function", "function": {"name": f"f{i}", "description": words(rng),
                                             "parameters": {"type": "object", "properties": {"p0": value(rng)}}}}


def conversation(rng, encoding):
    messages = [{"role": "system", "content": words(rng)}] if rng.random() < 0.6 else []
    for _ in range(rng.randint(1, 3)):
        messages.append({"role": "user", "content": words(rng)})
        for _ in range(rng.choice([0, 0, 1, 2])):
            made = calls(rng)
            messages.append({"role": "assistant", "content": rng.choice(["", words(rng)]), "reasoning_content": "hm",
                             "tool_calls": made})
            messages += [{"role": "tool", "tool_call_id": c["id"], "content": words(rng)} for c in made]
        messages.append({"role": "assistant", "content": words(rng), "reasoning_content": words(rng)})
    tools = [tool(rng, i) for i in range(rng.randint(1, 3))] if rng.random() < 0.5 else []
    # Cut where an answer is due: after a question or after all results of a round of calls.
    ends = [i for i, m in enumerate(messages)
            if m["role"] == "user" or (m["role"] == "tool" and messages[i + 1]["role"] != "tool")]
    messages = messages[: rng.choice(ends) + 1]
    return {"encoding": encoding, "messages": messages, "tools": tools,
            "chat_template_kwargs": {"thinking": rng.random() < 0.5}}


def rendered(conversations):
    tool_path = os.environ.get("HADAL_CHAT_TOOL", str(ROOT / "build/cpu-asan/tests/model/chat/chat_tool"))
    lines = [
        json.dumps({"encoding": c["encoding"], "messages": c["messages"], "tools": [json.dumps(t) for t in c["tools"]],
                    "thinking": c["chat_template_kwargs"]["thinking"]})
        for c in conversations
    ]
    done = subprocess.run([tool_path], input="\n".join(lines).encode(), stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.decode().split("\n")[:-1]]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_prompts_are_the_text_that_training_renders(encoding):
    sys.path.insert(0, str(TRAINING))
    try:
        import encode
    finally:
        sys.path.pop(0)
    rng = random.Random(1)
    conversations = [conversation(rng, encoding) for _ in range(500)]
    answers = rendered(conversations)
    assert len(answers) == len(conversations)
    for given, answer in zip(conversations, answers):
        assert answer.get("text") == encode.text_of(encode.render(given)), json.dumps(given, ensure_ascii=False)
