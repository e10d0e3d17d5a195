#include "model/tokenizer/incremental_detokenizer.hpp"

#include "base/utf8.hpp"
#include "tests/model/tokenizer/fixture_files.hpp"

#include <random>

using namespace hadal;
using namespace hadal::test;
using model::incremental_detokenizer;

namespace {

token_id byte_token(const model::tokenizer& t, unsigned char byte) {
  const char c = static_cast<char>(byte);
  return t.id_of(std::string_view(&c, 1)).value();
}

} // namespace

TEST_CASE("a character is shown when its last byte has come") {
  const auto t = load_fixture("v3");
  incremental_detokenizer stream(t, false);
  const std::string smile = "🙂";
  for (std::size_t i = 0; i + 1 < smile.size(); ++i) {
    CHECK(stream.push(byte_token(*t, static_cast<unsigned char>(smile[i]))).empty());
    CHECK(stream.pending_bytes() == i + 1);
  }
  CHECK(stream.push(byte_token(*t, static_cast<unsigned char>(smile.back()))) == smile);
  CHECK(stream.pending_bytes() == 0);
  CHECK(stream.flush().empty());
}

TEST_CASE("half a character at the end is one U+FFFD") {
  const auto t = load_fixture("v3");
  incremental_detokenizer stream(t, false);
  CHECK(stream.push(byte_token(*t, 0xF0)).empty());
  CHECK(stream.push(byte_token(*t, 0x9F)).empty());
  CHECK(stream.flush() == "\uFFFD");
  CHECK(stream.flush().empty());
}

TEST_CASE("a byte that cannot go on turns what was held back into U+FFFD at once") {
  const auto t = load_fixture("v3");
  incremental_detokenizer stream(t, false);
  CHECK(stream.push(byte_token(*t, 0xE4)).empty());
  CHECK(stream.push(byte_token(*t, 'a')) == "\uFFFDa");
  CHECK(stream.push(byte_token(*t, 0xFF)) == "\uFFFD");
  CHECK(stream.push(byte_token(*t, 0xED)).empty());
  CHECK(stream.push(byte_token(*t, 0xA0)) == "\uFFFD\uFFFD"); // a surrogate is invalid
}

TEST_CASE("a special token that is skipped does not part the bytes around it") {
  const auto t = load_fixture("v3");
  for (bool skip : {true, false}) {
    incremental_detokenizer stream(t, skip);
    std::string shown = stream.push(byte_token(*t, 0xC3));
    shown += stream.push(*t->eos_id());
    shown += stream.push(byte_token(*t, 0xA9));
    shown += stream.flush();
    CHECK(shown == (skip ? "é" : "\uFFFD<｜end▁of▁sentence｜>\uFFFD"));
  }
}

TEST_CASE("pushes and flush joined are the decoding of all tokens, whatever the tokens") {
  const auto t = load_fixture("v3");
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    std::vector<token_id> ids;
    const auto count = random() % 12;
    for (unsigned i = 0; i < count; ++i) {
      // Half are single bytes, so that characters are cut everywhere; some ids have no entry.
      const bool byte = random() % 2 == 0;
      ids.push_back(byte ? byte_token(*t, static_cast<unsigned char>(0x80 + random() % 128))
                         : static_cast<token_id>(random() % 510));
    }
    for (bool skip : {true, false}) {
      incremental_detokenizer stream(t, skip);
      std::string shown;
      for (token_id id : ids) {
        const std::string text = stream.push(id);
        REQUIRE(is_valid_utf8(text));
        REQUIRE(stream.pending_bytes() <= 3);
        shown += text;
      }
      shown += stream.flush();
      REQUIRE(shown == t->decode(ids, skip));
    }
  }
}
