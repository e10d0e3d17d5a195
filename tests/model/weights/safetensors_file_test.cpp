#include "model/weights/safetensors_file.hpp"

#include "tests/model/weights/checkpoint_writer.hpp"
#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::model;
using test::bytes_of;
using test::safetensors_bytes;

namespace {

std::span<const std::byte> as_bytes(const std::string& text) {
  return std::as_bytes(std::span<const char>(text));
}

} // namespace

TEST_CASE("a file's tensors are found with dtype, shape and bytes") {
  const test::temporary_folder folder("safetensors");
  const auto file = folder.path() / "model.safetensors";
  test::write_file(file,
                   safetensors_bytes({{"a", "F32", {2, 3}, bytes_of<float>({1, 2, 3, 4, 5, 6})},
                                      {"scalar", "BF16", {}, std::string("\x80\x3f", 2)},
                                      {"empty", "F16", {0, 7}, ""},
                                      {"b", "F8_E4M3", {3}, "\x38\x39\x3a"}}));
  const auto opened = safetensors_file::open(file);
  REQUIRE(opened.has_value());
  CHECK(opened->tensors().size() == 4);
  CHECK(opened->path() == file);

  const raw_tensor* a = opened->find("a");
  REQUIRE(a != nullptr);
  CHECK(a->dtype == tensor_dtype::f32);
  CHECK(a->shape == std::vector<std::int64_t>{2, 3});
  std::vector<float> values(6);
  std::memcpy(values.data(), a->bytes.data(), a->bytes.size());
  CHECK(values == std::vector<float>{1, 2, 3, 4, 5, 6});

  REQUIRE(opened->find("scalar") != nullptr);
  CHECK(opened->find("scalar")->shape.empty());
  CHECK(opened->find("scalar")->bytes.size() == 2);
  REQUIRE(opened->find("empty") != nullptr);
  CHECK(opened->find("empty")->bytes.empty());
  REQUIRE(opened->find("b") != nullptr);
  CHECK(opened->find("b")->dtype == tensor_dtype::f8_e4m3);
  CHECK(opened->find("absent") == nullptr);
  CHECK(opened->find("__metadata__") == nullptr);
}

TEST_CASE("data at odd addresses is read as it is") {
  for (std::size_t padding = 0; padding < 8; ++padding) {
    const std::string file = safetensors_bytes(
        {{"odd", "U8", {1}, "\x07"}, {"x", "F32", {2}, bytes_of<float>({3, 4})}}, padding);
    const auto tensors = parse_safetensors(as_bytes(file), "f");
    REQUIRE(tensors.has_value());
    std::vector<float> values(2);
    std::memcpy(values.data(), tensors->at("x").bytes.data(), 8);
    CHECK(values == std::vector<float>{3, 4});
  }
}

TEST_CASE("tensors may be described in another order than they lie") {
  const std::string file =
      test::with_header(R"({"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},)"
                        R"("a":{"data_offsets":[0,1],"dtype":"U8","shape":[1],"more":null}})",
                        "xyz");
  const auto tensors = parse_safetensors(as_bytes(file), "f");
  REQUIRE(tensors.has_value());
  CHECK(tensors->at("a").bytes[0] == std::byte{'x'});
  CHECK(tensors->at("b").bytes[1] == std::byte{'z'});
}

TEST_CASE("a file without tensors is a valid file") {
  const auto tensors = parse_safetensors(as_bytes(test::with_header("{}", "")), "f");
  REQUIRE(tensors.has_value());
  CHECK(tensors->empty());
}

TEST_CASE("every dtype of the format has a name and a size") {
  const std::pair<const char*, std::size_t> sizes[] = {
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"F8_E8M0", 1},
      {"I16", 2},  {"U16", 2}, {"F16", 2}, {"BF16", 2},    {"I32", 4},     {"U32", 4},
      {"F32", 4},  {"F64", 8}, {"I64", 8}, {"U64", 8},     {"C64", 8}};
  for (const auto& [name, size] : sizes) {
    const auto dtype = parse_tensor_dtype(name);
    REQUIRE(dtype.has_value());
    CHECK(to_string(*dtype) == name);
    CHECK(element_bytes(*dtype) == size);
  }
  CHECK_FALSE(parse_tensor_dtype("F4").has_value());
  CHECK_FALSE(parse_tensor_dtype("f32").has_value());
}
