#pragma once
// The printable stand-ins that byte-level vocabularies write for bytes: 33-126, 161-172 and 174-255
// are written as themselves, the other 68 bytes are U+0100, U+0101, ... in byte order.

#include <optional>
#include <string>
#include <string_view>

namespace hadal::model {

/// The bytes that `spelling` spells; empty if it has a character outside the alphabet.
std::optional<std::string> bytes_of_spelling(std::string_view spelling);

/// The spelling of `bytes`.
std::string spelling_of_bytes(std::string_view bytes);

} // namespace hadal::model
