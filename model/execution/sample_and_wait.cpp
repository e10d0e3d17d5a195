#include "model/execution/sample_and_wait.hpp"

#include <future>

namespace hadal::model {

result<sample_result> sample_and_wait(step_executor& executor, const sample_batch& batch) {
  // Shared, since the caller may return while the executor's thread is still in set_value.
  auto sampled = std::make_shared<std::promise<result<sample_result>>>();
  auto waiting = sampled->get_future();
  executor.sample(batch, [sampled](result<sample_result> r) { sampled->set_value(std::move(r)); });
  return waiting.get();
}

} // namespace hadal::model
