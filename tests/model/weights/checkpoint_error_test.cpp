#include "model/weights/checkpoint.hpp"

#include "tests/model/weights/checkpoint_writer.hpp"
#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::model;
using test::bytes_of;
using test::safetensors_bytes;

namespace {

constexpr const char* index_name = "model.safetensors.index.json";

error open_failure(const std::filesystem::path& folder) {
  const auto opened = checkpoint::open(folder);
  if (opened)
    FAIL("opened");
  return opened.error();
}

std::string one_float_file() {
  return safetensors_bytes({{"a", "F32", {1}, bytes_of<float>({1})}});
}

} // namespace

TEST_CASE("a directory without weights says what was looked for") {
  const test::temporary_folder folder("none");
  test::write_file(folder.path() / "pytorch_model.bin", "pickle");
  const error e = open_failure(folder.path());
  CHECK(e.code == error_code::invalid_checkpoint);
  CHECK(e.param == folder.path().string());
  CHECK(e.message.find(index_name) != std::string::npos);
  CHECK(e.message.find("pickled .bin files, are never loaded") != std::string::npos);
}

TEST_CASE("a missing shard is named with the index and a tensor that is in it") {
  const test::temporary_folder folder("missing");
  test::write_file(folder.path() / "s1.safetensors", one_float_file());
  test::write_index(folder.path(), {{"a", "s1.safetensors"}, {"b", "s2.safetensors"}});
  const error e = open_failure(folder.path());
  CHECK(e.code == error_code::io_error);
  CHECK(e.param == (folder.path() / "s2.safetensors").string());
  CHECK(e.message ==
        (folder.path() / index_name).string() +
            ": shard s2.safetensors is missing (weight_map places tensor \"b\" in it)");
}

TEST_CASE("a dangling symlink is an error with the shard's path") {
  const test::temporary_folder folder("dangling");
  std::filesystem::create_symlink("nowhere", folder.path() / "s.safetensors");
  test::write_index(folder.path(), {{"a", "s.safetensors"}});
  const error e = open_failure(folder.path());
  CHECK(e.code == error_code::io_error);
  CHECK(e.param == (folder.path() / "s.safetensors").string());
}

TEST_CASE("a truncated shard is an error even if nobody asks for its tensors") {
  const test::temporary_folder folder("cut");
  const std::string whole = one_float_file();
  test::write_file(folder.path() / "s.safetensors", whole.substr(0, whole.size() - 1));
  test::write_index(folder.path(), {{"a", "s.safetensors"}});
  const error e = open_failure(folder.path());
  CHECK(e.code == error_code::invalid_checkpoint);
  CHECK(e.message.find((folder.path() / "s.safetensors").string()) == 0);
  CHECK(e.message.find("truncated") != std::string::npos);
}

TEST_CASE("a weight_map cannot lead out of the directory") {
  const test::temporary_folder folder("traversal");
  std::filesystem::create_directories(folder.path() / "inner");
  test::write_file(folder.path() / "x.safetensors", one_float_file());
  for (const std::string file :
       {"../x.safetensors", "..", ".", "", "/etc/passwd", "a/../../x.safetensors",
        "sub/x.safetensors", "..\\\\x.safetensors", "x.safetensors\\u0000y"}) {
    test::write_index(folder.path() / "inner", {{"a", file}});
    const error e = open_failure(folder.path() / "inner");
    INFO(file << " " << e.message);
    CHECK(e.code == error_code::invalid_checkpoint);
    CHECK(e.param == "a");
    CHECK(e.message.find("beside the index") != std::string::npos);
  }
}

TEST_CASE("a bad index is refused with its path") {
  const test::temporary_folder folder("index");
  test::write_file(folder.path() / "x.safetensors", one_float_file());
  const auto index = folder.path() / index_name;
  const std::pair<const char*, const char*> cases[] = {
      {"", "is not a JSON object"},
      {"[]", "is not a JSON object"},
      {"{", "is not a JSON object"},
      {"{}", "has no object \"weight_map\""},
      {R"({"weight_map": []})", "has no object \"weight_map\""},
      {R"({"weight_map": {}})", "weight_map is empty"},
      {R"({"weight_map": {"a": 3}})", "names no file for tensor \"a\""},
      {R"({"weight_map": {"a": "x.safetensors", "a": "x.safetensors"}})", "tensor \"a\" twice"},
  };
  for (const auto& [text, says] : cases) {
    test::write_file(index, text);
    const error e = open_failure(folder.path());
    INFO(e.message);
    CHECK(e.code == error_code::invalid_checkpoint);
    CHECK(e.message.find(index.string() + ": ") == 0);
    CHECK(e.message.find(says) != std::string::npos);
  }
}

