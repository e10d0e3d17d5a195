#include "base/utf8.hpp"
#include "model/chat/template/compare.hpp"
#include "model/chat/template/evaluator.hpp"
#include "model/chat/template/marked_slices.hpp"
#include "model/chat/template/python_text.hpp"
#include "model/chat/template/spell.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace hadal::model::templates {

value evaluator::evaluate(const expression& e) {
  state_.at_line(e.line);
  value made = state_.enter() ? evaluate_kind(e) : make_none();
  state_.leave();
  return made;
}

value evaluator::evaluate_kind(const expression& e) {
  switch (e.kind) {
  case expression_kind::constant: return e.constant;
  case expression_kind::name: return evaluate_name(e);
  case expression_kind::list:
  case expression_kind::tuple:
  case expression_kind::dict: return evaluate_container(e);
  case expression_kind::attribute: return attribute_of(state_, evaluate(*e.operands[0]), e.text);
  case expression_kind::subscript: {
    const value object = evaluate(*e.operands[0]);
    return item_of(state_, object, evaluate(*e.operands[1]));
  }
  case expression_kind::slice: return evaluate_slice(e);
  case expression_kind::call: return evaluate_call(e, nullptr);
  case expression_kind::filter: return evaluate_filter(e, nullptr);
  case expression_kind::test: {
    const value subject = evaluate(*e.operands[0]);
    const call_arguments arguments = arguments_of(e);
    return make_bool(!state_.failed() && e.test(state_, subject, arguments));
  }
  case expression_kind::negative: return negate(state_, evaluate(*e.operands[0]));
  case expression_kind::positive: {
    value v = evaluate(*e.operands[0]);
    double number = 0;
    if (!number_of(v, number))
      state_.fail(fmt::format("'+' cannot take {}", kind_name(v)));
    return v.is<bool>() ? make_integer(*v.as<bool>() ? 1 : 0) : v;
  }
  case expression_kind::negation: return make_bool(!truth(evaluate(*e.operands[0])));
  case expression_kind::arithmetic: return evaluate_arithmetic(e);
  case expression_kind::concatenate: return evaluate_concatenation(e);
  case expression_kind::compare: return evaluate_compare(e);
  case expression_kind::both: {
    value left = evaluate(*e.operands[0]);
    return truth(left) ? evaluate(*e.operands[1]) : left;
  }
  case expression_kind::either: {
    value left = evaluate(*e.operands[0]);
    return truth(left) ? left : evaluate(*e.operands[1]);
  }
  case expression_kind::conditional: return evaluate_conditional(e);
  }
  return make_none();
}

value evaluator::evaluate_name(const expression& e) {
  if (const value* found = frame_->find(e.name))
    return *found;
  const std::string& name = source_.names[e.name];
  if (name == "namespace")
    return make_callable(name, [this](run_state&, const call_arguments& arguments) {
      return make_namespace(arguments);
    });
  return global_function(name, clock_);
}

value evaluator::evaluate_container(const expression& e) {
  if (e.kind == expression_kind::dict) {
    dict_object made;
    for (std::size_t i = 0; i + 1 < e.operands.size() && !state_.failed(); i += 2) {
      value key = evaluate(*e.operands[i]);
      if (key.list() || key.dict() || is_undefined(key))
        state_.fail(fmt::format("{} cannot be a key", kind_name(key)));
      made.put(std::move(key), evaluate(*e.operands[i + 1]));
    }
    return make_dict(state_, std::move(made));
  }
  std::vector<value> items;
  for (const auto& operand : e.operands)
    items.push_back(evaluate(*operand));
  return make_list(state_, std::move(items), e.kind == expression_kind::tuple);
}

