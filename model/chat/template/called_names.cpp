#include "model/chat/template/called_names.hpp"

#include "model/chat/template/filters.hpp"

#include <fmt/core.h>

#include <string_view>
#include <unordered_set>
#include <utility>

namespace hadal::model::templates {

namespace {

/// Calls `visit` for every expression of a template, from its beginning to its end.
template <class Visit>
class walker {
public:
  explicit walker(Visit visit) : visit_(std::forward<Visit>(visit)) {}

  void walk(const block& body) {
    for (const statement& s : body) {
      visit_(s);
      walk(s.first);
      walk(s.second);
      for (const auto& condition : s.conditions)
        walk(condition);
      for (const parameter& p : s.parameters)
        walk(p.otherwise);
      for (const block& inner : s.bodies)
        walk(inner);
    }
  }

private:
  void walk(const expression_ptr& e) {
    if (!e)
      return;
    visit_(*e);
    for (const auto& operand : e->operands)
      walk(operand);
    for (const auto& [name, given] : e->named)
      walk(given);
  }

  Visit visit_;
};

std::string_view constant_text(const expression_ptr& e) {
  const marked_text* text =
      e && e->kind == expression_kind::constant ? e->constant.text() : nullptr;
  return text ? std::string_view(text->text()) : std::string_view();
}

/// Names that may have a value, and attributes that a namespace or dictionary may have.
class known_names {
public:
  explicit known_names(const program& source) : source_(source) {}

  void operator()(const statement& s) {
    names_.insert(s.target.names.begin(), s.target.names.end());
    attributes_.insert(s.target.attribute);
    if (s.kind == statement_kind::macro)
      names_.insert(s.name);
    for (const parameter& p : s.parameters)
      names_.insert(p.name);
    takes_caller_ |= s.takes_caller;
  }

  void operator()(const expression& e) {
    for (const auto& [name, given] : e.named)
      attributes_.insert(name);
    if (e.kind == expression_kind::dict)
      for (std::size_t i = 0; i < e.operands.size(); i += 2)
        attributes_.insert(constant_text(e.operands[i]));
    if (e.kind == expression_kind::test &&
        (e.text == "defined" || e.text == "undefined" || e.text == "callable"))
      add_tested(*e.operands[0]);
  }

  bool is_function(name_id name) const {
    const std::string& text = source_.names[name];
    const wall_clock none;
    return names_.contains(name) || text == "namespace" || (text == "caller" && takes_caller_) ||
           !is_undefined(global_function(text, none));
  }

  bool is_method(std::string_view name) const {
    return attributes_.contains(name) || has_method(name);
  }

private:
  void add_tested(const expression& e) {
    if (e.kind == expression_kind::name)
      names_.insert(e.name);
    if (e.kind == expression_kind::attribute)
      attributes_.insert(e.text);
  }

  const program& source_;
  std::unordered_set<name_id> names_;
  std::unordered_set<std::string_view> attributes_;
  bool takes_caller_ = false;
};

/// Stores the first call of an unknown name.
class call_check {
public:
  call_check(const program& source, const known_names& known, std::optional<missing_name>& found)
    : source_(source), known_(known), found_(found) {}

  void operator()(const statement&) {}

  void operator()(const expression& e) {
    if (e.kind == expression_kind::call)
      check_call(*e.operands[0], e.line);
    if (e.kind == expression_kind::filter)
      check_named_function(e);
  }

private:
  void check_call(const expression& called, std::size_t line) {
    if (called.kind == expression_kind::name && !known_.is_function(called.name))
      keep(line, "function", source_.names[called.name]);
    if (called.kind == expression_kind::attribute && !known_.is_method(called.text))
      keep(line, "method", called.text);
  }

  // map('upper'), select('odd'), selectattr('x', 'defined') and the like.
  void check_named_function(const expression& e) {
    const bool by_attribute = e.text == "selectattr" || e.text == "rejectattr";
    const bool is_test = by_attribute || e.text == "select" || e.text == "reject";
    const std::size_t place = by_attribute ? 2 : 1;
    if ((!is_test && e.text != "map") || e.operands.size() <= place)
      return;
    const std::string_view name = constant_text(e.operands[place]);
    if (!name.empty() && !(is_test ? find_test(name) != nullptr : find_filter(name) != nullptr))
      keep(e.line, is_test ? "test" : "filter", name);
  }

  void keep(std::size_t line, std::string_view kind, std::string_view name) {
    if (!found_ || line < found_->line)
      found_ = missing_name{line, fmt::format("there is no {} '{}'", kind, name)};
  }

  const program& source_;
  const known_names& known_;
  std::optional<missing_name>& found_;
};

} // namespace

std::optional<missing_name> find_missing_name(const program& source) {
  known_names known(source);
  walker<known_names&>(known).walk(source.body);
  std::optional<missing_name> found;
  walker<call_check>(call_check(source, known, found)).walk(source.body);
  return found;
}

} // namespace hadal::model::templates
