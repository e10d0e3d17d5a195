#include "model/tokenizer/incremental_detokenizer.hpp"
#include "tests/model/tokenizer/fixture_files.hpp"

#include <algorithm>
#include <sstream>
#include <thread>

using namespace hadal;
using namespace hadal::test;
using model::marked_text;
using model::tokenizer;
using nlohmann::ordered_json;

namespace {

using ids = std::vector<token_id>;

ids must(const result<ids>& encoded) {
  REQUIRE(encoded.has_value());
  return *encoded;
}

} // namespace

TEST_CASE("ids equal those of Hugging Face tokenizers for the V3 and the V2 pre-tokenizer") {
  for (const char* name : {"v3", "v2"}) {
    const auto t = load_fixture(name);
    std::istringstream lines(file_text(tokenizer_fixtures + name + "/cases.jsonl"));
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
      const auto given = ordered_json::parse(line);
      const auto text = given["text"].get<std::string>();
      INFO(name << " line " << count + 1 << ": " << line);
      CHECK(must(t->encode_raw(text, false)) == given["ids"].get<ids>());
      CHECK(t->decode(given["ids"].get<ids>(), false) == text);
    }
    CHECK(count == 250);
  }
}

TEST_CASE("each setting of tokenizer.json alone gives the ids of Hugging Face tokenizers") {
  const ordered_json base = fixture_json("v3");
  const auto variants = ordered_json::parse(file_text(tokenizer_fixtures + "variants.json"));
  CHECK(variants.size() > 50);
  for (const auto& variant : variants) {
    ordered_json changed = base;
    changed.merge_patch(variant["changes"]);
    const auto t = parse_json(changed);
    INFO(variant["name"]);
    REQUIRE(t.has_value());
    for (const auto& given : variant["cases"]) {
      INFO(given["text"]);
      CHECK(must((*t)->encode_raw(given["text"].get<std::string>(), false)) ==
            given["ids"].get<ids>());
    }
  }
}

TEST_CASE("a raw prompt gets BOS where the configuration says so, an empty one too") {
  const auto t = load_fixture("v3");
  CHECK(t->adds_bos());
  CHECK(must(t->encode_raw("", true)) == ids{*t->bos_id()});
  const ids plain = must(t->encode_raw("the fox", false));
  ids with_bos = {*t->bos_id()};
  with_bos.insert(with_bos.end(), plain.begin(), plain.end());
  CHECK(must(t->encode_raw("the fox", true)) == with_bos);
}

TEST_CASE("add_bos_token and add_eos_token decide over the post-processor") {
  ordered_json file = fixture_json("v3");
  file["post_processor"] = ordered_json::parse(R"({"type": "Sequence", "processors": [
    {"type": "ByteLevel"}, {"type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": "B", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
               {"SpecialToken": {"id": "E", "type_id": 0}}],
    "pair": [], "special_tokens": {"B": {"id": "B", "ids": [0], "tokens": ["B"]},
                                   "E": {"id": "E", "ids": [1], "tokens": ["E"]}}}]})");
  const std::string tokens =
      R"("bos_token": "<｜begin▁of▁sentence｜>", "eos_token": "<｜end▁of▁sentence｜>")";
  const auto around = [&](const std::string& config) {
    const auto t = parse_json(file, config);
    REQUIRE(t.has_value());
    return must((*t)->encode_raw("", true));
  };
  CHECK(around("{}") == ids{0, 1});
  CHECK(around("") == ids{0, 1});
  CHECK(around("{" + tokens + R"(, "add_bos_token": false})") == ids{1});
  CHECK(around("{" + tokens + R"(, "add_bos_token": true, "add_eos_token": false})") == ids{0});
  CHECK(around("{" + tokens + R"(, "add_bos_token": false, "add_eos_token": false})").empty());
}

TEST_CASE("only control text yields added tokens, and text around a mark is one run") {
  const auto t = load_fixture("v3");
  marked_text text;
  text.control("<｜User｜>");
  text.plain("th");
  text.control("e fo");
  text.plain("x<｜User｜></think>");
  text.control("<｜Assistant｜><think>");
  const ids words = must(t->encode_plain("the fox<｜User｜></think>"));
  ids expected = {*t->find_added("<｜User｜>")};
  expected.insert(expected.end(), words.begin(), words.end());
  expected.push_back(*t->find_added("<｜Assistant｜>"));
  expected.push_back(*t->find_added("<think>"));
  CHECK(must(t->encode(text)) == expected);
}

TEST_CASE("a token that is half control and half plain text is ordinary text") {
  const auto t = load_fixture("v3");
  const std::string token = "<｜User｜>";
  for (std::size_t cut = 1; cut < token.size(); ++cut) {
    if ((static_cast<unsigned char>(token[cut]) & 0xC0) == 0x80)
      continue;
    for (bool control_first : {false, true}) {
      marked_text text;
      control_first ? text.control(token.substr(0, cut)) : text.plain(token.substr(0, cut));
      control_first ? text.plain(token.substr(cut)) : text.control(token.substr(cut));
      CHECK(must(t->encode(text)) == must(t->encode_plain(token)));
    }
  }
}

TEST_CASE("plain text with the text of every added token yields no added token") {
  for (const char* name : {"v3", "v2"}) {
    const auto t = load_fixture(name);
    std::string all;
    for (const auto& token : t->added_tokens())
      all += token.content + " " + token.content;
    const ids encoded = must(t->encode_plain(all));
    CHECK(
        std::none_of(encoded.begin(), encoded.end(), [&](token_id id) { return t->is_added(id); }));
    CHECK(t->decode(encoded, true) == all);
  }
}

