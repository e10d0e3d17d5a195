"""Benches that write records: what they refuse before they measure, and what they make of their figures."""

import importlib.util
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BESIDE = "bench/peer/beside_llama_cpp.py"
NEEDED = {BESIDE: ["--hadal", "hadal", "--llama-bin", "bin", "--gguf", "gguf"]}


def run(bench, *flags):
    command = [sys.executable, ROOT / bench, *NEEDED.get(bench, []), *flags]
    return subprocess.run(command, capture_output=True, text=True)


def loaded(path):
    spec = importlib.util.spec_from_file_location(pathlib.Path(path).stem, ROOT / path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("bench", [BESIDE, "bench/step/take.py", "bench/http/front_end.py", "bench/http/start.py"])
def test_a_record_needs_the_name_of_its_machine(bench):
    found = run(bench, "--record", "somewhere")
    assert found.returncode == 2
    assert "--record needs --machine NAME" in found.stderr


def test_a_record_of_a_shape_without_a_row_is_refused(tmp_path):
    beside = loaded(BESIDE)
    assert beside.rows_of(str(tmp_path / "v2-lite-5-layers-fp8/")) == {"decode 128, tok/s": "wide_decode_1_fp8"}
    assert beside.rows_of(str(tmp_path / "another")) == {}
    assert beside.rows_of(None)["16 streams, first token p50 ms"] == "first_token_16"


def test_runs_of_both_programs_become_figures():
    beside = loaded(BESIDE)
    table = beside.Table()
    for who, rate in [("hadal", 900.0), ("llama.cpp", 400.0), ("llama.cpp", 410.0), ("hadal", 910.0)]:
        table.add("16 streams, tok/s", who, rate)
    table.add("decode 128 behind 7, tok/s", "hadal", 1.0)
    assert table.record("llama.cpp 1234567", beside.rows_of(None)) == [
        {
            "row": "http_16",
            "unit": "tokens/s",
            "runs": [900.0, 910.0],
            "peer": {"name": "llama.cpp 1234567", "runs": [400.0, 410.0]},
        }
    ]
