#include "model/tokenizer/tokenizer.hpp"

#include "base/utf8.hpp"
#include "model/tokenizer/incremental_detokenizer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace hadal::model {

namespace {

// False for bytes that occur in no valid UTF-8: a vocabulary without them still encodes every text.
bool occurs_in_utf8(std::size_t byte) noexcept {
  return byte != 0xC0 && byte != 0xC1 && byte < 0xF5;
}

} // namespace

tokenizer::tokenizer(tokenizer_json file, tokenizer_config config,
                     const vocabulary_extension& extension)
  : config_(std::move(config)), added_tokens_(std::move(file.added_tokens)), finder_(added_tokens_),
    pre_tokenizer_(std::move(file.steps)), bpe_(file.byte_tokens, file.merges),
    byte_tokens_(file.byte_tokens), ignore_merges_(file.ignore_merges),
    prefix_(std::move(file.template_prefix)), suffix_(std::move(file.template_suffix)) {
  add_entries(file, extension);
  has_every_byte_ = true;
  for (std::size_t b = 0; b < byte_tokens_.size(); ++b)
    if (byte_tokens_[b] < 0 && occurs_in_utf8(b))
      has_every_byte_ = false;
}

tokenizer::entry& tokenizer::append_entry(token_id id, std::string_view text) {
  entry& e = entries_[static_cast<std::size_t>(id)];
  e.begin = static_cast<std::uint32_t>(bytes_.size());
  e.size = static_cast<std::uint32_t>(text.size());
  e.present = true;
  bytes_ += text; // does not reallocate: the whole size is reserved
  return e;
}

void tokenizer::add_entries(const tokenizer_json& file, const vocabulary_extension& extension) {
  std::size_t bytes = 0;
  token_id highest = -1;
  for (const auto& e : file.vocabulary) {
    bytes += e.bytes.size();
    highest = std::max(highest, e.id);
  }
  for (const added_token& token : added_tokens_) {
    bytes += token.content.size();
    highest = std::max(highest, token.id);
  }
  for (const std::string& text : extension.texts)
    bytes += text.size();
  bytes_.reserve(bytes);
  entries_.resize(static_cast<std::size_t>(highest) + 1);
  ids_.reserve(file.vocabulary.size() + added_tokens_.size());
  for (const added_token& token : added_tokens_) {
    entry& e = append_entry(token.id, token.content);
    e.added = true;
    e.special = token.special;
  }
  for (const auto& e : file.vocabulary)
    if (!entries_[static_cast<std::size_t>(e.id)].present)
      append_entry(e.id, e.bytes);
  // Added tokens first: if two entries have the same bytes, the added one is found by its text.
  for (const added_token& token : added_tokens_)
    ids_.emplace(token_bytes(token.id), token.id);
  for (const auto& e : file.vocabulary)
    ids_.emplace(token_bytes(e.id), e.id);
  extend(extension);
}

void tokenizer::extend(const vocabulary_extension& extension) {
  auto next = std::max(static_cast<std::size_t>(std::max(extension.first_id, 0)), entries_.size());
  for (const std::string& text : extension.texts) {
    if (ids_.count(text) > 0)
      continue;
    const auto id = static_cast<token_id>(next++);
    entries_.resize(next);
    append_entry(id, text).encodes = false;
    ids_.emplace(token_bytes(id), id);
  }
}

result<std::optional<token_id>> tokenizer::resolve(const std::optional<std::string>& text,
                                                   std::string_view key) const {
  if (!text)
    return std::optional<token_id>();
  const auto id = id_of(*text);
  if (!id)
    return fail(error_code::invalid_tokenizer,
                fmt::format("{}: \"{}\" is not in tokenizer.json", key, *text));
  return id;
}

result<void> tokenizer::resolve_special_tokens() {
  HADAL_TRY_ASSIGN(bos, resolve(config_.bos_token, "bos_token"));
  bos_id_ = bos;
  HADAL_TRY_ASSIGN(eos, resolve(config_.eos_token, "eos_token"));
  eos_id_ = eos;
  HADAL_TRY_ASSIGN(pad, resolve(config_.pad_token, "pad_token"));
  pad_id_ = pad;
  if (config_.add_bos_token.value_or(false) && !bos_id_)
    return fail(error_code::invalid_tokenizer, "add_bos_token: there is no bos_token to add");
  if (config_.add_eos_token.value_or(false) && !eos_id_)
    return fail(error_code::invalid_tokenizer, "add_eos_token: there is no eos_token to add");
  if (config_.add_bos_token)
    prefix_ = *config_.add_bos_token ? std::vector<token_id>{*bos_id_} : std::vector<token_id>{};
  if (config_.add_eos_token)
    suffix_ = *config_.add_eos_token ? std::vector<token_id>{*eos_id_} : std::vector<token_id>{};
  return {};
}

