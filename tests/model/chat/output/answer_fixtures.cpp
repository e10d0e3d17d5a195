#include "tests/model/chat/output/answer_fixtures.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

namespace hadal::tests {

using namespace model;

namespace {

struct stretch {
  std::size_t begin;
  std::size_t end;
  bool is_hidden;
};

/// Splits the text into hidden tokens and the stretches between them.
std::vector<stretch> stretches_of(const answer_fixture& fixture) {
  std::vector<stretch> out;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < fixture.text.size();) {
    std::size_t size = 0;
    for (const std::string& token : fixture.hidden)
      if (fixture.text.compare(at, token.size(), token) == 0)
        size = token.size();
    if (size > 0) {
      out.push_back({begin, at, false});
      out.push_back({at, at + size, true});
      begin = at + size;
    }
    at += size > 0 ? size : 1;
  }
  out.push_back({begin, fixture.text.size(), false});
  return out;
}

} // namespace

bool joined_answer::add(const output_delta& delta) {
  reasoning += delta.reasoning;
  content += delta.content;
  for (const auto& piece : delta.calls) {
    const bool begins = !piece.id.empty();
    if (begins)
      calls.push_back({piece.name, {}});
    if (piece.index + 1 != calls.size() || (begins && piece.name.empty()))
      return false;
    calls.back().arguments += piece.arguments;
  }
  fails |= delta.finish && delta.finish->reason == finish_reason::failed;
  return true;
}

std::string to_string(const joined_answer& answer) {
  std::string text = "reasoning [" + answer.reasoning + "] content [" + answer.content + "]";
  for (const auto& call : answer.calls)
    text += " call " + call.name + " [" + call.arguments + "]";
  return text + (answer.fails ? " fails" : "");
}

std::vector<answer_fixture> answer_fixtures() {
  std::vector<answer_fixture> fixtures;
  std::ifstream file("tests/fixtures/output/answers.jsonl");
  for (std::string line; std::getline(file, line);) {
    const auto json = nlohmann::json::parse(line);
    auto& f = fixtures.emplace_back();
    f.name = json["name"];
    f.format.reasoning = *reasoning_parser_of(json["reasoning_parser"].get<std::string>());
    f.format.starts_in_reasoning = json["starts_in_reasoning"];
    f.format.separate_reasoning = json["separate_reasoning"];
    f.format.tools = *tool_call_parser_of(json["tool_call_parser"].get<std::string>());
    f.format.calls.live = json["live"];
    f.format.calls.first_call_only = json["first_call_only"];
    f.stops = json["stop"].get<std::vector<std::string>>();
    f.hidden = json.value("hidden", std::vector<std::string>());
    f.text = json["text"];
    f.end = json["end"] == "cut" ? finish_reason::length : finish_reason::stop;
    const auto& expect = json["expect"];
    f.expected.reasoning = expect["reasoning"];
    f.expected.content = expect["content"];
    f.expected.fails = expect["fails"];
    for (const auto& call : expect["calls"])
      f.expected.calls.push_back({call["name"], call["arguments"]});
  }
  return fixtures;
}

joined_answer taken_apart(const answer_fixture& fixture, const std::vector<std::size_t>& cuts) {
  answer_splitter splitter(fixture.format, fixture.stops);
  joined_answer answer;
  const std::string_view text = fixture.text;
  bool follows = true;
  const auto push = [&](std::size_t begin, std::size_t end) {
    if (!splitter.done())
      follows &= answer.add(splitter.push(text.substr(begin, end - begin)));
  };
  for (const stretch& s : stretches_of(fixture)) {
    if (s.is_hidden) {
      if (!splitter.done())
        follows &= answer.add(splitter.pass_over(text.substr(s.begin, s.end - s.begin)));
      continue;
    }
    std::size_t begin = s.begin;
    for (const std::size_t cut : cuts)
      if (cut >= s.begin && cut < s.end) {
        push(begin, cut);
        begin = cut;
      }
    push(begin, s.end);
  }
  if (!splitter.done())
    follows &= answer.add(splitter.finish({fixture.end, {}, {}, {}}));
  if (!follows)
    answer.content += " (the pieces of calls do not follow on each other)";
  return answer;
}

} // namespace hadal::tests
