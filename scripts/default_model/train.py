"""Trains the model in time-driven legs; a leg stops at its minutes or at the end of the plan and can be resumed.

    python train.py --tokenizer DIR --work DIR --minutes 9 --plan-minutes 15 [--corpus DIR] [--shape toy --device cpu]

The schedule (learning rate, balance, long rows, FP8 fit) depends only on the share of the planned time that is over.
Reproducible up to timing: the same seed gives the same documents, but how many are used depends on the machine's speed.
"""

import argparse
import json
import time
from pathlib import Path

import torch

import config
import export
import reference
from data import Source
from model import Model

LONG_FROM = 0.86  # long rows and FP8 fit from here on
WARM_STEPS, FLAT_TO = 150, 0.62
MTP_SHARE = 0.3
POLISH_RATE = 1e-3


def learning_rate(peak, step, share):
    warm = min(1.0, (step + 1) / WARM_STEPS)
    return peak * warm * (1.0 if share < FLAT_TO else max(0.0, (1 - share) / (1 - FLAT_TO)))


def balance_rate(share):
    return 3e-3 if share < 0.3 else 1e-3 if share < 0.9 else 0.0


def optimiser(parameters, lr, device):
    matrices = [p for p in parameters if p.dim() >= 2]
    others = [p for p in parameters if p.dim() < 2]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.95), eps=1e-8, fused=device == "cuda")