result<void> tokenizer::check_bytes(std::string_view text) const {
  if (has_every_byte_)
    return {};
  for (char c : text)
    if (byte_tokens_[static_cast<unsigned char>(c)] < 0)
      return fail(error_code::invalid_request,
                  fmt::format("the text cannot be tokenized: the vocabulary has no token for the "
                              "byte 0x{:02X}",
                              static_cast<unsigned char>(c)));
  return {};
}

result<void> tokenizer::encode_ordinary(std::string_view text, scratch& memory,
                                        std::vector<token_id>& out) const {
  HADAL_TRY(pre_tokenizer_.split(text, memory.pieces));
  for (std::string_view piece : memory.pieces.pieces) {
    if (ignore_merges_) {
      if (const auto whole = ids_.find(piece);
          whole != ids_.end() && encodes_as_word(whole->second)) {
        out.push_back(whole->second);
        continue;
      }
    }
    HADAL_TRY(check_bytes(piece));
    bpe_.encode(piece, memory.merging, out);
  }
  return {};
}

result<std::vector<token_id>>
tokenizer::encode_allowed(std::string_view text,
                          const std::vector<marked_text::range>& allowed) const {
  std::vector<token_id> out;
  scratch memory;
  for (const text_segment& segment : finder_.split(text, allowed)) {
    if (segment.id >= 0)
      out.push_back(segment.id);
    else
      HADAL_TRY(
          encode_ordinary(text.substr(segment.begin, segment.end - segment.begin), memory, out));
  }
  return out;
}

result<std::vector<token_id>> tokenizer::encode(const marked_text& text) const {
  const std::string_view whole = text.text();
  const auto parts_a_character = [whole](std::size_t at) {
    return at < whole.size() && continues_code_point(whole[at]);
  };
  const auto& ranges = text.control_ranges();
  if (is_valid_utf8(whole) && std::none_of(ranges.begin(), ranges.end(), [&](const auto& range) {
        return parts_a_character(range.begin) || parts_a_character(range.end);
      }))
    return encode_allowed(whole, ranges);
  // Invalid UTF-8 is replaced part by part, so that a broken character of a client cannot join with
  // text of the template.
  marked_text mended;
  std::size_t done = 0;
  std::string part;
  const auto valid = [&part, whole](std::size_t begin, std::size_t end) -> const std::string& {
    part.clear();
    append_valid_utf8(part, whole.substr(begin, end - begin));
    return part;
  };
  for (const marked_text::range& range : ranges) {
    mended.plain(valid(done, range.begin));
    mended.control(valid(range.begin, range.end));
    done = range.end;
  }
  mended.plain(valid(done, whole.size()));
  return encode_allowed(mended.text(), mended.control_ranges());
}

result<std::vector<token_id>> tokenizer::encode_raw(std::string_view text,
                                                    bool add_special_tokens) const {
  marked_text marked;
  marked.control(text);
  HADAL_TRY_ASSIGN(ids, encode(marked));
  if (add_special_tokens) {
    ids.insert(ids.begin(), prefix_.begin(), prefix_.end());
    ids.insert(ids.end(), suffix_.begin(), suffix_.end());
  }
  return std::move(ids);
}

result<std::vector<token_id>> tokenizer::encode_plain(std::string_view text) const {
  marked_text marked;
  marked.plain(text);
  return encode(marked);
}

std::string tokenizer::decode(std::span<const token_id> ids, bool skip_special_tokens) const {
  std::string bytes;
  for (token_id id : ids)
    if (!skip_special_tokens || !is_special(id))
      bytes += token_bytes(id);
  std::string text;
  append_valid_utf8(text, bytes);
  return text;
}

std::string_view tokenizer::token_bytes(token_id id) const noexcept {
  if (!has_entry(id))
    return {};
  const entry& e = entries_[static_cast<std::size_t>(id)];
  return std::string_view(bytes_).substr(e.begin, e.size);
}

std::string tokenizer::token_text(token_id id) const {
  std::string text;
  append_valid_utf8(text, token_bytes(id));
  return text;
}

bool tokenizer::encodes_as_word(token_id id) const noexcept {
  return !is_added(id) && entries_[static_cast<std::size_t>(id)].encodes;
}

bool tokenizer::has_entry(token_id id) const noexcept {
  return id >= 0 && static_cast<std::size_t>(id) < entries_.size() &&
         entries_[static_cast<std::size_t>(id)].present;
}

bool tokenizer::is_special(token_id id) const noexcept {
  return has_entry(id) && entries_[static_cast<std::size_t>(id)].special;
}

bool tokenizer::is_added(token_id id) const noexcept {
  return has_entry(id) && entries_[static_cast<std::size_t>(id)].added;
}

std::optional<token_id> tokenizer::find_added(std::string_view content) const {
  const auto id = id_of(content);
  return id && is_added(*id) ? id : std::nullopt;
}

std::optional<token_id> tokenizer::id_of(std::string_view bytes) const {
  const auto found = ids_.find(bytes);
  return found != ids_.end() ? std::optional(found->second) : std::nullopt;
}

} // namespace hadal::model
