"""SIGTERM lets running answers end and refuses new ones; a second SIGTERM stops at once."""

import json
import signal
import threading
import time

import httpx
import pytest

from hadal_server import SLOWNESS, read_answer, read_one_answer, stream_events, ticks

# The tokens of one stream: seconds of work for the scalar backend, and far below the context.
TOKENS = 800 // SLOWNESS


@pytest.fixture
def slow_server(start, text_model):
    """A server whose answers take a while: random weights on the scalar backend."""

    def start_slow(*more):
        return start(
            "--model-path",
            text_model,
            "--load-format",
            "dummy",
            "--cpu-isa",
            "scalar",
            "--random-seed",
            1,
            *more,
        )

    return start_slow


class Stream(threading.Thread):
    """One streamed completion, read to its end in a thread; `begun` is set with its first bytes."""

    def __init__(self, server, max_tokens=TOKENS):
        super().__init__(daemon=True)
        self.server = server
        self.max_tokens = max_tokens
        self.begun = threading.Event()
        self.text = ""
        self.fault = None
        self.start()
        assert self.begun.wait(30 * SLOWNESS)

    def run(self):
        fields = {
            "prompt": "The",
            "max_tokens": self.max_tokens,
            "ignore_eos": True,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        url = self.server.url + "/v1/completions"
        try:
            with httpx.stream("POST", url, json=fields, timeout=60 * SLOWNESS) as answer:
                assert answer.status_code == 200
                for piece in answer.iter_text():
                    self.text += piece
                    self.begun.set()
        except httpx.HTTPError as fault:
            self.fault = fault


def ask(server, path="/v1/completions", body=b'{"prompt":[5]}', method="POST"):
    """One request on a connection of its own."""
    with server.connection() as peer:
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        peer.sendall(head.encode() + body)
        return read_one_answer(peer)


def test_streams_that_run_finish_and_new_requests_are_refused(slow_server):
    server = slow_server()
    streams = [Stream(server) for _ in range(3)]
    server.terminate()
    time.sleep(0.2)
    status, headers, body = ask(server)
    assert status == 503
    assert json.loads(body)["error"]["code"] == "draining"
    assert int(headers["retry-after"]) >= 1
    status, _, _ = ask(server, "/health/ready", b"", "GET")
    assert status == 503
    status, _, _ = ask(server, "/health/live", b"", "GET")
    assert status == 200
    assert all(stream.is_alive() for stream in streams), "the streams ended too early to show it"
    for stream in streams:
        stream.join(60 * SLOWNESS)
        assert stream.fault is None
        events = stream_events(stream.text)
        assert events[-1]["usage"]["completion_tokens"] == TOKENS
        assert events[-2]["choices"][0]["finish_reason"] == "length"
    assert server.await_exit() == 0


def test_an_idle_server_ends_at_once(start, text_model):
    server = start("--device", "null", "--model-path", text_model)
    server.complete(prompt=[5], max_tokens=1)
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 5


def test_a_second_signal_ends_the_server_without_waiting(slow_server):
    server = slow_server()
    stream = Stream(server, 4000)
    server.terminate()
    time.sleep(0.3)
    assert server.process.poll() is None
    server.terminate()
    began = time.monotonic()
    server.await_exit(10)
    assert time.monotonic() - began < 5
    stream.join(10)
    assert "[DONE]" not in stream.text


def test_what_outlasts_the_drain_timeout_ends_with_an_error_event(slow_server):
    server = slow_server("--drain-timeout", "1")
    stream = Stream(server, 4000)
    began = time.monotonic()
    server.terminate()
    server.await_exit(20)
    assert 0.9 < time.monotonic() - began < 10
    stream.join(10)
    assert "[DONE]" not in stream.text
    lines = [line for line in stream.text.split("\n") if line]
    assert json.loads(lines[-1].removeprefix("data: "))["error"]["message"]


def test_a_signal_while_a_half_sent_request_waits_still_ends_the_server(start, text_model):
    server = start("--device", "null", "--model-path", text_model)
    with server.connection() as peer:
        peer.sendall(b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        server.terminate()
        assert server.await_exit(20) == 0
        read_answer(peer)


def test_a_hang_up_signal_is_said_and_ignored(start, text_model):
    server = start("--device", "null", "--model-path", text_model)
    for times in (1, 2):
        server.process.send_signal(signal.SIGHUP)
        for _ in ticks(10 * SLOWNESS):
            if server.log.count("ignores SIGHUP") == times:
                break
        assert server.log.count("ignores SIGHUP") == times
        assert server.complete(prompt=[5], max_tokens=1, ignore_eos=True)
    assert server.stop() == 0
