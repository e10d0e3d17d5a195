#include "model/chat/tool_results.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

namespace hadal::model {

namespace {

/// An assistant message with calls.
struct caller {
  std::size_t message;
  std::vector<std::optional<std::size_t>> results; // of each call, the message with its result
  std::optional<std::size_t> loose;                // a result without an id after it
  bool has_results = false;                        // with ids
};

class result_order {
public:
  explicit result_order(const chat_conversation& c) : c_(c) {}

  result<void> bind_all() {
    for (std::size_t i = 0; i < c_.messages.size(); ++i) {
      const chat_message& m = c_.messages[i];
      if (m.role == "tool")
        HADAL_TRY(bind(i));
      else if (m.role == "assistant" && m.tool_calls.empty())
        open_ = callers_.size(); // an answer ends the calls before it
      else if (m.role == "assistant")
        callers_.push_back({i, decltype(caller::results)(m.tool_calls.size()), {}, false});
    }
    for (const caller& from : callers_)
      if (from.has_results && from.loose)
        return wrong(*from.loose, "is missing, and other results of the same calls have one");
    return {};
  }

  chat_conversation ordered() const {
    chat_conversation out = c_;
    out.messages.clear();
    const auto add = [&](const chat_message& m, std::size_t place) {
      out.messages.push_back(m);
      out.places.push_back(place);
    };
    auto from = callers_.begin();
    for (std::size_t i = 0; i < c_.messages.size(); ++i) {
      const chat_message& m = c_.messages[i];
      if (m.role != "tool" || m.tool_call_id.empty())
        add(m, i);
      if (from == callers_.end() || from->message != i)
        continue;
      for (std::size_t call = 0; from->has_results && call < m.tool_calls.size(); ++call) {
        const auto answered = from->results[call];
        add(answered ? c_.messages[*answered] : empty_result(m.tool_calls[call]),
            answered.value_or(i));
      }
      ++from;
    }
    return out;
  }

private:
  static tl::unexpected<error> wrong(std::size_t message, std::string_view what) {
    const std::string field = fmt::format("messages[{}].tool_call_id", message);
    return fail(error_code::invalid_request, fmt::format("{}: {}", field, what), field);
  }

  static chat_message empty_result(const chat_tool_call& call) {
    chat_message m;
    m.role = "tool";
    m.tool_call_id = call.id;
    return m;
  }

  result<void> bind(std::size_t index) {
    const std::string& id = c_.messages[index].tool_call_id;
    if (id.empty()) {
      if (callers_.size() > open_)
        callers_.back().loose = index;
      return {};
    }
    for (std::size_t k = callers_.size(); k > open_; --k) {
      caller& from = callers_[k - 1];
      const auto& calls = c_.messages[from.message].tool_calls;
      bool is_known = false;
      for (std::size_t call = 0; call < calls.size(); ++call) {
        if (calls[call].id != id)
          continue;
        is_known = true;
        if (from.results[call])
          continue; // ids of one message may be equal
        from.results[call] = index;
        from.has_results = true;
        return {};
      }
      if (is_known)
        return wrong(index, fmt::format("the call \"{}\" has its result already", id));
    }
    return wrong(index,
                 fmt::format("\"{}\" is no call of the assistant that waits for a result", id));
  }

  const chat_conversation& c_;
  std::vector<caller> callers_;
  std::size_t open_ = 0; // callers from here on may get further results
};

} // namespace

result<chat_conversation> with_results_in_order(const chat_conversation& c) {
  result_order order(c);
  HADAL_TRY(order.bind_all());
  return order.ordered();
}

} // namespace hadal::model
