"""Every answer of tests/fixtures/output over HTTP, played by `--device replay` in pieces of all sizes: the whole
answer and the streamed one equal the fixture, field by field."""

import itertools
import json
import random

import pytest

from hadal_server import CHAT, ROOT, stream_events

FIXTURES = [
    json.loads(line)
    for line in (ROOT / "tests/fixtures/output/answers.jsonl").read_text().splitlines()
]
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
CUTS = 3  # ways to cut each fixture into pieces


def server_of(fixture):
    return (fixture["reasoning_parser"], fixture["tool_call_parser"], fixture["live"])


GROUPS = {
    key: list(group)
    for key, group in itertools.groupby(sorted(FIXTURES, key=server_of), key=server_of)
}


def pieces_of(fixture, way):
    """One character per piece, then pieces of up to 8 characters; a token that is not shown is one piece."""
    text = fixture["text"]
    draw = random.Random(f"{way} {text}")
    hidden = fixture.get("hidden", [])
    pieces = []
    while text:
        length = 1 if way == 0 else draw.randrange(1, 9)
        for token in hidden:
            at = text.find(token)
            length = len(token) if at == 0 else min(length, at) if at > 0 else length
        pieces.append(text[:length])
        text = text[length:]
    return pieces


def lines_of(fixtures):
    """The script's line for each fixture and cut, by the words that identify its request."""
    for number, fixture in enumerate(fixtures):
        for way in range(CUTS):
            pieces = pieces_of(fixture, way)
            if not pieces:
                continue
            end = "none" if fixture["end"] == "cut" else "eos"
            words = f"fixture {number} cut {way}."
            yield fixture, pieces, {"match": words, "pieces": pieces, "end": end}


def request_of(fixture, pieces, words):
    body = {
        "messages": [{"role": "user", "content": words}],
        "max_tokens": len(pieces) if fixture["end"] == "cut" else len(pieces) + 8,
        "separate_reasoning": fixture["separate_reasoning"],
        "chat_template_kwargs": {"thinking": fixture["starts_in_reasoning"]},
        "logprobs": True,
        "return_token_ids": True,
    }
    if fixture["tool_call_parser"] != "none":
        body["tools"] = [TOOL]
        body["parallel_tool_calls"] = not fixture["first_call_only"]
    if fixture["stop"]:
        body["stop"] = fixture["stop"]
    if "hidden" in fixture:
        body["ignore_eos"] = True
    return body


def finish_of(fixture):
    if fixture["end"] == "cut":
        return "length"
    return "tool_calls" if fixture["expect"]["calls"] and not fixture["stop"] else "stop"


def joined(events):
    """The sum of a stream, in the form of a whole answer."""
    message = {"role": None, "content": "", "reasoning_content": "", "tool_calls": []}
    choice = {"logprobs": [], "token_ids": [], "finish_reason": None, "matched_stop": None}
    usage = None
    for event in events:
        usage = event["usage"] or usage
        for part in event["choices"]:
            delta = part["delta"]
            message["role"] = delta.get("role", message["role"])
            message["content"] += delta.get("content", "")
            message["reasoning_content"] += delta.get("reasoning_content") or ""
            for call in delta.get("tool_calls", []):
                if "id" in call:
                    assert call["index"] == len(message["tool_calls"])
                    assert call["type"] == "function"
                    message["tool_calls"].append({"name": call["function"]["name"], "arguments": ""})
                message["tool_calls"][call["index"]]["arguments"] += call["function"]["arguments"]
            choice["logprobs"] += (part["logprobs"] or {}).get("content", [])
            choice["token_ids"] += part.get("token_ids", [])
            if part["finish_reason"]:
                choice["finish_reason"] = part["finish_reason"]
                choice["matched_stop"] = part["matched_stop"]
    return message, choice, usage


def whole(answer):
    [choice] = answer["choices"]
    message = {
        "role": choice["message"]["role"],
        "content": choice["message"]["content"] or "",
        "reasoning_content": choice["message"].get("reasoning_content") or "",
        "tool_calls": [call["function"] for call in choice["message"].get("tool_calls", [])],
    }
    fields = {
        "logprobs": choice["logprobs"]["content"],
        "token_ids": choice["token_ids"],
        "finish_reason": choice["finish_reason"],
        "matched_stop": choice["matched_stop"],
    }
    return message, fields, answer["usage"]


def streamed(server, body):
    body = {**body, "stream": True, "stream_options": {"include_usage": True}}
    return server.post(CHAT, body)


def check(server, fixture, pieces, words):
    body = request_of(fixture, pieces, words)
    answer = server.post(CHAT, body)
    assert answer.status_code == 200, answer.text
    message, fields, usage = whole(answer.json())
    expect = fixture["expect"]
    assert message["content"] == expect["content"]
    assert message["reasoning_content"] == expect["reasoning"]
    assert message["tool_calls"] == expect["calls"]
    assert fields["finish_reason"] == finish_of(fixture)
    sent = answer.json()["choices"][0]["message"]
    assert (sent["content"] is None) == bool(expect["calls"] and not expect["content"])
    assert ("reasoning_content" in sent) == (fixture["reasoning_parser"] != "none")
    assert joined(stream_events(streamed(server, body).text)) == (message, fields, usage)


def check_failing(server, fixture, pieces, words):
    """A live call that breaks: the stream has the text before it, an error event and no end."""
    text = streamed(server, request_of(fixture, pieces, words)).text
    *events, failure = [json.loads(line[6:]) for line in text.split("\n") if line[:6] == "data: "]
    assert set(failure) == {"error"}
    message, fields, _ = joined(events)
    assert message["content"] == fixture["expect"]["content"]
    assert fields["finish_reason"] is None


@pytest.mark.parametrize("key", GROUPS, ids=lambda key: "-".join(str(part) for part in key))
def test_answers_are_taken_apart_as_the_fixtures_say(start, tmp_path, key):
    lines = list(lines_of(GROUPS[key]))
    script = tmp_path / "script.jsonl"
    script.write_text("".join(json.dumps(line) + "\n" for _, _, line in lines))
    reasoning, calls, live = key
    server = start(
        *("--device", "replay", "--replay-file", script),
        *("--reasoning-parser", reasoning, "--tool-call-parser", calls),
        *("--tool-call-streaming", "live" if live else "held"),
    )
    for fixture, pieces, line in lines:
        one = check_failing if fixture["expect"]["fails"] else check
        try:
            one(server, fixture, pieces, line["match"])
        except AssertionError as failed:
            raise AssertionError(f"{fixture['name']}, pieces {pieces}") from failed
    server.stop()
