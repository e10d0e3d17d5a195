#!/usr/bin/env python3
"""Writes the tables of figures in docs/PERFORMANCE.md and README.md from bench/records/*.json.

    bench/report.py           # after a record was added, changed or taken out
    bench/report.py --check   # fails where a page differs from the records (.ci/run calls it)

A table stands between the markers `<!-- report: NAME -->` and `<!-- report end -->`; what is between them is written by
this script alone. A line of a table is one figure (ROWS) on one machine: its newest record.
"""

import argparse
import pathlib
import re
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from records import ROOT, TIMES, Figure, RecordError, load, refuse  # noqa: E402

# What figures there are, in the order of the tables: name in records, name for people.
HEADLINE = {
    "decode_1": "decode, 1 sequence",
    "decode_16": "decode, 16 sequences",
    "prefill_512": "prefill, 512 tokens",
    "first_token_16": "time to first token, 16 streams over HTTP",
    "http_16": "throughput, 16 streams over HTTP",
    "http_without_model": "throughput, 512 streams over HTTP, no model",
    "start": "start, from `exec` to the first token",
    "mask_first": "token mask, first answers under a grammar",
}
FURTHER = {
    "decode_1_behind_1024": "decode, 1 sequence, after 1,024 tokens",
    "prefill_3072": "prefill, 3,072 tokens",
    "first_token_64": "time to first token, 64 streams over HTTP",
    "http_64": "throughput, 64 streams over HTTP",
    "wide_decode_1": "decode, 1 sequence, 5 layers of V2-Lite, bfloat16",
    "wide_decode_1_fp8": "decode, 1 sequence, 5 layers of V2-Lite, FP8 (peer: bfloat16)",
    "wide_decode_8": "decode, 8 sequences, 5 layers of V2-Lite, bfloat16",
    "mask_later": "token mask, later answers",
    "sample_greedy": "greedy sampling, 129,280 logits",
    "build_cold": "build of the release program, empty ccache, CPU time",
}
ROWS = HEADLINE | FURTHER
PAGES = ("README.md", "docs/PERFORMANCE.md")
BLOCK = re.compile(r"(<!-- report: (\w+) -->\n).*?(<!-- report end -->)", re.DOTALL)
# The columns of a table and their alignment.
COLUMNS = {
    "figure": "---",
    "machine": "---",
    "Hadal": "--:",
    "peer": "--:",
    "ratio": "--:",
    "share of the limit": "---",
    "record": "---",
}
# README shows ratios that hold on at least this many machines. Besides the best ones it shows BEST_SOBER, where reading
# memory limits both programs.
BEST_MACHINES_MIN, BEST_COUNT, BEST_SOBER = 2, 2, "wide_decode_1"


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def spread(values: list[float], text) -> str:
    low, high = text(min(values)), text(max(values))
    return low if low == high else f"{low} to {high}"


def amount(runs: list[float], is_summary: bool) -> str:
    """The median, and the range where the runs differ; a summary's range alone, for its middle is not known."""
    if len(set(runs)) == 1 or not is_summary:
        middle = number(statistics.median(runs))
        return middle if len(set(runs)) == 1 else f"{middle} ({spread(runs, number)})"
    return spread(runs, number)


def newest(figures: list[Figure]) -> list[Figure]:
    """The newest of each row and machine, in the order of the rows."""
    latest = {(figure.row, figure.record["machine"]): figure for figure in figures}
    return sorted(latest.values(), key=lambda f: (list(ROWS).index(f.row), f.record["machine"]))


def cells(figure: Figure) -> list[str]:
    """All but the row's name."""
    ratio, is_summary = figure.ratio(), figure.runs_are is not None
    peer = f"{amount(figure.peer_runs, is_summary)} {figure.peer_name.split()[0]}" if figure.peer_name else ""
    share = f"{spread([100 * s for s in figure.share], lambda x: f'{x:.0f}')} % of {figure.limit}" if figure.limit else ""
    mark = "" if figure.record["source"] == "measured" else " \\*"
    return [
        f"`{figure.record['machine']}`",
        amount(figure.runs, is_summary),
        peer,
        "" if ratio is None else f"{ratio:.2f}",
        share,
        f"[{figure.record['date']}](../bench/records/{figure.path.name}){mark}",
    ]


