"""Records of measurements, bench/records/*.json: read, checked, made. bench/records/README.md describes the fields.

bench/report.py makes the tables of the documentation from them; benches that take --record write them.
"""

import datetime
import json
import math
import os
import pathlib
import re
import statistics
import subprocess
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[1]
RECORD_FIELDS = {"bench", "machine", "cpu", "date", "commit", "source", "command", "figures"}
OPTIONAL_RECORD_FIELDS = {"conditions"}
FIGURE_FIELDS = {"row", "unit", "runs"}
OPTIONAL_FIGURE_FIELDS = {"runs_are", "peer", "limit"}
SOURCES = ("measured", "transcribed")
RATES, TIMES = {"tokens/s"}, {"us", "ms", "s"}


class RecordError(Exception):
    """A record that cannot be used: the message names its file, the field, and what is wrong."""


@dataclass
class Figure:
    """One figure of one record. Of rates more is better, of times less."""

    row: str
    unit: str
    runs: list[float]
    runs_are: str | None
    peer_name: str | None
    peer_runs: list[float]
    limit: str | None
    share: list[float]
    record: dict
    path: pathlib.Path

    def value(self) -> float:
        return statistics.median(self.runs)

    def ratio(self) -> float | None:
        """How many times better than the peer, or nothing where there is no peer."""
        if not self.peer_runs:
            return None
        ours, theirs = self.value(), statistics.median(self.peer_runs)
        return ours / theirs if self.unit in RATES else theirs / ours


def refuse(path: pathlib.Path, field: str, fault: str):
    raise RecordError(f"{path.name}: {field}: {fault}")


def check_fields(path, where, given, needed, optional):
    if not isinstance(given, dict):
        refuse(path, where or "record", "is no object")
    prefix = f"{where}." if where else ""
    for field in sorted(needed - given.keys()):
        refuse(path, prefix + field, "is missing")
    for field in sorted(given.keys() - needed - optional):
        refuse(path, prefix + field, "is unknown")


def check_text(path, field, value):
    if not isinstance(value, str) or not value.strip():
        refuse(path, field, "is not a text")


def check_numbers(path, field, values):
    if not isinstance(values, list) or not values:
        refuse(path, field, "is not a list of numbers")
    for i, value in enumerate(values):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or value <= 0:
            refuse(path, f"{field}[{i}]", f"is not a number above 0: {value!r}")


def check_head(path, record):
    check_fields(path, "", record, RECORD_FIELDS, OPTIONAL_RECORD_FIELDS)
    for field in sorted((RECORD_FIELDS | OPTIONAL_RECORD_FIELDS & record.keys()) - {"figures"}):
        check_text(path, field, record[field])
    if record["source"] not in SOURCES:
        refuse(path, "source", f"is not one of {', '.join(SOURCES)}")
    if not re.fullmatch(r"[0-9a-f]{7,40}", record["commit"]):
        refuse(path, "commit", f"is not the hash of a commit: {record['commit']!r}")
    try:
        datetime.date.fromisoformat(record["date"])
    except ValueError:
        refuse(path, "date", f"is not a date such as 2026-11-29: {record['date']!r}")
    stem = f"{record['date']}-{record['machine']}-{record['bench']}"
    if not re.fullmatch(re.escape(stem) + r"(-\d+)?", path.stem):
        refuse(path, "bench", f"the file's name is not {stem}.json, nor {stem}-2.json")
    if not isinstance(record["figures"], list) or not record["figures"]:
        refuse(path, "figures", "is not a list of figures")


