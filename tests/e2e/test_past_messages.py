"""Past messages as clients send them: results in any order, calls with nothing for arguments, refusals, older fields.
`/tokenize` shows what a prompt is made of."""

import json

import pytest

from hadal_server import CHAT, TOKENIZE, error_of

ENCODINGS = ["deepseek-v3", "deepseek-r1", "deepseek-v3.1", "deepseek-v3.2"]
USER = {"role": "user", "content": "Q"}


@pytest.fixture(scope="module", params=ENCODINGS)
def server(request, start, text_model):
    return start("--device", "null", "--model-path", text_model, "--chat-encoding", request.param)


def call(name, arguments="{}", **fields):
    return {"id": f"call_{name}", "type": "function", "function": {"name": name, "arguments": arguments}, **fields}


def calls(*made, **fields):
    return {"role": "assistant", "content": None, "tool_calls": list(made), **fields}


def result(name, content):
    return {"role": "tool", "tool_call_id": f"call_{name}", "content": content}


def says(content, **fields):
    return {"role": "assistant", "content": content, **fields}


def prompt(server, *messages):
    answer = server.post(TOKENIZE, {"messages": list(messages)})
    assert answer.status_code == 200, answer.text
    body = {"tokens": answer.json()["tokens"], "skip_special_tokens": False}
    return server.post("/detokenize", body).json()["text"]


def refused(server, *messages):
    for path in (TOKENIZE, CHAT):
        answer = server.post(path, {"messages": list(messages), **({"max_tokens": 1} if path == CHAT else {})})
        assert answer.status_code == 400, answer.text
        error = error_of(answer)
        assert not error["message"].startswith(": ")
    return error["param"]


def test_results_stand_in_the_order_of_their_calls(server):
    asked = (USER, calls(call("f"), call("g"), call("h")))
    f, g, h = result("f", "one"), result("g", "two"), result("h", "three")
    meant = prompt(server, *asked, f, g, h)
    assert meant.index("one") < meant.index("two") < meant.index("three")
    assert prompt(server, *asked, h, f, g) == meant
    assert prompt(server, *asked, {**f, "tool_call_id": ""}, *[{**r, "tool_call_id": None} for r in (g, h)]) == meant
    assert prompt(server, *asked, g, h, USER) == prompt(server, *asked, result("f", ""), g, h, USER)
    later = (says("A"), USER, calls(call("g"), call("f")))
    assert prompt(server, *asked, h, g, f, *later, f, g) == prompt(server, *asked, f, g, h, *later, g, f)


def test_a_result_that_can_belong_to_no_call_is_refused(server):
    asked = (USER, calls(call("f"), call("g")))
    f, g = result("f", "one"), result("g", "two")
    assert refused(server, *asked, f, result("x", "?")) == "messages[3].tool_call_id"
    assert refused(server, *asked, f, g, f) == "messages[4].tool_call_id"
    assert refused(server, USER, f) == "messages[1].tool_call_id"
    assert refused(server, *asked, f, says("A"), USER, g) == "messages[5].tool_call_id"


def test_an_old_function_call_and_its_result_are_a_call_and_its_result(server):
    old = says(None, function_call={"name": "f", "arguments": '{"a": 1}'})
    meant = prompt(server, USER, calls(call("f", '{"a": 1}')), result("f", "R"))
    assert prompt(server, USER, old, {"role": "function", "name": "f", "content": "R"}) == meant


def test_arguments_that_are_nothing_are_an_empty_object(server):
    meant = prompt(server, USER, calls(call("f", "{}")))
    for nothing in ("", " ", "\n", None, "null", {}):
        assert prompt(server, USER, calls(call("f", nothing))) == meant


def test_shapes_of_past_answers_are_text(server):
    for shape, text in [
        (says([{"type": "refusal", "refusal": "No."}]), "No."),
        (says(None, refusal="No."), "No."),
        (says("Well,", refusal="no."), "Well, no."),
        (says([{"type": "output_text", "text": "A", "annotations": [{"type": "file_citation"}]}]), "A"),
        (says([{"type": "text", "text": "A", "cache_control": {"type": "ephemeral"}}]), "A"),
        (says("A", audio=None, annotations=[], name="n", tool_calls=[], function_call=None, refusal=None), "A"),
    ]:
        assert prompt(server, USER, shape, USER) == prompt(server, USER, says(text), USER)
    assert prompt(server, {**USER, "tool_calls": []}) == prompt(server, USER)
    empty = prompt(server, USER, calls(call("f")), result("f", ""))
    assert prompt(server, USER, calls(call("f")), result("f", None)) == empty


def test_what_cannot_be_taken_is_refused_by_its_path(server):
    for shape, param in [
        (says([{"type": "text", "text": "A"}, {"type": "image_url", "image_url": {"url": "x"}}]), "content[1].type"),
        (says("A", audio={"id": "a"}), "audio"),
        (calls(call("f"), function_call={"name": "f"}), "function_call"),
        ({**USER, "function_call": {"name": "f"}}, "function_call"),
    ]:
        assert refused(server, USER, shape, USER) == f"messages[1].{param}"


def test_broken_arguments_are_shown_as_they_are_or_refused_by_their_path(server):
    broken = '{"city": "Par'
    messages = (USER, calls(call("f", broken)), result("f", "R"))
    if "deepseek-v3.2" in server.arguments:
        assert refused(server, *messages) == "messages[1].tool_calls[0].function.arguments"
    else:
        assert json.dumps(broken)[1:-1] in json.dumps(prompt(server, *messages))
