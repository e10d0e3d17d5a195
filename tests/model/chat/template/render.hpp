#pragma once
// Short ways to render templates, for the tests of this folder.

#include "model/chat/template/jinja_template.hpp"

#include "tests/support/catch.hpp"

#include <string>

namespace hadal::test {

inline std::tm still_clock() {
  std::tm t{};
  t.tm_year = 125;
  t.tm_mon = 1;
  t.tm_mday = 3;
  return t;
}

inline model::templates::jinja_template compiled(const std::string& source) {
  auto made = model::templates::jinja_template::compile(source);
  INFO(source << (made ? std::string() : ": " + made.error().message));
  REQUIRE(made.has_value());
  return *made;
}

/// Renders with `asked` as a plain string named "asked".
inline model::marked_text marked(const std::string& source, const std::string& asked = "asked",
                                 model::templates::run_limits limits = {}) {
  const auto text = compiled(source).render({{"asked", model::templates::make_plain(asked)}},
                                            limits, still_clock);
  INFO(source << (text ? std::string() : ": " + text.error().message));
  REQUIRE(text.has_value());
  return *text;
}

inline std::string rendered(const std::string& source) {
  return marked(source).text();
}

/// The text, its plain parts put between « and ».
inline std::string shown(const model::marked_text& text) {
  std::string out;
  std::size_t done = 0;
  const auto plain = [&](std::size_t end) {
    if (end > done)
      out += "«" + text.text().substr(done, end - done) + "»";
    done = end;
  };
  for (const auto& range : text.control_ranges()) {
    plain(range.begin);
    out += text.text().substr(range.begin, range.end - range.begin);
    done = range.end;
  }
  plain(text.text().size());
  return out;
}

} // namespace hadal::test
