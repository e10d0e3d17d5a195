"""Writes the checkpoint: FP8 128x128 + BF16 + F32 tensors under their DeepSeek names, three shards and an index.

python export.py --checkpoint DIR/checkpoint.pt --out DIR [--shape toy]
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file

import config
import fp8
import tokenizer as tokenizer_files

SHARDS = 3


ATTENTION = [
    f"{n}.weight"
    for n in (
        "q_a_proj",
        "q_b_proj",
        "kv_a_proj_with_mqa",
        "kv_b_proj",
        "o_proj",
        "q_a_layernorm",
        "kv_a_layernorm",
    )
]
GATED = ["gate_proj.weight", "up_proj.weight", "down_proj.weight"]


def _attention(state, a, b):
    return {f"{b}.self_attn.{n}": state[f"{a}.self_attn.{n}"] for n in ATTENTION}


def _block(state, a, b, shape):
    """Tensors of one decoder layer under checkpoint names, in F32."""
    out = {
        f"{b}.input_layernorm.weight": state[f"{a}.input_layernorm.weight"],
        **_attention(state, a, b),
        f"{b}.post_attention_layernorm.weight": state[f"{a}.post_attention_layernorm.weight"],
    }
    three = ["gate_proj", "up_proj", "down_proj"]
    if f"{a}.mlp.bias" not in state:
        return out | {f"{b}.mlp.{n}.weight": state[f"{a}.mlp.{n}.weight"] for n in three}
    bias = state[f"{a}.mlp.bias"]
    # One constant added to all biases changes no choice; with a smallest bias of 0 both masking conventions agree.
    out |= {
        f"{b}.mlp.gate.weight": state[f"{a}.mlp.gate"],
        f"{b}.mlp.gate.e_score_correction_bias": bias - bias.min(),
    }
    for e in range(shape.n_routed_experts):
        rows = slice(e * shape.moe_intermediate_size, (e + 1) * shape.moe_intermediate_size)
        for n in three:
            w = state[f"{a}.mlp.{n}.weight"]
            out[f"{b}.mlp.experts.{e}.{n}.weight"] = w[:, rows] if n == "down_proj" else w[rows]
    return out | {
        f"{b}.mlp.shared_experts.{n}.weight": state[f"{a}.mlp.shared_experts.{n}.weight"]
        for n in three
    }


def checkpoint_tensors(state, shape):
    """All tensors in F32, in file order; the MTP module is the layer after the last."""
    out = {"model.embed_tokens.weight": state["embed.weight"]}
    for i in range(shape.num_hidden_layers):
        out |= _block(state, f"layers.{i}", f"model.layers.{i}", shape)
    out |= {"model.norm.weight": state["norm.weight"], "lm_head.weight": state["head.weight"]}
    b = f"model.layers.{shape.num_hidden_layers}"
    out |= {
        f"{b}.enorm.weight": state["mtp.enorm.weight"],
        f"{b}.hnorm.weight": state["mtp.hnorm.weight"],
        f"{b}.eh_proj.weight": state["mtp.eh_proj.weight"],
    }
    out |= _block(state, "mtp.block", b, shape)
    return out | {f"{b}.shared_head.norm.weight": state["mtp.norm.weight"]}


def is_quantised(name):
    return (
        name.endswith("_proj.weight")
        and not name.endswith("eh_proj.weight")
        or "kv_a_proj_with_mqa" in name
    )


def masters(tensors):
    """The unquantised model: everything rounded to BF16 but the bias."""
    return {
        n: t.float() if n.endswith("bias") else t.to(torch.bfloat16) for n, t in tensors.items()
    }


def quantise(tensors):
    out = {}
    for name, t in tensors.items():
        if is_quantised(name):
            out[name], out[name + "_scale_inv"] = fp8.quantise_weight(t)
        else:
            out[name] = t.float() if name.endswith("bias") else t.to(torch.bfloat16)
    return {n: t.contiguous().cpu() for n, t in out.items()}


def write_shards(tensors, out):
    """Cuts the tensors in order into three files; a weight and its scale may end up in two."""
    total = sum(t.numel() * t.element_size() for t in tensors.values())
    files, done, weight_map = [{} for _ in range(SHARDS)], 0, {}
    for name, t in tensors.items():
        k = min(int(done * SHARDS / total), SHARDS - 1)
        files[k][name] = t
        weight_map[name] = f"model-{k + 1:05d}-of-{SHARDS:06d}.safetensors"
        done += t.numel() * t.element_size()
    for k, group in enumerate(files):
        file = out / f"model-{k + 1:05d}-of-{SHARDS:06d}.safetensors"
        save_file(group, str(file), metadata={"format": "pt"})
        file.chmod(0o644)
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (out / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")


def _training_block(tensors, b, a, shape):
    out = {f"{a}.self_attn.{n}": tensors[f"{b}.self_attn.{n}"] for n in ATTENTION}
    for n in ("input_layernorm.weight", "post_attention_layernorm.weight"):
        out[f"{a}.{n}"] = tensors[f"{b}.{n}"]
    if f"{b}.mlp.gate.weight" not in tensors:
        return out | {f"{a}.mlp.{n}": tensors[f"{b}.mlp.{n}"] for n in GATED}
    out[f"{a}.mlp.gate"] = tensors[f"{b}.mlp.gate.weight"]
    out[f"{a}.mlp.bias"] = tensors[f"{b}.mlp.gate.e_score_correction_bias"]
    for n in GATED:
        parts = [tensors[f"{b}.mlp.experts.{e}.{n}"] for e in range(shape.n_routed_experts)]
        out[f"{a}.mlp.{n}"] = torch.cat(parts, 1 if n.startswith("down") else 0)
        out[f"{a}.mlp.shared_experts.{n}"] = tensors[f"{b}.mlp.shared_experts.{n}"]
    return out


def training_state(shape, stored):
    """The training model's tensors of an exported checkpoint: the inverse of checkpoint_tensors, dequantised."""
    tensors = {
        n: fp8.dequantise_weight(t, stored[n + "_scale_inv"])
        if n + "_scale_inv" in stored
        else t.float()
        for n, t in stored.items()
        if not n.endswith("_scale_inv")
    }
    out = {"embed.weight": tensors["model.embed_tokens.weight"]}
    for i in range(shape.num_hidden_layers):
        out |= _training_block(tensors, f"model.layers.{i}", f"layers.{i}", shape)
    out |= {"norm.weight": tensors["model.norm.weight"], "head.weight": tensors["lm_head.weight"]}
    b = f"model.layers.{shape.num_hidden_layers}"
    out |= {f"mtp.{n}.weight": tensors[f"{b}.{n}.weight"] for n in ("enorm", "hnorm", "eh_proj")}
    out |= _training_block(tensors, b, "mtp.block", shape)
    return out | {"mtp.norm.weight": tensors[f"{b}.shared_head.norm.weight"]}


def load_state(path):
    return {n: t.float().cpu() for n, t in torch.load(path, map_location="cpu")["model"].items()}


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--checkpoint", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--shape", default="default")
    a = p.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    shape = config.SHAPES[a.shape]
    write_shards(quantise(checkpoint_tensors(load_state(a.checkpoint), shape)), a.out)
    tokenizer_files.write_configs(a.out, shape)


if __name__ == "__main__":
    main()
