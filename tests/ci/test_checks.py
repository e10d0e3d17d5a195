"""Every check of .ci/ must find a planted fault, name its place, and pass a tree without it."""

import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADER = "#pragma once\n// A number that everyone may know.\n\ninline constexpr int answer = 42;\n"


def plant(root: pathlib.Path, files: dict[str, str]) -> pathlib.Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())
    return root


def run(check: str, root: pathlib.Path) -> subprocess.CompletedProcess:
    return subprocess.run([ROOT / ".ci" / check, root], capture_output=True, text=True, cwd=root)


def includes(target: str) -> str:
    return f"#include {target}\n"


@pytest.mark.parametrize(
    "path, target",
    [
        ("base/a.cpp", '"kernels/ops/backend.hpp"'),
        ("kernels/a.cpp", '"model/config/model_config.hpp"'),
        ("model/a.cpp", '"spec_decode/draft/draft.hpp"'),
        ("model/a.cpp", '"net/http/handler.hpp"'),
        ("spec_decode/a.cpp", '"actors/protocol/shard.hpp"'),
        ("net/http/a.cpp", '"model/config/model_config.hpp"'),
        ("net/http/a.cpp", '"actors/protocol/session.hpp"'),
        ("actors/session/a.cpp", '"actors/scheduler/scheduler.hpp"'),
        ("actors/session/a.cpp", '"actors/gateway/gateway.hpp"'),
        ("actors/protocol/a.hpp", '"actors/session/session.hpp"'),
        ("actors/session/a.cpp", '"tests/support/catch.hpp"'),
        ("actors/session/a.cpp", '"bench/serving/load.hpp"'),
        ("bench/serving/a.cpp", '"actors/scheduler/scheduler.hpp"'),
        ("actors/session/a.cpp", '"session.hpp"'),
        ("actors/session/a.cpp", "<caf/typed_actor.hpp>"),
        ("actors/server/main.cpp", '"caf/actor_system.hpp"'),
        ("net/http/a.cpp", "<caf/fwd.hpp>"),
        ("net/http/a.hpp", "<boost/beast/http.hpp>"),
        ("actors/gateway/a.cpp", "<boost/beast/core.hpp>"),
        ("model/a.cpp", "<boost/asio/io_context.hpp>"),
        ("kernels/ops/backend.hpp", "<cuda_runtime.h>"),
        ("kernels/core/stream.hpp", "<cuda.h>"),
        ("actors/shard/a.cpp", "<nccl.h>"),
        ("model/tokenizer/regex.hpp", "<pcre2.h>"),
        ("net/openai/a.hpp", "<simdjson.h>"),
        ("actors/server/a.cpp", "<spdlog/spdlog.h>"),
        ("tests/base/a_test.cpp", "<catch2/catch.hpp>"),
    ],
)
def test_an_include_against_the_layers_is_found(tmp_path, path, target):
    found = run("layers", plant(tmp_path, {path: "\n" + includes(target)}))
    assert found.returncode == 1
    assert found.stdout.startswith(f"{path}:2: {target[1:-1]}: ")


@pytest.mark.parametrize(
    "path, target",
    [
        ("kernels/a.cpp", '"base/result.hpp"'),
        ("net/http/a.cpp", "<boost/beast/http.hpp>"),
        ("actors/session/a.cpp", '"actors/protocol/session.hpp"'),
        ("actors/session/a.cpp", '"actors/runtime/actor_base.hpp"'),
        ("actors/gateway/a.cpp", '"actors/session/session.hpp"'),
        ("actors/server/wiring.cpp", '"actors/scheduler/scheduler.hpp"'),
        ("actors/server/bench_command.cpp", '"bench/serving/load.hpp"'),
        ("actors/runtime/actor_base.hpp", "<caf/typed_event_based_actor.hpp>"),
        ("kernels/cuda/gemm/gemm.cu", "<cuda_runtime.h>"),
        ("tests/actors/a_test.cpp", '"actors/scheduler/scheduler.hpp"'),
        ("model/a.cpp", "<vector>"),
    ],
)
def test_an_include_along_the_layers_passes(tmp_path, path, target):
    found = run("layers", plant(tmp_path, {path: includes(target)}))
    assert (found.returncode, found.stdout) == (0, "no include against the layers\n")


@pytest.mark.parametrize("folders", [("net/a", "net/b"), ("model/a", "model/a/inner"), ("base/a", "base/b", "base/c")])
def test_a_circle_of_folders_is_found_with_the_places_that_close_it(tmp_path, folders):
    nexts = [*folders[1:], folders[0]]
    tree = {f"{here}/x.hpp": includes(f'"{there}/x.hpp"') for here, there in zip(folders, nexts)}
    found = run("layers", plant(tmp_path, tree))
    assert found.returncode == 1
    (line,) = found.stdout.splitlines()
    assert line.startswith(f"{' -> '.join([*folders, folders[0]])}: a circle of folders (")
    assert all(f"{folder}/x.hpp:1" in line for folder in folders)


