"""LangChain's client of OpenAI's API drives the default model: tools over several turns, structured answers."""

import enum
import json

import jsonschema
import pytest
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, Field

from conftest import DEFAULT_MODEL

TURNS = [
    ("How is the weather in Beijing?", "Beijing"),
    ("And what is the weather in Paris?", "Paris"),
    ("Now the weather in Rome, please.", "Rome"),
]
CARD = {
    "title": "card",
    "type": "object",
    "properties": {
        "city": {"type": "string", "maxLength": 12},
        "sizes": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 9}, "minItems": 2, "maxItems": 3},
        "open": {"type": "boolean"},
    },
    "required": ["city", "sizes", "open"],
    "additionalProperties": False,
}


class Job(str, enum.Enum):
    baker = "baker"
    pilot = "pilot"


class Person(BaseModel):
    """A person."""

    name: str = Field(max_length=12)
    age: int = Field(ge=0, le=120)
    job: Job


@tool
def query_weather(city: str) -> str:
    """Get weather of a city"""
    return json.dumps({"city": city, "temperature": 21, "sky": "clear"})


@pytest.fixture(scope="module")
def model(start):
    server = start("--model-path", DEFAULT_MODEL, "--served-model-name", "hadal-default")
    return ChatOpenAI(
        base_url=server.url + "/v1",
        api_key="none",
        model="hadal-default",
        temperature=0,
        max_tokens=300,
        max_retries=0,
        stream_usage=True,
    )


def invoke(bound, messages):
    return bound.invoke(messages)


def stream(bound, messages):
    """The sum of the pieces of a stream, which has all fields of a whole answer."""
    whole = None
    for piece in bound.stream(messages):
        whole = piece if whole is None else whole + piece
    return whole


@pytest.mark.parametrize("ask", [invoke, stream])
def test_a_tool_is_called_and_its_result_told_in_three_turns(model, ask):
    bound = model.bind_tools([query_weather])
    messages = []
    for question, city in TURNS:
        messages.append(HumanMessage(question))
        call = ask(bound, messages)
        messages.append(call)
        assert [(c["name"], c["args"]) for c in call.tool_calls] == [("query_weather", {"city": city})]
        assert not call.invalid_tool_calls
        assert call.response_metadata["finish_reason"] == "tool_calls"
        messages += [ToolMessage(query_weather.invoke(c["args"]), tool_call_id=c["id"]) for c in call.tool_calls]
        told = ask(bound, messages)
        messages.append(told)
        assert not told.tool_calls
        assert city in told.content and "21" in told.content
        assert told.usage_metadata["total_tokens"] > told.usage_metadata["input_tokens"] > 0
    ids = [c["id"] for m in messages for c in getattr(m, "tool_calls", [])]
    assert len(set(ids)) == len(TURNS)


def test_a_streamed_call_is_the_whole_call(model):
    bound = model.bind_tools([query_weather])
    whole, joined = invoke(bound, TURNS[0][0]), stream(bound, TURNS[0][0])
    assert [{**c, "id": None} for c in whole.tool_calls] == [{**c, "id": None} for c in joined.tool_calls]
    assert joined.content == whole.content
    assert joined.usage_metadata["output_tokens"] == whole.usage_metadata["output_tokens"]


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_a_streamed_structured_answer_grows_into_what_its_schema_asks(model, method):
    bound = model.with_structured_output(CARD, method=method, strict=True)
    pieces = list(bound.stream("Show me a card of a city."))
    jsonschema.validate(pieces[-1], CARD)
    assert len(pieces) > 1
    for earlier, later in zip(pieces, pieces[1:]):
        assert list(later)[: len(earlier)] == list(earlier)


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_a_structured_answer_is_an_object_of_its_class(model, method):
    bound = model.with_structured_output(Person, method=method, include_raw=True)
    answer = bound.invoke("Invent a person.")
    assert answer["parsing_error"] is None
    assert isinstance(answer["parsed"], Person)
    assert list(model.with_structured_output(Person, method=method).stream("Invent a person."))[-1] == answer["parsed"]


def test_json_mode_gives_an_object(model):
    bound = model.with_structured_output(None, method="json_mode")
    assert isinstance(bound.invoke("Describe Rome as JSON."), dict)


class Report(BaseModel):
    """The weather of a city."""

    city: str = Field(max_length=12)
    temperature: int = Field(ge=-60, le=60)


@pytest.mark.parametrize("ask", [invoke, stream])
def test_a_tool_runs_beside_a_response_format_and_the_last_answer_parses(model, ask):
    bound = model.bind_tools([query_weather], response_format=Report, strict=True)
    messages = [HumanMessage(TURNS[0][0])]
    call = ask(bound, messages)
    assert [(c["name"], c["args"]) for c in call.tool_calls] == [("query_weather", {"city": "Beijing"})]
    assert call.response_metadata["finish_reason"] == "tool_calls"
    assert not call.content
    results = [ToolMessage(query_weather.invoke(c["args"]), tool_call_id=c["id"]) for c in call.tool_calls]
    told = ask(model.bind(response_format=Report), [*messages, call, *results])
    assert isinstance(told.additional_kwargs["parsed"], Report)
    assert Report.model_validate_json(told.content) == told.additional_kwargs["parsed"]
    again = ask(bound, [*messages, call, *results])  # the tool is still offered: calls, or the format
    assert again.tool_calls or isinstance(again.additional_kwargs["parsed"], Report)


@pytest.mark.parametrize("choice", ["query_weather", "any", "required"])
def test_a_forced_choice_calls_whatever_is_said(model, choice):
    forced = model.bind_tools([query_weather], tool_choice=choice)
    answer = forced.invoke("Hello!")
    assert [c["name"] for c in answer.tool_calls][:1] == ["query_weather"]
    assert not answer.invalid_tool_calls
