"""`--device replay`: scripted answers through the real tokenizer, scheduler, parsers and HTTP."""

import concurrent.futures
import json
import time

import pytest

from hadal_server import CHAT, DETOKENIZE, TEXT, TOKENIZE, error_of, run_program, stream_events

BOS = "<｜begin▁of▁sentence｜>"  # special: shown only when asked for
EOS = "<｜end▁of▁sentence｜>"
SPLIT = ["one ", "<thi", "nk", "> ", "tw", "o", " ü", "🙂 zwölf", "", " end"]
LINES = [
    {"match": "plain text", "text": f"Sunny, 21 degrees. Ünïcode 🙂 and {BOS} too."},
    {"match": "split", "pieces": SPLIT},
    {"match": "for ever", "pieces": ["a", "bc"], "end": "none"},
    {"match": "slowly", "pieces": ["x"], "end": "none", "delay_ms": 150},
    {"match": "very patient", "pieces": ["x"], "delay_ms": 3_600_000},
    {"match": "added", "pieces": ["a", BOS, "b", EOS, "c"]},
    {"match": "half a stop", "pieces": ["A", "B", "S", "T", "x", "S", "TOP", "C"]},
    {"match": "<｜User｜>by its role", "pieces": ["matched"]},
    {"match": "nothing", "text": ""},
]


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    file = tmp_path_factory.mktemp("script") / "script.jsonl"
    file.write_text("\n\n".join(json.dumps(line) for line in LINES) + "\n")
    return file


@pytest.fixture(scope="module", params=[(), ("--chunked-prefill-size", "2")], ids=["", "chunks"])
def server(request, start, text_model, script):
    return start(
        *("--device", "replay", "--replay-file", script, "--model-path", text_model),
        *request.param,
    )


