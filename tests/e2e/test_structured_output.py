"""Answers of the default model under schemas, expressions and grammars, checked by independent validators.

The schemas are generated from a seed. CI uses some of them; HADAL_SCHEMA_COUNT=200 sets their number.
"""

import json
import os
import random
import re

import jsonschema
import pytest

COUNT = int(os.environ.get("HADAL_SCHEMA_COUNT", "24"))
TOKENS_MAX = 700
PROMPT = [{"role": "user", "content": "Give me an example."}]


@pytest.fixture(scope="module")
def server(start):
    return start()


def word(rng):
    return "".join(rng.choice("abcdefgh") for _ in range(rng.randint(1, 8)))


def string_schema(rng):
    return rng.choice(
        [
            {"type": "string", "maxLength": rng.randint(0, 12)},
            {"type": "string", "minLength": 2, "maxLength": rng.randint(3, 9)},
            {"type": "string", "pattern": rng.choice(["^[A-Z][a-z]{2,8}$", "^\\d{3}-\\d{4}$", "^(yes|no|\"q\")$", "^[^aeiou]{1,6}$"])},
            {"type": "string", "format": rng.choice(["date", "date-time", "time", "uuid", "ipv4", "email", "duration"])},
            {"enum": [word(rng), word(rng), 1, None, True, {"k": [1, "é\n"]}]},
            {"const": word(rng)},
            {"type": "string", "format": rng.choice(["uri-reference", "password", "byte", "phone", ""]), "maxLength": 12},
            {"type": "string", "format": "uri", "minLength": 1, "maxLength": 40},
            {"type": "string", "pattern": "^[a-z]+( [a-z]+)*$", "minLength": rng.randint(1, 5), "maxLength": rng.randint(6, 30)},
            {"type": "string", "pattern": "^[a-z]{2,9}$", "minLength": 3, "maxLength": rng.choice([2083, 100000, 2147483647])},
        ]
    )


def number_schema(rng):
    low = rng.randint(-50, 50)
    return rng.choice(
        [
            {"type": "integer", "minimum": low, "maximum": low + rng.randint(0, 300)},
            {"type": "integer", "multipleOf": rng.randint(2, 9), "minimum": 0, "exclusiveMaximum": 1000},
            {"type": "number", "exclusiveMinimum": low, "exclusiveMaximum": low + 2.5},
            {"type": "number", "minimum": 0, "maximum": 1},
            {"type": ["integer", "null"], "minimum": 0, "maximum": 9},
            {"type": "integer", "minimum": -9007199254740991, "maximum": 9007199254740991},
            {"type": "integer", "exclusiveMinimum": 0, "maximum": 9007199254740991},
            {"type": "integer", "minimum": -9223372036854775808, "maximum": 9223372036854775807, "format": "int64"},
            {"type": "integer", "minimum": 9223372036854775807, "exclusiveMaximum": 2**64},
            {"type": "number", "minimum": -9007199254740991, "exclusiveMaximum": 9007199254740991},
            {"type": "number", "minimum": 0, "maximum": 1.7976931348623157e308, "format": "double"},
        ]
    )


def object_schema(rng, depth):
    names = sorted({word(rng) for _ in range(rng.randint(1, 4))})
    schema = {
        "type": "object",
        "properties": {name: any_schema(rng, depth + 1) for name in names},
        "required": [name for name in names if rng.random() < 0.7],
        "additionalProperties": False,
    }
    if rng.random() < 0.2:
        schema["minProperties"] = 1
    return schema


def map_schema(rng, depth):
    """Members whose names the schema does not list, beside some that it does."""
    schema = {"type": "object", "additionalProperties": rng.choice([string_schema, number_schema])(rng)}
    if rng.random() < 0.4:
        schema["properties"] = {word(rng): number_schema(rng)}
    # A name without a bound would not end within the tokens of an answer.
    schema["propertyNames"] = {"maxLength": 12}
    if rng.random() < 0.3:
        schema["propertyNames"] = rng.choice([{"enum": ["a", "ab", "b", "c"]}, {"pattern": "^[a-c]{1,2}$"}, {"maxLength": 4}])
    schema["minProperties"] = rng.randint(0, 3)
    schema["maxProperties"] = schema["minProperties"] + rng.randint(0, 3)
    return schema


