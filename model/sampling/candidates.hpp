#pragma once
// The choice of a token from adjusted logits. Candidates rank by logit, the lowest id first among
// equals, so every filter keeps a prefix of one ranking. Order of filters: temperature, top-k,
// top-p over what top-k left (the shortest prefix whose share is at least top_p), min-p (those
// whose probability is at least min_p of the best one's). The first candidate always stays.

#include "base/ids.hpp"
#include "model/sampling/row_passes.hpp"
#include "model/sampling/sampling_params.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace hadal::model {

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
  /// So many candidates at the front, and the sum of their weights.
  struct prefix {
    std::size_t count;
    double mass;
  };

  token_id choose_any(std::size_t count, double target) const;
  /// Takes the candidates of any weight whose logits are at least `cut`, where weights are at least
  /// `weight_min`: blocks that weigh less hold none. Returns the sum of their weights.
  double collect(std::span<const float> logits, float cut, double weight_min);
  /// Takes candidates until the filters can not ask for more of them, top_k of them at most.
  /// Returns the sum of the weights that top-p is taken of: of the best top_k, or `total`, of all.
  double gather(std::span<const float> logits, const row_scan& scan, const sampling_params& params,
                double total);
  double mass_of(std::size_t begin, std::size_t end) const;
  /// Brings those of the front that weigh at least `weight_min` before the others.
  prefix keep_heavy(prefix of, float weight_min);
  /// Of the first `count` candidates brings the shortest prefix of their ranking, of one at least,
  /// whose weights sum to `target`, or to more than that where `past`, to the front; the last one
  /// of the prefix is the last of the ranking, the others are in no order.
  prefix select(std::size_t count, double target, bool past);

  std::vector<float> weights_; // of every token
  std::vector<double> block_sums_;
  std::vector<candidate> candidates_;
};

} // namespace hadal::model
