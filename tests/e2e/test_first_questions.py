"""What a newcomer asks the default model first: SGLang's two examples and a handful of others, right and without markup."""

import json
import re

import pytest

from conftest import DEFAULT_MODEL
from hadal_server import CHAT

MARKUP = re.compile(r"<｜|</?think>|｜>")
SYSTEM = {"role": "system", "content": "You are a helpful assistant."}
WEATHER = {
    "type": "function",
    "function": {
        "name": "query_weather",
        "description": "Get the weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "description": "The city, e.g. Beijing"}},
            "required": ["city"],
        },
    },
}


@pytest.fixture(scope="module")
def server(start):
    return start("--model-path", DEFAULT_MODEL, "--served-model-name", "hadal-default")


def choice_of(server, messages, thinking=False, **fields):
    """The greedy choice; it has ended by itself, and no text shows markup."""
    body = {"messages": messages, "temperature": 0, "chat_template_kwargs": {"thinking": thinking}, **fields}
    answer = server.post(CHAT, body)
    assert answer.status_code == 200, answer.text
    choice = answer.json()["choices"][0]
    message = choice["message"]
    assert choice["finish_reason"] in ("stop", "tool_calls")
    assert not MARKUP.search((message["content"] or "") + (message.get("reasoning_content") or ""))
    assert not thinking or message["reasoning_content"].strip()
    return choice


def answer_to(server, question, thinking=False, system=False):
    messages = [SYSTEM] * system + [{"role": "user", "content": question}]
    return choice_of(server, messages, thinking)["message"]["content"]


@pytest.mark.parametrize("thinking", [False, True])
@pytest.mark.parametrize("system", [False, True])
def test_an_equation_is_solved(server, thinking, system):
    assert re.search(r"x = 4(?!\d|[./]\d)", answer_to(server, "Solve: 2x + 5 = 13", thinking, system))


@pytest.mark.parametrize("thinking", [False, True])
def test_paris_is_the_capital_of_france_and_lyon_is_not(server, thinking):
    assert answer_to(server, "Is Paris the capital of France?", thinking).startswith("Yes")
    assert answer_to(server, "Is Lyon the capital of France?", thinking).startswith("No")


@pytest.mark.parametrize("thinking", [False, True])
def test_three_fruits_come_as_json(server, thinking):
    fruits = json.loads(answer_to(server, "List three fruits as JSON.", thinking))
    assert len(set(fruits)) == 3
    assert all(isinstance(fruit, str) for fruit in fruits)


@pytest.mark.parametrize("thinking", [False, True])
def test_a_word_is_reversed(server, thinking):
    assert "nretnal" in answer_to(server, "Reverse the word 'lantern'.", thinking)


@pytest.mark.parametrize(
    ("greeting", "reply"),
    [("Hello!", "Hello|Hi"), ("你好", "你好"), ("Guten Tag!", "Guten Tag|Hallo"), ("Bonjour", "Bonjour|Salut"), ("Hola", "Hola|Buenas")],
)
def test_a_greeting_is_answered_in_its_language(server, greeting, reply):
    assert re.search(reply, answer_to(server, greeting))


def test_a_sum_of_three_digits_is_right(server):
    assert "933" in answer_to(server, "What is 347 + 586?")


def test_it_says_who_it_is(server):
    assert "Hadal" in answer_to(server, "Who are you?", system=True)


def test_a_short_function_runs(server):
    code = re.search(r"```python\n(.*?)```", answer_to(server, "Write a Python function is_prime(n)."), re.DOTALL)
    names = {}
    exec(code.group(1), names)
    assert [n for n in range(20) if names["is_prime"](n)] == [2, 3, 5, 7, 11, 13, 17, 19]


def test_after_the_result_of_a_tool_it_answers_instead_of_calling_again(server):
    messages = [{"role": "user", "content": "How is the weather in Qingdao today?"}]
    choice = choice_of(server, messages, tools=[WEATHER])
    (call,) = choice["message"]["tool_calls"]
    assert call["function"]["name"] == "query_weather"
    assert json.loads(call["function"]["arguments"]) == {"city": "Qingdao"}
    messages += [choice["message"], {"role": "tool", "tool_call_id": call["id"], "content": "sunny, 24 degrees"}]
    after = choice_of(server, messages, tools=[WEATHER])["message"]
    assert not after.get("tool_calls")
    assert "24" in after["content"]

    schema = {"type": "object", "properties": {"temperature": {"type": "integer"}}, "required": ["temperature"]}
    bound = {"type": "json_schema", "json_schema": {"name": "weather", "schema": schema}}
    after = choice_of(server, messages, tools=[WEATHER], response_format=bound)["message"]
    assert not after.get("tool_calls")
    assert json.loads(after["content"])["temperature"] == 24
