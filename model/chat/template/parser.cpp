#include "model/chat/template/parser.hpp"

#include "base/limits.hpp"
#include "model/chat/template/expression_parser.hpp"
#include "model/chat/template/lexer.hpp"

#include <algorithm>
#include <initializer_list>

namespace hadal::model::templates {

namespace {

using end_words = std::initializer_list<std::string_view>;

class parser {
public:
  explicit parser(std::vector<token> tokens)
    : tokens_(std::move(tokens)), expressions_(tokens_, made_) {}

  result<program> run() {
    made_.body = parse_block({});
    if (tokens_.failed())
      return fail(error_code::invalid_request, tokens_.failure());
    return std::move(made_);
  }

private:
  // Parses to a block that begins with one of `ends`, whose word is not taken, or to the end if
  // `ends` is empty.
  block parse_block(end_words ends) {
    block body;
    if (++depth_ > limits::template_nesting_max)
      tokens_.fail(fmt::format("statements nest deeper than {}", limits::template_nesting_max));
    while (!tokens_.failed()) {
      const token& next = tokens_.peek();
      if (next.kind == token_kind::end) {
        if (ends.size() > 0)
          tokens_.fail(fmt::format("expected '{{% {} %}}' before the end of the template",
                                   *(ends.end() - 1)));
        break;
      }
      if (next.kind == token_kind::data)
        body.push_back(parse_data());
      else if (next.kind == token_kind::variable_begin)
        body.push_back(parse_output());
      else if (tokens_.take(), at_word_of(ends))
        break;
      else
        parse_statement(body);
    }
    --depth_;
    return body;
  }

  bool at_word_of(end_words ends) const {
    return std::any_of(ends.begin(), ends.end(),
                       [this](std::string_view word) { return tokens_.at_name(word); });
  }

  statement start(statement_kind kind) {
    statement made;
    made.kind = kind;
    made.line = tokens_.line();
    return made;
  }

  void end_block() { tokens_.expect_kind(token_kind::block_end, "'%}'"); }

  // The body after a tag's end, up to its one end word, that tag included.
  block parse_body(std::string_view end_word) {
    end_block();
    block body = parse_block({end_word});
    tokens_.take();
    end_block();
    return body;
  }

  // A body that break and continue cannot leave, because its output is captured.
  block parse_closed_body(std::string_view end_word) {
    const std::size_t loops = std::exchange(loops_, 0);
    block body = parse_body(end_word);
    loops_ = loops;
    return body;
  }

  statement parse_data() {
    statement made = start(statement_kind::text);
    made.text = make_control(tokens_.take().text);
    return made;
  }

  statement parse_output() {
    statement made = start(statement_kind::output);
    tokens_.take();
    made.first = expressions_.parse_tuple();
    tokens_.expect_kind(token_kind::variable_end, "'}}'");
    return made;
  }

  void parse_statement(block& body) {
    const token word = tokens_.peek();
    if (word.kind != token_kind::name)
      return tokens_.fail_expecting("a statement");
    using handler = statement (parser::*)();
    constexpr std::pair<std::string_view, handler> handlers[] = {
        {"if", &parser::parse_if},       {"for", &parser::parse_for},
        {"set", &parser::parse_set},     {"macro", &parser::parse_macro},
        {"call", &parser::parse_call},   {"filter", &parser::parse_filter},
        {"with", &parser::parse_with},   {"generation", &parser::parse_generation},
        {"break", &parser::parse_break}, {"continue", &parser::parse_continue}};
    for (const auto& [name, parse] : handlers)
      if (word.text == name) {
        body.push_back((this->*parse)());
        return;
      }
    constexpr std::string_view unsupported[] = {"include", "import",     "from", "extends",
                                                "block",   "autoescape", "do"};
    if (std::find(std::begin(unsupported), std::end(unsupported), word.text) !=
        std::end(unsupported))
      return tokens_.fail(fmt::format("the statement '{}' is not supported", word.text));
    tokens_.fail(fmt::format("there is no statement '{}' here", word.text));
  }

  statement parse_if() {
    statement made = start(statement_kind::branch);
    tokens_.take();
    made.conditions.push_back(expressions_.parse_tuple(false));
    for (;;) {
      end_block();
      made.bodies.push_back(parse_block({"elif", "else", "endif"}));
      if (tokens_.take_name("elif")) {
        made.conditions.push_back(expressions_.parse_tuple(false));
        continue;
      }
      if (tokens_.take_name("else"))
        made.bodies.push_back(parse_body("endif"));
      else if (tokens_.take(), !tokens_.failed())
        end_block();
      return made;
    }
  }

  // One name, or names with commas, perhaps in parentheses.
  assignment_target parse_target() {
    assignment_target target;
    const bool parenthesis = tokens_.take_sign("(");
    for (;;) {
      const token name = tokens_.peek();
      if (name.kind != token_kind::name)
        tokens_.fail_expecting("a name to assign to");
      constexpr std::string_view literals[] = {"true", "false", "none", "True", "False", "None"};
      if (std::find(std::begin(literals), std::end(literals), name.text) != std::end(literals))
        tokens_.fail(fmt::format("'{}' cannot be assigned to", name.text));
      tokens_.take();
      target.names.push_back(expressions_.name_of(name.text));
      if (!tokens_.take_sign(","))
        break;
      target.is_tuple = true;
      if (tokens_.at_name("in") || tokens_.at_sign("=") || tokens_.at_sign(")"))
        break;
    }
    if (parenthesis)
      tokens_.expect_sign(")");
    return target;
  }