def table(figures: list[Figure], rows: dict[str, str]) -> str:
    """A group of lines for each row; its first line has the row's name and unit. Columns that no line fills are left out."""
    lines, before = [], None
    for figure in newest(figures):
        if figure.row in rows:
            name = "" if figure.row == before else f"{ROWS[figure.row]}, {figure.unit}"
            lines.append([name, *cells(figure)])
            before = figure.row
    kept = [i for i in range(len(COLUMNS)) if not lines or any(line[i] for line in lines)]
    shown = [list(COLUMNS), list(COLUMNS.values()), *lines]
    return "".join(f"| {' | '.join(line[i] for i in kept)} |\n" for line in shown)


def peers(figures: list[Figure]) -> str:
    """The peers with their versions, of the lines that are shown."""
    named = sorted({figure.peer_name for figure in newest(figures) if figure.peer_name})
    return f"Peers: {'; '.join(named)}.\n" if named else ""


def machines(figures: list[Figure]) -> str:
    """Which processor each short name stands for."""
    named = {figure.record["machine"]: figure.record["cpu"] for figure in newest(figures)}
    return "| machine | processor |\n|---|---|\n" + "".join(f"| `{m}` | {named[m]} |\n" for m in sorted(named))


def best(figures: list[Figure]) -> str:
    """The headline's ratios that are greatest on the machine where they are least, then BEST_SOBER; a line each."""
    by_row: dict[str, list[Figure]] = {}
    for figure in newest(figures):
        if figure.ratio() is not None:
            by_row.setdefault(figure.row, []).append(figure)
    known = {row: found for row, found in by_row.items() if len(found) >= BEST_MACHINES_MIN}
    ranked = sorted(known.keys() & HEADLINE.keys(), key=lambda row: (-min(f.ratio() for f in known[row]), row))
    shown = ranked[:BEST_COUNT] + [row for row in known if row == BEST_SOBER]
    return "".join(best_line(known[row]) for row in shown)


def best_line(found: list[Figure]) -> str:
    times = spread([figure.ratio() for figure in found], lambda x: f"{x:.1f}")
    peer = " and ".join(sorted({figure.peer_name.split()[0] for figure in found}))
    what = f"faster than {peer}" if found[0].unit in TIMES else f"the tokens per second of {peer}"
    return f"- {ROWS[found[0].row]}: **{times} times** {what} ({len(found)} machines)\n"


BLOCKS = {
    "headline": lambda figures: table(figures, HEADLINE),
    "further": lambda figures: table(figures, FURTHER),
    "machines": machines,
    "peers": peers,
    "best": best,
}


def written(page: str, text: str, figures: list[Figure]) -> str:
    """The page with every block made anew."""

    def block(match):
        if match.group(2) not in BLOCKS:
            raise RecordError(f"{page}: there is no table '{match.group(2)}'")
        return match.group(1) + BLOCKS[match.group(2)](figures) + match.group(3)

    return BLOCK.sub(block, text)


def read_figures(root: pathlib.Path) -> list[Figure]:
    figures = load(root / "bench/records")
    for figure in figures:
        if figure.row not in ROWS:
            refuse(figure.path, "figures.row", f"is no row of bench/report.py: {figure.row!r}")
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="writes nothing; fails where a page is out of date")
    parser.add_argument("--root", type=pathlib.Path, default=ROOT, help="the tree; default: this one")
    given = parser.parse_args()
    stale = []
    try:
        figures = read_figures(given.root)
        for page in PAGES:
            path = given.root / page
            text = path.read_text(encoding="utf-8")
            anew = written(page, text, figures)
            if anew == text:
                continue
            stale.append(page)
            if not given.check:
                path.write_text(anew, encoding="utf-8")
    except RecordError as error:
        print(error)
        return 1
    if given.check and stale:
        print(f"{' and '.join(stale)}: differs from bench/records; run bench/report.py")
        return 1
    print(f"{len(figures)} figures, {'pages written: ' + ', '.join(stale) if stale else 'every page is up to date'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
