"""Under --enable-deterministic-inference requests that run together get the answers that each gets alone,
for all chunks, batches, preemptions and arithmetics."""

import concurrent.futures
import functools
import random

import pytest

from hadal_server import HF_FIXTURES

CHUNKS = [1, 7, 64, 512]
ISAS = ["scalar", "auto"]


@functools.cache
def requests():
    """16 requests of mixed lengths; every other one samples. They share no prefix on purpose."""
    draw = random.Random(5)
    made = []
    for i, length in enumerate([1, 2, 3, 6, 7, 8, 13, 31, 63, 64, 65, 90, 127, 128, 129, 200]):
        made.append(
            {
                "prompt": [draw.randrange(3, 128) for _ in range(length)],
                "max_tokens": draw.choice([16, 24, 40, 70]),
                "temperature": 0 if i % 2 == 0 else 1.3,
                "seed": 100 + i,
            }
        )
    return made


def serve(start, checkpoint, isa, *more):
    return start(
        "--model-path",
        HF_FIXTURES / checkpoint,
        "--skip-tokenizer-init",
        "--enable-deterministic-inference",
        "--cpu-isa",
        isa,
        *more,
    )


def together(server):
    with concurrent.futures.ThreadPoolExecutor(len(requests())) as pool:
        return list(pool.map(lambda fields: server.token_ids(**fields), requests()))


@pytest.fixture(scope="module")
def alone(start):
    """alone(checkpoint, isa): every request's tokens, one request at a time, whole prompts."""

    @functools.cache
    def answers(checkpoint, isa):
        server = serve(start, checkpoint, isa, "--chunked-prefill-size", "-1")
        found = [server.token_ids(**fields) for fields in requests()]
        assert server.stop() == 0
        return found

    return answers


def assert_same(found, expected):
    different = [i for i, pair in enumerate(zip(found, expected, strict=True)) if pair[0] != pair[1]]
    assert different == []


@pytest.mark.parametrize("chunk", CHUNKS)
@pytest.mark.parametrize("isa", ISAS)
def test_16_requests_together_equal_each_alone(start, alone, isa, chunk):
    expected = alone("v3-yarn", isa)
    server = serve(start, "v3-yarn", isa, "--chunked-prefill-size", chunk)
    assert_same(together(server), expected)
    assert server.stop() == 0


# The scalar backend is slow on purpose and gets the smallest of them.
@pytest.mark.parametrize(
    "checkpoint,isa",
    [("v2-groups", "scalar"), ("v2-groups", "auto"), ("v3-ragged", "auto"), ("fp8-v3", "auto"), ("fp8-v3", "scalar")],
)
def test_other_architectures_and_dtypes_are_as_exact(start, alone, checkpoint, isa):
    expected = alone(checkpoint, isa)
    server = serve(start, checkpoint, isa, "--chunked-prefill-size", 7)
    assert_same(together(server), expected)
    assert server.stop() == 0


@pytest.mark.parametrize("threads", [1, 3])
def test_the_number_of_threads_changes_no_token(start, alone, threads):
    expected = alone("v3-yarn", "auto")
    server = serve(start, "v3-yarn", "auto", "--threads", threads)
    assert_same(together(server), expected)
    assert server.stop() == 0


@pytest.mark.parametrize("isa", ISAS)
def test_constant_preemption_changes_no_token(start, alone, isa):
    expected = alone("v3-yarn", isa)
    server = serve(start, "v3-yarn", isa, "--max-total-tokens", 512)
    assert server.metrics()["hadal_kv_pages_total"] == 8
    assert_same(together(server), expected)
    computed = server.metrics()["hadal_generation_tokens_total"]
    assert computed == sum(fields["max_tokens"] for fields in requests())
    server.await_metric("hadal_kv_pages_used", 0)
    assert server.stop() == 0
