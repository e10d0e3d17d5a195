#pragma once
// The place of the source tree. Test programs change to it at their start, so that fixtures have
// relative names. Only source_root.cpp is compiled with the absolute path: all other test objects
// are the same in every clone (and in the compiler cache).

namespace hadal::test {

/// The absolute path of the source folder; valid for the whole run.
const char* source_root() noexcept;

} // namespace hadal::test
