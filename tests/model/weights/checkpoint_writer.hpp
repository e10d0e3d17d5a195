#pragma once
// Writes small checkpoints for tests, byte by byte and independently of the reader.

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace hadal::test {

/// A folder of its own under the temporary one, removed at the end.
class temporary_folder {
public:
  explicit temporary_folder(const std::string& name)
    : path_(std::filesystem::temp_directory_path() /
            fmt::format("hadal_{}_{}", name, static_cast<const void*>(this))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

struct written_tensor {
  std::string name;
  std::string dtype;
  std::vector<std::int64_t> shape;
  std::string bytes;
};

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  if (!values.empty())
    std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

inline std::string with_header(const std::string& header, const std::string& data) {
  std::string file;
  for (int i = 0; i < 8; ++i)
    file += static_cast<char>(header.size() >> (8 * i) & 0xff);
  return file + header + data;
}

/// A safetensors file's bytes. `padding` spaces follow the header, which shifts the data's
/// alignment.
inline std::string safetensors_bytes(const std::vector<written_tensor>& tensors,
                                     std::size_t padding = 0) {
  std::string header = R"({"__metadata__":{"format":"pt"})";
  std::string data;
  for (const auto& t : tensors) {
    header +=
        fmt::format(R"(,"{}":{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})", t.name,
                    t.dtype, fmt::join(t.shape, ","), data.size(), data.size() + t.bytes.size());
    data += t.bytes;
  }
  return with_header(header + "}" + std::string(padding, ' '), data);
}

inline void write_file(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream out(file, std::ios::binary);
  out << bytes;
}

/// The index file over shards that are already written: tensor name to file name.
inline void write_index(const std::filesystem::path& folder,
                        const std::map<std::string, std::string>& places) {
  std::string map;
  for (const auto& [name, file] : places)
    map += fmt::format(R"({}"{}":"{}")", map.empty() ? "" : ",", name, file);
  write_file(folder / "model.safetensors.index.json",
             fmt::format(R"({{"metadata":{{"total_size":1}},"weight_map":{{{}}}}})", map));
}

} // namespace hadal::test
