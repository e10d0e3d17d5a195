#include "model/chat/template/jinja_template.hpp"

#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "model/chat/template/called_names.hpp"
#include "model/chat/template/evaluator.hpp"
#include "model/chat/template/parser.hpp"

#include <fmt/core.h>

#include <new>

namespace hadal::model::templates {

result<jinja_template> jinja_template::compile(std::string_view source) {
  if (source.size() > limits::template_source_bytes_max)
    return fail(error_code::invalid_config,
                fmt::format("line 1: a chat template may have up to {} bytes, this has {}",
                            limits::template_source_bytes_max, source.size()));
  if (!is_valid_utf8(source))
    return fail(error_code::invalid_config, "line 1: a chat template must be UTF-8");
  try {
    auto parsed = parse(source);
    if (!parsed)
      return fail(error_code::invalid_config, std::move(parsed.error().message));
    if (const auto missing = find_missing_name(*parsed))
      return fail(error_code::invalid_config,
                  fmt::format("line {}: {}", missing->line, missing->what));
    return jinja_template(std::make_shared<const program>(std::move(*parsed)));
  } catch (const std::bad_alloc&) {
    return fail(error_code::out_of_memory, "there is no memory left to read the chat template");
  }
}

result<marked_text> jinja_template::render(const template_names& names, const run_limits& limits,
                                           const wall_clock& clock) const {
  try {
    run_state state(limits);
    evaluator run(*compiled_, state, clock);
    for (const auto& [name, item] : names)
      run.define(name, item);
    marked_text text = run.run();
    if (state.failed())
      return fail(
          error_code::invalid_request,
          fmt::format("the chat template, line {}: {}", state.failure_line(), state.failure()),
          "messages");
    return text;
  } catch (const std::bad_alloc&) {
    return fail(error_code::out_of_memory, "there is no memory left to render the chat template");
  }
}

bool jinja_template::reads(std::string_view name) const {
  for (std::size_t i = 0; i < compiled_->names.size(); ++i)
    if (compiled_->names[i] == name)
      return compiled_->read[i];
  return false;
}

} // namespace hadal::model::templates
