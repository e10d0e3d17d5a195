#include "model/chat/template/marked_slices.hpp"

#include <algorithm>

namespace hadal::model::templates {

void append_slice(marked_text& out, const marked_text& source, std::size_t begin, std::size_t end) {
  const std::string_view bytes = source.text();
  const auto& ranges = source.control_ranges();
  auto range = std::partition_point(ranges.begin(), ranges.end(),
                                    [begin](const auto& r) { return r.end <= begin; });
  while (begin < end) {
    if (range == ranges.end() || range->begin >= end) {
      out.plain(bytes.substr(begin, end - begin));
      return;
    }
    if (begin < range->begin)
      out.plain(bytes.substr(begin, range->begin - begin));
    begin = std::max(begin, range->begin);
    const std::size_t stop = std::min(end, range->end);
    out.control(bytes.substr(begin, stop - begin));
    begin = stop;
    ++range;
  }
}

marked_text slice_of(const marked_text& source, std::size_t begin, std::size_t end) {
  marked_text out;
  append_slice(out, source, begin, end);
  return out;
}

} // namespace hadal::model::templates
