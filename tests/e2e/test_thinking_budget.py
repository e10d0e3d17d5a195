"""A thinking budget ends the reasoning of a model that would continue to reason."""

import json

import openai
import pytest

from conftest import DEFAULT_MODEL
from hadal_server import CHAT, TEXT, TOKENIZE, error_of, stream_events

# The value of SGLang's DeepSeekR1ThinkingBudgetLogitProcessor().to_str().
PROCESSOR = json.dumps(
    {
        "callable": "80049559000000000000008c2a73676c616e672e7372742e73616d706c696e672e"
        "637573746f6d5f6c6f6769745f70726f636573736f72948c26446565705365656b5231"
        "5468696e6b696e674275646765744c6f67697450726f636573736f729493942e"
    }
)
MESSAGES = [{"role": "user", "content": "Question: Is Paris the capital of France?"}]
THINKING = {"chat_template_kwargs": {"thinking": True}}


@pytest.fixture(scope="module")
def server(start):
    return start("--model-path", DEFAULT_MODEL, "--enable-custom-logit-processor")


@pytest.fixture(scope="module")
def r1_server(start):
    return start(
        *("--model-path", DEFAULT_MODEL, "--served-model-name", "deepseek-ai/DeepSeek-R1"),
        *("--reasoning-parser", "deepseek-r1", "--enable-custom-logit-processor"),
    )


@pytest.fixture(scope="module")
def marks(server):
    """Ids of <think>, </think>, the newline and the end token."""
    texts = ["<think>", "</think>", "\n", "<｜end▁of▁sentence｜>"]
    body = {"prompt": texts, "add_special_tokens": False}
    lists = server.post(TOKENIZE, body).json()["tokens"]
    assert all(len(ids) == 1 for ids in lists)
    return [ids[0] for ids in lists]


def never(*ids):
    """A bias under which the model reasons without end."""
    return {"logit_bias": {str(i): -100 for i in ids}}


def ask(server, **fields):
    body = {"messages": MESSAGES, "temperature": 0, "return_token_ids": True, **THINKING, **fields}
    answer = server.post(CHAT, body)
    assert answer.status_code == 200, answer.text
    return answer.json()["choices"][0]


@pytest.mark.parametrize("field", ["thinking_budget", "thinking_token_budget"])
@pytest.mark.parametrize("budget", [0, 1, 16, 512])
def test_thinking_stops_at_the_budget(server, marks, budget, field):
    _, close, _, eos = marks
    fields = {field: budget, "max_tokens": budget + 4, **never(close, eos)}
    ids = ask(server, **fields)["token_ids"]
    assert ids.index(close) == budget
    assert ids.count(close) == 1


@pytest.mark.parametrize("budget", [16, 512])
def test_the_processor_of_sglang_sets_the_budget(server, marks, budget):
    _, close, _, eos = marks
    client = openai.OpenAI(base_url=server.url + "/v1", api_key="none", max_retries=0)
    answer = client.chat.completions.create(
        model="default",
        messages=MESSAGES,
        max_tokens=1024,
        temperature=0,
        extra_body={
            "custom_logit_processor": PROCESSOR,
            "custom_params": {"thinking_budget": budget},
            "return_token_ids": True,
            **THINKING,
            **never(close, eos),
        },
    )
    ids = answer.choices[0].token_ids
    assert ids.index(close) == budget
    assert len(ids) == 1024


def test_without_a_bias_the_answer_is_cut_only_where_it_thinks_longer(server, marks):
    _, close, _, _ = marks
    free = ask(server)["token_ids"]
    thought = free.index(close)
    assert thought > 4
    assert ask(server, thinking_budget=thought)["token_ids"] == free
    assert ask(server, thinking_budget=thought + 100)["token_ids"] == free
    cut = ask(server, thinking_budget=4)["token_ids"]
    assert cut[:4] == free[:4]
    assert cut[4] == close
    assert len(cut) > 6


def test_a_prompt_that_ends_in_a_newline_gets_one_before_the_forced_end(server, marks):
    opened, close, newline, eos = marks
    fields = {"temperature": 0, "return_token_ids": True, "max_tokens": 20, **never(close, eos, newline)}
    body = {"prompt": [5, opened, newline], "thinking_budget": 10, **fields}
    ids = server.post(TEXT, body).json()["choices"][0]["token_ids"]
    assert ids[9:11] == [newline, close]
    assert close not in ids[:9]


def test_a_prompt_that_does_not_think_is_left_alone(server):
    plain = {"chat_template_kwargs": {"thinking": False}, "max_tokens": 40}
    assert ask(server, thinking_budget=1, **plain) == ask(server, **plain)


def test_penalties_and_min_tokens_do_not_keep_thinking_open(server, marks):
    _, close, _, eos = marks
    ids = ask(
        server,
        thinking_budget=12,
        max_tokens=30,
        min_tokens=30,
        stop_token_ids=[close],
        repetition_penalty=2,
        frequency_penalty=2,
        presence_penalty=2,
        **never(eos),
    )["token_ids"]
    assert close in ids[:13]


