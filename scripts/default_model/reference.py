"""A plain forward pass over an exported checkpoint, written apart from the training model, with a KV cache.

Modes: "f32" dequantises and computes in F32; "weight_only" rounds the dequantised weights, and what the KV cache keeps,
to BF16; "bf16" also all other activations; "w8a8" rounds the activations, and the inputs of FP8 layers to e4m3 per token
and 128 channels. Products are summed in F32 everywhere.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open

import config
import fp8
import rope

SHAPE_FIELDS = config.Shape.__dataclass_fields__


def load(folder):
    """(shape, tensors) of a checkpoint folder."""
    folder = Path(folder)
    c = json.loads((folder / "config.json").read_text())
    shape = config.Shape(**{k: c[k] for k in SHAPE_FIELDS if k in c})
    files = json.loads((folder / "model.safetensors.index.json").read_text())["weight_map"]
    tensors = {}
    for name in sorted(set(files.values())):
        with safe_open(str(folder / name), framework="pt") as f:
            tensors |= {k: f.get_tensor(k) for k in f.keys()}
    return shape, tensors


class Reference:
    def __init__(self, shape, tensors, mode="w8a8", device="cpu"):
        self.s, self.mode, self.device = shape, mode, device
        self.w, self.fp8 = {}, set()
        for name, t in tensors.items():
            if name.endswith("_scale_inv"):
                continue
            scale = tensors.get(name + "_scale_inv")
            w = (
                fp8.dequantise_weight(t.to(device), scale.to(device))
                if scale is not None
                else t.to(device).float()
            )
            if scale is not None:
                self.fp8.add(name)
            self.w[name] = (
                w.to(torch.bfloat16).float()
                if mode in ("bf16", "weight_only") and not name.endswith("bias")
                else w
            )
        self._join_experts()
        cos, sin = rope.tables(shape, shape.max_position_embeddings)
        self.cos, self.sin = cos.to(device), sin.to(device)
        self.loads = {}

    def _join_experts(self):
        """Stacks the experts of a layer so that one product serves all."""
        s = self.s
        for i in range(s.first_k_dense_replace, s.num_hidden_layers + 1):
            b = f"model.layers.{i}.mlp"
            for n in ("gate_proj", "up_proj", "down_proj"):
                parts = [
                    self.w.pop(f"{b}.experts.{e}.{n}.weight") for e in range(s.n_routed_experts)
                ]
                self.w[f"{b}.experts.{n}.weight"] = torch.cat(parts, 1 if n == "down_proj" else 0)
                if f"{b}.experts.0.{n}.weight" in self.fp8:
                    self.fp8.add(f"{b}.experts.{n}.weight")

    def round(self, x):
        return x if self.mode in ("f32", "weight_only") else x.to(torch.bfloat16).float()

    def cached(self, x):
        """What the KV cache keeps of x."""
        return x if self.mode == "f32" else x.to(torch.bfloat16).float()

    def quantised_input(self, x, name):
        return fp8.round_activation(x) if self.mode == "w8a8" and name in self.fp8 else x

    def linear(self, x, name):
        return self.round(F.linear(self.quantised_input(x, name), self.w[name]))

    def norm(self, x, name):
        return self.round(F.rms_norm(x, (x.shape[-1],), self.w[name], self.s.rms_norm_eps))

    def qkv(self, x, b, pos):
        """q, k [B, H, T, 192] and v [B, H, T, 128] of normalised inputs x [B, T, D] at positions pos [B, T]."""
        s = self.s
        heads, nope = s.num_attention_heads, s.qk_nope_head_dim
        cos, sin = self.cos[pos][:, :, None], self.sin[pos][:, :, None]
        q = self.linear(
            self.norm(self.linear(x, f"{b}.q_a_proj.weight"), f"{b}.q_a_layernorm.weight"),
            f"{b}.q_b_proj.weight",
        ).unflatten(-1, (heads, -1))
        latent = self.linear(x, f"{b}.kv_a_proj_with_mqa.weight")
        k_pe = self.cached(rope.rotate(latent[..., None, s.kv_lora_rank :], cos, sin))
        kv = self.linear(
            self.cached(self.norm(latent[..., : s.kv_lora_rank], f"{b}.kv_a_layernorm.weight")),
            f"{b}.kv_b_proj.weight",
        ).unflatten(-1, (heads, -1))
        q = torch.cat((q[..., :nope], self.round(rope.rotate(q[..., nope:], cos, sin))), -1)
        k = torch.cat((kv[..., :nope], k_pe.expand(-1, -1, heads, -1)), -1)
        return q.transpose(1, 2), k.transpose(1, 2), kv[..., nope:].transpose(1, 2)

    def attention(self, x, i, pos, mask, cache):
        b = f"model.layers.{i}.self_attn"
        q, k, v = self.qkv(x, b, pos)
        if cache is not None:
            k, v = cache.put(i, k, v)
        o = F.scaled_dot_product_attention(
            q, k, v, attn_mask=mask, scale=rope.softmax_scale(self.s)
        )
        return self.linear(self.round(o.transpose(1, 2).flatten(2)), f"{b}.o_proj.weight")

    def mlp(self, x, b):
        h = F.silu(self.linear(x, f"{b}.gate_proj.weight")) * self.linear(x, f"{b}.up_proj.weight")
        return self.linear(self.round(h), f"{b}.down_proj.weight")

    def moe(self, x, b):
        s = self.s
        score = F.linear(x, self.w[f"{b}.gate.weight"]).sigmoid()
        choice = (score + self.w[f"{b}.gate.e_score_correction_bias"]).unflatten(
            -1, (s.n_group, -1)
        )
        kept = choice.topk(2, -1)[0].sum(-1).topk(s.topk_group, -1)[1]
        mask = torch.zeros_like(choice[..., 0]).scatter(-1, kept, 1.0).bool()
        chosen = (
            torch.where(mask[..., None], choice, float("-inf"))
            .flatten(-2)
            .topk(s.num_experts_per_tok, -1)[1]
        )
        w = torch.zeros_like(score).scatter(-1, chosen, score.gather(-1, chosen))
        w = w / (w.sum(-1, keepdim=True) + 1e-20) * s.routed_scaling_factor
        self.loads[b] = (w > 0).float().flatten(0, -2)
        e = f"{b}.experts"
        h = self.round(
            F.silu(self.linear(x, f"{e}.gate_proj.weight")) * self.linear(x, f"{e}.up_proj.weight")
        )
        h = (
            self.quantised_input(h, f"{e}.down_proj.weight").unflatten(-1, (s.n_routed_experts, -1))
            * w[..., None]
        )
        return self.round(
            self.round(F.linear(h.flatten(-2), self.w[f"{e}.down_proj.weight"]))
            + self.mlp(x, f"{b}.shared_experts")
        )

    def block(self, x, i, pos, mask, cache):
        b = f"model.layers.{i}"
        x = self.round(
            x + self.attention(self.norm(x, f"{b}.input_layernorm.weight"), i, pos, mask, cache)
        )
        n = self.norm(x, f"{b}.post_attention_layernorm.weight")
        return self.round(
            x
            + (
                self.mlp(n, f"{b}.mlp")
                if i < self.s.first_k_dense_replace
                else self.moe(n, f"{b}.mlp")
            )
        )

    def hidden(self, ids, pos, mask, cache=None):
        """Hidden states after the final norm for ids [B, T]."""
        x = F.embedding(ids, self.w["model.embed_tokens.weight"])
        for i in range(self.s.num_hidden_layers):
            x = self.block(x, i, pos, mask, cache)
        return self.norm(x, "model.norm.weight")

    def logits(self, h):
        return F.linear(h, self.w["lm_head.weight"])

    def draft_input(self, h, following):
        """The MTP block's input for hidden h and the embedding of the token that follows."""
        b = f"model.layers.{self.s.num_hidden_layers}"
        e = self.norm(
            F.embedding(following, self.w["model.embed_tokens.weight"]), f"{b}.enorm.weight"
        )
        return self.linear(
            torch.cat((e, self.norm(h, f"{b}.hnorm.weight")), -1), f"{b}.eh_proj.weight"
        )

    def draft_hidden(self, h, following, pos, mask):
        """MTP output after shared_head.norm; row i sits at position i and embeds the token at i + 1."""
        n = self.s.num_hidden_layers
        return self.norm(
            self.block(self.draft_input(h, following), n, pos, mask, None),
            f"model.layers.{n}.shared_head.norm.weight",
        )

    def sequence(self, ids):
        """(hidden [T, D], logits [T, V]) of one list of ids."""
        x = torch.tensor([ids], device=self.device)
        t = x.shape[1]
        mask = torch.ones(t, t, dtype=torch.bool, device=self.device).tril()
        h = self.hidden(x, torch.arange(t, device=self.device)[None], mask)
        return h[0], self.logits(h)[0]
