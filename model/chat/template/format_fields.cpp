#include "model/chat/template/format_fields.hpp"

#include "model/chat/template/marked_slices.hpp"
#include "model/chat/template/spell.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace hadal::model::templates {

namespace {

class formatter {
public:
  formatter(run_state& state, const marked_text& pattern, const call_arguments& arguments)
    : state_(state), pattern_(pattern), text_(pattern.text()), arguments_(arguments) {}

  marked_text run() {
    while (at_ < text_.size() && !state_.failed()) {
      const std::size_t brace = std::min(text_.find_first_of("{}", at_), text_.size());
      append_slice(out_, pattern_, at_, brace);
      at_ = brace;
      if (at_ < text_.size())
        read_brace();
    }
    return std::move(out_);
  }

private:
  void read_brace() {
    if (text_.substr(at_, 2) == "{{" || text_.substr(at_, 2) == "}}") {
      append_slice(out_, pattern_, at_, at_ + 1);
      at_ += 2;
      return;
    }
    const std::size_t end = text_.find('}', at_);
    if (text_[at_] == '}' || end == std::string_view::npos)
      return state_.fail("format() found a brace alone: \"{{\" and \"}}\" are braces");
    const std::string_view field = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    if (const value* given = argument(field))
      append(spelled(state_, *given));
  }

  void append(const marked_text& text) {
    if (state_.allow_text(out_.text().size() + text.text().size()) &&
        state_.spend_text(text.text().size()))
      append_all(out_, text);
  }

  const value* argument(std::string_view field) {
    if (field.find_first_of(".[!:{") != std::string_view::npos) {
      state_.fail(
          fmt::format("format() takes the fields {{}}, {{0}} and {{name}}, found {{{}}}", field));
      return nullptr;
    }
    std::size_t index = next_;
    const auto [end, code] = std::from_chars(field.data(), field.data() + field.size(), index);
    const bool is_number = code == std::errc{} && end == field.data() + field.size();
    if (field.empty() || is_number) {
      (field.empty() ? counts_ : numbers_) = true;
      if (counts_ && numbers_)
        state_.fail("format() cannot take both {} and fields with numbers");
      next_ += field.empty() ? 1 : 0;
      if (index < arguments_.positional.size())
        return &arguments_.positional[index];
    }
    for (const auto& [name, given] : arguments_.named)
      if (!is_number && !field.empty() && name == field)
        return &given;
    state_.fail(fmt::format("format() has no argument for the field {{{}}}", field));
    return nullptr;
  }

  run_state& state_;
  const marked_text& pattern_;
  std::string_view text_;
  const call_arguments& arguments_;
  marked_text out_;
  std::size_t at_ = 0;
  std::size_t next_ = 0; // argument of the next "{}"
  bool counts_ = false;  // there was a "{}"
  bool numbers_ = false; // ... a "{0}"
};

} // namespace

marked_text formatted(run_state& state, const marked_text& pattern,
                      const call_arguments& arguments) {
  return state.spend_text(pattern.text().size()) ? formatter(state, pattern, arguments).run()
                                                 : marked_text{};
}

} // namespace hadal::model::templates
