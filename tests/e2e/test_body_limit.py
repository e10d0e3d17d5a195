"""The default limit on bodies follows from the context: a prompt that fits one fits the other."""

import json
import shutil

import pytest

from hadal_server import HF_FIXTURES, TEXT, error_of, run_program

CONTEXT = 400_000


@pytest.fixture(scope="module")
def long_model(tmp_path_factory, text_model):
    folder = tmp_path_factory.mktemp("models") / "long"
    shutil.copytree(text_model, folder)
    config = json.loads((HF_FIXTURES / "v3-yarn/config.json").read_text())
    config |= {"vocab_size": 512, "max_position_embeddings": CONTEXT, "eos_token_id": 1}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.fixture(scope="module")
def server(start, long_model):
    return start("--device", "null", "--model-path", long_model)


def test_ids_with_blanks_fill_half_the_context(server):
    body = json.dumps({"prompt": [256] * 200_000, "max_tokens": 1, "ignore_eos": True})
    assert len(body) > 950_000
    answer = server.client.post(TEXT, content=body.replace(" 256", "    256"))
    assert answer.status_code == 200, answer.text
    assert answer.json()["usage"]["prompt_tokens"] == 200_000


def test_escapes_of_a_long_text_are_no_reason_to_refuse_it(server):
    body = json.dumps({"prompt": "\u8bed" * 250_000, "max_tokens": 1})
    assert len(body) > 1_500_000
    answer = server.client.post("/tokenize", content=body)
    assert answer.status_code == 200, answer.text[:200]


def test_more_than_any_prompt_is_413_with_the_limit(server):
    answer = server.client.post(TEXT, content=b" " * (16 * CONTEXT + 1))
    assert answer.status_code == 413
    assert str(16 * CONTEXT) in error_of(answer)["message"]


@pytest.mark.parametrize(
    "more,said", [([], "bodies up to 6.1 MiB"), (["--context-length", "4096"], "bodies up to 1.0 MiB")]
)
def test_doctor_says_the_limit(long_model, more, said):
    _, output = run_program("doctor", "--device", "null", "--model-path", long_model, *more)
    assert said in output
