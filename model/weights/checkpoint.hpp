#pragma once
// A checkpoint directory: model.safetensors.index.json and the files it names, or, without an
// index, model.safetensors. Every file named is opened and checked; tensors that are never
// requested are ignored, and an index entry without its tensor is an error only when that tensor is
// requested.
//
// Errors of `open`: io_error (a file cannot be opened: a missing shard names index and shard),
// invalid_checkpoint (no weights in the directory, a bad index, a name that leaves the directory,
// and the errors of model/weights/safetensors_file.hpp).

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
    const raw_tensor* tensor = nullptr; // null: named by the index, missing in the shard
  };

  result<void> open_index(const std::filesystem::path& index);
  result<void> open_single(const std::filesystem::path& file);
  const place* find(const std::string& name) const;

  std::filesystem::path origin_; // the index, or the single file
  std::map<std::string, shard_ptr> shards_;
  std::unordered_map<std::string, place> places_;
};

} // namespace hadal::model
