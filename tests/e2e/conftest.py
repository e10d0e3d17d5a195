"""Servers for the end-to-end tests: the real program over models that the repository carries."""

import itertools
import json
import os
import pathlib
import shutil

import pytest

import hadal_server
from hadal_server import HF_FIXTURES, ROOT, Server

DEFAULT_MODEL = pathlib.Path(os.environ.get("HADAL_DEFAULT_MODEL", ROOT / "model/default"))
TOKENIZER = ROOT / "tests/fixtures/tokenizer/v3"


def pytest_sessionstart():
    if not hadal_server.PROGRAM.is_file():
        pytest.exit(f"there is no program at {hadal_server.PROGRAM}: set HADAL_PROGRAM", 2)


@pytest.fixture(scope="session")
def text_model(tmp_path_factory):
    """A folder with a small V3 configuration and a tokenizer with every token a chat needs."""
    folder = tmp_path_factory.mktemp("models") / "small-text"
    shutil.copytree(TOKENIZER, folder)
    config = json.loads((HF_FIXTURES / "v3-yarn/config.json").read_text())
    config |= {"vocab_size": 512, "max_position_embeddings": 4096, "eos_token_id": 1}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """start(*arguments, **environment) returns a server that is ready. Servers that still run at the end of the module
    are stopped and must exit with code 0."""
    servers = []
    logs = tmp_path_factory.mktemp("logs")
    number = itertools.count()

    def start_one(*arguments, **environment):
        server = Server(arguments, logs / f"{next(number)}.log", **environment)
        servers.append(server)
        return server.await_ready()

    yield start_one
    codes = {}
    try:
        for server in servers:
            if server.process.poll() is None:
                codes[" ".join(server.arguments)] = server.stop()
    finally:
        for server in servers:
            server.kill()
    assert all(code == 0 for code in codes.values()), codes


@pytest.fixture(scope="module", params=["null", "default"])
def text_server(request, start, text_model):
    """A server that takes text: pseudo-random tokens without a model, and the default model."""
    if request.param == "null":
        return start("--device", "null", "--model-path", text_model)
    return start("--model-path", DEFAULT_MODEL, "--served-model-name", "hadal-default")


@pytest.fixture(scope="module")
def null_server(start, text_model):
    """A server without a model, for tests of everything else."""
    return start("--device", "null", "--model-path", text_model)


@pytest.fixture
def still_serves(null_server):
    """After the test the server must still answer."""
    yield
    answer = null_server.complete(prompt=[5, 6, 7], max_tokens=3, ignore_eos=True)
    assert answer["usage"]["completion_tokens"] == 3
    assert null_server.process.poll() is None
