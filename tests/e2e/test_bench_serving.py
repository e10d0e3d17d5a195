"""`hadal bench serving` against the real program."""

import json
import subprocess

from hadal_server import PROGRAM


def test_every_answer_is_counted(null_server, tmp_path):
    figures = tmp_path / "figures.json"
    command = [PROGRAM, "bench", "serving", "--url", null_server.url, "--json", figures]
    load = ["--streams", "8", "--tokens", "20", "--requests", "3"]
    done = subprocess.run([*command, *load], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    found = json.loads(figures.read_text())
    assert found["requests"] == 24
    assert found["tokens"] == 24 * 20
    assert found["tokens_per_second"] > 0


def test_a_server_that_is_not_there_fails_the_run():
    command = [PROGRAM, "bench", "serving", "--url", "http://127.0.0.1:1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "cannot connect to http://127.0.0.1:1" in done.stderr
