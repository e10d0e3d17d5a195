"""Stop strings and special tokens: sought in the text with those tokens in it, whether they are shown or not, in every
endpoint, whole and streamed."""

import json

import pytest

from hadal_server import CHAT, TEXT, stream_events

BOS, EOS = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"
GENERATE = "/generate"
PIECES = ["a", "b", EOS, "c", BOS, "d", "ab", "e"]


@pytest.fixture(scope="module")
def server(start, text_model, tmp_path_factory):
    script = tmp_path_factory.mktemp("script") / "script.jsonl"
    script.write_text(json.dumps({"pieces": PIECES}) + "\n")
    return start("--device", "replay", "--replay-file", script, "--model-path", text_model)


def ask_chat(server, stream, logprobs=False, **fields):
    body = {"messages": [{"role": "user", "content": "x"}], "stream": stream, "logprobs": logprobs, **fields}
    answer = server.post(CHAT, body | ({"stream_options": {"include_usage": True}} if stream else {}))
    assert answer.status_code == 200, answer.text
    parts = stream_events(answer.text) if stream else [answer.json()]
    choices = [choice for part in parts for choice in part["choices"]]
    text = "".join((c.get("delta") or c.get("message")).get("content") or "" for c in choices)
    entries = [e["token"] for c in choices for e in (c["logprobs"] or {}).get("content", [])] if logprobs else []
    usage = parts[-1]["usage"]["completion_tokens"]
    return text, choices[-1]["finish_reason"], choices[-1]["matched_stop"], usage, entries


def ask_text(server, stream, **fields):
    body = {"prompt": "x", "max_tokens": 20, "stream": stream, **fields}
    answer = server.post(TEXT, body | ({"stream_options": {"include_usage": True}} if stream else {}))
    assert answer.status_code == 200, answer.text
    parts = stream_events(answer.text) if stream else [answer.json()]
    choices = [choice for part in parts for choice in part["choices"]]
    usage = parts[-1]["usage"]["completion_tokens"]
    return "".join(c["text"] for c in choices), choices[-1]["finish_reason"], choices[-1]["matched_stop"], usage, []


def ask_native(server, stream, include_stop_str_in_output=False, **fields):
    sampling = {"max_new_tokens": 20, "no_stop_trim": include_stop_str_in_output, **fields}
    answer = server.post(GENERATE, {"text": "x", "stream": stream, "sampling_params": sampling})
    assert answer.status_code == 200, answer.text
    whole = stream_events(answer.text)[-1] if stream else answer.json()
    meta = whole["meta_info"]
    finish = meta["finish_reason"]
    return whole["text"], finish["type"], finish.get("matched"), meta["completion_tokens"], []


CASES = [
    # stops, skip_special_tokens, what is shown, the stop, tokens used
    ([EOS], True, "ab", EOS, 3),
    ([EOS], False, "ab", EOS, 3),
    ([BOS], True, "abc", BOS, 5),
    ([BOS], False, f"ab{EOS}c", BOS, 5),
    (["b" + EOS], True, "a", "b" + EOS, 3),
    (["b" + EOS], False, "a", "b" + EOS, 3),
    (["b<｜e"], True, "a", "b<｜e", 3),
    (["▁of▁sentence｜>c"], True, "ab", "▁of▁sentence｜>c", 4),
    (["▁of▁sentence｜>c"], False, "ab<｜end", "▁of▁sentence｜>c", 4),
    (["bc", "cd", "da"], True, "abc", "da", 7),
    (["bc", "cd", "da"], False, f"ab{EOS}c{BOS}", "da", 7),
]


@pytest.mark.parametrize("ask", [ask_chat, ask_text, ask_native])
@pytest.mark.parametrize("stop, skips, text, matched, tokens", CASES)
def test_a_stop_string_sees_special_tokens_shown_or_not(server, ask, stop, skips, text, matched, tokens):
    for stream in (False, True):
        fields = {"stop": stop, "skip_special_tokens": skips, "ignore_eos": True}
        assert ask(server, stream, **fields) == (text, "stop", matched, tokens, [])


@pytest.mark.parametrize("ask", [ask_chat, ask_text, ask_native])
def test_a_stop_string_is_shown_as_far_as_its_tokens_are(server, ask):
    for stream in (False, True):
        for skips, text in ((True, "ab"), (False, f"ab{EOS}")):
            fields = {"stop": ["b" + EOS], "skip_special_tokens": skips, "ignore_eos": True}
            got = ask(server, stream, include_stop_str_in_output=True, **fields)
            assert got[:4] == (text, "stop", "b" + EOS, 3)


def test_an_end_token_that_is_not_ignored_ends_the_text_before_any_stop_string(server):
    for stream in (False, True):
        got = ask_chat(server, stream, stop=["b" + EOS, EOS])
        assert got[:2] == ("ab", "stop")
        assert got[2] not in (EOS, "b" + EOS)
        assert got[3] == 3


def test_log_probabilities_are_of_the_text_that_is_left(server):
    for stream in (False, True):
        for skips, entries in ((True, ["a", "b", "c"]), (False, ["a", "b", EOS, "c"])):
            got = ask_chat(server, stream, logprobs=True, stop=[BOS + "d"], ignore_eos=True, skip_special_tokens=skips)
            assert got[4] == entries
            assert got[3] == 6


def test_stops_that_come_before_min_tokens_are_text(server):
    for stream in (False, True):
        got = ask_chat(server, stream, stop=[EOS, BOS], ignore_eos=True, min_tokens=4)
        assert got[:4] == ("abc", "stop", BOS, 5)
