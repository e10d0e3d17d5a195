#pragma once
// Thoughts and answer of a text in which `</think>` stands between them, for servers that send both
// as content. However the text is cut, the same pieces come out once they are joined.

#include <string>
#include <string_view>

namespace hadal::server {

class thought_splitter {
public:
  /// `thinking`: the answer begins inside the thoughts. Else everything is answer.
  explicit thought_splitter(bool thinking) : inside_{thinking} {}

  struct pieces {
    std::string thought;
    std::string answer;
  };

  /// Takes the next text. A beginning of the tag at its end is held back until it is decided.
  pieces feed(std::string_view text);

  /// What was held back, at the end of the text.
  pieces finish();

private:
  bool inside_;
  std::string held_;
};

} // namespace hadal::server
