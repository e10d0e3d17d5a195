#include "model/chat/template/evaluator.hpp"

#include "model/chat/template/compare.hpp"
#include "model/chat/template/marked_slices.hpp"
#include "model/chat/template/spell.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace hadal::model::templates {

const value* frame::find(name_id name) const noexcept {
  for (const frame* f = this; f != nullptr; f = f->parent.get())
    for (const auto& [known, item] : f->names)
      if (known == name)
        return &item;
  return nullptr;
}

void frame::set(name_id name, value item) {
  for (auto& [known, old] : names)
    if (known == name) {
      old = std::move(item);
      return;
    }
  names.emplace_back(name, std::move(item));
}

evaluator::evaluator(const program& source, run_state& state, const wall_clock& clock)
  : source_(source), state_(state), clock_(clock), frame_(std::make_shared<frame>()) {
  const auto found = std::find(source.names.begin(), source.names.end(), "loop");
  has_loop_name_ = found != source.names.end();
  loop_name_ = static_cast<name_id>(found - source.names.begin());
}

evaluator::~evaluator() {
  for (const auto& space : namespaces_)
    space->attributes.clear();
}

void evaluator::define(std::string_view name, value item) {
  const auto found = std::find(source_.names.begin(), source_.names.end(), name);
  if (found != source_.names.end())
    frame_->set(static_cast<name_id>(found - source_.names.begin()), std::move(item));
}

marked_text evaluator::run() {
  marked_text out;
  out_ = &out;
  execute(source_.body);
  return out;
}

void evaluator::output(const value& v) {
  const auto append = [this](const marked_text& text) {
    if (state_.allow_text(out_->text().size() + text.text().size()) &&
        state_.spend_text(text.text().size()))
      append_all(*out_, text);
  };
  if (const auto* text = v.text())
    append(*text);
  else
    append(spelled(state_, v));
}

evaluator::flow evaluator::execute(const block& body) {
  for (const statement& s : body) {
    if (state_.failed())
      return flow::leave;
    if (const flow f = execute(s); f != flow::on)
      return f;
  }
  return flow::on;
}

evaluator::flow evaluator::execute(const statement& s) {
  state_.at_line(s.line);
  if (!state_.enter()) {
    state_.leave();
    return flow::leave;
  }
  flow f = flow::on;
  switch (s.kind) {
  case statement_kind::text: output(s.text); break;
  case statement_kind::output: output(evaluate(*s.first)); break;
  case statement_kind::branch: f = execute_branch(s); break;
  case statement_kind::loop: f = execute_loop(s); break;
  case statement_kind::assign: assign(s.target, evaluate(*s.first)); break;
  case statement_kind::capture:
    assign(s.target, filtered(s.first.get(), captured(s.bodies[0])));
    break;
  case statement_kind::macro: define_macro(s); break;
  case statement_kind::call: execute_call(s); break;
  case statement_kind::filter: output(filtered(s.first.get(), captured(s.bodies[0]))); break;
  case statement_kind::generation: output(make_text(captured(s.bodies[0]))); break;
  case statement_kind::with: f = execute_with(s); break;
  case statement_kind::leave: f = flow::leave; break;
  case statement_kind::next: f = flow::next; break;
  }
  state_.leave();
  return f;
}

evaluator::flow evaluator::execute_branch(const statement& s) {
  for (std::size_t i = 0; i < s.conditions.size(); ++i)
    if (truth(evaluate(*s.conditions[i])))
      return execute(s.bodies[i]);
  return s.bodies.size() > s.conditions.size() ? execute(s.bodies.back()) : flow::on;
}

// The items that pass the statement's own `if`.
list_ptr evaluator::loop_items(const statement& s) {
  list_ptr all = items_of(state_, evaluate(*s.first));
  if (!s.second)
    return all;
  std::vector<value> kept;
  const frame_ptr around = frame_;
  for (const value& item : all->items) {
    if (!state_.spend())
      break;
    frame_ = std::make_shared<frame>();
    frame_->parent = around;
    assign(s.target, item);
    if (truth(evaluate(*s.second)))
      kept.push_back(item);
  }
  frame_ = around;
  auto made = std::make_shared<list_object>();
  made->items = std::move(kept);
  return made;
}

bool evaluator::run_turn(const statement& s, const loop_ptr& loop, const frame_ptr& around) {
  frame_ = std::make_shared<frame>();
  frame_->parent = around;
  if (has_loop_name_)
    frame_->set(loop_name_, {loop});
  assign(s.target, loop->items->items[loop->index]);
  return execute(s.bodies[0]) != flow::leave;
}

evaluator::flow evaluator::execute_loop(const statement& s) {
  auto loop = std::make_shared<loop_object>();
  loop->items = loop_items(s);
  const frame_ptr around = frame_;
  const std::size_t count = loop->items->items.size();
  for (; loop->index < count && state_.spend(); ++loop->index)
    if (!run_turn(s, loop, around))
      break;
  frame_ = around;
  if (count == 0 && s.bodies.size() > 1) {
    frame_ = std::make_shared<frame>();
    frame_->parent = around;
    const flow f = execute(s.bodies[1]);
    frame_ = around;
    return f;
  }
  return flow::on;
}

void evaluator::assign(const assignment_target& target, const value& item) {
  if (!target.attribute.empty())
    return assign_attribute(target, item);
  if (!target.is_tuple)
    return frame_->set(target.names[0], item);
  const list_ptr parts = items_of(state_, item);
  if (parts->items.size() != target.names.size())
    return state_.fail(fmt::format("{} values cannot be given to {} names", parts->items.size(),
                                   target.names.size()));
  for (std::size_t i = 0; i < target.names.size(); ++i)
    frame_->set(target.names[i], parts->items[i]);
}

