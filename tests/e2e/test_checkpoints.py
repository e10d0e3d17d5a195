"""Broken checkpoints and command lines make the start fail, with an exit code and the name of the culprit."""

import json
import shutil
import struct

import pytest

from hadal_server import HF_FIXTURES, ROOT, run_program


@pytest.fixture
def checkpoint(tmp_path):
    """checkpoint(name): a copy of a fixture that may be broken."""

    def copy(name):
        return shutil.copytree(HF_FIXTURES / name, tmp_path / name)

    return copy


def serve(folder, *more):
    return run_program("serve", "--port", 0, "--model-path", folder, "--skip-tokenizer-init", *more)


def fails_naming(folder, *culprits, arguments=()):
    code, said = serve(folder, *arguments)
    assert code == 1, said
    for culprit in culprits:
        assert culprit in said, said
    assert "is ready" not in said


def rewrite_header(path, change):
    """Replaces a safetensors header by the result of `change` and keeps the data."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    change(header)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + content[8 + length :])


def rewrite_config(folder, **fields):
    path = folder / "config.json"
    config = {**json.loads(path.read_text()), **fields}
    path.write_text(json.dumps({k: v for k, v in config.items() if v is not ...}))


NORM = "model.layers.1.input_layernorm.weight"
WEIGHTS = "model.safetensors"


@pytest.mark.parametrize("kept", [0, 7, 8, 100, -1, -1000])
def test_a_truncated_file_is_named(checkpoint, kept):
    folder = checkpoint("v3-yarn")
    path = folder / WEIGHTS
    path.write_bytes(path.read_bytes()[:kept])
    fails_naming(folder, WEIGHTS)


@pytest.mark.parametrize("length", [0, 1, 1 << 20, (1 << 63) - 1, (1 << 64) - 1], ids=hex)
def test_a_header_that_lies_about_its_length_is_named(checkpoint, length):
    folder = checkpoint("v3-yarn")
    path = folder / WEIGHTS
    path.write_bytes(struct.pack("<Q", length) + path.read_bytes()[8:])
    fails_naming(folder, WEIGHTS)


def test_a_header_that_is_not_json_is_named(checkpoint):
    folder = checkpoint("v3-yarn")
    path = folder / WEIGHTS
    content = bytearray(path.read_bytes())
    content[8:12] = b"!!!!"
    path.write_bytes(content)
    fails_naming(folder, WEIGHTS)


@pytest.mark.parametrize("dtype", ["I64", "BOOL", "F99", 7])
def test_a_wrong_dtype_is_named_with_its_tensor(checkpoint, dtype):
    folder = checkpoint("v3-yarn")
    rewrite_header(folder / WEIGHTS, lambda header: header[NORM].update(dtype=dtype))
    fails_naming(folder, WEIGHTS, NORM)


def test_offsets_beyond_the_file_are_named_with_their_tensor(checkpoint):
    folder = checkpoint("v3-yarn")
    rewrite_header(
        folder / WEIGHTS, lambda header: header[NORM].update(data_offsets=[1 << 40, (1 << 40) + 128])
    )
    fails_naming(folder, WEIGHTS, NORM)


def test_a_missing_tensor_is_named(checkpoint):
    folder = checkpoint("v3-yarn")

    def rename(header):
        header["model.layers.1.unheard_of"] = header.pop(NORM)

    rewrite_header(folder / WEIGHTS, rename)
    fails_naming(folder, NORM)


def test_a_wrong_shape_is_named_with_both_shapes(checkpoint):
    folder = checkpoint("v3-yarn")
    rewrite_header(folder / WEIGHTS, lambda header: header[NORM].update(shape=[8, 8]))
    fails_naming(folder, WEIGHTS, NORM, "64", "8")


@pytest.mark.parametrize("number", [1, 2])
def test_a_missing_shard_is_named(checkpoint, number):
    folder = checkpoint("v2-groups")
    shard = f"model-0000{number}-of-00002.safetensors"
    (folder / shard).unlink()
    fails_naming(folder, shard)


@pytest.mark.parametrize("text", ["", "[]", '{"weight_map": 5}', '{"weight_map": {"a": "../b"}}'])
def test_a_broken_index_is_named(checkpoint, text):
    folder = checkpoint("v2-groups")
    (folder / "model.safetensors.index.json").write_text(text)
    fails_naming(folder, "model.safetensors.index.json")


def test_a_folder_without_weights_is_named(checkpoint):
    folder = checkpoint("v3-yarn")
    (folder / WEIGHTS).unlink()
    fails_naming(folder, str(folder))


@pytest.mark.parametrize("architecture", ["LlamaForCausalLM", "DeepseekV9ForCausalLM"])
def test_an_unknown_architecture_is_named(checkpoint, architecture):
    folder = checkpoint("v3-yarn")
    rewrite_config(folder, architectures=[architecture])
    fails_naming(folder, architecture, "config.json")


@pytest.mark.parametrize(
    "field,value",
    [
        ("hidden_size", 0),
        ("hidden_size", -64),
        ("hidden_size", "64"),
        ("num_hidden_layers", 1 << 40),
        ("kv_lora_rank", ...),
        ("vocab_size", 0),
        ("num_experts_per_tok", 9),
        ("topk_group", 5),
        ("rope_scaling", {"type": "dynamic", "factor": 2}),
        ("qk_rope_head_dim", 7),
    ],
)
def test_a_bad_field_of_the_configuration_is_named(checkpoint, field, value):
    folder = checkpoint("v3-yarn")
    rewrite_config(folder, **{field: value})
    fails_naming(folder, field, "config.json")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000])
def test_a_configuration_that_is_no_json_object_is_named(checkpoint, text):
    folder = checkpoint("v3-yarn")
    (folder / "config.json").write_text(text)
    fails_naming(folder, "config.json")


def test_a_missing_model_folder_is_named(tmp_path):
    fails_naming(tmp_path / "nowhere", "nowhere")


def breaks_tokenizer(text_model, tmp_path, change):
    folder = shutil.copytree(text_model, tmp_path / "broken")
    path = folder / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    change(tokenizer)
    path.write_text(json.dumps(tokenizer))
    return run_program("serve", "--port", 0, "--model-path", folder, "--device", "null")


@pytest.mark.parametrize("pattern", ["(?<broken", "[a-", "a{2,1}", "(?P<x>a)(?P<x>b)", "\\"])
def test_a_tokenizer_with_a_bad_regex_is_named_with_its_place(text_model, tmp_path, pattern):
    def change(tokenizer):
        tokenizer["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = pattern

    code, said = breaks_tokenizer(text_model, tmp_path, change)
    assert code == 1, said
    assert "tokenizer.json: pre_tokenizer.pretokenizers[0].pattern.Regex" in said


@pytest.mark.parametrize(
    "change,culprit",
    [
        (lambda t: t.pop("model"), "model"),
        (lambda t: t["model"].update(type="WordPiece"), "WordPiece"),
        (lambda t: t["model"].update(merges=[["zz", "qq"]]), "zz"),
        (lambda t: t["added_tokens"][0].update(id=1 << 40), "id"),
    ],
    ids=["no model", "another model", "a merge of strangers", "an id that lies"],
)
def test_another_fault_of_the_tokenizer_is_named(text_model, tmp_path, change, culprit):
    code, said = breaks_tokenizer(text_model, tmp_path, change)
    assert code == 1, said
    assert "tokenizer.json" in said
    assert culprit in said


def test_a_missing_tokenizer_is_named(text_model, tmp_path):
    folder = shutil.copytree(text_model, tmp_path / "bare")
    (folder / "tokenizer.json").unlink()
    code, said = run_program("serve", "--port", 0, "--model-path", folder, "--device", "null")
    assert code == 1, said
    assert "tokenizer.json" in said


@pytest.mark.parametrize(
    "arguments,culprits",
    [
        (["serve", "--modle-path", "x"], ["--modle-path", "--model-path"]),
        (["serve", "--max-runing-requests", "3"], ["--max-running-requests"]),
        (["serve", "--port", "abc"], ["--port", "abc"]),
        (["serve", "--port", "65536"], ["--port", "65536"]),
        (["serve", "--port", "-1"], ["--port", "-1"]),
        (["serve", "--port"], ["--port"]),
        (["serve", "--device", "tpu"], ["--device", "tpu"]),
        (["serve", "--dtype", "float23"], ["--dtype", "float23"]),
        (["serve", "--cpu-isa", "vax"], ["--cpu-isa", "vax"]),
        (["serve", "--threads", "0"], ["--threads"]),
        (["serve", "--max-total-tokens", "lots"], ["--max-total-tokens", "lots"]),
        (["serve", "stray"], ["stray"]),
        (["serv"], ["serv", "serve"]),
        (["doctr"], ["doctr", "doctor"]),
    ],
)
def test_a_wrong_command_line_is_exit_code_2_and_named(arguments, culprits):
    code, said = run_program(*arguments)
    assert code == 2, said
    for culprit in culprits:
        assert culprit in said, said


def test_a_port_in_use_is_exit_code_1_and_named(null_server, text_model):
    code, said = run_program(
        "serve", "--port", null_server.port, "--device", "null", "--model-path", text_model
    )
    assert code == 1, said
    assert str(null_server.port) in said


def test_version_and_help_are_exit_code_0():
    for arguments in (["version"], ["--help"], ["serve", "--help"], ["serve", "--help", "limits"]):
        code, said = run_program(*arguments)
        assert code == 0, said
        assert said


@pytest.mark.parametrize("variable,value", [("HADAL_PORT", "abc"), ("HADAL_DEVICE", "tpu")])
def test_a_wrong_environment_twin_is_exit_code_2_and_named(text_model, variable, value):
    code, said = run_program("serve", "--model-path", text_model, **{variable: value})
    assert code == 2, said
    assert variable in said
    assert value in said


def test_variables_of_a_kubernetes_service_are_no_settings_and_warned_of_once(text_model):
    variables = {
        "HADAL_PORT": "tcp://10.96.0.7:30000",
        "HADAL_PORT_30000_TCP": "tcp://10.96.0.7:30000",
        "HADAL_PORT_30000_TCP_ADDR": "10.96.0.7",
        "HADAL_SERVICE_HOST": "10.96.0.7",
        "HADAL_SERVICE_PORT": "30000",
    }
    code, said = run_program("doctor", "--device", "null", "--model-path", text_model, **variables)
    assert code in (0, 1), said  # 1: the default port is taken
    assert "127.0.0.1:30000" in said
    [line] = [line for line in said.splitlines() if "Kubernetes" in line]
    assert line.startswith("WARN")
    assert all(name in line for name in variables)


def test_without_a_model_path_the_default_model_is_served_under_its_name(start):
    server = start("--device", "null", HADAL_DEFAULT_MODEL=str(ROOT / "model/default"))
    listed = server.client.get("/v1/models").json()["data"]
    assert [entry["id"] for entry in listed] == ["hadal-default"]
    assert server.complete(model="hadal-default", prompt="hi", max_tokens=2)["choices"]
