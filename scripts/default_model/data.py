"""Training rows made on the fly: worker processes draw documents, tokenise and pack them into rows."""

import bisect
import multiprocessing as mp
import os
import random

import numpy as np
from tokenizers import Tokenizer

import encode
import markup as m
from gen.corpus import Corpus
from gen.mixture import Mixture

LENGTH_EXTRA = 3  # targets of the main model, of MTP and of its second step
POOL = 48  # documents that wait for a row with room


def tokenise(tokenizer, pieces_of_documents):
    """[(ids, weights in fifths as uint8)] for lists of pieces.

    Pieces are tokenised apart, for every boundary is at markup. Neighbours without loss go together, and the system text
    goes with the tools (tests/test_generators.py compares with whole strings).
    """
    flat, owners = [], []
    for d, pieces in enumerate(pieces_of_documents):
        if len(pieces) > 1 and pieces[1][0].startswith("\n\n## Tools"):
            pieces = [(pieces[0][0] + pieces[1][0], encode.WEIGHT_NONE)] + pieces[2:]
        for text, weight in pieces:
            if owners and owners[-1] == (d, encode.WEIGHT_NONE) == (d, weight):
                flat[-1] += text
                continue
            flat.append(text)
            owners.append((d, weight))
    out = [([], []) for _ in pieces_of_documents]
    for text, (d, weight), e in zip(
        flat, owners, tokenizer.encode_batch_fast(flat, add_special_tokens=False)
    ):
        if isinstance(weight, list):
            e = tokenizer.encode(text, add_special_tokens=False)  # this one with offsets
            weights = _spread(weight, e.offsets)
        else:
            weights = [round(weight * 5)] * len(e.ids)
        if weights and text.startswith((m.BOS, m.USER)):
            weights[0] = 0  # nobody is to write these
        out[d][0].extend(e.ids)
        out[d][1].extend(weights)
    return out


def _spread(spans, offsets):
    """The weight of every token: that of the span in which it begins."""
    ends, weights = [], []
    for length, weight in spans:
        ends.append(length + (ends[-1] if ends else 0))
        weights.append(round(weight * 5))
    return [weights[min(bisect.bisect_right(ends, start), len(ends) - 1)] for start, _ in offsets]


class Packer:
    """Rows that start with a document; a document that does not fit waits for the next row."""

    def __init__(self, tokenizer, mixture):
        self.tokenizer, self.mixture, self.pool = tokenizer, mixture, []

    def _refill(self):
        self.pool += tokenise(self.tokenizer, [self.mixture.draw()[2] for _ in range(POOL)])

    def row(self, length):
        ids, weights = [], []
        while len(ids) < length:
            if len(self.pool) < POOL // 2:
                self._refill()
            room = length - len(ids)
            at = next((i for i, (x, _) in enumerate(self.pool) if len(x) <= room), None)
            if at is None:  # nothing fits: the shortest one is cut
                at = min(range(len(self.pool)), key=lambda i: len(self.pool[i][0])) if ids else 0
            x, w = self.pool.pop(at)
            ids += x
            weights += w
        return ids[:length], weights[:length]

    def batch(self, rows, length):
        both = [self.row(length) for _ in range(rows)]
        return np.array([x for x, _ in both], dtype=np.uint16), np.array(
            [w for _, w in both], dtype=np.uint8
        )


def _work(index, seed, tokenizer_file, corpus, long_rows, rows, length, shares, queue, stop):
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.nice(5)
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    mixture = Mixture(
        random.Random(seed * 1000 + index), Corpus(corpus) if corpus else None, long_rows, shares
    )
    packer = Packer(tokenizer, mixture)
    while not stop.is_set():
        queue.put(packer.batch(rows, length))


class Source:
    """Batches of `rows` rows from worker processes; each worker makes `rows / parts` rows at a time."""

    def __init__(
        self, workers, seed, tokenizer_file, corpus, long_rows, rows, length, parts=8, shares=None
    ):
        ctx = mp.get_context("fork")
        self.parts = parts
        self.queue, self.stop = ctx.Queue(parts * 12), ctx.Event()
        args = (
            seed,
            tokenizer_file,
            corpus,
            long_rows,
            rows // parts,
            length + LENGTH_EXTRA,
            shares,
            self.queue,
            self.stop,
        )
        self.processes = [
            ctx.Process(target=_work, args=(i, *args), daemon=True) for i in range(workers)
        ]
        for p in self.processes:
            p.start()

    def next(self):
        got = [self.queue.get() for _ in range(self.parts)]
        return np.concatenate([a for a, _ in got]), np.concatenate([b for _, b in got])

    def close(self):
        self.stop.set()
        for p in self.processes:
            p.terminate()
