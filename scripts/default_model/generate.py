"""Greedy generation in batches, and chained MTP drafts over finished sequences."""

import torch

import rope

EOS = 1


class Cache:
    """Keys and values per layer, grown in place; rows are padded on the left."""

    def __init__(self, layers, length):
        self.k, self.v, self.length, self.at = [None] * layers, [None] * layers, length, 0

    def put(self, i, k, v):
        t = k.shape[2]
        if self.k[i] is None:
            b, h = k.shape[:2]
            self.k[i] = k.new_zeros(b, h, self.length, k.shape[3])
            self.v[i] = v.new_zeros(b, h, self.length, v.shape[3])
        self.k[i][:, :, self.at : self.at + t] = k
        self.v[i][:, :, self.at : self.at + t] = v
        return self.k[i][:, :, : self.at + t], self.v[i][:, :, : self.at + t]

    def keep(self, rows):
        self.k, self.v = [x[rows] for x in self.k], [x[rows] for x in self.v]


@torch.no_grad()
def _batch(model, prompts, max_new):
    dev, n = model.device, len(prompts)
    longest = max(map(len, prompts))
    ids = torch.zeros(n, longest, dtype=torch.long)
    pad = torch.tensor([longest - len(p) for p in prompts])
    for i, p in enumerate(prompts):
        ids[i, longest - len(p) :] = torch.tensor(p)
    ids, pad = ids.to(dev), pad.to(dev)
    cache = Cache(model.s.num_hidden_layers, longest + max_new)
    columns = torch.arange(longest + max_new, device=dev)
    seen = columns[None] >= pad[:, None]
    causal = torch.ones(longest, longest, dtype=torch.bool, device=dev).tril()
    mask = causal[None, None] & seen[:, None, None, :longest]
    mask = mask | torch.eye(
        longest, dtype=torch.bool, device=dev
    )  # padded rows see themselves, so that no row is empty
    pos = (columns[None, :longest] - pad[:, None]).clamp(min=0)
    token = model.logits(model.hidden(ids, pos, mask, cache)[:, -1]).argmax(-1)
    cache.at = longest
    out, rows = [[] for _ in prompts], list(range(n))
    for step in range(max_new):
        values = token.tolist()
        for r, x in zip(rows, values):
            out[r].append(x)
        alive = [j for j, x in enumerate(values) if x != EOS]
        if not alive or step == max_new - 1:
            break
        if len(alive) < len(rows) * 0.8:
            index = torch.tensor(alive, device=dev)
            cache.keep(index)
            token, pad, seen = token[index], pad[index], seen[index]
            rows = [rows[j] for j in alive]
        here = cache.at
        h = model.hidden(
            token[:, None], (here - pad)[:, None], seen[:, None, None, : here + 1], cache
        )
        cache.at += 1
        token = model.logits(h[:, -1]).argmax(-1)
    return [x[: x.index(EOS) + 1] if EOS in x else x for x in out]


def generate(model, prompts, max_new=400, tokens_max=120_000):
    """Completions (ids, ending with EOS when finished) of lists of ids."""
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    out, group = [None] * len(prompts), []

    def flush():
        for i, x in zip(group, _batch(model, [prompts[i] for i in group], max_new)):
            out[i] = x
        group.clear()

    for i in order:
        if group and (len(group) + 1) * (len(prompts[i]) + max_new) > tokens_max:
            flush()
        group.append(i)
    if group:
        flush()
    return out


@torch.no_grad()
def chained_drafts(model, ids, steps=3):
    """Drafts of all rows of one sequence: list of `steps` tensors; entry k of row p guesses the token at p + 2 + k.

    Row p's chain starts from the true hidden state of p and the true token p + 1; later steps feed the drafted token and
    the previous output, and attend to the true rows up to p and to the chain itself.
    """
    s, n, dev = model.s, model.s.num_hidden_layers, model.device
    b = f"model.layers.{n}"
    x = torch.tensor(ids, device=dev)
    h = model.sequence(ids)[0][None, :-1]
    t = h.shape[1]
    pos = torch.arange(t, device=dev)[None]
    past = torch.ones(t, t, dtype=torch.bool, device=dev).tril()
    following, out, own_k, own_v = x[None, 1:], [], [], []
    for k in range(steps):
        z = model.draft_input(h, following)
        q, key, value = model.qkv(
            model.norm(z, f"{b}.input_layernorm.weight"), f"{b}.self_attn", pos + k
        )
        if k == 0:
            true_k, true_v = key, value
        else:
            own_k.append(key)
            own_v.append(value)
        scale = rope.softmax_scale(s)
        score = (q @ true_k.transpose(-1, -2) * scale).masked_fill(~past, float("-inf"))
        extra = [(q * c).sum(-1, keepdim=True) * scale for c in own_k]
        p = torch.cat([score] + extra, -1).softmax(-1)
        o = p[..., :t] @ true_v + sum(p[..., t + j : t + j + 1] * v for j, v in enumerate(own_v))
        z = model.round(
            z
            + model.linear(
                model.round(o.transpose(1, 2).flatten(2)), f"{b}.self_attn.o_proj.weight"
            )
        )
        z = model.round(
            z + model.moe(model.norm(z, f"{b}.post_attention_layernorm.weight"), f"{b}.mlp")
        )
        h = model.norm(z, f"{b}.shared_head.norm.weight")
        out.append(model.logits(h)[0].argmax(-1))
        following = out[-1][None]
    return out


def accepted_lengths(ids, drafts, start, count):
    """Tokens gained per verification when `count` drafts are proposed along a greedy sequence from index `start`."""
    p, gained = start - 1, []  # row p's target token p + 1 has just been sampled
    while p + 1 < len(ids) - 1:
        a = 0
        while (
            a < count
            and p + 2 + a < len(ids)
            and p < len(drafts[a])
            and drafts[a][p] == ids[p + 2 + a]
        ):
            a += 1
        gained.append(a + 1)
        p += a + 1
    return gained
