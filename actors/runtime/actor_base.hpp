#pragma once
// The base of every actor: `class shard final : public runtime::actor_base<shard_actor>`. A message
// that the handle does not list does not compile. What it adds to CAF 0.17:
//  - the hook: both `enqueue`s call `environment::hook`, and a pinned actor runs only on its io
//    thread;
//  - `after`: a closure that this actor runs later, cancellable;
//  - `ask`: a request with a deadline. This actor keeps the deadlines of its requests in one table
//    with one timer, because CAF keeps a finite timeout in memory after the answer;
//  - `watch`: one callback per watched actor;
//  - handlers for what CAF would print to standard output: unexpected messages, exceptions, down
//    messages;
//  - the gauge of the mailbox's depth.
// A handler that throws ends its actor with sec::runtime_error; its watchers decide what
// follows.

#include "actors/runtime/environment.hpp"
#include "actors/runtime/internal_messages.hpp"
#include "base/assert.hpp"
#include "base/log.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message_view.hpp>
#include <caf/send.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace hadal::runtime {

using duration = std::chrono::milliseconds;
using time_point = caf::actor_clock::time_point;

/// A timer of one actor. Zero is never used.
enum class timer_id : std::uint64_t {};

template <class Handle>
class actor_base : public Handle::base {
public:
  // -- member types -----------------------------------------------------------

  using super = typename Handle::base;
  using handle_type = Handle;

  // -- constructors -----------------------------------------------------------

  /// `pinned` is the unit of the only io thread that may run this actor, or null.
  actor_base(caf::actor_config& cfg, environment& env, caf::execution_unit* pinned)
    : super(cfg), env_(env), pinned_(pinned) {
    this->set_default_handler(
        [this](caf::scheduled_actor*, caf::message_view& view) { return on_unlisted(view); });
    this->set_exception_handler(
        [this](caf::scheduled_actor*, std::exception_ptr& x) { return on_exception(x); });
    this->set_down_handler([this](caf::scheduled_actor*, caf::down_msg& down) { on_down(down); });
    this->set_error_handler([this](caf::scheduled_actor* self, caf::error& reason) {
      log::warning("{} {} gets an error that nobody asked for: {}", this->name(), this->id(),
                   caf::to_string(reason));
      static_cast<void>(self);
    });
  }

  ~actor_base() override {
    if (depth_)
      depth_->fetch_sub(last_depth_, std::memory_order_relaxed);
  }

  // -- overrides --------------------------------------------------------------

  void enqueue(caf::mailbox_element_ptr element, caf::execution_unit* unit) override {
    if (auto* hook = env_.hook.load(std::memory_order_acquire))
      if (!hook->pass(*this, element))
        return;
    super::enqueue(std::move(element), pinned_ ? pinned_ : unit);
  }

  void enqueue(caf::strong_actor_ptr sender, caf::message_id id, caf::message content,
               caf::execution_unit* unit) override {
    enqueue(caf::make_mailbox_element(std::move(sender), id, {}, std::move(content)), unit);
  }

  caf::invoke_message_result consume(caf::mailbox_element& element) override {
    sample_depth();
    return super::consume(element);
  }

  /// A watcher that ends removes itself from the actors it watches: they may live much longer.
  void on_exit() override {
    for (const auto& [address, on_end] : watched_)
      this->demonitor(address);
    watched_.clear();
    timers_.clear();
  }

protected:
  // -- properties -------------------------------------------------------------

  environment& env() noexcept { return env_; }
  time_point now() { return this->clock().now(); }

  // -- sending ----------------------------------------------------------------

  template <class To, class Message>
  void tell(const To& to, Message message) {
    this->send(to, std::move(message));
  }

  /// For cancels: overtakes messages in the receiver's mailbox.
  template <class To, class Message>
  void tell_urgently(const To& to, Message message) {
    this->template send<caf::message_priority::high>(to, std::move(message));
  }

