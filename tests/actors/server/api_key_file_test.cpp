#include "actors/server/api_key_file.hpp"

#include "tests/actors/server/temporary_folder.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace hadal::server;
using hadal::server::testing::temporary_folder;

} // namespace

TEST_CASE("each line of a key file is a key with its limits") {
  const auto keys = parse_api_keys(
      R"({"key": "a1", "name": "alice", "weight": 2, "max_concurrency": 8, "tokens_per_minute": 60000, "admin": true})"
      "\n\n  \r\n"
      R"({"key": "b2"})"
      "\r\n");
  REQUIRE(keys.has_value());
  REQUIRE(keys->size() == 2);
  const auto& alice = keys->front();
  CHECK(alice.key == "a1");
  CHECK(alice.name == "alice");
  CHECK(alice.weight == 2);
  CHECK(alice.max_concurrency == 8);
  CHECK(alice.tokens_per_minute == 60000);
  CHECK(alice.admin);
  const auto& other = keys->back();
  CHECK(other.key == "b2");
  CHECK(other.name == "key-4");
  CHECK(other.weight == 1);
  CHECK_FALSE(other.max_concurrency.has_value());
  CHECK_FALSE(other.tokens_per_minute.has_value());
  CHECK_FALSE(other.admin);
}

TEST_CASE("the last line needs no line break") {
  CHECK(parse_api_keys("{\"key\":\"a\"}\n{\"key\":\"b\"}")->size() == 2);
}

TEST_CASE("what is wrong in a key file is named by line and member, never by the key") {
  struct row {
    std::string text;
    std::string message;
  };
  const std::string count = "must be a whole number from 1 to 1000000000";
  for (const auto& r : std::vector<row>{
           {"{\"key\":\"s3cret\"}\nx", "line 2 is not a JSON object"},
           {"[]", "line 1 is not a JSON object"},
           {"{\"key\":\"s3cret\"} {}", "line 1 is not a JSON object"},
           {"{}", "line 1 has no 'key'"},
           {"{\"key\":\"s3cret\",\"rate\":3}", "line 1: 'rate' is not known here"},
           {"{\"key\":\"s3cret\",\"key\":\"x\"}", "line 1: 'key' is there twice"},
           {"{\"key\":\"\"}", "line 1: 'key' must be a text of 1 to 512 printable ASCII characters "
                              "without spaces"},
           {"{\"key\":\"s3 cret\"}", "line 1: 'key' must be a text of 1 to 512 printable ASCII "
                                     "characters without spaces"},
           {"{\"key\":7}", "line 1: 'key' must be a text of 1 to 512 printable ASCII characters "
                           "without spaces"},
           {"{\"key\":\"s3cret\",\"name\":\"\"}",
            "line 1: 'name' must be a text of 1 to 512 printable bytes"},
           {"{\"key\":\"s3cret\",\"weight\":0}", "line 1: 'weight' " + count},
           {"{\"key\":\"s3cret\",\"weight\":1.5}", "line 1: 'weight' " + count},
           {"{\"key\":\"s3cret\",\"weight\":\"1\"}", "line 1: 'weight' " + count},
           {"{\"key\":\"s3cret\",\"max_concurrency\":-1}", "line 1: 'max_concurrency' " + count},
           {"{\"key\":\"s3cret\",\"tokens_per_minute\":null}",
            "line 1: 'tokens_per_minute' " + count},
           {"{\"key\":\"s3cret\",\"admin\":1}", "line 1: 'admin' must be true or false"},
           {"{\"key\":\"s3cret\"}\n{\"key\":\"s3cret\"}",
            "line 2: its key is that of an earlier line"},
           {"{\"key\":\"s3cret\",\"name\":\"n\"}\n{\"key\":\"x\",\"name\":\"n\"}",
            "line 2: its name is that of an earlier line"}}) {
    INFO(r.text);
    const auto keys = parse_api_keys(r.text);
    REQUIRE_FALSE(keys.has_value());
    CHECK(keys.error().code == hadal::error_code::invalid_config);
    CHECK(keys.error().message == r.message);
    CHECK(keys.error().message.find("s3cret") == std::string::npos);
  }
}

TEST_CASE("a key file is read whole, and its path opens every complaint") {
  const temporary_folder folder;
  const auto file = folder.write("keys", "{\"key\":\"a\"}\n");
  const auto keys = load_api_keys(file);
  REQUIRE(keys.has_value());
  CHECK(keys->size() == 1);

  const auto empty = load_api_keys(folder.write("empty", "\n"));
  REQUIRE_FALSE(empty.has_value());
  CHECK(empty.error().message == folder.path("empty").string() + ": holds no key");
  const auto wrong = load_api_keys(folder.write("wrong", "x"));
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().message == folder.path("wrong").string() + ": line 1 is not a JSON object");
  const auto missing = load_api_keys(folder.path("missing"));
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == hadal::error_code::io_error);
}

TEST_CASE("the keys that may pass are the flag's and the file's") {
  const temporary_folder folder;
  serve_options options;
  CHECK(accepted_keys(options)->empty());
  options.api_key = "one";
  CHECK(*accepted_keys(options) == std::vector<std::string>{"one"});
  options.api_key_file = folder.write("keys", "{\"key\":\"two\"}\n{\"key\":\"three\"}").string();
  CHECK(*accepted_keys(options) == std::vector<std::string>{"one", "two", "three"});
  options.api_key_file = folder.write("keys", "x").string();
  const auto wrong = accepted_keys(options);
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().param == "--api-key-file");
  CHECK(wrong.error().message ==
        "--api-key-file: " + options.api_key_file + ": line 1 is not a JSON object");
}
