"""Trains named tensors of an exported model further and rewrites only these; every other byte of its files stays.

    python finetune.py --model DIR --masters RUN/checkpoint.pt --out DIR --work DIR --tensors REGEX --seconds 75

REGEX is searched in the names of the training model (layers.3.self_attn.q_a_proj.weight). The other weights, the routing
biases and the MTP module are frozen; all are rounded to FP8 as in the last phase of training. The loss is that of train.py
with a share for MTP, so that the frozen MTP module still fits. Leaves the tuned masters in WORK/checkpoint.pt.
"""

import argparse
import json
import re
import shutil
import time
from pathlib import Path

import torch

import config
import export
from data import Source
from model import Model

MTP_SHARE, WARM_STEPS = 0.3, 30


def checkpoint_names(state, shape, tuned):
    """Names in the checkpoint of the training model's tensors `tuned`."""
    marks = {n: torch.full_like(t, float(n in tuned)) for n, t in state.items()}
    return [n for n, t in export.checkpoint_tensors(marks, shape).items() if t.any()]


class FineTune:
    def __init__(self, a):
        self.a = a
        a.work.mkdir(parents=True, exist_ok=True)
        # The workers are forked before the device is first used.
        self.source = Source(
            a.workers,
            a.seed,
            a.model / "tokenizer.json",
            a.corpus,
            True,
            a.rows,
            a.length,
            parts=min(8, a.rows),
            shares={"tools": a.tools_share},
        )
        torch.manual_seed(a.seed)
        torch.set_float32_matmul_precision("high")
        self.model = Model(config.SHAPES[a.shape])
        self.model.load_state_dict(export.load_state(a.masters))
        self.model.to(a.device)
        self.tuned = {n: p for n, p in self.model.named_parameters() if re.search(a.tensors, n)}
        if not self.tuned:
            raise SystemExit("no tensor has such a name")
        self._freeze()
        self.opt = torch.optim.AdamW(
            list(self.tuned.values()), lr=a.lr, betas=(0.9, 0.95), weight_decay=0.0
        )

    def _freeze(self):
        """Blocks below the first tuned one need no gradients; in the others only the tuned tensors are stepped.

        All later blocks ask for the same gradients, so that one compilation of a block serves them all.
        """
        layers = [int(x) for n in self.tuned for x in re.findall(r"^layers\.(\d+)\.", n)]
        first = min(layers, default=len(self.model.layers))
        for p in self.model.parameters():
            p.requires_grad_(False)
        for block in [*self.model.layers[first:], self.model.mtp.block]:
            for p in block.parameters():
                p.requires_grad_(True)
        if self.a.device == "cuda":
            for block in [*self.model.layers, self.model.mtp.block]:
                block.compile(dynamic=False)

    def batch(self):
        ids, weight = self.source.next()
        cut = self.a.length + 2
        ids = torch.from_numpy(ids[:, :cut].astype("int64")).to(self.a.device)
        return ids, torch.from_numpy(weight[:, :cut]).to(self.a.device).float() / 5

    def step(self, rate):
        ids, weight = self.batch()
        for g in self.opt.param_groups:
            g["lr"] = rate
        with torch.autocast(self.a.device, torch.bfloat16, enabled=self.a.device == "cuda"):
            main, mtp, _, _ = self.model(ids, weight, True)
            loss = main + MTP_SHARE * mtp
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(self.tuned.values()), 1.0)
        self.opt.step()
        self.model.zero_grad(set_to_none=True)
        return main, mtp

    def train(self):
        a, begun, step, share = self.a, None, 0, 0.0
        self.model.train()
        with open(a.work / "train.log", "a") as log:

            def say(**values):
                print(json.dumps(values), flush=True)
                log.write(json.dumps(values) + "\n")

            say(tensors=len(self.tuned), weights=sum(p.numel() for p in self.tuned.values()))
            started = time.time()
            while share < 1:
                main, mtp = self.step(a.lr * min(1.0, (step + 1) / WARM_STEPS) * (1 - share))
                step += 1
                if begun is None:  # the compilation is not training time
                    main.item()
                    begun = time.time()
                    say(compiled=round(begun - started, 1))
                share = (time.time() - begun) / a.seconds
                if step % a.log_every == 0 or share >= 1:
                    say(
                        step=step,
                        tokens_m=round(step * a.rows * a.length / 1e6, 2),
                        main=round(main.item(), 4),
                        mtp=round(mtp.item(), 4),
                        seconds=round(time.time() - begun, 1),
                    )
        self.source.close()

    def save(self):
        a, shape = self.a, config.SHAPES[self.a.shape]
        state = {n: t.detach().float().cpu() for n, t in self.model.state_dict().items()}
        torch.save({"model": state}, a.work / "checkpoint.pt")
        names = set(checkpoint_names(state, shape, self.tuned))
        tensors = export.checkpoint_tensors(state, shape)
        if a.out != a.model:
            shutil.copytree(a.model, a.out, dirs_exist_ok=True)
        changed = export.rewrite(a.out, export.quantise({n: tensors[n] for n in names}))
        print(json.dumps(changed), flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--model", type=Path, required=True)
    p.add_argument("--masters", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--work", type=Path, required=True)
    p.add_argument("--tensors", required=True)
    p.add_argument("--seconds", type=float, required=True, help="training, without compilation")
    p.add_argument("--corpus", type=Path)
    p.add_argument("--tools-share", type=float, default=60, help="against 77 of all other parts")
    p.add_argument("--shape", default="default")
    p.add_argument("--device", default="cuda")
    p.add_argument("--lr", type=float, default=5e-4)
    p.add_argument("--seed", type=int, default=20001)
    p.add_argument("--workers", type=int, default=13)
    p.add_argument("--rows", type=int, default=16)
    p.add_argument("--length", type=int, default=4096)
    p.add_argument("--log-every", type=int, default=50)
    t = FineTune(p.parse_args())
    t.train()
    t.save()


if __name__ == "__main__":
    main()
