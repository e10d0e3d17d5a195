#pragma once
// Parses expressions with Jinja's precedence. For the parser only.

#include "model/chat/template/syntax.hpp"
#include "model/chat/template/token_stream.hpp"

#include <initializer_list>
#include <unordered_map>

namespace hadal::model::templates {

class expression_parser {
public:
  expression_parser(token_stream& tokens, program& made) : tokens_(tokens), made_(made) {}

  /// One expression; without `with_conditional`, "a if b else c" ends at "if".
  expression_ptr parse_expression(bool with_conditional = true);

  /// One expression, or several with commas: a tuple.
  expression_ptr parse_tuple(bool with_conditional = true);

  /// Filters from "|" on, applied to a block's text; null when there is none.
  expression_ptr parse_block_filters();

  /// The name and arguments after "filter", without "|".
  expression_ptr parse_filter_call(expression_ptr input);

  /// A call, as the call statement needs it.
  expression_ptr parse_call_expression();

  name_id name_of(const std::string& name);

  void read_name(name_id name);

private:
  using kind = expression_kind;

  expression_ptr make(kind k, std::size_t line);
  expression_ptr finish(expression_ptr node);
  expression_ptr binary(kind k, std::size_t line, expression_ptr left, expression_ptr right);

  expression_ptr parse_either();
  expression_ptr parse_both();
  expression_ptr parse_negation();
  expression_ptr parse_compare();
  expression_ptr parse_sum();
  expression_ptr parse_concatenation();
  expression_ptr parse_product();
  expression_ptr parse_power();
  expression_ptr parse_unary(bool with_filters);
  expression_ptr parse_primary();
  expression_ptr parse_name();
  expression_ptr parse_strings();
  expression_ptr parse_number();
  expression_ptr parse_parenthesis();
  expression_ptr parse_list();
  expression_ptr parse_dict();
  expression_ptr parse_postfix(expression_ptr node);
  expression_ptr parse_call(expression_ptr called);
  expression_ptr parse_attribute(expression_ptr node);
  expression_ptr parse_subscript(expression_ptr node);
  expression_ptr parse_filters_and_tests(expression_ptr node);
  expression_ptr parse_test(expression_ptr node);
  void parse_arguments(expression& node);
  bool at_operand_of_test() const;
  bool take_comparison(comparison& out);
  bool enter();

  token_stream& tokens_;
  program& made_;
  std::unordered_map<std::string, name_id> ids_;
  std::size_t depth_ = 0;
};

} // namespace hadal::model::templates
