#!/usr/bin/env python3
"""Hadal beside llama.cpp on this machine: alternating (A B B A ...), one process per figure, medians and ratios in one table.

    bench/peer/beside_llama_cpp.py --hadal build/cpu-release/hadal --llama-bin llama.cpp/build/bin --gguf model.gguf
    bench/peer/beside_llama_cpp.py ... --shape bench/shapes/v2-lite-5-layers --depths 0 --prompts

The GGUF must hold a model of the same shape as --model-path (by default the one that comes with Hadal). In process:
`hadal bench step` and `llama-bench`, decode of 128 tokens from the start and after 1,024, prefill of 512 and of 3,072.
Over HTTP: `hadal bench serving` sends the same streams of chat requests to `hadal serve` and to `llama-server`, whose
threads --llama-server-threads sets: with many streams it does better with one fewer than there are cores. Both servers
are started anew for every round. --shape takes a folder with a config.json alone, whose weights are made up, and skips
HTTP. --json keeps every single figure, --record those that docs/PERFORMANCE.md has rows for.
"""

import argparse
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import records  # noqa: E402

DECODED = 128
ROWS = {
    f"decode {DECODED}, tok/s": "decode_1",
    f"decode {DECODED} behind 1024, tok/s": "decode_1_behind_1024",
    "prefill 512, tok/s": "prefill_512",
    "prefill 3072, tok/s": "prefill_3072",
    "16 streams, tok/s": "http_16",
    "16 streams, first token p50 ms": "first_token_16",
    "64 streams, tok/s": "http_64",
    "64 streams, first token p50 ms": "first_token_64",
}
SHAPE_ROWS = {"v2-lite-5-layers": "wide_decode_1", "v2-lite-5-layers-fp8": "wide_decode_1_fp8"}


def rows_of(shape):
    """The rows of docs/PERFORMANCE.md by figure: of the default model, or of a folder of --shape, which may have none."""
    if not shape:
        return ROWS
    row = SHAPE_ROWS.get(os.path.basename(os.path.normpath(shape)))
    return {f"decode {DECODED}, tok/s": row} if row else {}


def measured(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def written_json(command):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "figures.json")
        measured([*command, "--json", path])
        with open(path) as file:
            return json.load(file)


class Hadal:
    def __init__(self, a):
        self.program, self.threads, self.flags = a.hadal, str(a.threads), []
        if a.model_path:
            self.flags = ["--model-path", a.model_path]
        if a.shape:
            self.flags = ["--model-path", a.shape, "--load-format", "dummy", "--random-seed", "1"]

    def step(self, input_len, output_len):
        lengths = ["--input-len", str(input_len), "--output-len", str(output_len), "--batch", "1"]
        command = [self.program, "bench", "step", *self.flags, "--threads", self.threads, *lengths]
        return written_json([*command, "--repeats", "1"])["timings"][0]

    def decode(self, depth):
        return self.step(max(1, depth), DECODED)["decode_tokens_per_second"]

    def prefill(self, tokens):
        return self.step(tokens, 1)["prefill_tokens_per_second"]

    def serve_command(self, port, streams):
        return [self.program, "serve", *self.flags, "--threads", self.threads, "--port", str(port)]


class LlamaCpp:
    def __init__(self, a):
        self.folder, self.gguf, self.threads = a.llama_bin, a.gguf, str(a.threads)
        self.server_threads = str(a.llama_server_threads)

    def bench(self, *lengths):
        command = [os.path.join(self.folder, "llama-bench"), "-m", self.gguf, "-t", self.threads]
        rows = json.loads(measured([*command, "-r", "1", "-fa", "on", "-o", "json", *lengths]))
        return rows[0]["avg_ts"]

    def name(self):
        said = subprocess.run([os.path.join(self.folder, "llama-server"), "--version"], capture_output=True, text=True)
        found = re.search(r"version: \d+ \((\w+)\)", said.stdout + said.stderr)
        return f"llama.cpp {found[1]}" if found else "llama.cpp"

    def decode(self, depth):
        return self.bench("-p", "0", "-n", str(DECODED), "-d", str(depth))

    def prefill(self, tokens):
        return self.bench("-p", str(tokens), "-n", "0", "-d", "0")

    def serve_command(self, port, streams):
        command = [os.path.join(self.folder, "llama-server"), "-m", self.gguf, "--port", str(port)]
        context = str(streams * 1024)
        threads = ["-t", self.server_threads, "--threads-http", str(streams + 2)]
        return [*command, *threads, "-np", str(streams), "-c", context]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until_ready(server, port):
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if server.poll() is not None:
            raise SystemExit(f"a server ended with {server.returncode} before it was ready")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("a server was not ready within two minutes")


