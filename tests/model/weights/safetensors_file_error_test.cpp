#include "model/weights/safetensors_file.hpp"

#include "tests/model/weights/checkpoint_writer.hpp"
#include "tests/support/catch.hpp"

#include <numeric>
#include <random>

using namespace hadal;
using namespace hadal::model;
using test::bytes_of;
using test::safetensors_bytes;
using test::with_header;

namespace {

/// A heap copy of exactly the file's size, so that AddressSanitizer sees a read past its end.
result<raw_tensor_map> parse(const std::string& file) {
  const std::vector<char> exact(file.begin(), file.end());
  auto tensors =
      parse_safetensors(std::as_bytes(std::span<const char>(exact)), "dir/f.safetensors");
  if (tensors) {
    // Views must lie inside the file: touch every byte while it lives.
    std::uint64_t sum = 0;
    for (const auto& [name, tensor] : *tensors)
      for (const std::byte b : tensor.bytes)
        sum += std::to_integer<std::uint64_t>(b);
    CHECK(sum <= 255u * file.size());
  }
  return tensors;
}

error failure_of(const std::string& file) {
  const auto tensors = parse(file);
  if (tensors)
    FAIL("accepted");
  return tensors.error();
}

std::string one_tensor(const std::string& description, const std::string& data = "abcd") {
  return with_header(R"({"w":)" + description + "}", data);
}

std::string small_file() {
  return safetensors_bytes({{"model.norm.weight", "F32", {2}, bytes_of<float>({1, 2})},
                            {"x", "BF16", {1, 3}, "abcdef"},
                            {"e", "U8", {0}, ""}});
}

} // namespace

TEST_CASE("a bad header is refused with the file's path") {
  struct bad_header {
    std::string file;
    std::string says;
  };
  std::string huge_length = with_header("{}", "");
  huge_length[7] = '\x7f';
  std::string over_limit = with_header("{}", "");
  over_limit[3] = '\x7f';
  std::string longer = with_header("{}", "");
  longer[0] = 3;
  const std::vector<bad_header> cases = {
      {"", "is truncated: 0 bytes"},
      {"1234567", "is truncated: 7 bytes"},
      {huge_length, "at most 100000000"},
      {over_limit, "at most 100000000"},
      {longer, "claims a header of 3 bytes but has only 2"},
      {with_header("", ""), "does not begin with '{'"},
      {with_header("[]", ""), "does not begin with '{'"},
      {with_header(" {}", ""), "does not begin with '{'"},
      {with_header("{", ""), "is not a JSON object"},
      {with_header("{}}", ""), "is not a JSON object"},
      {with_header("{\"a\":\xff}", ""), "is not a JSON object"},
      {with_header(std::string(100'000, '{'), ""), "is not a JSON object"},
      {with_header("{\"a\":" + std::string(100'000, '['), ""), "is not a JSON object"},
      {with_header(R"({"__metadata__":3})", ""), "__metadata__ is not an object"},
      {with_header(R"({"__metadata__":{"a":1}})", ""), "\"a\" is not a string"},
      {with_header(R"({"__metadata__":{},"__metadata__":{}})", ""), "__metadata__ twice"},
      {with_header("{}", "x"), "has 1 bytes of data, but its tensors end at 0"},
  };
  for (const auto& c : cases) {
    const error e = failure_of(c.file);
    INFO(e.message);
    CHECK(e.code == error_code::invalid_checkpoint);
    CHECK(e.param == "dir/f.safetensors");
    CHECK(e.message.find("dir/f.safetensors: ") == 0);
    CHECK(e.message.find(c.says) != std::string::npos);
  }
}

TEST_CASE("a bad tensor is refused with the file's path and its name") {
  const std::pair<std::string, std::string> cases[] = {
      {"3", "not described by an object"},
      {"{}", "must have dtype, shape and data_offsets"},
      {R"({"dtype":"U8","shape":[4]})", "must have dtype, shape and data_offsets"},
      {R"({"dtype":"U8","shape":[4],"data_offsets":[0,4],"shape":[4]})", "once each"},
      {R"({"dtype":8,"shape":[4],"data_offsets":[0,4]})", "dtype that is not a string"},
      {R"({"dtype":"F4","shape":[4],"data_offsets":[0,4]})", "unknown dtype \"F4\""},
      {R"({"dtype":"bf16","shape":[2],"data_offsets":[0,4]})", "unknown dtype \"bf16\""},
      {R"({"dtype":"U8","shape":4,"data_offsets":[0,4]})", "shape that is not an array"},
      {R"({"dtype":"U8","shape":[-4],"data_offsets":[0,4]})", "no integer of at least 0"},
      {R"({"dtype":"U8","shape":[4.0],"data_offsets":[0,4]})", "no integer of at least 0"},
      {R"({"dtype":"U8","shape":["4"],"data_offsets":[0,4]})", "no integer of at least 0"},
      {R"({"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,4]})",
       "no integer of at least 0"},
      {R"({"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]})", "too large"},
      {R"({"dtype":"U8","shape":[4294967296,4294967296,4],"data_offsets":[0,4]})", "too large"},
      {R"({"dtype":"U8","shape":[4],"data_offsets":4})", "no array of two"},
      {R"({"dtype":"U8","shape":[4],"data_offsets":[0]})", "no array of two"},
      {R"({"dtype":"U8","shape":[4],"data_offsets":[0,4,4]})", "no array of two"},
      {R"({"dtype":"U8","shape":[4],"data_offsets":[-1,3]})", "no integers of at least 0"},
      {R"({"dtype":"U8","shape":[4],"data_offsets":["0","4"]})", "no integers of at least 0"},
      {R"({"dtype":"U8","shape":[4],"data_offsets":[4,0]})", "end at 0 before they begin at 4"},
      {R"({"dtype":"U8","shape":[5],"data_offsets":[0,5]})",
       "end at 5, but the file has 4 bytes of data: truncated?"},
      {R"({"dtype":"U8","shape":[4],"data_offsets":[0,18446744073709551615]})", "truncated?"},
      {R"({"dtype":"U8","shape":[3],"data_offsets":[0,4]})",
       "has 4 bytes of data, but U8 [3] takes 3"},
      {R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})",
       "has 4 bytes of data, but F32 [2] takes 8"},
      {R"({"dtype":"U8","shape":[3],"data_offsets":[1,4]})", "begins at data offset 1, expected 0"},
      {R"({"dtype":"U8","shape":[2],"data_offsets":[0,2]},
          "w":{"dtype":"U8","shape":[2],"data_offsets":[2,4]})",
       "is in the header twice"},
      {R"({"dtype":"U8","shape":[4],"data_offsets":[0,4]},
          "a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]})",
       "neither overlap nor leave gaps"},
  };
  for (const auto& [description, says] : cases) {
    const error e = failure_of(one_tensor(description));
    INFO(description << "\n" << e.message);
    CHECK(e.code == error_code::invalid_checkpoint);
    CHECK((e.param == "w" || e.param == "a"));
    CHECK(e.message.find("dir/f.safetensors: tensor \"") == 0);
    CHECK(e.message.find(says) != std::string::npos);
  }
}

