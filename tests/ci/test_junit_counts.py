"""The counts of the verdict are those of the test runners, and a run without tests counts as failed."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def counts(tmp_path: pathlib.Path, text: str) -> tuple[int, str]:
    file = tmp_path / "results.xml"
    file.write_text(text)
    script = ROOT / "scripts" / "junit_counts.py"
    run = subprocess.run([sys.executable, script, file], capture_output=True, text=True)
    return run.returncode, run.stdout


def test_passed_failed_and_skipped_cases_are_told_apart(tmp_path):
    text = """<testsuites><testsuite>
      <testcase name="a"/>
      <testcase name="b" status="run"/>
      <testcase name="c" status="fail"><failure/></testcase>
      <testcase name="d"><error/></testcase>
      <testcase name="e"><skipped/></testcase>
      <testcase name="f" status="notrun"/>
    </testsuite></testsuites>"""
    assert counts(tmp_path, text) == (0, "2 4\n")


def test_a_run_without_tests_has_failed(tmp_path):
    assert counts(tmp_path, "<testsuite></testsuite>") == (1, "")


def test_a_file_that_was_cut_short_has_failed(tmp_path):
    assert counts(tmp_path, "<testsuite><testcase name='a'/>") == (1, "")