void evaluator::assign_attribute(const assignment_target& target, const value& item) {
  const value* object = frame_->find(target.names[0]);
  const auto* space = object ? object->as<namespace_ptr>() : nullptr;
  if (space == nullptr)
    return state_.fail(fmt::format("'{}' is no namespace: its attribute '{}' cannot be assigned to",
                                   source_.names[target.names[0]], target.attribute));
  if (target.attribute.front() == '_')
    return state_.fail(
        fmt::format("the attribute '{}' of a namespace must not begin with '_'", target.attribute));
  (*space)->set(target.attribute, item);
}

marked_text evaluator::captured(const block& body) {
  marked_text text;
  marked_text* const outer = std::exchange(out_, &text);
  const frame_ptr around = frame_;
  frame_ = std::make_shared<frame>();
  frame_->parent = around;
  execute(body);
  frame_ = around;
  out_ = outer;
  return text;
}

value evaluator::filtered(const expression* filters, marked_text text) {
  value made = make_text(std::move(text));
  return filters == nullptr || state_.failed() ? made : evaluate_filter(*filters, &made);
}

evaluator::flow evaluator::execute_with(const statement& s) {
  std::vector<value> items;
  for (const auto& e : s.conditions)
    items.push_back(evaluate(*e));
  const frame_ptr around = frame_;
  frame_ = std::make_shared<frame>();
  frame_->parent = around;
  for (std::size_t i = 0; i < items.size(); ++i)
    frame_->set(s.target.names[i], std::move(items[i]));
  const flow f = execute(s.bodies[0]);
  frame_ = around;
  return f;
}

// -- macros ---------------------------------------------------------------------------------------

// The macro sees the names around its definition; it cannot outlive them.
value evaluator::make_macro(const statement& s, std::string name) {
  const std::weak_ptr<frame> defined_in = frame_;
  return make_callable(name, [this, &s, defined_in, name](run_state& state,
                                                          const call_arguments& arguments) {
    if (const frame_ptr alive = defined_in.lock())
      return call_macro(s, alive, name, arguments);
    state.fail(fmt::format("the macro '{}' is called outside of the block that defines it", name));
    return make_none();
  });
}

void evaluator::define_macro(const statement& s) {
  frame_->set(s.name, make_macro(s, source_.names[s.name]));
}

void evaluator::execute_call(const statement& s) {
  const value caller = make_macro(s, "caller");
  output(evaluate_call(*s.first, &caller));
}

value evaluator::call_macro(const statement& s, const frame_ptr& defined_in,
                            const std::string& name, const call_arguments& arguments) {
  const frame_ptr around = std::exchange(frame_, std::make_shared<frame>());
  frame_->parent = defined_in;
  bind_parameters(s, name, arguments);
  marked_text text;
  if (!state_.failed())
    text = captured(s.bodies[0]);
  frame_ = around;
  return make_text(std::move(text));
}

void evaluator::bind_parameters(const statement& s, const std::string& name,
                                const call_arguments& arguments) {
  const auto named = [&](const std::string& wanted) -> const value* {
    for (const auto& [known, item] : arguments.named)
      if (known == wanted)
        return &item;
    return nullptr;
  };
  std::size_t matched = 0;
  for (std::size_t i = 0; i < s.parameters.size() && !state_.failed(); ++i) {
    const parameter& p = s.parameters[i];
    const std::string& text = source_.names[p.name];
    const value* by_name = named(text);
    matched += by_name ? 1 : 0;
    if (by_name && i < arguments.positional.size())
      return state_.fail(fmt::format("the macro '{}' is given '{}' twice", name, text));
    if (i < arguments.positional.size())
      frame_->set(p.name, arguments.positional[i]);
    else if (by_name)
      frame_->set(p.name, *by_name);
    else
      frame_->set(p.name, p.otherwise ? evaluate(*p.otherwise)
                                      : make_undefined(
                                            fmt::format("parameter '{}' was not provided", text)));
  }
  const auto id = [this](std::string_view text) {
    return static_cast<name_id>(std::find(source_.names.begin(), source_.names.end(), text) -
                                source_.names.begin());
  };
  if (const value* caller = named("caller"); s.takes_caller || caller) {
    frame_->set(id("caller"), caller ? *caller : make_undefined("no caller is defined"));
    matched += caller ? 1 : 0;
    if (caller && !s.takes_caller)
      return state_.fail(fmt::format("the macro '{}' takes no caller", name));
  }
  std::vector<value> rest;
  for (std::size_t i = s.parameters.size(); i < arguments.positional.size(); ++i)
    rest.push_back(arguments.positional[i]);
  if (s.takes_rest)
    frame_->set(id("varargs"), make_list(state_, std::move(rest), true));
  else if (!rest.empty())
    return state_.fail(fmt::format("the macro '{}' takes up to {} arguments, found {}", name,
                                   s.parameters.size(), arguments.positional.size()));
  if (!s.takes_named && matched < arguments.named.size())
    return state_.fail(
        fmt::format("the macro '{}' is given an argument that it does not have", name));
  if (!s.takes_named)
    return;
  dict_object others;
  for (const auto& [key, item] : arguments.named) {
    const bool is_parameter =
        key == "caller" ||
        std::any_of(s.parameters.begin(), s.parameters.end(),
                    [&](const parameter& p) { return source_.names[p.name] == key; });
    if (!is_parameter)
      others.put(make_control(key), item);
  }
  frame_->set(id("kwargs"), make_dict(state_, std::move(others)));
}

} // namespace hadal::model::templates
