"""`bench/report.py` makes tables only from records, and names file and field of a record that it refuses."""

import copy
import json
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAME = "2026-12-01-zen9-2-beside_llama_cpp.json"
RECORD = {
    "bench": "beside_llama_cpp",
    "machine": "zen9-2",
    "cpu": "a processor with 2 cores",
    "date": "2026-12-01",
    "commit": "12782bdf78d6",
    "source": "measured",
    "command": "bench/peer/beside_llama_cpp.py",
    "figures": [
        {
            "row": "http_16",
            "unit": "tokens/s",
            "runs": [900, 1500, 1200],
            "peer": {"name": "llama.cpp 1234567", "runs": [400, 380, 410]},
            "limit": {"what": "memory read bandwidth", "share": [0.5]},
        },
        {"row": "start", "unit": "s", "runs": [0.25]},
    ],
}
PAGE = "# Page\n\n<!-- report: headline -->\n<!-- report end -->\n\n<!-- report: machines -->\n<!-- report end -->\n\n<!-- report: peers -->\n<!-- report end -->\n\nThe end.\n"
README = "# Hadal\n\n<!-- report: best -->\n<!-- report end -->\n"


def changed(**changes):
    return copy.deepcopy(RECORD) | changes


def with_figure(**changes):
    return changed(figures=[RECORD["figures"][0] | changes])


def without(field):
    record = copy.deepcopy(RECORD)
    del record[field]
    return record


@pytest.fixture(name="tree")
def new_tree(tmp_path):
    """A tree of two pages with empty tables and no record."""
    (tmp_path / "bench/records").mkdir(parents=True)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/PERFORMANCE.md").write_text(PAGE)
    (tmp_path / "README.md").write_text(README)
    return tmp_path


def put(tree, record, name=NAME):
    (tree / "bench/records" / name).write_text(json.dumps(record))


def report(tree, *flags):
    command = [sys.executable, ROOT / "bench/report.py", "--root", tree, *flags]
    return subprocess.run(command, capture_output=True, text=True)


def lines(tree, page="docs/PERFORMANCE.md"):
    return (tree / page).read_text().splitlines()


def test_a_figure_is_a_line_with_median_range_peer_ratio_and_share(tree):
    put(tree, RECORD)
    assert report(tree).returncode == 0
    assert (
        "| throughput, 16 streams over HTTP, tokens/s | `zen9-2` | 1,200 (900 to 1,500) | 400 (380 to 410) llama.cpp "
        f"| 3.00 | 50 % of memory read bandwidth | [2026-12-01](../bench/records/{NAME}) |"
    ) in lines(tree)
    assert "| `zen9-2` | a processor with 2 cores |" in lines(tree)
    assert "Peers: llama.cpp 1234567." in lines(tree)
    assert lines(tree)[-1] == "The end."


def test_of_times_less_is_better(tree):
    row = {"row": "start", "unit": "s", "runs": [0.2], "peer": {"name": "another", "runs": [0.5]}}
    put(tree, changed(figures=[row]))
    report(tree)
    assert any("| 2.50 |" in line for line in lines(tree))


def test_columns_that_no_line_fills_are_left_out(tree):
    put(tree, changed(figures=[RECORD["figures"][1]]))
    report(tree)
    assert "| figure | machine | Hadal | record |" in lines(tree)
    assert f"| start, from `exec` to the first token, s | `zen9-2` | 0.25 | [2026-12-01](../bench/records/{NAME}) |" in lines(tree)


def test_a_record_taken_out_takes_its_rows_with_it(tree):
    put(tree, RECORD)
    other = "2026-12-01-zen8-2-beside_llama_cpp.json"
    put(tree, changed(machine="zen8-2"), other)
    report(tree)
    assert sum("zen9-2" in line for line in lines(tree)) == 3
    (tree / "bench/records" / NAME).unlink()
    assert report(tree, "--check").returncode == 1
    report(tree)
    assert not any("zen9-2" in line for line in lines(tree))
    assert sum("zen8-2" in line for line in lines(tree)) == 3


def test_the_newest_record_of_a_machine_is_shown(tree):
    put(tree, RECORD)
    put(tree, with_figure(runs=[2000]), NAME.replace(".json", "-2.json"))
    put(tree, with_figure(runs=[1]) | {"date": "2026-11-30"}, NAME.replace("12-01", "11-30"))
    report(tree)
    shown = [line for line in lines(tree) if "16 streams" in line]
    assert len(shown) == 1 and "| 2,000 |" in shown[0]


