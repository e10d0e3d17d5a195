#include "actors/server/doctor.hpp"
#include "actors/server/serve_flags.hpp"
#include "model/chat/chat_encoding.hpp"

#include "tests/actors/server/fake_environment.hpp"
#include "tests/actors/server/temporary_folder.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace {

using namespace hadal;
using namespace hadal::server;
using hadal::server::testing::temporary_folder;
using hadal::server::testing::with_variables;
namespace fs = std::filesystem;

constexpr const char* fixture = "tests/fixtures/hf/v3-yarn";

doctor_surroundings good_machine() {
  return {.search = {with_variables(), "/nowhere/bin/hadal"},
          .hub = {},
          .cpu_name = "Test CPU",
          .features = {{"avx2", true}, {"fma", true}, {"f16c", true}},
          .kernels = {kernels::simd_isa::avx2},
          .numa = {},
          .cores = 4,
          .memory_bytes = 1ULL << 40,
          .descriptors = 100'000,
          .try_listen = [](const std::string&, std::uint16_t) { return result<void>{}; },
          .variable_warnings = {}};
}

serve_options good_options() {
  serve_options options;
  options.model_path = fixture;
  options.skip_tokenizer_init = true;
  return options;
}

/// The finding of a subject; there must be exactly one.
finding of(const std::vector<finding>& findings, const std::string& subject) {
  INFO(findings_text(findings));
  const auto matches = [&](const auto& f) { return f.subject == subject; };
  REQUIRE(std::count_if(findings.begin(), findings.end(), matches) == 1);
  return *std::find_if(findings.begin(), findings.end(), matches);
}

bool has(const std::vector<finding>& findings, const std::string& subject) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const auto& f) { return f.subject == subject; });
}

/// A copy of the fixture that a test may spoil.
fs::path copied_fixture(const temporary_folder& folder) {
  fs::copy(fixture, folder.path("model"));
  return folder.path("model");
}

} // namespace

TEST_CASE("a good machine with a good model has nothing but OK, one line a check, in order") {
  const auto findings = examine(good_options(), good_machine());
  INFO(findings_text(findings));
  CHECK(is_healthy(findings));
  std::vector<std::string> subjects;
  for (const auto& f : findings) {
    CHECK(f.verdict == verdict::ok);
    subjects.push_back(f.subject);
  }
  CHECK(subjects == std::vector<std::string>{"cpu", "numa", "descriptors", "port", "model",
                                             "config", "tokenizer", "weights", "limits", "memory"});
  CHECK(of(findings, "cpu").text ==
        "Test CPU, 4 cores: avx2 fma f16c; kernels: avx2, the best of avx2");
  CHECK(of(findings, "port").text == "127.0.0.1:30000 is free");
  CHECK(of(findings, "config").text.find("DeepseekV3ForCausalLM: 3 layers, ") == 0);
  CHECK(of(findings, "weights").text.find("91 tensors in 1 file (89 BF16, 2 F32), ") == 0);
  CHECK(of(findings, "memory").text.find("weights 400.0 KiB") == 0);
}

TEST_CASE("a CPU without AVX2 is a warning, unless the scalar kernels are asked for") {
  auto machine = good_machine();
  machine.features = {{"avx2", false}};
  machine.kernels.clear();
  auto options = good_options();
  CHECK(of(examine(options, machine), "cpu").verdict == verdict::warn);
  options.cpu_isa = cpu_isa::scalar;
  CHECK(of(examine(options, machine), "cpu").verdict == verdict::ok);
}

TEST_CASE("the kernels are named with the reason, and those that the CPU lacks fail") {
  using kernels::simd_isa;
  auto machine = good_machine();
  machine.kernels = {simd_isa::avx512_bf16, simd_isa::avx512, simd_isa::avx2};
  auto options = good_options();
  const auto ends_with = [&](const std::string& end) {
    const std::string text = of(examine(options, machine), "cpu").text;
    INFO(text);
    return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
  };
  CHECK(ends_with("; kernels: avx512-bf16, the best of avx512-bf16, avx512, avx2"));
  options.cpu_isa = cpu_isa::avx2;
  CHECK(ends_with("; kernels: avx2, as asked"));
  options.cpu_isa = cpu_isa::avx512;
  CHECK(ends_with("; kernels: avx512-bf16, as asked"));
  machine.kernels = {simd_isa::avx512, simd_isa::avx2};
  CHECK(ends_with("; kernels: avx512, as asked"));
  CHECK(of(examine(options, machine), "cpu").verdict == verdict::ok);
  options.cpu_isa = cpu_isa::amx;
  CHECK(ends_with("; kernels: amx-bf16 asked for, but this processor runs avx512, avx2"));
  CHECK(of(examine(options, machine), "cpu").verdict == verdict::fail);
}

