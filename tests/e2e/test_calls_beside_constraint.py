"""Tools with a free choice beside a constraint: the answer is calls or what the constraint says, in every call format."""

import json
import re

import jsonschema
import pytest

from conftest import DEFAULT_MODEL
from hadal_server import error_of, stream_events

CHAT = "/v1/chat/completions"
PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string", "maxLength": 16}},
    "required": ["city"],
    "additionalProperties": False,
}
WEATHER = {"name": "query_weather", "description": "Get weather of a city", "parameters": PARAMETERS}
TOOLS = [{"type": "function", "function": WEATHER}]
REPORT = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "maxLength": 16},
        "temperature": {"type": "integer", "minimum": -60, "maximum": 60},
    },
    "required": ["city", "temperature"],
    "additionalProperties": False,
}
SCHEMA_FORMAT = {"type": "json_schema", "json_schema": {"name": "report", "schema": REPORT, "strict": True}}


def is_report(text):
    jsonschema.validate(json.loads(text), REPORT)
    return True


# What is asked, and what a text of it must be.
CONSTRAINTS = {
    "json_schema": ({"response_format": SCHEMA_FORMAT}, is_report),
    "json_object": (
        {"response_format": {"type": "json_object", "schema": REPORT}},
        is_report,
    ),
    "regex": ({"regex": "(Yes|No), [a-z]{2,9}\\."}, re.compile("(Yes|No), [a-z]{2,9}\\.").fullmatch),
    "any_text": ({"regex": "[^!]{1,40}"}, re.compile("[^!]{1,40}").fullmatch),
    "guided_choice": ({"guided_choice": ["sun", "rain"]}, re.compile("sun|rain").fullmatch),
    "structured_outputs": ({"structured_outputs": {"json": REPORT}}, is_report),
    "ebnf": ({"ebnf": 'root ::= "It is " ("warm" | "cold") "."'}, re.compile("It is (warm|cold)\\.").fullmatch),
    "structural_tag": (
        {
            "structural_tag": {
                "format": {"type": "tag", "begin": "<r>", "content": {"type": "regex", "pattern": "[0-9]{1,3}"}, "end": "</r>"}
            }
        },
        re.compile("<r>[0-9]{1,3}</r>").fullmatch,
    ),
}
ASK = {
    "messages": [{"role": "user", "content": "How is the weather in Beijing?"}],
    "tools": TOOLS,
    "max_tokens": 400,
    "temperature": 0,
}


@pytest.fixture(scope="module", params=["deepseekv3", "deepseekv31", "deepseekv32"])
def server(request, start):
    return start("--model-path", DEFAULT_MODEL, "--tool-call-parser", request.param)


@pytest.fixture(scope="module")
def own_format(start):
    """The default model with the call format that it was trained on."""
    return start("--model-path", DEFAULT_MODEL)


def choice_of(server, **fields):
    answer = server.post(CHAT, ASK | fields)
    assert answer.status_code == 200, answer.text
    return answer.json()["choices"][0]


def is_calls(choice, is_text):
    """Whether a whole answer is calls; it must be those alone or the text alone."""
    message = choice["message"]
    if not message.get("tool_calls"):
        assert choice["finish_reason"] == "stop"
        assert is_text(message["content"])
        return False
    assert choice["finish_reason"] == "tool_calls"
    assert message["content"] is None
    for call in message["tool_calls"]:
        assert call["function"]["name"] == "query_weather"
        jsonschema.validate(json.loads(call["function"]["arguments"]), PARAMETERS)
    return True


def joined(events):
    """A streamed choice in the form of a whole one; ids differ from those of another answer."""
    content, calls, finish = "", [], None
    for choice in (c for e in events for c in e["choices"]):
        content += choice["delta"].get("content") or ""
        for call in choice["delta"].get("tool_calls") or []:
            if call["index"] == len(calls):
                calls.append({"name": "", "arguments": ""})
            for part in calls[-1]:
                calls[-1][part] += call["function"].get(part) or ""
        finish = choice["finish_reason"] or finish
    return content, calls, finish


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_an_answer_is_calls_or_what_the_constraint_says(server, name):
    constraint, is_text = CONSTRAINTS[name]
    one = {"parallel_tool_calls": False}  # a model that was not trained on a format may go on for long
    for seed in range(3):
        fields = {**constraint, **one, "temperature": 1.0, "seed": seed}
        whole = choice_of(server, **fields)
        is_calls(whole, is_text)
        events = stream_events(server.post(CHAT, {**ASK, **fields, "stream": True}).text)
        calls = [
            {"name": c["function"]["name"], "arguments": c["function"]["arguments"]}
            for c in whole["message"].get("tool_calls") or []
        ]
        assert joined(events) == (whole["message"]["content"] or "", calls, whole["finish_reason"])
    assert not is_calls(choice_of(server, **constraint, tool_choice="none"), is_text)
    assert is_calls(choice_of(server, **constraint, **one, tool_choice="required"), is_text)
    named = {"type": "function", "function": {"name": "query_weather"}}
    assert is_calls(choice_of(server, **constraint, **one, tool_choice=named), is_text)


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_the_model_calls_when_it_wants_to(own_format, name):
    constraint, is_text = CONSTRAINTS[name]
    assert is_calls(choice_of(own_format, **constraint), is_text)
    assert is_calls(choice_of(own_format, **constraint, tool_choice="auto"), is_text)


