"""Habits of clients of other servers: fields read from every chunk, paths without /v1, names of constraints, a name of
the request, ends of streams."""

import json

import httpx
import openai
import pytest

from hadal_server import CHAT, TEXT, TOKENIZE, error_of, stream_events

ASK = [{"role": "user", "content": "What is 17 + 25?"}]
PROMPT = "The capital of France is"
THINKING = {"chat_template_kwargs": {"thinking": True}}


@pytest.fixture(scope="module")
def server(start):
    return start()


@pytest.fixture(scope="module")
def client(server):
    return openai.OpenAI(base_url=server.url + "/v1", api_key="none", max_retries=0)


def events_of(server, path, **fields):
    return stream_events(server.post(path, {"stream": True, "temperature": 0, **fields}).text)


def test_a_loop_that_takes_what_is_no_reasoning_for_content_reads_a_stream(client):
    reasoning, content = "", ""
    fields = {"model": "default", "messages": ASK, "temperature": 0, "extra_body": THINKING}
    for chunk in client.chat.completions.create(stream=True, **fields):
        if chunk.choices[0].delta.reasoning_content:
            reasoning += chunk.choices[0].delta.reasoning_content
        else:
            content += chunk.choices[0].delta.content
    whole = client.chat.completions.create(**fields).choices[0].message
    assert (reasoning, content) == (whole.reasoning_content, whole.content)
    assert reasoning and content


def test_reasoning_content_is_there_to_be_read_where_it_is_not_kept_apart(client):
    fields = {"model": "default", "messages": ASK, "extra_body": {**THINKING, "separate_reasoning": False}}
    assert client.chat.completions.create(**fields).choices[0].message.reasoning_content is None
    for chunk in client.chat.completions.create(stream=True, **fields):
        assert chunk.choices[0].delta.reasoning_content is None


def test_the_last_text_of_a_completion_comes_with_its_end_and_its_log_probabilities(server):
    no_end = {"logit_bias": {"1": -100}}  # the end token has no text
    fields = {"prompt": [PROMPT] * 2, "max_tokens": 6, "logprobs": 2, "return_token_ids": True, **no_end}
    choices = [event["choices"][0] for event in events_of(server, TEXT, **fields)]
    for index in range(2):
        mine = [choice for choice in choices if choice["index"] == index]
        assert [choice["finish_reason"] for choice in mine] == [None] * 5 + ["length"]
        assert all(choice["text"] and choice["logprobs"]["tokens"] for choice in mine)
        assert ["prompt_token_ids" in choice for choice in mine] == [True] + [False] * 5


def test_running_usage_stands_in_every_chunk_and_only_beside_the_final_one(server):
    both = {"include_usage": True, "continuous_usage_stats": True}
    for path, fields in [(CHAT, {"messages": ASK}), (TEXT, {"prompt": PROMPT})]:
        fields["ignore_eos"] = True
        events = events_of(server, path, max_tokens=5, stream_options=both, **fields)
        counts = [event["usage"]["completion_tokens"] for event in events]
        assert counts == sorted(counts) and counts[-1] == 5
        alone = {"include_usage": False, "continuous_usage_stats": True}
        for event in events_of(server, path, max_tokens=5, stream_options=alone, **fields):
            assert event.get("usage") is None


def test_paths_without_v1_are_the_same(server):
    assert server.post("/chat/completions", {"messages": ASK, "max_tokens": 2}).status_code == 200
    assert server.post("/completions", {"prompt": PROMPT, "max_tokens": 2}).status_code == 200
    models = httpx.get(server.url + "/models").json()
    assert models == httpx.get(server.url + "/v1/models").json()
    name = models["data"][0]["id"]
    assert httpx.get(f"{server.url}/models/{name}").json() == models["data"][0]
    for path in ["/health_generate", "/ping"]:
        assert httpx.get(server.url + path).status_code == 200


def test_a_request_has_a_name_which_is_the_client_s_if_it_has_one(server):
    for stream in [False, True]:
        body = {"messages": ASK, "max_tokens": 2, "stream": stream}
        own = httpx.post(server.url + CHAT, json=body)
        said = own.json() if not stream else stream_events(own.text)[0]
        assert own.headers.get_list("x-request-id") == [said["id"]]
        theirs = httpx.post(server.url + CHAT, json=body, headers={"X-Request-Id": "trace-7"})
        assert theirs.headers.get_list("x-request-id") == ["trace-7"]
    refused = httpx.post(server.url + CHAT, json={}, headers={"X-Request-Id": "trace-8"})
    assert refused.status_code == 400 and refused.headers["x-request-id"] == "trace-8"


