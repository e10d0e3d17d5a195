#pragma once
// The versions that this program was built from.

#include <string>
#include <string_view>

namespace hadal::server {

/// "0.1.0".
std::string_view program_version() noexcept;

/// The git commit of the source tree, with "-dirty" if files differed from it; empty if the tree
/// was no git checkout.
std::string_view source_revision() noexcept;

/// The output of `hadal version`: version, revision, build type, compiler, libraries, CPU.
std::string version_text();

} // namespace hadal::server
