"""An unmodified openai-python talks to Hadal as it talks to OpenAI."""

import openai
import pytest

MESSAGES = [
    {"role": "system", "content": "Answer in one sentence."},
    {"role": "user", "content": "Why is the sky blue?"},
]
SEEDED = {"seed": 11, "temperature": 0.8}


def client_of(server, api_key="none"):
    return openai.OpenAI(base_url=server.url + "/v1", api_key=api_key, max_retries=0, timeout=60)


@pytest.fixture(scope="module")
def client(text_server):
    return client_of(text_server)


@pytest.fixture(scope="module")
def model(client):
    return client.models.list().data[0].id


def chat(client, model, **fields):
    fields = {"messages": MESSAGES, "max_tokens": 24, **SEEDED, **fields}
    return client.chat.completions.create(model=model, **fields)


def complete(client, model, **fields):
    fields = {"prompt": "The sky is", "max_tokens": 24, **SEEDED, **fields}
    return client.completions.create(model=model, **fields)


def test_a_chat_is_answered_with_text_finish_reason_and_usage(client, model):
    answer = chat(client, model, extra_body={"ignore_eos": True})
    assert answer.object == "chat.completion"
    assert answer.model == model
    assert answer.id.startswith("chatcmpl-")
    [choice] = answer.choices
    assert choice.message.role == "assistant"
    assert choice.message.content
    assert choice.finish_reason == "length"
    assert choice.logprobs is None
    assert answer.usage.completion_tokens == 24
    assert answer.usage.prompt_tokens > 2
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + 24


def test_a_completion_is_answered_with_text_finish_reason_and_usage(client, model):
    answer = complete(client, model, extra_body={"ignore_eos": True})
    assert answer.object == "text_completion"
    [choice] = answer.choices
    assert choice.text
    assert choice.finish_reason == "length"
    assert answer.usage.completion_tokens == 24


def test_a_completion_has_sixteen_tokens_unless_told_otherwise(client, model):
    answer = complete(client, model, max_tokens=openai.omit, extra_body={"ignore_eos": True})
    assert answer.usage.completion_tokens == 16


@pytest.mark.parametrize("temperature", [0, 0.8])
def test_a_streamed_chat_joins_to_the_whole_one(client, model, temperature):
    fields = {"temperature": temperature, "logprobs": True, "top_logprobs": 2, "n": 2}
    whole = chat(client, model, **fields)
    chunks = list(
        chat(client, model, stream=True, stream_options={"include_usage": True}, **fields)
    )
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].choices == []
    assert chunks[-1].usage == whole.usage
    assert all(chunk.usage is None for chunk in chunks[:-1])
    assert len({chunk.id for chunk in chunks}) == 1
    deltas = [choice for chunk in chunks for choice in chunk.choices]
    for expected in whole.choices:
        mine = [choice for choice in deltas if choice.index == expected.index]
        assert "".join(c.delta.content or "" for c in mine) == expected.message.content
        entries = [e for c in mine if c.logprobs for e in c.logprobs.content]
        assert entries == expected.logprobs.content
        assert [c.finish_reason for c in mine if c.finish_reason] == [expected.finish_reason]
        assert mine[-1].finish_reason == expected.finish_reason


@pytest.mark.parametrize("temperature", [0, 0.8])
def test_a_streamed_completion_joins_to_the_whole_one(client, model, temperature):
    fields = {"temperature": temperature, "logprobs": 2, "n": 2, "prompt": ["One", "Two and"]}
    whole = complete(client, model, **fields)
    chunks = list(
        complete(client, model, stream=True, stream_options={"include_usage": True}, **fields)
    )
    assert chunks[-1].choices == []
    assert chunks[-1].usage == whole.usage
    assert [choice.index for choice in whole.choices] == [0, 1, 2, 3]
    pieces = [choice for chunk in chunks for choice in chunk.choices]
    for expected in whole.choices:
        mine = [choice for choice in pieces if choice.index == expected.index]
        assert "".join(c.text for c in mine) == expected.text
        parts = [c.logprobs for c in mine if c.logprobs]
        for field in ("tokens", "token_logprobs", "top_logprobs", "text_offset"):
            joined = [item for part in parts for item in getattr(part, field)]
            assert joined == getattr(expected.logprobs, field), field
        assert mine[-1].finish_reason == expected.finish_reason


def test_a_stream_without_include_usage_has_no_usage(client, model):
    chunks = list(chat(client, model, stream=True))
    assert all(chunk.usage is None for chunk in chunks)
    assert chunks[-1].choices[0].finish_reason in ("stop", "length")


def test_a_seed_gives_the_same_answer_again_and_another_seed_another(client, model):
    fields = {"temperature": 1.5, "max_tokens": 32, "extra_body": {"ignore_eos": True}}
    first = chat(client, model, **fields)
    again = chat(client, model, **fields)
    other = chat(client, model, **{**fields, "seed": 12})
    assert first.choices[0].message.content == again.choices[0].message.content
    assert first.choices[0].message.content != other.choices[0].message.content


def test_choices_of_one_request_differ_and_the_first_is_that_of_n_one(client, model):
    fields = {"temperature": 1.5, "max_tokens": 32, "extra_body": {"ignore_eos": True}}
    both = chat(client, model, n=2, **fields)
    alone = chat(client, model, **fields)
    assert [choice.index for choice in both.choices] == [0, 1]
    assert both.choices[0].message.content == alone.choices[0].message.content
    assert both.choices[0].message.content != both.choices[1].message.content
    assert both.usage.completion_tokens == 64
    assert both.usage.prompt_tokens == alone.usage.prompt_tokens


