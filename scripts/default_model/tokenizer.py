"""Trains the byte-level BPE and writes tokenizer.json, tokenizer_config.json, generation_config.json and config.json.

python tokenizer.py --out DIR [--corpus DIR] [--documents N]
"""

import argparse
import json
import random
import re
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

import config
import encode
import markup as m
from gen.corpus import Corpus
from gen.mixture import Mixture

NUMBERS, ONE_NUMBER = r"\p{N}{1,3}", r"\p{N}"
CJK = "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+"
WORDS = (
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*"
    "|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"
)


def _splits(numbers):
    split = [pre_tokenizers.Split(Regex(r), behavior="isolated") for r in (numbers, CJK, WORDS)]
    return pre_tokenizers.Sequence(
        split + [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )


def training_text(documents, corpus, seed=11):
    """Rendered documents without their markup."""
    mixture = Mixture(random.Random(seed), corpus)
    at_markup = re.compile("|".join(re.escape(x) for x in m.MARKUP))
    for _ in range(documents):
        yield from (x for x in at_markup.split(encode.text_of(mixture.draw()[2])) if x)


def train_merges(texts):
    """Merges in order; digits are trained as single pieces, so no merge joins two of them."""
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = _splits(ONE_NUMBER)
    wanted = m.VOCAB_SIZE - m.RESERVED - len(m.FIRST)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trained.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=wanted, initial_alphabet=alphabet, show_progress=False, min_frequency=2
        ),
    )
    merges = json.loads(trained.to_str())["model"]["merges"]
    assert len(merges) == wanted - 256, len(merges)
    return [tuple(x) for x in merges]


def _added(index, content):
    special = content in m.SPECIAL
    return {
        "id": index,
        "content": content,
        "single_word": False,
        "lstrip": False,
        "rstrip": False,
        "normalized": not special or content == m.EOT,
        "special": special,
    }


def tokenizer_json(merges):
    vocab = {x: i for i, x in enumerate(m.FIRST)}
    for c in sorted(pre_tokenizers.ByteLevel.alphabet()):
        vocab[c] = len(vocab)
    for a, b in merges:
        assert a + b not in vocab
        vocab[a + b] = len(vocab)
    first_tail = m.VOCAB_SIZE - m.RESERVED
    assert len(vocab) == first_tail
    byte_level = {
        "type": "ByteLevel",
        "add_prefix_space": False,
        "trim_offsets": True,
        "use_regex": False,
    }
    splits = [
        {"type": "Split", "pattern": {"Regex": r}, "behavior": "Isolated", "invert": False}
        for r in (NUMBERS, CJK, WORDS)
    ]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added(i, x) for i, x in enumerate(m.FIRST)]
        + [_added(first_tail + i, x) for i, x in enumerate(m.TAIL)],
        "normalizer": {"type": "Sequence", "normalizers": []},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": splits + [byte_level]},
        "post_processor": {
            "type": "ByteLevel",
            "add_prefix_space": True,
            "trim_offsets": False,
            "use_regex": True,
        },
        "decoder": {
            "type": "ByteLevel",
            "add_prefix_space": True,
            "trim_offsets": True,
            "use_regex": True,
        },
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": vocab,
            "merges": [f"{a} {b}" for a, b in merges],
        },
    }


def _token(content):
    return {
        "__type": "AddedToken",
        "content": content,
        "lstrip": False,
        "normalized": True,
        "rstrip": False,
        "single_word": False,
    }


def write_json(path, value):
    Path(path).write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def write_configs(out, shape):
    write_json(out / "config.json", config.config_json(shape))
    write_json(
        out / "generation_config.json",
        {
            "_from_model_config": True,
            "bos_token_id": 0,
            "eos_token_id": 1,
            "do_sample": True,
            "temperature": 0.6,
            "top_p": 0.95,
        },
    )
    write_json(
        out / "tokenizer_config.json",
        {
            "add_bos_token": True,
            "add_eos_token": False,
            "bos_token": _token(m.BOS),
            "clean_up_tokenization_spaces": False,
            "eos_token": _token(m.EOS),
            "legacy": True,
            "model_max_length": shape.max_position_embeddings,
            "pad_token": _token(m.PAD),
            "sp_model_kwargs": {},
            "unk_token": None,
            "tokenizer_class": "LlamaTokenizerFast",
        },
    )


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--corpus", type=Path)
    p.add_argument("--documents", type=int, default=40000)
    a = p.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    merges = train_merges(training_text(a.documents, Corpus(a.corpus) if a.corpus else None))
    write_json(a.out / "tokenizer.json", tokenizer_json(merges))
    write_configs(a.out, config.SHAPES["default"])


if __name__ == "__main__":
    main()
