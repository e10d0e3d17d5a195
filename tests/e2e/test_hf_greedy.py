"""Greedy tokens over the real API equal those of the committed references, token for token."""

import numpy
import pytest
from safetensors.numpy import load_file

from hadal_server import CHECKPOINTS, HF_FIXTURES

ISAS = ["scalar", "auto"]
PLAIN = [name for name in CHECKPOINTS if not name.startswith("fp8")]
FP8 = [name for name in CHECKPOINTS if name.startswith("fp8")]


def serve(start, name, isa, *more):
    arguments = ["--model-path", HF_FIXTURES / name, "--skip-tokenizer-init", "--dtype", "float32"]
    return start(*arguments, "--cpu-isa", isa, *more)


def golden(name):
    return load_file(HF_FIXTURES / name / "golden.safetensors")


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("name", PLAIN)
def test_64_greedy_tokens_equal_those_of_transformers(start, name, isa):
    reference = golden(name)
    server = serve(start, name, isa)
    for i in range(3):
        prompt = reference[f"prompt.{i}.ids"].tolist()
        expected = reference[f"prompt.{i}.continuation"].tolist()
        assert server.token_ids(prompt) == expected, f"prompt {i}"
    assert server.stop() == 0


@pytest.mark.parametrize("name", PLAIN)
def test_logprobs_are_those_of_the_references_distribution(start, name):
    reference = golden(name)
    server = serve(start, name, "auto")
    prompt = reference["prompt.1.ids"].tolist()
    answer = server.complete(
        prompt=prompt,
        max_tokens=64,
        temperature=0,
        ignore_eos=True,
        logprobs=5,
        return_tokens_as_token_ids=True,
    )
    logits = reference["prompt.1.logits"][len(prompt) - 1 :].astype(numpy.float64)
    expected = logits - numpy.log(numpy.exp(logits).sum(axis=1, keepdims=True))
    found = answer["choices"][0]["logprobs"]
    for position, tops in enumerate(found["top_logprobs"]):
        assert len(tops) == 5
        for name_of_token, logprob in tops.items():
            token = int(name_of_token.removeprefix("token_id:"))
            assert logprob == pytest.approx(expected[position][token], abs=3e-4)
    assert server.stop() == 0


@pytest.mark.parametrize("name", FP8)
def test_fp8_weights_alone_choose_the_references_token_at_every_clear_position(start, name):
    server = serve(start, name, "auto", "--fp8-compute", "weight-only")
    equal, clear = agreement(server, golden(name), "weight_only", 1e-3, 64)
    assert clear >= 60
    assert equal == clear
    assert server.stop() == 0


# The scalar backend is slow on purpose: fewer positions.
@pytest.mark.parametrize("isa,positions,clear_min", [("auto", 64, 10), ("scalar", 20, 3)])
@pytest.mark.parametrize("name", FP8)
def test_fp8_weights_and_activations_choose_its_token_where_the_gap_is_wide(
    start, name, isa, positions, clear_min
):
    server = serve(start, name, isa)
    equal, clear = agreement(server, golden(name), "w8a8", 0.5, positions)
    assert clear >= clear_min
    assert equal >= 0.97 * clear
    assert server.stop() == 0


def agreement(server, reference, kind, gap, positions):
    """The number of prefixes among the first `positions`, with a gap of more than `gap` between the two best
    logits, that are continued with the reference's best token; and the number of such prefixes."""
    ids = reference["ids"].tolist()
    logits = reference[f"logits.{kind}"][:positions]
    equal = clear = 0
    for position, row in enumerate(logits):
        best = numpy.sort(row)[-2:]
        if best[1] - best[0] <= gap:
            continue
        clear += 1
        [token] = server.token_ids(ids[: position + 1], max_tokens=1)
        equal += token == row.argmax()
    return equal, clear
