"""/separate_reasoning and /parse_function_call: the parsers of answers without a model."""

import json

import pytest

from hadal_server import error_of

REASONING = "/separate_reasoning"
CALLS = "/parse_function_call"
TOOLS = [{"type": "function", "function": {"name": "query_weather", "parameters": {}}}]
ARGUMENTS = '{"city": "北京"}'
V3 = (
    "Let me look.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>query_weather\n"
    f"```json\n{ARGUMENTS}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>"
)
V31 = (
    "Let me look.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>query_weather<｜tool▁sep｜>"
    f"{ARGUMENTS}<｜tool▁call▁end｜><｜tool▁calls▁end｜>"
)


def post(server, path, **body):
    answer = server.post(path, body)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    "parser,text,reasoning,rest",
    [
        ("deepseek-r1", "<think>why\n</think>\n\nso", "why\n", "\n\nso"),
        ("deepseek-r1", "why</think>so</think>", "why", "so</think>"),
        ("deepseek-r1", "never ends", "never ends", ""),
        ("deepseek-v3", "<think>why</think>so", "why", "so"),
        ("deepseek-v3", "why</think>so", "", "why</think>so"),
        ("none", "<think>why</think>so", "", "<think>why</think>so"),
    ],
)
def test_reasoning_is_told_from_the_rest(null_server, parser, text, reasoning, rest):
    found = post(null_server, REASONING, text=text, reasoning_parser=parser)
    assert found == {"reasoning_text": reasoning, "text": rest}


@pytest.mark.parametrize("parser,text", [("deepseekv3", V3), ("deepseekv31", V31)])
def test_calls_are_found(null_server, parser, text):
    found = post(null_server, CALLS, text=text, tools=TOOLS, tool_call_parser=parser)
    assert found["normal_text"] == "Let me look."
    [call] = found["calls"]
    assert (call["tool_index"], call["name"]) == (0, "query_weather")
    assert call["parameters"] == ARGUMENTS
    assert json.loads(call["parameters"]) == {"city": "北京"}


def test_a_text_without_calls_is_all_text(null_server):
    found = post(null_server, CALLS, text="a ｜ b", tools=TOOLS, tool_call_parser="deepseekv31")
    assert found == {"normal_text": "a ｜ b", "calls": []}


@pytest.mark.parametrize(
    "path,field", [(REASONING, "reasoning_parser"), (CALLS, "tool_call_parser")]
)
def test_an_unknown_parser_is_400_and_named(null_server, path, field):
    answer = null_server.post(path, {"text": "a", field: "qwen25"})
    assert answer.status_code == 400
    assert error_of(answer)["param"] == field
    assert "qwen25" in error_of(answer)["message"]
