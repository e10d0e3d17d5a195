"""The head of every kind of answer: no field twice, and the types that clients go by."""

import collections
import json

import httpx
import pytest
import requests

from conftest import DEFAULT_MODEL
from hadal_server import CHAT, TEXT, read_answer, stream_events

ASK = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 3, "ignore_eos": True}
BODIES = {
    "chat": (CHAT, ASK),
    "a stream of chat": (CHAT, ASK | {"stream": True}),
    "a stream of text": (TEXT, {"prompt": [5], "max_tokens": 3, "stream": True}),
    "a native stream": ("/generate", {"input_ids": [5], "stream": True, "sampling_params": {"max_new_tokens": 3}}),
    "a field that is wrong": (CHAT, ASK | {"n": 0}),
    "another model": (CHAT, ASK | {"model": "other"}),
}
OTHERS = {
    "a health": "GET /health HTTP/1.1\r\nHost: x\r\n",
    "a HEAD": "HEAD /v1/models HTTP/1.1\r\nHost: x\r\n",
    "metrics": "GET /metrics HTTP/1.1\r\nHost: x\r\n",
    "a method": "PUT /v1/models HTTP/1.1\r\nHost: x\r\n",
    "a path": "GET /nowhere HTTP/1.1\r\nHost: x\r\nX-Request-Id: mine\r\n",
    "no HTTP": "GET /health HTTP/1.1\r\n",
    "HTTP/1.0": "GET /health HTTP/1.0\r\nConnection: x, close\r\n",
}


def requests_by_kind(model):
    for kind, (path, body) in BODIES.items():
        text = json.dumps(body)
        yield kind, f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n{text}"
    for kind, head in OTHERS.items():
        yield kind, head + ("" if "Connection" in head else "Connection: close\r\n") + "\r\n"


def test_no_answer_has_a_field_twice(null_server):
    for kind, text in requests_by_kind(null_server):
        with null_server.connection() as peer:
            peer.sendall(text.encode())
            head = read_answer(peer).partition(b"\r\n\r\n")[0].decode()
        names = collections.Counter(line.partition(":")[0].lower() for line in head.split("\r\n")[1:])
        assert not {name: n for name, n in names.items() if n > 1}, (kind, head)
        assert ("cache-control" in names) == ("stream" in kind), (kind, head)


@pytest.fixture(scope="module")
def replay(start, tmp_path_factory):
    script = tmp_path_factory.mktemp("scripts") / "script.jsonl"
    script.write_text(json.dumps({"pieces": ["Grü", "ße, ", "世界", "…"]}) + "\n")
    return start("--model-path", DEFAULT_MODEL, "--device", "replay", "--replay-file", script)


def test_requests_reads_a_stream_in_utf_8(replay):
    """`requests` takes a text without a charset for Latin-1, and U+0085 for the end of a line."""
    answer = requests.post(replay.url + CHAT, json=ASK | {"stream": True, "max_tokens": 9, "ignore_eos": False}, stream=True, timeout=60)
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.encoding == "utf-8"
    lines = [line[6:] for line in answer.iter_lines(decode_unicode=True) if line]
    assert lines[-1] == "[DONE]"
    deltas = [json.loads(line)["choices"][0]["delta"].get("content") or "" for line in lines[:-1]]
    assert "".join(deltas) == "Grüße, 世界…"


@pytest.mark.parametrize("path", [CHAT, TEXT, "/generate"])
def test_every_stream_says_its_charset(null_server, path):
    body = next(b for p, b in BODIES.values() if p == path and b.get("stream"))
    with httpx.stream("POST", null_server.url + path, json=body, timeout=60) as answer:
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["cache-control"] == "no-cache"
        assert stream_events(answer.read().decode())