def check_figure(path, where, figure, source):
    check_fields(path, where, figure, FIGURE_FIELDS, OPTIONAL_FIGURE_FIELDS)
    check_text(path, f"{where}.row", figure["row"])
    if figure["unit"] not in RATES | TIMES:
        refuse(path, f"{where}.unit", f"is not one of {', '.join(sorted(RATES | TIMES))}")
    check_numbers(path, f"{where}.runs", figure["runs"])
    if "runs_are" in figure:
        check_text(path, f"{where}.runs_are", figure["runs_are"])
        if source == "measured":
            refuse(path, f"{where}.runs_are", "a measured record holds every run, no summary of them")
    if "peer" in figure:
        check_fields(path, f"{where}.peer", figure["peer"], {"name", "runs"}, set())
        check_text(path, f"{where}.peer.name", figure["peer"]["name"])
        check_numbers(path, f"{where}.peer.runs", figure["peer"]["runs"])
    if "limit" in figure:
        check_fields(path, f"{where}.limit", figure["limit"], {"what", "share"}, set())
        check_text(path, f"{where}.limit.what", figure["limit"]["what"])
        check_numbers(path, f"{where}.limit.share", figure["limit"]["share"])


def check(path: pathlib.Path, record) -> None:
    """Raises RecordError at the first field that is not as bench/records/README.md says."""
    check_head(path, record)
    rows = set()
    for i, figure in enumerate(record["figures"]):
        check_figure(path, f"figures[{i}]", figure, record["source"])
        if figure["row"] in rows:
            refuse(path, f"figures[{i}].row", f"stands twice: {figure['row']!r}")
        rows.add(figure["row"])


def fields_once(path: pathlib.Path):
    """For json.loads, which would take the last of two equal fields."""

    def take(pairs):
        for field in {name for name, _ in pairs if [n for n, _ in pairs].count(name) > 1}:
            refuse(path, field, "stands twice")
        return dict(pairs)

    return take


def figure_of(path: pathlib.Path, record: dict, figure: dict) -> Figure:
    peer, limit = figure.get("peer", {}), figure.get("limit", {})
    return Figure(
        row=figure["row"],
        unit=figure["unit"],
        runs=figure["runs"],
        runs_are=figure.get("runs_are"),
        peer_name=peer.get("name"),
        peer_runs=peer.get("runs", []),
        limit=limit.get("what"),
        share=limit.get("share", []),
        record=record,
        path=path,
    )


def load(folder: pathlib.Path) -> list[Figure]:
    """Every figure of every record, older records first. Raises RecordError."""
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            record = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=fields_once(path))
        except ValueError as error:
            raise RecordError(f"{path.name}: is no JSON: {error}") from error
        check(path, record)
        found += [figure_of(path, record, figure) for figure in record["figures"]]
    return sorted(found, key=lambda figure: (figure.record["date"], number_in_name(figure.path)))


def number_in_name(path: pathlib.Path) -> int:
    """2 of `...-2.json`, the second such record of a day; 1 without a number."""
    found = re.search(r"[a-z_]-(\d+)$", path.stem)
    return int(found.group(1)) if found else 1


def this_cpu() -> str:
    """The processor as /proc/cpuinfo names it, and how many of its CPUs this process may use."""
    names = re.findall(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return f"{names[0] if names else 'unknown processor'}, {len(os.sched_getaffinity(0))} virtual cores"


def this_commit() -> str:
    """The commit of the tree. A tree with changes has none: a record must name what was measured."""

    def git(*arguments):
        return subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=True).stdout.strip()

    if git("status", "--porcelain", "--untracked-files=no"):
        raise SystemExit("--record: the tree has changes that no commit holds; commit first")
    return git("rev-parse", "--short=12", "HEAD")


def write(to: str, bench: str, machine: str, command: str, figures: list[dict]) -> pathlib.Path:
    """Writes a measured record of this machine, checked, to a file or, under its own name, to a folder."""
    record = {
        "bench": bench,
        "machine": machine,
        "cpu": this_cpu(),
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "commit": this_commit(),
        "source": "measured",
        "command": command,
        "figures": figures,
    }
    path = pathlib.Path(to)
    if path.is_dir():
        path = path / f"{record['date']}-{machine}-{bench}.json"
    check(path, record)
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def parse(parser):
    """The arguments of a bench that can write a record, refused before anything is measured."""
    parser.add_argument("--record", metavar="FILE", help="writes a record (bench/records/README.md) to this file or folder")
    parser.add_argument("--machine", help="with --record: a short name for this machine, such as zen4-2")
    given = parser.parse_args()
    if given.record and not given.machine:
        parser.error("--record needs --machine NAME")
    if given.record:
        this_commit()
    return given
