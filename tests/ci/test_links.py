"""Every link and picture of the tree's pages leads to a file that is there, and to a heading that it has."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = {".git", ".cache", "build"}
LINK = re.compile(r"\]\(([^)\s]+)\)")
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in ROOT.rglob("*.md")
    if not SKIPPED & set(path.relative_to(ROOT).parts)
)


def anchors(text):
    """The anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page, root=ROOT):
    found = []
    for link in LINK.findall((root / page).read_text(encoding="utf-8")):
        target, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = (root / page).parent / target if target else root / page
        if not file.exists() or (anchor and anchor not in anchors(file.read_text(encoding="utf-8"))):
            found.append(link)
    return found


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_no_broken_link(page):
    assert broken_links(page) == []


def test_a_broken_link_is_found(tmp_path):
    (tmp_path / "there.md").write_text("# One heading, at least\n")
    links = "[a](there.md) [b](gone.md) [c](there.md#one-heading-at-least) [d](there.md#no-heading) [e](https://example.com/x)"
    (tmp_path / "page.md").write_text(links)
    assert broken_links("page.md", tmp_path) == ["gone.md", "there.md#no-heading"]