def test_a_result_is_told_in_the_format_and_tools_stay_open(own_format):
    first = choice_of(own_format, response_format=SCHEMA_FORMAT)["message"]
    told = [
        {"role": "tool", "tool_call_id": call["id"], "content": '{"temperature": 21}'} for call in first["tool_calls"]
    ]
    messages = [*ASK["messages"], first, *told]
    is_calls(choice_of(own_format, messages=messages, response_format=SCHEMA_FORMAT), is_report)
    last = choice_of(own_format, messages=messages, response_format=SCHEMA_FORMAT, tool_choice="none")
    assert not is_calls(last, is_report)


def test_reasoning_is_free_and_then_either_follows(own_format):
    thinking = {"chat_template_kwargs": {"thinking": True}, "thinking_budget": 12}
    for parsed in (True, False):
        for seed in range(3):
            fields = {"separate_reasoning": parsed, "temperature": 1.0, "seed": seed, "parallel_tool_calls": False}
            choice = choice_of(own_format, response_format=SCHEMA_FORMAT, **thinking, **fields)
            if not parsed:
                reasoning, end, rest = choice["message"]["content"].partition("</think>")
                assert end
                choice["message"]["content"] = rest or None
            is_calls(choice, is_report)


def test_reasoning_that_no_parser_takes_stays_text_before_either(start):
    server = start("--model-path", DEFAULT_MODEL, "--reasoning-parser", "none")
    thinking = {"chat_template_kwargs": {"thinking": True}, "thinking_budget": 12, "parallel_tool_calls": False}
    for seed in range(3):
        choice = choice_of(server, response_format=SCHEMA_FORMAT, **thinking, temperature=1.0, seed=seed)
        reasoning, end, rest = choice["message"]["content"].partition("</think>")
        assert end
        choice["message"]["content"] = rest or None
        is_calls(choice, is_report)
    called = choice_of(server, response_format=SCHEMA_FORMAT, **thinking, tool_choice="required")
    assert called["message"]["tool_calls"]


def test_calls_stream_as_they_are_written_unless_a_stop_may_cut_them(own_format):
    def pieces(**fields):
        """The name of the call, and its arguments as they come."""
        body = {**ASK, "response_format": SCHEMA_FORMAT, "stream": True, **fields}
        events = stream_events(own_format.post(CHAT, body).text)
        calls = [c["function"] for e in events for c in e["choices"][0]["delta"].get("tool_calls") or []]
        assert calls[0]["name"] == "query_weather"
        return [c["arguments"] for c in calls if c["arguments"]]

    live = pieces()
    assert len(live) > 1
    assert pieces(stop=["never written"]) == ["".join(live)]


def test_strict_functions_must_be_enforceable_and_others_take_what_can_be(own_format):
    odd = {**WEATHER, "parameters": {**PARAMETERS, "not": {"required": ["x"]}}}
    beside = {"response_format": SCHEMA_FORMAT}
    strict = [{"type": "function", "function": {**odd, "strict": True}}]
    refused = own_format.post(CHAT, {**ASK, **beside, "tools": strict})
    assert refused.status_code == 400
    assert error_of(refused)["param"] == "tools"
    loose = choice_of(own_format, tools=[{"type": "function", "function": odd}], **beside)
    assert isinstance(json.loads(loose["message"]["tool_calls"][0]["function"]["arguments"]), dict)
    wrong = own_format.post(CHAT, {**ASK, "regex": "("})
    assert wrong.status_code == 400
    assert error_of(wrong)["param"] == "regex"


def test_without_a_call_format_the_constraint_stands_alone(start):
    server = start("--model-path", DEFAULT_MODEL, "--tool-call-parser", "none")
    choice = choice_of(server, response_format=SCHEMA_FORMAT)
    assert not choice["message"].get("tool_calls")
    assert is_report(choice["message"]["content"])
