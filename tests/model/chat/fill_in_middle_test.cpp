#include "model/chat/fill_in_middle.hpp"

#include "model/tokenizer/tokenizer.hpp"
#include "tests/support/byte_tokenizer.hpp"
#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::model;

TEST_CASE("a gap's prompt is prefix, hole and suffix between their tokens, BOS where configured") {
  const auto loaded = tokenizer::load(HADAL_SOURCE_DIR "/model/default");
  REQUIRE(loaded.has_value());
  const tokenizer& vocabulary = **loaded;
  const auto added = [&](const char* token) {
    const auto id = vocabulary.find_added(token);
    REQUIRE(id);
    return *id;
  };
  for (const auto& [prefix, suffix] : {std::pair{"def f(x):\n    return ", "\n\nprint(f(1))\n"},
                                       std::pair{"", "end"}, std::pair{"  a ", " b  "}}) {
    const auto ids = encode_fill_in_middle(vocabulary, prefix, suffix);
    REQUIRE(ids.has_value());
    auto expected = vocabulary.encode_raw("", true).value();
    const auto append = [&](const std::vector<token_id>& more) {
      expected.insert(expected.end(), more.begin(), more.end());
    };
    append({added("<｜fim▁begin｜>")});
    append(vocabulary.encode_plain(prefix).value());
    append({added("<｜fim▁hole｜>")});
    append(vocabulary.encode_plain(suffix).value());
    append({added("<｜fim▁end｜>")});
    CHECK(*ids == expected);
  }
}

TEST_CASE("a vocabulary without the tokens cannot fill a gap") {
  const auto ids = encode_fill_in_middle(*tests::byte_tokenizer(), "a", "b");
  REQUIRE_FALSE(ids.has_value());
  CHECK(ids.error().code == error_code::invalid_request);
  CHECK(ids.error().param == "suffix");
}