namespace {

struct slice_range {
  std::int64_t begin;
  std::int64_t end;
  std::int64_t step;
};

// Python's rule for the bounds of a slice over `size` items.
slice_range adjusted(const value* first, const value* last, std::int64_t step, std::int64_t size) {
  const auto clamp = [&](const value* given, std::int64_t otherwise) {
    std::int64_t room = 0;
    const std::int64_t* number = given ? integer_of(*given, room) : nullptr;
    if (number == nullptr)
      return otherwise;
    std::int64_t at = *number;
    if (at < 0)
      at = std::max<std::int64_t>(at + size, step < 0 ? -1 : 0);
    return std::min(at, step < 0 ? size - 1 : size);
  };
  return {clamp(first, step < 0 ? size - 1 : 0), clamp(last, step < 0 ? -1 : size), step};
}

// Calls take(index) for each index of the slice, until it returns false.
template <class Take>
void each_index(slice_range r, Take take) {
  std::int64_t at = r.begin;
  while (r.step > 0 ? at < r.end : at > r.end) {
    if (!take(static_cast<std::size_t>(at)) || __builtin_add_overflow(at, r.step, &at))
      return;
  }
}

bool is_index(const value& v) {
  return v.is<none_type>() || v.is<std::int64_t>() || v.is<bool>();
}

value slice_of_text(run_state& state, const marked_text& text, const value* const bounds[2],
                    std::int64_t step) {
  if (!state.spend_text(text.text().size()))
    return make_none();
  const std::string_view bytes = text.text();
  std::vector<std::size_t> starts; // of each character, and the end
  for (std::size_t at = 0; at < bytes.size(); at += utf8_front(bytes.substr(at)).bytes)
    starts.push_back(at);
  starts.push_back(bytes.size());
  const auto count = static_cast<std::int64_t>(starts.size() - 1);
  const slice_range r = adjusted(bounds[0], bounds[1], step, count);
  if (r.step == 1)
    return make_text(r.begin < r.end ? slice_of(text, starts[static_cast<std::size_t>(r.begin)],
                                                starts[static_cast<std::size_t>(r.end)])
                                     : marked_text{});
  marked_text out;
  each_index(r, [&](std::size_t i) {
    append_slice(out, text, starts[i], starts[i + 1]);
    return state.spend();
  });
  return make_text(std::move(out));
}

value slice_of_list(run_state& state, const list_object& list, const value* const bounds[2],
                    std::int64_t step) {
  std::vector<value> items;
  const auto count = static_cast<std::int64_t>(list.items.size());
  each_index(adjusted(bounds[0], bounds[1], step, count), [&](std::size_t i) {
    items.push_back(list.items[i]);
    return state.spend();
  });
  return make_list(state, std::move(items), list.is_tuple);
}

} // namespace

value evaluator::evaluate_slice(const expression& e) {
  const value object = evaluate(*e.operands[0]);
  if (is_undefined(object)) {
    state_.fail(object.as<undefined>()->what);
    return make_none();
  }
  value given[3];
  for (int i = 0; i < 3; ++i) {
    const auto& operand = e.operands[static_cast<std::size_t>(i) + 1];
    given[i] = operand ? evaluate(*operand) : make_none();
    if (!is_index(given[i]))
      state_.fail(fmt::format("a slice expects integers, found {}", kind_name(given[i])));
  }
  std::int64_t room = 0;
  const std::int64_t* step = integer_of(given[2], room);
  if (step && *step == 0)
    state_.fail("the step of a slice must not be 0");
  if (state_.failed())
    return make_none();
  const value* const bounds[2] = {&given[0], &given[1]};
  if (const auto* text = object.text())
    return slice_of_text(state_, *text, bounds, step ? *step : 1);
  if (const auto* list = object.list())
    return slice_of_list(state_, *list, bounds, step ? *step : 1);
  state_.fail(fmt::format("{} cannot be sliced", kind_name(object)));
  return make_none();
}

call_arguments evaluator::arguments_of(const expression& e) {
  call_arguments arguments;
  for (std::size_t i = 1; i < e.operands.size(); ++i)
    arguments.positional.push_back(evaluate(*e.operands[i]));
  for (const auto& [name, item] : e.named)
    arguments.named.emplace_back(name, evaluate(*item));
  return arguments;
}

