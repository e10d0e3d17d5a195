#pragma once
// What every fuzzer shares. A fuzzer is a function that checks a property for any bytes. Where the
// property does not hold it ends the process, and the loop leaves the bytes in a file.
//
//   int main(int argc, char** argv) {
//     return hadal::tests::fuzz(argc, argv, {"answer", seeds, check});
//   }
//
// NAME_fuzz [SECONDS [SEED]]: first replays tests/fuzz/corpus/NAME, one input per file, then
// mutates seeds and corpus at random until the time is over. Failing bytes are in
// build/fuzz/NAME.crash: add them to the corpus. NAME_fuzz FILE checks that file alone.

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::tests {

struct fuzz_target {
  std::string name;
  std::vector<std::string> seeds;      // valid inputs, to mutate
  std::vector<std::string> dictionary; // words that the code under test knows
  /// Must hold for all bytes. It takes random choices from `random` alone, so a seed repeats them.
  std::function<void(std::string_view, std::mt19937_64&)> check;
};

/// Exit code: 0, or 2 for invalid arguments.
int fuzz(int argc, char** argv, const fuzz_target& target);

/// Ends the process and prints `reason` unless the property holds.
void fuzz_require(bool holds, std::string_view reason);

} // namespace hadal::tests
