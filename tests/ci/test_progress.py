"""The line of progress says what is built, how much is left and how long; errors and exit codes come through."""

import os
import pathlib
import pty
import re
import signal
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
STEPS = """ninja: Entering directory `build/cpu-release'
[1/4] Building CXX object model/grammar/CMakeFiles/hadal_model_grammar.dir/json_schema.cpp.o
[2/4] Linking CXX static library model/grammar/libhadal_model_grammar.a
"""


def bash(script: str, **how) -> subprocess.CompletedProcess:
    script = f"source {ROOT}/scripts/progress.sh; {script}"
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, **how)


@pytest.fixture
def tools(tmp_path):
    """A tree with a cmake that succeeds and a ninja that does what a test writes into it."""

    def write(name: str, text: str) -> None:
        (tmp_path / name).write_text(f"#!/bin/bash\n{text}\n")
        (tmp_path / name).chmod(0o755)

    write("cmake", "true")
    write.how = {"cwd": tmp_path, "env": {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}}
    return write


@pytest.mark.parametrize(
    "step, words",
    [
        ("Building CXX object net/http/CMakeFiles/hadal_net_http.dir/server.cpp.o", "net/http"),
        ("Building CXX object actors/server/CMakeFiles/hadal.dir/main.cpp.o", "actors/server"),
        ("Building CXX object CMakeFiles/x.dir/cmake_pch.hxx.gch", "headers that many sources share"),
        ("Linking CXX static library model/chat/libhadal_model_chat.a", "model/chat"),
        ("Linking CXX executable hadal", "the program hadal"),
        ("Linking CXX executable tests/base/base_test", "the program base_test"),
        ("Looking up the source revision", "Looking up the source revision"),
    ],
)
def test_a_step_is_named_by_its_folder(step, words):
    assert bash(f"progress_step '{step}'").stdout == words + "\n"


@pytest.mark.parametrize(
    "seconds, done, total, words",
    [
        (60, 50, 200, ", about 3 min left\n"),
        (100, 100, 350, ", about 4 min left\n"),
        (100, 90, 110, ", about 30 s left\n"),
        (100, 110, 110, ", about 0 s left\n"),
        (9, 50, 200, ""),
        (60, 0, 200, ""),
    ],
)
def test_what_is_left_follows_from_what_the_steps_took(seconds, done, total, words):
    assert bash(f"progress_left {seconds} {done} {total}").stdout == words


def test_a_log_gets_lines_with_folder_count_and_share():
    run = bash("progress_interval=0; progress_follow", input=STEPS)
    said = [re.sub(r"^\[ +\d+ s\] ", "", line) for line in run.stdout.splitlines()]
    assert said == ["model/grammar: 1 of 4 (25 %)", "model/grammar: 2 of 4 (50 %)"]


def test_a_log_gets_no_line_for_every_step():
    steps = "".join(f"[{i}/500] Building CXX object base/CMakeFiles/x.dir/{i}.o\n" for i in range(1, 501))
    assert len(bash("progress_follow", input=steps).stdout.splitlines()) <= 1


def all_that_a_terminal_got(terminal: int) -> str:
    """Reads until the other side is closed, which Linux reports as an error."""
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            return shown.decode()
        if not piece:
            return shown.decode()
        shown += piece


def test_a_terminal_gets_one_line_that_rewrites_itself():
    ours, theirs = pty.openpty()
    script = f"source {ROOT}/scripts/progress.sh; progress_follow"
    subprocess.run(["bash", "-c", script], input=STEPS, text=True, stdout=theirs, check=True)
    os.close(theirs)
    shown = all_that_a_terminal_got(ours)
    os.close(ours)
    # One for each step and one at the end; a step that takes a second is shown again.
    assert shown.count("\r\x1b[K") >= 3 and "\n" not in shown
    assert "model/grammar: 2 of 4 (50 %)" in shown


def test_an_error_is_shown_whole():
    error = "FAILED: base/a.o \n" + "c++ " + "-Wall " * 100 + "\n  a.cpp:1: error: \\n 'x' [y]\n"
    assert bash("progress_follow", input=STEPS + error).stdout.endswith(error)


def test_a_last_line_without_an_end_is_shown():
    assert bash("progress_follow", input="ninja: fatal: out of disk").stdout == "ninja: fatal: out of disk\n"


@pytest.mark.parametrize("code", [0, 1, 7])
def test_the_exit_code_is_that_of_ninja(tools, code):
    tools("ninja", f"echo '[1/1] x'; exit {code}")
    assert bash("set -euo pipefail; progress_build cpu-release", **tools.how).returncode == code


def test_the_targets_reach_ninja(tools):
    tools("ninja", 'echo "$@"')
    assert bash("progress_build cpu-release hadal", **tools.how).stdout.endswith(" hadal\n")


def heed_interrupts():
    """A test that a shell started in the background ignores SIGINT, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_the_build_and_its_last_words_are_shown(tools):
    tools("ninja", "trap 'echo stopped; exit 2' INT; echo started; while true; do sleep 0.1; done")
    script = f"set -euo pipefail; source {ROOT}/scripts/progress.sh; progress_build cpu-release; echo built"
    build = subprocess.Popen(
        ["bash", "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=heed_interrupts, **tools.how
    )
    assert build.stdout.readline() == "started\n"
    time.sleep(0.2)
    os.killpg(build.pid, signal.SIGINT)
    assert build.communicate(timeout=30)[0] == "stopped\n"
    assert build.returncode == 2
