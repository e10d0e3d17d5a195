// Tries mutated templates until the time is up: template_fuzz [--seconds N] [--seed N]
// [--corpus FOLDER]. Prints the template and ends with 1 when one fails. The same seed and corpus
// try the same templates in the same order.

#include "tests/model/chat/template/template_trial.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view words[] = {"{{ ",
                                      " }}",
                                      "{% ",
                                      " %}",
                                      "{%- ",
                                      " -%}",
                                      "{#",
                                      "#}",
                                      "{% if x %}",
                                      "{% endif %}",
                                      "{% for m in messages %}",
                                      "{% endfor %}",
                                      "{% else %}",
                                      "{% set y = ",
                                      "{% set ns.y = ",
                                      "namespace(y=x)",
                                      "{% macro f(a, b=1) %}",
                                      "{% endmacro %}",
                                      "f(x)",
                                      "{% call f() %}",
                                      "{% endcall %}",
                                      "caller()",
                                      "{% filter upper %}",
                                      "{% endfilter %}",
                                      "{% raw %}",
                                      "{% endraw %}",
                                      "{% generation %}",
                                      "{% endgeneration %}",
                                      "{% break %}",
                                      "{% continue %}",
                                      " | tojson",
                                      " | tojson(indent=2)",
                                      " | upper",
                                      " | join(x)",
                                      " | list",
                                      " | sort",
                                      " | map(attribute='content')",
                                      " | selectattr('role', 'eq', 'user')",
                                      " | replace('a', x)",
                                      " | length",
                                      " | default('d')",
                                      " | first",
                                      " | last",
                                      " | reverse",
                                      " | trim",
                                      " | title",
                                      " | indent",
                                      " | items",
                                      " | unique",
                                      " | batch(2)",
                                      " | int",
                                      " | round",
                                      " | format(x)",
                                      ".split('>')",
                                      ".strip()",
                                      ".replace('', 'y')",
                                      ".items()",
                                      ".get('content')",
                                      ".upper()",
                                      ".title()",
                                      ".splitlines()",
                                      ".partition('<')",
                                      "[1:]",
                                      "[::-1]",
                                      "[-1]",
                                      "['content']",
                                      ".content",
                                      ".role",
                                      ".tool_calls",
                                      " is defined",
                                      " is none",
                                      " is string",
                                      " in ",
                                      " not ",
                                      " and ",
                                      " or ",
                                      " if ",
                                      " else ",
                                      " ~ ",
                                      " + ",
                                      " * ",
                                      " % ",
                                      " // ",
                                      " ** ",
                                      " == ",
                                      " < ",
                                      "(",
                                      ")",
                                      "[",
                                      "]",
                                      "{",
                                      "}",
                                      ",",
                                      ":",
                                      ".",
                                      "|",
                                      "'",
                                      "\"",
                                      "\\",
                                      "\n",
                                      "range(9)",
                                      "range(1000000)",
                                      "loop.index",
                                      "loop.nextitem",
                                      "messages",
                                      "tools",
                                      "x",
                                      "ns",
                                      "true",
                                      "none",
                                      "0",
                                      "1",
                                      "9223372036854775807",
                                      "1.5e308",
                                      "é",
                                      "\u2028"};

class mutator {
public:
  mutator(std::vector<std::string> corpus, std::uint64_t seed)
    : corpus_(std::move(corpus)), random_(seed) {}

  std::string next() {
    std::string text = corpus_[below(corpus_.size())];
    for (std::size_t changes = 1 + below(6); changes > 0; --changes)
      change(text);
    constexpr std::size_t bytes_max = 16 * 1024;
    text.resize(std::min(text.size(), bytes_max));
    return text;
  }

private:
  std::size_t below(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }

  void change(std::string& text) {
    const std::size_t at = below(text.size() + 1);
    const std::size_t size = std::min(text.size() - at, below(40));
    switch (below(7)) {
    case 0: text.insert(at, words[below(std::size(words))]); break;
    case 1: text.erase(at, size); break;
    case 2: text.insert(at, text.substr(at, size)); break;
    case 3: {
      const std::string& other = corpus_[below(corpus_.size())];
      text.insert(at, other.substr(below(other.size() + 1), below(200)));
      break;
    }
    case 4:
      if (at < text.size())
        text[at] = static_cast<char>(below(256));
      break;
    case 5: text.replace(at, size, words[below(std::size(words))]); break;
    default: {
      const std::string part = text.substr(at, size);
      for (std::size_t times = below(300); times > 0 && text.size() < 32 * 1024; --times)
        text.insert(at, part);
    }
    }
  }

  std::vector<std::string> corpus_;
  std::mt19937_64 random_;
};

std::vector<std::string> read_corpus(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> texts = {""};
  for (const auto& path : paths) {
    std::ifstream in(path, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return texts;
}

} // namespace

int main(int argc, char** argv) {
  long seconds = 10;
  std::uint64_t seed = 1;
  std::string corpus = "tests/model/chat/template/corpus";
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view flag = argv[i];
    if (flag == "--seconds")
      seconds = std::atol(argv[i + 1]);
    else if (flag == "--seed")
      seed = std::strtoull(argv[i + 1], nullptr, 10);
    else if (flag == "--corpus")
      corpus = argv[i + 1];
  }
  mutator mutations(read_corpus(corpus), seed);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  std::uint64_t tried = 0;
  for (; std::chrono::steady_clock::now() < end; ++tried) {
    const std::string source = mutations.next();
    if (const std::string fault = hadal::test::try_template(source); !fault.empty()) {
      std::cerr << fault << " in try " << tried << " of seed " << seed << ":\n" << source << '\n';
      return 1;
    }
  }
  std::cout << tried << " templates tried\n";
  return 0;
}
