#include "net/openai/json_text.hpp"

#include "tests/support/catch.hpp"

#include <cmath>
#include <limits>

using namespace hadal::net;

namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string plain(std::string_view text) {
  std::string out;
  append_json_string_plain(out, text);
  return out;
}

std::string real(double value) {
  std::string out;
  append_json_real(out, value);
  return out;
}

std::string logprob(float value) {
  std::string out;
  append_json_logprob(out, value);
  return out;
}

} // namespace

TEST_CASE("strings are escaped where JSON asks for it") {
  CHECK(quoted("") == R"("")");
  CHECK(quoted("a\"b\\c/d") == R"("a\"b\\c/d")");
  CHECK(quoted("\b\f\n\r\t") == R"("\b\f\n\r\t")");
  CHECK(quoted(std::string_view("\0\x01\x1f\x7f", 4)) == "\"\\u0000\\u0001\\u001f\x7f\"");
  CHECK(quoted("h\xC3\xA9 \xE4\xB8\xAD \xF0\x9F\x98\x80") ==
        "\"h\xC3\xA9 \xE4\xB8\xAD \xF0\x9F\x98\x80\"");
}

TEST_CASE("every control character is escaped and every other ASCII character but two is itself") {
  for (int c = 0; c < 128; ++c) {
    const char ch = static_cast<char>(c);
    const std::string out = quoted(std::string_view(&ch, 1));
    if (c < 0x20 || ch == '"' || ch == '\\')
      CHECK(out[1] == '\\');
    else
      CHECK(out == std::string("\"") + ch + "\"");
  }
}

TEST_CASE("line ends of other alphabets are escaped in answers and kept in prompts") {
  const std::string_view text = "a\xC2\x85"
                                "b\xE2\x80\xA8"
                                "c\xE2\x80\xA9"
                                "d";
  CHECK(quoted(text) == R"("a\u0085b\u2028c\u2029d")");
  CHECK(plain(text) == "\"" + std::string(text) + "\"");
}

TEST_CASE("bytes that are not UTF-8 become one U+FFFD for each broken piece") {
  const std::string r = "\xEF\xBF\xBD";
  CHECK(quoted("\xff") == "\"" + r + "\"");
  CHECK(quoted("a\x80z") == "\"a" + r + "z\"");
  CHECK(quoted("\xe4\xb8") == "\"" + r + "\"");
  CHECK(quoted("\xe4\xb8z") == "\"" + r + "z\"");
  CHECK(quoted("\xc0\x80") == "\"" + r + r + "\"");
  CHECK(quoted("\xed\xa0\x80") == "\"" + r + r + r + "\"");
  CHECK(quoted("\xf0\x9f\x98") == "\"" + r + "\"");
  CHECK(quoted("\xf4\x90\x80\x80") == "\"" + r + r + r + r + "\"");
  CHECK(quoted("\xf5") == "\"" + r + "\"");
}

TEST_CASE("is_utf8 knows overlong forms, surrogates and the end of the planes") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("\xF4\x8F\xBF\xBF"));
  CHECK(is_utf8("\xEE\x80\x80"));
  CHECK_FALSE(is_utf8("\xE0\x9F\xBF"));
  CHECK_FALSE(is_utf8("\xED\xBF\xBF"));
  CHECK_FALSE(is_utf8("\xF0\x8F\xBF\xBF"));
  CHECK_FALSE(is_utf8("\xC2"));
}

TEST_CASE("numbers are written in their shortest spelling") {
  CHECK(logprob(-0.1F) == "-0.1");
  CHECK(logprob(0.0F) == "0");
  CHECK(logprob(-1.5e-7F) == "-1.5e-07");
  CHECK(logprob(-std::numeric_limits<float>::infinity()) == "-9999");
  CHECK(logprob(std::nanf("")) == "-9999");
  CHECK(real(1) == "1.0");
  CHECK(real(-0.0) == "-0.0");
  CHECK(real(0.1) == "0.1");
  CHECK(real(1e-5) == "1e-05");
  CHECK(real(0.0001) == "0.0001");
  CHECK(real(1e15) == "1000000000000000.0");
  CHECK(real(1e16) == "1e+16");
  CHECK(real(1.7976931348623157e308) == "1.7976931348623157e+308");
}
