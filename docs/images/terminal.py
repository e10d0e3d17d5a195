#!/usr/bin/env python3
"""Draws docs/images/terminal.svg: a real session of `hadal chat`, in a terminal of its own, with what the program wrote.

    docs/images/terminal.py --program build/cpu-release/hadal
"""

import argparse
import html
import os
import pathlib
import pty
import re
import select
import signal
import textwrap
import time

FLAGS = ["chat", "--thinking", "--temperature", "0"]
QUESTIONS = ["What is 17 + 25?", "Who are you?"]
COLUMNS, LINE_HEIGHT, CHARACTER_WIDTH, MARGIN = 92, 20, 8.43, 18
DIM_BEGIN, DIM_END = "\x1b[2m", "\x1b[0m"
STYLE = """
    rect { fill: #161b22; stroke: #3d444d; }
    text { font: 14px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #f0f6fc; white-space: pre; }
    .dim { fill: #9198a1; }
    .typed { fill: #7ee787; }
"""


def read_until_prompt(terminal, seconds=60):
    """What the program writes up to its next prompt."""
    text, end = "", time.monotonic() + seconds
    while not re.search(r"(?:^|\n)> $", text):
        if time.monotonic() > end:
            raise SystemExit(f"no prompt within {seconds} s; so far: {text!r}")
        if select.select([terminal], [], [], 0.1)[0]:
            text += os.read(terminal, 65536).decode().replace("\r", "")
    return text


def session(program):
    """The whole dialogue as the terminal shows it, without the last, empty prompt."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(program, [program, *FLAGS])
    text = read_until_prompt(terminal)
    for question in QUESTIONS:
        os.write(terminal, f"{question}\r".encode())
        text += read_until_prompt(terminal)
    os.kill(child, signal.SIGTERM)
    os.waitpid(child, 0)
    return text.removesuffix("> ").rstrip("\n")


def lines(text):
    """(class, text) of every line, wrapped as the terminal would."""
    yield "typed", f"$ build/cpu-release/hadal {' '.join(FLAGS)}"
    style = "plain"
    for line in text.split("\n"):
        style = "dim" if DIM_BEGIN in line else style
        bare = line.replace(DIM_BEGIN, "").replace(DIM_END, "")
        for part in textwrap.wrap(bare, COLUMNS) or [""]:
            yield "typed" if bare.startswith("> ") else style, part
        style = "plain" if DIM_END in line else style


def picture(found):
    height, width = 2 * MARGIN + LINE_HEIGHT * len(found) - 4, round(2 * MARGIN + COLUMNS * CHARACTER_WIDTH)
    drawn = "".join(
        f'  <text class="{style}" x="{MARGIN}" y="{MARGIN + 12 + LINE_HEIGHT * i}">{html.escape(line)}</text>\n'
        for i, (style, line) in enumerate(found)
        if line
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="A session of hadal chat">\n'
        f'  <style>{STYLE}  </style>\n'
        f'  <rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>\n{drawn}</svg>\n'
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/cpu-release/hadal")
    given = parser.parse_args()
    found = list(lines(session(os.path.abspath(given.program))))
    pathlib.Path(__file__).with_name("terminal.svg").write_text(picture(found), encoding="utf-8")


if __name__ == "__main__":
    main()