def test_a_transcribed_summary_is_marked_and_its_middle_is_not_made_up(tree):
    put(tree, with_figure(runs=[141, 156], runs_are="least and most of 6") | {"source": "transcribed"})
    report(tree)
    shown = next(line for line in lines(tree) if "16 streams" in line)
    assert "| 141 to 156 |" in shown and shown.endswith(") \\* |")


def test_the_best_ratios_are_those_that_hold_on_every_machine(tree):
    put(tree, RECORD)
    put(tree, changed(machine="zen8-2", figures=[RECORD["figures"][0] | {"runs": [1600]}]), NAME.replace("zen9", "zen8"))
    alone = {"row": "mask_first", "unit": "us", "runs": [1], "peer": {"name": "XGrammar 0.2.8", "runs": [90]}}
    put(tree, changed(bench="grammar", figures=[alone]), "2026-12-01-zen9-2-grammar.json")
    report(tree)
    found = [line for line in lines(tree, "README.md") if line.startswith("- ")]
    assert found == ["- throughput, 16 streams over HTTP: **3.0 to 4.0 times** the tokens per second of llama.cpp (2 machines)"]


def test_check_fails_on_a_stale_page_and_leaves_it(tree):
    put(tree, RECORD)
    before = (tree / "docs/PERFORMANCE.md").read_text()
    found = report(tree, "--check")
    assert found.returncode == 1 and "docs/PERFORMANCE.md: differs from bench/records" in found.stdout
    assert (tree / "docs/PERFORMANCE.md").read_text() == before
    report(tree)
    assert report(tree, "--check").returncode == 0


@pytest.mark.parametrize(
    "record, fault",
    [
        (without("commit"), "commit: is missing"),
        (changed(colour="red"), "colour: is unknown"),
        (changed(date="yesterday"), "date: is not a date"),
        (changed(commit="main"), "commit: is not the hash of a commit"),
        (changed(source="guessed"), "source: is not one of"),
        (changed(cpu=" "), "cpu: is not a text"),
        (changed(machine="zen8-2"), "bench: the file's name is not"),
        (changed(figures=[]), "figures: is not a list of figures"),
        (with_figure(row="http_17"), "row: is no row of bench/report.py"),
        (with_figure(unit="tokens"), "figures[0].unit: is not one of"),
        (with_figure(runs=[]), "figures[0].runs: is not a list of numbers"),
        (with_figure(runs=[1, "2"]), "figures[0].runs[1]: is not a number"),
        (with_figure(runs=[1, 0]), "figures[0].runs[1]: is not a number"),
        (with_figure(runs=[1, True]), "figures[0].runs[1]: is not a number"),
        (with_figure(runs=[float("nan")]), "figures[0].runs[0]: is not a number"),
        (with_figure(runs_are="median of 5"), "figures[0].runs_are: a measured record holds every run"),
        (with_figure(peer={"name": "llama.cpp"}), "figures[0].peer.runs: is missing"),
        (with_figure(limit={"what": "reads", "share": 1}), "figures[0].limit.share: is not a list"),
        (with_figure(limit="reads"), "figures[0].limit: is no object"),
        (changed(figures=RECORD["figures"][:1] * 2), "figures[1].row: stands twice"),
        ("a text", "record: is no object"),
    ],
)
def test_a_broken_record_is_refused_with_its_file_and_field(tree, record, fault):
    put(tree, record)
    before = (tree / "docs/PERFORMANCE.md").read_text()
    found = report(tree)
    assert found.returncode == 1
    assert found.stdout.startswith(f"{NAME}: ") and fault in found.stdout
    assert (tree / "docs/PERFORMANCE.md").read_text() == before


def test_a_file_that_is_no_json_is_refused_by_name(tree):
    (tree / "bench/records" / NAME).write_text('{"bench": ')
    assert f"{NAME}: is no JSON" in report(tree).stdout


def test_a_field_that_stands_twice_is_refused(tree):
    (tree / "bench/records" / NAME).write_text(json.dumps(RECORD)[:-1] + ', "commit": "0000000"}')
    assert report(tree).stdout == f"{NAME}: commit: stands twice\n"


def test_a_table_that_does_not_exist_is_refused_with_its_page(tree):
    (tree / "README.md").write_text("<!-- report: tables -->\n<!-- report end -->\n")
    found = report(tree)
    assert (found.returncode, found.stdout) == (1, "README.md: there is no table 'tables'\n")


def test_the_pages_of_this_tree_show_its_records():
    assert report(ROOT, "--check").returncode == 0
