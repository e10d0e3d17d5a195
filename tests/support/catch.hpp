#pragma once
// The one Catch2 header: 2.13 (Debian 12) and 3.x keep theirs in different places.

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
