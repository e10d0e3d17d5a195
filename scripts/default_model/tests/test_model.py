"""The reference forward against the training model, against transformers, and against itself with a cache.

python tests/test_model.py       (random weights of the toy shape, CPU)
"""

import json
import sys
import tempfile
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import config
import export
import fp8
import generate
import reference
import tokenizer as tokenizer_files
from model import Model


def toy(folder):
    """(training model, exported folder) with random weights and biases."""
    torch.manual_seed(3)
    shape = config.SHAPES["toy"]
    model = Model(shape)
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.mul_(2.0) if p.dim() == 2 else p.add_(torch.randn_like(p) * 0.1)
            if "_proj" not in name or "eh_proj" in name:  # stored in BF16
                p.copy_(p.to(torch.bfloat16))
        for moe in model.moes():
            moe.bias.normal_(0, 0.1)
    state = {n: t.float() for n, t in model.state_dict().items()}
    tensors = export.checkpoint_tensors(state, shape)
    export.write_shards(export.quantise(tensors), folder)
    tokenizer_files.write_configs(folder, shape)
    return model, tensors, shape


def training_again(model, folder):
    """An exported checkpoint gives back the training model's tensors, and exports to the same bytes."""
    shape, stored = reference.load(folder)
    state = export.training_state(shape, stored)
    assert set(state) == set(model.state_dict())
    again = export.quantise(export.checkpoint_tensors(state, shape))
    assert again.keys() == stored.keys()
    assert all(torch.equal(again[n].float(), stored[n].float()) for n in stored)
    print("exported weights start a training model")


def chained(model, mine, ids):
    """The training model's draft steps are those of serving."""
    drafts = generate.chained_drafts(mine, ids[0].tolist())
    t = ids.shape[1] - 3
    h, _, _ = model.trunk(ids, False)
    following = [ids[:, 1 : t + 1], drafts[0][None, :t], drafts[1][None, :t]]
    outs = model.mtp.chain(
        h[:, :t], [model.embed(x) for x in following], model.cos, model.sin, False
    )
    for k, g in enumerate(outs):
        assert torch.equal(model.head(g)[0].argmax(-1), drafts[k][:t]), k
    print("chained drafts agree")


def close(a, b, limit, what):
    error = (a - b).abs().max().item() / b.abs().max().item()
    print(f"{what}: relative error {error:.2e}")
    assert error < limit, what


def main():
    with tempfile.TemporaryDirectory() as d, torch.no_grad():
        folder = Path(d)
        model, tensors, shape = toy(folder)
        ids = torch.randint(3, 4000, (1, 40))
        mine = reference.Reference(shape, tensors, "f32")
        h, logits = mine.sequence(ids[0].tolist())
        th, loads, _ = model.trunk(ids, False)
        close(h, th[0], 1e-4, "reference against training model")
        g, _, _ = model.draft(th[:, :-1], ids[:, 1:], False)
        mask = torch.ones(39, 39, dtype=torch.bool).tril()
        close(
            mine.draft_hidden(h[None, :-1], ids[:, 1:], torch.arange(39)[None], mask),
            g,
            1e-4,
            "MTP against training model",
        )

        chained(model, mine, ids)
        training_again(model, folder)
        shape2, stored = reference.load(folder)
        assert shape2 == shape
        w8 = reference.Reference(shape2, stored, "w8a8")
        w8.round = w8.cached = lambda x: x  # without the BF16 roundings both compute the same
        close(
            w8.sequence(ids[0].tolist())[0],
            model.trunk(ids, True)[0][0],
            1e-3,
            "W8A8 against fake quantisation",
        )

        full = reference.Reference(shape2, stored, "f32")
        against_transformers(full, shape, stored, ids, folder)

        prompt = ids[0, :20].tolist()
        got = generate.generate(full, [prompt, prompt[:7], prompt[:13]], 12)
        for p, out in zip((prompt, prompt[:7], prompt[:13]), got):
            seq = list(p)
            for x in out:
                assert full.sequence(seq)[1][-1].argmax().item() == x
                seq.append(x)
        print("cached generation equals full recomputation")
        seq = prompt + got[0]
        drafts = generate.chained_drafts(full, seq)
        h = full.sequence(seq)[0][None, :-1]
        t = h.shape[1]
        once = full.draft_hidden(
            h,
            torch.tensor([seq[1:]]),
            torch.arange(t)[None],
            torch.ones(t, t, dtype=torch.bool).tril(),
        )
        assert torch.equal(full.logits(once)[0].argmax(-1), drafts[0])
        print("accepted lengths", generate.accepted_lengths(seq, drafts, len(prompt), 2))


def against_transformers(full, shape, stored, ids, folder):
    try:
        from transformers import DeepseekV3Config, DeepseekV3ForCausalLM
    except ImportError:
        print("transformers is missing: oracle skipped")
        return
    c = json.loads((folder / "config.json").read_text())
    c.pop("quantization_config")
    c.pop("torch_dtype")
    hf = DeepseekV3ForCausalLM(DeepseekV3Config(**c, attn_implementation="eager")).float().eval()
    state, n = {}, shape.num_hidden_layers
    for name, t in stored.items():
        if name.endswith("_scale_inv") or f"layers.{n}." in name:
            continue
        scale = stored.get(name + "_scale_inv")
        state[name] = t.float() if scale is None else fp8.dequantise_weight(t, scale)
    own = hf.state_dict()
    for i in range(
        shape.first_k_dense_replace, n
    ):  # newer versions keep the experts of a layer in two tensors
        b = f"model.layers.{i}.mlp.experts"
        if f"{b}.gate_up_proj" in own:
            e = range(shape.n_routed_experts)
            state[f"{b}.gate_up_proj"] = torch.stack(
                [
                    torch.cat(
                        (
                            state.pop(f"{b}.{k}.gate_proj.weight"),
                            state.pop(f"{b}.{k}.up_proj.weight"),
                        )
                    )
                    for k in e
                ]
            )
            state[f"{b}.down_proj"] = torch.stack(
                [state.pop(f"{b}.{k}.down_proj.weight") for k in e]
            )
    missing, unexpected = hf.load_state_dict(state, strict=False)
    assert not unexpected and not [m for m in missing if "inv_freq" not in m], (missing, unexpected)
    close(
        full.sequence(ids[0].tolist())[1], hf(ids).logits[0], 1e-4, "reference against transformers"
    )


if __name__ == "__main__":
    main()
