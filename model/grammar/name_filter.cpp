#include "model/grammar/name_filter.hpp"

#include <optional>

namespace hadal::model {

namespace {

/// The node after `byte` from `from`; empty means the root.
std::optional<std::uint32_t> child(const token_vocabulary& vocabulary,
                                   std::optional<std::uint32_t> from, std::uint8_t byte) {
  const auto& tree = vocabulary.tree();
  const auto end = from ? tree[*from].after : static_cast<std::uint32_t>(tree.size());
  for (auto at = from ? *from + 1 : 0; at < end; at = tree[at].after)
    if (tree[at].byte == byte)
      return at;
  return std::nullopt;
}

} // namespace

void name_filter::refuse_repeated(kernels::token_mask& mask, const thread_set& set) {
  for (const auto& thread : set.threads)
    if (automaton_.states[thread.at].in_name())
      for (const auto& rest : run_.repeatable(thread.stack))
        follow(mask, set, thread, rest);
  // If names can be used up, even the begin of one may be too much.
  for (const token_id id : automaton_.has_few_names ? vocabulary_.tokens_beginning_names()
                                                    : vocabulary_.tokens_with_names())
    if (mask.allows(id) && !fits(set, vocabulary_.bytes_of(id)))
      mask.refuse(id);
}

/// The tokens that continue the current name with `rest`, the rest of another name of the object.
void name_filter::follow(kernels::token_mask& mask, const thread_set& set,
                         const stack_thread& thread, std::string_view rest) {
  std::optional<std::uint32_t> node;
  auto at = thread.at;
  auto stack = thread.stack;
  for (const char c : rest) {
    const auto byte = static_cast<std::uint8_t>(c);
    node = child(vocabulary_, node, byte);
    const auto next = automaton_.next(at, byte);
    if (!node || !next)
      return;
    const auto here = run_.within_name(stack, byte, *next);
    if (!here)
      return refuse(mask, set, vocabulary_.tree()[*node].tokens_begin,
                    vocabulary_.tree()[*node].tokens_end);
    at = *next;
    stack = *here;
  }
  if (node = child(vocabulary_, node, '"'); node)
    refuse(mask, set, vocabulary_.tree()[*node].tokens_begin, vocabulary_.tree()[*node].tokens_end);
}

/// Tokens by their positions, which one thread cannot take. Another one may.
void name_filter::refuse(kernels::token_mask& mask, const thread_set& set, std::uint32_t begin,
                         std::uint32_t end) {
  for (auto position = begin; position < end; ++position) {
    const auto id = vocabulary_.id_at(position);
    if (mask.allows(id) && (set.threads.size() == 1 || !fits(set, vocabulary_.bytes_at(position))))
      mask.refuse(id);
  }
}

bool name_filter::fits(const thread_set& set, std::string_view token) {
  thread_set here = set, next;
  for (const char c : token) {
    next.clear();
    // Beyond a limit the token is allowed and the answer ends with an error, as without this
    // filter.
    if (!run_.step(here, static_cast<std::uint8_t>(c), next))
      return true;
    if (next.empty())
      return false;
    std::swap(here, next);
  }
  return true;
}

} // namespace hadal::model