  statement parse_for() {
    statement made = start(statement_kind::loop);
    tokens_.take();
    made.target = parse_target();
    if (!tokens_.take_name("in"))
      tokens_.fail_expecting("'in'");
    made.first = expressions_.parse_tuple(false);
    if (tokens_.take_name("if"))
      made.second = expressions_.parse_expression();
    if (tokens_.at_name("recursive"))
      tokens_.fail("recursive loops are not supported");
    end_block();
    ++loops_;
    made.bodies.push_back(parse_block({"else", "endfor"}));
    --loops_;
    if (tokens_.take_name("else")) {
      made.bodies.push_back(parse_body("endfor"));
    } else {
      tokens_.take();
      end_block();
    }
    return made;
  }

  statement parse_set() {
    statement made = start(statement_kind::assign);
    tokens_.take();
    if (tokens_.peek_after().is_sign(".")) {
      made.target.names.push_back(expressions_.name_of(tokens_.take().text));
      tokens_.take();
      made.target.attribute = tokens_.peek().text;
      tokens_.expect_kind(token_kind::name, "the name of an attribute");
    } else {
      made.target = parse_target();
    }
    if (tokens_.take_sign("=")) {
      made.first = expressions_.parse_tuple();
      end_block();
      return made;
    }
    made.kind = statement_kind::capture;
    made.first = expressions_.parse_block_filters();
    made.bodies.push_back(parse_closed_body("endset"));
    return made;
  }

  // "(a, b=1)", for macros and callers.
  void parse_signature(statement& made) {
    tokens_.expect_sign("(");
    while (!tokens_.at_sign(")") && !tokens_.failed()) {
      parameter p;
      const token name = tokens_.peek();
      tokens_.expect_kind(token_kind::name, "the name of a parameter");
      p.name = expressions_.name_of(name.text);
      if (tokens_.take_sign("="))
        p.otherwise = expressions_.parse_expression();
      else if (!made.parameters.empty() && made.parameters.back().otherwise)
        tokens_.fail(fmt::format("expected a default for the parameter '{}'", name.text));
      made.parameters.push_back(std::move(p));
      if (!tokens_.take_sign(","))
        break;
    }
    tokens_.expect_sign(")");
  }

  // The body of a macro or caller; records which of its special names it reads.
  void parse_macro_body(statement& made, std::string_view end_word) {
    constexpr std::string_view special[] = {"varargs", "kwargs", "caller"};
    bool* const taken[] = {&made.takes_rest, &made.takes_named, &made.takes_caller};
    bool before[3];
    for (int i = 0; i < 3; ++i) {
      const name_id id = expressions_.name_of(std::string(special[i]));
      before[i] = made_.read[id];
      made_.read[id] = false;
    }
    made.bodies.push_back(parse_closed_body(end_word));
    for (int i = 0; i < 3; ++i) {
      const name_id id = expressions_.name_of(std::string(special[i]));
      *taken[i] = made_.read[id];
      made_.read[id] = made_.read[id] || before[i];
    }
  }

  statement parse_macro() {
    statement made = start(statement_kind::macro);
    tokens_.take();
    const token name = tokens_.peek();
    tokens_.expect_kind(token_kind::name, "the name of a macro");
    made.name = expressions_.name_of(name.text);
    parse_signature(made);
    parse_macro_body(made, "endmacro");
    return made;
  }

  statement parse_call() {
    statement made = start(statement_kind::call);
    tokens_.take();
    if (tokens_.at_sign("("))
      parse_signature(made);
    made.first = expressions_.parse_call_expression();
    parse_macro_body(made, "endcall");
    return made;
  }

  statement parse_filter() {
    statement made = start(statement_kind::filter);
    tokens_.take();
    made.first = expressions_.parse_filter_call(nullptr);
    while (tokens_.take_sign("|"))
      made.first = expressions_.parse_filter_call(std::move(made.first));
    made.bodies.push_back(parse_closed_body("endfilter"));
    return made;
  }

  statement parse_with() {
    statement made = start(statement_kind::with);
    tokens_.take();
    while (tokens_.peek().kind != token_kind::block_end && !tokens_.failed()) {
      const token name = tokens_.peek();
      tokens_.expect_kind(token_kind::name, "a name to assign to");
      made.target.names.push_back(expressions_.name_of(name.text));
      tokens_.expect_sign("=");
      made.conditions.push_back(expressions_.parse_expression());
      if (!tokens_.take_sign(","))
        break;
    }
    made.bodies.push_back(parse_body("endwith"));
    return made;
  }

  statement parse_generation() {
    statement made = start(statement_kind::generation);
    tokens_.take();
    made.bodies.push_back(parse_closed_body("endgeneration"));
    return made;
  }

  statement parse_leave(statement_kind kind) {
    statement made = start(kind);
    if (loops_ == 0)
      tokens_.fail(fmt::format("'{}' stands in no for statement", tokens_.peek().text));
    tokens_.take();
    end_block();
    return made;
  }
  statement parse_break() { return parse_leave(statement_kind::leave); }
  statement parse_continue() { return parse_leave(statement_kind::next); }

  program made_;
  token_stream tokens_;
  expression_parser expressions_;
  std::size_t depth_ = 0;
  std::size_t loops_ = 0; // enclosing for statements
};

} // namespace

result<program> parse(std::string_view source) {
  HADAL_TRY_ASSIGN(tokens, tokenize(source));
  return parser(std::move(tokens)).run();
}

} // namespace hadal::model::templates
