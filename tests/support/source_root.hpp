#pragma once
// Where the source tree lies. Test programs go there before they start, so that fixtures are named
// relative to it; only source_root.cpp is compiled with the absolute path, which keeps every other
// test object the same in every clone (and in the compiler cache).

namespace hadal::test {

/// The absolute path of the source folder; valid for the whole run.
const char* source_root() noexcept;

} // namespace hadal::test
