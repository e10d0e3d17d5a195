#include "model/weights/safetensors_file.hpp"

#include "base/limits.hpp"
#include "model/config/printable.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <simdjson.h>

#include <algorithm>
#include <cstring>

namespace hadal::model {

namespace {

constexpr std::size_t length_bytes = 8;

/// The bytes of a tensor, relative to the begin of the data part.
struct extent {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string_view name;
};

class header_reader {
public:
  header_reader(std::span<const std::byte> file, std::string_view path)
    : file_(file), path_(path) {}

  result<raw_tensor_map> read() {
    HADAL_TRY_ASSIGN(header, locate_header());
    simdjson::dom::parser parser;
    simdjson::dom::object root;
    if (const auto code = parser.parse(header.data(), header.size()).get(root))
      return failure(fmt::format("header is not a JSON object: {}", simdjson::error_message(code)));
    for (const auto field : root) {
      if (field.key == "__metadata__") {
        HADAL_TRY(check_metadata(field.value));
        continue;
      }
      HADAL_TRY(add_tensor(field.key, field.value));
    }
    HADAL_TRY(check_extents());
    return std::move(tensors_);
  }

private:
  tl::unexpected<error> failure(std::string_view what) const {
    return fail(error_code::invalid_checkpoint, fmt::format("{}: {}", path_, what),
                std::string(path_));
  }

  tl::unexpected<error> failure(std::string_view name, std::string_view what) const {
    return fail(error_code::invalid_checkpoint,
                fmt::format("{}: tensor \"{}\" {}", path_, printable(name), what),
                std::string(name));
  }

  result<std::string_view> locate_header() {
    if (file_.size() < length_bytes)
      return failure(fmt::format("is truncated: {} bytes, a safetensors file has at least {}",
                                 file_.size(), length_bytes + 2));
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < length_bytes; ++i)
      length |= std::to_integer<std::uint64_t>(file_[i]) << (8 * i);
    if (length > limits::safetensors_header_bytes_max)
      return failure(fmt::format("claims a header of {} bytes, at most {} are allowed", length,
                                 limits::safetensors_header_bytes_max));
    if (length > file_.size() - length_bytes)
      return failure(fmt::format("claims a header of {} bytes but has only {} after the length: "
                                 "truncated, or not a safetensors file",
                                 length, file_.size() - length_bytes));
    const std::string_view header(reinterpret_cast<const char*>(file_.data()) + length_bytes,
                                  static_cast<std::size_t>(length));
    if (header.empty() || header.front() != '{')
      return failure("header does not begin with '{': not a safetensors file");
    data_ = file_.subspan(length_bytes + header.size());
    return header;
  }

  result<void> check_metadata(simdjson::dom::element value) {
    simdjson::dom::object object;
    if (value.get(object))
      return failure("__metadata__ is not an object");
    if (has_metadata_)
      return failure("header has __metadata__ twice");
    has_metadata_ = true;
    for (const auto field : object)
      if (!field.value.is_string())
        return failure(fmt::format("__metadata__ \"{}\" is not a string", printable(field.key)));
    return {};
  }

  result<void> add_tensor(std::string_view name, simdjson::dom::element value) {
    simdjson::dom::object object;
    if (value.get(object))
      return failure(name, "is not described by an object");
    simdjson::dom::element dtype_value;
    simdjson::dom::element shape_value;
    simdjson::dom::element offsets_value;
    int dtype_count = 0;
    int shape_count = 0;
    int offsets_count = 0;
    for (const auto field : object) {
      if (field.key == "dtype" && ++dtype_count == 1)
        dtype_value = field.value;
      else if (field.key == "shape" && ++shape_count == 1)
        shape_value = field.value;
      else if (field.key == "data_offsets" && ++offsets_count == 1)
        offsets_value = field.value;
    }
    if (dtype_count != 1 || shape_count != 1 || offsets_count != 1)
      return failure(name, "must have dtype, shape and data_offsets, once each");

    raw_tensor tensor;
    HADAL_TRY(read_dtype(name, dtype_value, tensor));
    HADAL_TRY_ASSIGN(bytes, read_shape(name, shape_value, tensor));
    HADAL_TRY_ASSIGN(place, read_offsets(name, offsets_value));
    if (place.end - place.begin != bytes)
      return failure(name, fmt::format("has {} bytes of data, but {} {} takes {}",
                                       place.end - place.begin, to_string(tensor.dtype),
                                       shape_text(tensor.shape), bytes));
    tensor.bytes = data_.subspan(static_cast<std::size_t>(place.begin),
                                 static_cast<std::size_t>(place.end - place.begin));
    const auto [it, added] = tensors_.emplace(name, std::move(tensor));
    if (!added)
      return failure(name, "is in the header twice");
    place.name = it->first;
    extents_.push_back(place);
    return {};
  }

