"""`cmake --install` installs the default model where the installed program finds it."""

import subprocess

import pytest

import hadal_server
from conftest import DEFAULT_MODEL


@pytest.fixture
def installed(tmp_path, monkeypatch):
    build = hadal_server.PROGRAM.parent
    command = ["cmake", "--install", str(build), "--prefix", str(tmp_path / "usr")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    monkeypatch.setattr(hadal_server, "PROGRAM", tmp_path / "usr/bin/hadal")
    return tmp_path / "usr"


def test_the_installed_program_serves_the_installed_default_model(installed, tmp_path):
    model = installed / "share/hadal/default"
    assert {f.name for f in model.iterdir()} == {f.name for f in DEFAULT_MODEL.iterdir()}
    server = hadal_server.Server(["--device", "null"], tmp_path / "log")
    try:
        server.await_ready()
        root = server.client.get("/v1/models").json()["data"][0]["root"]
        assert root == str(model)
        answer = server.complete(prompt="Hello", max_tokens=2, ignore_eos=True)
        assert answer["usage"]["completion_tokens"] == 2
        assert server.stop() == 0
    finally:
        server.kill()
