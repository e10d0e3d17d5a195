"""CORS: pages of origins that the operator names may read every answer, no others may, and nothing is said without."""

import json

import pytest

from hadal_server import CHAT, TEXT, parse_head, read_answer, stream_events

PAGE = "https://chat.example.org"
LOCAL = "http://localhost:5173"
# What the OpenAI JavaScript client asks a browser to send.
ASKED = "authorization,content-type,x-stainless-arch,x-stainless-lang,x-stainless-retry-count"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": ASKED}
ALLOW = "access-control-allow-origin"
BODY = {"prompt": [5], "max_tokens": 2, "ignore_eos": True}


@pytest.fixture(scope="module")
def server(start, text_model):
    """With a key, so that nothing but preflights passes without it."""
    return start(
        *("--device", "null", "--model-path", text_model, "--api-key", "k", "--max-connections", 4),
        *("--cors-allow-origin", PAGE, "--cors-allow-origin", LOCAL),
    )


@pytest.fixture(scope="module")
def open_server(start, text_model):
    return start("--device", "null", "--model-path", text_model, HADAL_CORS_ALLOW_ORIGIN="*")


def preflight(server, path=CHAT, origin=PAGE, **more):
    return server.client.options(path, headers={"Origin": origin, **PREFLIGHT, **more})


@pytest.mark.parametrize("path", [CHAT, TEXT, "/v1/models", "/generate", "/health", "/nowhere"])
def test_a_preflight_needs_no_key_and_gets_what_it_asks_for(server, path):
    answer = preflight(server, path)
    assert answer.status_code == 204
    assert answer.content == b""
    assert "content-length" not in answer.headers
    assert answer.headers[ALLOW] == PAGE
    assert answer.headers["vary"] == "Origin"
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert answer.headers["access-control-allow-headers"] == ASKED
    assert int(answer.headers["access-control-max-age"]) > 0
    assert "access-control-allow-credentials" not in answer.headers


def test_a_preflight_of_another_page_is_allowed_nothing(server):
    for origin in ["https://other.example.org", "null", PAGE + ".evil.org", PAGE.upper()]:
        answer = preflight(server, origin=origin)
        assert answer.status_code == 204
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert answer.headers["vary"] == "Origin"


def test_a_private_network_is_opened_to_named_pages_only(server, open_server):
    asked = {"Access-Control-Request-Private-Network": "true"}
    name = "access-control-allow-private-network"
    assert preflight(server, **asked).headers[name] == "true"
    assert name not in preflight(open_server, **asked).headers


@pytest.mark.parametrize(
    "method,path,key,status",
    [
        ("GET", "/v1/models", "k", 200),
        ("GET", "/health", None, 200),
        ("GET", "/v1/models", None, 401),
        ("GET", "/v1/models", "wrong", 401),
        ("GET", "/nowhere", "k", 404),
        ("PUT", CHAT, "k", 405),
        ("POST", CHAT, "k", 400),
    ],
)
def test_answers_and_errors_name_the_page(server, method, path, key, status):
    headers = {"Origin": LOCAL} | ({"Authorization": f"Bearer {key}"} if key else {})
    answer = server.client.request(method, path, headers=headers)
    assert answer.status_code == status
    assert answer.headers[ALLOW] == LOCAL
    assert answer.headers["vary"] == "Origin"
    exposed = answer.headers["access-control-expose-headers"]
    assert {"X-Request-Id", "Retry-After", "X-Hadal-Truncated"} <= set(exposed.split(", "))


def test_streams_name_the_page_before_their_first_event(server):
    headers = {"Origin": PAGE, "Authorization": "Bearer k"}
    with server.client.stream("POST", TEXT, json=BODY | {"stream": True}, headers=headers) as answer:
        assert answer.headers[ALLOW] == PAGE
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert stream_events(answer.read().decode())


@pytest.mark.parametrize(
    "sent,status",
    [
        ("BREW / HTTP/1.1\r\nHost: x\r\nOrigin: {}\r\n\r\n", 501),
        ("GET / HTTP/1.1\r\nHost: x\r\nOrigin: {}\r\nA: " + "b" * 20_000 + "\r\n\r\n", 431),
        ("POST / HTTP/1.1\r\nHost: x\r\nOrigin: {}\r\nContent-Length: 9999999\r\n\r\n", 413),
    ],
)
def test_refusals_of_the_protocol_name_the_page(server, sent, status):
    with server.connection() as peer:
        peer.sendall(sent.format(PAGE).encode())
        head, _, body = read_answer(peer).partition(b"\r\n\r\n")
    found, headers = parse_head(head)
    assert (found, headers[ALLOW]) == (status, PAGE)
    assert json.loads(body)["error"]["message"]


def test_every_page_may_read_a_connection_that_is_one_too_many(start, text_model):
    server = start(
        *("--device", "null", "--model-path", text_model),
        *("--cors-allow-origin", "*", "--max-connections", 1),
    )
    with server.connection(), server.connection() as peer:
        peer.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nOrigin: null\r\n\r\n")
        status, headers = parse_head(read_answer(peer).partition(b"\r\n\r\n")[0])
    assert (status, headers[ALLOW]) == (503, "*")
    assert "Retry-After" in headers["access-control-expose-headers"]


def test_all_pages_are_allowed_alike(open_server):
    for origin in [PAGE, "null", None]:
        headers = {"Origin": origin} if origin else {}
        answer = open_server.client.post(TEXT, json=BODY, headers=headers)
        assert answer.status_code == 200
        assert answer.headers[ALLOW] == "*"
        assert "vary" not in answer.headers
    assert "every web page" in open_server.log


def test_without_the_flag_no_answer_speaks_of_pages(null_server):
    assert preflight(null_server).status_code == 405
    for answer in [preflight(null_server), null_server.client.post(TEXT, json=BODY, headers={"Origin": PAGE})]:
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert "vary" not in answer.headers
