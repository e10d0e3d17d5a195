#pragma once
// The scheduler's logic, without actors, device or clock: the running set, the order of steps, and
// the results of steps. Continuous batching with chunked prefill; decode and prefill share a step.
// Its parts: admission_queue (who waits, and the limits), page_ledger (who has which pages, and who
// is preempted), step_builder (what a step carries), step_outbox (what waits for masks).
//
// Steps run in the order in which they are planned, so pages and slots released while a step is in
// flight can be granted to a later step at once: the earlier step may still write to such a page,
// but no later step reads what it wrote.

#include "actors/protocol/scheduler.hpp"
#include "actors/scheduler/admission_queue.hpp"
#include "actors/scheduler/page_ledger.hpp"
#include "actors/scheduler/sequence.hpp"
#include "actors/scheduler/step_builder.hpp"
#include "actors/scheduler/step_outbox.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace hadal::actors {

struct planner_options {
  std::uint32_t max_running_requests = limits::max_running_requests;
  std::uint32_t chunked_prefill_size = limits::chunked_prefill_size; // prompt tokens in a step
  std::uint32_t max_queued_requests = 4 * limits::max_running_requests;
  std::uint64_t max_queued_tokens = 8 * 163'840;
};

/// A step as it was planned; masks are added until it leaves (`outgoing`).
struct planned_step {
  model::forward_batch_ptr forward;
  model::sample_batch_ptr sample;
};

class step_planner {
public:
  step_planner(planner_options options, const model::executor_info& info);

  /// Queues all choices of a request, or none. Sequences that need no step (no token, no score) end
  /// at once: `take_ended` returns them. Errors: queue_full, invalid_request (an empty prompt or
  /// one that the context cannot hold: callers check that first, with a better message).
  result<void> submit(request_id request, const std::vector<protocol::sequence_spec>& specs);

  /// The events of sequences that ended when they were submitted.
  std::vector<planner_event> take_ended() { return std::exchange(ended_, {}); }

  /// Plans the next step; empty if no sequence can continue. It counts as in flight until
  /// `complete`, and reaches the shard through `outgoing`.
  std::optional<planned_step> plan();

  /// The masks that can be requested now, each returned once; empty if none is due.
  std::optional<protocol::fill_masks> due_masks();

  /// Takes masks; an answer that cannot continue ends with its failure.
  void take_masks(const protocol::step_masks& masks, std::vector<planner_event>& events);

  /// Ends the sequences whose masks are lost.
  void lose_masks(const protocol::fill_masks& asked, const error& failure,
                  std::vector<planner_event>& events);

  /// The messages that may be sent to the shard now, in order.
  std::vector<outgoing_step> outgoing() { return outbox_.take(); }

  /// True for a token that must be held back, and for each one behind it: its sequence pauses until
  /// `deliver` has had them all.
  using hold_function = std::function<bool(sequence_id, const model::sampled_token&)>;

  /// Takes a step's result and appends the events for parsers. Results must come in step order.
  /// False for a step that is not in flight: its shard died and the result came late; it changes
  /// nothing. Ids of steps never repeat, not even over shards.
  bool complete(const model::sample_result& result, std::vector<planner_event>& events,
                const hold_function& holds = {});

  /// Takes a held token, in the order of the sequence.
  void deliver(sequence_id id, const model::sampled_token& token,
               std::vector<planner_event>& events);

  /// Ends a request; returns the sequences that existed, so that parsers can forget them.
  std::vector<sequence> cancel(request_id request);

  /// Ends one sequence whose text is complete.
  void stop(sequence_id id);

  void return_credit(sequence_id id, std::uint32_t tokens);

  /// Ends every running sequence with this failure (their shard died) and drops the steps in
  /// flight.
  void fail_running(const error& failure, std::vector<planner_event>& events);

  /// Removes every sequence served by a parser or gateway that died; the caller answers
  /// them.
  std::vector<sequence> take_if(const std::function<bool(const sequence&)>& served);

  /// Sets another executor after the first died. No sequence may be running.
  void rebind(const model::executor_info& info);

  std::size_t running_count() const noexcept { return running_.size(); }
  std::size_t waiting_count() const noexcept { return waiting_.size(); }
  std::size_t steps_in_flight() const noexcept { return in_flight_.size(); }
  std::uint64_t preemption_count() const noexcept { return preemptions_; }
  const model::page_pool& pages() const noexcept { return pages_.pool(); }

  /// True when nothing is held: no sequence, no page, no slot, no step.
  bool idle() const noexcept;

private:
  using iterator = sequence_list::iterator;

  void secure_decode_pages();
  void admit();
  void preempt(iterator victim);
  void release(sequence& s);
  sequence take(iterator s);
  void end_prompt_only(iterator s, std::vector<planner_event>& events);
  void fail_sequence(sequence_id id, const error& failure, std::vector<planner_event>& events);
  void take_scores(iterator s, const model::prompt_scores& scores,
                   std::vector<planner_event>& events);
  void take_run(iterator s, std::span<const model::sampled_token> run,
                std::vector<planner_event>& events, const hold_function& holds);
  void take_tokens(iterator s, std::span<const model::sampled_token> tokens,
                   std::vector<planner_event>& events);

  planner_options options_;
  model::executor_info info_;
  admission_queue waiting_;
  page_ledger pages_;
  std::vector<std::uint32_t> free_slots_; // a stack
  sequence_list running_;                 // in order of admission
  std::unordered_map<sequence_id, iterator> by_id_;
  std::deque<step_record> in_flight_;
  std::vector<planner_event> ended_;
  step_outbox outbox_;
  std::uint64_t next_step_ = 1;
  std::uint64_t preemptions_ = 0;
};

} // namespace hadal::actors
