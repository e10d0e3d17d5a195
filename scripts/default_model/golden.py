"""Golden tensors for other implementations: ids, logits, MTP logits and chosen experts of five sequences, in four modes.

    python golden.py --model DIR --out FILE.safetensors

Modes (reference.py): "f32" = FP8 weights dequantised, everything in F32; "weight_only" = dequantised weights and the KV
cache rounded to BF16; "bf16" = all activations rounded too; "w8a8" = activations rounded to BF16, and inputs of FP8
layers to e4m3 per token and 128 channels.
Per sequence i and mode m:  p{i}.ids [T] I32 and p{i}.prompt_len; p{i}.{m}.top_ids [T, 20] I32, .top_values [T, 20] F32;
.full [2, V] F32 (rows prompt_len - 1 and T - 1); .hidden_norm [T] F32 (length of the final hidden vector);
.mtp_top_ids, .mtp_top_values [T - 1, 20] (row i predicts token i + 2); .experts [MoE layers, T, k] I32, sorted.
The completion in p{i}.ids is the greedy one of the w8a8 mode.
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer

import generate
import reference
from tasks import prompt_of, user

TOP = 20
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the current weather for a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "description": "City name"}},
            "required": ["city"],
        },
    },
}
PROMPTS = [
    prompt_of(user("What is 47 + 85?"), thinking=True),
    prompt_of(user("What is the weather in Oslo?"), tools=[WEATHER]),
    prompt_of(
        [
            {"role": "system", "content": "Answer briefly."},
            *user("My name is Zoe."),
            {"role": "assistant", "content": "Nice to meet you, Zoe!"},
            *user("What is my name?"),
        ]
    ),
    prompt_of(user("Repeat this: 你好 café 🎉")),
    prompt_of(user("Reverse the word planet."), thinking=True, encoding="deepseek-r1"),
]


def _chosen(model, k):
    """Sorted ids of the chosen experts of the last forward, main layers only: [layers, T, k]."""
    own = [b for b in model.loads if f"layers.{model.s.num_hidden_layers}." not in b]
    return torch.stack([model.loads[b].topk(k, -1)[1].sort(-1)[0] for b in own]).to(torch.int32)


@torch.no_grad()
def record(model, ids, prompt_len):
    h, logits = model.sequence(ids)
    experts = _chosen(model, model.s.num_experts_per_tok)
    t = len(ids) - 1
    mask = torch.ones(t, t, dtype=torch.bool).tril()
    draft = model.logits(
        model.draft_hidden(h[None, :-1], torch.tensor([ids[1:]]), torch.arange(t)[None], mask)
    )[0]
    out = {
        "full": logits[[prompt_len - 1, len(ids) - 1]],
        "hidden_norm": h.norm(dim=-1),
        "experts": experts,
    }
    for name, x in (("", logits), ("mtp_", draft)):
        values, at = x.topk(TOP, -1)
        out |= {f"{name}top_ids": at.to(torch.int32), f"{name}top_values": values}
    return {k: v.contiguous() for k, v in out.items()}


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--model", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    a = p.parse_args()
    tok = Tokenizer.from_file(str(a.model / "tokenizer.json"))
    shape, tensors = reference.load(a.model)
    modes = ("f32", "weight_only", "bf16", "w8a8")
    models = {m: reference.Reference(shape, tensors, m) for m in modes}
    out = {}
    for i, text in enumerate(PROMPTS):
        prompt = tok.encode(text, add_special_tokens=False).ids
        ids = prompt + generate.generate(models["w8a8"], [prompt], 160)[0]
        print(tok.decode(ids, skip_special_tokens=False))
        out |= {
            f"p{i}.ids": torch.tensor(ids, dtype=torch.int32),
            f"p{i}.prompt_len": torch.tensor([len(prompt)], dtype=torch.int32),
        }
        for m, model in models.items():
            out |= {f"p{i}.{m}.{k}": v for k, v in record(model, ids, len(prompt)).items()}
        a.out.parent.mkdir(parents=True, exist_ok=True)
        save_file(out, str(a.out), metadata={"about": "see scripts/default_model/golden.py"})
    a.out.chmod(0o644)


if __name__ == "__main__":
    main()
