#include "model/chat/output/call_writer.hpp"

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
  out.begin_call(index_++, std::move(name_));
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
  out.begin_call(index_, std::move(name_));
  out.add_arguments(index_++, arguments_);
  own_.clear();
  arguments_.clear();
}

void call_writer::break_off(output_delta& out) {
  if (is_on_its_way())
    out.failure = error{error_code::internal,
                        "the model wrote a tool call that breaks after its name, and calls are "
                        "streamed as they come",
                        {}};
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
