#pragma once
// Calls of V3 and V3.1, whose arguments are one JSON object (tool_call_markup.hpp). The arguments
// are the model's bytes, unchanged. A call is complete if its name is not empty and it contains one
// JSON object and nothing else.

#include "model/chat/output/json_scanner.hpp"
#include "model/chat/output/tool_call_parser.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace hadal::model {

class json_call_parser final : public tool_call_parser {
public:
  /// `kind` is deepseekv3 or deepseekv31.
  json_call_parser(tool_call_parser_kind kind, tool_call_options options);

private:
  enum class part : std::uint8_t { before_separator, name, fence, arguments, tail };

  void begin_call() override;
  void read_call(std::string_view text, output_delta& out) override;
  void read_inner_tag(std::size_t which, output_delta& out) override;
  bool end_call(output_delta& out) override;

  std::string_view read_name(std::string_view text, output_delta& out);
  std::string_view read_fence(std::string_view text, output_delta& out);
  std::string_view read_arguments(std::string_view text, output_delta& out);
  void read_tail(std::string_view text, output_delta& out);
  void take_name(output_delta& out);

  bool fenced_;
  part part_ = part::before_separator;
  std::string head_; // before the separator: V3's type, V3.1's name; then V3's name
  std::size_t fence_read_ = 0;
  std::size_t closing_fence_read_ = 0;
  json_scanner scanner_;
  std::string tail_space_; // white space after the object, before V3's closing fence
};

} // namespace hadal::model
