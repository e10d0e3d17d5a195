"""Numbers of tool definitions reach the prompt in Python's spelling, which models were trained on."""

import json
import random
import struct

SPELLINGS = (
    "1.50 1e2 1E+5 100.0 -0.0 0.1 1e16 1e15 123456789012345680.0 1e-5 0.0001 5e-324 -0 0 "
    "9007199254740993.0 9223372036854775807 -9223372036854775808 18446744073709551615 3.0e0"
).split()


def spellings():
    draw = random.Random(5)
    for _ in range(300):
        value = struct.unpack("<d", draw.randbytes(8))[0]
        if value == value and abs(value) != float("inf"):
            yield repr(value)
        yield f"{draw.uniform(-1000, 1000):.{draw.randrange(12)}f}"
        yield f"{draw.randrange(1, 10**6)}e{draw.randrange(-20, 20)}"


def test_numbers_are_spelled_as_python_spells_them(null_server):
    numbers = "[" + ",".join([*SPELLINGS, *spellings()]) + "]"
    schema = '{"type":"object","default":' + numbers + "}"
    tool = '{"type":"function","function":{"name":"f","parameters":' + schema + "}}"
    body = '{"messages":[{"role":"user","content":"x"}],"tools":[' + tool + "]}"
    answer = null_server.client.post("/tokenize", content=body)
    assert answer.status_code == 200, answer.text
    ids = answer.json()["tokens"]
    text = null_server.post("/detokenize", {"tokens": ids, "skip_special_tokens": False})
    expected = json.dumps(json.loads(numbers), ensure_ascii=False)
    assert expected in text.json()["text"]
