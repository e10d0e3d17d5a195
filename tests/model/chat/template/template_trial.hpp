#pragma once
// Tries one template, which may be any text: for the fuzzer, and for the test that replays its
// corpus.

#include <string>
#include <string_view>

namespace hadal::test {

/// Compiles the template and renders it over a conversation whose texts occur in no template.
/// Returns what is wrong (output that is not UTF-8, marks out of order, a request's text marked as
/// control), or nothing.
std::string try_template(std::string_view source);

} // namespace hadal::test
