#include "actors/session/prompt_sources.hpp"

#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::actors;

namespace {

net::chat_request request_with_tools() {
  net::chat_request request;
  request.chat.messages.emplace_back().content = "hello";
  for (const char* name : {"f", "g"}) {
    auto& tool = request.chat.tools.emplace_back();
    tool.name = name;
    tool.tool_json = std::string("{\"") + name + "\":1}";
  }
  request.choice = net::tool_choice::automatic;
  return request;
}

model::chat_conversation rendered(const net::chat_request& request, bool thinks = false) {
  return std::get<model::chat_conversation>(prompt_source_of(request, {thinks}));
}

} // namespace

TEST_CASE("tools are shown as tool_choice leaves them") {
  auto request = request_with_tools();
  using tools = std::vector<std::string>;
  CHECK(rendered(request).tools == tools{R"({"f":1})", R"({"g":1})"});
  request.choice = net::tool_choice::required;
  CHECK(rendered(request).tools == tools{R"({"f":1})", R"({"g":1})"});
  request.choice = net::tool_choice::named;
  request.named_tool = "g";
  CHECK(rendered(request).tools == tools{R"({"g":1})"});
  request.choice = net::tool_choice::none;
  CHECK(rendered(request).tools.empty());
}

TEST_CASE("a server that thinks by default does so without tools and where nothing else is said") {
  auto request = request_with_tools();
  CHECK(rendered(request, true).thinking == false);
  request.choice = net::tool_choice::none;
  CHECK(rendered(request, true).thinking == true);
  CHECK(rendered(request, false).thinking == std::nullopt);
  request.chat.reasoning_effort = "none";
  CHECK(rendered(request, true).thinking == false);
  request.chat.reasoning_effort = "high";
  request.choice = net::tool_choice::automatic;
  CHECK(rendered(request, true).thinking == true);
}

TEST_CASE("reasoning_effort switches thinking, and the template's own switch wins") {
  auto request = request_with_tools();
  for (const char* effort : {"none", "minimal"}) {
    request.chat.reasoning_effort = effort;
    CHECK(rendered(request).thinking == false);
  }
  for (const char* effort : {"low", "medium", "high", "max"}) {
    request.chat.reasoning_effort = effort;
    CHECK(rendered(request).thinking == true);
  }
  request.chat.thinking = false;
  CHECK(rendered(request, true).thinking == false);
  request.chat.reasoning_effort = "none";
  request.chat.thinking = true;
  CHECK(rendered(request).thinking == true);
}
