#pragma once
// Who has which KV pages: grants them from the pool, and says who is preempted when they run out.
//
// Admission is optimistic: a sequence starts when pages for its tokens and `admission_extra_pages`
// more are free. When pages run out the sequence with the least output is preempted: it keeps its
// tokens and is computed again later. If the pool holds one whole context, no request fails for
// lack of pages.

#include "actors/scheduler/sequence.hpp"
#include "base/result.hpp"
#include "model/kv_cache/page_pool.hpp"

namespace hadal::actors {

class page_ledger {
public:
  /// Uses the info's page_count and context_length.
  explicit page_ledger(const model::executor_info& info);

  /// Whether a sequence fits once it is whole. Errors: invalid_request.
  result<void> check(const protocol::sequence_spec& spec) const;

  /// Grants the pages that a sequence starts with; false if too few are free.
  bool admit(sequence& s);

  /// True if the sequence has a page for the next token, granted now where it needs one more.
  bool secure_next(sequence& s);

  /// Takes the pages of a sequence back.
  void release(sequence& s);

  /// Of the running sequences, at least one, that with the least output; the youngest of equals.
  static sequence_list::iterator victim(sequence_list& running);

  const model::page_pool& pool() const noexcept { return pool_; }

private:
  std::int64_t context_length_;
  model::page_pool pool_;
};

} // namespace hadal::actors
