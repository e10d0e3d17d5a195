#include "actors/server/doctor_model.hpp"

#include "actors/server/chat_encoder_flags.hpp"
#include "actors/server/executor_flags.hpp"
#include "actors/server/kernel_choice.hpp"
#include "actors/server/memory_plan.hpp"
#include "model/config/dtype.hpp"
#include "model/execution/make_executor.hpp"
#include "model/execution/replay_script.hpp"
#include "model/tokenizer/tokenizer.hpp"
#include "model/weights/checkpoint.hpp"
#include "model/weights/expected/checkpoint_check.hpp"

#include <fmt/core.h>

#include <optional>

namespace hadal::server {

namespace {

constexpr std::size_t faults_shown = 8;

/// Examines the model, from its name to the memory that it needs.
class model_examiner {
public:
  model_examiner(const serve_options& options, const doctor_surroundings& around,
                 std::vector<finding>& findings)
    : options_{options}, around_{around}, findings_{findings} {}

  void run() {
    if (!find() || !read_config())
      return;
    check_generation_config();
    check_tokenizer();
    check_script();
    if (check_weights() && resolve())
      plan();
  }

private:
  void add(enum verdict v, std::string subject, std::string text) {
    findings_.push_back({v, std::move(subject), std::move(text)});
  }

  bool find() {
    const auto choice = choose_model(options_, around_.search);
    if (!choice) {
      add(verdict::fail, "model", choice.error().message);
      return false;
    }
    const auto place = model::locate_model(choice->location, options_.revision, around_.hub);
    if (!place) {
      add(verdict::fail, "model", place.error().message);
      return false;
    }
    folder_ = place->directory;
    std::string names;
    for (const auto& name : choice->served_names)
      names += names.empty() ? name : ", " + name;
    add(verdict::ok, "model", fmt::format("{} in {}", names, folder_.string()));
    return true;
  }

  bool read_config() {
    auto read = model::load_model_config(folder_ / "config.json");
    if (!read) {
      add(verdict::fail, "config", read.error().message);
      return false;
    }
    config_ = std::move(*read);
    add(verdict::ok, "config",
        fmt::format("{}: {} layers, {} experts, vocabulary {}, context {}",
                    config_.architecture_name, config_.num_hidden_layers, config_.n_routed_experts,
                    config_.vocab_size, config_.max_position_embeddings));
    return true;
  }

  void check_generation_config() {
    const auto read = model::load_generation_config(folder_ / "generation_config.json");
    if (!read)
      add(verdict::fail, "generation", read.error().message);
  }

  void check_script() {
    if (options_.device != device_kind::replay)
      return;
    const auto read = model::load_replay_script(options_.replay_file);
    if (read)
      add(verdict::ok, "replay", fmt::format("{} lines", read->lines.size()));
    else
      add(verdict::fail, "replay", read.error().message);
  }

  void check_tokenizer() {
    if (options_.skip_tokenizer_init) {
      add(verdict::ok, "tokenizer", "not loaded (--skip-tokenizer-init)");
      return;
    }
    const auto folder =
        options_.tokenizer_path.empty() ? folder_ : std::filesystem::path{options_.tokenizer_path};
    const auto loaded = model::tokenizer::load(folder);
    if (!loaded)
      add(verdict::fail, "tokenizer", loaded.error().message);
    else if ((*loaded)->vocab_size() > static_cast<std::size_t>(config_.vocab_size))
      add(verdict::fail, "tokenizer",
          fmt::format("{}: {} ids, but the model has rows for {} (vocab_size)", folder.string(),
                      (*loaded)->vocab_size(), config_.vocab_size));
    else if (const auto chosen = chat_encoder_for(options_, folder, config_.arch, **loaded);
             !chosen)
      add(verdict::fail, "tokenizer", chosen.error().message);
    else
      add(verdict::ok, "tokenizer",
          fmt::format("{} ids, {} added tokens, chats as {}", (*loaded)->vocab_size(),
                      (*loaded)->added_tokens().size(), chosen->name));
  }

