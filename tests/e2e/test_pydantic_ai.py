"""PydanticAI drives the default model: an agent with a tool whose last answer is an object of a class."""

import asyncio
import json

import pytest
from openai import AsyncOpenAI
from pydantic import BaseModel, ConfigDict, Field
from pydantic_ai import Agent, NativeOutput, PromptedOutput, ToolOutput
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from conftest import DEFAULT_MODEL

QUESTION = "How is the weather in Beijing?"


class Report(BaseModel):
    city: str = Field(max_length=12)
    temperature: int = Field(ge=-60, le=60)


class Anything(BaseModel):
    """Any object: the schema of a prompted answer stands in the prompt alone, and `json_object` is asked for."""

    model_config = ConfigDict(extra="allow")


@pytest.fixture(scope="module")
def server(start):
    return start("--model-path", DEFAULT_MODEL, "--served-model-name", "hadal-default")


def weather_agent(server, output_type):
    """An agent with a weather tool, which is offered until it has run, and what it was called with. Its connections are
    those of the event loop that it runs in."""
    client = AsyncOpenAI(base_url=server.url + "/v1", api_key="none", max_retries=0)
    model = OpenAIChatModel("hadal-default", provider=OpenAIProvider(openai_client=client))
    agent = Agent(model, output_type=output_type, retries=0, model_settings={"temperature": 0, "max_tokens": 300})
    cities = []

    async def until_it_has_run(_, definition):
        return None if cities else definition

    @agent.tool_plain(prepare=until_it_has_run)
    def query_weather(city: str) -> str:
        """Get weather of a city"""
        cities.append(city)
        return json.dumps({"city": city, "temperature": 21, "sky": "clear"})

    return agent, cities


async def run(agent):
    return await agent.run(QUESTION)


async def run_streamed(agent):
    async with agent.run_stream(QUESTION) as answer:
        await answer.get_output()
        return answer


@pytest.mark.parametrize("ask", [run, run_streamed])
@pytest.mark.parametrize("output", [NativeOutput(Report), PromptedOutput(Anything)], ids=["native", "prompted"])
def test_the_tool_runs_and_the_last_answer_is_the_object(server, output, ask):
    agent, cities = weather_agent(server, output)
    answer = asyncio.run(ask(agent))
    assert cities == ["Beijing"]
    kinds = [part.part_kind for message in answer.all_messages() for part in message.parts]
    assert kinds.index("tool-call") < kinds.index("tool-return") < kinds.index("text")
    last = json.loads(answer.all_messages()[-1].parts[-1].content)
    assert isinstance(last, dict)
    if isinstance(output, NativeOutput):
        Report.model_validate(last)


def test_an_output_tool_beside_a_tool_is_called_last(server):
    agent, cities = weather_agent(server, ToolOutput(Report))
    answer = asyncio.run(run(agent))
    assert isinstance(answer.output, Report)
    assert len(cities) <= 1
