#include "model/tokenizer/regex.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "model/tokenizer/regex_syntax.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/core.h>
#include <pcre2.h>

#include <array>
#include <string>
#include <utility>

namespace hadal::model {

namespace {

std::string message_of(int code) {
  std::array<unsigned char, 256> text{};
  pcre2_get_error_message(code, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

PCRE2_SPTR bytes_of(std::string_view text) noexcept {
  // PCRE2 takes a null pointer for a missing subject, even of length 0.
  return reinterpret_cast<PCRE2_SPTR>(text.data() == nullptr ? "" : text.data());
}

// "\\s+$" is correct but quadratic: at each blank of a run that does not end a line the search
// walks the rest of the run. A match can begin only where the run or the search begins.
std::string linear_form(std::string translated, std::string_view pattern) {
  if (pattern != "\\s+$")
    return translated;
  const std::string blank = translated.substr(0, translated.find(']') + 1);
  return fmt::format("(?:(?<!{})|\\G){}", blank, translated);
}

pcre2_code* compile_translated(std::string_view pattern, int& error, std::size_t& offset) {
  pcre2_compile_context* context = pcre2_compile_context_create(nullptr);
  pcre2_set_newline(context, PCRE2_NEWLINE_LF);
  pcre2_code* code = pcre2_compile(bytes_of(pattern), pattern.size(),
                                   PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &error, &offset, context);
  pcre2_compile_context_free(context);
  if (code != nullptr)
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); // without JIT the interpreter runs
  return code;
}

// Every code point except those in private planes and in planes without characters.
std::string assigned_planes() {
  std::string text;
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c == 0xD800)
      c = 0xE000;
    if (c == 0x40000)
      c = 0xE0000;
    if (c == 0xF0000)
      break;
    append_utf8(text, c);
  }
  return text;
}

// The code points that the installed PCRE2 matches by \p{name}, found by matching: its Unicode
// version may differ from ours.
code_point_set installed_property(std::string_view name, std::string& all) {
  if (all.empty())
    all = assigned_planes();
  int error = 0;
  std::size_t offset = 0;
  pcre2_code* code = compile_translated(fmt::format("\\p{{{}}}+", name), error, offset);
  HADAL_ASSERT(code != nullptr);
  pcre2_match_data* data = pcre2_match_data_create(1, nullptr);
  code_point_set set;
  std::size_t from = 0;
  while (pcre2_match(code, bytes_of(all), all.size(), from, PCRE2_NO_UTF_CHECK, data, nullptr) >
         0) {
    const PCRE2_SIZE* range = pcre2_get_ovector_pointer(data);
    std::size_t bytes = 0;
    std::size_t end = range[1];
    for (std::size_t at = range[0]; at < range[1]; at += bytes) {
      const char32_t c = decode_front(std::string_view(all).substr(at), bytes);
      if (!set.empty() && set.back().last + 1 == c)
        set.back().last = c;
      else
        set.push_back({c, c});
    }
    from = end;
  }
  pcre2_match_data_free(data);
  pcre2_code_free(code);
  return set;
}

} // namespace

regex_scratch::regex_scratch()
  : match_data_(pcre2_match_data_create(1, nullptr)),
    match_context_(pcre2_match_context_create(nullptr)) {
  HADAL_ASSERT(match_data_ != nullptr && match_context_ != nullptr);
  pcre2_set_match_limit(match_context_, limits::regex_match_limit);
  pcre2_set_heap_limit(match_context_, limits::regex_heap_kib_max);
}

regex_scratch::~regex_scratch() {
  pcre2_match_data_free(match_data_);
  pcre2_match_context_free(match_context_);
}

void regex::release::operator()(pcre2_real_code_8* code) const noexcept {
  pcre2_code_free(code);
}

result<regex> regex::compile(std::string_view pattern) {
  std::string all;
  const pcre2_property property = [&all](std::string_view name) {
    return installed_property(name, all);
  };
  HADAL_TRY_ASSIGN(translated, translate_regex(pattern, property));
  int error = 0;
  std::size_t offset = 0;
  pcre2_code* code = compile_translated(linear_form(std::move(translated), pattern), error, offset);
  if (code == nullptr)
    return fail(error_code::invalid_tokenizer,
                fmt::format("the pattern does not compile: {}", message_of(error)));
  return regex(code);
}

result<std::optional<regex::match>> regex::search(std::string_view text, std::size_t from,
                                                  regex_scratch& scratch) const {
  int found = pcre2_match(code_.get(), bytes_of(text), text.size(), from, PCRE2_NO_UTF_CHECK,
                          scratch.match_data_, scratch.match_context_);
  if (found == PCRE2_ERROR_JIT_STACKLIMIT) // deep backtracking: the interpreter uses the heap
    found =
        pcre2_match(code_.get(), bytes_of(text), text.size(), from,
                    PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, scratch.match_data_, scratch.match_context_);
  if (found == PCRE2_ERROR_NOMATCH)
    return std::optional<match>();
  if (found < 0)
    return fail(error_code::invalid_request,
                fmt::format("the text cannot be tokenized: the pre-tokenizer's pattern gave up "
                            "after byte {} of a part of {} bytes: {}",
                            from, text.size(), message_of(found)));
  const PCRE2_SIZE* range = pcre2_get_ovector_pointer(scratch.match_data_);
  return match{range[0], range[1]};
}

} // namespace hadal::model
