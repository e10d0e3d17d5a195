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

TEST_CASE("strings of answers escape the line ends of other alphabets and are valid UTF-8") {
  CHECK(quoted("a\xE2\x80\xA8\xff") == "\"a\\u2028\xEF\xBF\xBD\"");
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
