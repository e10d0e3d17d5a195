#pragma once
// Where a tool-call parser puts the call that it reads. Held, a call is written once it has closed,
// so that one that breaks can be text instead; live, name and arguments are written as they come.

#include "model/chat/output/output_delta.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace hadal::model {

class call_writer {
public:
  explicit call_writer(bool live) : live_(live) {}

  /// A call begins with this text of its own.
  void open(std::string_view own);
  /// More of the call's own text: tags, name, arguments.
  void add_own(std::string_view text);
  /// The name is whole.
  void set_name(std::string name, output_delta& out);
  /// More of the arguments. Only after set_name.
  void add_arguments(std::string_view arguments, output_delta& out);

  /// The call has closed.
  void close(output_delta& out);
  /// The call can no longer be one: what is its own becomes content; a call that is on its way
  /// cannot be taken back, so that the answer fails.
  void break_off(output_delta& out);
  /// The answer was cut inside the call: it is given as far as it came, or, before its name is
  /// whole, as text, with `rest` of its own.
  void cut(std::string_view rest, output_delta& out);

  std::uint32_t closed_calls() const noexcept { return closed_; }

private:
  bool is_on_its_way() const noexcept { return live_ && named_; }
  void write(output_delta& out);

  bool live_;
  bool named_ = false;
  std::string own_;
  std::string name_;
  std::string arguments_;
  std::uint32_t index_ = 0; // of the call that is open, or of the next one
  std::uint32_t closed_ = 0;
};

} // namespace hadal::model
