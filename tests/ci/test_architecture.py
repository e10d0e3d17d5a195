"""Every line of the table of constants in docs/ARCHITECTURE.md has the value of its source."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/ARCHITECTURE.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| ([\d,]+)( [KM]iB)? \| .* \| `([\w/.]+)` \|$", PAGE, re.MULTILINE)
UNITS = {"": 1, " KiB": 1024, " MiB": 1024 * 1024}


def value_in(source, name):
    """The constant's value: a product of whole numbers, as C++ writes them."""
    found = re.search(rf"constexpr [\w:<> ]+ {name}\s*(?:= *|\{{)([^;}}]+)\}}?;", source)
    assert found, f"no constant {name}"
    product = 1
    for factor in found.group(1).split("*"):
        product *= int(re.fullmatch(r"([\d']+)u?", factor.strip()).group(1).replace("'", ""))
    return product


def test_the_table_has_its_rows():
    table = PAGE[PAGE.index("| constant | value |") :].split("\n\n")[0]
    assert len(ROWS) == len(table.splitlines()) - 2 > 20


@pytest.mark.parametrize("name, number, unit, path", ROWS, ids=[row[0] for row in ROWS])
def test_a_constant_has_the_value_that_the_page_names(name, number, unit, path):
    source = (ROOT / path).read_text(encoding="utf-8")
    assert value_in(source, name) == int(number.replace(",", "")) * UNITS[unit]


@pytest.mark.parametrize("text, value", [("= 16'000'000;", 16_000_000), ("= 64 * 1024;", 65_536), ("{1000};", 1000)])
def test_values_are_read_as_cpp_writes_them(text, value):
    assert value_in(f"static constexpr std::uint64_t some_max {text}".replace(" {", "{"), "some_max") == value
