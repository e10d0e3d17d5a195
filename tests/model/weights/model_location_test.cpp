#include "model/weights/model_location.hpp"

#include "tests/model/weights/checkpoint_writer.hpp"
#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::model;

namespace {

constexpr const char* commit = "0123456789abcdef0123456789abcdef01234567";

/// A hub cache with one model, as the hub's client lays it out.
struct fake_cache {
  test::temporary_folder folder{"hub"};
  std::filesystem::path model = folder.path() / "hub" / "models--acme--tiny-v3";
  std::filesystem::path snapshot = model / "snapshots" / commit;
  hub_environment environment;

  fake_cache() {
    environment.hf_home = folder.path().string();
    environment.home = "/nonexistent-home";
    std::filesystem::create_directories(snapshot);
    std::filesystem::create_directories(model / "blobs");
    std::filesystem::create_directories(model / "refs" / "refs" / "pr");
    test::write_file(model / "blobs" / "b1", "{}");
    std::filesystem::create_symlink("../../blobs/b1", snapshot / "config.json");
    test::write_file(model / "refs" / "main", commit);
    test::write_file(model / "refs" / "v1", std::string(commit) + "\n");
    test::write_file(model / "refs" / "refs" / "pr" / "1", commit);
  }
};

error failure_of(const std::string& path, const std::string& revision,
                 const hub_environment& environment) {
  const auto found = locate_model(path, revision, environment);
  if (found)
    FAIL("found " << found->directory);
  CHECK(found.error().param == "model_path");
  return found.error();
}

bool says(const error& e, const std::string& text) {
  return e.message.find(text) != std::string::npos;
}

} // namespace

TEST_CASE("a directory with config.json is taken as it is") {
  const test::temporary_folder folder("local_model");
  test::write_file(folder.path() / "config.json", "{}");
  const auto found = locate_model(folder.path().string(), "", {});
  REQUIRE(found.has_value());
  CHECK(found->directory == folder.path());
  CHECK(found->commit.empty());
}

TEST_CASE("a hub id is resolved through refs to a snapshot of symlinks") {
  const fake_cache cache;
  for (const char* revision : {"", "main", "v1", "refs/pr/1", commit}) {
    const auto found = locate_model("acme/tiny-v3", revision, cache.environment);
    INFO(revision);
    REQUIRE(found.has_value());
    CHECK(found->directory == cache.snapshot);
    CHECK(found->commit == commit);
  }
}

TEST_CASE("the cache's root follows the environment in the hub client's order") {
  hub_environment e;
  e.home = "/home/u";
  CHECK(hub_cache_root(e) == "/home/u/.cache/huggingface/hub");
  e.xdg_cache_home = "/xdg";
  CHECK(hub_cache_root(e) == "/xdg/huggingface/hub");
  e.hf_home = "~/hf";
  CHECK(hub_cache_root(e) == "/home/u/hf/hub");
  e.huggingface_hub_cache = "/old";
  CHECK(hub_cache_root(e) == "/old");
  e.hf_hub_cache = "/new";
  CHECK(hub_cache_root(e) == "/new");
}

TEST_CASE("a model that is nowhere says where it was looked for") {
  const fake_cache cache;
  const error e = failure_of("acme/other", "", cache.environment);
  CHECK(e.code == error_code::io_error);
  CHECK(says(e, std::filesystem::absolute("acme/other").string()));
  CHECK(says(e, (cache.folder.path() / "hub" / "models--acme--other").string()));
}

TEST_CASE("a revision that is not in the cache says where it was looked for") {
  const fake_cache cache;
  const error e = failure_of("acme/tiny-v3", "v9", cache.environment);
  CHECK(e.code == error_code::io_error);
  CHECK(says(e, (cache.model / "refs" / "v9").string()));
  CHECK(says(e, (cache.model / "snapshots" / "v9").string()));
}

TEST_CASE("a snapshot without config.json is not whole") {
  const fake_cache cache;
  std::filesystem::remove(cache.model / "blobs" / "b1");
  const error e = failure_of("acme/tiny-v3", "", cache.environment);
  CHECK(e.code == error_code::io_error);
  CHECK(says(e, (cache.snapshot / "config.json").string()));
}

TEST_CASE("a reference cannot lead out of the snapshots") {
  const fake_cache cache;
  for (const char* bad : {"../../../../etc", "", "main", "0123456789ABCDEF", "0123/4567"}) {
    test::write_file(cache.model / "refs" / "main", bad);
    const error e = failure_of("acme/tiny-v3", "", cache.environment);
    CHECK(e.code == error_code::io_error);
    CHECK(says(e, "expected a commit's hash"));
  }
}

TEST_CASE("a revision that is no name is refused") {
  const fake_cache cache;
  for (const char* bad : {"../main", "a/../../main", "/etc/passwd", "a//b", ".", "a b", "a\nb"}) {
    const error e = failure_of("acme/tiny-v3", bad, cache.environment);
    INFO(e.message);
    CHECK(e.code == error_code::invalid_config);
    CHECK(e.message.find('\n') == std::string::npos);
  }
}

TEST_CASE("paths that are neither a checkpoint nor a hub id are refused") {
  const test::temporary_folder folder("paths");
  const auto file = folder.path() / "model.safetensors";
  test::write_file(file, "x");
  CHECK(says(failure_of(file.string(), "", {}), "is not a directory"));
  CHECK(says(failure_of(folder.path().string(), "", {}),
             (folder.path() / "config.json").string() + " is missing"));
  for (const char* bad : {"", "/no/such/folder", "./missing", "../missing", "a/b/c", "org/..",
                          "org/na me", "-x/y", "a--b/c"})
    CHECK(says(failure_of(bad, "", {}), "does not exist, and it is no hub id"));
}
