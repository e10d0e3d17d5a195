"""YaRN rotary tables and the interleaved rotation of DeepSeek checkpoints."""

import math

import torch

from config import ROPE_SCALING


def inverse_frequencies(shape):
    d, base = shape.qk_rope_head_dim, shape.rope_theta
    y = ROPE_SCALING

    def corr(turns):
        return (
            d
            * math.log(y["original_max_position_embeddings"] / (2 * math.pi * turns))
            / (2 * math.log(base))
        )

    low, high = (
        max(math.floor(corr(y["beta_fast"])), 0),
        min(math.ceil(corr(y["beta_slow"])), d - 1),
    )
    high = high + 0.001 if low == high else high
    i = torch.arange(d // 2, dtype=torch.float32)
    f = base ** (-2 * i / d)
    r = ((i - low) / (high - low)).clamp(0, 1)
    return f * (1 - r) + f / y["factor"] * r


def softmax_scale(shape):
    m = 0.1 * ROPE_SCALING["mscale_all_dim"] * math.log(ROPE_SCALING["factor"]) + 1
    return shape.qk_head_dim**-0.5 * m * m


def tables(shape, length):
    """cos and sin of shape [length, rope / 2]; their YaRN multiplier is 1."""
    angles = torch.arange(length, dtype=torch.float32)[:, None] * inverse_frequencies(shape)
    return angles.cos(), angles.sin()


def rotate(x, cos, sin):
    """Rotates pairs (2i, 2i + 1) of the last dimension; cos and sin broadcast against x[..., 0::2]."""
    a, b = x[..., 0::2].float(), x[..., 1::2].float()
    return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2).to(x.dtype)
