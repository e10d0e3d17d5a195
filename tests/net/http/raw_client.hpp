#pragma once
// A client that sends exactly the bytes that it is given: a blocking socket, and a reader of
// answers that waits for a limited time.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace hadal::test {

struct raw_answer {
  int status = 0;
  std::map<std::string, std::string> headers; // names in lower case
  std::string body;                           // chunks joined
  bool complete = false;                      // the end of the body, as framed, was received
};

class raw_client {
public:
  explicit raw_client(std::uint16_t port, const char* address = "127.0.0.1");
  ~raw_client();
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  /// False when the server has closed.
  bool send(std::string_view bytes);
  void shut_down_sending();
  /// Closes at once with a reset instead of an orderly end.
  void reset();
  void close();
  void limit_receive_buffer(int bytes);

  /// The next answer, or nullopt when the connection ends or 10 s pass before one begins. An answer
  /// to HEAD has no body.
  std::optional<raw_answer> read_answer(bool to_head = false);
  /// The bytes up to and including this text, or all bytes if the connection ends first.
  std::string read_until(std::string_view text);
  /// True when the server ends the connection within 10 s; bytes before that are dropped.
  bool ends();
  /// All bytes until the connection ends.
  std::string read_all();

private:
  bool fill();
  std::string take(std::size_t count);

  int fd_ = -1;
  std::string buffer_;
};

/// One connection, one request, one answer.
std::optional<raw_answer> ask(std::uint16_t port, std::string_view request);

} // namespace hadal::test
