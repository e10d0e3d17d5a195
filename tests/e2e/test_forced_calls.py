"""tool_choice required and named, and strict functions: calls that a grammar enforces, in every call format."""

import json

import jsonschema
import pytest

from conftest import DEFAULT_MODEL
from hadal_server import stream_events

CITY = {
    "type": "object",
    "properties": {"city": {"type": "string", "maxLength": 20}, "days": {"type": "integer", "minimum": 1, "maximum": 9}},
    "required": ["city", "days"],
    "additionalProperties": False,
}
SUM = {
    "type": "object",
    "properties": {"a": {"type": "integer", "minimum": 0, "maximum": 99}, "b": {"enum": [1, "two", None]}},
    "required": ["a", "b"],
    "additionalProperties": False,
}
SCHEMAS = {"forecast": CITY, "add": SUM}
TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": schema, "strict": True}}
    for name, schema in SCHEMAS.items()
]
ASK = {"messages": [{"role": "user", "content": "Hello there."}], "tools": TOOLS, "max_tokens": 600}


@pytest.fixture(scope="module", params=["deepseekv3", "deepseekv31", "deepseekv32"])
def server(request, start):
    return start("--model-path", DEFAULT_MODEL, "--tool-call-parser", request.param)


def choice_of(server, **fields):
    answer = server.post("/v1/chat/completions", ASK | fields)
    assert answer.status_code == 200, answer.text
    return answer.json()["choices"][0]


def check(calls):
    for call in calls:
        name, arguments = call["function"]["name"], json.loads(call["function"]["arguments"])
        jsonschema.validate(arguments, SCHEMAS[name])


def test_a_required_call_is_made_and_fits_its_schema(server):
    for seed in range(4):
        choice = choice_of(server, tool_choice="required", temperature=1.2, seed=seed)
        if choice["finish_reason"] == "length":
            continue
        assert choice["finish_reason"] == "tool_calls"
        assert choice["message"]["content"] is None
        assert choice["message"]["tool_calls"]
        check(choice["message"]["tool_calls"])


def test_one_call_is_enough_where_calls_may_not_be_parallel(server):
    choice = choice_of(server, tool_choice="required", parallel_tool_calls=False, temperature=1.0, seed=3)
    assert choice["finish_reason"] == "tool_calls"
    assert len(choice["message"]["tool_calls"]) == 1
    check(choice["message"]["tool_calls"])


def test_a_forced_call_fits_its_schema_though_it_is_not_strict(server):
    tools = [{"type": "function", "function": {"name": name, "parameters": schema}} for name, schema in SCHEMAS.items()]
    for seed in range(3):
        choice = choice_of(
            server, tools=tools, tool_choice="required", parallel_tool_calls=False, temperature=1.2, seed=seed
        )
        assert choice["finish_reason"] == "tool_calls"
        check(choice["message"]["tool_calls"])


@pytest.mark.parametrize(
    "more",
    [{}, {"parameters": None}, {"parameters": {}}, {"parameters": {"type": "object", "properties": {}}}, {"strict": True}],
)
def test_a_function_without_parameters_is_called_with_none(server, more):
    tools = [{"type": "function", "function": {"name": "now", **more}}]
    for temperature in (0, 1.5):
        choice = choice_of(
            server, tools=tools, tool_choice="required", parallel_tool_calls=False, temperature=temperature, seed=5
        )
        assert choice["finish_reason"] == "tool_calls"
        [call] = choice["message"]["tool_calls"]
        assert call["function"] == {"name": "now", "arguments": "{}"}


def test_a_map_of_arguments_is_a_map(server):
    parameters = {"type": "object", "additionalProperties": {"type": "boolean"}, "minProperties": 2, "maxProperties": 3}
    tools = [{"type": "function", "function": {"name": "set", "parameters": parameters}}]
    choice = choice_of(server, tools=tools, tool_choice="required", parallel_tool_calls=False, temperature=1.0, seed=5)
    jsonschema.validate(json.loads(choice["message"]["tool_calls"][0]["function"]["arguments"]), parameters)


