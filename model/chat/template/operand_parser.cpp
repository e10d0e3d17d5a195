// Parses operands: names, literals, parentheses, lists and dictionaries.

#include "model/chat/template/expression_parser.hpp"

#include <charconv>
#include <cstdlib>

namespace hadal::model::templates {

expression_ptr expression_parser::parse_primary() {
  const token& next = tokens_.peek();
  switch (next.kind) {
  case token_kind::name: return parse_name();
  case token_kind::string: return parse_strings();
  case token_kind::integer:
  case token_kind::real: return parse_number();
  default: break;
  }
  if (next.is_sign("("))
    return parse_parenthesis();
  if (next.is_sign("["))
    return parse_list();
  if (next.is_sign("{"))
    return parse_dict();
  tokens_.fail_expecting("an expression");
  return make(kind::constant, tokens_.line());
}

expression_ptr expression_parser::parse_name() {
  const token name = tokens_.take();
  auto node = make(kind::constant, name.line);
  if (name.text == "true" || name.text == "True") {
    node->constant = make_bool(true);
  } else if (name.text == "false" || name.text == "False") {
    node->constant = make_bool(false);
  } else if (name.text == "none" || name.text == "None") {
    node->constant = make_none();
  } else {
    node->kind = kind::name;
    node->name = name_of(name.text);
    read_name(node->name);
  }
  return node;
}

expression_ptr expression_parser::parse_strings() {
  auto node = make(kind::constant, tokens_.line());
  std::string text;
  while (tokens_.peek().kind == token_kind::string)
    text += tokens_.take().text;
  node->constant = make_control(text);
  return node;
}

expression_ptr expression_parser::parse_number() {
  auto node = make(kind::constant, tokens_.line());
  const token number = tokens_.take();
  if (number.kind == token_kind::real) {
    node->constant = make_real(std::strtod(number.text.c_str(), nullptr));
    return node;
  }
  std::string_view digits = number.text;
  int base = 10;
  if (digits.size() > 2 && digits[0] == '0') {
    const char letter = static_cast<char>(digits[1] | 0x20);
    base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 10;
    if (base != 10)
      digits.remove_prefix(2);
  }
  std::int64_t read = 0;
  const auto [end, code] =
      std::from_chars(digits.data(), digits.data() + digits.size(), read, base);
  if (code != std::errc{} || end != digits.data() + digits.size())
    tokens_.fail(fmt::format("the integer {} is beyond 64 bits", number.text));
  node->constant = make_integer(read);
  return node;
}

expression_ptr expression_parser::parse_parenthesis() {
  const std::size_t line = tokens_.line();
  tokens_.take();
  if (tokens_.take_sign(")"))
    return make(kind::tuple, line);
  expression_ptr node = parse_tuple();
  tokens_.expect_sign(")");
  return node;
}

expression_ptr expression_parser::parse_list() {
  auto node = make(kind::list, tokens_.line());
  tokens_.take();
  while (!tokens_.at_sign("]") && !tokens_.failed()) {
    node->operands.push_back(parse_expression());
    if (!tokens_.take_sign(","))
      break;
  }
  tokens_.expect_sign("]");
  return finish(std::move(node));
}

expression_ptr expression_parser::parse_dict() {
  auto node = make(kind::dict, tokens_.line());
  tokens_.take();
  while (!tokens_.at_sign("}") && !tokens_.failed()) {
    node->operands.push_back(parse_expression());
    tokens_.expect_sign(":");
    node->operands.push_back(parse_expression());
    if (!tokens_.take_sign(","))
      break;
  }
  tokens_.expect_sign("}");
  return finish(std::move(node));
}

} // namespace hadal::model::templates
