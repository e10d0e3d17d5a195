"""The real program as a child process: starts it on a free port, waits for it, sends requests, stops it.

Nothing here is specific to a test; tests start servers through the fixtures of conftest.py.
"""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import httpx

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("HADAL_PROGRAM", ROOT / "build/cpu-release/hadal"))
# How many times slower than a release the program is: sanitizers need longer waits and less work.
SLOWNESS = int(os.environ.get("HADAL_TEST_SLOWNESS", "1"))
# The --device of servers whose test names none; empty: the program's own choice.
DEVICE = os.environ.get("HADAL_TEST_DEVICE", "")
START_SECONDS_MAX = 60 * SLOWNESS
STOP_SECONDS_MAX = 40 * SLOWNESS

CHAT = "/v1/chat/completions"
TEXT = "/v1/completions"
TOKENIZE = "/tokenize"
DETOKENIZE = "/detokenize"

HF_FIXTURES = ROOT / "tests/fixtures/hf"
CHECKPOINTS = sorted(p.parent.name for p in HF_FIXTURES.glob("*/config.json"))


class Server:
    """A running `hadal serve`: its `url` has no slash at the end, `log` is its output so far,
    `client` keeps connections to it open."""

    def __init__(self, arguments, log_path, **environment):
        self.arguments = [str(a) for a in arguments]
        if DEVICE and "--device" not in self.arguments:
            self.arguments += ["--device", DEVICE]
        self._log_path = log_path
        command = [str(PROGRAM), "serve", "--port", "0", *self.arguments]
        with open(log_path, "wb") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=clean_environment(**environment),
            )
        self.port = self._await_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.renew_client()

    def renew_client(self):
        self.client = httpx.Client(base_url=self.url, verify=False, timeout=60 * SLOWNESS)

    @property
    def log(self):
        return self._log_path.read_text(errors="replace")

    def _await_port(self):
        for _ in ticks(START_SECONDS_MAX):
            if found := re.search(r"listens on http://127\.0\.0\.1:(\d+)", self.log):
                return int(found[1])
            if self.process.poll() is not None:
                break
        self.kill()
        raise AssertionError(f"the server does not listen; it said:\n{self.log}")

    def await_ready(self):
        for _ in ticks(START_SECONDS_MAX):
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended; it said:\n{self.log}")
            if self.client.get("/health/ready").status_code == 200:
                return self
        raise AssertionError(f"the server is not ready; it said:\n{self.log}")

    def await_exit(self, seconds=STOP_SECONDS_MAX):
        return self.process.wait(timeout=seconds)

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def stop(self):
        """Sends SIGTERM and returns the exit code."""
        self.terminate()
        return self.await_exit()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def post(self, path, body, **options):
        return self.client.post(path, json=body, **options)

    def complete(self, **fields):
        """The body of a /v1/completions answer that must be 200."""
        answer = self.post("/v1/completions", fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def token_ids(self, prompt, max_tokens=64, **fields):
        """Greedy tokens after `prompt` (ids), end tokens ignored."""
        fields = {"temperature": 0, "ignore_eos": True, **fields}
        answer = self.complete(
            prompt=prompt, max_tokens=max_tokens, return_token_ids=True, **fields
        )
        return answer["choices"][0]["token_ids"]

    def metrics(self):
        """Every sample of /metrics by its name with labels, as in the text."""
        text = self.client.get("/metrics").text
        lines = (line for line in text.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}

    def await_metric(self, name, value, seconds=10 * SLOWNESS):
        for _ in ticks(seconds):
            if self.metrics()[name] == value:
                return
        raise AssertionError(f"{name} is {self.metrics()[name]}, not {value}")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    @contextlib.contextmanager
    def connection(self, timeout=10 * SLOWNESS):
        """A bare socket to the server."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as peer:
            yield peer


def clean_environment(**more):
    """The environment without the twins of flags, which would change the servers of tests."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("HADAL_")}
    return {**kept, **more}


def ticks(seconds, pause=0.02):
    """Yields every `pause` seconds until `seconds` have passed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(pause)


def run_program(*arguments, seconds=30, **environment):
    """Runs the program to its end; returns its exit code and output."""
    command = [str(PROGRAM), *(str(a) for a in arguments)]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=clean_environment(**environment),
        timeout=seconds,
    )
    return done.returncode, done.stdout.decode(errors="replace")


def read_answer(peer):
    """All bytes from a socket until the server closes it."""
    received = b""
    while piece := peer.recv(65536):
        received += piece
    return received


def read_one_answer(peer):
    """One HTTP answer with a Content-Length: status, headers (lower case), body."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = peer.recv(65536)
        assert piece, f"the connection closed within a head: {received!r}"
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    status, headers = parse_head(head)
    length = int(headers["content-length"])
    while len(body) < length:
        piece = peer.recv(65536)
        assert piece, f"the connection closed within a body: {body!r}"
        body += piece
    return status, headers, body[:length]


def parse_head(head):
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return int(first.split(" ")[1]), headers


def error_of(answer):
    """The error object of an answer, whose form is the same for every refusal."""
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["message"]
    assert answer.headers["content-type"] == "application/json"
    return error


def stream_events(text):
    """The data of every server-sent event of a finished stream, `[DONE]` checked and dropped."""
    data = [line[len("data: ") :] for line in text.split("\n") if line.startswith("data: ")]
    assert data[-1] == "[DONE]", data[-3:]
    return [json.loads(item) for item in data[:-1]]
