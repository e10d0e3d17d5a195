"""`hadal bench step` as people run it: a table on standard output, JSON and a plot in files."""

import json
import subprocess

from hadal_server import HF_FIXTURES, PROGRAM


def bench(*flags):
    command = [str(PROGRAM), "bench", "step", *map(str, flags)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_a_table_json_and_a_plot(tmp_path):
    done = bench(
        "--model-path", HF_FIXTURES / "v3-yarn", "--load-format", "dummy", "--threads", 2,
        "--batch", "1,2", "--input-len", 20, "--output-len", 4, "--repeats", 1,
        "--json", tmp_path / "out.json", "--plot", tmp_path / "out.svg",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "decode tok/s" in done.stdout
    report = json.loads((tmp_path / "out.json").read_text())
    assert [row["batch"] for row in report["timings"]] == [1, 2]
    for row in report["timings"]:
        assert row["decode_tokens_per_second"] > 0
        assert 0 < row["distinct_experts_per_layer"] <= 8
        # Every decoded token is routed in every MoE layer.
        assert sum(row["expert_hits"]) % (4 * row["batch"]) == 0
    assert report["read_bytes_per_second"] > 0
    assert (tmp_path / "out.svg").read_text().startswith("<svg")


def test_what_does_not_fit_is_said(tmp_path):
    done = bench("--model-path", HF_FIXTURES / "v3-yarn", "--input-len", 100_000)
    assert done.returncode == 1
    assert "do not fit a context of" in done.stderr
    assert bench("--batch", "x").returncode == 2
    replayed = bench("--device", "replay")
    assert replayed.returncode == 1
    assert "a bench runs on cpu or null" in replayed.stderr
