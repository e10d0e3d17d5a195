"""Three requests that users of DeepSeek's models send to other servers, as they stand but for host, port and model
name, with the server commands that go with them: the default model thinks, stops at its budget and calls the tool."""

import json
import subprocess

import openai
import pytest

from conftest import DEFAULT_MODEL
from hadal_server import CHAT, ROOT, stream_events
from test_thinking_budget import PROCESSOR, never

R1 = "deepseek-ai/DeepSeek-R1"
V3 = "deepseek-ai/DeepSeek-V3-0324"
QUESTION = [{"role": "user", "content": "Question: Is Paris the capital of France?"}]


def client_of(server):
    return openai.OpenAI(base_url=server.url + "/v1", api_key="none", max_retries=0)


@pytest.fixture(scope="module")
def thinking_server(start):
    return start("--model-path", DEFAULT_MODEL, "--served-model-name", R1, "--reasoning-parser", "deepseek-r1")


@pytest.fixture(scope="module")
def budget_server(start):
    return start(
        *("--model-path", DEFAULT_MODEL, "--served-model-name", R1),
        *("--enable-custom-logit-processor", "--reasoning-parser", "deepseek-r1"),
    )


@pytest.fixture(scope="module")
def tool_server(start):
    return start(
        *("--model-path", DEFAULT_MODEL, "--served-model-name", V3, "--tool-call-parser", "deepseekv3"),
        *("--chat-template", ROOT / "scripts/chat_templates/tool_chat_template_deepseekv3.jinja"),
        "--trust-remote-code",
    )


def test_reasoning_comes_apart_from_the_answer(thinking_server):
    client = client_of(thinking_server)
    response = client.chat.completions.create(
        model="deepseek-ai/DeepSeek-R1",
        messages=[{"role": "user", "content": "Solve: 2x + 5 = 13"}],
        max_tokens=1024,
    )
    message = response.choices[0].message
    assert message.reasoning_content.strip()
    assert message.content.strip()
    assert "think>" not in message.reasoning_content + message.content
    assert response.choices[0].finish_reason == "stop"
    assert response.usage.reasoning_tokens < response.usage.completion_tokens


def test_streamed_reasoning_comes_first(thinking_server):
    client = client_of(thinking_server)
    stream = client.chat.completions.create(
        model="deepseek-ai/DeepSeek-R1",
        messages=[{"role": "user", "content": "Solve: 2x + 5 = 13"}],
        max_tokens=1024,
        stream=True,
    )
    deltas = [chunk.choices[0].delta for chunk in stream]
    kinds = ["r" if getattr(d, "reasoning_content", None) else "c" for d in deltas if d.content or getattr(d, "reasoning_content", None)]
    assert "r" in kinds and "c" in kinds
    assert sorted(kinds, reverse=True) == kinds


@pytest.mark.parametrize("budget", [4, 16, 512])
def test_thinking_stays_within_the_budget(budget_server, budget):
    response = client_of(budget_server).chat.completions.create(
        model="deepseek-ai/DeepSeek-R1",
        max_tokens=1024,
        messages=QUESTION,
        extra_body={
            "custom_logit_processor": PROCESSOR,
            "custom_params": {"thinking_budget": budget},
        },
    )
    message = response.choices[0].message
    assert message.reasoning_content.strip()
    assert message.content.strip()
    assert response.choices[0].finish_reason == "stop"
    assert 1 < response.usage.reasoning_tokens <= budget + 1  # the tag that ends it counts too


@pytest.mark.parametrize("budget", [16, 512])
def test_thinking_that_would_go_on_ends_exactly_at_the_budget(budget_server, budget):
    texts = {"prompt": ["</think>", "<｜end▁of▁sentence｜>"], "add_special_tokens": False}
    ends = [ids[0] for ids in budget_server.post("/tokenize", texts).json()["tokens"]]
    response = client_of(budget_server).chat.completions.create(
        model="deepseek-ai/DeepSeek-R1",
        max_tokens=1024,
        messages=QUESTION,
        extra_body={
            "custom_logit_processor": PROCESSOR,
            "custom_params": {"thinking_budget": budget},
            **never(*ends),
        },
    )
    assert response.usage.reasoning_tokens == budget + 1
    assert response.usage.completion_tokens == 1024
    assert response.choices[0].message.content


BODY = """{
  "temperature": 0, "max_tokens": 100, "model": "deepseek-ai/DeepSeek-V3-0324",
  "tools": [{"type": "function", "function": {"name": "query_weather", "description": "Get weather of a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string", "description": "The city name"}}, "required": ["city"]}}}],
  "messages": [{"role": "user", "content": "How is the weather in Beijing?"}]}"""


def check_call(call):
    assert call["type"] == "function"
    assert call["function"]["name"] == "query_weather"
    assert json.loads(call["function"]["arguments"]) == {"city": "Beijing"}


def test_the_tool_is_called_by_its_name(tool_server):
    command = ["curl", "--silent", "--show-error", tool_server.url + CHAT]
    command += ["-H", "Content-Type: application/json", "-d", BODY]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    answer = json.loads(done.stdout)
    choice = answer["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    assert len(choice["message"]["tool_calls"]) == 1
    check_call(choice["message"]["tool_calls"][0])


def test_the_streamed_call_is_the_same(tool_server):
    events = stream_events(tool_server.post(CHAT, {**json.loads(BODY), "stream": True}).text)
    deltas = [e["choices"][0]["delta"] for e in events]
    assert not any(d.get("content") for d in deltas)
    pieces = [call for d in deltas for call in d.get("tool_calls") or []]
    call = {"type": pieces[0]["type"], "function": {"name": pieces[0]["function"]["name"]}}
    call["function"]["arguments"] = "".join(p["function"].get("arguments", "") for p in pieces)
    check_call(call)
    assert events[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_code_of_a_checkpoint_is_never_run_and_the_server_says_so(tool_server):
    assert tool_server.log.count("--trust-remote-code has no effect") == 1
