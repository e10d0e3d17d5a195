"""/generate and its neighbours: SGLang's requests and answers, whole, streamed and in batches."""

import json

import pytest

from hadal_server import CHAT, TEXT, error_of, stream_events

GENERATE = "/generate"


def generate(server, **body):
    answer = server.post(GENERATE, body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def events(server, **body):
    answer = server.post(GENERATE, {**body, "stream": True})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    return stream_events(answer.text)


def timeless(answer):
    """An answer without what differs from run to run."""
    meta = {k: v for k, v in answer["meta_info"].items() if k not in ("id", "e2e_latency")}
    return {**answer, "meta_info": meta}


PARAMS = {"max_new_tokens": 12, "temperature": 0, "ignore_eos": True, "sampling_seed": 3}


def test_a_whole_answer_has_text_ids_and_meta_info(text_server):
    answer = generate(text_server, text="The sky is", sampling_params=PARAMS, rid="mine")
    assert set(answer) == {"text", "output_ids", "meta_info"}
    assert len(answer["output_ids"]) == 12
    meta = answer["meta_info"]
    assert meta["id"] == "mine"
    assert meta["completion_tokens"] == 12
    assert meta["finish_reason"] == {"type": "length", "length": 12}
    assert meta["cached_tokens"] == 0
    assert meta["e2e_latency"] > 0
    ids = text_server.post("/tokenize", {"prompt": "The sky is"}).json()["tokens"]
    assert meta["prompt_tokens"] == len(ids)
    text = text_server.post("/detokenize", {"tokens": answer["output_ids"]}).json()["text"]
    assert answer["text"] == text
    by_ids = generate(text_server, input_ids=ids, sampling_params={**PARAMS, "sampling_seed": 3})
    by_text = generate(
        text_server, text="The sky is", sampling_params={**PARAMS, "sampling_seed": 3}
    )
    assert timeless(by_ids) == timeless(by_text)


def test_completions_give_the_same_text(text_server):
    native = generate(
        text_server, text="Once", sampling_params={"max_new_tokens": 9, "sampling_seed": 5}
    )
    other = text_server.complete(prompt="Once", max_tokens=9, seed=5)
    assert native["text"] == other["choices"][0]["text"]


def test_a_stream_repeats_the_text_so_far_and_ends_in_the_whole_answer(text_server):
    body = {"text": "Once", "sampling_params": {**PARAMS, "sampling_seed": 1}, "rid": "r"}
    whole = generate(text_server, **body)
    seen = events(text_server, **body)
    for before, after in zip(seen, seen[1:]):
        assert after["text"].startswith(before["text"])
        assert before["meta_info"]["finish_reason"] is None
        count = after["meta_info"]["completion_tokens"]
        assert count > before["meta_info"]["completion_tokens"]
        assert len(after["output_ids"]) == count
    assert timeless(seen[-1]) == timeless(whole)


def test_a_batch_gives_what_each_prompt_gets_alone(text_server):
    params = {**PARAMS, "sampling_seed": 11, "temperature": 0.8}
    texts = ["One", "Two and", "Three"]
    batch = generate(text_server, text=texts, sampling_params=params, rid=["a", "b", "c"])
    alone = [generate(text_server, text=text, sampling_params=params) for text in texts]
    assert [timeless(a) for a in batch] == [timeless(a) for a in alone]
    assert [a["meta_info"]["id"] for a in batch] == ["a", "b", "c"]
    streamed = {e["index"]: e for e in events(text_server, text=texts, sampling_params=params)}
    for i, one in enumerate(alone):
        event = timeless(streamed[i])
        assert event.pop("index") == i
        assert event == timeless(one)


def test_each_prompt_may_have_parameters_of_its_own(null_server):
    batch = generate(
        null_server,
        input_ids=[[5], [6, 7]],
        sampling_params=[
            {"max_new_tokens": 2, "ignore_eos": True},
            {"max_new_tokens": 4, "ignore_eos": True},
        ],
    )
    assert [a["meta_info"]["completion_tokens"] for a in batch] == [2, 4]
    assert [a["meta_info"]["prompt_tokens"] for a in batch] == [1, 2]


def test_n_gives_a_list_prompt_by_prompt(null_server):
    params = {**PARAMS, "n": 2, "temperature": 1}
    one = generate(null_server, text="a", sampling_params=params)
    assert isinstance(one, list) and len(one) == 2
    two = generate(null_server, text=["a", "b b b"], sampling_params=params)
    lengths = [a["meta_info"]["prompt_tokens"] for a in two]
    assert lengths[0] == lengths[1] < lengths[2] == lengths[3]


@pytest.mark.parametrize("begin", [-1, 0, 2])
def test_log_probabilities_are_of_every_token(text_server, begin):
    ids = text_server.post("/tokenize", {"prompt": "The sky is blue and"}).json()["tokens"]
    answer = generate(
        text_server,
        input_ids=ids,
        sampling_params=PARAMS,
        return_logprob=True,
        logprob_start_len=begin,
        top_logprobs_num=2,
        return_text_in_logprobs=True,
    )
    meta = answer["meta_info"]
    scored = ids[begin:] if begin >= 0 else []
    assert [t[1] for t in meta["input_token_logprobs"]] == scored
    assert [t[0] is None for t in meta["input_token_logprobs"]] == [
        begin == 0 and i == 0 for i in range(len(scored))
    ]
    assert [t[1] for t in meta["output_token_logprobs"]] == answer["output_ids"]
    assert meta["output_token_logprobs_length"] == 12
    assert all(t[0] <= 0 and isinstance(t[2], str) for t in meta["output_token_logprobs"])
    assert len(meta["input_top_logprobs"]) == len(scored)
    assert all(len(top) == 2 for top in meta["output_top_logprobs"])
    assert meta == {**meta, **events(
        text_server,
        input_ids=ids,
        sampling_params=PARAMS,
        return_logprob=True,
        logprob_start_len=begin,
        top_logprobs_num=2,
        return_text_in_logprobs=True,
    )[-1]["meta_info"], "id": meta["id"], "e2e_latency": meta["e2e_latency"]}


def test_a_prompt_is_scored_as_it_was_sampled(text_server):
    """The log probability of a sampled token equals its score as part of a prompt."""
    ids = text_server.post("/tokenize", {"prompt": "Once upon"}).json()["tokens"]
    sampled = generate(
        text_server, input_ids=ids, sampling_params=PARAMS, return_logprob=True
    )
    whole = ids + sampled["output_ids"]
    for prefill in ({"max_new_tokens": 0}, {"max_new_tokens": 1, "ignore_eos": True}):
        scored = generate(
            text_server,
            input_ids=whole,
            sampling_params=prefill,
            return_logprob=True,
            logprob_start_len=len(ids),
        )
        assert scored["meta_info"]["completion_tokens"] == prefill["max_new_tokens"]
        scores = [t[0] for t in scored["meta_info"]["input_token_logprobs"]]
        expected = [t[0] for t in sampled["meta_info"]["output_token_logprobs"]]
        assert scores == pytest.approx(expected, abs=0.05)


def test_echo_with_logprobs_scores_the_prompt(text_server):
    prompt = "The sky is blue"
    ids = text_server.post("/tokenize", {"prompt": prompt}).json()["tokens"]
    native = generate(
        text_server,
        text=prompt,
        sampling_params={"max_new_tokens": 0},
        return_logprob=True,
        logprob_start_len=0,
    )
    expected = [t[0] for t in native["meta_info"]["input_token_logprobs"]]
    for max_tokens in (0, 3):
        body = {"prompt": prompt, "echo": True, "logprobs": 2, "max_tokens": max_tokens}
        body |= {"temperature": 0, "ignore_eos": True, "seed": 3}
        answer = text_server.complete(**body)
        choice = answer["choices"][0]
        assert choice["text"].startswith(prompt)
        lists = choice["logprobs"]
        assert len(lists["tokens"]) == len(ids) + max_tokens
        assert lists["token_logprobs"][0] is None
        assert lists["top_logprobs"][0] is None
        assert lists["token_logprobs"][: len(ids)][1:] == pytest.approx(expected[1:], abs=0.05)
        for token, offset in list(zip(lists["tokens"], lists["text_offset"]))[1:]:
            assert choice["text"][offset:].startswith(token)
        streamed = stream_events(text_server.post(TEXT, {**body, "stream": True}).text)
        joined = {name: [] for name in lists}
        for event in streamed:
            for name, items in (event["choices"][0]["logprobs"] or {}).items():
                joined[name] += items
        assert joined == lists
        assert "".join(e["choices"][0]["text"] for e in streamed) == choice["text"]


def test_a_long_prompt_is_scored_over_many_steps(null_server):
    ids = [5 + i % 300 for i in range(2000)]
    answer = generate(
        null_server,
        input_ids=ids,
        sampling_params={"max_new_tokens": 1},
        return_logprob=True,
        logprob_start_len=0,
    )
    assert [t[1] for t in answer["meta_info"]["input_token_logprobs"]] == ids


def test_what_bench_serving_sends_is_taken(null_server):
    seen = events(
        null_server,
        text="hello",
        sampling_params={"temperature": 0.0, "max_new_tokens": 4, "ignore_eos": True},
        lora_path=None,
        return_logprob=False,
        logprob_start_len=-1,
    )
    assert seen[-1]["meta_info"]["completion_tokens"] == 4


@pytest.mark.parametrize(
    "body,param",
    [
        ({}, "text"),
        ({"text": "a", "input_ids": [5]}, "text"),
        ({"input_ids": []}, "input_ids"),
        ({"input_ids": [[5], [512]]}, "input_ids"),
        ({"text": "a", "sampling_params": {"top_p": -0.1}}, "sampling_params.top_p"),
        ({"text": "a", "sampling_params": {"stop_token_ids": [512]}}, "stop_token_ids"),
        ({"input_ids": [5], "return_logprob": True, "logprob_start_len": 2}, "logprob_start_len"),
        ({"text": "a", "sampling_params": {"max_new_tokens": 5000}}, "max_tokens"),
    ],
)
def test_what_cannot_be_generated_is_400_and_named(null_server, body, param):
    answer = null_server.post(GENERATE, body)
    assert answer.status_code == 400
    assert error_of(answer)["param"] == param


def test_info_names_the_model_and_keeps_the_key(start, text_model):
    key = "sk-not-to-be-seen"
    server = start("--device", "null", "--model-path", text_model, "--api-key", key)
    for path in ("/get_model_info", "/model_info", "/get_server_info", "/server_info"):
        assert server.client.get(path).status_code == 401
        answer = server.client.get(path, headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 200
        assert key not in answer.text
        assert answer.json()["model_path"] == str(text_model)
    info = answer.json()
    assert info["internal_states"][0]["context_length"] == 4096
    assert info["device"] == "null"


def test_a_gap_is_filled_by_a_model_that_can(start):
    from conftest import DEFAULT_MODEL

    server = start("--device", "null", "--model-path", DEFAULT_MODEL)
    begin, hole, end = (
        server.post("/tokenize", {"prompt": f"<｜fim▁{name}｜>"}).json()["tokens"][-1]
        for name in ("begin", "hole", "end")
    )
    bos = server.post("/tokenize", {"prompt": ""}).json()["tokens"]
    words = {
        text: server.post("/tokenize", {"prompt": text, "add_special_tokens": False}).json()["tokens"]
        for text in ("def f():", "return 1", "x = ")
    }
    body = {"suffix": "return 1", "max_tokens": 2, "return_token_ids": True}
    answer = server.complete(prompt=["def f():", "x = "], echo=True, **body)
    for choice, prefix in zip(answer["choices"], ("def f():", "x = ")):
        expected = [*bos, begin, *words[prefix], hole, *words["return 1"], end]
        assert choice["prompt_token_ids"] == expected
        assert choice["text"].startswith(prefix)


def test_a_gap_is_400_for_a_model_that_cannot_fill_it(null_server):
    for body in ({"prompt": "a", "suffix": "b"}, {"prompt": [5], "suffix": "b"}):
        answer = null_server.post(TEXT, body)
        assert answer.status_code == 400
        assert error_of(answer)["param"] == "suffix"
    assert null_server.post(TEXT, {"prompt": "a", "suffix": "", "max_tokens": 1}).status_code == 200


def test_sglangs_extra_fields_are_taken_everywhere(null_server):
    extra = {
        "top_k": 5,
        "min_p": 0.1,
        "repetition_penalty": 1.1,
        "min_tokens": 1,
        "stop_token_ids": [7],
        "no_stop_trim": True,
        "ignore_eos": True,
        "skip_special_tokens": False,
        "lora_path": None,
        "session_params": {"id": "x"},
        "priority": 3,
        "cache_salt": "s",
        "return_hidden_states": False,
        "max_tokens": 3,
    }
    chat = {"messages": [{"role": "user", "content": "hi"}]}
    assert null_server.post(CHAT, {**chat, **extra}).status_code == 200
    assert null_server.post(TEXT, {"prompt": "hi", **extra}).status_code == 200
    refused = null_server.post(TEXT, {"prompt": "hi", "stop_regex": "a+"})
    assert refused.status_code == 400
    assert error_of(refused)["param"] == "stop_regex"


def test_the_document_is_json_and_names_what_it_describes(null_server):
    answer = null_server.client.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    document = json.loads(answer.text)
    assert document["openapi"] == "3.1.0"
    assert GENERATE in document["paths"]