TEST_CASE("an index cut or changed at any byte opens or fails, never crashes") {
  const test::temporary_folder folder("index_fuzz");
  test::write_file(folder.path() / "x.safetensors", one_float_file());
  test::write_index(folder.path(), {{"a", "x.safetensors"}});
  const auto index = folder.path() / index_name;
  std::ifstream in(index, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  in.close();
  REQUIRE(checkpoint::open(folder.path()).has_value());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    test::write_file(index, whole.substr(0, i));
    CHECK(open_failure(folder.path()).code == error_code::invalid_checkpoint);
    for (const char byte : {'\0', '"', '{', '}', ',', '/', '9', '\xff'}) {
      std::string changed = whole;
      changed[i] = byte;
      test::write_file(index, changed);
      const auto opened = checkpoint::open(folder.path());
      CHECK((opened.has_value() || !opened.error().message.empty()));
    }
  }
}

TEST_CASE("a missing tensor is named with file and expected shape") {
  const test::temporary_folder folder("absent");
  test::write_file(folder.path() / "model.safetensors", one_float_file());
  const auto opened = *checkpoint::open(folder.path());
  const auto tensor = opened->tensor("model.norm.weight", {64});
  REQUIRE_FALSE(tensor.has_value());
  CHECK(tensor.error().code == error_code::invalid_checkpoint);
  CHECK(tensor.error().param == "model.norm.weight");
  CHECK(tensor.error().message == (folder.path() / "model.safetensors").string() +
                                      ": tensor \"model.norm.weight\" [64] is missing");
}

TEST_CASE("a mis-shaped tensor is named with file, expected and found") {
  const test::temporary_folder folder("shape");
  test::write_file(folder.path() / "model.safetensors",
                   safetensors_bytes({{"w", "F32", {2, 1}, bytes_of<float>({1, 2})}}));
  const auto opened = *checkpoint::open(folder.path());
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{1, 2}, {2}, {2, 1, 1}, {}}) {
    const auto tensor = opened->tensor("w", shape);
    REQUIRE_FALSE(tensor.has_value());
    CHECK(tensor.error().code == error_code::invalid_checkpoint);
    CHECK(tensor.error().param == "w");
    CHECK(tensor.error().message == (folder.path() / "model.safetensors").string() +
                                        ": tensor \"w\" has shape [2, 1], expected " +
                                        shape_text(shape));
  }
}

TEST_CASE("a file that shrinks after it was opened is an error, not a bus error") {
  const test::temporary_folder folder("shrink");
  const auto file = folder.path() / "model.safetensors";
  test::write_file(file, one_float_file());
  const auto opened = *checkpoint::open(folder.path());
  REQUIRE(opened->tensor("a", {1}).has_value());
  std::filesystem::resize_file(file, 20);
  const auto tensor = opened->tensor("a", {1});
  REQUIRE_FALSE(tensor.has_value());
  CHECK(tensor.error().code == error_code::io_error);
  CHECK(tensor.error().message.find("has become shorter") != std::string::npos);
}

TEST_CASE("a checkpoint whose embedding is missing or no float has no stored dtype") {
  const test::temporary_folder folder("stored_error");
  const auto file = folder.path() / "model.safetensors";
  test::write_file(file, one_float_file());
  CHECK(stored_dtype(**checkpoint::open(folder.path())).error().param ==
        "model.embed_tokens.weight");
  test::write_file(file, safetensors_bytes({{"model.embed_tokens.weight", "I8", {1, 1}, "x"}}));
  const auto dtype = stored_dtype(**checkpoint::open(folder.path()));
  REQUIRE_FALSE(dtype.has_value());
  CHECK(dtype.error().message.find("is I8, expected F32, BF16 or F16") != std::string::npos);
}
