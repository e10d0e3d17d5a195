"""Measures an exported checkpoint: held-out tasks, forced ends of thinking, MTP, FP8 against BF16, expert load, samples.

python evaluate.py --model DIR --out DIR [--masters DIR/checkpoint.pt] [--corpus DIR] [--items 200] [--device cuda]
"""

import argparse
import json
import random
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer

import export
import generate
import markup as m
import reference
import tasks
from gates import GATES
from gen.pieces import is_right
from gen.corpus import Corpus
from gen.mixture import Mixture
import encode


class Bench:
    def __init__(self, a):
        self.a, self.started = a, time.time()
        self.tok = Tokenizer.from_file(str(a.tokenizer or a.model / "tokenizer.json"))
        self.shape, tensors = reference.load(a.model)
        self.model = reference.Reference(self.shape, tensors, "w8a8", a.device)
        self.masters = self.weight_only = None
        if a.masters:
            t = export.masters(export.checkpoint_tensors(export.load_state(a.masters), self.shape))
            self.masters = reference.Reference(self.shape, t, "bf16", a.device)
            self.weight_only = reference.Reference(self.shape, tensors, "bf16", a.device)
        self.values, self.sequences, self.samples = (
            self._kept(n) for n in ("metrics", "sequences", "samples")
        )

    def _kept(self, name):
        """What an earlier run of other steps left in the folder."""
        file = self.a.out / f"{name}.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}

    def ids(self, text):
        return self.tok.encode(text, add_special_tokens=False).ids

    def text(self, ids):
        return self.tok.decode(ids, skip_special_tokens=False)

    def put(self, name, value, n, prompts=None):
        """Keeps a measure; where prompts repeat, the number of distinct ones goes with it."""
        distinct = len({str(x) for x in prompts}) if prompts else n
        self.values[name] = {
            "value": round(value, 4),
            "n": n,
            **({"distinct": distinct} if distinct < n else {}),
            **GATES.get(name, {}),
        }
        print(
            f"{time.time() - self.started:6.1f}s {name}: {value:.4f} {GATES.get(name, '')}",
            flush=True,
        )
        (self.a.out / "metrics.json").write_text(json.dumps(self.values, indent=1) + "\n")

    def run_tasks(self):
        """All tasks of equal completion limit go through the model together."""
        every = tasks.all_tasks(self.a.items, lambda t: len(self.ids(t)), self.a.only)
        formed, formed_prompts = [], []
        for task in every:
            prompts = [self.ids(p) for p in task.prompts]
            outs = generate.generate(self.model, prompts, task.max_new, self.a.tokens_max)
            texts = [self.text(x) for x in outs]
            results = [c(t) for c, t in zip(task.checks, texts)]
            for key in results[0]:
                self.put(
                    f"{task.name}.{key}",
                    sum(r[key] for r in results) / len(results),
                    len(results),
                    task.prompts,
                )
            if "well_formed" in results[0]:
                formed += [r["well_formed"] for r in results]
                formed_prompts += task.prompts
            self.sequences[task.name] = list(zip(prompts, outs))
            (self.a.out / "sequences.json").write_text(json.dumps(self.sequences))
            wrong = [i for i, r in enumerate(results) if not all(r.values())][:3]
            self.samples[task.name] = {
                "first": [[task.prompts[0][-300:], texts[0]]],
                "wrong": [[task.prompts[i][-700:], texts[i]] for i in wrong],
            }
        if formed:
            self.put("thinking.well_formed", sum(formed) / len(formed), len(formed), formed_prompts)

    def forced_end(self):
        """`</think>` put after a quarter of the reasoning, and the R1 form with a line break before it."""
        close = self.tok.token_to_id(m.END_THINK)
        for name, source, end in (
            ("forced.closed", ["add3_think", "mul22_think", "word2_think", "sort5_think"], [close]),
            ("forced_r1.closed", None, None),
        ):
            if source is None:
                task = tasks.qa(
                    "r1",
                    tasks.QUESTIONS["word2_think"][0],
                    self.a.items,
                    400,
                    True,
                    "deepseek-r1",
                )
                prompts = [self.ids(p) for p in task.prompts]
                pairs = list(
                    zip(prompts, generate.generate(self.model, prompts, 400, self.a.tokens_max))
                )
                texts = [self.text(o) for _, o in pairs]
                self.put(
                    "r1.right",
                    sum(c(t)["right"] for c, t in zip(task.checks, texts)) / len(texts),
                    len(texts),
                    prompts,
                )
                end = self.ids("\n" + m.END_THINK)
            else:
                pairs = [p for s in source for p in self.sequences.get(s, [])[: self.a.items // 4]]
            cut = []
            for prompt, out in pairs:
                length = out.index(close) if close in out else len(out)
                cut.append(prompt + out[: max(1, length // 4)] + end)
            texts = (
                [self.text(x) for x in generate.generate(self.model, cut, 120, self.a.tokens_max)]
                if cut
                else []
            )
            good = [
                t.endswith(m.EOS)
                and t[: -len(m.EOS)].strip() != ""
                and not any(x in t for x in (m.THINK, m.END_THINK, m.CALLS_BEGIN, m.USER))
                for t in texts
            ]
            if good:
                self.put(name, sum(good) / len(good), len(good), [p for p, _ in pairs])
                self.samples[name] = {
                    "first": [[self.text(c)[-200:], t] for c, t in list(zip(cut, texts))[:4]]
                }

    def drafts(self):
        """Agreement of MTP drafts with the greedy text, and tokens gained per verification."""
        kinds = {
            "tools": self.sequences.get("tool_real", []) + self.sequences.get("tool_random", []),
            "thinking": [
                p
                for s in ("add3_think", "word2_think", "sort5_think", "mul22_think")
                for p in self.sequences.get(s, [])
            ],
        }
        for kind in ("chat", "stories"):
            prompts = [self.ids(p) for p in tasks.free_prompts(kind, self.a.items, 500)]
            kinds[kind] = list(
                zip(prompts, generate.generate(self.model, prompts, 300, self.a.tokens_max))
            )
            self.samples[kind] = {
                "first": [[self.text(p)[-200:], self.text(o)] for p, o in kinds[kind][:6]]
            }
        gained = {1: [], 2: [], 3: []}
        for kind, pairs in kinds.items():
            random.Random(7).shuffle(pairs)
            same = total = 0
            for prompt, out in pairs[: self.a.items]:
                seq, start = prompt + out, len(prompt)
                if len(out) < 3:
                    continue
                d = [x.tolist() for x in generate.chained_drafts(self.model, seq)]
                for p in range(start - 1, len(seq) - 2):
                    same += d[0][p] == seq[p + 2]
                    total += 1
                for k in gained:
                    gained[k] += generate.accepted_lengths(seq, d, start, k)
            if total:
                self.put(f"mtp_{kind}.agreement", same / total, total)
        for k, g in gained.items():
            self.put(f"accepted_{k}.mean", sum(g) / max(len(g), 1), len(g))

    @torch.no_grad()
    def precision(self, corpus):
        """KL per token against the BF16 masters, equal greedy answers, expert load over mixed documents."""
        mixture = Mixture(random.Random(4242), corpus)
        docs = [self.ids(encode.text_of(mixture.draw()[2]))[:700] for _ in range(self.a.items)]
        kl, kl_w, same, n, load = 0.0, 0.0, 0, 0, {}
        for d in docs:
            q = self.model.sequence(d)
            for b, mask in self.model.loads.items():
                load[b] = load.get(b, 0) + mask.sum(0)
            t = torch.ones(len(d) - 1, len(d) - 1, dtype=torch.bool, device=self.a.device).tril()
            x = torch.tensor([d[1:]], device=self.a.device)
            self.model.draft_hidden(
                q[0][None, :-1], x, torch.arange(len(d) - 1, device=self.a.device)[None], t
            )
            b = f"model.layers.{self.shape.num_hidden_layers}.mlp"
            load[b] = load.get(b, 0) + self.model.loads[b].sum(0)
            if self.masters:
                p = self.masters.sequence(d)[1].log_softmax(-1)
                lq, lw = q[1].log_softmax(-1), self.weight_only.sequence(d)[1].log_softmax(-1)
                kl += (p.exp() * (p - lq)).sum().item()
                kl_w += (p.exp() * (p - lw)).sum().item()
                same += (p.argmax(-1) == lq.argmax(-1)).sum().item()
                n += len(d)
        worst = max((x.max() / x.mean()).item() for x in load.values())
        self.put("experts.max_over_mean", worst, len(docs))
        self.put(
            "experts.least_share",
            min((x.min() / x.mean()).item() for x in load.values()),
            len(docs),
        )
        if self.masters:
            self.put("fp8.kl", kl / n, n)
            self.put("fp8_weights_only.kl", kl_w / n, n)
            self.put("fp8.top1_equal", same / n, n)
            pairs = [
                p
                for s in ("add3_think", "word2_think", "facts", "tool_real", "reverse_think")
                for p in self.sequences.get(s, [])[: self.a.items // 5]
            ]
            other = generate.generate(self.masters, [p for p, _ in pairs], 400, self.a.tokens_max)
            answers = [
                (self.text(a).split(m.END_THINK)[-1], self.text(b).split(m.END_THINK)[-1])
                for (_, a), b in zip(pairs, other)
            ]
            if answers:
                self.put(
                    "fp8.answers_equal",
                    sum(x == y for x, y in answers) / len(answers),
                    len(answers),
                    [p for p, _ in pairs],
                )

    def gsm8k(self, corpus):
        rows = [
            json.loads(x)
            for x in (corpus.folder / "gsm8k/test.jsonl").read_text(encoding="utf-8").splitlines()
        ]
        items = [
            corpus._word_problem(r)
            for r in random.Random(5).sample(rows, min(self.a.items, len(rows)))
        ]
        prompts = [self.ids(tasks.prompt_of(tasks.user(x.question), thinking=True)) for x in items]
        outs = [
            tasks.answer_of(self.text(o))
            for o in generate.generate(self.model, prompts, 400, self.a.tokens_max)
        ]
        self.put(
            "gsm8k.right",
            sum(o is not None and is_right(i, o) for i, o in zip(items, outs)) / len(items),
            len(items),
        )

    def dialogues(self, n=30):
        """Three-turn dialogues for reading."""
        scripts = tasks.chat_scripts(n, 600)
        talks = [[] for _ in scripts]
        for turn in range(3):
            for t, s in zip(talks, scripts):
                t.append({"role": "user", "content": s[turn]})
            outs = generate.generate(
                self.model, [self.ids(tasks.prompt_of(t)) for t in talks], 200, self.a.tokens_max
            )
            for t, o in zip(talks, outs):
                t.append({"role": "assistant", "content": self.text(o).replace(m.EOS, "")})
        self.samples["dialogues"] = talks

    def save_samples(self):
        (self.a.out / "samples.json").write_text(
            json.dumps(self.samples, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--model", type=Path, required=True)
    p.add_argument("--tokenizer", type=Path)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--masters", type=Path)
    p.add_argument("--corpus", type=Path)
    p.add_argument("--items", type=int, default=200)
    p.add_argument("--device", default="cpu")
    p.add_argument("--tokens-max", type=int, default=200_000)
    p.add_argument("--only", nargs="*", help="names of tasks")
    p.add_argument(
        "--steps",
        nargs="*",
        default=["tasks", "forced", "dialogues", "drafts", "precision", "gsm8k"],
    )
    a = p.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    corpus = Corpus(a.corpus) if a.corpus else None
    bench = Bench(a)
    steps = {
        "tasks": bench.run_tasks,
        "forced": bench.forced_end,
        "dialogues": bench.dialogues,
        "drafts": bench.drafts,
        "precision": lambda: bench.precision(corpus),
        "gsm8k": lambda: bench.gsm8k(corpus),
    }
    for name in a.steps:
        if name == "gsm8k" and not corpus:
            continue
        steps[name]()
        bench.save_samples()


if __name__ == "__main__":
    main()
