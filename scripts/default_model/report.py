"""Merges metrics of evaluation runs into metrics.json and renews the tables of the model card.

python report.py --model ../../model/default [--before OLD/metrics.json] [--first ANSWERS.json] RUN_DIR...
"""

import argparse
import json
import re
from pathlib import Path

from gates import GATES, verdict

HERE = Path(__file__).parent
LONGEST = 240  # characters of an answer that the card shows
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


def table(metrics, before):
    rows = [
        "| measure | items | before | value | target | floor | reached |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for k, v in metrics.items():
        t, f = (shown(k, v[g]) if g in v else "-" for g in ("target", "floor"))
        items = f"{v['n']} ({v['distinct']})" if "distinct" in v else v["n"]
        rows.append(
            f"| `{k}` | {items} | {shown(k, before[k]['value']) if k in before else '-'} | {shown(k, v['value'])} |"
            f" {t} | {f} | {v.get('reached', '-')} |"
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


def first_requests(answers):
    """The exam of first_requests.py with the answers, and what is wrong with them."""
    asked = {}
    for line in (HERE / "first_requests.jsonl").read_text(encoding="utf-8").splitlines():
        x = json.loads(line)
        asked[x["id"]] = x["messages"][-1]["content"], x["thinking"]
    rows = ["| kind | request | thinking | answer | right |", "| --- | --- | --- | --- | --- |"]
    for x in answers:
        question, thinking = asked[x["id"]]
        last = x["answers"][-1]
        answer = last.get("content") or json.dumps([c["function"] for c in last["tool_calls"]])
        cells = [
            x["kind"],
            question,
            "yes" if thinking else "no",
            answer if len(answer) < LONGEST else answer[:LONGEST] + " ...",
            "no: " + "; ".join(x["faults"]) if x["faults"] else "yes",
        ]
        rows.append("| " + " | ".join(cell(c) for c in cells) + " |")
    return "\n".join(rows)


def cell(text):
    """Text as it is, inside of a Markdown table."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("\n", "<br>")


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
    p.add_argument("--before", type=Path, help="metrics.json of the release before")
    p.add_argument("--first", type=Path, help="what first_requests.py wrote with --out")
    p.add_argument("runs", type=Path, nargs="+")
    a = p.parse_args()
    metrics = merged(a.runs)
    before = json.loads(a.before.read_text()) if a.before else {}
    (a.model / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n")
    card = a.model / "README.md"
    text = renew(card.read_text(encoding="utf-8"), "metrics", table(metrics, before))
    text = renew(text, "dialogues", dialogues(a.runs))
    if a.first:
        text = renew(text, "first requests", first_requests(json.loads(a.first.read_text(encoding="utf-8"))))
    card.write_text(text, encoding="utf-8")
    for k, v in metrics.items():
        print(k, v)


if __name__ == "__main__":
    main()
