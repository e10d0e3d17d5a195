"""`.ci/one_definition` must find what two files define, and nothing where each may define its own."""

import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def check(root: pathlib.Path, files: dict[str, str]) -> tuple[int, str]:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    run = subprocess.run([ROOT / ".ci/one_definition", root], capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def inside(body: str, name: str = "hadal::net") -> str:
    return f"#pragma once\n// Words.\n\nnamespace {name} {{\n\n{body}\n}} // namespace {name}\n"


TWICE = {
    "struct": ("struct piece {\n  int a;\n};", "struct piece {\n  long a;\n};", "type hadal::net::piece"),
    "class and struct": ("class piece final : public base {};", "struct piece {};", "type hadal::net::piece"),
    "enumeration": ("enum class kind : int { a };", "enum class kind { b };", "type hadal::net::kind"),
    "template": ("template <class T>\nstruct box {};", "template <class U>\nstruct box {};", "type hadal::net::box"),
    "alias": ("using sink = std::function<void(int)>;", "using sink = std::function<void()>;", "type hadal::net::sink"),
    "alias and struct": ("using sink = int;", "struct sink {};", "type hadal::net::sink"),
    "inline function": (
        'inline int size_of(const text& t, int n = 3) { return "}"[n]; }',
        "inline int size_of(const text& other, int) {\n  return '{';\n}",
        "function hadal::net::size_of(const text&, int)",
    ),
    "operator": (
        "inline bool operator==(a x, a y) { return true; }",
        "inline bool operator==(a v, a w) { return false; }",
        "function hadal::net::operator==(a, a)",
    ),
    "member of a class": (
        "int piece::size() const {\n  return 1;\n}",
        "int piece::size() const {\n  return 2;\n}",
        "function hadal::net::piece::size() const",
    ),
    "after a type of the same line": (
        'struct first {}; inline int x{1}; struct piece {};  // }\n#define OPEN {\nconst char* t = R"(})";',
        "struct piece {};",
        "type hadal::net::piece",
    ),
}


@pytest.mark.parametrize("one,other,name", TWICE.values(), ids=TWICE)
def test_a_name_that_two_files_define_is_found_with_both_places(tmp_path, one, other, name):
    files = {"net/client/a.hpp": inside(one), "net/openai/b.hpp": inside(other)}
    code, said = check(tmp_path, files)
    assert code == 1
    [line] = said.splitlines()
    assert line.startswith("net/client/a.hpp:")
    assert f": {name} is defined again at net/openai/b.hpp:" in line


def test_a_class_of_two_sources_is_found_because_both_are_linked(tmp_path):
    files = {f"net/{name}.cpp": inside("struct parts {\n  int a = 1;\n};") for name in "ab"}
    assert check(tmp_path, files)[0] == 1


ONCE = {
    "a declaration": ("struct piece;\nint size(int);", "struct piece {};\nint size(int) {\n  return 1;\n}"),
    "overloads": ("int size(int a) { return a; }", "int size(long a) { return 1; }"),
    "overloads of a template": (
        "template <class T>\nint size(T a) { return 1; }",
        "template <class T, class U>\nint size(T a) { return 1; }",
    ),
    "a specialisation": ("template <class T>\nstruct box {};", "template <>\nstruct box<int> {};"),
    "a default that is a brace": ("int size(view v = {});", "int size(view v) {\n  return 1;\n}"),
    "members of two classes": ("struct one {\n  struct part {};\n};", "struct two {\n  struct part {};\n};"),
    "anonymous namespaces": ("namespace {\nstruct part {};\n}", "namespace {\nstruct part {};\n}"),
    "static functions": ("static int size() { return 1; }", "static int size() { return 2; }"),
    "values": ("const table rows = {{1}, {2}};", "int count{3};"),
}


@pytest.mark.parametrize("one,other", ONCE.values(), ids=ONCE)
def test_what_is_each_file_s_own_passes(tmp_path, one, other):
    files = {"net/a.cpp": inside(one), "net/b.cpp": inside(other)}
    assert check(tmp_path, files) == (0, "every name is defined once\n")


def test_other_namespaces_and_tests_have_names_of_their_own(tmp_path):
    files = {
        "net/a.hpp": inside("struct piece {};"),
        "net/client/a.hpp": inside("struct piece {};", "hadal::net::client"),
        "tests/net/a_test.cpp": inside("struct piece {};"),
    }
    assert check(tmp_path, files) == (0, "every name is defined once\n")


def test_a_file_that_cannot_be_read_to_its_end_does_not_pass(tmp_path):
    code, said = check(tmp_path, {"net/a.cpp": "namespace a {\nint x() {\n"})
    assert code == 1
    assert "net/a.cpp: a brace is not closed" in said
