#include "actors/server/line_reader.hpp"

#include <histedit.h>

#include <cerrno>
#include <clocale>
#include <cstdio>
#include <iostream>

namespace hadal::server {

namespace {

constexpr int history_lines = 1000;

class plain_reader final : public line_reader {
public:
  outcome read(const std::string&, std::string& line) override {
    if (!std::getline(std::cin, line))
      return outcome::end;
    if (!line.empty() && line.back() == '\r')
      line.pop_back();
    return outcome::line;
  }
};

class terminal_reader final : public line_reader {
public:
  terminal_reader() : editor_{el_init("hadal", stdin, stdout, stderr)}, history_{history_init()} {
    HistEvent event;
    history(history_, &event, H_SETSIZE, history_lines);
    el_set(editor_, EL_CLIENTDATA, this);
    el_set(editor_, EL_PROMPT, &terminal_reader::prompt_of);
    el_set(editor_, EL_EDITOR, "emacs");
    el_set(editor_, EL_HIST, history, history_);
  }
  ~terminal_reader() override {
    history_end(history_);
    el_end(editor_);
  }
  terminal_reader(const terminal_reader&) = delete;
  terminal_reader& operator=(const terminal_reader&) = delete;

  outcome read(const std::string& prompt, std::string& line) override {
    prompt_ = prompt;
    int length = 0;
    errno = 0;
    const char* text = el_gets(editor_, &length);
    if (text == nullptr || length <= 0) {
      const bool interrupted = length < 0 && errno == EINTR;
      el_reset(editor_);
      std::puts("");
      return interrupted ? outcome::interrupted : outcome::end;
    }
    line.assign(text, static_cast<std::size_t>(length));
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
      line.pop_back();
    HistEvent event;
    if (!line.empty())
      history(history_, &event, H_ENTER, line.c_str());
    return outcome::line;
  }

private:
  static const char* prompt_of(EditLine* editor) {
    void* self = nullptr;
    el_get(editor, EL_CLIENTDATA, &self);
    return static_cast<terminal_reader*>(self)->prompt_.c_str();
  }

  EditLine* editor_;
  History* history_;
  std::string prompt_;
};

} // namespace

std::unique_ptr<line_reader> make_terminal_reader() {
  std::setlocale(LC_CTYPE, ""); // so that the editor handles characters, not bytes
  return std::make_unique<terminal_reader>();
}

std::unique_ptr<line_reader> make_plain_reader() {
  return std::make_unique<plain_reader>();
}

} // namespace hadal::server
