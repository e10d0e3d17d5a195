#include "model/chat/deepseek_formats.hpp"
#include "model/chat/past_arguments.hpp"
#include "model/chat/tool_text.hpp"

#include <fmt/core.h>

#include <vector>

namespace hadal::model::formats {

namespace {

// The rendered conversation: some messages are dropped; indices remain those of the request.
class renderer {
public:
  renderer(const chat_conversation& c, const chat_boundary_tokens& t)
    : c_(c), tokens_(t), thinking_(c.thinking.value_or(false)) {
    for (std::size_t i = 0; i < c.messages.size(); ++i)
      if (opens_turn(c.messages[i])) {
        last_user_ = i;
        has_user_ = true;
      }
    for (std::size_t i = 0; i < c.messages.size(); ++i)
      if (!is_dropped(i))
        shown_.push_back(i);
  }

  result<marked_text> run() {
    out_.control(tokens_.bos);
    HADAL_TRY(place_tools());
    for (std::size_t place = 0; place < shown_.size(); ++place) {
      const chat_message& m = c_.messages[shown_[place]];
      if (m.role == "system")
        HADAL_TRY(system(place));
      else if (opens_turn(m))
        HADAL_TRY(turn(place));
      else if (m.role == "tool")
        tool_result(place);
      else
        HADAL_TRY(answer(shown_[place]));
    }
    return std::move(out_);
  }

private:
  static bool opens_turn(const chat_message& m) {
    return m.role == "user" || m.role == "developer";
  }

  bool is_dropped(std::size_t index) const {
    return thinking_ && c_.drop_thinking && has_user_ && index < last_user_ &&
           c_.messages[index].role == "developer";
  }

  // Tools are listed in the first message if it is an instruction, else in an empty system message.
  result<void> place_tools() {
    if (c_.tools.empty() || (!shown_.empty() && is_instruction(c_.messages[shown_.front()])))
      return {};
    return tools();
  }

  result<void> tools() {
    out_.control("\n\n");
    return append_tools_v3_2(c_, out_);
  }

  bool tells_tools(std::size_t place) const { return place == 0 && !c_.tools.empty(); }

  result<void> system(std::size_t place) {
    out_.plain(c_.messages[shown_[place]].content);
    if (tells_tools(place))
      HADAL_TRY(tools());
    return {};
  }

  result<void> turn(std::size_t place) {
    const std::size_t index = shown_[place];
    const chat_message& m = c_.messages[index];
    out_.control("<｜User｜>");
    if (m.role == "developer") {
      if (m.content.empty()) {
        const std::string field = fmt::format("messages[{}].content", c_.place_of(index));
        return fail(error_code::invalid_request,
                    fmt::format("{}: a developer message must not be empty", field), field);
      }
      if (tells_tools(place))
        HADAL_TRY(tools());
      out_.control("\n\n# The user's message is: ");
    }
    out_.plain(m.content);
    out_.control("<｜Assistant｜>");
    out_.control(thinking_ && index == last_user_ ? "<think>" : "</think>");
    return {};
  }

  bool is_result(std::size_t place) const {
    return place < shown_.size() && c_.messages[shown_[place]].role == "tool";
  }

  // Consecutive results are one block.
  void tool_result(std::size_t place) {
    const std::size_t index = shown_[place];
    if (place == 0 || !is_result(place - 1))
      out_.control("\n\n<function_results>");
    out_.control("\n<result>");
    out_.plain(c_.messages[index].content);
    out_.control("</result>");
    if (is_result(place + 1))
      return;
    out_.control("\n</function_results>\n\n");
    const bool in_turn = !has_user_ || index >= last_user_;
    out_.control(thinking_ && in_turn ? "<think>" : "</think>");
  }

  result<void> answer(std::size_t index) {
    const chat_message& m = c_.messages[index];
    const bool open = is_left_open(c_, index);
    if (thinking_ && (!has_user_ || index > last_user_)) {
      out_.plain(m.reasoning_content);
      if (open && m.content.empty())
        return {}; // the answer continues inside the reasoning
      out_.control("</think>");
    }
    out_.plain(m.content);
    if (!m.tool_calls.empty())
      HADAL_TRY(append_calls(index));
    if (!open)
      out_.control(tokens_.eos);
    return {};
  }

  result<void> append_calls(std::size_t index) {
    const chat_message& m = c_.messages[index];
    out_.control("\n\n<｜DSML｜function_calls>\n");
    for (std::size_t j = 0; j < m.tool_calls.size(); ++j) {
      out_.control(j == 0 ? "<｜DSML｜invoke name=\"" : "\n<｜DSML｜invoke name=\"");
      out_.plain(m.tool_calls[j].name);
      out_.control("\">\n");
      HADAL_TRY_ASSIGN(arguments, arguments_object(c_, index, j));
      append_arguments(arguments);
      out_.control("\n</｜DSML｜invoke>");
    }
    out_.control("\n</｜DSML｜function_calls>");
    return {};
  }

  void append_arguments(const json_value& arguments) {
    for (std::size_t i = 0; i < arguments.keys.size(); ++i) {
      const json_value& value = arguments.values[i];
      const bool is_string = value.kind == json_value::kind_type::string;
      out_.control(i == 0 ? "<｜DSML｜parameter name=\"" : "\n<｜DSML｜parameter name=\"");
      out_.plain(arguments.keys[i]);
      out_.control(is_string ? "\" string=\"true\">" : "\" string=\"false\">");
      out_.plain(is_string ? value.text : dump(value));
      out_.control("</｜DSML｜parameter>");
    }
  }

  const chat_conversation& c_;
  const chat_boundary_tokens& tokens_;
  bool thinking_;
  bool has_user_ = false;
  std::size_t last_user_ = 0; // index of the last user or developer message, if there is one
  std::vector<std::size_t> shown_;
  marked_text out_;
};

} // namespace

result<marked_text> encode_v3_2(const chat_conversation& c, const chat_boundary_tokens& t) {
  return renderer(c, t).run();
}

} // namespace hadal::model::formats
