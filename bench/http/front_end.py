#!/usr/bin/env python3
"""The speed of everything but the model: the server answers with made-up tokens (`--device null`), over HTTP.

    bench/http/front_end.py --program build/cpu-release/hadal

Starts the server, sends each load of --loads (streams x tokens x requests per stream) with `hadal bench serving` on the
same cores, --runs times, and prints medians: tokens/s, time to the first token, time between tokens, and microseconds of
CPU per token by thread (gateway: HTTP and event streams; scheduler; shard; pool: parsers, sessions, tokenizer). With --json FILE
every run is kept, with --record FILE those of 512x256x10 as a record. Exits with 1 when a load fails.
"""

import argparse
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import records  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
OWN_THREADS = ("gateway", "scheduler", "shard")
LOAD = re.compile(r"(\d+)x(\d+)x(\d+)")
RECORDED_LOAD = "512x256x10"


def cpu_by_thread(pid):
    """Seconds of CPU so far; threads without a name of their own are the pool's."""
    seconds = dict.fromkeys([*OWN_THREADS, "pool"], 0.0)
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/stat", encoding="utf-8") as file:
                head, _, tail = file.read().rpartition(")")
        except OSError:
            continue
        name, fields = head.partition("(")[2], tail.split()
        seconds[name if name in OWN_THREADS else "pool"] += (int(fields[11]) + int(fields[12])) / TICKS
    return seconds


class Server:
    def __init__(self, program, port, further):
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [program, "serve", "--device", "null", "--port", str(port), *further], stderr=subprocess.DEVNULL
        )

    def __enter__(self):
        for _ in range(200):
            try:
                with urllib.request.urlopen(f"{self.url}/health/ready", timeout=5):
                    return self
            except OSError:
                time.sleep(0.05)
        raise SystemExit("the server is not ready after 10 s")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def measure(program, server, load):
    streams, tokens, requests = load
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        before = cpu_by_thread(server.process.pid)
        subprocess.run(
            [program, "bench", "serving", "--url", server.url, "--streams", streams, "--tokens", tokens,
             "--requests", requests, "--json", out.name],
            check=True, stdout=subprocess.DEVNULL,
        )
        after = cpu_by_thread(server.process.pid)
        found = json.load(out)
    found["cpu_us_a_token"] = {name: 1e6 * (after[name] - before[name]) / found["tokens"] for name in after}
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/cpu-release/hadal")
    parser.add_argument("--loads", default="1x2000x4,64x256x40,512x256x10", help="default: %(default)s")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--port", type=int, default=30990)
    parser.add_argument("--json", help="writes every run here")
    parser.add_argument("server_flags", nargs="*", help="further flags of `hadal serve`, after --")
    given = records.parse(parser)
    if given.record and RECORDED_LOAD not in given.loads.split(","):
        parser.error(f"--record: needs the load {RECORDED_LOAD}")
    loads = [LOAD.fullmatch(text) for text in given.loads.split(",")]
    if not all(loads):
        parser.error("--loads: STREAMSxTOKENSxREQUESTS, separated by commas")
    kept = []
    print("| load | tokens/s | first token p50 / p99 ms | between tokens p50 / p99 ms | CPU us a token: "
          + ", ".join([*OWN_THREADS, "pool"]) + " |")
    print("| --- | --- | --- | --- | --- |", flush=True)
    for match in loads:
        with Server(given.program, given.port, given.server_flags) as server:
            runs = [measure(given.program, server, match.groups()) for _ in range(given.runs)]
        kept += runs
        if given.record and match.group(0) == RECORDED_LOAD:
            rates = [run["tokens_per_second"] for run in runs]
            figure = {"row": "http_without_model", "unit": "tokens/s", "runs": rates}
            records.write(given.record, "front_end", given.machine, " ".join(sys.argv), [figure])

        def median(pick):
            return statistics.median(pick(run) for run in runs)

        cpu = [median(lambda run, n=name: run["cpu_us_a_token"][n]) for name in [*OWN_THREADS, "pool"]]
        print(f"| {match.group(0)} | {median(lambda r: r['tokens_per_second']):,.0f} "
              f"| {median(lambda r: r['first_token_ms_p50']):.2f} / {median(lambda r: r['first_token_ms_p99']):.2f} "
              f"| {median(lambda r: r['between_tokens_ms_p50']):.3f} / {median(lambda r: r['between_tokens_ms_p99']):.3f} "
              f"| {', '.join(f'{x:.2f}' for x in cpu)} |", flush=True)
    if given.json:
        with open(given.json, "w", encoding="utf-8") as file:
            json.dump(kept, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
