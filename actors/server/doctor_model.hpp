#pragma once
// The part of `hadal doctor` that examines the model.

#include "actors/server/doctor.hpp"

#include <vector>

namespace hadal::server {

/// Finds the model, reads its config and tokenizer, compares its checkpoint with its config, and
/// adds up the memory. Appends a finding for each step; a step that needs a failed one is left out.
void check_model(const serve_options& options, const doctor_surroundings& around,
                 std::vector<finding>& findings);

} // namespace hadal::server
