"""The training model: DeepSeek-V3 blocks (MLA, sigmoid-routed experts with a balancing bias) and one MTP module.

All routed experts are computed as one wide gated MLP whose hidden values are multiplied by the routing weights: exact,
without sorting, and fast while experts are few and narrow.
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

import fp8
import rope


DRAFTS = 3  # draft steps that the MTP module is polished for
TEMPERATURE = 0.6  # of serving: drafts are to agree with what the main model then says


class RMSNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return F.rms_norm(x.float(), (x.shape[-1],), self.weight, 1e-6).to(x.dtype)


class Linear(nn.Linear):
    """A linear layer without bias whose weight is stored in FP8 after export."""

    def __init__(self, i, o):
        super().__init__(i, o, bias=False)

    def forward(self, x, quant=False):
        return F.linear(x, fp8.fake_weight(self.weight) if quant else self.weight)


def _q(x, quant):
    return fp8.fake_activation(x) if quant else x


class Attention(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.s, heads = s, s.num_attention_heads
        self.q_a_proj = Linear(s.hidden_size, s.q_lora_rank)
        self.q_a_layernorm = RMSNorm(s.q_lora_rank)
        self.q_b_proj = Linear(s.q_lora_rank, heads * s.qk_head_dim)
        self.kv_a_proj_with_mqa = Linear(s.hidden_size, s.kv_lora_rank + s.qk_rope_head_dim)
        self.kv_a_layernorm = RMSNorm(s.kv_lora_rank)
        self.kv_b_proj = Linear(s.kv_lora_rank, heads * (s.qk_nope_head_dim + s.v_head_dim))
        self.o_proj = Linear(heads * s.v_head_dim, s.hidden_size)

    def qkv(self, x, cos, sin, quant):
        s, (b, t, _) = self.s, x.shape
        heads, nope = s.num_attention_heads, s.qk_nope_head_dim
        x = _q(x, quant)
        q = self.q_b_proj(_q(self.q_a_layernorm(self.q_a_proj(x, quant)), quant), quant).view(
            b, t, heads, -1
        )
        latent = self.kv_a_proj_with_mqa(x, quant)
        k_pe = rope.rotate(latent[..., s.kv_lora_rank :].unsqueeze(2), cos, sin)
        kv = self.kv_b_proj(
            _q(self.kv_a_layernorm(latent[..., : s.kv_lora_rank]), quant), quant
        ).view(b, t, heads, -1)
        q = torch.cat((q[..., :nope], rope.rotate(q[..., nope:], cos, sin)), -1).transpose(1, 2)
        k = torch.cat((kv[..., :nope], k_pe.expand(b, t, heads, -1)), -1).transpose(1, 2)
        return q, k, kv[..., nope:].transpose(1, 2)

    def out(self, o, quant):
        return self.o_proj(_q(o.transpose(1, 2).flatten(2), quant), quant)

    def forward(self, x, cos, sin, quant):
        q, k, v = self.qkv(x, cos, sin, quant)
        o = F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=rope.softmax_scale(self.s))
        return self.out(o, quant)

    def chained(self, q, first, own, quant):
        """A further draft step: a row sees the first step's rows up to its own one, and the later steps of its own."""
        (k, v), t, scale = first, q.shape[2], rope.softmax_scale(self.s)
        past = torch.ones(t, t, dtype=torch.bool, device=q.device).tril()
        score = [(q @ k.transpose(-1, -2)).float().masked_fill(~past, float("-inf"))]
        score += [(q * x).sum(-1, keepdim=True).float() for x, _ in own]
        p = (torch.cat(score, -1) * scale).softmax(-1).to(v.dtype)
        o = p[..., :t] @ v
        for j, (_, x) in enumerate(own):
            o = o + p[..., t + j : t + j + 1] * x
        return self.out(o, quant)


class MLP(nn.Module):
    def __init__(self, s, width):
        super().__init__()
        self.gate_proj, self.up_proj = Linear(s.hidden_size, width), Linear(s.hidden_size, width)
        self.down_proj = Linear(width, s.hidden_size)

    def forward(self, x, quant):
        x = _q(x, quant)
        return self.down_proj(
            _q(F.silu(self.gate_proj(x, quant)) * self.up_proj(x, quant), quant), quant
        )


