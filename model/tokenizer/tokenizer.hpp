#pragma once
// The tokenizer of a checkpoint: byte-level BPE exactly as the Hugging Face tokenizers library runs
// tokenizer.json. Immutable: one object serves every thread.
//
//   auto loaded = tokenizer::load("/models/DeepSeek-V3"); // result<shared_ptr<const tokenizer>>
//   auto ids = (*loaded)->encode(prompt);                 // marked_text of a chat_encoder
//   auto raw = (*loaded)->encode_raw("Once upon", true);  // BOS if the configuration adds it
//   incremental_detokenizer shown(*loaded, true);         // text, as tokens arrive
//
// Texts should be UTF-8; each maximal invalid sequence counts as one U+FFFD.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "model/tokenizer/added_tokens.hpp"
#include "model/tokenizer/bpe.hpp"
#include "model/tokenizer/marked_text.hpp"
#include "model/tokenizer/pre_tokenizer.hpp"
#include "model/tokenizer/tokenizer_config.hpp"
#include "model/tokenizer/tokenizer_json.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hadal::model {

/// Texts that shall each decode from one token, although no text is ever encoded to it. A text that
/// is a token already keeps its id; the others get ids from `first_id` on, or from the end of the
/// vocabulary if that is later, in order and once each.
struct vocabulary_extension {
  token_id first_id = 0;
  std::vector<std::string> texts;
};

class tokenizer {
public:
  // -- construction -------------------------------------------------------------------------------

  /// Reads tokenizer.json and, where it exists, tokenizer_config.json in `directory`.
  /// Errors: invalid_tokenizer (the message names file and member, `param` is the file).
  static result<std::shared_ptr<const tokenizer>> load(const std::filesystem::path& directory,
                                                       const vocabulary_extension& extension = {});

  /// The same from the files' texts; an empty `config_text` means a missing file.
  static result<std::shared_ptr<const tokenizer>> parse(std::string_view tokenizer_text,
                                                        std::string_view config_text,
                                                        const vocabulary_extension& extension = {});

  // -- text to tokens -----------------------------------------------------------------------------
  // Errors of all: invalid_request, for a text on which the pre-tokenizer's pattern backtracks too
  // long and for a byte without a token.

  /// Added tokens are found in control ranges only. Adds no BOS: chat templates write their own.
  result<std::vector<token_id>> encode(const marked_text& text) const;

  /// Added tokens are found everywhere, as Hugging Face does. `add_special_tokens` puts the tokens
  /// of the configuration (BOS, EOS) around the text, even an empty one.
  result<std::vector<token_id>> encode_raw(std::string_view text, bool add_special_tokens) const;

  /// No added token is found.
  result<std::vector<token_id>> encode_plain(std::string_view text) const;

  // -- tokens to text -----------------------------------------------------------------------------

  /// The text of `ids`; ids without an entry give nothing, invalid UTF-8 gives U+FFFD.
  std::string decode(std::span<const token_id> ids, bool skip_special_tokens) const;

  /// The raw bytes of a token, which may be part of a character; empty for an id without an entry.
  std::string_view token_bytes(token_id id) const noexcept;

  /// The bytes of a token as text; invalid UTF-8 gives U+FFFD.
  std::string token_text(token_id id) const;

  /// True when the vocabulary or the added tokens have this id.
  bool has_entry(token_id id) const noexcept;

  /// True for added tokens that skip_special_tokens drops.
  bool is_special(token_id id) const noexcept;

  /// True for every added token, special or not.
  bool is_added(token_id id) const noexcept;

  // -- vocabulary ---------------------------------------------------------------------------------

  /// The added token with exactly this content.
  std::optional<token_id> find_added(std::string_view content) const;

  /// The token (added, of the extension or ordinary) with exactly these bytes.
  std::optional<token_id> id_of(std::string_view bytes) const;

  /// One more than the highest id with an entry: the ids that decode are below it. May be less than
  /// the model's vocab_size, which is padded.
  std::size_t vocab_size() const noexcept { return entries_.size(); }

  const std::vector<added_token>& added_tokens() const noexcept { return added_tokens_; }

  /// From tokenizer_config.json; empty if it has none.
  std::optional<token_id> bos_id() const noexcept { return bos_id_; }
  std::optional<token_id> eos_id() const noexcept { return eos_id_; }
  std::optional<token_id> pad_id() const noexcept { return pad_id_; }

  /// True when encode_raw puts BOS in front of a text.
  bool adds_bos() const noexcept { return !prefix_.empty(); }

  /// The contents of tokenizer_config.json.
  const tokenizer_config& config() const noexcept { return config_; }
  std::optional<std::int64_t> model_max_length() const noexcept { return config_.model_max_length; }

private:
  struct entry {
    std::uint32_t begin = 0; // in bytes_
    std::uint32_t size = 0;
    bool present = false;
    bool added = false;
    bool special = false;
    bool encodes = true; // false: of the extension
  };
  struct scratch {
    pre_tokenizer_scratch pieces;
    bpe_scratch merging;
  };

  tokenizer(tokenizer_json file, tokenizer_config config, const vocabulary_extension& extension);

  bool encodes_as_word(token_id id) const noexcept;
  void add_entries(const tokenizer_json& file, const vocabulary_extension& extension);
  void extend(const vocabulary_extension& extension);
  entry& append_entry(token_id id, std::string_view text);
  result<void> resolve_special_tokens();
  result<std::optional<token_id>> resolve(const std::optional<std::string>& text,
                                          std::string_view key) const;
  result<std::vector<token_id>>
  encode_allowed(std::string_view text, const std::vector<marked_text::range>& allowed) const;
  result<void> encode_ordinary(std::string_view text, scratch& memory,
                               std::vector<token_id>& out) const;
  result<void> check_bytes(std::string_view text) const;

  tokenizer_config config_;
  std::string bytes_; // of all entries, one after the other
  std::vector<entry> entries_;
  std::unordered_map<std::string_view, token_id> ids_; // by bytes; keys are views into bytes_
  std::vector<added_token> added_tokens_;
  added_token_finder finder_;
  pre_tokenizer pre_tokenizer_;
  bpe bpe_;
  std::array<token_id, 256> byte_tokens_;
  bool has_every_byte_ = false;
  bool ignore_merges_ = false;
  std::optional<token_id> bos_id_;
  std::optional<token_id> eos_id_;
  std::optional<token_id> pad_id_;
  std::vector<token_id> prefix_; // put before a text by add_special_tokens
  std::vector<token_id> suffix_; // put after it
};

} // namespace hadal::model
