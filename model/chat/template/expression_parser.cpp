#include "model/chat/template/expression_parser.hpp"

#include "base/limits.hpp"
#include "model/chat/template/filters.hpp"

namespace hadal::model::templates {

name_id expression_parser::name_of(const std::string& name) {
  const auto [place, is_new] = ids_.emplace(name, static_cast<name_id>(made_.names.size()));
  if (is_new) {
    made_.names.push_back(name);
    made_.read.push_back(false);
  }
  return place->second;
}

void expression_parser::read_name(name_id name) {
  made_.read[name] = true;
}

expression_ptr expression_parser::make(kind k, std::size_t line) {
  auto node = std::make_unique<expression>();
  node->kind = k;
  node->line = line;
  return node;
}

// Sets the height, which is limited because evaluation recurses.
expression_ptr expression_parser::finish(expression_ptr node) {
  const auto grow = [&node](const expression_ptr& child) {
    if (child)
      node->height = std::max(node->height, child->height + 1);
  };
  for (const auto& child : node->operands)
    grow(child);
  for (const auto& [name, child] : node->named)
    grow(child);
  if (node->height > limits::template_nesting_max)
    tokens_.fail(fmt::format("an expression nests deeper than {}", limits::template_nesting_max));
  return node;
}

expression_ptr expression_parser::binary(kind k, std::size_t line, expression_ptr left,
                                         expression_ptr right) {
  auto node = make(k, line);
  node->operands.push_back(std::move(left));
  node->operands.push_back(std::move(right));
  return finish(std::move(node));
}

bool expression_parser::enter() {
  if (depth_ >= limits::template_nesting_max)
    tokens_.fail(fmt::format("an expression nests deeper than {}", limits::template_nesting_max));
  return !tokens_.failed();
}

expression_ptr expression_parser::parse_expression(bool with_conditional) {
  if (!enter())
    return make(kind::constant, tokens_.line());
  ++depth_;
  const std::size_t line = tokens_.line();
  expression_ptr node = parse_either();
  while (with_conditional && tokens_.take_name("if")) {
    auto chosen = make(kind::conditional, line);
    chosen->operands.push_back(std::move(node));
    chosen->operands.push_back(parse_either());
    chosen->operands.push_back(tokens_.take_name("else") ? parse_expression() : nullptr);
    node = finish(std::move(chosen));
  }
  --depth_;
  return node;
}

expression_ptr expression_parser::parse_tuple(bool with_conditional) {
  const std::size_t line = tokens_.line();
  expression_ptr first = parse_expression(with_conditional);
  if (!tokens_.at_sign(","))
    return first;
  auto node = make(kind::tuple, line);
  node->operands.push_back(std::move(first));
  while (tokens_.take_sign(",")) {
    const token& next = tokens_.peek();
    if (next.kind == token_kind::variable_end || next.kind == token_kind::block_end ||
        next.is_sign(")"))
      break;
    node->operands.push_back(parse_expression(with_conditional));
  }
  return finish(std::move(node));
}

expression_ptr expression_parser::parse_either() {
  const std::size_t line = tokens_.line();
  expression_ptr node = parse_both();
  while (tokens_.take_name("or"))
    node = binary(kind::either, line, std::move(node), parse_both());
  return node;
}

expression_ptr expression_parser::parse_both() {
  const std::size_t line = tokens_.line();
  expression_ptr node = parse_negation();
  while (tokens_.take_name("and"))
    node = binary(kind::both, line, std::move(node), parse_negation());
  return node;
}

expression_ptr expression_parser::parse_negation() {
  const std::size_t line = tokens_.line();
  if (!tokens_.at_name("not") || !enter())
    return parse_compare();
  tokens_.take();
  ++depth_;
  auto node = make(kind::negation, line);
  node->operands.push_back(parse_negation());
  --depth_;
  return finish(std::move(node));
}

bool expression_parser::take_comparison(comparison& out) {
  constexpr std::pair<std::string_view, comparison> signs[] = {
      {"==", comparison::equal},      {"!=", comparison::not_equal},
      {"<=", comparison::less_equal}, {">=", comparison::greater_equal},
      {"<", comparison::less},        {">", comparison::greater}};
  for (const auto& [sign, op] : signs)
    if (tokens_.take_sign(sign)) {
      out = op;
      return true;
    }
  if (tokens_.take_name("in")) {
    out = comparison::in;
    return true;
  }
  if (tokens_.at_name("not") && tokens_.peek_after().is_name("in")) {
    tokens_.take();
    tokens_.take();
    out = comparison::not_in;
    return true;
  }
  return false;
}

expression_ptr expression_parser::parse_compare() {
  const std::size_t line = tokens_.line();
  expression_ptr first = parse_sum();
  comparison op = comparison::equal;
  if (!take_comparison(op))
    return first;
  auto node = make(kind::compare, line);
  node->operands.push_back(std::move(first));
  do {
    node->comparisons.push_back(op);
    node->operands.push_back(parse_sum());
  } while (take_comparison(op));
  return finish(std::move(node));
}

expression_ptr expression_parser::parse_sum() {
  const std::size_t line = tokens_.line();
  expression_ptr node = parse_concatenation();
  while (tokens_.at_sign("+") || tokens_.at_sign("-")) {
    const auto op = tokens_.take().text == "+" ? arithmetic::add : arithmetic::subtract;
    node = binary(kind::arithmetic, line, std::move(node), parse_concatenation());
    node->op = op;
  }
  return node;
}

expression_ptr expression_parser::parse_concatenation() {
  const std::size_t line = tokens_.line();
  expression_ptr first = parse_product();
  if (!tokens_.at_sign("~"))
    return first;
  auto node = make(kind::concatenate, line);
  node->operands.push_back(std::move(first));
  while (tokens_.take_sign("~"))
    node->operands.push_back(parse_product());
  return finish(std::move(node));
}

expression_ptr expression_parser::parse_product() {
  const std::size_t line = tokens_.line();
  expression_ptr node = parse_power();
  constexpr std::pair<std::string_view, arithmetic> signs[] = {{"*", arithmetic::multiply},
                                                               {"/", arithmetic::divide},
                                                               {"//", arithmetic::floor_divide},
                                                               {"%", arithmetic::modulo}};
  for (bool found = true; found;) {
    found = false;
    for (const auto& [sign, op] : signs) {
      if (!tokens_.take_sign(sign))
        continue;
      node = binary(kind::arithmetic, line, std::move(node), parse_power());
      node->op = op;
      found = true;
      break;
    }
  }
  return node;
}

expression_ptr expression_parser::parse_power() {
  const std::size_t line = tokens_.line();
  expression_ptr node = parse_unary(true);
  while (tokens_.take_sign("**")) {
    node = binary(kind::arithmetic, line, std::move(node), parse_unary(true));
    node->op = arithmetic::power;
  }
  return node;
}

expression_ptr expression_parser::parse_unary(bool with_filters) {
  const std::size_t line = tokens_.line();
  expression_ptr node;
  if ((tokens_.at_sign("-") || tokens_.at_sign("+")) && enter()) {
    ++depth_;
    node = make(tokens_.take().text == "-" ? kind::negative : kind::positive, line);
    node->operands.push_back(parse_unary(false));
    --depth_;
    node = finish(std::move(node));
  } else {
    node = parse_primary();
  }
  node = parse_postfix(std::move(node));
  return with_filters ? parse_filters_and_tests(std::move(node)) : std::move(node);
}

expression_ptr expression_parser::parse_postfix(expression_ptr node) {
  for (;;) {
    if (tokens_.at_sign(".")) {
      node = parse_attribute(std::move(node));
    } else if (tokens_.at_sign("[")) {
      node = parse_subscript(std::move(node));
    } else if (tokens_.at_sign("(")) {
      node = parse_call(std::move(node));
    } else {
      return node;
    }
  }
}

expression_ptr expression_parser::parse_call(expression_ptr called) {
  auto call = make(kind::call, tokens_.line());
  call->operands.push_back(std::move(called));
  parse_arguments(*call);
  return finish(std::move(call));
}

expression_ptr expression_parser::parse_attribute(expression_ptr node) {
  const std::size_t line = tokens_.line();
  tokens_.take();
  if (tokens_.peek().kind == token_kind::integer)
    return binary(kind::subscript, line, std::move(node), parse_number());
  auto found = make(kind::attribute, line);
  found->text = tokens_.peek().text;
  tokens_.expect_kind(token_kind::name, "the name of an attribute");
  found->operands.push_back(std::move(node));
  return finish(std::move(found));
}

expression_ptr expression_parser::parse_subscript(expression_ptr node) {
  const std::size_t line = tokens_.line();
  tokens_.take();
  const auto part = [this]() -> expression_ptr {
    return tokens_.at_sign(":") || tokens_.at_sign("]") ? nullptr : parse_expression();
  };
  expression_ptr first = part();
  if (!tokens_.at_sign(":")) {
    if (!first)
      tokens_.fail_expecting("an index");
    tokens_.expect_sign("]");
    return binary(kind::subscript, line, std::move(node), std::move(first));
  }
  auto slice = make(kind::slice, line);
  slice->operands.push_back(std::move(node));
  slice->operands.push_back(std::move(first));
  for (int i = 0; i < 2; ++i)
    slice->operands.push_back(tokens_.take_sign(":") ? part() : nullptr);
  tokens_.expect_sign("]");
  return finish(std::move(slice));
}

void expression_parser::parse_arguments(expression& node) {
  tokens_.expect_sign("(");
  while (!tokens_.at_sign(")") && !tokens_.failed()) {
    if (tokens_.at_sign("*") || tokens_.at_sign("**"))
      return tokens_.fail("arguments with '*' or '**' are not supported");
    if (tokens_.peek().kind == token_kind::name && tokens_.peek_after().is_sign("=")) {
      std::string name = tokens_.take().text;
      tokens_.take();
      for (const auto& [other, given] : node.named)
        if (other == name)
          tokens_.fail(fmt::format("the argument '{}' is given twice", name));
      node.named.emplace_back(std::move(name), parse_expression());
    } else {
      if (!node.named.empty())
        return tokens_.fail("expected no argument without a name after one with a name");
      node.operands.push_back(parse_expression());
    }
    if (!tokens_.take_sign(","))
      break;
  }
  tokens_.expect_sign(")");
}

expression_ptr expression_parser::parse_filter_call(expression_ptr input) {
  auto node = make(kind::filter, tokens_.line());
  node->operands.push_back(std::move(input));
  node->text = tokens_.peek().text;
  tokens_.expect_kind(token_kind::name, "the name of a filter");
  while (tokens_.take_sign(".")) {
    node->text += '.' + tokens_.peek().text;
    tokens_.expect_kind(token_kind::name, "the name of a filter");
  }
  node->filter = find_filter(node->text);
  if (!tokens_.failed() && node->filter == nullptr)
    tokens_.fail(fmt::format("there is no filter '{}'", node->text));
  if (tokens_.at_sign("("))
    parse_arguments(*node);
  return finish(std::move(node));
}

expression_ptr expression_parser::parse_block_filters() {
  expression_ptr node;
  while (tokens_.take_sign("|"))
    node = parse_filter_call(std::move(node));
  return node;
}

expression_ptr expression_parser::parse_filters_and_tests(expression_ptr node) {
  for (;;) {
    if (tokens_.take_sign("|")) {
      node = parse_filter_call(std::move(node));
    } else if (tokens_.take_name("is")) {
      node = parse_test(std::move(node));
    } else if (tokens_.at_sign("(")) {
      node = parse_call(std::move(node));
    } else {
      return node;
    }
  }
}

bool expression_parser::at_operand_of_test() const {
  const token& next = tokens_.peek();
  switch (next.kind) {
  case token_kind::string:
  case token_kind::integer:
  case token_kind::real: return true;
  case token_kind::name:
    return !next.is_name("else") && !next.is_name("or") && !next.is_name("and");
  default: return next.is_sign("[") || next.is_sign("{");
  }
}

expression_ptr expression_parser::parse_test(expression_ptr node) {
  const std::size_t line = tokens_.line();
  const bool negated = tokens_.take_name("not");
  auto test = make(kind::test, line);
  test->operands.push_back(std::move(node));
  test->text = tokens_.peek().text;
  tokens_.expect_kind(token_kind::name, "the name of a test");
  test->test = find_test(test->text);
  if (!tokens_.failed() && test->test == nullptr)
    tokens_.fail(fmt::format("there is no test '{}'", test->text));
  if (tokens_.at_sign("(")) {
    parse_arguments(*test);
  } else if (at_operand_of_test()) {
    if (tokens_.at_name("is"))
      tokens_.fail("tests cannot be chained with 'is'");
    test->operands.push_back(parse_postfix(parse_primary()));
  }
  test = finish(std::move(test));
  if (!negated)
    return test;
  auto negation = make(kind::negation, line);
  negation->operands.push_back(std::move(test));
  return finish(std::move(negation));
}

expression_ptr expression_parser::parse_call_expression() {
  expression_ptr node = parse_unary(true);
  if (node->kind != kind::call)
    tokens_.fail_expecting("a call of a macro");
  return node;
}

} // namespace hadal::model::templates
