#!/usr/bin/env python3
"""How many greedy continuations change when requests run together instead of alone.

For every combination of --dtype and --fp8-compute, with and without --enable-deterministic-inference, `hadal serve`
first answers one request at a time with whole prompts; then, for each --chunk, --concurrency requests at a time with
prompts cut to that size. Prompts are random token ids of mixed lengths, the same in every run. Prints one line of JSON
per cell and a table of all; exits with 1 if tokens changed with --enable-deterministic-inference.

    bench/determinism/batch_invariance.py --program build/cpu-release/hadal
    bench/determinism/batch_invariance.py --program build/cpu-release/hadal --dtype bfloat16 --fp8-compute w8a8 --chunk 64
    bench/determinism/batch_invariance.py --program build/cpu-release/hadal --fp8-compute none --vocab-size 256 -- \\
        --model-path tests/fixtures/hf/v3-yarn --skip-tokenizer-init

Arguments after `--` go to `hadal serve`. The rows without the flag are the control: if their tokens do not change
either, the prompts are too short for the forms of attention to differ, and the rows with the flag show little.
"""

import argparse
import concurrent.futures
import http.client
import itertools
import json
import random
import re
import subprocess
import sys
import threading
import time

DETERMINISTIC = "--enable-deterministic-inference"


class Server:
    """A `hadal serve` on a port of its own choice, ready when the constructor returns."""

    def __init__(self, program, *flags):
        command = [program, "serve", "--port", "0", *flags]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if found := re.search(r"server is ready on http://127\.0\.0\.1:(\d+)", line):
                self.port = int(found[1])
                break
        else:
            raise SystemExit(f"{' '.join(command)} ended with {self.process.wait()}")
        self.drain = concurrent.futures.ThreadPoolExecutor(1)
        self.drain.submit(self.process.stderr.read)
        self.connections = threading.local()

    def tokens(self, prompt, count):
        body = {"prompt": prompt, "max_tokens": count, "temperature": 0, "ignore_eos": True}
        if not hasattr(self.connections, "own"):
            self.connections.own = http.client.HTTPConnection("127.0.0.1", self.port)
        connection = self.connections.own
        connection.request(
            "POST", "/v1/completions", json.dumps(body | {"return_token_ids": True})
        )
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise SystemExit(f"status {answer.status}: {text.decode()}")
        return json.loads(text)["choices"][0]["token_ids"]

    def stop(self):
        self.process.terminate()
        if code := self.process.wait():
            raise SystemExit(f"the server ended with {code}")


def continuations(a, prompts, concurrency, chunk, flags):
    """The server's answer to every prompt, and the seconds for all of them."""
    server = Server(a.program, "--chunked-prefill-size", str(chunk), *flags, *a.flags)
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(concurrency) as pool:
        answers = list(pool.map(lambda prompt: server.tokens(prompt, a.tokens), prompts))
    seconds = time.monotonic() - started
    server.stop()
    return answers, seconds


def cells(a, prompts):
    """Yields the finding of every cell; the single requests run once for all chunk sizes."""
    for dtype, fp8, deterministic in itertools.product(
        a.dtype, a.fp8_compute, {"both": (True, False), "on": (True,), "off": (False,)}[a.deterministic]
    ):
        flags = ["--dtype", dtype]
        flags += [] if fp8 == "none" else ["--fp8-compute", fp8]
        flags += [DETERMINISTIC] if deterministic else []
        alone, alone_seconds = continuations(a, prompts, 1, -1, flags)
        for chunk in a.chunk:
            together, seconds = continuations(a, prompts, a.concurrency, chunk, flags)
            yield {
                "dtype": dtype,
                "fp8_compute": fp8,
                "deterministic": deterministic,
                "chunk": chunk,
                "requests": len(prompts),
                "same": sum(x == y for x, y in zip(alone, together, strict=True)),
                "seconds_alone": round(alone_seconds, 1),
                "seconds": round(seconds, 1),
            }


def table(a, found):
    """The findings as Markdown: one row per combination, one column per chunk size."""
    lines = ["| computes in | flag | " + " | ".join(f"chunk {c}" for c in a.chunk) + " |"]
    lines.append("|---|---|" + "---:|" * len(a.chunk))
    kinds = lambda cell: (cell["dtype"], cell["fp8_compute"], cell["deterministic"])
    for (dtype, fp8, deterministic), row in itertools.groupby(found, kinds):
        way = dtype if fp8 == "none" else f"{dtype}, {fp8}"
        shares = " | ".join(f"{cell['same']:,}" for cell in row)
        lines.append(f"| {way} | {'on' if deterministic else 'off'} | {shares} |")
    return "\n".join(lines)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--program", required=True)
    p.add_argument("--dtype", nargs="+", default=["float32", "bfloat16"])
    p.add_argument("--fp8-compute", nargs="+", default=["w8a8", "weight-only"], help="none: not an FP8 checkpoint")
    p.add_argument("--chunk", nargs="+", type=int, default=[1, 7, 64, 512])
    p.add_argument("--deterministic", choices=["both", "on", "off"], default="both")
    p.add_argument("--requests", type=int, default=1000)
    p.add_argument("--tokens", type=int, default=32)
    p.add_argument("--prompt-tokens", nargs="+", type=int, default=[1, 5, 17, 40, 64, 100, 180])
    p.add_argument("--concurrency", type=int, default=16)
    p.add_argument("--vocab-size", type=int, default=4000)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("flags", nargs="*")
    a = p.parse_args()

    draw = random.Random(a.seed)
    prompts = [
        [draw.randrange(3, a.vocab_size) for _ in range(draw.choice(a.prompt_tokens))]
        for _ in range(a.requests)
    ]
    found = []
    for cell in cells(a, prompts):
        print(json.dumps(cell), file=sys.stderr, flush=True)
        found.append(cell)
    print(table(a, found))
    return int(any(cell["deterministic"] and cell["same"] != cell["requests"] for cell in found))


if __name__ == "__main__":
    sys.exit(main())
