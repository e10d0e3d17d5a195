"""Reads tool calls out of a completion, strictly, and validates arguments against a schema."""

import json
import re

import markup as m


def _split(text, encoding):
    """(content, block) or None when the markup is broken; block is None without calls."""
    if not text.endswith(m.EOS):
        return None
    text = text[: -len(m.EOS)]
    if encoding == "deepseek-v3.2":
        begin, end = f"\n\n<{m.DSML}function_calls>\n", f"\n</{m.DSML}function_calls>"
        if m.DSML not in text:
            return text, None
    else:
        begin, end = m.CALLS_BEGIN, m.CALLS_END
        if not any(
            x in text for x in (m.CALLS_BEGIN, m.CALLS_END, m.CALL_BEGIN, m.CALL_END, m.SEP)
        ):
            return text, None
    if text.count(begin) != 1 or not text.endswith(end):
        return None
    content, _, block = text[: -len(end)].partition(begin)
    return content, block


CALLS = {
    "deepseek-v3.1": (
        re.compile(
            re.escape(m.CALL_BEGIN)
            + r"([^\s<]+?)"
            + re.escape(m.SEP)
            + r"(\{.*?\})"
            + re.escape(m.CALL_END),
            re.S,
        ),
        "",
    ),
    "deepseek-v3": (
        re.compile(
            re.escape(m.CALL_BEGIN)
            + "function"
            + re.escape(m.SEP)
            + r"(\S+)\n```json\n(\{.*?\})\n```"
            + re.escape(m.CALL_END),
            re.S,
        ),
        "\n",
    ),
    "deepseek-v3.2": (
        re.compile(rf'<{m.DSML}invoke name="([^"]+)">\n(.*?)\n</{m.DSML}invoke>', re.S),
        "\n",
    ),
}
PARAMETER = re.compile(
    rf'<{m.DSML}parameter name="([^"]+)" string="(true|false)">(.*?)</{m.DSML}parameter>', re.S
)


def calls_of(text, encoding):
    """(content, [(name, arguments)]) of a completion, or None if it does not parse."""
    split = _split(text, encoding)
    if split is None:
        return None
    content, block = split
    if block is None:
        return content, []
    pattern, glue = CALLS[encoding]
    found = list(pattern.finditer(block))
    if not found or glue.join(x.group(0) for x in found) != block:
        return None
    out = []
    for x in found:
        try:
            if encoding == "deepseek-v3.2":
                arguments = {
                    k: v if s == "true" else json.loads(v)
                    for k, s, v in PARAMETER.findall(x.group(2))
                }
                if "\n".join(p.group(0) for p in PARAMETER.finditer(x.group(2))) != x.group(2):
                    return None
            else:
                arguments = json.loads(x.group(2))
        except ValueError:
            return None
        if not isinstance(arguments, dict):
            return None
        out.append((x.group(1), arguments))
    return content, out


def fits_schema(value, schema):
    kind = schema.get("type")
    if "enum" in schema and value not in schema["enum"]:
        return False
    if kind == "string":
        return isinstance(value, str)
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "array":
        return isinstance(value, list) and all(fits_schema(x, schema["items"]) for x in value)
    if kind == "object":
        p = schema.get("properties", {})
        return (
            isinstance(value, dict)
            and all(k in value for k in schema.get("required", []))
            and all(k in p and fits_schema(v, p[k]) for k, v in value.items())
        )
    return True


def validates(calls, tools):
    """Whether every call names a tool and its arguments fit that tool's schema."""
    by = {t["function"]["name"]: t["function"]["parameters"] for t in tools}
    return all(name in by and fits_schema(arguments, by[name]) for name, arguments in calls)
