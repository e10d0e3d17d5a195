"""Tool conversations: single, parallel and chained calls, no call, asking back, errors; in three prompt formats."""

import json

from banks import tools as bank
from gen import facts, randomtools, realtools, renamed, slots, systems
from gen import chat
from gen.pieces import pick

KINDS = {"single": 45, "parallel": 12, "chain": 10, "none": 20, "missing": 8, "error": 5}
ENCODINGS = {"deepseek-v3.1": 76, "deepseek-v3": 14, "deepseek-v3.2": 10}
# Of the realistic tools in training, this share has other names (gen/renamed.py), more evenly over the formats.
RENAMED = 0.7
RENAMED_ENCODINGS = {"deepseek-v3.1": 54, "deepseek-v3": 23, "deepseek-v3.2": 23}


def _call(index, request):
    return {
        "id": f"call_{index}",
        "type": "function",
        "function": {
            "name": request.name,
            "arguments": json.dumps(request.arguments, ensure_ascii=False),
        },
    }


class Toolbox:
    """The tools of one conversation: realistic under their own or other names, or made up."""

    def __init__(self, rng, split, realistic, count, other_names=False):
        self.rng, self.split, self.realistic = rng, split, realistic
        self.source = (renamed if other_names else realtools) if realistic else None
        if other_names:
            self.tools = renamed.variants(rng, split, count)
            self.schemas = [t.schema for t in self.tools]
        elif realistic:
            self.tools = rng.sample(realtools.all_tools(), count)
            self.schemas = [realtools.schema(t) for t in self.tools]
        else:
            self.tools, names = [], set()
            while len(self.tools) < count:
                t = randomtools.schema(rng, split)
                if t["function"]["name"] not in names:
                    names.add(t["function"]["name"])
                    self.tools.append(t)
            self.schemas = self.tools

    def request(self):
        for _ in range(50):
            t = self.rng.choice(self.tools)
            try:
                return (
                    self.source.request(self.rng, t, self.split)
                    if self.realistic
                    else randomtools.request(self.rng, t)
                )
            except RuntimeError:  # a tool too small to have values in this split
                first = realtools.all_tools()[0]
                if self.source is renamed:
                    first = renamed.variant(self.rng, self.split, first)
                    self.tools, self.schemas = [first], [first.schema]
                    continue
                self.tools, self.schemas = (
                    self.tools + [first],
                    self.schemas + [realtools.schema(first)],
                )
        raise RuntimeError("no request")

    def missing(self):
        ready = [t for t in self.tools if not self.realistic or t.missing]
        self.rng.shuffle(ready)
        for t in ready:
            try:
                r = (
                    self.source.request_missing(self.rng, t, self.split)
                    if self.realistic
                    else randomtools.request_missing(self.rng, t)
                )
            except RuntimeError:
                continue
            if r:
                return r
        return None


def _think_call(rng, requests):
    names = " and ".join(r.name for r in requests)
    return rng.choice(
        [
            f"The user wants something that {names} can do. I call it.",
            f"I need {names} for this.",
            f"I should call {names} with {', '.join(f'{k} {realtools.shown(v)}' if not isinstance(v, dict) else k for k, v in requests[0].arguments.items())}.",
        ]
    )


def _turn(messages, index, requests, results, answer, thinking, rng, think_text=None):
    """Appends call, results and answer."""
    calls = [_call(index + i, r) for i, r in enumerate(requests)]
    messages.append(
        {
            "role": "assistant",
            "content": "",
            "tool_calls": calls,
            **({"reasoning_content": think_text or _think_call(rng, requests)} if thinking else {}),
        }
    )
    for c, result in zip(calls, results):
        messages.append({"role": "tool", "tool_call_id": c["id"], "content": result})
    if answer is not None:
        messages.append(
            {
                "role": "assistant",
                "content": answer,
                **(
                    {
                        "reasoning_content": rng.choice(
                            [
                                "The tool has answered. I tell the user.",
                                "Now I have the result.",
                                "The result is there.",
                            ]
                        )
                    }
                    if thinking
                    else {}
                ),
            }
        )


DEPENDENT = [
    (("get_user", "get_contact"), "Who is user {big}? Then look up that contact."),
    (
        ("read_file", "translate_text"),
        "Read the file {path} and translate its text into {language}.",
    ),
    (
        ("find_places", "book_table"),
        "Find a cafe in {city} and book a table there for {small} people at {time}.",
    ),
]


def _dependent_chain(rng):
    """Two calls where the second needs the first one's result: (text, first, second, answer)."""
    names, text = rng.choice(DEPENDENT)
    v = {
        k: slots.value(rng, k)
        for k in (
            "big",
            "path",
            "language",
            "city",
            "small",
            "time",
            "name",
            "body",
            "placename",
            "phone",
            "translation",
        )
    }
    r = realtools.Request
    if names[0] == "get_user":
        first = r(
            "",
            "get_user",
            {"user_id": v["big"]},
            json.dumps({"user_id": v["big"], "name": v["name"]}),
            "",
        )
        second = r(
            "",
            "get_contact",
            {"name": v["name"]},
            json.dumps({"name": v["name"], "phone": v["phone"]}),
            "",
        )
        answer = f"User {v['big']} is {v['name']}, and the number is {v['phone']}."
    elif names[0] == "read_file":
        first = r(
            "",
            "read_file",
            {"path": v["path"]},
            json.dumps({"path": v["path"], "text": v["body"]}),
            "",
        )
        second = r(
            "",
            "translate_text",
            {"text": v["body"], "target_language": v["language"]},
            json.dumps({"translation": v["translation"]}, ensure_ascii=False),
            "",
        )
        answer = f"The file says in {v['language']}: {v['translation']}"
    else:
        first = r(
            "",
            "find_places",
            {"kind": "cafe", "location": v["city"]},
            json.dumps({"results": [v["placename"]]}),
            "",
        )
        second = r(
            "",
            "book_table",
            {"restaurant": v["placename"], "people": v["small"], "time": v["time"]},
            json.dumps({"status": "reserved"}),
            "",
        )
        answer = f"I booked a table at {v['placename']} for {v['time']}."
    return names, text.format(**v), first, second, answer


