"""XGrammar over the cases of the grammar bench: `compare.py TOKENIZER_FOLDER CASES.json`.

Needs xgrammar and transformers from PyPI in an environment of their own (they pull PyTorch); the tests never run
it. Prints the same columns as grammar_bench: time to compile, time to fill one mask (mean and percentiles) on the
first reading of the documents (the median of three, each with a newly compiled grammar) and later.
"""

import importlib.metadata
import json
import pathlib
import sys
import time

import xgrammar
from tokenizers import Tokenizer


def columns(times):
    ordered = sorted(times)
    at = [ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.99, 1)]
    return f"{sum(ordered) / len(ordered):8.2f} {at[0]:7.2f} {at[1]:8.2f} {at[2]:8.0f}"


def main():
    folder, cases_path = sys.argv[1:]
    tokenizer = Tokenizer.from_file(str(pathlib.Path(folder) / "tokenizer.json"))
    size = tokenizer.get_vocab_size(with_added_tokens=True)
    names = [""] * size
    for text, token in tokenizer.get_vocab(with_added_tokens=True).items():
        names[token] = text
    info = xgrammar.TokenizerInfo(names, xgrammar.VocabType.BYTE_LEVEL, vocab_size=size, stop_token_ids=[1])
    print(f"xgrammar {importlib.metadata.version('xgrammar')}, vocabulary {size} tokens")
    print(f"{'us a mask':16} {'compile ms':>10} {'masks':>6}" + "".join(f" | {name:>8} {'p50':>7} {'p99':>8} {'max':>8}" for name in ("first", "later")))
    all_first, all_later = [], []
    for case in json.loads(pathlib.Path(cases_path).read_text()):
        fresh, later = [[], [], []], []
        refused = False
        for first in fresh:
            compiler = xgrammar.GrammarCompiler(info, max_threads=1, cache_enabled=False)
            begin = time.perf_counter()
            grammar = compiler.compile_json_schema(json.dumps(case["schema"]), any_whitespace=True)
            compile_ms = (time.perf_counter() - begin) * 1e3
            mask = xgrammar.allocate_token_bitmask(1, size)
            for turn in range(7):
                for document in case["documents"]:
                    matcher = xgrammar.GrammarMatcher(grammar)
                    for token in tokenizer.encode(document, add_special_tokens=False).ids:
                        begin = time.perf_counter()
                        matcher.fill_next_token_bitmask(mask)
                        (later if turn else first).append((time.perf_counter() - begin) * 1e6)
                        if not matcher.accept_token(token):
                            refused = True
                            break
        first = [sorted(times)[1] for times in zip(*fresh)]
        note = "  (refuses a document)" if refused else ""
        print(f"{case['name']:16} {compile_ms:10.2f} {len(first):6} | {columns(first)} | {columns(later)}{note}", flush=True)
        all_first += first
        all_later += later
    print(f"{'all':16} {'':10} {len(all_first):6} | {columns(all_first)} | {columns(all_later)}")


if __name__ == "__main__":
    main()
