// Tokenizes for a script that compares with another implementation. Reads a directory's tokenizer
// and then JSON lines: {"text": t} answers {"ids": [...], "text": decoded, "shown": what the
// incremental detokenizer gave}; {"text": t, "plain": true} finds no added token; {"marked":
// [[true, "template"], [false, "client"], ...]} encodes control and plain text. An error answers
// {"error": message}.

#include "model/tokenizer/incremental_detokenizer.hpp"
#include "model/tokenizer/tokenizer.hpp"

#include <nlohmann/json.hpp>

#include <iostream>
#include <string>

namespace {

using hadal::model::tokenizer;
using nlohmann::json;

hadal::result<std::vector<hadal::token_id>> encode(const tokenizer& t, const json& line) {
  if (line.contains("marked")) {
    hadal::model::marked_text text;
    for (const json& part : line["marked"]) {
      const auto& words = part[1].get_ref<const std::string&>();
      part[0].get<bool>() ? text.control(words) : text.plain(words);
    }
    return t.encode(text);
  }
  const auto& text = line["text"].get_ref<const std::string&>();
  return line.value("plain", false) ? t.encode_plain(text) : t.encode_raw(text, false);
}

json answer(const std::shared_ptr<const tokenizer>& t, const json& line) {
  const auto ids = encode(*t, line);
  if (!ids)
    return {{"error", ids.error().message}};
  hadal::model::incremental_detokenizer stream(t, false);
  std::string shown;
  for (hadal::token_id id : *ids)
    shown += stream.push(id);
  shown += stream.flush();
  return {{"ids", *ids}, {"text", t->decode(*ids, false)}, {"shown", shown}};
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: tokenize_tool DIRECTORY < lines\n";
    return 2;
  }
  const auto loaded = tokenizer::load(argv[1]);
  if (!loaded) {
    std::cerr << loaded.error().message << '\n';
    return 1;
  }
  for (std::string line; std::getline(std::cin, line);)
    std::cout << answer(*loaded, json::parse(line)).dump() << '\n';
}
