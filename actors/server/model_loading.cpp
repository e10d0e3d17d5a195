#include "actors/server/model_loading.hpp"

#include "actors/server/chat_encoder_flags.hpp"
#include "actors/server/executor_flags.hpp"
#include "base/log.hpp"
#include "model/config/model_config.hpp"
#include "model/execution/null_executor.hpp"
#include "model/execution/replay_executor.hpp"
#include "model/grammar/token_vocabulary.hpp"
#include "model/tokenizer/tokenizer.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/core.h>

namespace hadal::server {

namespace {

void add_ids(std::vector<token_id>& into, const std::vector<std::int64_t>& ids) {
  for (auto id : ids)
    if (std::find(into.begin(), into.end(), id) == into.end())
      into.push_back(static_cast<token_id>(id));
}

/// What the executors of a model are made from, besides its weights and its text.
struct model_outline {
  model::model_config config;
  serve_limits limits;
  model::replay_script script; // of --device replay
};

void choose_parsers(const serve_options& options, model::chat_encoding encoding,
                    protocol::model_facts& facts) {
  facts.reasoning_parser =
      options.reasoning_parser.value_or(model::default_reasoning_parser(encoding));
  facts.tool_call_parser =
      options.tool_call_parser.value_or(model::default_tool_call_parser(encoding));
  facts.live_tool_calls = options.tool_call_streaming == tool_call_streaming::live;
  log::info("answers are parsed with reasoning parser {} and tool-call parser {}{}",
            to_string(facts.reasoning_parser), to_string(facts.tool_call_parser),
            facts.live_tool_calls ? ", calls streamed live" : "");
}

result<void> read_text(const serve_options& options, const model_source& where,
                       const model::model_config& config, const model::replay_script& script,
                       protocol::loaded_text& text) {
  text.facts.path = where.name;
  HADAL_TRY_ASSIGN(generation,
                   model::load_generation_config(where.directory / "generation_config.json"));
  if (options.sampling_defaults == sampling_defaults::model)
    text.facts.generation = generation;
  add_ids(text.facts.eos_token_ids, config.eos_token_id);
  add_ids(text.facts.eos_token_ids, generation.eos_token_id);
  if (options.skip_tokenizer_init) {
    text.facts.has_tokenizer = false;
    return {};
  }
  auto directory = options.tokenizer_path.empty() ? where.directory
                                                  : std::filesystem::path(options.tokenizer_path);
  HADAL_TRY_ASSIGN(tokenizer,
                   model::tokenizer::load(directory, {config.vocab_size, script.token_texts()}));
  if (auto eos = tokenizer->eos_id())
    add_ids(text.facts.eos_token_ids, {*eos});
  text.facts.add_bos_token = tokenizer->adds_bos();
  auto open = tokenizer->find_added("<think>");
  auto close = tokenizer->find_added("</think>");
  if (open && close)
    text.facts.thinking =
        model::thinking_tokens{*open, *close, tokenizer->id_of("\n").value_or(-1)};
  HADAL_TRY_ASSIGN(chosen, chat_encoder_for(options, directory, config.arch, *tokenizer));
  log::info("chat prompts are written as {} writes them ({})", chosen.name, chosen.reason);
  choose_parsers(options, chosen.encoder->encoding(), text.facts);
  text.tokenizer = tokenizer;
  text.vocabulary = std::make_shared<const model::token_vocabulary>(*tokenizer);
  text.encoder = chosen.encoder;
  return {};
}

/// Ids that `--device null` samples from: tokens with visible text, no end tokens.
std::vector<token_id> showable_ids(const protocol::loaded_text& text,
                                   const model::model_config& config) {
  std::vector<token_id> ids;
  for (token_id id = 0; id < config.vocab_size; ++id) {
    const auto& ends = text.facts.eos_token_ids;
    if (std::find(ends.begin(), ends.end(), id) != ends.end())
      continue;
    if (!text.tokenizer || (text.tokenizer->has_entry(id) && !text.tokenizer->is_added(id)))
      ids.push_back(id);
  }
  if (ids.empty())
    ids.push_back(0);
  return ids;
}

/// The token that ends a scripted answer; -1 for a model without one.
token_id end_token(const protocol::loaded_text& text) {
  const auto& ends = text.facts.eos_token_ids;
  return text.tokenizer->eos_id().value_or(ends.empty() ? -1 : ends.front());
}

/// Logs the progress of the load: a line every few seconds and one at the end.
class progress_log {
public:
  void operator()(const model::load_progress& p) {
    auto now = std::chrono::steady_clock::now();
    if (p.bytes_done < p.bytes_total && now < next_)
      return;
    next_ = now + std::chrono::seconds(2);
    constexpr double mebibyte = 1024.0 * 1024.0;
    auto share = p.bytes_total ? 100.0 * static_cast<double>(p.bytes_done) /
                                     static_cast<double>(p.bytes_total)
                               : 100.0;
    log::info("shard has read {:.0f} of {:.0f} MiB ({:.0f} %)",
              static_cast<double>(p.bytes_done) / mebibyte,
              static_cast<double>(p.bytes_total) / mebibyte, share);
  }

private:
  std::chrono::steady_clock::time_point next_{};
};

model::executor_info info_of(const serve_options& options, const model_outline& outline) {
  const auto& limits = outline.limits;
  model::executor_info info;
  info.vocab_size = outline.config.vocab_size;
  info.context_length = limits.context_length;
  info.page_count =
      static_cast<std::int32_t>(limits.max_total_tokens / hadal::limits::page_size_tokens);
  info.slot_count = options.max_running_requests;
  info.max_step_tokens =
      limits.chunked_prefill_size + static_cast<std::int32_t>(options.max_running_requests);
  return info;
}

/// Reads the weights, or makes the executor of a device without any.
result<std::unique_ptr<model::step_executor>> make_executor(const serve_options& options,
                                                            const model_source& where,
                                                            const model_outline& outline,
                                                            const protocol::loaded_text& text) {
  const auto info = info_of(options, outline);
  if (options.device == device_kind::null)
    return std::make_unique<model::null_executor>(info, showable_ids(text, outline.config));
  if (options.device == device_kind::replay) {
    HADAL_TRY_ASSIGN(replay, model::replay_executor::make(info, outline.script, text.tokenizer,
                                                          end_token(text)));
    return std::unique_ptr<model::step_executor>(std::move(replay));
  }
  auto o = executor_options_of(options, outline.config, where.directory);
  o.threads = static_cast<std::int32_t>(outline.limits.threads);
  o.page_count = info.page_count;
  o.context_length = info.context_length;
  o.slot_count = info.slot_count;
  o.max_step_tokens = info.max_step_tokens;
  if (text.tokenizer)
    o.sampled_vocab_size = static_cast<std::int32_t>(text.tokenizer->vocab_size());
  o.on_progress = [progress = std::make_shared<progress_log>()](const model::load_progress& p) {
    (*progress)(p);
  };
  return model::make_executor(o);
}

result<protocol::text_loaded> read_all(const serve_options& options, const model_source& where) {
  auto outline = std::make_shared<model_outline>();
  auto text = std::make_shared<protocol::loaded_text>();
  HADAL_TRY_ASSIGN(config, model::load_model_config(where.directory / "config.json"));
  if (options.device == device_kind::replay) {
    HADAL_TRY_ASSIGN(script, model::load_replay_script(options.replay_file));
    outline->script = std::move(script);
  }
  HADAL_TRY(read_text(options, where, config, outline->script, *text));
  HADAL_TRY_ASSIGN(limits, resolve_limits(options, config.max_position_embeddings, usable_cores()));
  text->chunked_prefill_size = static_cast<std::uint32_t>(limits.chunked_prefill_size);
  text->max_queued_requests = static_cast<std::uint32_t>(limits.max_queued_requests);
  text->max_queued_tokens = static_cast<std::uint64_t>(limits.max_queued_tokens);
  outline->config = std::move(config);
  outline->limits = limits;
  protocol::text_loaded loaded;
  loaded.make_executor = [options, where, outline, text] {
    return make_executor(options, where, *outline, *text);
  };
  loaded.text = std::move(text);
  return loaded;
}

} // namespace

protocol::text_loaded load_text(const serve_options& options, const model_source& where) {
  auto loaded = read_all(options, where);
  if (loaded)
    return std::move(*loaded);
  protocol::text_loaded failed;
  failed.failure = loaded.error();
  return failed;
}

} // namespace hadal::server
