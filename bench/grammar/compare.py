"""XGrammar over the cases of the grammar bench: `compare.py TOKENIZER_FOLDER CASES.json`.

Needs xgrammar and transformers from PyPI in an environment of one's own (they pull PyTorch); the tests never run
it. Prints the same columns as grammar_bench: time to compile, time to fill one mask on the first reading of the
documents and later.
"""

import importlib.metadata
import json
import pathlib
import sys
import time

import xgrammar
from tokenizers import Tokenizer


def main():
    folder, cases_path = sys.argv[1:]
    tokenizer = Tokenizer.from_file(str(pathlib.Path(folder) / "tokenizer.json"))
    size = tokenizer.get_vocab_size(with_added_tokens=True)
    names = [""] * size
    for text, token in tokenizer.get_vocab(with_added_tokens=True).items():
        names[token] = text
    info = xgrammar.TokenizerInfo(names, xgrammar.VocabType.BYTE_LEVEL, vocab_size=size, stop_token_ids=[1])
    print(f"xgrammar {importlib.metadata.version('xgrammar')}, vocabulary {size} tokens")
    print(f"{'case':16} {'compile ms':>10} {'masks':>8} {'first us/mask':>14} {'longest us':>14} {'later us/mask':>14}")
    sums = {"first": [0.0, 0], "later": [0.0, 0]}
    for case in json.loads(pathlib.Path(cases_path).read_text()):
        compiler = xgrammar.GrammarCompiler(info, max_threads=1, cache_enabled=False)
        begin = time.perf_counter()
        grammar = compiler.compile_json_schema(json.dumps(case["schema"]), any_whitespace=True)
        compile_s = time.perf_counter() - begin
        mask = xgrammar.allocate_token_bitmask(1, size)
        took = {"first": [0.0, 0, 0.0], "later": [0.0, 0, 0.0]}
        refused = False
        for turn in range(20):
            one = took["first" if turn == 0 else "later"]
            for document in case["documents"]:
                matcher = xgrammar.GrammarMatcher(grammar)
                for token in tokenizer.encode(document, add_special_tokens=False).ids:
                    begin = time.perf_counter()
                    matcher.fill_next_token_bitmask(mask)
                    spent = time.perf_counter() - begin
                    one[0] += spent
                    one[1] += 1
                    one[2] = max(one[2], spent)
                    if not matcher.accept_token(token):
                        refused = True
                        break
        first, later = took["first"], took["later"]
        for name in sums:
            sums[name][0] += took[name][0]
            sums[name][1] += took[name][1]
        note = "  (refuses a document)" if refused else ""
        print(
            f"{case['name']:16} {compile_s * 1e3:10.2f} {first[1]:8} {first[0] / first[1] * 1e6:14.2f} "
            f"{first[2] * 1e6:14.0f} {later[0] / later[1] * 1e6:14.2f}{note}"
        )
    print(f"all: {sums['first'][0] / sums['first'][1] * 1e6:.2f} us a mask at first, {sums['later'][0] / sums['later'][1] * 1e6:.2f} us later")


if __name__ == "__main__":
    main()