def array_schema(rng, depth):
    low = rng.randint(0, 2)
    schema = {"type": "array", "items": any_schema(rng, depth + 1), "minItems": low, "maxItems": low + rng.randint(0, 2)}
    if rng.random() < 0.3:
        schema["prefixItems"] = [any_schema(rng, depth + 1)]
    return schema


def any_schema(rng, depth=0):
    if depth < 3:
        kind = rng.random()
        if kind < 0.35:
            return object_schema(rng, depth)
        if kind < 0.45:
            return map_schema(rng, depth)
        if kind < 0.55:
            return array_schema(rng, depth)
        if kind < 0.65:
            return {"anyOf": [any_schema(rng, depth + 1), any_schema(rng, depth + 1)]}
        if kind < 0.7:
            return {"allOf": [{"type": "integer"}, {"minimum": 2, "maximum": 7}]}
    return rng.choice([string_schema, number_schema])(rng)


def made_schema(seed):
    rng = random.Random(seed)
    schema = object_schema(rng, 0)
    if rng.random() < 0.3:
        schema["$defs"] = {"item": any_schema(rng, 2)}
        schema["properties"]["ref"] = {"$ref": "#/$defs/item"}
        schema["required"].append("ref")
    if rng.random() < 0.15:
        schema["properties"]["next"] = {"anyOf": [{"type": "null"}, {"type": "object", "properties": {"next": {"type": "null"}}, "required": ["next"], "additionalProperties": False}]}
    return schema


def different(members):
    names = [name for name, _ in members]
    assert len(set(names)) == len(names), names
    return dict(members)


def read(text):
    """The value of a JSON text in which no object has a name twice."""
    return json.loads(text, object_pairs_hook=different)


def validator(schema):
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def ask(server, **fields):
    fields = {"messages": PROMPT, "max_tokens": TOKENS_MAX, **fields}
    answer = server.post("/v1/chat/completions", fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


def json_schema(schema):
    return {"type": "json_schema", "json_schema": {"name": "it", "schema": schema, "strict": True}}


def test_answers_under_made_schemas_are_valid_whenever_they_end(server):
    stopped = 0
    for seed in range(COUNT):
        schema = made_schema(seed)
        temperature = random.Random(seed).choice([0.0, 0.5, 1.0, 1.5, 2.0])
        answer = ask(server, response_format=json_schema(schema), temperature=temperature, seed=seed)
        [choice] = answer["choices"]
        if choice["finish_reason"] != "stop":
            continue
        stopped += 1
        errors = [e.message for e in validator(schema).iter_errors(read(choice["message"]["content"]))]
        assert not errors, (seed, schema, choice["message"]["content"])
    assert stopped >= 0.95 * COUNT


def test_a_json_object_is_one(server):
    for seed in range(3):
        answer = ask(server, response_format={"type": "json_object"}, temperature=1.0, seed=seed)
        [choice] = answer["choices"]
        if choice["finish_reason"] == "stop":
            assert isinstance(read(choice["message"]["content"]), dict)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0, "maximum": 9}, "propertyNames": {"maxLength": 5}, "minProperties": 6, "maxProperties": 6},
        {"type": "object", "patternProperties": {"^[ab]{1,2}$": {"type": "null"}}, "additionalProperties": False, "minProperties": 6},
        {"type": "object", "propertyNames": {"enum": ["x", "xy", "y"]}, "additionalProperties": {"const": 1}, "minProperties": 3},
        {"type": "object", "properties": {"a": {"const": 1}}, "required": ["a"], "additionalProperties": {"const": 2}, "propertyNames": {"maxLength": 5}, "minProperties": 20, "maxProperties": 20},
    ],
)
def test_members_are_counted_and_no_name_comes_twice(server, schema):
    for temperature in (0, 0, 1.0, 2.0):
        answer = ask(server, response_format=json_schema(schema), temperature=temperature, seed=7)
        [choice] = answer["choices"]
        assert choice["finish_reason"] == "stop"
        jsonschema.validate(read(choice["message"]["content"]), schema)


