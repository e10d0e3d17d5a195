"""Prints generated conversations as JSON lines: the request as the API takes it, and what it renders to.

    python conversations.py --count 100 --tokenizer ../../model/default/tokenizer.json > conversations.jsonl

Fields: encoding, messages, tools, chat_template_kwargs (the prompt, without the last assistant turn), rendered (the
prompt text), completion (what the model is to write), ids (token ids of the prompt). They serve to compare another
renderer with this one.
"""

import argparse
import json
import random
from pathlib import Path

from tokenizers import Tokenizer

import encode
from gen.mixture import Mixture


def conversations(count, seed, long_rows=False):
    """(prompt as JSON, rendered prompt, completion), plain stories left out."""
    mixture = Mixture(random.Random(seed), None, long_rows)
    while count:
        _, value, _ = mixture.draw()
        if not isinstance(value, str):
            prompt, text, completion = encode.split_prompt(value)
            yield (
                {k: prompt[k] for k in ("encoding", "messages", "tools", "chat_template_kwargs")},
                text,
                completion,
            )
            count -= 1


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--count", type=int, default=100)
    p.add_argument("--seed", type=int, default=9)
    p.add_argument("--tokenizer", type=Path)
    a = p.parse_args()
    tok = Tokenizer.from_file(str(a.tokenizer)) if a.tokenizer else None
    for prompt, text, completion in conversations(a.count, a.seed):
        line = {**prompt, "rendered": text, "completion": completion}
        if tok:
            line["ids"] = tok.encode(text, add_special_tokens=False).ids
        print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main()
