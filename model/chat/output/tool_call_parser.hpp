#pragma once
// Finds tool calls in an answer that comes in pieces of any size. Whatever the cut, the joined
// result is the same.
//
// Text before, between and after calls is content, byte for byte, less what belongs to the markup:
// the tags of the block, white space alone between them and calls, and what a format puts before
// its block. A call that does not parse is content in its place: its own text with its own tags. A
// tag that begins another call, or ends the block, ends the call before it, so that a broken call
// cannot swallow a good one. A call outside a block counts like one inside. Half a tag at the end
// is text.
//
// A call that is cut after its name is whole is given as far as it came (without half a tag or the
// markup that ends it). One that the model ends without closing it does not parse.
//
// Memory: the text of one call at most. Time: linear in the text.

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
  bool live = false;            // write calls as they come; one that breaks fails the answer
  bool first_call_only = false; // the answer is over once one call has closed
};

class tool_call_parser {
public:
  virtual ~tool_call_parser() = default;

  void push(std::string_view text, output_delta& out);
  void finish(text_end end, output_delta& out);

  /// Calls that are whole.
  std::uint32_t closed_calls() const noexcept { return writer_.closed_calls(); }

  /// True once nothing more is read: the first call has closed and is enough, or the answer failed.
  bool done() const noexcept { return done_; }

  /// Bytes read of what was pushed; all that has been decided.
  std::size_t consumed() const noexcept { return consumed_; }

protected:
  enum class role : std::uint8_t { block_begin, block_end, call_begin, call_end, inside };

  /// `tags` and `roles` are parallel and outlive the parser.
  tool_call_parser(std::span<const std::string_view> tags, std::span<const role> roles,
                   tool_call_options options)
    : tags_(tags), roles_(roles), first_call_only_(options.first_call_only), writer_(options.live) {
  }

  // What a format does with the inside of a call.
  virtual void begin_call() = 0;
  virtual void read_call(std::string_view text, output_delta& out) = 0;
  virtual void read_inner_tag(std::size_t which, output_delta& out) = 0;
  /// The tag that ends a call has come; false when the call is not whole.
  virtual bool end_call(output_delta& out) = 0;

  // What it may say in read_call and read_inner_tag.
  call_writer& writer() noexcept { return writer_; }
  void break_call(output_delta& out);
  /// The call is whole without the tag that ends it; `rest` is what follows it.
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
  std::string gap_;  // white space inside a block that may be all there is
  bool gap_is_text_ = false;
  std::size_t consumed_ = 0;
};

/// The parser of one format; `kind` must not be none.
std::unique_ptr<tool_call_parser> make_tool_call_parser(tool_call_parser_kind kind,
                                                        tool_call_options options);

} // namespace hadal::model