@pytest.mark.parametrize("name", ["运行", "файлы.read", "a/b:c", "get weather (v2)", "x" * 256, "ツ" * 256])
def test_a_name_of_any_letters_is_called_streamed_and_whole(server, name):
    tools = [{"type": "function", "function": {"name": name, "parameters": SUM, "strict": True}}]
    past = {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": name, "arguments": '{"a": 1, "b": 1}'}}]}
    messages = [*ASK["messages"], past, {"role": "tool", "tool_call_id": "call_1", "content": "2"}, {"role": "user", "content": "Again."}]
    fields = {"messages": messages, "tools": tools, "tool_choice": {"type": "function", "function": {"name": name}}, "temperature": 0.7, "seed": 3, "parallel_tool_calls": False, "max_tokens": 1200}
    choice = choice_of(server, **fields)
    assert choice["finish_reason"] == "tool_calls"
    [call] = choice["message"]["tool_calls"]
    assert call["function"]["name"] == name
    jsonschema.validate(json.loads(call["function"]["arguments"]), SUM)
    streamed = {"name": "", "arguments": ""}
    for event in stream_events(server.post("/v1/chat/completions", {**ASK, **fields, "stream": True}).text):
        for part in (event["choices"] or [{"delta": {}}])[0]["delta"].get("tool_calls") or []:
            for key in streamed:
                streamed[key] += part["function"].get(key) or ""
    assert streamed == call["function"]


def test_a_schema_that_cannot_be_kept_refuses_a_strict_function_alone(server):
    function = {"name": "odd", "parameters": {"type": "object", "not": {"required": ["x"]}}}
    fields = {"tool_choice": "required", "parallel_tool_calls": False, "temperature": 1.0, "seed": 2, "max_tokens": 200}
    call = choice_of(server, tools=[{"type": "function", "function": function}], **fields)["message"]["tool_calls"][0]
    assert call["function"]["name"] == "odd"
    strict = {"type": "function", "function": {**function, "strict": True}}
    answer = server.post("/v1/chat/completions", {**ASK, **fields, "tools": [strict]})
    assert answer.status_code == 400
    assert "not" in answer.json()["error"]["message"]


def test_references_in_a_strict_schema_lead_into_the_schema(server):
    schema = {
        "$defs": {"unit": {"enum": ["C", "F"]}},
        "type": "object",
        "properties": {"unit": {"$ref": "#/$defs/unit"}, "next": {"anyOf": [{"type": "null"}, {"$ref": "#"}]}},
        "required": ["unit"],
        "additionalProperties": False,
    }
    tool = {"type": "function", "function": {"name": "measure", "parameters": schema, "strict": True}}
    fields = {"tools": [tool], "tool_choice": "required", "parallel_tool_calls": False, "max_tokens": 300}
    for seed in range(3):
        choice = choice_of(server, temperature=1.0, seed=seed, **fields)
        if choice["finish_reason"] == "tool_calls":
            arguments = json.loads(choice["message"]["tool_calls"][0]["function"]["arguments"])
            jsonschema.validate(arguments, schema)
    assert choice["message"]["tool_calls"][0]["function"]["name"] == "measure"


def test_a_named_function_is_the_one_that_is_called(server):
    for name in SCHEMAS:
        choice = choice_of(
            server,
            tool_choice={"type": "function", "function": {"name": name}},
            parallel_tool_calls=False,
            temperature=1.0,
            seed=1,
        )
        assert [c["function"]["name"] for c in choice["message"]["tool_calls"]] == [name]
        check(choice["message"]["tool_calls"])


@pytest.mark.parametrize("by", ["stop", "stop_token_ids"])
def test_a_stop_cuts_a_forced_call_the_same_way_in_a_stream(server, by):
    body = {"prompt": '{"', "add_special_tokens": False}
    stop = {"stop": ['{"'], "stop_token_ids": server.post("/tokenize", body).json()["tokens"]}[by]
    number = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    tool = {"type": "function", "function": {"name": "f", "parameters": number}}
    format = {"parallel_tool_calls": False, "tools": [tool]}
    fields = {"tool_choice": "required", "temperature": 0, by: stop, **format}
    whole = choice_of(server, **fields)
    if whole["finish_reason"] == "tool_calls":  # the format writes other bytes
        assert server.arguments[-1] == "deepseekv32"
        return
    assert whole["finish_reason"] == "stop"
    assert whole["matched_stop"] == stop[0]
    assert whole["message"]["content"]
    events = stream_events(server.post("/v1/chat/completions", {**ASK, **fields, "stream": True}).text)
    deltas = [e["choices"][0]["delta"] for e in events]
    assert "".join(d.get("content") or "" for d in deltas) == whole["message"]["content"]
    assert not any(d.get("tool_calls") for d in deltas)
    assert events[-1]["choices"][0]["finish_reason"] == "stop"


def test_streamed_arguments_join_to_the_whole_ones(server):
    fields = {"tool_choice": "required", "parallel_tool_calls": False, "temperature": 1.0, "seed": 8}
    whole = choice_of(server, **fields)["message"]["tool_calls"][0]["function"]
    name, arguments = "", ""
    for line in server.post("/v1/chat/completions", ASK | fields | {"stream": True}).text.splitlines():
        if line.startswith("data: {"):
            for choice in json.loads(line[len("data: ") :])["choices"]:
                for call in choice["delta"].get("tool_calls") or []:
                    name += call["function"].get("name") or ""
                    arguments += call["function"].get("arguments") or ""
    assert {"name": name, "arguments": arguments} == whole


def test_strict_functions_bind_calls_and_leave_text_free(server):
    choice = choice_of(server, temperature=0.0)
    assert choice["finish_reason"] in ("stop", "tool_calls", "length")
    check(choice["message"].get("tool_calls") or [])


def test_a_strict_schema_that_cannot_be_honoured_names_the_tools(server):
    tools = [{"type": "function", "function": {"name": "f", "strict": True, "parameters": {"type": "object", "not": {}}}}]
    answer = server.post("/v1/chat/completions", ASK | {"tools": tools})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "tools"


def test_a_forced_call_wins_over_another_constraint(server):
    for constraint in ({"regex": "a"}, {"response_format": {"type": "json_object"}}):
        choice = choice_of(server, tool_choice="required", parallel_tool_calls=False, temperature=1.0, seed=5, **constraint)
        assert choice["finish_reason"] == "tool_calls"
        assert choice["message"]["content"] is None
        check(choice["message"]["tool_calls"])
