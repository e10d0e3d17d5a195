"""Reasoning and tool calls of the default model, which really thinks and calls, by openai-python."""

import json

import openai
import pytest

from conftest import DEFAULT_MODEL
from hadal_server import SLOWNESS

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "Get weather of a city",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string", "description": "The city name"}},
                "required": ["city"],
            },
        },
    }
]
WEATHER = [{"role": "user", "content": "How is the weather in Beijing?"}]
SUM = [{"role": "user", "content": "What is 17 + 25?"}]
THINKING = {"chat_template_kwargs": {"thinking": True}}


@pytest.fixture(scope="module")
def ask(start):
    return asking(start("--model-path", DEFAULT_MODEL))


def asking(server):
    client = openai.OpenAI(base_url=server.url + "/v1", api_key="none", max_retries=0, timeout=60 * SLOWNESS)

    def ask_one(messages, **fields):
        fields = {"temperature": 0, "max_tokens": 300, **fields}
        return client.chat.completions.create(model="default", messages=messages, **fields)

    return ask_one


def joined(chunks):
    """The fields, the end and the usage of a message, from a stream."""
    message = {"content": "", "reasoning_content": "", "tool_calls": []}
    end, usage = None, None
    for chunk in chunks:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            delta = choice.delta
            message["content"] += delta.content or ""
            message["reasoning_content"] += getattr(delta, "reasoning_content", None) or ""
            for call in delta.tool_calls or []:
                if call.id:
                    assert call.function.name
                    assert call.index == len(message["tool_calls"])
                    message["tool_calls"].append([call.function.name, ""])
                message["tool_calls"][call.index][1] += call.function.arguments
            end = choice.finish_reason or end
    return message, end, usage


def whole(answer):
    [choice] = answer.choices
    message = choice.message
    calls = [[c.function.name, c.function.arguments] for c in message.tool_calls or []]
    fields = {
        "content": message.content or "",
        "reasoning_content": message.reasoning_content or "",
        "tool_calls": calls,
    }
    return fields, choice.finish_reason, answer.usage


def both_ways(ask, messages, **fields):
    """The whole answer, checked to equal the streamed one."""
    answer = ask(messages, **fields)
    streamed = ask(messages, stream=True, stream_options={"include_usage": True}, **fields)
    assert joined(streamed) == whole(answer)
    return answer


def test_a_tool_is_called(ask):
    answer = both_ways(ask, WEATHER, tools=TOOLS)
    [choice] = answer.choices
    assert choice.finish_reason == "tool_calls"
    assert choice.message.content is None
    assert choice.message.reasoning_content is None
    [call] = choice.message.tool_calls
    assert call.id.startswith("call_")
    assert len(call.id) == 29
    assert call.type == "function"
    assert call.function.name == "get_weather"
    assert json.loads(call.function.arguments) == {"city": "Beijing"}
    assert answer.usage.completion_tokens_details.reasoning_tokens == 0


def test_a_tool_loop_goes_on_with_the_result(ask):
    [choice] = ask(WEATHER, tools=TOOLS).choices
    [call] = choice.message.tool_calls
    result = {"role": "tool", "tool_call_id": call.id, "content": '{"temperature": 21}'}
    messages = [*WEATHER, choice.message.model_dump(exclude_none=True), result]
    answer = both_ways(ask, messages, tools=TOOLS)
    assert answer.choices[0].message.content
    assert answer.choices[0].message.reasoning_content is None
    assert answer.choices[0].finish_reason == "stop"


def test_without_tools_to_call_nothing_is_called(ask):
    answer = both_ways(ask, WEATHER, tools=TOOLS, tool_choice="none")
    plain = ask(WEATHER)
    assert answer.choices[0].message.tool_calls is None
    assert answer.choices[0].message.content == plain.choices[0].message.content
    assert answer.usage.prompt_tokens == plain.usage.prompt_tokens


def test_a_call_that_the_limit_cuts_is_given_as_far_as_it_came(ask):
    full = ask(WEATHER, tools=TOOLS)
    arguments = full.choices[0].message.tool_calls[0].function.arguments
    lengths = set()
    for max_tokens in range(1, full.usage.completion_tokens):
        answer = both_ways(ask, WEATHER, tools=TOOLS, max_tokens=max_tokens)
        [choice] = answer.choices
        assert choice.finish_reason == "length"
        for call in choice.message.tool_calls or []:
            assert arguments.startswith(call.function.arguments)
            lengths.add(len(call.function.arguments))
    assert len(lengths) > 2


def test_thoughts_come_apart_from_the_answer(ask):
    answer = both_ways(ask, SUM, extra_body=THINKING)
    message = answer.choices[0].message
    assert "42" in message.content
    assert "17" in message.reasoning_content
    assert "think>" not in message.content + message.reasoning_content
    details = answer.usage.completion_tokens_details
    assert 0 < details.reasoning_tokens < answer.usage.completion_tokens
    assert answer.usage.reasoning_tokens == details.reasoning_tokens


