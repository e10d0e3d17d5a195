#pragma once
// Splits a model's answer as its text arrives: first the reasoning, then the text before a stop
// string, then tool calls. A pure function of the text: however it is cut into pieces, the joined
// deltas are the same, so a streamed answer and a whole one are equal. The last delta says how the
// answer ends: by what was found in the text, or else as the sequence of tokens ended.
//
//   answer_splitter splitter({.reasoning = reasoning_parser::deepseek_v3,
//                             .starts_in_reasoning = true,
//                             .tools = tool_call_parser_kind::deepseekv31});
//   splitter.push("let me see</think>It is");   // {reasoning "let me see", content "It is"}
//   splitter.finish({});

#include "model/chat/output/call_gate.hpp"
#include "model/chat/output/output_delta.hpp"
#include "model/chat/output/output_parsers.hpp"
#include "model/chat/output/reasoning_splitter.hpp"
#include "model/chat/output/stop_filter.hpp"
#include "model/chat/output/tool_call_parser.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::model {

/// The parts that an answer may have.
struct answer_format {
  reasoning_parser reasoning = reasoning_parser::none;
  bool starts_in_reasoning = false; // prompt_reasoning.hpp
  bool separate_reasoning = true;   // false: reasoning stays in the content, tags and all
  bool stream_reasoning = true;     // false: the reasoning is sent in one piece at its end
  tool_call_parser_kind tools = tool_call_parser_kind::none;
  tool_call_options calls{};
  /// If a grammar constrains the answer to only calls or only text: calls count if the answer
  /// begins with them, and markup inside a text is text.
  bool calls_or_text = false;
  /// Without a reasoning parser such an answer begins after reasoning that is part of the text.
  bool reasons_unparsed = false;
};

/// True for a token of the vocabulary that the format's markup is made of: its text must reach the
/// splitter even where special tokens are skipped.
bool is_markup(std::string_view token, const answer_format& format) noexcept;

class answer_splitter {
public:
  /// Stop strings count only outside the reasoning.
  explicit answer_splitter(const answer_format& format, std::vector<std::string> stops = {},
                           bool include_stop = false);

  /// Takes text and returns the delta. If `stops_count` is false, stop strings that are complete by
  /// the end of `text` do not count. Must not be called once done().
  output_delta push(std::string_view text, bool stops_count = true);

  /// The same for the text of a hidden token: stop strings are searched for in it, but it is not
  /// part of the answer. No tag of the reasoning spans it.
  output_delta pass_over(std::string_view hidden, bool stops_count = true);

  /// Ends the text as its sequence ended and returns what was held back. Must not be called once
  /// done().
  output_delta finish(const model::finish& end);

  /// True once the answer has ended before the text: by a stop string, by the first call if one is
  /// enough, or by a failure.
  bool done() const noexcept { return done_; }

  /// True while the text belongs to the reasoning.
  bool in_reasoning() const noexcept { return reasoning_ && reasoning_->inside(); }

  /// Number of bytes from the begin of the text that are known to be part of the answer.
  std::size_t decided() const noexcept;

private:
  void add_reasoning(std::string text, output_delta& out);
  void add_rest(std::string_view text, bool stops_count, output_delta& out);
  void add_searched(std::string_view text, output_delta& out);
  void add_calls(std::string_view text, output_delta& out);
  void finish_calls(bool is_cut, output_delta& out);
  void take_apart(std::string_view text, bool stops_count, output_delta& out);
  void take_rest(const model::finish& end, output_delta& out);
  model::finish finish_of(const model::finish& end) const;

  answer_format format_;
  std::optional<reasoning_splitter> reasoning_;
  std::string held_reasoning_;
  stop_filter stops_;
  std::unique_ptr<tool_call_parser> calls_;
  std::optional<call_gate> gate_; // in front of calls_
  bool done_ = false;
};

} // namespace hadal::model