@pytest.mark.parametrize(
    "fields",
    [
        {"structured_outputs": {"choice": ["C++", "C (89)"]}},
        {"structured_outputs": {"regex": r"C\+\+|C \(89\)"}},
        {"structured_outputs": {"grammar": 'root ::= "C++" | "C (89)"'}},
        {"guided_choice": ["C++", "C (89)"]},
        {"guided_regex": r"C\+\+|C \(89\)"},
        {"guided_grammar": 'root ::= "C++" | "C (89)"'},
        {"grammar": 'root ::= "C++" | "C (89)"'},
    ],
)
def test_constraints_hold_by_their_other_names(server, fields):
    for seed in range(3):
        answer = server.post(CHAT, {"messages": ASK, "seed": seed, **fields}).json()
        assert answer["choices"][0]["message"]["content"] in ["C++", "C (89)"]


@pytest.mark.parametrize(
    "fields",
    [
        {"structured_outputs": {"json": {"const": "foo"}}},
        {"guided_json": {"const": "foo"}},
        {"response_format": {"type": "json_object", "schema": {"const": "foo"}}},
    ],
)
def test_schemas_hold_by_their_other_names(server, fields):
    answer = server.post(TEXT, {"prompt": PROMPT, **fields}).json()
    assert json.loads(answer["choices"][0]["text"]) == "foo"


def test_a_constraint_that_cannot_be_is_refused_by_its_own_name(server):
    for fields, name in [
        ({"structured_outputs": {"regex": "[.*"}}, "structured_outputs.regex"),
        ({"guided_json": {"type": "hiccup"}}, "guided_json"),
        ({"structured_outputs": {"grammar": "root ::= missing"}}, "structured_outputs.grammar"),
    ]:
        answer = server.post(TEXT, {"prompt": PROMPT, **fields})
        assert answer.status_code == 400
        assert error_of(answer)["param"] == name


def test_a_prompt_of_ids_echoes_as_its_text_does(server):
    ids = server.post(TOKENIZE, {"prompt": PROMPT}).json()["tokens"]
    fields = {"max_tokens": 3, "echo": True, "logprobs": 1, "temperature": 0}
    of_text = server.post(TEXT, {"prompt": PROMPT, **fields}).json()["choices"]
    of_ids = server.post(TEXT, {"prompt": ids, **fields}).json()["choices"]
    assert of_text[0]["text"].startswith(PROMPT)
    assert of_ids == of_text


def test_tokenize_shows_no_tools_with_tool_choice_none(server):
    tools = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
    plain, shown, hidden = (
        server.post(TOKENIZE, {"messages": ASK, **fields}).json()["tokens"]
        for fields in [{}, {"tools": tools}, {"tools": tools, "tool_choice": "none"}]
    )
    assert hidden == plain != shown


def test_allowed_tools_are_all_that_the_model_sees(server):
    tools = [
        {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}} for name in ("f", "g")
    ]
    only_g = [{"type": "function", "function": {"name": "g"}}]
    choices = [
        {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": only_g}},
        {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "g"}]},
    ]
    expected = server.post(TOKENIZE, {"messages": ASK, "tools": tools[1:]}).json()["tokens"]
    for choice in choices:
        body = {"messages": ASK, "tools": tools, "tool_choice": choice}
        assert server.post(TOKENIZE, body).json()["tokens"] == expected
    required = {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": only_g}}
    answer = server.post(CHAT, {"messages": ASK, "tools": tools, "tool_choice": required, "max_tokens": 300}).json()
    assert {call["function"]["name"] for call in answer["choices"][0]["message"]["tool_calls"]} == {"g"}
    unknown = {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [{"function": {"name": "h"}}]}}
    error = error_of(server.post(CHAT, {"messages": ASK, "tools": tools, "tool_choice": unknown}))
    assert error["param"] == "tool_choice.allowed_tools.tools[0]"


@pytest.mark.parametrize("path", [CHAT, TEXT, "/generate"])
def test_a_top_p_of_0_leaves_the_likeliest_token(server, path):
    def text(**sampling):
        body = {CHAT: {"messages": ASK}, TEXT: {"prompt": PROMPT}, "/generate": {"text": PROMPT}}[path]
        limits = {"max_new_tokens" if path == "/generate" else "max_tokens": 8, **sampling}
        body = body | ({"sampling_params": limits} if path == "/generate" else limits)
        answer = server.post(path, body)
        assert answer.status_code == 200, answer.text
        answer = answer.json()
        return answer["text"] if path == "/generate" else answer["choices"][0].get("text", answer["choices"][0])

    def plain(answer):
        return answer if isinstance(answer, str) else answer["message"]["content"]

    assert plain(text(top_p=0, temperature=1.5)) == plain(text(temperature=0))


def test_stream_options_that_say_nothing_need_no_stream(server):
    for options in (None, {}):
        answer = server.post(TEXT, {"prompt": PROMPT, "max_tokens": 2, "stream_options": options})
        assert answer.status_code == 200, answer.text


def test_the_error_of_a_long_prompt_has_the_words_that_clients_look_for(server):
    prompt = list(range(5, 105)) * 200
    error = error_of(server.post(TEXT, {"prompt": prompt}))
    assert error["code"] == "context_length_exceeded"
    assert "is longer than the model's context length" in error["message"]
    error = error_of(server.post(CHAT, {"messages": ASK, "max_tokens": 10**6}))
    assert "exceeds the model's maximum context length" in error["message"]