def test_without_thinking_there_are_no_thoughts(ask):
    answer = both_ways(ask, SUM)
    assert answer.choices[0].message.reasoning_content is None
    assert answer.usage.completion_tokens_details.reasoning_tokens == 0


def test_thoughts_that_the_limit_cuts_are_all_there_is(ask):
    answer = both_ways(ask, SUM, max_tokens=5, extra_body=THINKING)
    assert answer.choices[0].message.content == ""
    assert answer.choices[0].message.reasoning_content
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens_details.reasoning_tokens == 5


def test_reasoning_effort_switches_thinking_and_the_template_switch_wins(ask):
    for effort, extra, thinks in [
        ("high", {}, True),
        ("low", {}, True),
        ("minimal", {}, False),
        ("none", {}, False),
        ("none", THINKING, True),
        ("high", {"chat_template_kwargs": {"enable_thinking": False}}, False),
    ]:
        answer = ask(SUM, reasoning_effort=effort, extra_body=extra)
        assert bool(answer.choices[0].message.reasoning_content) == thinks, (effort, extra)


def test_thoughts_can_stay_in_the_content(ask):
    apart = ask(SUM, extra_body=THINKING).choices[0].message
    fields = {**THINKING, "separate_reasoning": False}
    answer = both_ways_without_reasoning(ask, SUM, fields)
    assert answer.content == apart.reasoning_content + "</think>" + apart.content


def both_ways_without_reasoning(ask, messages, fields):
    message = ask(messages, extra_body=fields).choices[0].message
    assert message.reasoning_content is None
    streamed, _, _ = joined(ask(messages, stream=True, extra_body=fields))
    assert streamed["content"] == message.content
    return message


def test_thoughts_can_come_in_one_piece(ask):
    fields = {**THINKING, "stream_reasoning": False}
    chunks = ask(SUM, stream=True, extra_body=fields)
    thoughts = [
        getattr(choice.delta, "reasoning_content", None)
        for chunk in chunks
        for choice in chunk.choices
    ]
    apart = ask(SUM, extra_body=THINKING).choices[0].message
    assert [thought for thought in thoughts if thought] == [apart.reasoning_content]


def test_stop_strings_do_not_count_in_thoughts(ask):
    apart = ask(SUM, extra_body=THINKING).choices[0].message
    assert "17" in apart.reasoning_content
    answer = both_ways(ask, SUM, stop="17", extra_body=THINKING)
    message = answer.choices[0].message
    assert message.reasoning_content == apart.reasoning_content
    assert message.content == apart.content.split("17")[0]


def test_log_probabilities_are_there_for_thoughts_and_calls(ask):
    for messages, fields in [(SUM, {"extra_body": THINKING}), (WEATHER, {"tools": TOOLS})]:
        answer = ask(messages, logprobs=True, **fields)
        entries = answer.choices[0].logprobs.content
        assert len(entries) == answer.usage.completion_tokens - 1  # all but the end token
        chunks = list(ask(messages, logprobs=True, stream=True, **fields))
        choices = [choice for chunk in chunks for choice in chunk.choices]
        streamed = [entry for c in choices if c.logprobs for entry in c.logprobs.content]
        assert streamed == entries


def test_parsers_can_be_switched_off(start):
    ask = asking(
        start(
            "--model-path",
            DEFAULT_MODEL,
            "--reasoning-parser",
            "none",
            "--tool-call-parser",
            "none",
        )
    )
    message = ask(SUM, extra_body=THINKING).choices[0].message
    assert "</think>" in message.content
    assert not hasattr(message, "reasoning_content")
    message = ask(WEATHER, tools=TOOLS).choices[0].message
    assert message.tool_calls is None
    assert "<｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>" in message.content


def test_deepseek_r1_thinks_by_default_but_not_with_tools(start):
    ask = asking(start("--model-path", DEFAULT_MODEL, "--reasoning-parser", "deepseek-r1"))
    assert both_ways(ask, SUM).choices[0].message.reasoning_content
    off = {"chat_template_kwargs": {"thinking": False}}
    assert both_ways(ask, SUM, extra_body=off).choices[0].message.reasoning_content is None
    answer = both_ways(ask, WEATHER, tools=TOOLS)
    assert answer.choices[0].message.reasoning_content is None
    assert answer.choices[0].finish_reason == "tool_calls"
    [call] = answer.choices[0].message.tool_calls
    result = {"role": "tool", "tool_call_id": call.id, "content": '{"temperature": 21}'}
    said = answer.choices[0].message.model_dump(exclude_none=True)
    after = both_ways(ask, [*WEATHER, said, result], tools=TOOLS)
    assert after.choices[0].message.content
    assert after.choices[0].message.reasoning_content is None


def test_the_start_says_which_parsers_are_used(start):
    server = start("--model-path", DEFAULT_MODEL, "--tool-call-streaming", "live")
    assert (
        "reasoning parser deepseek-v3 and tool-call parser deepseekv31, calls streamed live"
        in server.log
    )
    ask = asking(server)
    answer = both_ways(ask, WEATHER, tools=TOOLS)
    assert answer.choices[0].finish_reason == "tool_calls"