def test_chat_logprobs_have_an_entry_for_every_token_with_its_bytes(client, model):
    fields = {"ignore_eos": True, "skip_special_tokens": False}
    answer = chat(client, model, logprobs=True, top_logprobs=3, extra_body=fields)
    entries = answer.choices[0].logprobs.content
    assert len(entries) == 24
    text = bytes(byte for entry in entries for byte in entry.bytes)
    assert text.decode(errors="replace") == answer.choices[0].message.content
    for entry in entries:
        assert entry.logprob <= 0
        assert len(entry.top_logprobs) == 3
        best = [top.logprob for top in entry.top_logprobs]
        assert best == sorted(best, reverse=True)
        assert entry.logprob <= best[0]


def test_completion_logprobs_have_an_entry_for_every_token(client, model):
    fields = {"ignore_eos": True, "skip_special_tokens": False}
    answer = complete(client, model, logprobs=5, extra_body=fields)
    logprobs = answer.choices[0].logprobs
    assert len(logprobs.tokens) == len(logprobs.token_logprobs) == 24
    assert len(logprobs.top_logprobs) == len(logprobs.text_offset) == 24
    assert all(5 <= len(top) <= 6 for top in logprobs.top_logprobs)
    assert logprobs.text_offset[0] == 0
    assert logprobs.text_offset == sorted(logprobs.text_offset)


def test_token_ids_stand_for_names_when_asked(client, model):
    answer = complete(
        client,
        model,
        logprobs=1,
        extra_body={"return_tokens_as_token_ids": True, "return_token_ids": True},
    )
    choice = answer.choices[0]
    named = [int(name.removeprefix("token_id:")) for name in choice.logprobs.tokens]
    assert named == choice.token_ids[: len(named)]
    assert len(choice.prompt_token_ids) == answer.usage.prompt_tokens


def test_a_stop_string_ends_the_answer_before_it(client, model):
    fields = {"max_tokens": 48, "extra_body": {"ignore_eos": True}}
    whole = complete(client, model, **fields).choices[0].text
    stop = next(whole[i : i + 3] for i in range(10, len(whole)) if "\ufffd" not in whole[i : i + 3])
    expected = whole[: whole.index(stop)]
    answer = complete(client, model, stop=[stop, "never said"], **fields)
    assert answer.choices[0].text == expected
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.completion_tokens <= 48
    streamed = list(complete(client, model, stop=stop, stream=True, **fields))
    assert "".join(chunk.choices[0].text for chunk in streamed) == expected
    assert streamed[-1].choices[0].finish_reason == "stop"


def test_a_stop_token_ends_the_answer_and_is_counted(client, model):
    fields = {"return_token_ids": True, "ignore_eos": True}
    ids = complete(client, model, extra_body=fields).choices[0].token_ids
    stop = ids[8]
    answer = complete(client, model, logprobs=0, extra_body={**fields, "stop_token_ids": [stop]})
    kept = ids.index(stop)
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.completion_tokens == kept + 1
    assert len(answer.choices[0].logprobs.tokens) == kept


def test_ids_as_a_prompt_and_several_prompts_are_taken(client, model):
    one = complete(client, model, prompt=[5, 6, 7], echo=False)
    assert one.usage.prompt_tokens == 3
    several = complete(client, model, prompt=[[5, 6, 7], [8, 9]])
    assert len(several.choices) == 2
    assert several.usage.prompt_tokens == 5
    assert several.choices[0].text == one.choices[0].text


def test_echo_puts_the_prompt_before_the_answer(client, model):
    plain = complete(client, model)
    echoed = complete(client, model, echo=True)
    assert echoed.choices[0].text == "The sky is" + plain.choices[0].text


def test_models_are_listed_and_one_is_retrieved_by_its_name(client):
    names = [entry.id for entry in client.models.list()]
    assert names
    for name in names:
        found = client.models.retrieve(name)
        assert found.id == name
        assert found.object == "model"
        assert found.owned_by == "hadal"


def test_an_unknown_model_is_a_not_found_error(client):
    with pytest.raises(openai.NotFoundError) as caught:
        chat(client, "gpt-9")
    assert caught.value.code == "model_not_found"
    assert "gpt-9" in caught.value.message
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("gpt-9")
    assert caught.value.code == "model_not_found"


def test_bad_fields_are_bad_request_errors_that_name_the_field(client, model):
    for fields in ({"temperature": 3}, {"n": 0}, {"stop": ""}, {"messages": []}):
        with pytest.raises(openai.BadRequestError) as caught:
            chat(client, model, **fields)
        assert caught.value.param == next(iter(fields))
        assert caught.value.type == "invalid_request_error"
        assert next(iter(fields)) in caught.value.message


def test_a_refused_stream_is_the_same_typed_exception(client, model):
    with pytest.raises(openai.BadRequestError) as caught:
        chat(client, model, stream=True, top_p=7)
    assert caught.value.param == "top_p"


def test_a_wrong_key_is_an_authentication_error_and_the_right_one_is_served(start, text_model):
    server = start("--device", "null", "--model-path", text_model, "--api-key", "sesame")
    assert client_of(server, "sesame").models.list().data
    for wrong in ("sesam", "sesame2", "SESAME"):
        with pytest.raises(openai.AuthenticationError) as caught:
            client_of(server, wrong).models.list()
        assert caught.value.status_code == 401
        assert caught.value.code == "invalid_api_key"
