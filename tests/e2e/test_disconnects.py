"""Clients that hang up at any moment leak nothing: no request, page, descriptor, thread.

HADAL_DISCONNECT_SECONDS lengthens the test, for a run by hand (for example 60).
"""

import json
import os
import random
import socket
import struct
import threading
import time

import pytest

from hadal_server import HF_FIXTURES, SLOWNESS, ticks

SECONDS = float(os.environ.get("HADAL_DISCONNECT_SECONDS", "4"))
STREAMS = 64
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@pytest.fixture(params=["null", "model"])
def server(request, start, text_model):
    if request.param == "null":
        return start("--device", "null", "--model-path", text_model)
    return start("--model-path", HF_FIXTURES / "v3-yarn", "--skip-tokenizer-init")


def request_bytes(draw):
    fields = {
        "prompt": [draw.randrange(3, 128) for _ in range(draw.choice([1, 60, 300]))],
        "max_tokens": draw.choice([5, 50, 150]),
        "n": draw.choice([1, 1, 1, 4]),
        "stream": draw.random() < 0.9,
        "ignore_eos": True,
        "logprobs": draw.choice([None, 3]),
    }
    body = json.dumps(fields).encode()
    return b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (
        len(body),
        body,
    )


def visit(server, draw):
    """One client: sends a request, reads for a while or not at all, and closes or resets the connection."""
    with server.connection() as peer:
        sent = request_bytes(draw)
        if draw.random() < 0.1:
            sent = sent[: draw.randrange(len(sent))]
        peer.sendall(sent)
        peer.settimeout(0.1)
        if draw.random() < 0.3:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        leave = time.monotonic() + draw.choice([0, 0.005, 0.05, 0.3])
        try:
            while time.monotonic() < leave and peer.recv(4096):
                pass
        except TimeoutError:
            pass


def storm(server, seconds):
    """The number of visits, and the first fault of a client, if any."""
    end = time.monotonic() + seconds
    visits = [0] * STREAMS
    faults = []

    def client(number):
        draw = random.Random(number)
        try:
            while time.monotonic() < end:
                visit(server, draw)
                visits[number] += 1
        except OSError as fault:
            faults.append(fault)

    clients = [threading.Thread(target=client, args=[i], daemon=True) for i in range(STREAMS)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join(seconds + 30)
    return sum(visits), faults


def at_rest(server):
    """Descriptors and threads once nothing runs; the client's own connections are closed first."""
    server.await_metric("hadal_requests_running", 0, seconds=20 * SLOWNESS)
    server.await_metric("hadal_requests_waiting", 0)
    server.await_metric("hadal_kv_pages_used", 0)
    server.client.close()
    server.renew_client()
    counts = None
    for _ in ticks(3, 0.2):
        previous, counts = counts, (server.descriptors(), server.threads())
        if counts == previous:
            break
    return counts


def test_a_storm_of_disconnects_leaves_nothing_behind(server):
    storm(server, 0.5)
    before = at_rest(server)
    visits, faults = storm(server, SECONDS)
    assert faults == []
    assert visits > STREAMS
    assert at_rest(server) == before
    assert server.metrics()["hadal_kv_pages_cached"] <= server.metrics()["hadal_kv_pages_total"]
    answer = server.complete(prompt=[5, 6, 7], max_tokens=20, ignore_eos=True)
    assert answer["usage"]["completion_tokens"] == 20
    assert server.stop() == 0