  bool check_weights() {
    if (options_.load_format == load_format::dummy || needs_no_weights()) {
      add(verdict::ok, "weights",
          needs_no_weights() ? "none (--device null or replay)" : "random (dummy)");
      return true;
    }
    const auto opened = model::checkpoint::open(folder_);
    if (!opened) {
      add(verdict::fail, "weights", opened.error().message);
      return false;
    }
    report_ = model::check_checkpoint(**opened, config_);
    stored_ = dtype_of_embedding(**opened);
    if (!report_.faults.empty()) {
      add(verdict::fail, "weights", faults_text(report_.faults));
      return false;
    }
    add(verdict::ok, "weights", summary());
    if (!report_.mtp_faults.empty())
      add(verdict::warn, "mtp", faults_text(report_.mtp_faults));
    return true;
  }

  bool needs_no_weights() const {
    return options_.device == device_kind::null || options_.device == device_kind::replay;
  }

  static model::compute_dtype dtype_of_embedding(const model::checkpoint& source) {
    return model::stored_dtype(source).value_or(model::compute_dtype::bfloat16);
  }

  static std::string faults_text(const std::vector<error>& faults) {
    std::string text;
    for (std::size_t i = 0; i < faults.size() && i < faults_shown; ++i)
      text += (i == 0 ? "" : "; ") + faults[i].message;
    if (faults.size() > faults_shown)
      text += fmt::format("; and {} more", faults.size() - faults_shown);
    return text;
  }

  std::string summary() const {
    std::string types;
    for (const auto& [name, amount] : report_.dtypes)
      types += fmt::format("{}{} {}", types.empty() ? "" : ", ", amount.tensors, name);
    return fmt::format("{} tensors in {} file{} ({}), {}{}", report_.needed.tensors, report_.shards,
                       report_.shards == 1 ? "" : "s", types, bytes_text(report_.needed.bytes),
                       report_.mtp_layers > 0 ? fmt::format(", MTP layers {}", report_.mtp_layers)
                                              : std::string{});
  }

  bool resolve() {
    auto decided = resolve_limits(options_, config_.max_position_embeddings, around_.cores);
    if (!decided) {
      add(verdict::fail, "limits", decided.error().message);
      return false;
    }
    limits_ = *decided;
    add(verdict::ok, "limits",
        fmt::format("context {}, {} sequences at once, {} waiting, {} threads, bodies up to {}",
                    limits_.context_length, options_.max_running_requests,
                    limits_.max_queued_requests, limits_.threads,
                    bytes_text(limits_.max_body_bytes)));
    return true;
  }

  /// What the weights will take on this machine; 0 for a device that has none.
  result<std::uint64_t> weight_bytes() const {
    if (needs_no_weights())
      return 0;
    auto o = executor_options_of(options_, config_, folder_);
    const kernel_choice chosen = choose_kernels(options_.cpu_isa, around_.kernels);
    o.scalar = chosen.scalar;
    o.isa = chosen.isa;
    o.threads = static_cast<std::int32_t>(limits_.threads);
    return model::weight_bytes_of(o);
  }

  void plan() {
    const auto compute = model::resolve_compute_dtype(options_.dtype, config_, stored_);
    const auto weights = weight_bytes();
    if (!weights) {
      add(verdict::fail, "memory", weights.error().message);
      return;
    }
    const auto plan =
        plan_memory(config_, limits_, options_.max_running_requests, compute, *weights);
    auto text = fmt::format(
        "weights {}, KV cache {} ({} tokens of {}), workspaces about {}; {} can be had",
        bytes_text(plan.weight_bytes), bytes_text(plan.kv_bytes), limits_.max_total_tokens,
        bytes_text(plan.kv_token_bytes), bytes_text(plan.workspace_bytes),
        around_.memory_bytes == 0 ? "an unknown amount" : bytes_text(around_.memory_bytes));
    if (around_.memory_bytes != 0 && plan.standing_bytes() > around_.memory_bytes)
      add(verdict::fail, "memory", text);
    else if (around_.memory_bytes != 0 && plan.full_bytes() > around_.memory_bytes)
      add(verdict::warn, "memory", text + ": a full KV cache does not fit (--max-total-tokens)");
    else
      add(verdict::ok, "memory", text);
  }

  const serve_options& options_;
  const doctor_surroundings& around_;
  std::vector<finding>& findings_;
  std::filesystem::path folder_;
  model::model_config config_;
  model::checkpoint_report report_;
  model::compute_dtype stored_ = model::compute_dtype::bfloat16;
  serve_limits limits_;
};

} // namespace

void check_model(const serve_options& options, const doctor_surroundings& around,
                 std::vector<finding>& findings) {
  model_examiner{options, around, findings}.run();
}

} // namespace hadal::server
