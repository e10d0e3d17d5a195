#include "actors/server/cpu_report.hpp"

#include <fstream>
#include <string_view>

namespace hadal::server {

std::vector<cpu_feature> cpu_features() {
#if defined(__x86_64__)
  // The builtin also checks that the operating system saves the registers.
  __builtin_cpu_init();
  return {
      {"avx2", __builtin_cpu_supports("avx2") != 0},
      {"fma", __builtin_cpu_supports("fma") != 0},
      {"f16c", __builtin_cpu_supports("f16c") != 0},
      {"avx512f", __builtin_cpu_supports("avx512f") != 0},
      {"avx512bw", __builtin_cpu_supports("avx512bw") != 0},
      {"avx512vl", __builtin_cpu_supports("avx512vl") != 0},
      {"avx512_vnni", __builtin_cpu_supports("avx512vnni") != 0},
      {"avx512_bf16", __builtin_cpu_supports("avx512bf16") != 0},
      {"amx_tile", __builtin_cpu_supports("amx-tile") != 0},
      {"amx_bf16", __builtin_cpu_supports("amx-bf16") != 0},
      {"amx_int8", __builtin_cpu_supports("amx-int8") != 0},
  };
#else
  return {};
#endif
}

std::string join_features(const std::vector<cpu_feature>& features) {
  std::string names;
  for (const auto& f : features)
    if (f.present)
      names += names.empty() ? f.name : " " + f.name;
  return names.empty() ? "none" : names;
}

std::string cpu_model() {
  constexpr std::string_view key = "model name";
  std::ifstream file{"/proc/cpuinfo"};
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.compare(0, key.size(), key) == 0 && colon != std::string::npos)
      return line.substr(colon + 2);
  }
  return "unknown CPU";
}

} // namespace hadal::server