TEST_CASE("NUMA nodes are listed with what is done about them") {
  constexpr std::uint64_t gibibyte = 1ULL << 30;
  auto machine = good_machine();
  auto options = good_options();
  CHECK(of(examine(options, machine), "numa").text == "one node: nothing to place");
  machine.numa = {{.id = 0, .cpus = {0, 1, 2}, .memory_bytes = 64 * gibibyte}};
  CHECK(of(examine(options, machine), "numa").text == "one node: nothing to place");
  machine.numa.push_back({.id = 2, .cpus = {3}, .memory_bytes = 32 * gibibyte});
  const auto text = [&] {
    const finding found = of(examine(options, machine), "numa");
    CHECK(found.verdict == verdict::ok);
    return found.text;
  };
  CHECK(text() == "2 nodes: node 0 with 3 CPUs, 64.0 GiB, 3 threads; node 2 with 1 CPU, 32.0 GiB, "
                  "1 thread; each thread reads the weights of its own node");
  options.threads = 8;
  CHECK(text().find("64.0 GiB, 6 threads; node 2 with 1 CPU, 32.0 GiB, 2 threads; ") !=
        std::string::npos);
  options.numa = numa_mode::off;
  CHECK(text() == "2 nodes: node 0 with 3 CPUs, 64.0 GiB; node 2 with 1 CPU, 32.0 GiB; nothing is "
                  "placed, as asked");
  options.numa = numa_mode::automatic;
  options.cpu_isa = cpu_isa::scalar;
  CHECK(text().find("; nothing is placed: there is one thread") != std::string::npos);
}

TEST_CASE("a port that is taken fails, few descriptors and an open door are warnings") {
  auto machine = good_machine();
  machine.descriptors = 1024;
  machine.try_listen = [](const std::string&, std::uint16_t) -> result<void> {
    return fail(error_code::io_error, "Address already in use");
  };
  auto options = good_options();
  options.host = "0.0.0.0";
  machine.variable_warnings = {"the variable HADAL_PROT has no effect"};
  const auto findings = examine(options, machine);
  CHECK_FALSE(is_healthy(findings));
  CHECK(of(findings, "environment").verdict == verdict::warn);
  CHECK(of(findings, "environment").text == "the variable HADAL_PROT has no effect");
  CHECK(of(findings, "port").verdict == verdict::fail);
  CHECK(of(findings, "port").text == "0.0.0.0:30000 cannot be listened at: Address already in use");
  CHECK(of(findings, "descriptors").verdict == verdict::warn);
  CHECK(of(findings, "options").verdict == verdict::warn);
}

TEST_CASE("a key file is read, and a bad one fails") {
  const temporary_folder folder;
  auto options = good_options();
  options.api_key_file = folder.write("keys", "{\"key\":\"a\"}\n{\"key\":\"b\"}").string();
  CHECK(of(examine(options, good_machine()), "keys").text == "2 in " + options.api_key_file);
  options.api_key_file = folder.write("bad", "{\"key\":3}").string();
  CHECK(of(examine(options, good_machine()), "keys").verdict == verdict::fail);
}

TEST_CASE("no model ends the checks of the model") {
  auto options = good_options();
  options.model_path.clear();
  const auto findings = examine(options, good_machine());
  CHECK(of(findings, "model").verdict == verdict::fail);
  CHECK_FALSE(has(findings, "config"));
  CHECK_FALSE(has(findings, "memory"));
  options.model_path = "/nowhere/at/all";
  CHECK(of(examine(options, good_machine()), "model").verdict == verdict::fail);
}

TEST_CASE("a config of another architecture fails with its name") {
  const temporary_folder folder;
  folder.write("config.json", R"({"architectures":["LlamaForCausalLM"]})");
  auto options = good_options();
  options.model_path = folder.path().string();
  const auto findings = examine(options, good_machine());
  CHECK(of(findings, "config").verdict == verdict::fail);
  CHECK(of(findings, "config").text.find("LlamaForCausalLM") != std::string::npos);
  CHECK_FALSE(has(findings, "weights"));
}

