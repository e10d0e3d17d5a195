"""The server conforms to its /openapi.json: schemathesis makes valid and invalid requests from the document
and checks every answer against it."""

import re
import subprocess
import sys

# Left out: the server may refuse requests that the schema allows, by rules that JSON Schema cannot
# express (fields that must agree with each other, ids that depend on the model, the context's length).
CHECKS_LEFT_OUT = "positive_data_acceptance"
EXAMPLES_MAX = 8  # per operation
SECONDS_MAX = 300


def test_answers_are_what_the_document_says(null_server, tmp_path):
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{null_server.url}/openapi.json"]
    command += ["--exclude-checks", CHECKS_LEFT_OUT, "--phases", "examples,coverage,fuzzing"]
    command += ["--max-examples", str(EXAMPLES_MAX), "--seed", "1", "--request-timeout", "30"]
    command += ["--continue-on-failure", "--generation-database", "none", "--no-color"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=SECONDS_MAX,
    )
    said = done.stdout.decode(errors="replace")
    assert done.returncode == 0, said[-8000:]
    cases = re.search(r"(\d[\d,]*) generated", said)
    assert cases and int(cases[1].replace(",", "")) > 200, said[-2000:]
    assert null_server.process.poll() is None
