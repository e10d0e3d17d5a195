"""Optional outside text (--corpus DIR): word problems, fairy tales, small stories, user sentences, tool dialogues.

Nothing of it is stored in the repository; the model card names sources and licences.
"""

import json
import re
from pathlib import Path

from gen import chat, lexicon
from gen.pieces import Item


class Corpus:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.gsm8k = [self._word_problem(json.loads(x)) for x in self._lines("gsm8k/train.jsonl")]
        self.stories = self._tiny_stories()
        self.tales = [json.loads(x) for x in self._lines("fairytaleqa/fairytaleqa.jsonl")]
        self.tales = [t for t in self.tales if t["split"] == "train"]
        self.snips = [json.loads(x) for x in self._lines("snips/snips.jsonl")]
        self.orders = [json.loads(x) for x in self._lines("taskmaster4/taskmaster4.jsonl")]
        self._phrasings()
        text = " ".join(self.stories[: len(self.stories) * 19 // 20])
        lexicon.MORE_WORDS[:] = sorted(set(re.findall(r"\b[a-z]{4,10}\b", text)))

    def _lines(self, name):
        return (self.folder / name).read_text(encoding="utf-8").splitlines()

    @staticmethod
    def _word_problem(row):
        steps, _, value = row["answer"].rpartition("####")
        steps = re.sub(r"<<[^>]*>>", "", steps).strip()
        value = value.strip().replace(",", "")
        return Item(row["question"], steps, f"The answer is {value}.", value, "gsm8k")

    def _tiny_stories(self):
        out = []
        for name in ("sample-a.txt", "sample-b.txt"):
            text = (self.folder / "tinystories-sample" / name).read_text(
                encoding="utf-8", errors="replace"
            )
            parts = text.split("<|endoftext|>")[1:-1]  # the ends are cut off
            if len(parts) < 10:
                parts = re.split(r"\n{3,}", text)[1:-1]
            out += [
                re.sub(r"[ \t]*\n\s*", "\n", p).strip()
                for p in parts
                if 200 < len(p) < 4000 and "\ufffd" not in p
            ]
        return out

    def _phrasings(self):
        """User sentences by intent: intents of the bank get more ways to ask, others get honest replies."""
        by = {}
        for line in self._lines("clinc150/clinc150.tsv"):
            split, intent, text = line.split("\t")
            if split in ("train", "oos_train", "val"):
                by.setdefault(intent, []).append(text)
        for intent, replies in chat.group_replies().items():
            if intent in by and intent not in chat.intents():
                chat.EXTRA_REPLIES[intent] = replies
                chat.EXTRA_PHRASINGS[intent] = by[intent]
        for intent, texts in by.items():
            if intent in chat.intents():
                chat.EXTRA_PHRASINGS[intent] = texts

    def held_back_story(self, index):
        """The last 5 % of the small stories stay out of training."""
        n = len(self.stories)
        return self.stories[n - 1 - index % max(n // 20, 1)]

    def small_story(self, rng):
        return self.stories[rng.randrange(len(self.stories) * 19 // 20)]

    def tale(self, rng):
        """Sections of a tale as plain text, or one section with a question."""
        t = rng.choice(self.tales)
        i = rng.randrange(len(t["sections"]))
        text = re.sub(r"(?<!\n)\n(?!\n)", " ", t["sections"][i])
        return text

    def intent_tool(self, rng):
        """One marked request as (schema list, text, name, arguments)."""
        row = rng.choice(self.snips)
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", row["intent"]).lower()
        arguments = {}
        for key, text in row["slots"]:
            arguments.setdefault(key, text.strip())
        return name, row["text"].strip(), arguments

    def intent_schemas(self):
        """All request kinds as tool schemas."""
        keys = {}
        for row in self.snips:
            name = re.sub(r"(?<!^)(?=[A-Z])", "_", row["intent"]).lower()
            for key, _ in row["slots"]:
                keys.setdefault(name, {})[key] = {"type": "string"}
        return {
            n: {
                "type": "function",
                "function": {
                    "name": n,
                    "description": n.replace("_", " ").capitalize() + ".",
                    "parameters": {"type": "object", "properties": p, "required": []},
                },
            }
            for n, p in keys.items()
        }

    def order_dialogue(self, rng):
        """A coffee order as messages with calls; None if it does not fit the rules (calls only by the assistant)."""
        row = rng.choice(self.orders)
        messages = [{"role": "system", "content": "You take coffee orders."}]
        index = 0
        for t in row["turns"]:
            text = t["text"].strip()
            role = "user" if t["role"] == "user" else "assistant"
            if messages[-1]["role"] == role == "user":
                messages[-1]["content"] += "\n" + text
            elif role == "assistant" and messages[-1]["role"] in ("system", "assistant"):
                if messages[-1]["role"] == "assistant":
                    messages[-1]["content"] += " " + text
                else:
                    continue
            else:
                messages.append({"role": role, "content": text})
            for c in t.get("calls", []):
                if messages[-1]["role"] == "assistant" and messages[-1].get("tool_calls"):
                    return None
                try:
                    arguments = json.dumps(
                        json.loads(c.get("arguments") or "{}"), ensure_ascii=False
                    )
                except ValueError:
                    return None
                if messages[-1]["role"] == "assistant":
                    return None
                call = {
                    "id": f"call_{index}",
                    "type": "function",
                    "function": {"name": c["name"], "arguments": arguments},
                }
                messages.append({"role": "assistant", "content": "", "tool_calls": [call]})
                messages.append(
                    {
                        "role": "tool",
                        "tool_call_id": f"call_{index}",
                        "content": c.get("response", "")[:600],
                    }
                )
                index += 1
        while messages and messages[-1]["role"] != "assistant":
            messages.pop()
        return (
            messages
            if len(messages) > 2 and sum(len(m["content"]) for m in messages) < 6000
            else None
        )

    def order_schemas(self):
        keys = {}
        for row in self.orders:
            for t in row["turns"]:
                for c in t.get("calls", []):
                    try:
                        arguments = json.loads(c.get("arguments") or "{}")
                    except ValueError:
                        continue
                    for k in arguments:
                        keys.setdefault(c["name"], {})[k] = {"type": "string"}
        return {
            n: {
                "type": "function",
                "function": {
                    "name": n,
                    "description": n.replace("_", " ").capitalize() + ".",
                    "parameters": {"type": "object", "properties": p, "required": []},
                },
            }
            for n, p in keys.items()
        }
