#pragma once
// The choice of a token from adjusted logits. Candidates rank by logit, the lowest id first among
// equals, so every filter keeps a prefix of one ranking. Order of filters: temperature, top-k,
// top-p over what top-k left (the shortest prefix whose share is at least top_p), min-p (those
// whose probability is at least min_p of the best one's). The first candidate always stays.

#include "base/ids.hpp"
#include "model/sampling/sampling_params.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace hadal::model {

/// Below this a temperature means greedy: dividing by it would overflow.
inline constexpr float greedy_temperature = 1e-5f;

/// Index of the largest value, the lowest on ties. `logits` is not empty and holds no NaN.
token_id argmax(std::span<const float> logits) noexcept;

class candidate_chooser {
public:
  /// Buffers for rows of up to `vocab_size` logits.
  explicit candidate_chooser(std::int32_t vocab_size);

  /// Draws with `uniform` in [0, 1). `logits` holds no NaN and no +infinity; params.temperature is
  /// at least greedy_temperature.
  token_id choose(std::span<const float> logits, const sampling_params& params, double uniform);

private:
  struct candidate {
    float logit;
    token_id id;
  };

  token_id choose_any(std::span<const float> logits, float largest, float temperature,
                      double uniform);
  /// Takes the best `count` candidates, or all that are not masked.
  void collect(std::span<const float> logits, std::size_t count);
  /// Ranks the first `count` candidates.
  void rank(std::size_t count);

  std::vector<double> weights_;
  std::vector<candidate> candidates_;
  std::size_t ranked_ = 0; // candidates at the front that are in their final order
};

} // namespace hadal::model
