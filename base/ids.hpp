#pragma once
// Identifiers that must not be mixed up. Each is an enum over an integer: it can be compared,
// hashed and printed, but has no arithmetic.

#include <cstdint>
#include <type_traits>

namespace hadal {

/// Index into the vocabulary. Signed as in checkpoints and on the wire; negative is never valid.
using token_id = std::int32_t;

/// One HTTP request, unique within the process.
enum class request_id : std::uint64_t {};

/// One token stream that the scheduler runs: a choice of a request, unique within the process.
enum class sequence_id : std::uint64_t {};

/// One forward over one batch; grows by one each step.
enum class step_id : std::uint64_t {};

/// One KV page of `limits::page_size_tokens` tokens, an index into the page pool.
enum class page_id : std::uint32_t {};

template <class Id>
constexpr auto raw(Id id) noexcept {
  return static_cast<std::underlying_type_t<Id>>(id);
}

} // namespace hadal
