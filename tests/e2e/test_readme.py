"""The answer in README.md is the answer to its command."""

import json
import re
import shlex

import pytest

from hadal_server import CHAT, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
# Of one answer alone.
OWN = ("id", "created")


@pytest.fixture(scope="module")
def server(start):
    return start()


def shown_commands():
    """(body, answer) of every curl that stands in front of a block of JSON."""
    blocks = re.findall(r"^    (curl .*?)\n\n```json\n(.*?)\n```$", README, re.MULTILINE | re.DOTALL)
    for command, answer in blocks:
        words = shlex.split(command)
        assert words[1].endswith(CHAT)
        yield words[words.index("-d") + 1], answer


def test_the_command_gets_the_answer_that_stands_below_it(server):
    shown = list(shown_commands())
    assert len(shown) == 1
    for body, answer in shown:
        reply = server.client.post(CHAT, content=body, headers={"Content-Type": "application/json"})
        assert reply.status_code == 200
        found, expected = reply.json(), json.loads(answer)
        assert list(found) == list(expected)
        assert found | dict.fromkeys(OWN) == expected | dict.fromkeys(OWN)
