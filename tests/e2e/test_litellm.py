"""LiteLLM drives the default model: tools over several turns, structured answers, reasoning."""

import json
import os

import jsonschema
import pytest

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else importing it asks the network for prices
import litellm  # noqa: E402

from conftest import DEFAULT_MODEL  # noqa: E402

# Warnings of LiteLLM itself: deprecated uses of a library.
pytestmark = pytest.mark.filterwarnings("ignore")

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "query_weather",
            "description": "Get weather of a city",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string", "description": "The city name"}},
                "required": ["city"],
            },
        },
    }
]
TURNS = [
    ("How is the weather in Beijing?", "Beijing"),
    ("And what is the weather in Paris?", "Paris"),
    ("Now the weather in Rome, please.", "Rome"),
]
CARD = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "maxLength": 12},
        "size": {"type": "integer", "minimum": 0, "maximum": 9},
    },
    "required": ["city", "size"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def complete(start):
    server = start("--model-path", DEFAULT_MODEL, "--served-model-name", "hadal-default")

    def ask(messages, **fields):
        return litellm.completion(
            model="openai/hadal-default",
            api_base=server.url + "/v1",
            api_key="none",
            messages=messages,
            num_retries=0,
            **{"temperature": 0, "max_tokens": 300, **fields},
        )

    return ask


@pytest.fixture(scope="module")
def stream(complete):
    """A streamed answer, joined by LiteLLM to the form of a whole one."""

    def ask(messages, **fields):
        options = {"stream": True, "stream_options": {"include_usage": True}}
        return litellm.stream_chunk_builder(list(complete(messages, **options, **fields)), messages=messages)

    return ask


def message_of(answer):
    return answer.choices[0].message


def user(text):
    return {"role": "user", "content": text}


@pytest.mark.parametrize("way", ["complete", "stream"])
def test_a_tool_is_called_and_its_result_told_in_three_turns(request, way):
    ask = request.getfixturevalue(way)
    messages = []
    for question, city in TURNS:
        messages.append(user(question))
        answer = ask(messages, tools=TOOLS)
        assert answer.choices[0].finish_reason == "tool_calls"
        (call,) = message_of(answer).tool_calls
        assert call.function.name == "query_weather"
        assert json.loads(call.function.arguments) == {"city": city}
        result = json.dumps({"city": city, "temperature": 21, "sky": "clear"})
        messages += [
            message_of(answer).model_dump(),
            {"role": "tool", "tool_call_id": call.id, "content": result},
        ]
        told = ask(messages, tools=TOOLS)
        assert told.choices[0].finish_reason == "stop"
        assert not message_of(told).tool_calls
        assert city in message_of(told).content and "21" in message_of(told).content
        messages.append(message_of(told).model_dump())


@pytest.mark.parametrize("way", ["complete", "stream"])
def test_a_structured_answer_is_what_its_schema_asks(request, way):
    ask = request.getfixturevalue(way)
    form = {"type": "json_schema", "json_schema": {"name": "card", "schema": CARD, "strict": True}}
    answer = ask([user("Show me a card of a city.")], response_format=form)
    assert answer.choices[0].finish_reason == "stop"
    jsonschema.validate(json.loads(message_of(answer).content), CARD)


@pytest.mark.parametrize("tools", [None, TOOLS])
def test_streamed_and_whole_answers_are_the_same(complete, stream, tools):
    fields = {"tools": tools} if tools else {"chat_template_kwargs": {"thinking": True}}
    whole = complete([user(TURNS[0][0])], **fields)
    joined = stream([user(TURNS[0][0])], **fields)
    a, b = message_of(whole).model_dump(), message_of(joined).model_dump()
    for message in (a, b):
        for call in message["tool_calls"] or []:
            call.pop("id")
            call.pop("index", None)
    assert (a["content"] or None) == (b["content"] or None)
    assert a["tool_calls"] == b["tool_calls"]
    assert a.get("reasoning_content") == b.get("reasoning_content")
    assert whole.usage.completion_tokens == joined.usage.completion_tokens
    assert whole.usage.prompt_tokens == joined.usage.prompt_tokens


def test_reasoning_and_a_budget_pass_through(complete):
    answer = complete(
        [user("What is 17 + 25?")], chat_template_kwargs={"thinking": True}, thinking_budget=2
    )
    assert message_of(answer).reasoning_content
    assert "think>" not in message_of(answer).content
    assert answer.usage.completion_tokens_details.reasoning_tokens <= 3


def test_deepseek_s_own_switch_turns_thinking_on_and_off(complete):
    """As its provider for DeepSeek's API sends it: `"thinking": {"type": ...}` in the body."""
    ask = [{"role": "user", "content": "What is 17 + 25?"}]
    for fields, thinks in [
        ({"thinking": {"type": "enabled"}}, True),
        ({"thinking": {"type": "disabled"}}, False),
        ({"thinking": {"type": "disabled"}, "reasoning_effort": "high"}, False),
        ({"enable_thinking": True}, True),
        ({"thinking": {"type": "enabled"}, "chat_template_kwargs": {"thinking": False}}, False),
    ]:
        message = complete(ask, extra_body=fields).choices[0].message
        assert bool(getattr(message, "reasoning_content", None)) == thinks, fields
        assert message.content, fields


def test_litellm_s_deepseek_provider_switches_thinking(start):
    server = start("--model-path", DEFAULT_MODEL, "--allow-any-model-name")
    for kind in ("enabled", "disabled"):
        answer = litellm.completion(
            model="deepseek/deepseek-chat",
            api_base=server.url + "/v1",
            api_key="none",
            messages=[{"role": "user", "content": "What is 17 + 25?"}],
            thinking={"type": kind},
            temperature=0,
            max_tokens=300,
        )
        reasoning = getattr(answer.choices[0].message, "reasoning_content", None)
        assert bool(reasoning) == (kind == "enabled"), (kind, answer)
