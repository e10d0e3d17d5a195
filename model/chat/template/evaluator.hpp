#pragma once
// Runs a program over the names that a request gives it. One object serves one rendering.

#include "model/chat/template/filters.hpp"
#include "model/chat/template/run_state.hpp"
#include "model/chat/template/syntax.hpp"

#include <memory>
#include <vector>

namespace hadal::model::templates {

/// The names of one block: a for statement has a new frame per iteration, a macro per call.
struct frame {
  std::shared_ptr<frame> parent;
  std::vector<std::pair<name_id, value>> names;

  const value* find(name_id name) const noexcept;
  void set(name_id name, value item);
};
using frame_ptr = std::shared_ptr<frame>;

class evaluator {
public:
  evaluator(const program& source, run_state& state, const wall_clock& clock);
  ~evaluator();
  evaluator(const evaluator&) = delete;
  evaluator& operator=(const evaluator&) = delete;

  /// Sets a name of the outermost block; names that the template does not read are
  /// ignored.
  void define(std::string_view name, value item);

  /// Renders the text; meaningless if `state` has failed.
  marked_text run();

private:
  enum class flow : std::uint8_t { on, leave, next };

  // -- statements ---------------------------------------------------------------------------------
  flow execute(const block& body);
  flow execute(const statement& s);
  flow execute_branch(const statement& s);
  flow execute_loop(const statement& s);
  bool run_turn(const statement& s, const loop_ptr& loop, const frame_ptr& around);
  list_ptr loop_items(const statement& s);
  void assign(const assignment_target& target, const value& item);
  void assign_attribute(const assignment_target& target, const value& item);
  void define_macro(const statement& s);
  void execute_call(const statement& s);
  flow execute_with(const statement& s);
  void output(const value& v);

  /// The output of `body`, in a block of its own.
  marked_text captured(const block& body);
  value filtered(const expression* filters, marked_text text);
  value make_macro(const statement& s, std::string name);
  value call_macro(const statement& s, const frame_ptr& defined_in, const std::string& name,
                   const call_arguments& arguments);
  void bind_parameters(const statement& s, const std::string& name,
                       const call_arguments& arguments);

  // -- expressions --------------------------------------------------------------------------------
  value evaluate(const expression& e);
  value evaluate_kind(const expression& e);
  value evaluate_name(const expression& e);
  value evaluate_container(const expression& e);
  value evaluate_slice(const expression& e);
  value evaluate_call(const expression& e, const value* caller);
  value evaluate_filter(const expression& e, const value* input);
  value evaluate_arithmetic(const expression& e);
  value evaluate_concatenation(const expression& e);
  value evaluate_compare(const expression& e);
  value evaluate_conditional(const expression& e);
  bool compare_one(comparison op, const value& a, const value& b);
  call_arguments arguments_of(const expression& e);
  value make_namespace(const call_arguments& arguments);

  const program& source_;
  run_state& state_;
  const wall_clock& clock_;
  frame_ptr frame_;
  marked_text* out_ = nullptr;
  name_id loop_name_ = 0;
  bool has_loop_name_ = false;
  std::vector<namespace_ptr> namespaces_; // emptied at the end: they may contain each other
};

} // namespace hadal::model::templates