TEST_CASE("a truncated checkpoint fails and names its file") {
  const temporary_folder folder;
  auto options = good_options();
  options.model_path = copied_fixture(folder).string();
  fs::resize_file(folder.path("model/model.safetensors"), 100'000);
  const auto findings = examine(options, good_machine());
  CHECK(of(findings, "weights").verdict == verdict::fail);
  CHECK(of(findings, "weights").text.find("model.safetensors") != std::string::npos);
  CHECK_FALSE(has(findings, "memory"));
}

TEST_CASE("a checkpoint of another shape fails with the first tensors and their number") {
  const temporary_folder folder;
  auto options = good_options();
  options.model_path = copied_fixture(folder).string();
  auto config = nlohmann::json::parse(std::ifstream{folder.path("model/config.json")});
  config["hidden_size"] = config["hidden_size"].get<int>() * 2;
  folder.write("model/config.json", config.dump());
  const auto findings = examine(options, good_machine());
  CHECK(of(findings, "weights").verdict == verdict::fail);
  CHECK(of(findings, "weights").text.find("model.embed_tokens.weight") != std::string::npos);
  CHECK(of(findings, "weights").text.find("; and ") != std::string::npos);
}

TEST_CASE("a tokenizer that is missing or broken fails, and the other checks go on") {
  const temporary_folder folder;
  auto options = good_options();
  options.skip_tokenizer_init = false;
  options.model_path = copied_fixture(folder).string();
  auto findings = examine(options, good_machine());
  CHECK(of(findings, "tokenizer").verdict == verdict::fail);
  CHECK(of(findings, "tokenizer").text.find("tokenizer.json") != std::string::npos);
  CHECK(of(findings, "memory").verdict == verdict::ok);
  folder.write("model/tokenizer.json", "{");
  findings = examine(options, good_machine());
  CHECK(of(findings, "tokenizer").verdict == verdict::fail);
}

TEST_CASE("a tokenizer with more ids than the model has rows fails with both numbers") {
  const temporary_folder folder;
  auto options = good_options();
  options.skip_tokenizer_init = false;
  options.model_path = copied_fixture(folder).string();
  const auto with_id = [](int id) {
    return R"({"added_tokens":[],"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,)"
           R"("use_regex":false},"decoder":{"type":"ByteLevel"},"model":{"type":"BPE","vocab":)"
           R"({"a":0,"b":)" +
           std::to_string(id) + R"(},"merges":[]}})";
  };
  folder.write("model/tokenizer.json", with_id(127));
  auto findings = examine(options, good_machine());
  CHECK(of(findings, "tokenizer").verdict == verdict::ok);
  CHECK(of(findings, "tokenizer").text == "128 ids, 0 added tokens, chats as deepseek-v3");
  options.chat_encoding = "deepseek-r1";
  CHECK(of(examine(options, good_machine()), "tokenizer").text ==
        "128 ids, 0 added tokens, chats as deepseek-r1");
  folder.write("model/tokenizer.json", with_id(128));
  findings = examine(options, good_machine());
  CHECK(of(findings, "tokenizer").verdict == verdict::fail);
  CHECK(of(findings, "tokenizer").text.find("129 ids, but the model has rows for 128") !=
        std::string::npos);
}

TEST_CASE(
    "memory that does not hold the weights fails, one that holds no full cache is a warning") {
  auto machine = good_machine();
  machine.memory_bytes = 1000;
  CHECK(of(examine(good_options(), machine), "memory").verdict == verdict::fail);
  machine.memory_bytes = 5'000'000;
  CHECK(of(examine(good_options(), machine), "memory").verdict == verdict::warn);
  machine.memory_bytes = 0;
  const auto unknown = of(examine(good_options(), machine), "memory");
  CHECK(unknown.verdict == verdict::ok);
  CHECK(unknown.text.find("an unknown amount can be had") != std::string::npos);
}

TEST_CASE("a context that the model has not fails") {
  auto options = good_options();
  options.context_length = 100'000;
  const auto findings = examine(options, good_machine());
  CHECK(of(findings, "limits").verdict == verdict::fail);
  CHECK(of(findings, "limits").text.find("--context-length 100000") == 0);
}

TEST_CASE("dummy weights and the null device need no checkpoint") {
  const temporary_folder folder;
  const auto config = nlohmann::json::parse(std::ifstream{std::string{fixture} + "/config.json"});
  folder.write("config.json", config.dump());
  auto options = good_options();
  options.model_path = folder.path().string();
  CHECK(of(examine(options, good_machine()), "weights").verdict == verdict::fail);
  options.load_format = load_format::dummy;
  auto findings = examine(options, good_machine());
  CHECK(of(findings, "weights").verdict == verdict::ok);
  CHECK(of(findings, "memory").text.find("weights 0 B") == std::string::npos);
  options.load_format = load_format::automatic;
  options.device = device_kind::null;
  findings = examine(options, good_machine());
  CHECK(of(findings, "weights").verdict == verdict::ok);
  CHECK(of(findings, "memory").text.find("weights 0 B") == 0);
}

TEST_CASE("every chat encoding that the model layer has can be asked for by its name") {
  for (const auto encoding : model::chat_encodings) {
    const std::string name{model::to_string(encoding)};
    INFO(name);
    const auto options = parse_serve_options({"--chat-encoding", name}, with_variables());
    REQUIRE(options.has_value());
    CHECK(options->chat_encoding == name);
  }
}

TEST_CASE("findings are written as lines and as JSON") {
  const std::vector<finding> findings{{verdict::ok, "cpu", "good"},
                                      {verdict::warn, "descriptors", "few"},
                                      {verdict::fail, "port", "taken \"now\""}};
  CHECK(findings_text(findings) == "OK    cpu          good\n"
                                   "WARN  descriptors  few\n"
                                   "FAIL  port         taken \"now\"\n");
  CHECK(nlohmann::json::parse(findings_json(findings)) == nlohmann::json::parse(R"({"ok":false,
    "checks":[{"check":"cpu","verdict":"ok","message":"good"},
              {"check":"descriptors","verdict":"warn","message":"few"},
              {"check":"port","verdict":"fail","message":"taken \"now\""}]})"));
}
