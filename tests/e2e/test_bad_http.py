"""Faults below the JSON of a request: methods, paths, sizes, framing. Each has its exact answer,
and after each the server still serves."""

import json

import pytest

from hadal_server import (
    CHAT,
    DETOKENIZE,
    TEXT,
    TOKENIZE,
    error_of,
    parse_head,
    read_answer,
    read_one_answer,
)

pytestmark = pytest.mark.usefixtures("still_serves")


@pytest.mark.parametrize(
    "method,path,allow",
    [
        ("GET", CHAT, "POST"),
        ("GET", TEXT, "POST"),
        ("PUT", TEXT, "POST"),
        ("PATCH", TOKENIZE, "POST"),
        ("DELETE", "/v1/models", "GET, HEAD"),
        ("POST", "/v1/models", "GET, HEAD"),
        ("POST", "/v1/models/small-text", "GET, HEAD"),
        ("POST", "/health", "GET, HEAD"),
        ("POST", "/health/ready", "GET, HEAD"),
        ("POST", "/version", "GET, HEAD"),
        ("POST", "/metrics", "GET, HEAD"),
        ("GET", DETOKENIZE, "POST"),
        ("TRACE", TEXT, "POST"),
        ("QUERY", TEXT, "POST"),
        ("GET", "/generate", "POST"),
        ("POST", "/get_server_info", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_405_with_allow(null_server, method, path, allow):
    answer = null_server.client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allow
    error = error_of(answer)
    assert (error["param"], error["code"]) == (None, "method_not_allowed")


@pytest.mark.parametrize(
    "method,path",
    [
        ("GET", "/"),
        ("GET", "/v1"),
        ("POST", "/v1/chat"),
        ("POST", "/v1/chat/completions/"),
        ("POST", "/V1/completions"),
        ("POST", "/v1//completions"),
        ("GET", "/v1/../v1/models"),
        ("GET", "/healthy"),
        ("GET", "/v1/models/nobody"),
    ],
)
def test_an_unknown_path_is_404(null_server, method, path):
    with null_server.connection() as peer:
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
        peer.sendall(head.encode())
        status, _, body = read_one_answer(peer)
    assert status == 404
    expected = "model_not_found" if "models/" in path and ".." not in path else "not_found"
    assert json.loads(body)["error"]["code"] == expected


def test_a_body_of_two_mebibytes_is_413_before_it_is_read(null_server):
    with null_server.connection() as peer:
        peer.sendall(b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 2097152\r\n\r\n")
        status, headers, body = read_one_answer(peer)
        assert status == 413
        assert headers["connection"] == "close"
        error = json.loads(body)["error"]
        assert error["code"] == "body_too_large"
        assert "1048576" in error["message"]


def test_a_whole_body_of_two_mebibytes_is_413_for_an_ordinary_client(null_server):
    answer = null_server.client.post(TEXT, content=b'"' + b"a" * (2 << 20) + b'"')
    assert answer.status_code == 413
    assert error_of(answer)["code"] == "body_too_large"


def test_a_body_of_one_mebibyte_is_read(null_server):
    body = BODY[:-1] + b', "x": "' + b"a" * ((1 << 20) - 40) + b'"}'
    assert (1 << 20) - 8 < len(body) <= 1 << 20
    assert null_server.client.post(TEXT, content=body).status_code == 200


POST_HEAD = b"POST /v1/completions HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST_HEAD + b"Transfer-Encoding: chunked\r\n"
BODY = b'{"prompt":[5],"max_tokens":1}'

# (bytes, status, code): ambiguous requests. Each is answered, then the connection is closed.
NOT_HTTP = {
    "garbage": (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400, "bad_protocol"),
    "words": (b"hello there\r\n\r\n", 400, "bad_protocol"),
    "HTTP/0.9": (b"GET /health\r\n\r\n", 400, "bad_protocol"),
    "HTTP/3.0": (b"GET /health HTTP/3.0\r\nHost: x\r\n\r\n", 505, "version_not_supported"),
    "no host": (b"GET /health HTTP/1.1\r\n\r\n", 400, "bad_protocol"),
    "two hosts": (b"GET /health HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, "bad_protocol"),
    "bare line feeds": (b"GET /health HTTP/1.1\nHost: x\n\n", 400, "bad_protocol"),
    "folded header": (
        b"GET /health HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
        400,
        "bad_protocol",
    ),
    "space before the colon": (
        b"GET /health HTTP/1.1\r\nHost : x\r\n\r\n",
        400,
        "bad_protocol",
    ),
    "zero byte in a header": (
        b"GET /health HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n",
        400,
        "bad_protocol",
    ),
    "header without a colon": (
        b"GET /health HTTP/1.1\r\nHost: x\r\nabc\r\n\r\n",
        400,
        "bad_protocol",
    ),
    "101 header fields": (
        b"GET /health HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 100 + b"\r\n",
        431,
        "headers_too_large",
    ),
    "100,000 header fields": (
        b"GET /health HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 100_000,
        431,
        "headers_too_large",
    ),
    "a header of 20 KB": (
        b"GET /health HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 20_000 + b"\r\n\r\n",
        431,
        "headers_too_large",
    ),
    "a header without end": (
        b"GET /health HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 1_000_000,
        431,
        "headers_too_large",
    ),
    "a path of 20 KB": (
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        414,
        "uri_too_long",
    ),
    "negative length": (POST_HEAD + b"Content-Length: -1\r\n\r\n", 400, "bad_protocol"),
    "length with a sign": (POST_HEAD + b"Content-Length: +5\r\n\r\n", 400, "bad_protocol"),
    "length in hexadecimal": (POST_HEAD + b"Content-Length: 0x5\r\n\r\n", 400, "bad_protocol"),
    "length beyond 64 bits": (
        POST_HEAD + b"Content-Length: 99999999999999999999\r\n\r\n",
        413,
        "body_too_large",
    ),
    "two lengths": (
        POST_HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
        400,
        "bad_protocol",
    ),
    "the same length twice": (
        POST_HEAD + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
        400,
        "bad_protocol",
    ),
    "length and chunked": (CHUNKED + b"Content-Length: 5\r\n\r\n", 400, "bad_protocol"),
    "chunked in HTTP/1.0": (
        b"POST /v1/completions HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
        "bad_protocol",
    ),
    "gzip and chunked": (
        POST_HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
        501,
        "not_supported",
    ),
    "chunked twice": (
        POST_HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        400,
        "bad_protocol",
    ),
    "chunk size that is no number": (CHUNKED + b"\r\nxyz\r\n", 400, "bad_protocol"),
    "negative chunk size": (CHUNKED + b"\r\n-5\r\n", 400, "bad_protocol"),
    "chunk size beyond 64 bits": (CHUNKED + b"\r\n" + b"f" * 17 + b"\r\n", 400, "bad_protocol"),
    "chunk size that wraps": (CHUNKED + b"\r\nffffffffffffffff\r\n", 413, "body_too_large"),
    "chunk of 2 MiB": (CHUNKED + b"\r\n200000\r\n", 413, "body_too_large"),
    "chunk longer than its size": (CHUNKED + b"\r\n3\r\nabcdef\r\n0\r\n\r\n", 400, "bad_protocol"),
    "chunk ended by a bare line feed": (CHUNKED + b"\r\n3\nabc\n0\n\n", 400, "bad_protocol"),
    "endless chunk extension": (CHUNKED + b"\r\n3;" + b"a" * 5000, 400, "bad_protocol"),
    "endless trailer": (CHUNKED + b"\r\n0\r\n" + b"A: b\r\n" * 5000, 400, "bad_protocol"),
    "length smuggled in a trailer": (
        CHUNKED + b"\r\n0\r\nContent-Length: 7\r\n\r\n",
        400,
        "bad_protocol",
    ),
    "expectation": (
        POST_HEAD + b"Content-Length: 2\r\nExpect: 200-ok\r\n\r\n",
        417,
        "expectation_failed",
    ),
}


@pytest.mark.parametrize("sent,status,code", NOT_HTTP.values(), ids=NOT_HTTP)
def test_what_is_not_http_is_answered_and_the_connection_closed(null_server, sent, status, code):
    with null_server.connection() as peer:
        peer.sendall(sent)
        received = read_answer(peer)
    head, _, body = received.partition(b"\r\n\r\n")
    found, headers = parse_head(head)
    assert found == status, received
    assert json.loads(body)["error"]["code"] == code
    assert headers["connection"] == "close"
    assert headers["content-type"] == "application/json"


# Forms of the same good request.
GOOD_HTTP = {
    "one chunk": CHUNKED + b"\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY),
    "a chunk a byte": CHUNKED
    + b"\r\n"
    + b"".join(b"1\r\n%c\r\n" % byte for byte in BODY)
    + b"0\r\n\r\n",
    "extensions and trailers": CHUNKED
    + b"\r\n%x;a=b\r\n%b\r\n000\r\nX: y\r\n\r\n" % (len(BODY), BODY),
    "no content type": POST_HEAD + b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY),
    "query": POST_HEAD.replace(b" HTTP", b"?a=b HTTP")
    + b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY),
}


@pytest.mark.parametrize("sent", GOOD_HTTP.values(), ids=GOOD_HTTP)
def test_unusual_but_good_http_is_served(null_server, sent):
    with null_server.connection() as peer:
        peer.sendall(sent)
        status, _, body = read_one_answer(peer)
    assert status == 200, body
    assert json.loads(body)["usage"]["completion_tokens"] == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"])
@pytest.mark.parametrize("version", ["1.1", "1.0"])
def test_a_wrong_method_without_a_length_is_405_too(null_server, method, version):
    with null_server.connection() as peer:
        peer.sendall(f"{method} {CHAT} HTTP/{version}\r\nHost: x\r\n\r\n".encode())
        status, headers, body = read_one_answer(peer)
    assert (status, headers["allow"]) == (405, "POST")
    assert json.loads(body)["error"]["code"] == "method_not_allowed"


@pytest.mark.parametrize("path", [CHAT, TEXT, TOKENIZE, "/generate"])
def test_a_post_without_a_length_has_an_empty_body_and_the_connection_lives(null_server, path):
    with null_server.connection() as peer:
        for _ in range(2):
            peer.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            status, headers, body = read_one_answer(peer)
            assert (status, json.loads(body)["error"]["code"]) == (400, "invalid_json")
            assert "connection" not in headers


def test_bytes_behind_a_head_without_a_length_are_the_next_request(null_server):
    with null_server.connection() as peer:
        peer.sendall(POST_HEAD + b"\r\n" + BODY + b"\r\n\r\n")
        received = read_answer(peer)
    assert received.startswith(b"HTTP/1.1 400 ")
    assert received.count(b"HTTP/1.1 ") == 2
    assert b'"bad_protocol"' in received  # what stands where a request line is due


def test_an_expectation_without_a_body_gets_its_answer_alone(null_server):
    with null_server.connection() as peer:
        peer.sendall(POST_HEAD + b"Expect: 100-continue\r\n\r\n")
        assert read_one_answer(peer)[0] == 400


def test_two_requests_in_one_packet_are_answered_in_order(null_server):
    one = POST_HEAD + b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
    with null_server.connection() as peer:
        peer.sendall(one + b"GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        received = read_answer(peer)
    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.count(b"HTTP/1.1 404 ") == 1


def test_a_slow_request_is_408(start, text_model):
    server = start("--device", "null", "--model-path", text_model, "--read-timeout", "1")
    with server.connection() as peer:
        peer.sendall(POST_HEAD + b"Content-Length: 50\r\n\r\n{")
        received = read_answer(peer)
    assert received.startswith(b"HTTP/1.1 408 ")
    assert b'"request_timeout"' in received


@pytest.mark.parametrize(
    "content_type,status",
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("text/html", 415),
        ("multipart/form-data; boundary=x", 415),
    ],
)
def test_a_body_that_says_it_is_not_json_is_415(null_server, content_type, status):
    headers = {"Content-Type": content_type}
    answer = null_server.client.post(TEXT, content=BODY, headers=headers)
    assert answer.status_code == status
