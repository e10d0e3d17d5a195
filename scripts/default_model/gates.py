"""Targets and release floors of the measures; measures without an entry are only reported."""


def _g(target, floor, lower=False):
    return {"target": target, "floor": floor, **({"lower_is_better": True} if lower else {})}


GATES = {
    "thinking.well_formed": _g(0.995, 0.98),
    "add2_think.right": _g(0.99, 0.97),
    "add3_think.right": _g(0.97, 0.90),
    "sub3_think.right": _g(0.95, 0.85),
    "mul21_think.right": _g(0.97, 0.90),
    "mul22_think.right": _g(0.85, 0.60),
    "word2_think.right": _g(0.90, 0.75),
    "reverse_think.right": _g(0.95, 0.85),
    "count_think.right": _g(0.95, 0.85),
    "sort5_think.right": _g(0.95, 0.85),
    "weekday_think.right": _g(0.95, 0.85),
    "facts.right": _g(0.97, 0.90),
    "recall.right": _g(0.99, 0.95),
    "needle.right": _g(0.90, 0.70),
    "tool_real.parses": _g(0.99, 0.97),
    "tool_random.parses": _g(0.99, 0.97),
    "tool_real.exact": _g(0.97, 0.90),
    "tool_random.exact": _g(0.90, 0.75),
    "tool_renamed.parses": _g(0.95, 0.85),
    "tool_renamed.exact": _g(0.95, 0.85),
    "tool_parallel.exact": _g(0.90, 0.75),
    "tool_none.no_call": _g(0.97, 0.90),
    "tool_missing.asks": _g(0.90, 0.75),
    "tool_v3.parses": _g(0.97, 0.90),
    "forced.closed": _g(0.99, 0.97),
    "mtp_tools.agreement": _g(0.94, 0.88),
    "mtp_thinking.agreement": _g(0.97, 0.92),
    "mtp_chat.agreement": _g(0.90, 0.80),
    "mtp_stories.agreement": _g(0.60, 0.48),
    "accepted_1.mean": _g(1.85, 1.70),
    "accepted_2.mean": _g(2.5, 2.2),
    "accepted_3.mean": _g(3.0, 2.5),
    "fp8.kl": _g(0.01, 0.03, lower=True),
    "fp8.answers_equal": _g(0.97, 0.92),
    "chat.coherent": _g(0.8, 0.6),  # read one by one
    "experts.max_over_mean": _g(1.5, 2.0, lower=True),
}


def verdict(entry):
    """ "target", "floor" or "missed"."""
    sign = -1 if entry.get("lower_is_better") else 1
    if sign * entry["value"] >= sign * entry["target"]:
        return "target"
    return "floor" if sign * entry["value"] >= sign * entry["floor"] else "missed"
