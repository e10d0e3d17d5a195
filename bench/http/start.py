#!/usr/bin/env python3
"""The time from `exec` of the server to the first token of a chat, for a client that connects when the port opens.

    bench/http/start.py --program build/cpu-release/hadal --record bench/records --machine zen4-2

The client repeats the request at once while the answer is 503 (`starting`); the first event with text ends the time.
"""

import argparse
import http.client
import json
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import records  # noqa: E402

BODY = json.dumps({"stream": True, "max_tokens": 8, "messages": [{"role": "user", "content": "What is 17 + 25?"}]})
SECONDS_MAX = 120


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def first_token_came(port):
    """Whether a chat was answered with a token; false while the port is closed or the model is loading."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS_MAX)
    try:
        connection.request("POST", "/v1/chat/completions", BODY, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        if answer.status == 503:
            return False
        if answer.status != 200:
            raise SystemExit(f"status {answer.status}: {answer.read().decode()}")
        return any(has_text(line) for line in answer)
    except ConnectionError:
        return False
    finally:
        connection.close()


def has_text(line):
    if not line.startswith(b"data: {"):
        return False
    choices = json.loads(line[len(b"data: "):])["choices"]
    return any(choice["delta"].get("content") or choice["delta"].get("reasoning_content") for choice in choices)


def start_seconds(program, flags):
    port = free_port()
    began = time.perf_counter()
    server = subprocess.Popen([program, "serve", "--port", str(port), *flags], stderr=subprocess.DEVNULL)
    try:
        while not first_token_came(port):
            if server.poll() is not None or time.perf_counter() - began > SECONDS_MAX:
                raise SystemExit("the server gave no token")
            time.sleep(0.001)
        return time.perf_counter() - began
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/cpu-release/hadal")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("flags", nargs="*", help="further flags of `hadal serve`, after --")
    given = records.parse(parser)
    runs = [start_seconds(given.program, given.flags) for _ in range(given.runs)]
    print(f"start: {statistics.median(runs):.3f} s ({min(runs):.3f} to {max(runs):.3f})")
    if given.record:
        figure = {"row": "start", "unit": "s", "runs": runs}
        records.write(given.record, "start", given.machine, " ".join(sys.argv), [figure])


if __name__ == "__main__":
    main()