def test_files_of_one_folder_and_tests_may_include_each_other(tmp_path):
    tree = {
        "net/a/x.cpp": includes('"net/a/y.hpp"') + includes('"net/b/x.hpp"'),
        "net/a/y.cpp": includes('"net/a/x.hpp"'),
        "net/b/x.hpp": "",
        "tests/net/a/x_test.cpp": includes('"tests/support/x.hpp"'),
        "tests/support/x.cpp": includes('"tests/net/a/x.hpp"'),
    }
    assert run("layers", plant(tmp_path, tree)).returncode == 0


def test_a_header_that_needs_another_first_is_found(tmp_path):
    needy = "#pragma once\n// Uses a type it does not include.\n\nstd::vector<int> numbers();\n"
    found = run("headers_alone", plant(tmp_path, {"base/answer.hpp": HEADER, "base/needy.hpp": needy}))
    assert found.returncode == 1
    assert "base/needy.hpp" in found.stdout
    assert "base/answer.hpp:" not in found.stdout


def test_a_header_is_compiled_again_when_what_it_includes_changes(tmp_path):
    outer = '#pragma once\n// Knows the answer.\n#include "base/answer.hpp"\n\ninline int twice = 2 * answer;\n'
    plant(tmp_path, {"base/answer.hpp": HEADER, "base/outer.hpp": outer})
    assert run("headers_alone", tmp_path).returncode == 0
    plant(tmp_path, {"base/answer.hpp": HEADER.replace("answer", "reply")})
    found = run("headers_alone", tmp_path)
    assert found.returncode == 1
    assert "base/outer.hpp" in found.stdout


LONG_FUNCTION = "void run(int x,\n         int y) {\n" + "  x += y;\n" * 80 + "}\n"
LONG_CONSTRUCTOR = "thing::thing(int x)\n  : x_(x) {\n" + "  ++x_;\n" * 80 + "}\n"
LONG_METHOD = "class thing {\n  void run() {\n" + "    ++x_;\n" * 80 + "  }\n};\n"


@pytest.mark.parametrize(
    "path, text, fault",
    [
        ("base/a.cpp", "int x;\t// x\n", "a.cpp:1: tab"),
        ("base/a.cpp", "int x; \n", "a.cpp:1: trailing blanks"),
        ("base/a.cpp", "int x;\r\n", "a.cpp:1: CRLF"),
        ("base/a.cpp", "int x;", "exactly one newline"),
        ("base/a.cpp", "int x;\n\n", "exactly one newline"),
        ("base/a.cpp", "// TO" + "DO: more\n", "a.cpp:1: leftover marker"),
        ("docs/a.md", "See FIX" + "ME.\n", "a.md:1: leftover marker"),
        ("scripts/a.sh", "cd /ho" + "me/alice/src\n", "a.sh:1: path of one machine"),
        ("docs/a.md", "As issue " + "12 says.\n", "a.md:1: number of a tracker"),
        ("base/a.cpp", "class page_manager {};\n", "a name that says nothing: page_manager"),
        ("base/string_utils.cpp", "int x;\n", "string_utils.cpp: a name that says nothing"),
        ("base/common/a.cpp", "int x;\n", "a name that says nothing"),
        ("base/a.hpp", "// A header.\nint x();\n", "a.hpp:1: a header starts with"),
        ("base/a.hpp", "#pragma once\n\n\nint x();\n", "a.hpp:2: a header opens with a paragraph"),
        ("base/a.hpp", HEADER + "using namespace std;\n", "using namespace in a header"),
        ("base/a.cpp", "int x;\n" * 601, "601 lines, 600 allowed"),
        ("kernels/cuda/a.cu", "int x;\n" * 801, "801 lines, 800 allowed"),
        ("base/a.cpp", LONG_FUNCTION, "a.cpp:1: a function of 83 lines"),
        ("base/a.cpp", LONG_CONSTRUCTOR, "a.cpp:1: a function of 83 lines"),
        ("base/a.cpp", LONG_METHOD, "a.cpp:2: a function of 82 lines"),
        ("tests/base/a_test.cpp", 'TEST_CASE("--flag is read") {\n}\n', "has no [ ] ; \\: --flag is read"),
        ("tests/base/a_test.cpp", 'TEST_CASE("all of [0, 1) is drawn") {\n}\n', "has no [ ] ; \\: all of [0, 1) is drawn"),
        ("tests/base/a_test.cpp", 'TEST_CASE("one; two") {\n}\n', "has no [ ] ; \\: one; two"),
        ("base/a.cpp", f"// {'long ' * 20}\n".replace(" \n", "\n"), "a.cpp:1: a comment to column 102, 100 allowed"),
        ("base/a.cpp", f"int x; // {'long ' * 20}x\n", "a.cpp:1: a comment to column 111"),
        ("base/a.cpp", "// What is read here is\n// torn, for the line had room.\n", "a.cpp:1: a comment torn"),
        ("base/a.hpp", HEADER + "/// So is\n/// this.\n", "a.hpp:5: a comment torn"),
        ("base/a.cpp", "//  - an item of a list, and how it\n//  goes on\n", "a.cpp:1: a comment torn"),
        ("base/CMakeLists.txt", "add_library(x x.cpp)\n", "a folder says its purpose"),
        ("base/a.cpp", "// As base/gone.hpp says.\n", "a.cpp:1: names base/gone.hpp, which is not there"),
        ("base/a.cpp", "int x; // see gone.hpp\n", "a.cpp:1: names gone.hpp"),
        ("base/a.cpp", "// Measured by base/gone/table.\n", "a.cpp:1: names base/gone/table"),
        ("base/gone.txt", "# base/gone\n", "gone.txt:1: names base/gone"),
        ("scripts/a", "#!/bin/sh\n# Runs scripts/gone.\n", "a:2: names scripts/gone"),
        ("scripts/a.py", '"""One.\n\nSee docs/GONE.md.\n"""\n', "a.py:3: names docs/GONE.md"),
        ("docs/a.md", "[Another](gone.md).\n", "a.md:1: names gone.md"),
        ("docs/a.md", "`docs/gone/*.md`\n", "a.md:1: names docs/gone/*"),
        ("docs/a.md", "<!-- base/b.hpp -->\n```cpp\n#include \"net/gone.hpp\"\n```\n", "a.md:3: names net/gone.hpp"),
        ("CONTRIBUTING.md", "<!-- base/a.cpp -->\n```cpp\nint y;\n```\n", "quotes base/a.cpp, which is not there"),
    ],
)
def test_untidy_text_is_found(tmp_path, path, text, fault):
    found = run("hygiene", plant(tmp_path, {path: text}))
    assert found.returncode == 1
    assert fault in found.stdout


