"""The checker of the default model's first requests: the exam is whole, and every kind of check can fail."""

import collections
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "scripts" / "default_model"))

import first_requests  # noqa: E402

REQUESTS = first_requests.load(ROOT / "scripts" / "default_model" / "first_requests.jsonl")

CHECKS = {"matches", "rejects", "lines", "words", "json", "python", "call", "no_call"}


def text(content: str, finish_reason: str = "stop") -> dict:
    return {"finish_reason": finish_reason, "message": {"content": content}}


def call(name: str, arguments: str) -> dict:
    calls = [{"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}]
    return {"finish_reason": "tool_calls", "message": {"content": None, "tool_calls": calls}}


def test_there_are_five_requests_of_each_of_twelve_kinds():
    kinds = collections.Counter(request["kind"] for request in REQUESTS)
    assert len(kinds) == 12
    assert set(kinds.values()) == {5}
    assert len({request["id"] for request in REQUESTS}) == 60


def test_every_check_is_known_and_none_is_empty():
    for request in REQUESTS:
        for check in [request["check"]] + ([request["then"]["check"]] if "then" in request else []):
            assert check
            assert set(check) <= CHECKS, request["id"]


def test_no_generator_reads_the_requests():
    folder = ROOT / "scripts" / "default_model"
    readers = {path.name for path in folder.rglob("*.py") if "first_requests" in path.read_text(encoding="utf-8")}
    # What asks them, and what writes the answers into the model card.
    assert readers == {"first_requests.py", "report.py"}


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        ({"matches": [r"x\s*=\s*4\b"]}, text("So x = 4."), text("So x = 5.")),
        ({"matches": ["no"], "rejects": ["yes"]}, text("No."), text("No, yes.")),
        ({"lines": 3}, text("a\nb\n\nc"), text("a\nb")),
        ({"words": 3}, text("one two three"), text("one two")),
        ({"json": {"strings": 2}}, text('```json\n["a", "b"]\n```'), text('["a", "a"]')),
        ({"json": {"strings": 2}}, text('{"fruits": ["a", "b"]}'), text('{"a": 1, "b": 2}')),
        ({"json": {"one_of": [[1], [2]]}}, text("[2]"), text("[3]")),
        ({"json": {"one_of": [[1]]}}, text("[1]"), text("[1")),
        (
            {"python": [[[2], 4]]},
            text("```python\ndef double(n):\n    return 2 * n\n```"),
            text("```python\ndef double(n):\n    return 3 * n\n```"),
        ),
        ({"python": [[[2], 4]]}, text("def f(n): return 4"), text("I am too small for that.")),
        (
            {"call": {"name": "get_weather", "arguments": {"city": "rome"}}},
            call("get_weather", '{"city": "Rome"}'),
            call("get_weather", '{"city": "Rome", "unit": "C"}'),
        ),
        ({"no_call": True}, text("It is warm."), call("get_weather", "{}")),
        ({"words": 1}, text("whole"), text("cut", "length")),
        ({"words": 1}, text("clean"), text("dirty <｜Assistant｜>")),
        ({"words": 1}, text("clean"), text("dirty </think>")),
    ],
)
def test_a_check_takes_the_right_answer_and_refuses_the_wrong_one(check, right, wrong):
    assert first_requests.faults(check, right) == []
    assert first_requests.faults(check, wrong) != []


def test_code_that_does_not_end_is_a_fault(monkeypatch):
    monkeypatch.setattr(first_requests, "PYTHON_SECONDS_MAX", 1)
    endless = text("def f(n):\n    while True:\n        pass")
    assert first_requests.faults({"python": [[[1], 1]]}, endless) == ["the code does not end"]
