"""Merges metrics of evaluation runs into metrics.json and renews the tables of the model card.

python report.py --model ../../model/default RUN_DIR...
"""

import argparse
import json
import re
from pathlib import Path

from gates import GATES, verdict

PERCENT = (
    "right",
    "well_formed",
    "parses",
    "exact",
    "no_call",
    "asks",
    "closed",
    "agreement",
    "answers_equal",
    "top1_equal",
    "coherent",
)


def merged(folders):
    """Later folders win when they measured more items."""
    out = {}
    for f in folders:
        file = f / "metrics.json"
        for k, v in (json.loads(file.read_text()) if file.exists() else {}).items():
            if k not in out or v["n"] >= out[k]["n"]:
                out[k] = v
    for k in GATES:
        if k in out:
            out[k]["reached"] = verdict(out[k])
    return {k: out[k] for k in [*[g for g in GATES if g in out], *sorted(set(out) - set(GATES))]}


def shown(name, x):
    if name.rsplit(".", 1)[-1] in PERCENT:
        return f"{100 * x:.1f} %"
    return f"{x:.4f}" if x < 0.1 else f"{x:.2f}"


def table(metrics):
    rows = [
        "| measure | items | value | target | floor | reached |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for k, v in metrics.items():
        t, f = (shown(k, v[g]) if g in v else "-" for g in ("target", "floor"))
        items = f"{v['n']} ({v['distinct']})" if "distinct" in v else v["n"]
        rows.append(
            f"| `{k}` | {items} | {shown(k, v['value'])} | {t} | {f} | {v.get('reached', '-')} |"
        )
    missing = [k for k in GATES if k not in metrics]
    if missing:
        rows.append("\nNot measured yet: " + ", ".join(f"`{k}`" for k in missing) + ".")
    return "\n".join(rows)


def dialogues(folders, n=6):
    for f in folders:
        file = f / "samples.json"
        talks = (
            json.loads(file.read_text(encoding="utf-8")).get("dialogues") if file.exists() else None
        )
        if talks:
            return "\n\n".join(
                "\n".join(
                    f"> **{x['role']}**: " + x["content"].replace("\n", "  \n> ") + "  " for x in t
                )
                for t in talks[:n]
            )
    return "None yet."


def renew(card, name, text):
    return re.sub(
        rf"(<!-- {name} -->\n).*?(<!-- end {name} -->)",
        lambda x: x.group(1) + "\n" + text + "\n\n" + x.group(2),
        card,
        flags=re.S,
    )


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--model", type=Path, required=True)
    p.add_argument("runs", type=Path, nargs="+")
    a = p.parse_args()
    metrics = merged(a.runs)
    (a.model / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n")
    card = a.model / "README.md"
    text = renew(card.read_text(encoding="utf-8"), "metrics", table(metrics))
    card.write_text(renew(text, "dialogues", dialogues(a.runs)), encoding="utf-8")
    for k, v in metrics.items():
        print(k, v)


if __name__ == "__main__":
    main()
