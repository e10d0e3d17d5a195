#pragma once
// An execution unit whose job queue is an io_context: actors pinned to it run on that io thread and
// may touch its sockets and streams without a lock. Only the `enqueue` of pinned actors uses it;
// never pass it as the current context of code outside an actor. End the actors before the
// io_context stops: a posted job that never runs keeps its actor.

#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>

#include <boost/asio/io_context.hpp>

namespace hadal::runtime {

class asio_unit final : public caf::execution_unit {
public:
  asio_unit(caf::actor_system& system, boost::asio::io_context& context);

  void exec_later(caf::resumable* job) override;

private:
  void run(caf::resumable* job);

  boost::asio::io_context& context_;
};

} // namespace hadal::runtime
