#pragma once
// One try of a template that may be anything, for the fuzzer and for the test that replays its
// corpus.

#include <string>
#include <string_view>

namespace hadal::test {

/// Compiles and renders it over a conversation whose texts no template has. Answers what is wrong
/// (a text that is no UTF-8, marks out of order, a request's text that is control), or nothing.
std::string try_template(std::string_view source);

} // namespace hadal::test
