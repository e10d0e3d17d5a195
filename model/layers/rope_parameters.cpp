#include "model/layers/rope_parameters.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hadal::model {

namespace {

/// The attention scale of YaRN for a context that is `factor` times longer.
double yarn_magnitude(double factor, double scale) {
  return factor <= 1.0 ? 1.0 : 0.1 * scale * std::log(factor) + 1.0;
}

/// The index of the pair, as a real number, that rotates `rotations` times over the original
/// context.
double correction_pair(double rotations, double dim, double base, double original_positions) {
  return dim * std::log(original_positions / (rotations * 2.0 * std::numbers::pi)) /
         (2.0 * std::log(base));
}

/// Pairs below `low` keep their frequency, those of pairs above `high` are divided by the factor.
void apply_yarn(const rope_scaling_config& yarn, double base, std::vector<float>& frequencies,
                const std::vector<float>& periods) {
  const double dim = 2.0 * static_cast<double>(frequencies.size());
  const auto original = static_cast<double>(yarn.original_max_position_embeddings);
  const double low =
      std::max(std::floor(correction_pair(yarn.beta_fast, dim, base, original)), 0.0);
  double high =
      std::min(std::ceil(correction_pair(yarn.beta_slow, dim, base, original)), dim - 1.0);
  if (low == high)
    high += 0.001;
  for (std::size_t i = 0; i < frequencies.size(); ++i) {
    const float ramp = std::clamp((static_cast<float>(i) - static_cast<float>(low)) /
                                      static_cast<float>(high - low),
                                  0.0f, 1.0f);
    const float kept = 1.0f - ramp;
    const float slow = 1.0f / (static_cast<float>(yarn.factor) * periods[i]);
    frequencies[i] = slow * (1.0f - kept) + frequencies[i] * kept;
  }
}

} // namespace

rope_parameters make_rope_parameters(const model_config& config) {
  rope_parameters rope;
  const std::int32_t dim = config.qk_rope_head_dim;
  std::vector<float> periods;
  for (std::int32_t i = 0; i < dim; i += 2) {
    const float exponent = static_cast<float>(i) / static_cast<float>(dim);
    periods.push_back(std::pow(static_cast<float>(config.rope_theta), exponent));
    rope.inv_freq.push_back(1.0f / periods.back());
  }
  double scale = 1.0 / std::sqrt(static_cast<double>(config.qk_head_dim()));
  if (config.rope_scaling) {
    const rope_scaling_config& yarn = *config.rope_scaling;
    apply_yarn(yarn, config.rope_theta, rope.inv_freq, periods);
    const double all_dim = yarn_magnitude(yarn.factor, yarn.mscale_all_dim);
    rope.multiplier = static_cast<float>(yarn_magnitude(yarn.factor, yarn.mscale) / all_dim);
    if (yarn.mscale_all_dim != 0.0)
      scale *= all_dim * all_dim;
  }
  rope.softmax_scale = static_cast<float>(scale);
  return rope;
}

} // namespace hadal::model
