#include "model/chat/output/tool_call_markup.hpp"

#include "base/assert.hpp"

namespace hadal::model {

namespace {

constexpr tool_call_markup v3 = {tags::calls_begin,
                                 "<｜tool▁call▁begin｜>function<｜tool▁sep｜>",
                                 "\n```json\n",
                                 "\n```<｜tool▁call▁end｜>",
                                 "\n",
                                 tags::calls_end};

constexpr tool_call_markup v3_1 = {
    tags::calls_begin, tags::call_begin, tags::separator, tags::call_end, "", tags::calls_end};

constexpr tool_call_markup v3_2 = {
    "\n\n<｜DSML｜function_calls>\n", dsml::call_begin, "\">\n", "\n</｜DSML｜invoke>", "\n",
    "\n</｜DSML｜function_calls>"};

} // namespace

const tool_call_markup& markup_of(tool_call_parser_kind kind) noexcept {
  HADAL_ASSERT(kind != tool_call_parser_kind::none);
  switch (kind) {
  case tool_call_parser_kind::deepseekv31: return v3_1;
  case tool_call_parser_kind::deepseekv32: return v3_2;
  default: return v3;
  }
}

} // namespace hadal::model
