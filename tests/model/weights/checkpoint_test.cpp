#include "model/weights/checkpoint.hpp"

#include "tests/model/weights/checkpoint_writer.hpp"
#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::model;
using test::bytes_of;
using test::safetensors_bytes;

namespace {

std::vector<float> floats_of(const tensor_ref& tensor) {
  std::vector<float> values(tensor.bytes.size() / sizeof(float));
  std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

} // namespace

TEST_CASE("a single file is a checkpoint") {
  const test::temporary_folder folder("single");
  test::write_file(folder.path() / "model.safetensors",
                   safetensors_bytes({{"w", "F32", {1, 2}, bytes_of<float>({5, 6})},
                                      {"rotary_emb.inv_freq", "F64", {1}, "abcdefgh"}}));
  const auto opened = checkpoint::open(folder.path());
  REQUIRE(opened.has_value());
  const auto& source = **opened;
  CHECK(source.shard_count() == 1);
  CHECK(source.origin() == (folder.path() / "model.safetensors").string());
  CHECK(source.has("w"));
  CHECK_FALSE(source.has("v"));
  const auto tensor = source.tensor("w", {1, 2});
  REQUIRE(tensor.has_value());
  CHECK(floats_of(*tensor) == std::vector<float>{5, 6});
  CHECK(tensor->name == "w");
  CHECK(tensor->file == (folder.path() / "model.safetensors").string());
  CHECK(source.names() == std::vector<std::string>{"rotary_emb.inv_freq", "w"});
}

TEST_CASE("an index spreads tensors over shards of any name") {
  const test::temporary_folder folder("sharded");
  test::write_file(folder.path() / "model-00001-of-000002.safetensors",
                   safetensors_bytes({{"a", "F32", {1}, bytes_of<float>({1})}}));
  test::write_file(folder.path() / "rest.st",
                   safetensors_bytes({{"b", "F32", {1}, bytes_of<float>({2})},
                                      {"unlisted", "F32", {1}, bytes_of<float>({3})}}));
  test::write_index(folder.path(), {{"a", "model-00001-of-000002.safetensors"}, {"b", "rest.st"}});
  const auto opened = checkpoint::open(folder.path());
  REQUIRE(opened.has_value());
  const auto& source = **opened;
  CHECK(source.shard_count() == 2);
  CHECK(floats_of(*source.tensor("a", {1})) == std::vector<float>{1});
  CHECK(floats_of(*source.tensor("b", {1})) == std::vector<float>{2});
  CHECK_FALSE(source.has("unlisted"));
  CHECK(source.file_bytes() ==
        std::filesystem::file_size(folder.path() / "rest.st") +
            std::filesystem::file_size(folder.path() / "model-00001-of-000002.safetensors"));
}

TEST_CASE("the index wins over a single file beside it") {
  const test::temporary_folder folder("both");
  test::write_file(folder.path() / "model.safetensors",
                   safetensors_bytes({{"a", "F32", {1}, bytes_of<float>({1})}}));
  test::write_file(folder.path() / "shard.safetensors",
                   safetensors_bytes({{"a", "F32", {1}, bytes_of<float>({2})}}));
  test::write_index(folder.path(), {{"a", "shard.safetensors"}});
  CHECK(floats_of(*(*checkpoint::open(folder.path()))->tensor("a", {1})) == std::vector<float>{2});
}

TEST_CASE("symlinked files are followed, as in the hub's cache") {
  const test::temporary_folder folder("links");
  const auto blobs = folder.path() / "blobs";
  const auto snapshot = folder.path() / "snapshots" / "abc";
  std::filesystem::create_directories(blobs);
  std::filesystem::create_directories(snapshot);
  test::write_file(blobs / "123", safetensors_bytes({{"a", "F32", {1}, bytes_of<float>({1})}}));
  std::filesystem::create_symlink("../../blobs/123", snapshot / "shard.safetensors");
  test::write_index(blobs, {{"a", "shard.safetensors"}});
  std::filesystem::create_symlink("../../blobs/model.safetensors.index.json",
                                  snapshot / "model.safetensors.index.json");
  const auto opened = checkpoint::open(snapshot);
  REQUIRE(opened.has_value());
  CHECK((*opened)->has("a"));
}

TEST_CASE("a tensor outlives the checkpoint object it came from") {
  const test::temporary_folder folder("owner");
  test::write_file(folder.path() / "model.safetensors",
                   safetensors_bytes({{"w", "F32", {2}, bytes_of<float>({5, 6})}}));
  tensor_ref kept;
  {
    const auto opened = checkpoint::open(folder.path());
    REQUIRE(opened.has_value());
    kept = *(*opened)->tensor("w", {2});
  }
  CHECK(floats_of(kept) == std::vector<float>{5, 6});
}

TEST_CASE("tensors that an index lists but the shard lacks matter only when asked for") {
  const test::temporary_folder folder("listed");
  test::write_file(folder.path() / "s.safetensors",
                   safetensors_bytes({{"a", "F32", {1}, bytes_of<float>({1})}}));
  test::write_index(folder.path(), {{"a", "s.safetensors"}, {"b", "s.safetensors"}});
  const auto opened = checkpoint::open(folder.path());
  REQUIRE(opened.has_value());
  CHECK((*opened)->tensor("a", {1}).has_value());
  CHECK_FALSE((*opened)->has("b"));
  const auto b = (*opened)->tensor("b", {1});
  REQUIRE_FALSE(b.has_value());
  CHECK(b.error().code == error_code::invalid_checkpoint);
  CHECK(b.error().param == "b");
  CHECK(b.error().message.find((folder.path() / "s.safetensors").string()) == 0);
  CHECK(b.error().message.find("model.safetensors.index.json places it here") != std::string::npos);
}

TEST_CASE("the stored dtype is that of the embedding") {
  const std::pair<const char*, compute_dtype> cases[] = {{"F32", compute_dtype::float32},
                                                         {"BF16", compute_dtype::bfloat16},
                                                         {"F16", compute_dtype::float16}};
  for (const auto& [name, dtype] : cases) {
    const test::temporary_folder folder("stored");
    const std::string bytes(std::string(name) == "F32" ? 4 : 2, '\0');
    test::write_file(folder.path() / "model.safetensors",
                     safetensors_bytes({{"model.embed_tokens.weight", name, {1, 1}, bytes}}));
    CHECK(stored_dtype(**checkpoint::open(folder.path())) == dtype);
  }
}

TEST_CASE("prefetching any name is harmless") {
  const test::temporary_folder folder("prefetch");
  test::write_file(
      folder.path() / "model.safetensors",
      safetensors_bytes({{"w", "F32", {2}, bytes_of<float>({5, 6})}, {"e", "F32", {0}, ""}}));
  const auto opened = *checkpoint::open(folder.path());
  for (const char* name : {"w", "e", "absent"})
    opened->prefetch(name);
  CHECK(floats_of(*opened->tensor("w", {2})) == std::vector<float>{5, 6});
}
