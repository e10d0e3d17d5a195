#pragma once
// The output of a tool-call parser. Held: a call is written when it has closed, so that a broken
// call can become text; live: name and arguments are written as they arrive.

#include "model/chat/output/output_delta.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace hadal::model {

class call_writer {
public:
  /// `id_seed`: seed of the ids of the calls.
  call_writer(bool live, std::uint64_t id_seed) : live_(live), id_seed_(id_seed) {}

  /// A call begins; `own` is its opening text.
  void open(std::string_view own);
  /// More text of the call: tags, name, arguments.
  void add_own(std::string_view text);
  /// The name is complete.
  void set_name(std::string name, output_delta& out);
  /// More of the arguments. Only after set_name.
  void add_arguments(std::string_view arguments, output_delta& out);

  /// The call has closed.
  void close(output_delta& out);
  /// The text is no call: held text becomes content; a call that was partly sent cannot be taken
  /// back, so the answer fails.
  void break_off(output_delta& out);
  /// The answer was cut inside the call: the incomplete call is given, or, if its name is
  /// incomplete, its text including `rest` as content.
  void cut(std::string_view rest, output_delta& out);

  std::uint32_t closed_calls() const noexcept { return closed_; }

private:
  bool is_on_its_way() const noexcept { return live_ && named_; }
  void write(output_delta& out);
  void write_begin(output_delta& out);

  bool live_;
  std::uint64_t id_seed_;
  bool named_ = false;
  std::string own_;
  std::string name_;
  std::string arguments_;
  std::uint32_t index_ = 0; // of the open call, else of the next one
  std::uint32_t closed_ = 0;
};

} // namespace hadal::model
