"""FP8 e4m3 with 128x128 weight blocks and 1x128 activation groups: quantise, dequantise, straight-through."""

import torch
import torch.nn.functional as F

BLOCK, TOP = 128, 448.0
E4M3 = torch.float8_e4m3fn


def _blocks(w):
    """[N, K] as [N/128, 128, K/128, 128], rows padded with zeros."""
    n, k = w.shape
    w = F.pad(w.float(), (0, 0, 0, -n % BLOCK))
    return w.view(-1, BLOCK, k // BLOCK, BLOCK)


def quantise_weight(w):
    """(e4m3 [N, K], scale F32 [ceil(N/128), K/128]); the scale is the multiplier."""
    b = _blocks(w)
    scale = b.abs().amax(dim=(1, 3), keepdim=True).clamp(min=1e-12) / TOP
    q = (b / scale).clamp(-TOP, TOP).to(E4M3)
    return q.view(-1, w.shape[1])[: w.shape[0]].contiguous(), scale[:, 0, :, 0].contiguous()


def dequantise_weight(q, scale):
    n, k = q.shape
    rows = scale.repeat_interleave(BLOCK, 0)[:n].repeat_interleave(BLOCK, 1)[:, :k]
    return q.float() * rows


def round_activation(x):
    """x rounded as a W8A8 back end rounds it: per token and 128 channels; computed in F32."""
    g = x.float().unflatten(-1, (-1, BLOCK))
    scale = g.abs().amax(-1, keepdim=True).clamp(min=1e-4) / TOP
    return ((g / scale).clamp(-TOP, TOP).to(E4M3).float() * scale).flatten(-2)


def fake_activation(x):
    """Straight-through version for training."""
    return x + (round_activation(x).to(x.dtype) - x).detach()


def fake_weight(w):
    b = _blocks(w)
    scale = b.abs().amax(dim=(1, 3), keepdim=True).clamp(min=1e-12) / TOP
    q = ((b / scale).clamp(-TOP, TOP).to(E4M3).float() * scale).view(-1, w.shape[1])[: w.shape[0]]
    return w + (q - w).detach()
