// A step takes no memory from the heap: everything is sized at start. A program of its own, because
// it counts every allocation of the process.
#include "model/execution/make_executor.hpp"
#include "tests/model/deepseek/small_configs.hpp"
#include "tests/support/catch.hpp"

#include <atomic>
#include <cstdlib>
#include <new>
#include <optional>

namespace {

std::atomic<bool> counting{false};
std::atomic<std::int64_t> allocations{0};

void* counted(std::size_t bytes, std::size_t alignment) {
  if (counting.load(std::memory_order_relaxed))
    allocations.fetch_add(1, std::memory_order_relaxed);
  const std::size_t whole = (bytes + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, whole == 0 ? alignment : whole);
  if (memory == nullptr)
    throw std::bad_alloc();
  return memory;
}

} // namespace

// Every form that there is: an allocator of a sanitizer must not meet half of them.
#define COUNTED_NEW(form)                                                                          \
  void* operator form(std::size_t bytes) {                                                         \
    return counted(bytes, alignof(std::max_align_t));                                              \
  }                                                                                                \
  void* operator form(std::size_t bytes, std::align_val_t alignment) {                             \
    return counted(bytes, static_cast<std::size_t>(alignment));                                    \
  }                                                                                                \
  void* operator form(std::size_t bytes, const std::nothrow_t&) noexcept {                         \
    return counted(bytes, alignof(std::max_align_t));                                              \
  }                                                                                                \
  void* operator form(std::size_t bytes, std::align_val_t alignment,                               \
                      const std::nothrow_t&) noexcept {                                            \
    return counted(bytes, static_cast<std::size_t>(alignment));                                    \
  }
#define PLAIN_DELETE(form)                                                                         \
  void operator form(void* memory) noexcept {                                                      \
    std::free(memory);                                                                             \
  }                                                                                                \
  void operator form(void* memory, std::size_t) noexcept {                                         \
    std::free(memory);                                                                             \
  }                                                                                                \
  void operator form(void* memory, std::align_val_t) noexcept {                                    \
    std::free(memory);                                                                             \
  }                                                                                                \
  void operator form(void* memory, std::size_t, std::align_val_t) noexcept {                       \
    std::free(memory);                                                                             \
  }                                                                                                \
  void operator form(void* memory, const std::nothrow_t&) noexcept {                               \
    std::free(memory);                                                                             \
  }                                                                                                \
  void operator form(void* memory, std::align_val_t, const std::nothrow_t&) noexcept {             \
    std::free(memory);                                                                             \
  }

COUNTED_NEW(new)
COUNTED_NEW(new[])
PLAIN_DELETE(delete)
PLAIN_DELETE(delete[])

namespace hadal::model {

using namespace testing;

namespace {

constexpr std::uint32_t slots = 16;

executor_options options_of(const model_config& config, bool deterministic) {
  executor_options options;
  options.config = config;
  options.dummy_weights = true;
  options.dummy_seed = 5;
  options.threads = 2;
  options.deterministic = deterministic;
  options.page_count = 64;
  options.context_length = 256;
  options.slot_count = slots;
  options.max_step_tokens = 512;
  return options;
}

/// `slots` sequences that each add `extend_len` tokens behind `cached_len`.
forward_batch step_of(std::uint64_t id, std::int32_t cached_len, std::int32_t extend_len) {
  forward_batch batch;
  batch.id = step_id{id};
  for (std::uint32_t s = 0; s < slots; ++s) {
    sequence_extend extend;
    extend.slot = s;
    extend.cached_len = cached_len;
    extend.extend_len = extend_len;
    extend.token_begin = static_cast<std::uint32_t>(batch.token_ids.size());
    extend.given_len = cached_len > 0 ? 0 : extend_len;
    extend.logit_rows = 1;
    for (std::int32_t t = 0; t < extend.given_len; ++t)
      batch.token_ids.push_back(
          static_cast<token_id>((s * 7 + static_cast<std::uint32_t>(t)) % 60));
    for (std::uint32_t entry = 0; entry < 2 && cached_len == 0; ++entry)
      batch.grants.push_back({s, entry, page_id{2 * s + entry}});
    batch.sequences.push_back(extend);
  }
  return batch;
}

sample_batch samples_of(std::uint64_t id, std::int32_t output_index) {
  sample_batch batch;
  batch.id = step_id{id};
  for (std::uint32_t s = 0; s < slots; ++s) {
    sequence_sample sample{s, s, output_index, nullptr, {}};
    if (output_index == 0) {
      auto state = std::make_shared<slot_state>();
      state->seed = s;
      state->params.temperature = s % 2 == 0 ? 0.0f : 0.8f;
      state->params.top_p = s % 4 == 1 ? 0.9f : 1.0f;
      sample.open = std::move(state);
    }
    batch.sequences.push_back(std::move(sample));
  }
  return batch;
}

} // namespace

TEST_CASE("a forward takes nothing from the heap, sampling only the two lists of its answer") {
  for (const auto& [name, config] : small_configs())
    for (const bool deterministic : {false, true}) {
      INFO(name << " deterministic " << deterministic);
      auto made = make_executor(options_of(config, deterministic));
      REQUIRE(made.has_value());
      step_executor& executor = **made;
      std::int32_t cached = 0;
      for (std::int32_t step = 0; step < 8; ++step) {
        const std::int32_t extend = step == 0 ? 30 : 1;
        const auto id = static_cast<std::uint64_t>(step);
        const forward_batch forward = step_of(id, cached, extend);
        const sample_batch sample = samples_of(id, step);
        cached += extend;

        allocations = 0;
        counting = true;
        const auto forwarded = executor.forward(forward);
        const std::int64_t by_forward = allocations;
        std::optional<result<sample_result>> sampled;
        executor.sample(sample, [&](result<sample_result> r) { sampled.emplace(std::move(r)); });
        counting = false;
        const std::int64_t by_both = allocations;

        REQUIRE((forwarded.has_value() && sampled && sampled->has_value()));
        REQUIRE((*sampled)->tokens.size() == slots);
        INFO("step " << step);
        CHECK(by_forward == 0);
        CHECK(by_both - by_forward == 2);
      }
    }
}

TEST_CASE("the counter counts") {
  allocations = 0;
  counting = true;
  auto value = std::make_unique<int>(1);
  counting = false;
  CHECK(*value == 1);
  CHECK(allocations == 1);
}

} // namespace hadal::model
