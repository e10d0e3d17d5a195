#!/usr/bin/env python3
"""How many greedy continuations change when requests run together instead of alone.

Starts `hadal serve` twice: one request at a time with whole prompts, then with --concurrency at a time and small chunks.
Prompts are random token ids of mixed lengths. Prints one line of JSON; exits with 1 when tokens changed although
--enable-deterministic-inference was given.

    bench/determinism/batch_invariance.py --program build/cpu-release/hadal --chunk 64
    bench/determinism/batch_invariance.py --program build/cpu-release/hadal --chunk 64 -- --enable-deterministic-inference

What follows `--` goes to `hadal serve`.
"""

import argparse
import concurrent.futures
import http.client
import json
import random
import re
import subprocess
import sys


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

    def tokens(self, prompt, count):
        body = {"prompt": prompt, "max_tokens": count, "temperature": 0, "ignore_eos": True}
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
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


def progress(name, done, total):
    if done % max(1, total // 10) == 0:
        print(f"{name}: {done} of {total}", file=sys.stderr, flush=True)


def run(a, name, concurrency, prompts, *flags):
    server = Server(a.program, *flags, *a.flags)
    answers = []
    with concurrent.futures.ThreadPoolExecutor(concurrency) as pool:
        for answer in pool.map(lambda prompt: server.tokens(prompt, a.tokens), prompts):
            answers.append(answer)
            progress(name, len(answers), len(prompts))
    server.stop()
    return answers


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--program", required=True)
    p.add_argument("--requests", type=int, default=1000)
    p.add_argument("--tokens", type=int, default=32)
    p.add_argument("--concurrency", type=int, default=16)
    p.add_argument("--chunk", type=int, default=64)
    p.add_argument("--vocab-size", type=int, default=4000)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("flags", nargs="*")
    a = p.parse_args()

    draw = random.Random(a.seed)
    prompts = [
        [draw.randrange(3, a.vocab_size) for _ in range(draw.choice([1, 5, 17, 40, 64, 100, 180]))]
        for _ in range(a.requests)
    ]
    alone = run(a, "alone", 1, prompts, "--chunked-prefill-size", "-1")
    chunk = ("--chunked-prefill-size", str(a.chunk))
    together = run(a, "together", a.concurrency, prompts, *chunk)
    changed = sum(x != y for x, y in zip(alone, together, strict=True))
    print(json.dumps({"requests": a.requests, "changed": changed, "chunk": a.chunk, "flags": a.flags}))
    return 1 if changed and "--enable-deterministic-inference" in a.flags else 0


if __name__ == "__main__":
    sys.exit(main())
