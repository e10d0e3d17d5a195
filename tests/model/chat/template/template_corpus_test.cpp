#include "tests/model/chat/template/template_trial.hpp"
#include "tests/support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace hadal::test;

TEST_CASE("every template of the fuzzer's corpus is refused or rendered as it should be") {
  std::size_t tried = 0;
  for (const char* folder : {"/tests/model/chat/template/corpus", "/tests/model/chat/templates",
                             "/scripts/chat_templates"})
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(HADAL_SOURCE_DIR) + folder)) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string source{std::istreambuf_iterator<char>(in), {}};
      INFO(entry.path());
      CHECK(try_template(source).empty());
      ++tried;
    }
  CHECK(tried > 20);
}