value evaluator::evaluate_call(const expression& e, const value* caller) {
  const value callee = evaluate(*e.operands[0]);
  call_arguments arguments = arguments_of(e);
  if (caller)
    arguments.named.emplace_back("caller", *caller);
  if (state_.failed())
    return make_none();
  state_.at_line(e.line);
  if (const auto* function = callee.as<callable_ptr>())
    return (*function)->call(state_, arguments);
  state_.fail(is_undefined(callee) ? callee.as<undefined>()->what
                                   : fmt::format("{} cannot be called", kind_name(callee)));
  return make_none();
}

value evaluator::evaluate_filter(const expression& e, const value* input) {
  const auto& operand = e.operands[0];
  value subject;
  if (!operand)
    subject = *input;
  else if (input != nullptr && operand->kind == expression_kind::filter)
    subject = evaluate_filter(*operand, input);
  else
    subject = evaluate(*operand);
  const call_arguments arguments = arguments_of(e);
  state_.at_line(e.line);
  return state_.failed() ? make_none() : e.filter(state_, subject, arguments);
}

value evaluator::evaluate_arithmetic(const expression& e) {
  const value left = evaluate(*e.operands[0]);
  const value right = evaluate(*e.operands[1]);
  state_.at_line(e.line);
  return state_.failed() ? make_none() : apply(state_, e.op, left, right);
}

value evaluator::evaluate_concatenation(const expression& e) {
  marked_text out;
  for (const auto& operand : e.operands) {
    const marked_text part = spelled(state_, evaluate(*operand));
    if (!state_.allow_text(out.text().size() + part.text().size()) ||
        !state_.spend_text(part.text().size()))
      break;
    append_all(out, part);
  }
  return make_text(std::move(out));
}

bool evaluator::compare_one(comparison op, const value& a, const value& b) {
  const auto ordered = [&](const value& x, const value& y) {
    for (const value* v : {&x, &y})
      if (const auto* missing = v->as<undefined>())
        state_.fail(missing->what);
    return !state_.failed() && less(state_, x, y);
  };
  switch (op) {
  case comparison::equal: return equal(state_, a, b);
  case comparison::not_equal: return !equal(state_, a, b);
  case comparison::less: return ordered(a, b);
  case comparison::greater: return ordered(b, a);
  case comparison::less_equal: return ordered(a, b) || equal(state_, a, b);
  case comparison::greater_equal: return ordered(b, a) || equal(state_, a, b);
  case comparison::in: return contains(state_, b, a);
  case comparison::not_in: return !contains(state_, b, a);
  }
  return false;
}

value evaluator::evaluate_compare(const expression& e) {
  value left = evaluate(*e.operands[0]);
  for (std::size_t i = 0; i < e.comparisons.size(); ++i) {
    value right = evaluate(*e.operands[i + 1]);
    if (state_.failed() || !compare_one(e.comparisons[i], left, right))
      return make_bool(false);
    left = std::move(right);
  }
  return make_bool(true);
}

value evaluator::evaluate_conditional(const expression& e) {
  if (truth(evaluate(*e.operands[1])))
    return evaluate(*e.operands[0]);
  if (e.operands[2])
    return evaluate(*e.operands[2]);
  return make_undefined("an expression without 'else' has no value here");
}

value evaluator::make_namespace(const call_arguments& arguments) {
  auto made = std::make_shared<namespace_object>();
  namespaces_.push_back(made);
  if (arguments.positional.size() > 1)
    state_.fail("namespace() takes up to one argument without a name");
  for (const value& given : arguments.positional) {
    const dict_object* dict = given.dict();
    if (dict == nullptr) {
      state_.fail(fmt::format("namespace() expects a dictionary, found {}", kind_name(given)));
      break;
    }
    for (const auto& entry : dict->entries())
      if (const auto* key = entry.key.text())
        made->set(key->text(), entry.item);
  }
  for (const auto& [name, item] : arguments.named)
    made->set(name, item);
  for (const auto& [name, item] : made->attributes)
    if (!name.empty() && name.front() == '_')
      state_.fail(fmt::format("the attribute '{}' of a namespace must not begin with '_'", name));
  return {made};
}

} // namespace hadal::model::templates
