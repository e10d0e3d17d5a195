#pragma once
// What every fuzzer shares. A fuzzer is a function of bytes that must hold for whatever they are:
// it ends the process where it does not, and the loop has then left the bytes in a file.
//
//   int main(int argc, char** argv) {
//     return hadal::tests::fuzz(argc, argv, {"answer", seeds, check});
//   }
//
// NAME_fuzz [SECONDS [SEED]]: first replays tests/fuzz/corpus/NAME, one file an input, then changes
// seeds and corpus at random until the time is over. Failing bytes are in build/fuzz/NAME.crash:
// add them to the corpus. NAME_fuzz FILE checks that file alone.

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::tests {

struct fuzz_target {
  std::string name;
  std::vector<std::string> seeds;      // inputs that are known to be good
  std::vector<std::string> dictionary; // words that mean something to what is fuzzed
  /// Must hold for all bytes; `random` is for choices of its own, the same for the same seed.
  std::function<void(std::string_view, std::mt19937_64&)> check;
};

/// Exit code: 0, 2 for arguments that make no sense.
int fuzz(int argc, char** argv, const fuzz_target& target);

/// Ends the process, naming the reason, where a fuzzed property does not hold.
void fuzz_require(bool holds, std::string_view reason);

} // namespace hadal::tests