  result<void> read_dtype(std::string_view name, simdjson::dom::element value, raw_tensor& tensor) {
    std::string_view text;
    if (value.get(text))
      return failure(name, "has a dtype that is not a string");
    const auto dtype = parse_tensor_dtype(text);
    if (!dtype)
      return failure(name, fmt::format("has the unknown dtype \"{}\"", printable(text)));
    tensor.dtype = *dtype;
    return {};
  }

  /// Fills tensor.shape; returns the bytes that shape and dtype take.
  result<std::uint64_t> read_shape(std::string_view name, simdjson::dom::element value,
                                   raw_tensor& tensor) {
    simdjson::dom::array array;
    if (value.get(array))
      return failure(name, "has a shape that is not an array");
    std::uint64_t bytes = element_bytes(tensor.dtype);
    bool overflow = false;
    for (const auto entry : array) {
      std::int64_t dimension = 0;
      if (entry.get(dimension) || dimension < 0)
        return failure(name, "has a shape with an entry that is no integer of at least 0");
      overflow |= __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(dimension), &bytes);
      tensor.shape.push_back(dimension);
    }
    if (overflow)
      return failure(
          name, fmt::format("has a shape too large for any file: {}", shape_text(tensor.shape)));
    return bytes;
  }

  result<extent> read_offsets(std::string_view name, simdjson::dom::element value) {
    simdjson::dom::array array;
    if (value.get(array) || array.size() != 2)
      return failure(name, "has data_offsets that are no array of two");
    extent place;
    if (array.at(0).get(place.begin) || array.at(1).get(place.end))
      return failure(name, "has data_offsets that are no integers of at least 0");
    if (place.begin > place.end)
      return failure(name, fmt::format("has data_offsets that end at {} before they begin at {}",
                                       place.end, place.begin));
    if (place.end > data_.size())
      return failure(name, fmt::format("has data_offsets that end at {}, but the file has {} bytes "
                                       "of data: truncated?",
                                       place.end, data_.size()));
    return place;
  }

  /// The tensors must cover the data part exactly.
  result<void> check_extents() {
    std::sort(extents_.begin(), extents_.end(), [](const extent& a, const extent& b) {
      return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
    });
    std::uint64_t covered = 0;
    for (const extent& e : extents_) {
      if (e.begin != covered)
        return failure(e.name, fmt::format("begins at data offset {}, expected {}: tensors must "
                                           "neither overlap nor leave gaps",
                                           e.begin, covered));
      covered = e.end;
    }
    if (covered != data_.size())
      return failure(
          fmt::format("has {} bytes of data, but its tensors end at {}", data_.size(), covered));
    return {};
  }

  std::span<const std::byte> file_;
  std::string_view path_;
  std::span<const std::byte> data_;
  bool has_metadata_ = false;
  raw_tensor_map tensors_;
  std::vector<extent> extents_;
};

} // namespace

std::string shape_text(std::span<const std::int64_t> shape) {
  constexpr std::size_t rank_shown = 8;
  if (shape.size() > rank_shown)
    return fmt::format("[{}, ... {} dimensions]", fmt::join(shape.first(rank_shown), ", "),
                       shape.size());
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

result<raw_tensor_map> parse_safetensors(std::span<const std::byte> file, std::string_view path) {
  return header_reader(file, path).read();
}

result<safetensors_file> safetensors_file::open(const std::filesystem::path& file) {
  HADAL_TRY_ASSIGN(mapping, mapped_file::open(file));
  HADAL_TRY_ASSIGN(tensors, parse_safetensors(mapping.bytes(), file.string()));
  return safetensors_file(std::move(mapping), std::move(tensors));
}

const raw_tensor* safetensors_file::find(const std::string& name) const {
  const auto it = tensors_.find(name);
  return it == tensors_.end() ? nullptr : &it->second;
}

} // namespace hadal::model