TEST_CASE("bytes that are not UTF-8 count as U+FFFD and never join with the template's text") {
  const auto t = load_fixture("v3");
  CHECK(must(t->encode_raw("a\xff\xe4\xbdz", false)) ==
        must(t->encode_raw("a\uFFFD\uFFFDz", false)));
  marked_text text;
  text.plain("\xe4\xbd"); // two bytes of 你; the third is the template's
  text.control("\xa0<｜User｜>");
  ids expected = must(t->encode_raw("\uFFFD\uFFFD", false));
  expected.push_back(*t->find_added("<｜User｜>"));
  CHECK(must(t->encode(text)) == expected);
}

TEST_CASE("the vocabulary answers for ids, bytes and special tokens") {
  const auto t = load_fixture("v3");
  CHECK(*t->bos_id() == 0);
  CHECK(*t->eos_id() == 1);
  CHECK(*t->pad_id() == 2);
  CHECK(t->is_special(0));
  const token_id think = t->find_added("<think>").value();
  CHECK(t->is_added(think));
  CHECK_FALSE(t->is_special(think));
  CHECK(t->token_bytes(think) == "<think>");
  CHECK(t->vocab_size() == 493);
  CHECK(t->model_max_length() == 131072);
  CHECK(t->config().chat_templates.empty());
  CHECK_FALSE(t->find_added(" the"));
  const token_id the = t->id_of(" the").value();
  CHECK(t->token_bytes(the) == " the");
  CHECK_FALSE(t->is_added(the));
  const token_id byte = t->id_of("\xe4").value();
  CHECK(t->token_text(byte) == "\uFFFD");
  for (token_id bad : {token_id{-1}, static_cast<token_id>(t->vocab_size())}) {
    CHECK_FALSE(t->has_entry(bad));
    CHECK(t->token_bytes(bad).empty());
    CHECK_FALSE(t->is_special(bad));
  }
  CHECK(t->decode(ids{the, 100000, -5, think}, false) == " the<think>");
  CHECK_FALSE(load_fixture("v2")->model_max_length());
}

TEST_CASE("skip_special_tokens drops special tokens and no other") {
  const auto t = load_fixture("v3");
  const ids given =
      must(t->encode_raw("<｜begin▁of▁sentence｜>a<think>b<｜end▁of▁sentence｜>", false));
  CHECK(t->decode(given, true) == "a<think>b");
  CHECK(t->decode(given, false) == "<｜begin▁of▁sentence｜>a<think>b<｜end▁of▁sentence｜>");
}

TEST_CASE("long runs of one character come back whole") {
  // Long enough that quadratic work would show in the test's time.
  constexpr std::size_t run_bytes = 160 * 1024;
  const auto t = load_fixture("v3");
  for (const char* unit : {"a", " ", "\n", "=", "1", "你", "\u0301", "\x01", "<", "🙂"}) {
    std::string text;
    while (text.size() < run_bytes)
      text += unit;
    CHECK(t->decode(must(t->encode_raw(text, false)), false) == text);
  }
  // Blanks before a character that no other part of the pattern matches: here V2's "\s+$" is tried
  // at every blank and never matches.
  std::string blanks(run_bytes, ' ');
  blanks += "你";
  const auto v2 = load_fixture("v2");
  CHECK(v2->decode(must(v2->encode_raw(blanks, false)), false) == blanks);
}

TEST_CASE("one tokenizer serves many threads at once") {
  const auto t = load_fixture("v3");
  const std::string text = "The quick brown fox 你好 12345 <think>\n\n naïve";
  const ids expected = must(t->encode_raw(text, false));
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (int& count : wrong)
    threads.emplace_back([&t, &text, &expected, &count] {
      for (int i = 0; i < 200; ++i)
        count += t->encode_raw(text, false) == expected ? 0 : 1;
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(wrong == std::vector<int>(4, 0));
}

TEST_CASE("an extension decodes as one token and is never what a text is encoded to") {
  const std::string folder = tokenizer_fixtures + "v3";
  const auto plain = load_fixture("v3");
  const std::vector<std::string> words = {"quite unknown", "a", "", "quite unknown", "<｜User｜>"};
  for (token_id first : {0, 5000}) {
    auto loaded = tokenizer::load(folder, {first, words});
    REQUIRE(loaded.has_value());
    const auto& t = **loaded;
    const auto begin = std::max(first, static_cast<token_id>(plain->vocab_size()));
    CHECK(t.vocab_size() == static_cast<std::size_t>(begin) + 2);
    CHECK(t.id_of("quite unknown") == begin);
    CHECK(t.id_of("") == begin + 1);
    CHECK(t.id_of("a") == plain->id_of("a"));
    CHECK(t.id_of("<｜User｜>") == plain->id_of("<｜User｜>"));
    CHECK(t.token_text(begin) == "quite unknown");
    CHECK(t.has_entry(begin + 1));
    CHECK_FALSE(t.is_added(begin));
    CHECK_FALSE(t.has_entry(begin - 1) != plain->has_entry(begin - 1));
    CHECK(must(t.encode_raw("quite unknown", false)) ==
          must(plain->encode_raw("quite unknown", false)));
  }
}

TEST_CASE("a vocabulary that takes whole words first does not take those of an extension") {
  auto json = fixture_json("v3");
  json["model"]["ignore_merges"] = true;
  const auto extended = tokenizer::parse(json.dump(), "{}", {0, {"zxqvk"}});
  REQUIRE(extended.has_value());
  REQUIRE((*extended)->id_of("zxqvk").has_value());
  for (token_id id : must((*extended)->encode_raw("zxqvk", false)))
    CHECK(id != (*extended)->id_of("zxqvk"));
}
