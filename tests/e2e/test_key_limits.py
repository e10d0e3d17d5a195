"""Limits of a key: 429 for this key, no effect on others."""

import concurrent.futures
import json

import pytest

from hadal_server import CHAT, TEXT, TOKENIZE, error_of

LINES = [
    {"match": "slow", "pieces": ["x"], "end": "none", "delay_ms": 60_000},
    {"pieces": ["y"], "end": "none"},
]
KEYS = [
    {"key": "two-at-once", "name": "two", "max_concurrency": 2},
    {"key": "frugal", "name": "frugal", "tokens_per_minute": 120},
    {"key": "free", "name": "free"},
]


@pytest.fixture(scope="module")
def server(start, text_model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    (folder / "script.jsonl").write_text("\n".join(map(json.dumps, LINES)))
    (folder / "keys.jsonl").write_text("\n".join(map(json.dumps, KEYS)))
    return start(
        *("--device", "replay", "--replay-file", folder / "script.jsonl"),
        *("--model-path", text_model, "--api-key-file", folder / "keys.jsonl"),
        *("--io-threads", "3", "--drain-timeout", "0.2"),
    )


def send(server, key, path, body):
    return server.client.post(path, json=body, headers={"Authorization": f"Bearer {key}"})


def say(server, key, content, **fields):
    body = {"messages": [{"role": "user", "content": content}], "max_tokens": 4, **fields}
    return send(server, key, CHAT, body)


def hang(server, key):
    """A connection with a request whose answer takes an hour."""
    body = json.dumps({"messages": [{"role": "user", "content": "slow"}]}).encode()
    head = f"POST {CHAT} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
    peer = server.connection()
    socket = peer.__enter__()
    socket.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    return peer


def count_running(server, expected):
    for _ in range(500):
        text = send_metrics(server)
        if f"hadal_requests_running {expected}" in text:
            return
    raise AssertionError(text)


def send_metrics(server):
    return server.client.get("/metrics", headers={"Authorization": "Bearer free"}).text


def test_requests_over_the_keys_concurrency_are_429_on_every_io_thread(server):
    peers = [hang(server, "two-at-once") for _ in range(2)]
    count_running(server, 2)
    for _ in range(6):
        server.renew_client()  # connections go round the io threads
        refused = say(server, "two-at-once", "hello")
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "1"
        error = error_of(refused)
        assert error["code"] == "key_limit"
        assert error["type"] == "rate_limit_error"
        assert say(server, "free", "hello").status_code == 200
    assert send(server, "two-at-once", TOKENIZE, {"prompt": "x"}).status_code == 429
    peers[0].__exit__(None, None, None)
    count_running(server, 1)
    for _ in range(5):
        assert say(server, "two-at-once", "hello").status_code == 200
    peers[1].__exit__(None, None, None)
    count_running(server, 0)


def test_an_answer_gives_its_place_back_before_it_is_read(server):
    def talk(_):
        return [say(server, "two-at-once", "hello", stream=i % 2 == 0).status_code for i in range(40)]

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        codes = [code for codes in pool.map(talk, range(2)) for code in codes]
    assert codes == [200] * 80


def test_refused_requests_leave_no_place_taken(server):
    for _ in range(5):
        assert say(server, "two-at-once", "hello", temperature="hot").status_code == 400
        assert say(server, "two-at-once", "hello", logit_bias={"999999999": 1}).status_code == 400
    assert say(server, "two-at-once", "hello").status_code == 200


def test_tokens_over_the_keys_minute_are_429_until_the_bucket_has_filled(server):
    body = {"prompt": "text", "max_tokens": 300}
    first = send(server, "frugal", TEXT, body)
    assert first.status_code == 200
    used = first.json()["usage"]["total_tokens"]
    assert used > 300
    refused = send(server, "frugal", TEXT, body)
    assert refused.status_code == 429
    assert error_of(refused)["code"] == "key_limit"
    wait = (used - 120 + 1) / 2  # two tokens a second
    assert wait - 5 <= int(refused.headers["retry-after"]) <= wait + 1
    assert send(server, "free", TEXT, body).status_code == 200


def test_routes_without_a_model_are_never_429(server):
    for path in ("/health", "/v1/models", "/metrics"):
        assert server.client.get(path, headers={"Authorization": "Bearer frugal"}).status_code == 200
