#include "model/weights/checkpoint.hpp"

#include "base/limits.hpp"
#include "model/config/printable.hpp"
#include "model/config/text_file.hpp"

#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>

namespace hadal::model {

namespace {

constexpr const char* index_name = "model.safetensors.index.json";
constexpr const char* single_name = "model.safetensors";

bool is_present(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::symlink_status(file, ignored).type() !=
         std::filesystem::file_type::not_found;
}

tl::unexpected<error> invalid(const std::filesystem::path& file, std::string_view what,
                              std::string param = {}) {
  return fail(error_code::invalid_checkpoint, fmt::format("{}: {}", file.string(), what),
              param.empty() ? file.string() : std::move(param));
}

/// A shard is a file beside the index; a name with folders could leave the directory.
bool is_plain_file_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(std::string_view("/\\\0", 3)) == std::string_view::npos;
}

/// The index: tensor name to file name, sorted so that the same fault is reported each time.
result<std::map<std::string, std::string>> read_weight_map(const std::filesystem::path& index) {
  HADAL_TRY_ASSIGN(text, read_text_file(index, limits::checkpoint_index_bytes_max));
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  if (const auto code = parser.parse(text).get(root))
    return invalid(index, fmt::format("is not a JSON object: {}", simdjson::error_message(code)));
  simdjson::dom::object map;
  if (root["weight_map"].get(map))
    return invalid(index, "has no object \"weight_map\"");

  std::map<std::string, std::string> files;
  for (const auto field : map) {
    std::string_view file;
    if (field.value.get(file))
      return invalid(
          index, fmt::format("weight_map names no file for tensor \"{}\"", printable(field.key)),
          std::string(field.key));
    if (!is_plain_file_name(file))
      return invalid(
          index,
          fmt::format("weight_map places tensor \"{}\" in \"{}\", expected the name of a "
                      "file beside the index",
                      printable(field.key), printable(file)),
          std::string(field.key));
    if (!files.emplace(field.key, file).second)
      return invalid(index, fmt::format("weight_map has tensor \"{}\" twice", printable(field.key)),
                     std::string(field.key));
  }
  if (files.empty())
    return invalid(index, "weight_map is empty");
  return files;
}

} // namespace

result<std::shared_ptr<const checkpoint>> checkpoint::open(const std::filesystem::path& directory) {
  auto opened = std::make_shared<checkpoint>();
  if (is_present(directory / index_name)) {
    HADAL_TRY(opened->open_index(directory / index_name));
  } else if (is_present(directory / single_name)) {
    HADAL_TRY(opened->open_single(directory / single_name));
  } else {
    return invalid(directory, fmt::format("has no weights: neither {} nor {} (other formats, such "
                                          "as pickled .bin files, are never loaded)",
                                          index_name, single_name));
  }
  return opened;
}

result<void> checkpoint::open_index(const std::filesystem::path& index) {
  origin_ = index;
  HADAL_TRY_ASSIGN(files, read_weight_map(index));
  for (const auto& [name, file] : files) {
    shard_ptr& shard = shards_[file];
    if (!shard) {
      const auto path = index.parent_path() / file;
      if (!is_present(path))
        return fail(error_code::io_error,
                    fmt::format("{}: shard {} is missing (weight_map places tensor \"{}\" in it)",
                                index.string(), printable(file), printable(name)),
                    path.string());
      HADAL_TRY_ASSIGN(opened, safetensors_file::open(path));
      shard = std::make_shared<const safetensors_file>(std::move(opened));
    }
    places_.emplace(name, place{shard, shard->find(name)});
  }
  return {};
}

result<void> checkpoint::open_single(const std::filesystem::path& file) {
  origin_ = file;
  HADAL_TRY_ASSIGN(opened, safetensors_file::open(file));
  const auto shard = std::make_shared<const safetensors_file>(std::move(opened));
  shards_.emplace(single_name, shard);
  for (const auto& [name, tensor] : shard->tensors())
    places_.emplace(name, place{shard, &tensor});
  return {};
}

const checkpoint::place* checkpoint::find(const std::string& name) const {
  const auto it = places_.find(name);
  return it == places_.end() ? nullptr : &it->second;
}

std::optional<tensor_info> checkpoint::info(const std::string& name) const {
  const place* found = find(name);
  if (found == nullptr || found->tensor == nullptr)
    return std::nullopt;
  return tensor_info{found->tensor->dtype, found->tensor->shape};
}

result<tensor_ref> checkpoint::tensor(const std::string& name,
                                      const std::vector<std::int64_t>& shape) const {
  const place* found = find(name);
  if (found == nullptr)
    return invalid(origin_,
                   fmt::format("tensor \"{}\" {} is missing", printable(name), shape_text(shape)),
                   name);
  const std::filesystem::path& file = found->shard->path();
  if (found->tensor == nullptr)
    return invalid(file,
                   fmt::format("tensor \"{}\" {} is missing, though {} places it here",
                               printable(name), shape_text(shape), index_name),
                   name);
  const raw_tensor& raw = *found->tensor;
  if (raw.shape != shape)
    return invalid(file,
                   fmt::format("tensor \"{}\" has shape {}, expected {}", printable(name),
                               shape_text(raw.shape), shape_text(shape)),
                   name);
  HADAL_TRY(found->shard->mapping().check_length());
  return tensor_ref{name, raw.dtype, raw.shape, raw.bytes, found->shard, file.string()};
}

void checkpoint::prefetch(const std::string& name) const {
  const place* found = find(name);
  if (found != nullptr && found->tensor != nullptr)
    found->shard->mapping().prefetch(found->tensor->bytes);
}

std::vector<std::string> checkpoint::names() const {
  std::vector<std::string> all;
  for (const auto& [name, place] : places_)
    if (place.tensor != nullptr)
      all.push_back(name);
  std::sort(all.begin(), all.end());
  return all;
}

std::uint64_t checkpoint::file_bytes() const noexcept {
  std::uint64_t bytes = 0;
  for (const auto& [name, shard] : shards_)
    bytes += shard->mapping().bytes().size();
  return bytes;
}

} // namespace hadal::model
