#pragma once
// System calls of `hadal doctor`.

#include "base/result.hpp"

#include <cstdint>
#include <string>

namespace hadal::server {

/// Memory available to this process: the memory that the system has free or can free, limited by
/// the control group. 0 if the system does not tell.
std::uint64_t available_memory_bytes();

/// Files and sockets that this process may have open at once, after it has raised its
/// limit.
std::uint64_t descriptor_limit();

/// Raises the limit to that number.
void raise_descriptor_limit();

/// Tries to listen at an address, then closes the socket. Errors: io_error (the reason).
result<void> try_listen(const std::string& host, std::uint16_t port);

} // namespace hadal::server
