"""OpenAI's Agents SDK drives the default model: an agent with a tool whose last answer is an object of a class."""

import asyncio
import json

import pytest
from agents import Agent, ModelSettings, OpenAIChatCompletionsModel, Runner, function_tool, set_tracing_disabled
from agents.items import ToolCallItem, ToolCallOutputItem
from openai import AsyncOpenAI
from pydantic import BaseModel, Field

from conftest import DEFAULT_MODEL

set_tracing_disabled(True)  # traces go to OpenAI otherwise

QUESTION = "How is the weather in Beijing?"


class Report(BaseModel):
    city: str = Field(max_length=12)
    temperature: int = Field(ge=-60, le=60)


@pytest.fixture(scope="module")
def server(start):
    return start("--model-path", DEFAULT_MODEL, "--served-model-name", "hadal-default")


def weather_agent(server):
    """An agent with a weather tool, which is offered until it has run, and what it was called with."""
    cities = []

    @function_tool(is_enabled=lambda *_: not cities)
    def query_weather(city: str) -> str:
        """Get weather of a city"""
        cities.append(city)
        return json.dumps({"city": city, "temperature": 21, "sky": "clear"})

    client = AsyncOpenAI(base_url=server.url + "/v1", api_key="none", max_retries=0)
    agent = Agent(
        name="weather",
        model=OpenAIChatCompletionsModel(model="hadal-default", openai_client=client),
        tools=[query_weather],
        output_type=Report,
        model_settings=ModelSettings(
            temperature=0, max_tokens=300, parallel_tool_calls=False, store=True, metadata={"a": "b"}
        ),
    )
    return agent, cities


async def run(agent):
    return await Runner.run(agent, QUESTION, max_turns=3)


async def run_streamed(agent):
    answer = Runner.run_streamed(agent, QUESTION, max_turns=3)
    async for _ in answer.stream_events():
        pass
    return answer


@pytest.mark.parametrize("ask", [run, run_streamed])
def test_the_tool_runs_and_the_last_answer_is_the_object(server, ask):
    agent, cities = weather_agent(server)
    answer = asyncio.run(ask(agent))
    assert cities == ["Beijing"]
    assert isinstance(answer.final_output, Report)
    kinds = [type(item) for item in answer.new_items]
    assert kinds.index(ToolCallItem) < kinds.index(ToolCallOutputItem) < len(kinds) - 1
