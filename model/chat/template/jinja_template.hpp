#pragma once
// A chat template in the part of Jinja that checkpoints' templates use, with Hugging Face's
// settings: trim_blocks, lstrip_blocks, break and continue, raise_exception, strftime_now and a
// tojson that escapes nothing for HTML.
//
// Statements: if, for (filtered, with else), set (also of a block and of a namespace's attribute),
// macro, call, filter, with, raw, generation, break, continue. Expressions, filters, tests, methods
// of strings, lists and dictionaries as in Jinja and Python; other constructs (include, import,
// blocks, recursive loops, "*args", unknown functions, filters, tests or methods) are errors when
// the template is compiled. A rendering is bounded in steps, bytes and depth (base/limits.hpp) and
// has no access to anything else: no file, no clock but the given one.
//
// Strings of the template are control text, strings of the request plain text, through every filter
// and concatenation; computed text (numbers, JSON's brackets) is plain.
//
//   auto compiled = jinja_template::compile(source);           // result<jinja_template>
//   auto prompt = compiled->render(names, run_limits{}, clock);  // result<marked_text>

#include "base/result.hpp"
#include "model/chat/template/filters.hpp"
#include "model/chat/template/run_state.hpp"
#include "model/chat/template/value.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hadal::model::templates {

struct program;

using template_names = std::vector<std::pair<std::string, value>>;

class jinja_template {
public:
  /// Errors: invalid_config; the message begins with "line N: " and names what was expected.
  static result<jinja_template> compile(std::string_view source);

  /// Errors: invalid_request ("the chat template, line N: ..."; param "messages") for refusals of
  /// the template and for limits; out_of_memory.
  result<marked_text> render(const template_names& names, const run_limits& limits,
                             const wall_clock& clock) const;

  /// True if an expression of the template reads this name.
  bool reads(std::string_view name) const;

private:
  explicit jinja_template(std::shared_ptr<const program> compiled)
    : compiled_(std::move(compiled)) {}

  std::shared_ptr<const program> compiled_;
};

} // namespace hadal::model::templates
