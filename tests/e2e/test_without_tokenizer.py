"""--skip-tokenizer-init: ids in, ids out; fields that need text are refused by name."""

import pytest

from hadal_server import HF_FIXTURES


@pytest.fixture(scope="module")
def server(start):
    return start("--model-path", HF_FIXTURES / "v3-yarn", "--skip-tokenizer-init")


def test_ids_are_answered_with_ids(server):
    answer = server.post("/v1/completions", {"prompt": [1, 2, 3], "max_tokens": 4, "ignore_eos": True})
    assert answer.status_code == 200
    assert len(answer.json()["choices"][0]["token_ids"]) == 4
    assert answer.json()["usage"]["completion_tokens"] == 4


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("/v1/completions", {"prompt": [1, 2], "stop": ["x"]}, "stop"),
        ("/v1/completions", {"prompt": [1, 2], "echo": True}, "echo"),
        ("/v1/completions", {"prompt": "text"}, "prompt"),
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": "hi"}]}, "messages"),
        ("/tokenize", {"prompt": "text"}, "prompt"),
        ("/detokenize", {"tokens": [1]}, "tokens"),
    ],
)
def test_what_needs_text_is_400(server, path, body, param):
    answer = server.post(path, body)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param


def test_nothing_waits_in_any_mailbox_at_rest(server):
    server.post("/v1/completions", {"prompt": [1, 2], "max_tokens": 2})
    depths = {k: v for k, v in server.metrics().items() if k.startswith("hadal_mailbox_depth{")}
    assert depths
    assert set(depths.values()) == {0.0}, depths