class Trainer:
    def __init__(self, a):
        self.a = a
        a.work.mkdir(parents=True, exist_ok=True)
        # The workers are forked before the device is first used.
        side = a.work / "state.json"
        before = json.loads(side.read_text()) if side.exists() else {"leg": 0, "seconds": 0.0}
        reach = (before["seconds"] + a.minutes * 60) / (a.plan_minutes * 60)
        kinds = [
            k
            for k in (False, True)
            if (reach >= LONG_FROM if k else before["seconds"] < LONG_FROM * a.plan_minutes * 60)
        ]
        self.sources = {k: self._source(k, before["leg"] + 1) for k in kinds}
        torch.manual_seed(a.seed)
        torch.set_float32_matmul_precision("high")
        self.model = Model(config.SHAPES[a.shape]).to(a.device)
        self.opt = optimiser(list(self.model.parameters()), a.lr, a.device)
        self.state = {"step": 0, "tokens": 0, "seconds": 0.0, "leg": 0}
        self.file = a.work / "checkpoint.pt"
        if self.file.exists():
            saved = torch.load(self.file, map_location=a.device)
            self.model.load_state_dict(saved["model"])
            self.opt.load_state_dict(saved["opt"])
            self.state = saved["state"]
        elif a.start:
            self.model.load_state_dict(export.training_state(*reference.load(a.start)))
        self.state["leg"] += 1
        self.run = torch.compile(self.model, dynamic=False) if a.device == "cuda" else self.model
        self.source, self.long = None, None
        self.started = time.time()

    def share(self):
        return self.state["seconds"] / (self.a.plan_minutes * 60)

    def log(self, **values):
        line = json.dumps(values)
        print(line, flush=True)
        with open(self.a.work / "train.log", "a") as f:
            f.write(line + "\n")

    def save(self):
        fresh = self.file.with_suffix(".new")  # a reader never sees half a file
        torch.save(
            {"model": self.model.state_dict(), "opt": self.opt.state_dict(), "state": self.state},
            fresh,
        )
        fresh.replace(self.file)
        (self.a.work / "state.json").write_text(json.dumps(self.state))

    def _source(self, long, leg):
        a = self.a
        rows, length = (a.rows_long, a.length_long) if long else (a.rows, a.length)
        seed = a.seed + 100 * leg + (50 if long else 0)
        return Source(
            a.workers,
            seed,
            a.tokenizer / "tokenizer.json",
            a.corpus,
            long,
            rows,
            length,
            parts=min(8, rows),
        )

    def _use(self, long):
        if self.long != long and self.source and not self.a.polish_minutes:  # else needed again
            self.source.close()
        if long not in self.sources:
            self.sources[long] = self._source(long, self.state["leg"])
        self.source, self.long = self.sources[long], long

    def batch(self):
        """ids [B, T + 3] and weights on the device."""
        ids, weight = self.source.next()
        ids = torch.from_numpy(ids.astype("int64"))
        if self.a.device == "cuda":
            ids = ids.pin_memory()
        weight = torch.from_numpy(weight)
        return ids.to(self.a.device, non_blocking=True), weight.to(self.a.device).float() / 5

    def step(self, quant, share):
        ids, weight = self.batch()
        for g in self.opt.param_groups:
            g["lr"] = learning_rate(self.a.lr, self.state["step"], share)
        with torch.autocast(self.a.device, torch.bfloat16, enabled=self.a.device == "cuda"):
            main, mtp, aux, loads = self.run(ids, weight, quant)
            loss = main + MTP_SHARE * mtp + 1e-4 * aux
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.opt.step()
        self.opt.zero_grad(set_to_none=True)
        rate = balance_rate(share)
        if rate:
            with torch.no_grad():
                for moe, load in zip(self.model.moes(), loads.detach()):
                    moe.bias += rate * torch.sign(load.mean() - load)
        self.state["step"] += 1
        self.state["tokens"] += weight.shape[0] * (weight.shape[1] - 3)
        return main, mtp, loads, norm

    def train(self):
        a, end = self.a, self.started + self.a.minutes * 60
        last = mark = saved = time.time()
        mark_tokens = self.state["tokens"]
        self.model.train()
        while time.time() < end and self.share() < 1:
            share = self.share()
            long = share >= LONG_FROM
            fresh = self.long != long
            self._use(long)
            main, mtp, loads, norm = self.step(long, share)
            if fresh and a.device == "cuda":  # the compilation is not training time
                torch.cuda.synchronize()
                self.log(compiled=round(time.time() - last, 1), long=long)
                last = mark = time.time()
                mark_tokens = self.state["tokens"]
            now = time.time()
            self.state["seconds"] += now - last
            last = now
            if now - saved > a.save_every * 60:
                self.save()
                saved = last = time.time()
            if self.state["step"] % a.log_every == 0:
                worst = (loads.max(-1)[0] / loads.mean(-1) - 1).tolist()
                self.log(
                    step=self.state["step"],
                    tokens_m=round(self.state["tokens"] / 1e6, 2),
                    share=round(share, 4),
                    main=round(main.item(), 4),
                    mtp=round(mtp.item(), 4),
                    norm=round(float(norm), 3),
                    overload=[round(x, 2) for x in worst],
                    tokens_s=round(
                        (self.state["tokens"] - mark_tokens) / (time.time() - mark + 1e-9)
                    ),
                    wait=self.source.queue.qsize(),
                )
                mark, mark_tokens = time.time(), self.state["tokens"]
        self.save()

    def polish(self, minutes):
        """Trains the MTP module alone, over chained steps and answers only, on short rows."""
        self._use(False)
        for p in self.model.parameters():
            p.requires_grad_(False)
        own = list(self.model.mtp.parameters())
        for p in own:
            p.requires_grad_(True)
        opt = optimiser(own, self.a.lr, self.a.device)
        run = (
            torch.compile(self.model.polish, dynamic=False)
            if self.a.device == "cuda"
            else self.model.polish
        )
        begun, k, share = None, 0, 0.0
        while share < 1:
            ids, weight = self.batch()
            for g in opt.param_groups:
                g["lr"] = POLISH_RATE * min(1.0, (k + 1) / 20) * (1 - share)
            with torch.autocast(self.a.device, torch.bfloat16, enabled=self.a.device == "cuda"):
                losses = run(ids, (weight > 0.5).float())
            losses.mean().backward()
            torch.nn.utils.clip_grad_norm_(own, 1.0)
            opt.step()
            opt.zero_grad(set_to_none=True)
            if begun is None:  # the compilation is not training time
                losses.tolist()
                begun = time.time()
            share = (time.time() - begun) / (minutes * 60)
            if k % 50 == 0 or share >= 1:
                self.log(
                    polish=k,
                    losses=[round(x, 4) for x in losses.tolist()],
                    seconds=round(time.time() - begun, 1),
                )
            k += 1
        self.state["polish_steps"] = k
        self.save()

def arguments():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--tokenizer", type=Path, required=True)
    p.add_argument("--work", type=Path, required=True)
    p.add_argument("--corpus", type=Path)
    p.add_argument("--start", type=Path, help="exported weights to begin with, where a checkpoint is lost")
    p.add_argument("--shape", default="default")
    p.add_argument("--device", default="cuda")
    p.add_argument(
        "--minutes", type=float, required=True, help="wall clock of this leg, training only"
    )
    p.add_argument("--plan-minutes", type=float, required=True, help="training time of all legs")
    p.add_argument("--polish-minutes", type=float, default=0)
    p.add_argument("--save-every", type=float, default=4, help="minutes between checkpoints")
    p.add_argument("--lr", type=float, default=2e-3)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--workers", type=int, default=13)
    p.add_argument("--rows", type=int, default=128)
    p.add_argument("--length", type=int, default=1024)
    p.add_argument("--rows-long", type=int, default=32)
    p.add_argument("--length-long", type=int, default=4096)
    p.add_argument("--log-every", type=int, default=100)
    return p.parse_args()


def main():
    a = arguments()
    t = Trainer(a)
    t.train()
    if a.polish_minutes:
        t.polish(a.polish_minutes)
    for source in t.sources.values():
        source.close()
    t.log(done=True, **t.state)


if __name__ == "__main__":
    main()
