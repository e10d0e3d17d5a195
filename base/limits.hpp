#pragma once
// Every fixed limit of Hadal. Where a flag sets the limit, the value here is the flag's
// default.

#include <cstddef>
#include <cstdint>

namespace hadal::limits {

// KV cache.
inline constexpr std::int32_t page_size_tokens = 64;

// Scheduling.
inline constexpr std::uint32_t steps_in_flight_max = 2; // one runs while the next is planned
inline constexpr std::uint32_t max_running_requests = 256;
inline constexpr std::uint32_t chunked_prefill_size = 512;  // tokens of prompts in one step
inline constexpr std::uint32_t admission_extra_pages = 1;   // beyond the prompt's own pages
inline constexpr std::int64_t cpu_pool_tokens_min = 16'384; // KV pool on CPU: at least this,
inline constexpr std::int64_t cpu_pool_contexts = 2;        // or this many whole contexts

// The queue. A request beyond these limits is refused (503 queue_full).
inline constexpr std::uint64_t queued_requests_min = 256;
inline constexpr std::uint64_t queued_requests_per_running = 4;
inline constexpr std::int64_t queued_contexts = 8; // queued prompt tokens, in contexts

// How long an actor waits for an answer before it treats the other actor as lost.
inline constexpr std::uint32_t ask_deadline_ms = 60'000;

// Deaths of tokenizers, parsers or gateways within a minute after which the service still runs.
inline constexpr std::size_t restarts_per_minute_max = 16;

// How long running requests may continue while the server drains.
inline constexpr std::uint32_t drain_timeout_ms = 30'000;

// Threads.
inline constexpr std::uint32_t cores_per_io_thread = 4;
inline constexpr std::uint32_t io_threads_max = 8; // unless a flag asks for more
// Tokens a sequence may run ahead of what its client has read; returned in halves.
inline constexpr std::uint32_t stream_credit_tokens = 256;

// Requests (docs/API.md).
inline constexpr std::size_t stop_strings_max = 64;
inline constexpr std::size_t stop_string_bytes_max = 1024;
inline constexpr std::size_t stop_token_ids_max = 64;
inline constexpr std::int64_t choices_max = 128;
inline constexpr std::size_t logit_bias_max = 1024;
inline constexpr std::int32_t top_logprobs_max = 20;
inline constexpr std::size_t json_depth_max = 128;
inline constexpr std::size_t prompts_max = 1024;          // in one /v1/completions
inline constexpr std::int64_t request_choices_max = 1024; // prompts times n
inline constexpr std::size_t tools_max = 1024;
inline constexpr std::size_t call_name_bytes_max = 4096; // a DSML head: name and attributes

// HTTP.
inline constexpr std::size_t header_bytes_max = 16 * 1024;
inline constexpr std::size_t header_fields_max = 100;
inline constexpr std::size_t request_id_bytes_max = 128; // of a name that a client gives
inline constexpr std::size_t body_bytes_max = 1024 * 1024;
inline constexpr std::size_t connections_max = 4096;
inline constexpr std::size_t streams_max = 1024;
inline constexpr std::uint32_t read_timeout_ms = 30'000;
inline constexpr std::uint32_t keep_alive_timeout_ms = 75'000;

inline constexpr std::size_t api_key_file_bytes_max = 16 * 1024 * 1024;

// A stream whose client does not read: bytes that may wait to be sent, and how long.
inline constexpr std::size_t stream_backlog_bytes_max = 1024 * 1024;
inline constexpr std::uint32_t stream_stall_timeout_ms = 30'000;

// safetensors: the format's own bound on a header.
inline constexpr std::size_t safetensors_header_bytes_max = 100'000'000;

// config.json: far above every known model, and small enough that sizes computed from them
// (elements and bytes of one tensor or of all) fit into 63 bits.
inline constexpr std::size_t config_bytes_max = 16 * 1024 * 1024;
inline constexpr std::size_t checkpoint_index_bytes_max = 256 * 1024 * 1024;
inline constexpr std::int64_t config_width_max = 1 << 18; // hidden sizes, ranks, head dimensions
inline constexpr std::int64_t config_rows_max = 1 << 24;  // heads times head dimension; vocabulary
inline constexpr std::int64_t config_layers_max = 4096;
inline constexpr std::int64_t config_experts_max = 1 << 16;       // of one layer
inline constexpr std::int64_t config_expert_blocks_max = 1 << 20; // layers times experts
inline constexpr std::int64_t config_positions_max = 1 << 30;

// The script of --device replay.
inline constexpr std::size_t replay_file_bytes_max = 256 * 1024 * 1024;
inline constexpr std::uint32_t replay_delay_ms_max = 3'600'000;

// Tokenizer.
inline constexpr std::size_t tokenizer_file_bytes_max =
    256u * 1024 * 1024;                                        // vocabularies: < 20 MiB
inline constexpr std::int64_t token_id_max = (1 << 20) - 1;    // bounds memory for a damaged file
inline constexpr std::size_t token_bytes_max = 64 * 1024;      // one entry of the vocabulary
inline constexpr std::uint32_t regex_match_limit = 10'000'000; // backtracking in one search
inline constexpr std::uint32_t regex_heap_kib_max = 64 * 1024; // memory of one search

// Grammars of structured output (model/grammar): a source beyond these limits is refused; a grammar
// that exceeds a limit at run time fails only its own request.
inline constexpr std::size_t grammar_source_bytes_max = 256 * 1024;
inline constexpr std::uint64_t grammar_compile_steps_max = 10'000'000; // about half a second
inline constexpr std::size_t grammar_states_max = 100'000; // of an automaton, of a whole grammar
inline constexpr std::size_t grammar_draft_states_max = 400'000; // before it is made deterministic
inline constexpr std::size_t grammar_depth_max = 200;            // groups in groups
inline constexpr std::uint32_t grammar_repeat_max = 100'000;     // {m,n}, minLength, maxItems ...
inline constexpr std::uint32_t grammar_multiple_of_max = 1024;   // a state for every remainder
inline constexpr std::size_t grammar_threads_max = 1024;         // ways to read one text
inline constexpr std::uint32_t grammar_stack_max = 4096;         // rules within rules
inline constexpr std::uint64_t grammar_mask_steps_max = 16'000'000;           // of one token's mask
inline constexpr std::size_t grammar_mask_cache_bytes_max = 32 * 1024 * 1024; // of one grammar
inline constexpr std::size_t cached_grammars_max = 64;
inline constexpr std::size_t cached_grammar_bytes_max = 1024u * 1024 * 1024; // with every mask

// Chat templates: size of the source, and what one rendering may use.
inline constexpr std::size_t template_source_bytes_max = 1024 * 1024;
inline constexpr std::size_t template_nesting_max = 200;      // statements; parts of an expression
inline constexpr std::size_t template_steps_max = 20'000'000; // about two seconds
inline constexpr std::size_t template_text_bytes_max = 64 * 1024 * 1024; // of any string
inline constexpr std::size_t template_depth_max = 800; // evaluations inside one another: the stack
inline constexpr std::size_t template_container_depth_max = 200; // lists in lists
inline constexpr std::size_t template_sequence_max = 1'000'000;  // range()

static_assert(template_container_depth_max > json_depth_max, "a request's JSON must fit");
static_assert(page_size_tokens > 0 && (page_size_tokens & (page_size_tokens - 1)) == 0);
static_assert(stream_backlog_bytes_max > body_bytes_max / 2, "one large delta must fit");

} // namespace hadal::limits