def test_a_quotation_that_differs_from_its_file_is_found(tmp_path):
    page = "# Page\n\n<!-- base/a.cpp -->\n```cpp\nint y;\n```\n"
    plant(tmp_path, {"base/a.cpp": "int x;\n", "CONTRIBUTING.md": page})
    assert "the quotation of base/a.cpp differs" in run("hygiene", tmp_path).stdout
    plant(tmp_path, {"base/a.cpp": "int y;\n"})
    assert run("hygiene", tmp_path).stdout == "clean\n"


def test_names_of_files_that_are_there_pass(tmp_path):
    comments = [
        "base/answer.hpp, the folder base and base/",
        "as answer.hpp says, or kernels/answer.hpp",
        "base/NAME.hpp, base/*.hpp, base/<date>.hpp, base/answer.{hpp,cpp}",
        "in docs/PAGE.md and tests/ci/check.py",
        "llama.cpp, <caf/typed_actor.hpp>, boost/asio/io_context.hpp, linux/mempolicy.h",
        "tokenizer_config.json, https://example.com/base/gone.hpp, ~/base/gone.hpp, $OUT/base/gone.hpp",
    ]
    tree = {
        "base/answer.hpp": HEADER,
        "base/a.cpp": "".join(f"// {comment}\n\n" for comment in comments) + 'auto x = "base/gone.hpp";\n',
        "kernels/answer.hpp": HEADER,
        "docs/PAGE.md": "[One](OTHER.md), [two](../README.md), tests/ci/check.py\n",
        "docs/OTHER.md": "x_test.cpp\n",
        "README.md": "[One](docs/OTHER.md)\n",
        "tests/ci/check.py": "x = 'base/gone.hpp'\n",
        "scripts/model/tests/check.py": '"""python tests/check.py"""\n',
    }
    assert run("hygiene", plant(tmp_path, tree)).stdout == "clean\n"


def test_comments_that_are_short_on_purpose_pass(tmp_path):
    comments = [
        "//   one = two;   // code",
        "//   three = four",
        "//  - an item\n//  - another\n//    and how it goes on",
        f"// | {'a table' * 20} |",
        "// A sentence that ends.\n// iota follows.",
        "// A formula in\n// W[n, k]",
    ]
    text = "\n".join(comments) + f'\nauto x = "https://example.com/{"long" * 30}";\n'
    assert run("hygiene", plant(tmp_path, {"base/a.cpp": text})).stdout == "clean\n"


def test_tidy_text_passes_and_a_long_file_is_noted(tmp_path):
    tree = {
        "base/CMakeLists.txt": "# What every layer needs.\n",
        "base/answer.hpp": HEADER,
        "base/long.cpp": "int x;\n" * 401,
        "tests/base/table_test.cpp": LONG_FUNCTION,
        "build/generated.cpp": "int x;\t\n",
    }
    found = run("hygiene", plant(tmp_path, tree))
    assert found.returncode == 0
    assert found.stdout == "note: base/long.cpp: 401 lines, over 400: is there a reason?\nclean\n"
