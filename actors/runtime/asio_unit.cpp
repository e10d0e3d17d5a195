#include "actors/runtime/asio_unit.hpp"

#include <boost/asio/post.hpp>

#include <caf/actor_system.hpp>

namespace hadal::runtime {

namespace {

/// Messages that one actor handles before other work of the io thread runs.
constexpr std::size_t quantum = 64;

} // namespace

asio_unit::asio_unit(caf::actor_system& system, boost::asio::io_context& context)
  : execution_unit(&system), context_(context) {}

void asio_unit::exec_later(caf::resumable* job) {
  boost::asio::post(context_, [this, job] { run(job); });
}

void asio_unit::run(caf::resumable* job) {
  switch (job->resume(this, quantum)) {
  case caf::resumable::resume_later: exec_later(job); break;
  case caf::resumable::done:
  case caf::resumable::awaiting_message: caf::intrusive_ptr_release(job); break;
  case caf::resumable::shutdown_execution_unit: break;
  }
}

} // namespace hadal::runtime
