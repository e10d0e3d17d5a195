"""Raw prompts of /generate and /v1/completions under constraints and a thinking budget."""

import json
import re

import jsonschema
import pytest

from conftest import DEFAULT_MODEL
from hadal_server import TEXT, TOKENIZE, error_of, stream_events
from test_thinking_budget import PROCESSOR, marks, never  # noqa: F401 (marks is a fixture)

GENERATE = "/generate"
SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 12}, "age": {"type": "integer", "maximum": 99}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
TAG = {
    "format": {
        "type": "tag",
        "begin": "<a>",
        "content": {"type": "json_schema", "json_schema": {"type": "integer", "minimum": 0, "maximum": 99}},
        "end": "</a>",
    }
}
WORDS = {"temperature": 1, "max_new_tokens": 200, "sampling_seed": 5}


@pytest.fixture(scope="module")
def server(start):
    return start("--model-path", DEFAULT_MODEL, "--enable-custom-logit-processor")


def generate(server, **body):
    answer = server.post(GENERATE, body)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("written", [json.dumps(SCHEMA), SCHEMA])
def test_a_schema_binds_generate_as_text_and_as_object(server, written):
    answer = generate(server, text="A person:", sampling_params={**WORDS, "json_schema": written})
    assert answer["meta_info"]["finish_reason"]["type"] == "stop"
    jsonschema.validate(json.loads(answer["text"]), SCHEMA)


@pytest.mark.parametrize(
    "form,pattern",
    [
        ({"regex": "(yes|no)[!?]{2}"}, "(yes|no)[!?]{2}"),
        ({"ebnf": 'root ::= "<" item ("," item){0,5} ">"\nitem ::= [a-c]{2}'}, "<[a-c]{2}(,[a-c]{2}){0,5}>"),
        ({"structural_tag": TAG}, "<a>-?[0-9]+</a>"),
        ({"structural_tag": json.dumps(TAG)}, "<a>-?[0-9]+</a>"),
    ],
)
def test_a_form_binds_generate_and_completions(server, form, pattern):
    whole = generate(server, text="Say it: <", sampling_params={**WORDS, **form})
    assert whole["meta_info"]["finish_reason"]["type"] == "stop"
    assert re.fullmatch(pattern, whole["text"])
    events = stream_events(
        server.post(
            GENERATE, {"text": "Say it: <", "stream": True, "sampling_params": {**WORDS, **form}}
        ).text
    )
    assert events[-1]["text"] == whole["text"]
    assert events[-1]["output_ids"] == whole["output_ids"]
    choice = server.complete(prompt="Say it: <", seed=5, temperature=1, max_tokens=200, **form)["choices"][0]
    assert choice["text"] == whole["text"]
    assert choice["finish_reason"] == "stop"


def test_a_batch_takes_one_form_or_one_each(server):
    texts = ["One:", "Two:", "Three:"]
    shared = generate(server, text=texts, sampling_params={**WORDS, "regex": "[0-9]{3}", "n": 2})
    assert [bool(re.fullmatch("[0-9]{3}", a["text"])) for a in shared] == [True] * 6
    params = [{**WORDS, "regex": "[0-9]{3}"}, {**WORDS, "max_new_tokens": 5}, {**WORDS, "regex": "(ab){1,4}c"}]
    own = generate(server, text=texts, sampling_params=params)
    assert re.fullmatch("[0-9]{3}", own[0]["text"])
    assert own[1]["text"] == generate(server, text="Two:", sampling_params=params[1])["text"]
    assert re.fullmatch("(ab){1,4}c", own[2]["text"])


def test_a_form_that_cannot_be_kept_is_400_and_names_its_prompt(server):
    for params, param in [
        ({"regex": "("}, "sampling_params.regex"),
        ({"json_schema": {"not": {}}}, "sampling_params.json_schema"),
        ([{}, {"ebnf": "root ::= missing"}], "sampling_params[1].ebnf"),
        ({"stop_regex": "a+"}, "sampling_params.stop_regex"),
    ]:
        answer = server.post(GENERATE, {"text": ["a", "b"], "sampling_params": params})
        assert answer.status_code == 400, params
        assert error_of(answer)["param"] == param
    for name in ("regex", "ebnf", "json_schema", "structural_tag"):
        answer = server.post(TEXT, {"prompt": "a", name: "("})
        assert answer.status_code == 400, name
        assert error_of(answer)["param"] == name


@pytest.mark.parametrize("budget", [0, 1, 16, 512])
def test_the_budget_holds_in_generate_by_all_its_names(server, marks, budget):  # noqa: F811
    opened, close, _, eos = marks
    params = {"temperature": 0, "max_new_tokens": budget + 4, **never(close, eos)}
    for more in [
        {"sampling_params": {**params, "thinking_budget": budget}},
        {"sampling_params": {**params, "thinking_token_budget": budget}},
        {
            "custom_logit_processor": PROCESSOR,
            "sampling_params": {**params, "custom_params": {"thinking_budget": budget}},
        },
    ]:
        ids = generate(server, input_ids=[5, opened], **more)["output_ids"]
        assert ids.index(close) == budget
        assert ids.count(close) == 1


def test_a_processor_that_is_not_known_or_not_enabled_is_400(server, start):
    answer = server.post(GENERATE, {"text": "a", "custom_logit_processor": "x"})
    assert (answer.status_code, error_of(answer)["param"]) == (400, "custom_logit_processor")
    plain = start("--model-path", DEFAULT_MODEL)
    answer = plain.post(GENERATE, {"text": ["a", "b"], "custom_logit_processor": [None, PROCESSOR]})
    assert (answer.status_code, error_of(answer)["param"]) == (400, "custom_logit_processor")


def test_reasoning_that_a_raw_prompt_opens_is_free_and_its_end_bound(server, marks):  # noqa: F811
    _, close, _, eos = marks
    prompt = server.post(
        TOKENIZE,
        {
            "messages": [{"role": "user", "content": "Is Paris the capital of France?"}],
            "chat_template_kwargs": {"thinking": True},
        },
    ).json()["tokens"]
    for budget in (0, 6):
        form = {"regex": "(yes|no)\\.", "thinking_budget": budget, **never(close, eos)}
        ids = generate(
            server, input_ids=prompt, sampling_params={"temperature": 1, "max_new_tokens": 40, **form}
        )["output_ids"]
        assert ids.index(close) == budget
        answer = server.post("/detokenize", {"tokens": ids[budget + 1 :]}).json()["text"]
        assert answer in ("yes.", "no.")
        body = {"prompt": prompt, "max_tokens": 40, "return_token_ids": True, **form}
        choice = server.complete(**body)["choices"][0]
        assert choice["token_ids"].index(close) == budget
        assert choice["finish_reason"] == "stop"
        assert re.search("(yes|no)\\.$", choice["text"])