  /// Sends a request. Exactly one of the two callbacks runs, in this actor: `on_answer(const
  /// Answer&)`, or `on_error(const caf::error&)` if the peer died, dropped the request or did not
  /// answer before `deadline`.
  template <class Answer, class To, class Message, class OnAnswer, class OnError>
  void ask(const To& to, Message message, duration deadline, OnAnswer on_answer, OnError on_error) {
    auto open = std::make_shared<bool>(true);
    auto timer = after(deadline, [open, on_error]() mutable {
      *open = false;
      on_error(caf::make_error(caf::sec::request_timeout));
    });
    this->request(to, caf::infinite, std::move(message))
        .then(
            [this, open, timer, on_answer = std::move(on_answer)](const Answer& answer) mutable {
              if (!*open)
                return;
              cancel(timer);
              on_answer(answer);
            },
            [this, open, timer, on_error](caf::error& reason) mutable {
              if (!*open)
                return;
              cancel(timer);
              on_error(std::as_const(reason));
            });
  }

  // -- timers -----------------------------------------------------------------

  /// Runs `action` in this actor once `delay` has passed.
  timer_id after(duration delay, std::function<void()> action) {
    auto id = timer_id{++last_timer_};
    auto due = now() + delay;
    timers_.emplace(std::make_pair(due, id), std::move(action));
    arm(due);
    return id;
  }

  /// Does nothing if the timer has run already.
  void cancel(timer_id id) {
    auto i = std::find_if(timers_.begin(), timers_.end(),
                          [id](const auto& entry) { return entry.first.second == id; });
    if (i != timers_.end())
      timers_.erase(i);
  }

  // -- watching ---------------------------------------------------------------

  /// Runs `on_end(reason)` in this actor when `other` ends. One callback per watched actor: the
  /// last one set.
  template <class Other>
  void watch(const Other& other, std::function<void(const caf::error&)> on_end) {
    auto address = caf::actor_cast<caf::actor_addr>(other);
    if (watched_.insert_or_assign(address, std::move(on_end)).second)
      this->monitor(other);
  }

private:
  // -- a finished actor must not be kept alive for long by its own tick --------

  static constexpr duration tick_max{1000};

  void arm(time_point due) {
    auto at = std::min(due, now() + tick_max);
    if (armed_ && armed_at_ <= at)
      return;
    armed_ = true;
    armed_at_ = at;
    this->clock().schedule_message(
        at, caf::actor_cast<caf::strong_actor_ptr>(this),
        caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, timer_tick{}));
  }

  void run_timers() {
    armed_ = false;
    auto at = now();
    while (!timers_.empty() && timers_.begin()->first.first <= at) {
      auto action = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
      action();
    }
    if (!timers_.empty())
      arm(timers_.begin()->first.first);
  }

  // -- what CAF would print ----------------------------------------------------

  caf::result<caf::message> on_unlisted(caf::message_view& view) {
    if (view.content().match_elements<timer_tick>()) {
      run_timers();
      return caf::message{};
    }
    if (view.content().match_elements<poison>())
      throw poisoned{};
    env_.unlisted_messages.fetch_add(1, std::memory_order_relaxed);
    log::error("{} {} receives a message that it does not list: {}", this->name(), this->id(),
               caf::to_string(view.copy_content_to_message()));
    return caf::sec::unexpected_message;
  }

  caf::error on_exception(std::exception_ptr& x) {
    try {
      std::rethrow_exception(x);
    } catch (const std::exception& e) {
      log::error("{} {} ends: {}", this->name(), this->id(), e.what());
    } catch (...) {
      log::error("{} {} ends: unknown exception", this->name(), this->id());
    }
    return caf::sec::runtime_error;
  }

  void on_down(const caf::down_msg& down) {
    auto i = watched_.find(down.source);
    if (i == watched_.end())
      return;
    auto on_end = std::move(i->second);
    watched_.erase(i);
    on_end(down.reason);
  }

  void sample_depth() {
    if (!depth_)
      depth_ = &env_.mailbox_depth(this->name());
    auto depth = static_cast<std::int64_t>(this->mailbox().size());
    depth_->fetch_add(depth - last_depth_, std::memory_order_relaxed);
    last_depth_ = depth;
  }

  environment& env_;
  caf::execution_unit* pinned_;
  std::map<std::pair<time_point, timer_id>, std::function<void()>> timers_;
  std::uint64_t last_timer_ = 0;
  bool armed_ = false;
  time_point armed_at_{};
  std::map<caf::actor_addr, std::function<void(const caf::error&)>> watched_;
  std::atomic<std::int64_t>* depth_ = nullptr;
  std::int64_t last_depth_ = 0;
};

} // namespace hadal::runtime
