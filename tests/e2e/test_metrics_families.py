"""/metrics has every family that docs/API.md names from its first answer on, 0 for every label that is known, and
no other family."""

import re

from hadal_server import ROOT

PAGE = (ROOT / "docs/API.md").read_text()
SECTION = PAGE[PAGE.index("\n## GET /metrics") : PAGE.index("\n## Errors")]


def documented_labels():
    """{family: {label value}} of the families whose row lists its values."""
    rows = re.findall(r"^\| `(hadal_\w+)\{(?:actor|finish_reason)\}` \| (.*) \|$", SECTION, re.MULTILINE)
    return {family: set(re.findall(r"`(\w+)`", words)) for family, words in rows}


def test_the_first_answer_has_every_documented_family_and_label(start, text_model):
    server = start("--device", "null", "--model-path", text_model)
    text = server.client.get("/metrics").text
    families = set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))
    assert families == set(re.findall(r"`(hadal_\w+)", SECTION))
    samples = server.metrics()
    for family in families:
        assert [name for name in samples if name.startswith(family)], family
    labels = documented_labels()
    assert set(labels) == {"hadal_requests_total", "hadal_mailbox_depth", "hadal_actor_restarts_total"}
    for family, values in labels.items():
        found = {name: value for name, value in samples.items() if name.startswith(family + "{")}
        assert {re.search(r'"(\w+)"', name)[1] for name in found} == values, family
        if family != "hadal_mailbox_depth":
            assert set(found.values()) == {0.0}, found
    assert samples['hadal_http_requests_total{path="/v1/chat/completions",status="200"}'] == 0


def test_use_adds_no_label_that_was_not_known(null_server):
    before = {name for name in null_server.metrics() if "hadal_http" not in name}
    null_server.complete(prompt=[5, 6], max_tokens=3, ignore_eos=True)
    null_server.client.post("/v1/completions", json={"prompt": [5], "max_tokens": 2, "stream": True})
    assert {name for name in null_server.metrics() if "hadal_http" not in name} == before
