#pragma once
// A checkpoint directory: model.safetensors.index.json and the files it names, or, without an
// index, model.safetensors. Every file named is opened and checked; tensors that nobody asks for
// are ignored, so are index entries whose tensor the file lacks until it is asked for.
//
// Errors of `open`: io_error (a file cannot be opened: a missing shard names index and shard),
// invalid_checkpoint (no weights in the directory, a bad index, a name that leaves the directory,
// and all that model/weights/safetensors_file.hpp lists).

#include "model/weights/safetensors_file.hpp"
#include "model/weights/weight_source.hpp"

#include <map>

namespace hadal::model {

class checkpoint final : public weight_source {
public:
  static result<std::shared_ptr<const checkpoint>> open(const std::filesystem::path& directory);

  std::optional<tensor_info> info(const std::string& name) const override;
  result<tensor_ref> tensor(const std::string& name,
                            const std::vector<std::int64_t>& shape) const override;
  std::string origin() const override { return origin_.string(); }

  void prefetch(const std::string& name) const override;

  /// Every tensor that the checkpoint has, in order of name.
  std::vector<std::string> names() const;
  std::size_t shard_count() const noexcept { return shards_.size(); }
  /// Bytes of all shards, headers included.
  std::uint64_t file_bytes() const noexcept;

private:
  using shard_ptr = std::shared_ptr<const safetensors_file>;

  struct place {
    shard_ptr shard;
    const raw_tensor* tensor = nullptr; // null: the index names a tensor that the shard lacks
  };

  result<void> open_index(const std::filesystem::path& index);
  result<void> open_single(const std::filesystem::path& file);
  const place* find(const std::string& name) const;

  std::filesystem::path origin_; // the index, or the single file
  std::map<std::string, shard_ptr> shards_;
  std::unordered_map<std::string, place> places_;
};

} // namespace hadal::model
