"""The project's own files, found by walking the tree, without files that are built, cached or fetched."""

import os
from collections.abc import Iterator

SKIPPED = {".git", ".cache", "build", "__pycache__", "node_modules"}
CPP = (".hpp", ".cpp", ".cuh", ".cu")


def source_files(root: str, suffixes: tuple[str, ...] | None = None) -> Iterator[str]:
    """Paths relative to the root, with forward slashes, sorted; all files when no suffix is given."""
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED]
        for name in set(files) - SKIPPED:
            path = os.path.relpath(os.path.join(folder, name), root)
            if suffixes is None or name.endswith(suffixes):
                found.append(path.replace(os.sep, "/"))
    return iter(sorted(found))


def read_lines(root: str, path: str) -> list[str]:
    with open(os.path.join(root, path), encoding="utf-8", newline="") as file:
        return file.read().split("\n")