def test_the_log_probability_of_a_forced_token_is_the_models_own(server, marks):
    _, close, _, eos = marks
    fields = {"logprobs": True, "top_logprobs": 1, "max_tokens": 12, **never(close, eos)}
    forced = ask(server, thinking_budget=8, skip_special_tokens=False, **fields)
    free = ask(server, skip_special_tokens=False, **fields)
    entry = forced["logprobs"]["content"][8]
    assert entry["token"] == "</think>"
    assert entry["logprob"] < 0
    assert entry["top_logprobs"] == free["logprobs"]["content"][8]["top_logprobs"]


def test_a_stream_and_every_choice_keep_the_budget(server, marks):
    _, close, _, eos = marks
    body = {"messages": MESSAGES, "stream": True, "n": 3, "seed": 5, "return_token_ids": True}
    body |= {"thinking_budget": 16, "max_tokens": 24, **THINKING, **never(close, eos)}
    answer = server.post(CHAT, body)
    assert answer.status_code == 200, answer.text
    ids = {0: [], 1: [], 2: []}
    for event in stream_events(answer.text):
        for choice in event["choices"]:
            ids[choice["index"]] += choice.get("token_ids") or []
    assert [choice_ids.index(close) for choice_ids in ids.values()] == [16, 16, 16]
    assert all(len(choice_ids) == 24 for choice_ids in ids.values())


def test_preemption_keeps_the_count(start, marks):
    _, close, _, eos = marks
    server = start(
        *("--model-path", DEFAULT_MODEL, "--max-total-tokens", "1024"),
        *("--context-length", "512", "--enable-deterministic-inference"),
    )
    body = {"messages": MESSAGES, "n": 6, "seed": 3, "return_token_ids": True}
    body |= {"thinking_budget": 200, "max_tokens": 300, **THINKING, **never(close, eos)}
    answer = server.post(CHAT, body).json()
    for choice in answer["choices"]:
        assert choice["token_ids"].index(close) == 200
        assert len(choice["token_ids"]) == 300


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"thinking_budget": "16"}, "thinking_budget"),
        ({"thinking_budget": 1.5}, "thinking_budget"),
        ({"thinking_token_budget": -2}, "thinking_token_budget"),
        ({"thinking_budget": 1, "thinking_token_budget": 2}, "thinking_token_budget"),
        ({"custom_logit_processor": "x"}, "custom_logit_processor"),
        ({"custom_logit_processor": 7}, "custom_logit_processor"),
        ({"custom_logit_processor": PROCESSOR.replace("29493942e", "29493942f")}, None),
        (
            {"custom_logit_processor": PROCESSOR, "custom_params": {"thinking_budget": "many"}},
            "custom_params.thinking_budget",
        ),
        ({"custom_logit_processor": PROCESSOR, "custom_params": 3}, "custom_params"),
    ],
)
def test_what_is_no_budget_is_refused(server, fields, param):
    answer = server.post(CHAT, {"messages": MESSAGES, **fields})
    assert answer.status_code == 400
    assert error_of(answer)["param"] == (param or "custom_logit_processor")


def test_minus_one_is_no_budget(server):
    plain = ask(server)
    assert ask(server, thinking_budget=-1) == plain
    custom = {"custom_logit_processor": PROCESSOR, "custom_params": {"thinking_budget": -5}}
    assert ask(server, **custom) == plain
    assert ask(server, custom_logit_processor=PROCESSOR) == plain


def test_a_processor_needs_the_servers_flag(start):
    server = start("--model-path", DEFAULT_MODEL)
    answer = server.post(CHAT, {"messages": MESSAGES, "custom_logit_processor": PROCESSOR})
    assert answer.status_code == 400
    refusal = error_of(answer)
    assert refusal["param"] == "custom_logit_processor"
    assert "--enable-custom-logit-processor" in refusal["message"]
    assert ask(server, thinking_budget=3, max_tokens=8)["token_ids"]


@pytest.mark.parametrize(("budget", "held_open"), [(512, False), (16, False), (512, True)])
def test_sglangs_own_example_runs_as_it_stands(r1_server, marks, budget, held_open):
    _, close, _, eos = marks
    client = openai.OpenAI(base_url=r1_server.url + "/v1", api_key="none", max_retries=0)
    extra = {"custom_logit_processor": PROCESSOR, "custom_params": {"thinking_budget": budget}}
    answer = client.chat.completions.create(
        model="deepseek-ai/DeepSeek-R1",
        messages=MESSAGES,
        max_tokens=1024,
        seed=7,
        extra_body=extra | (never(close, eos) if held_open else {}),
    )
    [choice] = answer.choices
    assert choice.message.reasoning_content
    thought = answer.usage.completion_tokens_details.reasoning_tokens
    if held_open:
        assert budget <= thought <= budget + 1
        assert choice.finish_reason == "length"
    else:
        assert 0 < thought <= budget + 1
        assert choice.finish_reason == "stop"
        assert choice.message.content
