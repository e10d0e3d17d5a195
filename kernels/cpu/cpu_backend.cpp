#include "kernels/cpu/cpu_backend.hpp"

#include "kernels/cpu/sampling/cpu_sampler.hpp"

namespace hadal::kernels {

result<std::unique_ptr<sampler>> cpu_backend::make_sampler(const sampler_shape& shape) {
  return std::make_unique<cpu_sampler>(shape, slot_tokens_);
}

} // namespace hadal::kernels