TEST_CASE("a file cut at any byte is refused") {
  const std::string whole = small_file();
  REQUIRE(parse(whole).has_value());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const error e = failure_of(whole.substr(0, length));
    CHECK(e.code == error_code::invalid_checkpoint);
  }
  CHECK(failure_of(whole + "x").code == error_code::invalid_checkpoint);
}

TEST_CASE("any byte of the header may be anything: an error or a valid file, never a crash") {
  const std::string whole = small_file();
  const std::size_t header_end = whole.size() - 14;
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (std::size_t i = 0; i < header_end; ++i)
    for (int value = 0; value < 256; ++value) {
      std::string changed = whole;
      changed[i] = static_cast<char>(value);
      const auto tensors = parse(changed);
      ++(tensors ? accepted : refused);
    }
  CHECK(accepted > header_end); // the unchanged byte, and harmless changes in names
  CHECK(refused > accepted);
}

TEST_CASE("several random changes at once never crash the reader") {
  const std::string whole = small_file();
  std::mt19937_64 random(7);
  std::size_t refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string changed = whole;
    const auto changes = 1 + random() % 8;
    for (std::size_t c = 0; c < changes; ++c) {
      const std::size_t at = 8 + random() % (changed.size() - 8);
      switch (random() % 4) {
      case 0: changed[at] = static_cast<char>(random()); break;
      case 1: changed.erase(at, 1 + random() % 4); break;
      case 2: changed.insert(at, 1, "{}[]\",:0123456789-"[random() % 18]); break;
      default: changed[at] = "0123456789"[random() % 10];
      }
      changed.resize(std::max<std::size_t>(changed.size(), 16), ' ');
    }
    refused += !parse(changed).has_value();
  }
  CHECK(refused > 10'000);
}

TEST_CASE("a name from the file does not reach the message raw") {
  const error e =
      failure_of(with_header("{\"\\n\\u001b[31m" + std::string(5000, 'n') + "\":3}", ""));
  CHECK(e.message.find('\n') == std::string::npos);
  CHECK(e.message.find('\x1b') == std::string::npos);
  CHECK(e.message.size() < 500);
}

TEST_CASE("a file that is no file is an io_error with its path") {
  const test::temporary_folder folder("safetensors_error");
  for (const auto& path : {folder.path() / "absent.safetensors", folder.path()}) {
    const auto opened = safetensors_file::open(path);
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().code == error_code::io_error);
    CHECK(opened.error().param == path.string());
  }
  test::write_file(folder.path() / "empty.safetensors", "");
  const auto empty = safetensors_file::open(folder.path() / "empty.safetensors");
  REQUIRE_FALSE(empty.has_value());
  CHECK(empty.error().code == error_code::invalid_checkpoint);
}
