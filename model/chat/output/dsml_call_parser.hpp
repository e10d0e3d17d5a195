#pragma once
// Calls of V3.2, in DSML: one element per parameter, or one JSON object instead of all elements.
// The arguments are compact JSON, keys in the model's order. A call is complete if every element
// is, every parameter with string="false" contains JSON, and no parameter occurs twice.

#include "model/chat/output/json_scanner.hpp"
#include "model/chat/output/tool_call_parser.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace hadal::model {

class dsml_call_parser final : public tool_call_parser {
public:
  explicit dsml_call_parser(tool_call_options options);

private:
  enum class part : std::uint8_t {
    head,           // the name, a quote and '>'
    body,           // between elements
    parameter_head, // its name, the `string` attribute and '>'
    text_value,     // string="true"
    json_value,     // string="false"
    object,         // instead of parameters
    after_object,
  };

  void begin_call() override;
  void read_call(std::string_view text, output_delta& out) override;
  void read_inner_tag(std::size_t which, output_delta& out) override;
  bool end_call(output_delta& out) override;

  std::string_view read_head(std::string_view text, output_delta& out);
  std::string_view read_body(std::string_view text, output_delta& out);
  std::string_view read_parameter_head(std::string_view text, output_delta& out);
  std::string_view read_json(std::string_view text, output_delta& out);
  bool take_head_byte(char c, output_delta& out);
  void begin_parameter(std::string_view name, bool is_text, output_delta& out);
  void end_parameter(output_delta& out);

  part part_ = part::head;
  std::string head_; // of the call or of a parameter, as far as it has arrived
  json_scanner scanner_;
  std::set<std::string, std::less<>> parameters_;
};

} // namespace hadal::model
