#pragma once
// What `hadal doctor` asks the system for.

#include "base/result.hpp"

#include <cstdint>
#include <string>

namespace hadal::server {

/// Memory that this process can still get: what the system has free or can free, and no more than
/// its control group leaves. 0 where the system does not say.
std::uint64_t available_memory_bytes();

/// Files and sockets that this process may have open at once, once it has raised its limit as far
/// as it may.
std::uint64_t descriptor_limit();

/// Raises the limit to that number.
void raise_descriptor_limit();

/// Tries to listen at an address, and stops again. Errors: io_error (the reason).
result<void> try_listen(const std::string& host, std::uint16_t port);

} // namespace hadal::server
