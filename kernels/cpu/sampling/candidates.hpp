#pragma once
// The choice of a token from adjusted logits. Candidates rank by logit, the lowest id first among
// equals, so every filter keeps a prefix of one ranking. Order of filters: temperature, top-k,
// top-p over the result of top-k (the shortest prefix whose share is at least top_p), min-p
// (candidates with at least min_p of the best one's probability). The first candidate always stays.

#include "base/ids.hpp"
#include "kernels/cpu/sampling/row_passes.hpp"
#include "kernels/ops/sampling_params.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace hadal::kernels {

/// Below this a temperature means greedy: dividing by it would overflow.
inline constexpr float greedy_temperature = 1e-5f;

class candidate_chooser {
public:
  /// Buffers for rows of up to `vocab_size` logits.
  explicit candidate_chooser(std::int32_t vocab_size);

  /// Draws with `uniform` in [0, 1). `scan` is the row's own and not `nonfinite`;
  /// params.temperature is at least greedy_temperature.
  token_id choose(std::span<const float> logits, const row_scan& scan,
                  const sampling_params& params, double uniform);

private:
  struct candidate {
    float logit;
    float weight; // relative to the best one's, which is 1
    token_id id;
  };
  /// The number of candidates at the front, and the sum of their weights.
  struct prefix {
    std::size_t count;
    double mass;
  };

  token_id choose_any(std::size_t count, double target) const;
  /// Collects candidates with a weight above 0 and a logit of at least `cut` (a weight of at least
  /// `weight_min`: lighter blocks are skipped). Returns the sum of their weights.
  double collect(std::span<const float> logits, float cut, double weight_min);
  /// Collects candidates until the filters cannot need more, at most top_k. Returns the sum of
  /// weights that top_p is a share of: that of the best top_k, or `total`, that of all.
  double gather(std::span<const float> logits, const row_scan& scan, const sampling_params& params,
                double total);
  double mass_of(std::size_t begin, std::size_t end) const;
  /// Moves candidates of the front with at least `weight_min` before the others.
  prefix keep_heavy(prefix of, float weight_min);
  /// Moves to the front the shortest prefix (at least one) of the ranking of the first `count`
  /// candidates whose weights sum to at least `target`, or to more if `past`. Its last candidate
  /// ranks last; the others are in no order.
  prefix select(std::size_t count, double target, bool past);

  std::vector<float> weights_; // of every token
  std::vector<double> block_sums_;
  std::vector<candidate> candidates_;
};

} // namespace hadal::kernels
