#pragma once
// A small model and sequences for it: what the tests of the planner and of its parts share.

#include "actors/protocol/scheduler.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace hadal::actors::scheduler_tests {

/// Contexts of eight pages, eight slots.
inline model::executor_info small_model(std::int32_t pages) {
  model::executor_info info;
  info.vocab_size = 1000;
  info.context_length = 64 * 8;
  info.page_count = pages;
  info.slot_count = 8;
  info.max_step_tokens = 256;
  return info;
}

/// A prompt of so many tokens, each of them `id`; 999 is the end token.
inline protocol::sequence_spec spec(std::uint64_t id, std::size_t prompt, std::int32_t max_tokens) {
  protocol::sequence_spec s;
  s.sequence = sequence_id{id};
  s.prompt_ids = std::make_shared<const std::vector<token_id>>(prompt, static_cast<token_id>(id));
  s.sampling.end_token_ids = {999};
  s.max_tokens = max_tokens;
  s.output = std::make_shared<const protocol::output_spec>();
  return s;
}

} // namespace hadal::actors::scheduler_tests