def chat(server, content, **fields):
    answer = server.post(CHAT, {"messages": [{"role": "user", "content": content}], **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


def stream(server, content, **fields):
    body = {"messages": [{"role": "user", "content": content}], "stream": True, **fields}
    answer = server.post(CHAT, body)
    assert answer.status_code == 200, answer.text
    return stream_events(answer.text)


def text_of(answer):
    return answer["choices"][0]["message"]["content"]


def deltas_of(events):
    return [
        choice["delta"]["content"]
        for event in events
        for choice in event["choices"]
        if choice["delta"].get("content")
    ]


def test_a_text_is_answered_token_by_token(server):
    answer = chat(server, "plain text please", return_token_ids=True)
    assert text_of(answer) == "Sunny, 21 degrees. Ünïcode 🙂 and  too."
    assert answer["choices"][0]["finish_reason"] == "stop"
    body = {"prompt": LINES[0]["text"], "add_special_tokens": False}
    ids = server.post(TOKENIZE, body).json()["tokens"]
    assert answer["choices"][0]["token_ids"][:-1] == ids
    assert answer["usage"]["completion_tokens"] == len(ids) + 1
    shown = chat(server, "plain text please", skip_special_tokens=False)
    assert text_of(shown) == LINES[0]["text"]


def test_pieces_are_one_token_each(server):
    answer = chat(server, "split", logprobs=True, top_logprobs=3, return_token_ids=True)
    [choice] = answer["choices"]
    assert choice["message"]["content"] == "".join(SPLIT)
    assert answer["usage"]["completion_tokens"] == len(SPLIT) + 1
    entries = choice["logprobs"]["content"]
    assert [entry["token"] for entry in entries] == [piece for piece in SPLIT if piece]
    for entry in entries:
        assert bytes(entry["bytes"]).decode() == entry["token"]
        assert entry["logprob"] == 0
        assert [top["token"] for top in entry["top_logprobs"]] == [entry["token"]]
    ids = choice["token_ids"]
    assert len(ids) == len(SPLIT) + 1
    assert server.post(DETOKENIZE, {"tokens": ids}).json()["text"] == "".join(SPLIT)
    each = server.post(DETOKENIZE, {"tokens": [[i] for i in ids]}).json()["text"]
    assert each == [*SPLIT, ""]


def test_ids_of_pieces_are_taken_back_as_a_prompt(server):
    ids = chat(server, "split", return_token_ids=True)["choices"][0]["token_ids"]
    answer = server.complete(prompt=[*ids, *text_ids(server, "for ever")], max_tokens=2)
    assert answer["choices"][0]["text"] == "abc"


def text_ids(server, text):
    body = {"prompt": text, "add_special_tokens": False}
    return server.post(TOKENIZE, body).json()["tokens"]


def test_a_stream_has_a_delta_for_every_piece(server):
    events = stream(server, "split", stream_options={"include_usage": True})
    assert deltas_of(events) == [piece for piece in SPLIT if piece]
    assert events[-1]["usage"]["completion_tokens"] == len(SPLIT) + 1
    assert events[-2]["choices"][0]["finish_reason"] == "stop"


def test_every_choice_plays_the_script_from_its_start(server):
    answer = chat(server, "split", n=5)
    assert [c["message"]["content"] for c in answer["choices"]] == ["".join(SPLIT)] * 5


def test_without_an_end_the_last_piece_is_repeated_to_max_tokens(server):
    answer = chat(server, "for ever", max_tokens=5)
    assert text_of(answer) == "abcbcbcbc"
    assert answer["choices"][0]["finish_reason"] == "length"
    rest = chat(server, "for ever")
    assert rest["usage"]["total_tokens"] == 4096


def test_stops_and_limits_apply(server):
    cut = chat(server, "split", max_tokens=3)
    assert text_of(cut) == "one <think"
    assert cut["choices"][0]["finish_reason"] == "length"
    stopped = chat(server, "half a stop", stop=["STOP"])
    assert text_of(stopped) == "ABSTx"
    assert stopped["choices"][0]["matched_stop"] == "STOP"
    assert deltas_of(stream(server, "half a stop", stop=["STOP"])) == ["A", "B", "STx"]
    [b] = text_ids(server, "B")
    by_token = chat(server, "half a stop", stop_token_ids=[b])
    assert text_of(by_token) == "A"
    assert by_token["choices"][0]["matched_stop"] == b


def test_an_added_token_is_that_token(server):
    answer = chat(server, "added", return_token_ids=True)
    assert text_of(answer) == "ab"
    assert answer["choices"][0]["finish_reason"] == "stop"
    shown = chat(server, "added", skip_special_tokens=False)
    assert text_of(shown) == f"a{BOS}b"


def test_end_tokens_can_be_ignored_and_put_off(server):
    assert text_of(chat(server, "added", ignore_eos=True, max_tokens=5)) == "abc"
    put_off = chat(server, "nothing", min_tokens=3)
    assert text_of(put_off) == ""
    assert put_off["usage"]["completion_tokens"] == 4
    assert chat(server, "nothing")["usage"]["completion_tokens"] == 1


def test_the_match_sees_special_tokens_of_the_prompt(server):
    assert text_of(chat(server, "by its role")) == "matched"
    refused = server.post(TEXT, {"prompt": "by its role"})
    assert refused.status_code == 400
    assert error_of(refused)["message"] == "no line of script.jsonl matches the prompt"
    body = {"prompt": "by its role", "stream": True}
    assert server.post(TEXT, body).status_code == 400


def test_a_delay_is_its_own_requests_alone(server):
    with concurrent.futures.ThreadPoolExecutor() as pool:
        begin = time.monotonic()
        slow = pool.submit(chat, server, "slowly", max_tokens=8)
        quick = chat(server, "for ever", max_tokens=100)
        quick_seconds = time.monotonic() - begin
        assert quick["usage"]["completion_tokens"] == 100
        assert text_of(slow.result()) == "x" * 8
        slow_seconds = time.monotonic() - begin
    assert quick_seconds < 1.0
    assert 1.2 <= slow_seconds < 6.0


def test_who_hangs_up_while_a_token_is_delayed_leaves_at_once(server):
    with server.connection() as peer:
        body = json.dumps({"messages": [{"role": "user", "content": "very patient"}]}).encode()
        head = f"POST {CHAT} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        peer.sendall(head.encode() + body)
        server.await_metric("hadal_requests_running", 1)
    begin = time.monotonic()
    server.await_metric("hadal_requests_running", 0)
    server.await_metric("hadal_kv_pages_used", 0)
    assert time.monotonic() - begin < 1.0


def test_preemption_keeps_the_place_in_the_script(start, text_model, tmp_path):
    pieces = [f"piece {i};" for i in range(400)]
    file = tmp_path / "long.jsonl"
    file.write_text(json.dumps({"pieces": pieces}))
    server = start(
        *("--device", "replay", "--replay-file", file, "--model-path", text_model),
        *("--context-length", "512", "--max-total-tokens", "1024"),
    )
    answer = chat(server, "x", n=8)
    assert [c["message"]["content"] for c in answer["choices"]] == ["".join(pieces)] * 8


def test_a_delayed_answer_does_not_hold_up_the_end(start, text_model, script):
    server = start(
        *("--device", "replay", "--replay-file", script, "--model-path", text_model),
        *("--drain-timeout", "0.2"),
    )
    with concurrent.futures.ThreadPoolExecutor() as pool:
        pool.submit(server.post, CHAT, {"messages": [{"role": "user", "content": "very patient"}]})
        server.await_metric("hadal_requests_running", 1)
        begin = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - begin < 10


def test_a_script_that_is_wrong_ends_the_start_and_names_file_and_line(text_model, tmp_path):
    file = tmp_path / "wrong.jsonl"
    file.write_text('{"text": "good"}\n\n{"pieces": ["good", 7]}\n')
    code, said = run_program(
        *("serve", "--port", "0", "--model-path", text_model),
        *("--device", "replay", "--replay-file", file),
    )
    assert code != 0
    assert f"{file}: line 3: 'pieces' must be an array of strings" in said
