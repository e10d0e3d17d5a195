#pragma once
// A queued backend over the oracle, and a gate that keeps its thread from going on.

#include "kernels/cpu/queued/queued_backend.hpp"
#include "kernels/cpu/scalar/scalar_backend.hpp"
#include "tests/kernels/device_tensors.hpp"

#include <future>
#include <memory>

namespace hadal::kernels::testing {

inline std::unique_ptr<backend> oracle() {
  backend_options options;
  options.compute = dtype::float32;
  auto made = make_scalar_backend(options);
  REQUIRE(made.has_value());
  return std::move(*made);
}

/// With small_limits.
inline std::unique_ptr<queued_backend> queued_oracle(queued_options options = {},
                                                     const mla_shape& attention = {}) {
  auto made = std::make_unique<queued_backend>(oracle(), std::move(options));
  REQUIRE(made->reserve(small_limits(attention)).has_value());
  return made;
}

/// Nothing that is enqueued after it is made runs before `open`.
class gate {
public:
  explicit gate(backend& b) {
    b.when_done([opened = opened_.get_future().share()](const result<void>&) { opened.wait(); });
  }
  void open() { opened_.set_value(); }

private:
  std::promise<void> opened_;
};

} // namespace hadal::kernels::testing