class MoE(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.s = s
        wide = s.n_routed_experts * s.moe_intermediate_size
        self.gate = nn.Parameter(torch.empty(s.n_routed_experts, s.hidden_size))
        self.gate_proj, self.up_proj, self.down_proj = (
            Linear(s.hidden_size, wide),
            Linear(s.hidden_size, wide),
            Linear(wide, s.hidden_size),
        )
        self.shared_experts = MLP(s, s.n_shared_experts * s.moe_intermediate_size)
        self.register_buffer("bias", torch.zeros(s.n_routed_experts))

    def route(self, x):
        """(routing weights [.., E] with zeros for experts not chosen, scores, chosen mask), all F32."""
        s = self.s
        with torch.autocast(x.device.type, enabled=False):
            score = F.linear(x.float(), self.gate).sigmoid()
        choice = (score + self.bias).detach()
        grouped = choice.unflatten(-1, (s.n_group, -1))
        kept = grouped.topk(2, -1)[0].sum(-1).topk(s.topk_group, -1)[1]
        mask = torch.zeros_like(grouped[..., 0]).scatter(-1, kept, 1.0).bool()
        choice = torch.where(mask[..., None], grouped, -1e9).flatten(-2)
        chosen = torch.zeros_like(score).scatter(-1, choice.topk(s.num_experts_per_tok, -1)[1], 1.0)
        w = score * chosen
        return w / (w.sum(-1, keepdim=True) + 1e-20) * s.routed_scaling_factor, score, chosen

    def forward(self, x, quant):
        w, score, chosen = self.route(x)
        xq = _q(x, quant)
        h = _q(F.silu(self.gate_proj(xq, quant)) * self.up_proj(xq, quant), quant)
        h = (h.unflatten(-1, (self.s.n_routed_experts, -1)) * w[..., None].to(h.dtype)).flatten(-2)
        load = chosen.mean((0, 1))
        # Sequence-wise balance: chosen share of each expert times its share of the scores.
        share = (score / score.sum(-1, keepdim=True)).mean(1)
        aux = (
            (chosen.mean(1) * share).sum(-1).mean()
            * self.s.n_routed_experts
            / self.s.num_experts_per_tok
        )
        return self.shared_experts(x, quant) + self.down_proj(h, quant), load, aux


class Block(nn.Module):
    def __init__(self, s, dense):
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = (
            RMSNorm(s.hidden_size),
            RMSNorm(s.hidden_size),
        )
        self.self_attn = Attention(s)
        self.dense = dense
        self.mlp = MLP(s, s.intermediate_size) if dense else MoE(s)

    def forward(self, x, cos, sin, quant):
        return self.after(x + self.self_attn(self.input_layernorm(x), cos, sin, quant), quant)

    def after(self, x, quant):
        """What follows the attention."""
        n = self.post_attention_layernorm(x)
        if self.dense:
            return x + self.mlp(n, quant), None, None
        y, load, aux = self.mlp(n, quant)
        return x + y, load, aux


class MTP(nn.Module):
    def __init__(self, s):
        super().__init__()
        d = s.hidden_size
        self.enorm, self.hnorm, self.norm = RMSNorm(d), RMSNorm(d), RMSNorm(d)
        self.eh_proj = nn.Linear(2 * d, d, bias=False)
        self.block = Block(s, False)

    def join(self, h, e):
        return self.eh_proj(torch.cat((self.enorm(e), self.hnorm(h)), -1))

    def forward(self, h, e, cos, sin, quant):
        """h: hidden after the final norm at i; e: embedding of the token at i + 1. Returns hidden for i + 2."""
        y, load, aux = self.block(self.join(h, e), cos, sin, quant)
        return self.norm(y), load, aux

    def chain(self, h, embeddings, cos, sin, quant):
        """The hidden states of several draft steps as serving chains them; embeddings: those at i + 1, i + 2, ..."""
        attention, t, own, outs = self.block.self_attn, h.shape[1], [], []
        for k, e in enumerate(embeddings):
            x = self.join(h, e)
            q, key, v = attention.qkv(
                self.block.input_layernorm(x), cos[k : t + k], sin[k : t + k], quant
            )
            if k == 0:
                first = key, v
                o = F.scaled_dot_product_attention(
                    q, key, v, is_causal=True, scale=rope.softmax_scale(attention.s)
                )
                x = x + attention.out(o, quant)
            else:
                own.append((key, v))
                x = x + attention.chained(q, first, own, quant)
            h = self.norm(self.block.after(x, quant)[0])
            outs.append(h)
        return outs


class Model(nn.Module):
    def __init__(self, shape, length=4096 + DRAFTS):
        super().__init__()
        self.shape = shape
        self.embed = nn.Embedding(shape.vocab_size, shape.hidden_size)
        self.layers = nn.ModuleList(
            Block(shape, i < shape.first_k_dense_replace) for i in range(shape.num_hidden_layers)
        )
        self.norm = RMSNorm(shape.hidden_size)
        self.head = nn.Linear(shape.hidden_size, shape.vocab_size, bias=False)
        self.mtp = MTP(shape)
        cos, sin = rope.tables(shape, length)
        self.register_buffer("cos", cos[:, None], persistent=False)
        self.register_buffer("sin", sin[:, None], persistent=False)
        out = 0.02 / math.sqrt(2 * shape.num_hidden_layers)
        for name, p in self.named_parameters():
            if p.dim() == 2:
                nn.init.normal_(
                    p, 0.0, out if name.endswith(("o_proj.weight", "down_proj.weight")) else 0.02
                )

    def moes(self):
        return [m for m in self.modules() if isinstance(m, MoE)]

    def trunk(self, ids, quant):
        """Hidden states after the final norm, expert loads and the balance loss."""
        t = ids.shape[1]
        cos, sin = self.cos[:t], self.sin[:t]
        x = self.embed(ids).to(torch.bfloat16 if ids.is_cuda else torch.float32)
        loads, aux = [], 0.0
        for layer in self.layers:
            x, load, a = layer(x, cos, sin, quant)
            if load is not None:
                loads.append(load)
                aux = aux + a
        return self.norm(x), loads, aux

    def draft(self, h, nxt, quant):
        t = nxt.shape[1]
        return self.mtp(h, self.embed(nxt).to(h.dtype), self.cos[:t], self.sin[:t], quant)

    def _loss(self, h, target, weight):
        ce = F.cross_entropy(self.head(h).float().flatten(0, 1), target.flatten(), reduction="none")
        w = weight.flatten()
        return (ce * w).sum() / w.sum().clamp(min=1.0)

    def forward(self, ids, weight, quant=False):
        """ids, weight: [B, T + 3]. Returns (main loss, MTP loss, balance loss, loads [layers, E]).

        With `quant`, in the last phase, half of the MTP loss is that of a second step fed by the first one's output.
        """
        t = ids.shape[1] - 3
        h, loads, aux = self.trunk(ids[:, :t], quant)
        main = self._loss(h, ids[:, 1 : t + 1], weight[:, 1 : t + 1])
        g, load, a = self.draft(h, ids[:, 1 : t + 1], quant)
        mtp = self._loss(g, ids[:, 2 : t + 2], weight[:, 2 : t + 2])
        if quant:
            # Row i takes the first step's output of row i and the token at i + 2, and sees second steps only.
            g, _, _ = self.draft(g, ids[:, 2 : t + 2], quant)
            mtp = 0.5 * mtp + 0.5 * self._loss(g, ids[:, 3 : t + 3], weight[:, 3 : t + 3])
        return main, mtp, aux + a, torch.stack(loads + [load])

    def polish(self, ids, weight, quant=True):
        """MTP losses of the chained draft steps against the main model, which is frozen; ids: [B, T + 3]."""
        t = ids.shape[1] - DRAFTS
        with torch.no_grad():
            h, _, _ = self.trunk(ids, quant)
            wanted = (self.head(h[:, 1:]).float() / TEMPERATURE).softmax(-1)
        embeddings = [self.embed(ids[:, k + 1 : t + k + 1]).to(h.dtype) for k in range(DRAFTS)]
        losses = []
        for k, g in enumerate(self.mtp.chain(h[:, :t], embeddings, self.cos, self.sin, quant)):
            ce = -(wanted[:, k : t + k] * self.head(g).float().log_softmax(-1)).sum(-1)
            w = weight[:, k + 2 : t + k + 2]  # one row shorter for the last step
            losses.append((ce[:, : w.shape[1]] * w).sum() / w.sum().clamp(min=1.0))
        return torch.stack(losses)
