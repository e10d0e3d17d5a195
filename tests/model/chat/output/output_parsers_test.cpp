#include "model/chat/output/output_parsers.hpp"
#include "model/chat/output/tool_call_markup.hpp"

#include "tests/support/catch.hpp"

using namespace hadal::model;

TEST_CASE("every parser is found by its own name and no other") {
  for (const auto parser : reasoning_parsers)
    CHECK(reasoning_parser_of(to_string(parser)) == parser);
  for (const auto kind : tool_call_parser_kinds)
    CHECK(tool_call_parser_of(to_string(kind)) == kind);
  CHECK_FALSE(reasoning_parser_of("deepseek-r2"));
  CHECK_FALSE(tool_call_parser_of("deepseek-v3"));
}

TEST_CASE("each chat format has the parsers that its models need") {
  struct row {
    chat_encoding encoding;
    reasoning_parser reasoning;
    tool_call_parser_kind tools;
  };
  for (const row& r :
       {row{chat_encoding::deepseek_v2, reasoning_parser::none, tool_call_parser_kind::none},
        row{chat_encoding::deepseek_v3, reasoning_parser::none, tool_call_parser_kind::deepseekv3},
        row{chat_encoding::deepseek_r1, reasoning_parser::deepseek_r1,
            tool_call_parser_kind::deepseekv3},
        row{chat_encoding::deepseek_v3_1, reasoning_parser::deepseek_v3,
            tool_call_parser_kind::deepseekv31},
        row{chat_encoding::deepseek_v3_2, reasoning_parser::deepseek_v3,
            tool_call_parser_kind::deepseekv32}}) {
    CHECK(default_reasoning_parser(r.encoding) == r.reasoning);
    CHECK(default_tool_call_parser(r.encoding) == r.tools);
  }
}

TEST_CASE("the markup of a format spells one call as its models do") {
  const auto spell = [](tool_call_parser_kind kind) {
    const auto& m = markup_of(kind);
    return std::string(m.block_begin) + std::string(m.call_begin) + "f" +
           std::string(m.after_name) + "{}" + std::string(m.call_end) + std::string(m.block_end);
  };
  CHECK(spell(tool_call_parser_kind::deepseekv3) ==
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{}\n```"
        "<｜tool▁call▁end｜><｜tool▁calls▁end｜>");
  CHECK(spell(tool_call_parser_kind::deepseekv31) ==
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{}<｜tool▁call▁end｜>"
        "<｜tool▁calls▁end｜>");
  CHECK(spell(tool_call_parser_kind::deepseekv32) ==
        "\n\n<｜DSML｜function_calls>\n<｜DSML｜invoke name=\"f\">\n{}\n</｜DSML｜invoke>\n"
        "</｜DSML｜function_calls>");
}
