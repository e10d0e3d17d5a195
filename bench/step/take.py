#!/usr/bin/env python3
"""Sixteen sequences of the default model decoded in process, in --runs processes: the median, and a record.

    bench/step/take.py --program build/cpu-release/hadal --record bench/records --machine zen4-2

Each run is `hadal bench step --batch 16 --input-len 64 --output-len 128 --repeats 1`; its share of the machine's limit is
that of the median step, against the limit (reads of memory, float32 arithmetic) that the step is nearer to.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import records  # noqa: E402

LENGTHS = ["--batch", "16", "--input-len", "64", "--output-len", "128", "--repeats", "1"]


def run(program, flags):
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = [program, "bench", "step", *LENGTHS, *flags, "--json", out.name]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return json.load(out)


def nearer_limit(found):
    """The name of the limit that the step is nearer to."""
    timing = found["timings"][0]
    read = (timing["step_weight_bytes"] + timing["step_kv_bytes"]) / found["read_bytes_per_second"]
    computed = timing["step_flop"] / found["flop_per_second"]
    return "memory read bandwidth" if read > computed else "float32 arithmetic"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/cpu-release/hadal")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("flags", nargs="*", help="further flags of `hadal bench step`, after --")
    given = records.parse(parser)
    runs = [run(given.program, given.flags) for _ in range(given.runs)]
    rates = [found["timings"][0]["decode_tokens_per_second"] for found in runs]
    shares = [found["timings"][0]["step_limit_share"] for found in runs]
    print(f"decode of 16: {statistics.median(rates):,.0f} tokens/s ({min(rates):,.0f} to {max(rates):,.0f}), "
          f"{100 * statistics.median(shares):.0f} % of {nearer_limit(runs[0])}")
    if given.record:
        limit = {"what": nearer_limit(runs[0]), "share": shares}
        figure = {"row": "decode_16", "unit": "tokens/s", "runs": rates, "limit": limit}
        records.write(given.record, "step", given.machine, " ".join(sys.argv), [figure])


if __name__ == "__main__":
    main()
