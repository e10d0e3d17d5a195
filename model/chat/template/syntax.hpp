#pragma once
// A parsed template: statements and expressions as trees. The parser makes it once, evaluators read
// it. Names are numbered: `names` of the template gives their texts.

#include "model/chat/template/operators.hpp"
#include "model/chat/template/value.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hadal::model::templates {

struct expression;
using expression_ptr = std::unique_ptr<expression>;

using name_id = std::uint32_t;
using filter_function = value (*)(run_state&, const value&, const call_arguments&);
using test_function = bool (*)(run_state&, const value&, const call_arguments&);

enum class expression_kind : std::uint8_t {
  constant,
  name,
  list,        // operands
  tuple,       // operands
  dict,        // operands: key, value, key, value ...
  attribute,   // operands[0].text
  subscript,   // operands[0][operands[1]]
  slice,       // operands[0][operands[1]:operands[2]:operands[3]], each may be null
  call,        // operands[0](operands[1] ..., named)
  filter,      // operands[0] | text(operands[1] ..., named); operands[0] null: the block's text
  test,        // operands[0] is text(operands[1] ..., named)
  negative,    // -operands[0]
  positive,    // +operands[0]
  negation,    // not operands[0]
  arithmetic,  // operands[0] op operands[1]
  concatenate, // operands[0] ~ operands[1] ~ ...
  compare,     // operands[0] comparisons[0] operands[1] comparisons[1] ...
  both,        // operands[0] and operands[1]
  either,      // operands[0] or operands[1]
  conditional, // operands[0] if operands[1] else operands[2], the last may be null
};

enum class comparison : std::uint8_t {
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  not_in,
};

struct expression {
  expression_kind kind = expression_kind::constant;
  arithmetic op = arithmetic::add;
  std::size_t line = 1;
  std::size_t height = 1; // of the tree
  name_id name = 0;
  std::string text; // attribute, filter, test
  value constant;
  std::vector<expression_ptr> operands;
  std::vector<std::pair<std::string, expression_ptr>> named;
  std::vector<comparison> comparisons;
  filter_function filter = nullptr;
  test_function test = nullptr;
};

struct statement;
using block = std::vector<statement>;

enum class statement_kind : std::uint8_t {
  text,       // `text` as it is
  output,     // {{ first }}
  branch,     // if: conditions[i] -> bodies[i]; one body more: else
  loop,       // for target in first if second; bodies[0], else bodies[1]
  assign,     // set target = first
  capture,    // set target | first: bodies[0]
  macro,      // macro; bodies[0]
  call,       // call first: the macro's signature and bodies[0] are the caller
  filter,     // filter first: bodies[0]
  generation, // bodies[0]
  with,       // names = conditions; bodies[0]
  leave,      // break
  next,       // continue
};

/// The target of a for or set statement.
struct assignment_target {
  std::vector<name_id> names; // more than one, or `is_tuple`: a tuple is unpacked
  bool is_tuple = false;
  std::string attribute; // names[0].attribute, of a namespace
};

struct parameter {
  name_id name = 0;
  expression_ptr otherwise; // null: undefined
};

struct statement {
  statement_kind kind = statement_kind::text;
  std::size_t line = 1;
  value text; // a string
  expression_ptr first;
  expression_ptr second;
  std::vector<expression_ptr> conditions;
  std::vector<block> bodies;
  assignment_target target;
  name_id name = 0; // of a macro
  std::vector<parameter> parameters;
  bool takes_rest = false;  // the macro's body reads `varargs`
  bool takes_named = false; // ... or `kwargs`
  bool takes_caller = false;
};

struct program {
  block body;
  std::vector<std::string> names;
  std::vector<bool> read; // whether some expression reads that name
};

} // namespace hadal::model::templates