def _plain_turn(rng, messages, thinking):
    """A question that needs no tool."""
    if rng.random() < 0.45:
        item = facts.fact(rng) if rng.random() < 0.7 else facts.passage(rng)
        q, a, t = item.question, item.answer, item.think
    else:
        q, a = chat.small_talk(rng, tools=True)
        t = rng.choice(["This needs no tool. I answer directly.", "No tool is needed here."])
    messages.append({"role": "user", "content": q})
    messages.append(
        {"role": "assistant", "content": a, **({"reasoning_content": t} if thinking else {})}
    )


def conversation(
    rng,
    split="train",
    kind=None,
    realistic=None,
    encoding=None,
    tools_count=None,
    turns=None,
    other_names=None,
):
    """A whole conversation that ends with an assistant turn; `expect` tells what the first call is to be."""
    kind = kind or pick(rng, KINDS)
    realistic = rng.random() < 0.58 if realistic is None else realistic
    if other_names is None:
        other_names = split == "train" and realistic and rng.random() < RENAMED
    encoding = encoding or pick(rng, RENAMED_ENCODINGS if other_names else ENCODINGS)
    count = tools_count or rng.choice([1, 1, 2, 2, 3, 3, 4, 5])
    box = Toolbox(rng, split, realistic, count, other_names)
    thinking = (encoding == "deepseek-v3.2" and rng.random() < 0.75) or (
        encoding == "deepseek-v3.1" and rng.random() < 0.06
    )
    messages, expect, index = [], None, 0
    if rng.random() < 0.6:
        messages.append({"role": "system", "content": systems.text(rng)})
    turns = turns or (rng.choice([1, 1, 2, 3]) if kind != "chain" else rng.choice([1, 1, 2]))
    for t in range(turns):
        k = kind if t == 0 else pick(rng, KINDS)
        if k == "missing":
            m = box.missing()
            if m is None:
                k = "single"
            else:
                first, question, value, full = m
                messages += [
                    {"role": "user", "content": first},
                    {
                        "role": "assistant",
                        "content": question,
                        **(
                            {"reasoning_content": "Something is missing, so I ask."}
                            if thinking
                            else {}
                        ),
                    },
                ]
                expect = expect or ("missing", question, full)
                if rng.random() < 0.75:
                    messages.append(
                        {
                            "role": "user",
                            "content": rng.choice([value, value, f"{value}, please.", f"{value}."]),
                        }
                    )
                    _turn(messages, index, [full], [full.result], full.answer, thinking, rng)
                    index += 1
        if k == "none":
            _plain_turn(rng, messages, thinking)
            expect = expect or ("none",)
        elif k in ("single", "error"):
            r = box.request()
            messages.append({"role": "user", "content": r.text})
            expect = expect or ("calls", [r])
            if k == "error":
                e = rng.choice(bank.ERRORS)
                result, answer = (
                    json.dumps({"error": e}),
                    rng.choice(
                        [
                            f"I am sorry, the tool reported an error: {e}.",
                            f"That did not work. The tool says: {e}.",
                            f"Sorry, {r.name} failed: {e}. Please try again later.",
                        ]
                    ),
                )
            else:
                result, answer = r.result, r.answer
            _turn(messages, index, [r], [result], answer, thinking, rng)
            index += 1
        elif k == "parallel":
            rs = [box.request() for _ in range(rng.choice([2, 2, 3]))]
            said = rs[0].text + "".join(
                rng.choice([" Also: ", " And: ", " Then: ", "\n", " "]) + r.text for r in rs[1:]
            )
            messages.append({"role": "user", "content": said})
            expect = expect or ("calls", rs)
            _turn(
                messages,
                index,
                rs,
                [r.result for r in rs],
                " ".join(r.answer for r in rs),
                thinking,
                rng,
            )
            index += len(rs)
        elif k == "chain":
            if realistic and not other_names and rng.random() < 0.6:
                names, text, a, b, answer = _dependent_chain(rng)
                have = {s["function"]["name"] for s in box.schemas}
                add = [
                    t2 for t2 in realtools.all_tools() if t2.name in names and t2.name not in have
                ]
                box.tools, box.schemas = (
                    box.tools + add,
                    box.schemas + [realtools.schema(t2) for t2 in add],
                )
            else:
                a, b = box.request(), box.request()
                text, answer = (
                    f"First do this: {a.text} When you have the result, do this: {b.text}",
                    f"{a.answer} {b.answer}",
                )
            messages.append({"role": "user", "content": text})
            expect = expect or ("calls", [a])
            _turn(messages, index, [a], [a.result], None, thinking, rng)
            _turn(messages, index + 1, [b], [b.result], answer, thinking, rng)
            index += 2
    if encoding == "deepseek-v3.1" and thinking:
        # This format writes reasoning only directly after the last user turn: the conversation ends with that turn.
        last_user = max(i for i, x in enumerate(messages) if x["role"] == "user")
        messages = messages[: last_user + 2]
    order = list(range(len(box.schemas)))
    rng.shuffle(order)
    return {
        "encoding": encoding,
        "messages": messages,
        "tools": [box.schemas[i] for i in order],
        "chat_template_kwargs": {"thinking": thinking},
        "expect": expect,
    }
