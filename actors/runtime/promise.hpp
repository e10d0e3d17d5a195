#pragma once
// An answer given later. CAF 0.17 does not answer a dropped promise, so the requester would wait
// for its deadline. This one delivers an error when its last owner is destroyed.

#include <caf/error.hpp>
#include <caf/sec.hpp>
#include <caf/typed_response_promise.hpp>

#include <memory>
#include <utility>

namespace hadal::runtime {

template <class Answer>
class promise {
public:
  explicit promise(caf::typed_response_promise<Answer> inner)
    : inner_(std::make_unique<caf::typed_response_promise<Answer>>(std::move(inner))) {}
  promise(promise&&) noexcept = default;
  promise& operator=(promise&& other) noexcept {
    drop();
    inner_ = std::move(other.inner_);
    return *this;
  }
  ~promise() { drop(); }

  void deliver(Answer answer) {
    inner_->deliver(std::move(answer));
    inner_.reset();
  }

  void fail(caf::error reason) {
    inner_->deliver(std::move(reason));
    inner_.reset();
  }

private:
  void drop() {
    if (inner_ && inner_->pending())
      inner_->deliver(caf::make_error(caf::sec::request_receiver_down));
    inner_.reset();
  }

  std::unique_ptr<caf::typed_response_promise<Answer>> inner_;
};

} // namespace hadal::runtime
