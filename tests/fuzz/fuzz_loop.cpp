#include "tests/fuzz/fuzz_loop.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace hadal::tests {

namespace {

constexpr std::size_t input_bytes_max = 16 * 1024;
constexpr std::uint64_t seed_default = 20240614;

std::string read_file(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<std::string> corpus_of(const std::string& name) {
  std::vector<std::filesystem::path> paths;
  const std::filesystem::path folder = "tests/fuzz/corpus/" + name;
  if (std::filesystem::is_directory(folder))
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> inputs;
  for (const auto& path : paths)
    inputs.push_back(read_file(path));
  return inputs;
}

class mutator {
public:
  mutator(const std::vector<std::string>& inputs, const std::vector<std::string>& words,
          std::mt19937_64& random)
    : inputs_(inputs), words_(words), random_(random) {}

  std::string next() {
    std::string bytes = one_of(inputs_);
    for (auto changes = 1 + below(8); changes > 0; --changes)
      change(bytes);
    if (bytes.size() > input_bytes_max)
      bytes.resize(input_bytes_max);
    return bytes;
  }

private:
  std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }

  std::string one_of(const std::vector<std::string>& all) {
    return all.empty() ? std::string() : all[below(all.size())];
  }

  void change(std::string& bytes) {
    const std::size_t at = below(bytes.size() + 1);
    const std::size_t count = std::min(below(16) + 1, bytes.size() - at);
    switch (below(8)) {
    case 0: bytes.erase(at, count); break;
    case 1: bytes.insert(at, bytes.substr(below(bytes.size() + 1), below(64))); break;
    case 2: bytes.insert(at, one_of(words_)); break;
    case 3: bytes.insert(at, 1, static_cast<char>(random_())); break;
    case 4:
      if (at < bytes.size())
        bytes[at] = static_cast<char>(random_());
      break;
    case 5: bytes.resize(at); break;
    case 6: {
      const std::string other = one_of(inputs_);
      bytes = bytes.substr(0, at) + other.substr(below(other.size() + 1));
      break;
    }
    default: bytes.replace(at, count, one_of(words_)); break;
    }
  }

  const std::vector<std::string>& inputs_;
  const std::vector<std::string>& words_;
  std::mt19937_64& random_;
};

/// Checks one input. Writes its bytes to `crash` first, so that they survive the process.
void check(const fuzz_target& target, const std::string& bytes, std::mt19937_64& random,
           const std::filesystem::path& crash) {
  std::ofstream(crash, std::ios::binary) << bytes;
  target.check(bytes, random);
}

} // namespace

void fuzz_require(bool holds, std::string_view reason) {
  if (holds)
    return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(reason.size()), reason.data());
  std::abort();
}

int fuzz(int argc, char** argv, const fuzz_target& target) {
  using clock = std::chrono::steady_clock;
  const std::filesystem::path folder = "build/fuzz";
  std::filesystem::create_directories(folder);
  const auto crash = folder / (target.name + ".crash");
  const std::string first = argc > 1 ? argv[1] : "1";
  std::mt19937_64 random(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : seed_default);
  if (std::filesystem::is_regular_file(first)) {
    target.check(read_file(first), random);
    return 0;
  }
  char* end = nullptr;
  const double seconds = std::strtod(first.c_str(), &end);
  if (end == first.c_str() || *end != '\0') {
    std::fprintf(stderr, "usage: %s [SECONDS [SEED] | FILE]\n", argv[0]);
    return 2;
  }
  std::vector<std::string> inputs = corpus_of(target.name);
  for (const auto& bytes : inputs)
    check(target, bytes, random, crash);
  inputs.insert(inputs.end(), target.seeds.begin(), target.seeds.end());
  mutator mutated(inputs, target.dictionary, random);
  std::uint64_t rounds = 0;
  for (const auto deadline = clock::now() + std::chrono::duration<double>(seconds);
       clock::now() < deadline; ++rounds)
    check(target, mutated.next(), random, crash);
  std::filesystem::remove(crash);
  std::printf("%s: %llu inputs, nothing found\n", target.name.c_str(),
              static_cast<unsigned long long>(rounds + inputs.size()));
  return 0;
}

} // namespace hadal::tests
