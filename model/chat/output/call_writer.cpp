#include "model/chat/output/call_writer.hpp"

#include "base/random_id.hpp"
#include "model/sampling/choice_seed.hpp"

#include <utility>

namespace hadal::model {

void call_writer::open(std::string_view own) {
  own_ = own;
  named_ = false;
  arguments_.clear();
}

void call_writer::add_own(std::string_view text) {
  if (!is_on_its_way())
    own_ += text;
}

void call_writer::set_name(std::string name, output_delta& out) {
  name_ = std::move(name);
  named_ = true;
  if (!live_)
    return;
  own_.clear();
  write_begin(out);
}

/// The id is a function of seed and index, so that the same answer always has the same ids.
void call_writer::write_begin(output_delta& out) {
  const auto draw = [&](std::uint32_t which) { return choice_seed(id_seed_, 3 * index_ + which); };
  out.begin_call(index_, random_id("call_", {draw(0), draw(1), draw(2)}), std::move(name_));
  ++index_;
}

void call_writer::add_arguments(std::string_view arguments, output_delta& out) {
  if (live_)
    out.add_arguments(index_ - 1, arguments);
  else
    arguments_ += arguments;
}

void call_writer::close(output_delta& out) {
  ++closed_;
  if (!live_)
    write(out);
}

void call_writer::write(output_delta& out) {
  write_begin(out);
  out.add_arguments(index_ - 1, arguments_);
  own_.clear();
  arguments_.clear();
}

void call_writer::break_off(output_delta& out) {
  if (is_on_its_way())
    out.finish = failed({error_code::internal,
                         "the model wrote a tool call that breaks after its name, and calls are "
                         "streamed as they come",
                         {}});
  else
    out.content += own_;
  own_.clear();
  arguments_.clear();
}

void call_writer::cut(std::string_view rest, output_delta& out) {
  if (!named_) {
    out.content += own_;
    out.content += rest;
  } else if (!live_) {
    write(out);
  }
}

} // namespace hadal::model
