"""Asks a running server the 60 requests of first_requests.jsonl and checks the answers.

    python first_requests.py --url http://127.0.0.1:30000/v1 [--out ANSWERS.json] [--requests FILE]

The requests are what SGLang's DeepSeek page shows and what a newcomer types first: 12 kinds, five each. They are an
exam: no generator reads them. A request is greedy. `thinking` goes into `chat_template_kwargs`. What may stand in
`check` (every member must hold):

    matches, rejects   regular expressions, case ignored, that the answer has, or has not
    lines, words       exactly so many non-empty lines; at least so many words
    json               the answer, maybe in a code fence, is JSON. `strings`: a list of so many different non-empty
                       strings, or an object with exactly one such list; `one_of`: equal to one of these values
    python             cases [arguments, result]: the last function of the code is called with them, in a process of
                       its own
    call               exactly one call of `name`; each argument matches its expression whole, case ignored
    no_call            the answer has no call

An answer must end by itself, and neither it nor its reasoning may show an added token. `then` gives the result of
the call back and checks the next answer. Exit code: 0 when at least --floor answers are right (54).
"""

import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import urllib.request

HERE = pathlib.Path(__file__).parent
ADDED_TOKEN = re.compile(r"<｜|</?think>|｜>|<\|")
CODE_FENCE = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
PYTHON_SECONDS_MAX = 10

Request = dict
Message = dict


def load(path: pathlib.Path) -> list[Request]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def ask(url: str, request: Request, messages: list[Message]) -> dict:
    """The first choice of the answer."""
    body = {
        "model": "default",
        "messages": messages,
        "temperature": 0,
        "max_tokens": 700,
        "chat_template_kwargs": {"thinking": request["thinking"]},
        **{name: request[name] for name in ("tools", "response_format") if name in request},
    }
    sent = urllib.request.Request(
        url + "/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(sent, timeout=120) as answer:
        return json.load(answer)["choices"][0]


def unfenced(text: str) -> str:
    """The code of the first fence, or the text itself where there is none."""
    fence = CODE_FENCE.search(text)
    return fence.group(1) if fence else text


def is_list_of_strings(value: object, count: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) == count
        and all(isinstance(item, str) and item for item in value)
        and len(set(value)) == count
    )


def json_faults(check: dict, text: str) -> list[str]:
    try:
        value = json.loads(unfenced(text))
    except ValueError as error:
        return [f"no JSON: {error}"]
    if "one_of" in check:
        return [] if value in check["one_of"] else [f"not one of {check['one_of']}"]
    if isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    return [] if is_list_of_strings(value, check["strings"]) else [f"no list of {check['strings']} strings"]


def python_faults(cases: list, text: str) -> list[str]:
    """Runs the answer's code in a process of its own, which asserts every case."""
    names = re.findall(r"^def (\w+)\(", unfenced(text), re.MULTILINE)
    if not names:
        return ["no function"]
    calls = "\n".join(f"assert {names[-1]}(*{arguments!r}) == {result!r}" for arguments, result in cases)
    try:
        ran = subprocess.run(
            [sys.executable, "-I", "-c", unfenced(text) + "\n" + calls],
            capture_output=True, text=True, timeout=PYTHON_SECONDS_MAX, check=False,
        )
    except subprocess.TimeoutExpired:
        return ["the code does not end"]
    return [] if ran.returncode == 0 else [f"the code fails: {ran.stderr.strip().splitlines()[-1:]}"]


def call_faults(expected: dict, calls: list) -> list[str]:
    if len(calls) != 1:
        return [f"{len(calls)} calls instead of one"]
    function = calls[0]["function"]
    arguments = json.loads(function["arguments"])
    if function["name"] != expected["name"] or set(arguments) != set(expected["arguments"]):
        return [f"another call: {function}"]
    return [
        f"argument {name} is {arguments[name]!r}"
        for name, pattern in expected["arguments"].items()
        if not re.fullmatch(pattern, str(arguments[name]), re.IGNORECASE)
    ]


def text_faults(check: dict, text: str) -> list[str]:
    found = [f"lacks {p!r}" for p in check.get("matches", []) if not re.search(p, text, re.IGNORECASE)]
    found += [f"has {p!r}" for p in check.get("rejects", []) if re.search(p, text, re.IGNORECASE)]
    lines = [line for line in text.splitlines() if line.strip()]
    if "lines" in check and len(lines) != check["lines"]:
        found.append(f"{len(lines)} lines instead of {check['lines']}")
    if len(text.split()) < check.get("words", 0):
        found.append(f"{len(text.split())} words, fewer than {check['words']}")
    return found


def faults(check: dict, choice: dict) -> list[str]:
    """What is wrong with an answer; empty when it is right."""
    message = choice["message"]
    text, calls = message.get("content") or "", message.get("tool_calls") or []
    found = []
    if choice["finish_reason"] != ("tool_calls" if calls else "stop"):
        found.append(f"ended by {choice['finish_reason']}")
    if ADDED_TOKEN.search(text + (message.get("reasoning_content") or "")):
        found.append("shows an added token")
    if "call" in check:
        return found + call_faults(check["call"], calls)
    if calls:
        found.append(f"calls {calls[0]['function']['name']}")
    if not text.strip():
        found.append("empty")
    if "json" in check:
        found += json_faults(check["json"], text)
    if "python" in check:
        found += python_faults(check["python"], text)
    return found + text_faults(check, text)


def given_back(message: Message, results: list[str]) -> list[Message]:
    """The assistant's calls and their results, as the next request has them."""
    calls = message["tool_calls"]
    return [{"role": "assistant", "content": message.get("content"), "tool_calls": calls}] + [
        {"role": "tool", "tool_call_id": call["id"], "content": result}
        for call, result in zip(calls, results, strict=True)
    ]


def examine(url: str, request: Request) -> dict:
    """Asks one request, and what follows it; the answers and their faults."""
    messages = list(request["messages"])
    choice = ask(url, request, messages)
    answers, found = [choice["message"]], faults(request["check"], choice)
    if "then" in request and not found:
        messages += given_back(choice["message"], request["then"]["results"])
        choice = ask(url, request, messages)
        answers.append(choice["message"])
        found = faults(request["then"]["check"], choice)
    return {"id": request["id"], "kind": request["kind"], "answers": answers, "faults": found}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:30000/v1")
    parser.add_argument("--requests", type=pathlib.Path, default=HERE / "first_requests.jsonl")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--floor", type=int, default=54)
    options = parser.parse_args()
    results = [examine(options.url, request) for request in load(options.requests)]
    right = collections.Counter(r["kind"] for r in results if not r["faults"])
    for result in results:
        shown = result["answers"][-1].get("content") or json.dumps(result["answers"][-1].get("tool_calls"))
        print(f"{'right' if not result['faults'] else 'WRONG'}  {result['id']:12} {shown[:90]!r} {'; '.join(result['faults'])}")
    for kind in dict.fromkeys(r["kind"] for r in results):
        print(f"{kind:12} {right[kind]} of {sum(r['kind'] == kind for r in results)}")
    print(f"{right.total()} of {len(results)} right")
    if options.out:
        options.out.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0 if right.total() >= options.floor else 1


if __name__ == "__main__":
    sys.exit(main())