def serving(program, hadal, streams, tokens):
    port = free_port()
    command = program.serve_command(port, streams)
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_ready(server, port)
        load = ["bench", "serving", "--url", f"http://127.0.0.1:{port}"]
        counts = ["--streams", str(streams), "--tokens", str(tokens), "--requests", "1"]
        return written_json([hadal, *load, *counts])
    finally:
        server.terminate()
        server.wait()


class Table:
    """Figures of both programs by name; greater is better, except of times."""

    def __init__(self):
        self.figures = {}

    def add(self, name, who, value):
        self.figures.setdefault(name, {"hadal": [], "llama.cpp": []})[who].append(value)

    def text(self):
        lines = [f"{'':34}{'hadal':>12}{'llama.cpp':>12}{'ratio':>8}"]
        for name, by_program in self.figures.items():
            ours, theirs = (statistics.median(by_program[who]) for who in ("hadal", "llama.cpp"))
            ratio = theirs / ours if name.endswith("ms") else ours / theirs
            lines.append(f"{name:34}{ours:12.1f}{theirs:12.1f}{ratio:7.2f}x")
        return "\n".join(lines)

    def record(self, peer_name, rows):
        """The figures that have a row, as a record has them."""
        return [
            {
                "row": rows[name],
                "unit": "ms" if name.endswith("ms") else "tokens/s",
                "runs": runs["hadal"],
                "peer": {"name": peer_name, "runs": runs["llama.cpp"]},
            }
            for name, runs in self.figures.items()
            if name in rows
        ]


def in_turn(rounds, programs):
    """A B, B A, A B, ...: each program runs first as often as second."""
    for r in range(rounds):
        yield from programs if r % 2 == 0 else reversed(programs)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--hadal", required=True, help="the program")
    p.add_argument("--llama-bin", required=True, help="folder of llama-bench and llama-server")
    p.add_argument("--gguf", required=True)
    p.add_argument("--model-path")
    p.add_argument("--shape", help="folder of a config.json, instead of --model-path")
    p.add_argument("--depths", type=int, nargs="*", default=[0, 1024], help="tokens before those decoded in process")
    p.add_argument("--prompts", type=int, nargs="*", default=[512, 3072], help="tokens of a prefill in process")
    p.add_argument("--rounds", type=int, default=6)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--llama-server-threads", type=int, default=1)
    p.add_argument("--streams", type=int, nargs="*", default=[16, 64])
    p.add_argument("--tokens", type=int, default=128, help="of every answer over HTTP")
    p.add_argument("--skip-step", action="store_true", help="over HTTP only")
    p.add_argument("--json")
    a = records.parse(p)
    rows = rows_of(a.shape)
    if a.record and not rows:
        p.error(f"--record: --shape has a row only for {', '.join(SHAPE_ROWS)}")

    table = Table()
    programs = [("hadal", Hadal(a)), ("llama.cpp", LlamaCpp(a))]
    for who, program in in_turn(0 if a.skip_step else a.rounds, programs):
        for depth in a.depths:
            behind = f" behind {depth}" if depth else ""
            table.add(f"decode {DECODED}{behind}, tok/s", who, program.decode(depth))
        for tokens in a.prompts:
            table.add(f"prefill {tokens}, tok/s", who, program.prefill(tokens))
    for streams in [] if a.shape else a.streams:
        for who, program in in_turn(a.rounds, programs):
            found = serving(program, a.hadal, streams, a.tokens)
            table.add(f"{streams} streams, tok/s", who, found["tokens_per_second"])
            table.add(f"{streams} streams, first token p50 ms", who, found["first_token_ms_p50"])
    print(f"medians of {a.rounds} runs each, in turn, {a.threads} threads; a ratio over 1 favours hadal")
    print(table.text())
    if a.json:
        with open(a.json, "w") as file:
            json.dump(table.figures, file, indent=1)
    if a.record:
        bench = "wide_decode" if a.shape else "beside_llama_cpp"
        figures = table.record(programs[1][1].name(), rows)
        records.write(a.record, bench, a.machine, " ".join(sys.argv), figures)


if __name__ == "__main__":
    main()
