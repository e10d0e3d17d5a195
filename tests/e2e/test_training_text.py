"""The default model gets the tokens that it was trained on: the result of /tokenize for a conversation
equals that of the training code, for every chat encoding that both have."""

import random
import sys

import pytest
from tokenizers import Tokenizer

from hadal_server import ROOT, TOKENIZE

sys.path.insert(0, str(ROOT / "scripts/default_model"))

import encode  # noqa: E402
from gen import arith, toolchat  # noqa: E402
from gen.mixture import turns_conversation  # noqa: E402

MODEL = ROOT / "model/default"
EACH = 40  # conversations with tools and without, for each encoding


def drawn(encoding):
    """EACH conversations with tools and EACH without."""
    draw = random.Random(7)
    with_tools, plain = [], []
    if encoding != "deepseek-r1":  # never trained with tools
        with_tools = [toolchat.conversation(draw, encoding=encoding) for _ in range(EACH)]
    kinds = list(arith.TASKS)
    for _ in range(EACH):
        items = [draw.choice(kinds)(draw) for _ in range(draw.randrange(1, 4))]
        turns = [(item.question, item.answer) for item in items]
        think = items[-1].think if encoding == "deepseek-r1" or draw.random() < 0.5 else None
        if encoding == "deepseek-v3":
            think = None
        plain.append(turns_conversation(draw, turns, think, encoding))
    return with_tools + plain


@pytest.mark.parametrize("encoding", sorted(encode.RENDERERS))
def test_a_chat_becomes_the_tokens_that_the_model_was_trained_on(start, encoding):
    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    server = start("--device", "null", "--model-path", MODEL, "--chat-encoding", encoding)
    for conversation in drawn(encoding):
        prompt, text, _ = encode.split_prompt(conversation)
        fields = {
            "messages": prompt["messages"],
            "tools": prompt["tools"],
            "chat_template_kwargs": prompt["chat_template_kwargs"],
            "add_generation_prompt": True,
        }
        answer = server.post(TOKENIZE, fields)
        assert answer.status_code == 200, answer.text
        expected = tokenizer.encode(text, add_special_tokens=False).ids
        assert answer.json()["tokens"] == expected, text
    assert server.stop() == 0
