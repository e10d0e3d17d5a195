#include "model/chat/output/tool_call_parser.hpp"

#include "base/assert.hpp"
#include "model/chat/output/dsml_call_parser.hpp"
#include "model/chat/output/json_call_parser.hpp"
#include "model/chat/output/tag_search.hpp"

#include <utility>

namespace hadal::model {

void tool_call_parser::push(std::string_view text, output_delta& out) {
  held_ += text;
  std::string_view rest = held_;
  while (!done_) {
    const auto match = find_tag(rest, tags_);
    const std::size_t plain = match ? match->begin : rest.size() - begun_tag(rest, tags_);
    read_text(rest.substr(0, plain), out);
    rest.remove_prefix(plain);
    if (!match || done_)
      break;
    rest.remove_prefix(tags_[match->which].size());
    read_tag(match->which, out);
  }
  consumed_ += held_.size() - rest.size();
  held_.erase(0, held_.size() - rest.size());
}

void tool_call_parser::finish(bool is_cut, output_delta& out) {
  if (done_)
    return;
  const std::string half_tag = std::exchange(held_, {});
  consumed_ += half_tag.size();
  if (place_ != place::call) {
    read_text(half_tag, out);
  } else if (is_cut) {
    writer_.cut(half_tag, out);
  } else {
    writer_.add_own(half_tag);
    break_call(out);
  }
}

void tool_call_parser::read_text(std::string_view text, output_delta& out) {
  if (text.empty())
    return;
  switch (place_) {
  case place::outside:
  case place::broken_call: out.content += text; break;
  case place::gap: read_gap(text, out); break;
  case place::call:
    writer_.add_own(text);
    read_call(text, out);
    break;
  }
}

void tool_call_parser::read_gap(std::string_view text, output_delta& out) {
  if (!gap_is_text_) {
    gap_ += text;
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
      return;
    gap_is_text_ = true;
    out.content += gap_;
    return;
  }
  out.content += text;
}

void tool_call_parser::read_tag(std::size_t which, output_delta& out) {
  const std::string_view tag = tags_[which];
  switch (roles_[which]) {
  case role::block_begin:
    leave_call_open(out);
    enter_gap();
    break;
  case role::block_end:
    if (place_ == place::outside) {
      out.content += tag;
      break;
    }
    leave_call_open(out);
    place_ = place::outside;
    break;
  case role::call_begin:
    leave_call_open(out);
    if (done_)
      break;
    writer_.open(tag);
    place_ = place::call;
    begin_call();
    break;
  case role::call_end: end_call_at_tag(tag, out); break;
  case role::inside:
    if (place_ != place::call) {
      read_text(tag, out);
      break;
    }
    writer_.add_own(tag);
    read_inner_tag(which, out);
    break;
  }
}

void tool_call_parser::end_call_at_tag(std::string_view tag, output_delta& out) {
  if (place_ == place::call) {
    writer_.add_own(tag);
    if (end_call(out))
      return close_call(out);
    break_call(out);
    return enter_gap();
  }
  const bool ends_broken_call = place_ == place::broken_call;
  read_text(tag, out);
  if (ends_broken_call)
    enter_gap();
}

void tool_call_parser::close_call(output_delta& out) {
  writer_.close(out);
  enter_gap();
  done_ |= first_call_only_;
}

void tool_call_parser::close_early(std::string_view rest, output_delta& out) {
  close_call(out);
  if (!done_)
    read_text(rest, out);
}

void tool_call_parser::break_call(output_delta& out) {
  writer_.break_off(out);
  place_ = place::broken_call;
  done_ |= out.finish.has_value();
}

/// Handles a tag that an open call cannot contain.
void tool_call_parser::leave_call_open(output_delta& out) {
  if (place_ == place::call)
    break_call(out);
}

void tool_call_parser::enter_gap() {
  place_ = place::gap;
  gap_.clear();
  gap_is_text_ = false;
}

std::unique_ptr<tool_call_parser> make_tool_call_parser(tool_call_parser_kind kind,
                                                        tool_call_options options) {
  HADAL_ASSERT(kind != tool_call_parser_kind::none);
  if (kind == tool_call_parser_kind::deepseekv32)
    return std::make_unique<dsml_call_parser>(options);
  return std::make_unique<json_call_parser>(kind, options);
}

} // namespace hadal::model
