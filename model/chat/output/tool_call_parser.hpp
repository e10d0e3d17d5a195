#pragma once
// Finds tool calls in an answer that arrives in pieces of any size. The joined result does not
// depend on the pieces.
//
// Text before, between and after calls is content, byte for byte, without the markup: the tags
// of the block, pure white space between them and calls, and the text that a format puts
// before its block. A call that does not parse becomes content at its place, text and tags. A
// tag that begins another call, or ends the block, ends the call before it, so that a broken
// call cannot swallow a good one. A call outside a block counts as well. Half a tag at the end
// is text.
//
// A call that is cut after its complete name is given as far as it arrived (without half a tag or
// the closing markup). A call that the model ends without closing does not parse.
//
// Memory: at most the text of one call. Time: linear in the text.

#include "model/chat/output/call_writer.hpp"
#include "model/chat/output/output_delta.hpp"
#include "model/chat/output/output_parsers.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace hadal::model {

struct tool_call_options {
  bool live = false;            // write calls as they arrive; a broken one fails the answer
  bool first_call_only = false; // the answer ends when one call has closed
  std::uint64_t id_seed = 0;    // seed of the ids of the answer's calls
};

class tool_call_parser {
public:
  virtual ~tool_call_parser() = default;

  void push(std::string_view text, output_delta& out);
  /// Ends the text; `is_cut`: by a limit or a failure, not by the model or a stop.
  void finish(bool is_cut, output_delta& out);

  /// Number of complete calls.
  std::uint32_t closed_calls() const noexcept { return writer_.closed_calls(); }

  /// True once nothing more is read: a call has closed and one is enough, or a failure.
  bool done() const noexcept { return done_; }

  /// Number of pushed bytes whose meaning is decided.
  std::size_t consumed() const noexcept { return consumed_; }

protected:
  enum class role : std::uint8_t { block_begin, block_end, call_begin, call_end, inside };

  /// `tags` and `roles` are parallel and outlive the parser.
  tool_call_parser(std::span<const std::string_view> tags, std::span<const role> roles,
                   tool_call_options options)
    : tags_(tags), roles_(roles), first_call_only_(options.first_call_only),
      writer_(options.live, options.id_seed) {}

  // How a format reads the inside of a call.
  virtual void begin_call() = 0;
  virtual void read_call(std::string_view text, output_delta& out) = 0;
  virtual void read_inner_tag(std::size_t which, output_delta& out) = 0;
  /// Handles the tag that ends a call; false if the call is incomplete.
  virtual bool end_call(output_delta& out) = 0;

  // For use in read_call and read_inner_tag.
  call_writer& writer() noexcept { return writer_; }
  void break_call(output_delta& out);
  /// The call is complete without its closing tag; `rest` is the text after it.
  void close_early(std::string_view rest, output_delta& out);
  bool in_call() const noexcept { return place_ == place::call; }

private:
  enum class place : std::uint8_t { outside, gap, call, broken_call };

  void read_text(std::string_view text, output_delta& out);
  void read_tag(std::size_t which, output_delta& out);
  void read_gap(std::string_view text, output_delta& out);
  void end_call_at_tag(std::string_view tag, output_delta& out);
  void close_call(output_delta& out);
  void enter_gap();
  void leave_call_open(output_delta& out);

  std::span<const std::string_view> tags_;
  std::span<const role> roles_;
  bool first_call_only_;
  call_writer writer_;
  place place_ = place::outside;
  bool done_ = false;
  std::string held_; // may become a tag
  std::string gap_;  // white space inside a block, dropped unless text follows
  bool gap_is_text_ = false;
  std::size_t consumed_ = 0;
};

/// The parser of one format; `kind` must not be none.
std::unique_ptr<tool_call_parser> make_tool_call_parser(tool_call_parser_kind kind,
                                                        tool_call_options options);

} // namespace hadal::model
