"""Writes the cases of the grammar bench as JSON to standard output: schemas and documents that fit them."""

import json


def dump(value, indent=None):
    return json.dumps(value, ensure_ascii=False, indent=indent)


PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
        "email": {"type": "string", "format": "email"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "address": {
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}, "zip": {"type": "string", "pattern": "^[0-9]{5}$"}},
            "required": ["street", "city"],
            "additionalProperties": False,
        },
    },
    "required": ["name", "age"],
    "additionalProperties": False,
}
TREE = {
    "$defs": {
        "node": {
            "type": "object",
            "properties": {"label": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
            "required": ["label", "children"],
            "additionalProperties": False,
        }
    },
    "$ref": "#/$defs/node",
}
BOUNDED = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "when": {"type": "string", "format": "date-time"},
            "kind": {"enum": ["created", "changed", "deleted"]},
            "note": {"type": "string", "maxLength": 200},
            "score": {"type": "number", "minimum": 0, "maximum": 1},
        },
        "required": ["id", "when", "kind", "note", "score"],
        "additionalProperties": False,
    },
    "maxItems": 20,
}

SHORT = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 60},
        "code": {"type": "string", "pattern": "^[^aeiou\\s]{1,40}$"},
        "language": {"enum": ["Deutsch", "English", "español", "français", "中文", "日本語"]},
        "text": {"type": "string", "minLength": 20, "maxLength": 160},
        "slug": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
    },
    "required": ["title", "code", "language", "text", "slug"],
    "additionalProperties": False,
}

PERSONS = [
    {"name": "Ada Lovelace", "age": 36, "email": "ada@example.org", "tags": ["mathematics", "engines", "poetical science"]},
    {"name": "张伟", "age": 41, "tags": [], "address": {"street": "1 Main Street", "city": "Beijing", "zip": "10001"}},
    {"name": "José \"Pepe\" García\n", "age": 7, "address": {"street": "Calle Mayor, 5", "city": "Córdoba"}},
]
TREES = [
    {"label": "root", "children": [{"label": f"branch {i}", "children": [{"label": f"leaf {i}.{j}", "children": []} for j in range(3)]} for i in range(4)]}
]
EVENTS = [
    [
        {
            "id": f"{i:08x}-1234-4321-89ab-0123456789ab",
            "when": f"2024-0{i + 1}-17T08:15:30Z",
            "kind": ["created", "changed", "deleted"][i % 3],
            "note": "The quick brown fox jumps over the lazy dog while the others look on in silence. " * (i % 2) + "End.",
            "score": [0.25, 1, 0, 0.999][i % 4],
        }
        for i in range(6)
    ]
]
SHORTS = [
    {
        "title": "Lengths near their bounds: sixty characters in this headline",
        "code": "bcdfgh-BCDF-0123456789-xyz",
        "language": "English",
        "text": "A note of no more than one hundred and sixty characters, which is written until the very last of "
        "them has been used, so that every mask lies near the bound.",
        "slug": "lengths-near-their-bounds-160",
    },
    {
        "title": "靠近长度上限的字符串",
        "code": "中文",
        "language": "中文",
        "text": "这是一段不超过一百六十个字符的说明文字，用来测量在接近上限时每个掩码的开销。\"引号\" 和换行\n也会出现在其中。",
        "slug": "a",
    },
]
CASES = [
    {"name": "any object", "schema": {"type": "object"}, "documents": [dump(d) for d in PERSONS + TREES] + [dump(PERSONS[0], 2)]},
    {"name": "person", "schema": PERSON, "documents": [dump(d) for d in PERSONS] + [dump(d, 2) for d in PERSONS]},
    {"name": "tree", "schema": TREE, "documents": [dump(d) for d in TREES]},
    {"name": "bounded", "schema": BOUNDED, "documents": [dump(d) for d in EVENTS]},
    {"name": "short", "schema": SHORT, "documents": [dump(d) for d in SHORTS]},
]

if __name__ == "__main__":
    print(json.dumps(CASES, ensure_ascii=False, indent=1))