@pytest.mark.parametrize(
    "schema, value",
    [
        ({"const": 2**64}, 2**64),
        ({"enum": [-(2**127)]}, -(2**127)),
        ({"type": "integer", "minimum": 2**64, "maximum": 2**64}, 2**64),
        ({"type": "integer", "exclusiveMinimum": 2**63 - 1, "exclusiveMaximum": 2**63 + 1}, 2**63),
        ({"type": "string", "const": "x", "maxLength": 2**64}, "x"),
        ({"type": "number", "minimum": 0.5, "maximum": 0.5, "format": "float"}, 0.5),
    ],
)
def test_numbers_of_a_schema_are_kept_as_they_are_written(server, schema, value):
    object_of = {"type": "object", "properties": {"v": schema}, "required": ["v"], "additionalProperties": False}
    for fields in (
        {"response_format": json_schema(object_of)},
        {"json_schema": json.dumps(object_of)},
        {"structured_outputs": {"json": object_of}},
    ):
        [choice] = ask(server, temperature=0, **fields)["choices"]
        assert json.loads(choice["message"]["content"]) == {"v": value}


def test_a_number_beyond_64_bits_is_400_outside_of_a_schema(server):
    answer = server.post("/v1/chat/completions", {"messages": PROMPT, "seed": 2**64})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] is None


def test_expressions_and_rules_are_matched(server):
    answer = ask(server, regex="(cat|dog)-[0-9]{3,5}", temperature=1.5, seed=4)
    assert re.fullmatch("(cat|dog)-[0-9]{3,5}", answer["choices"][0]["message"]["content"])
    answer = ask(server, ebnf='root ::= "<" word ("," word){2} ">"\nword ::= [a-f]{2,6}', temperature=1.5, seed=4)
    assert re.fullmatch("<[a-f]{2,6}(,[a-f]{2,6}){2}>", answer["choices"][0]["message"]["content"])
    assert answer["choices"][0]["finish_reason"] == "stop"


def test_the_thought_is_free_and_the_answer_bound(server):
    answer = ask(
        server,
        messages=[{"role": "user", "content": "What is 17 + 25?"}],
        response_format=json_schema({"type": "object", "properties": {"n": {"type": "integer", "minimum": 0, "maximum": 999}}, "required": ["n"], "additionalProperties": False}),
        chat_template_kwargs={"thinking": True},
        temperature=0,
    )
    [choice] = answer["choices"]
    assert choice["finish_reason"] == "stop"
    assert choice["message"]["reasoning_content"]
    assert set(json.loads(choice["message"]["content"])) == {"n"}


def test_a_stream_under_a_schema_joins_to_the_whole_answer(server):
    fields = {"response_format": json_schema(made_schema(3)), "temperature": 1.0, "seed": 9}
    whole = ask(server, **fields)["choices"][0]["message"]["content"]
    body = {"messages": PROMPT, "max_tokens": TOKENS_MAX, "stream": True, **fields}
    joined = ""
    for line in server.post("/v1/chat/completions", body).text.splitlines():
        if line.startswith("data: {"):
            for choice in json.loads(line[len("data: ") :])["choices"]:
                joined += choice["delta"].get("content") or ""
    assert joined == whole


@pytest.mark.parametrize(
    "fields, param",
    [
        ({"response_format": json_schema({"not": {}})}, "response_format.json_schema.schema"),
        ({"response_format": json_schema({"type": "array", "uniqueItems": True})}, "response_format.json_schema.schema"),
        ({"regex": "(a)\\1"}, "regex"),
        ({"regex": "(" * 5000 + ")" * 5000}, "regex"),
        ({"regex": "(a|b)*a(a|b){30}"}, "regex"),
        ({"ebnf": "root ::= root"}, "ebnf"),
        ({"response_format": {"type": "structural_tag", "structures": [], "triggers": []}}, "response_format"),
    ],
)
def test_what_cannot_be_honoured_is_400_and_names_the_field(server, fields, param):
    answer = server.post("/v1/chat/completions", {"messages": PROMPT, **fields})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
