#pragma once
// Upper, lower, title and first-letter case as in Python's str. Marks stay with their
// characters.

#include "model/tokenizer/marked_text.hpp"

namespace hadal::model::templates {

marked_text upper_case(const marked_text& text);
marked_text lower_case(const marked_text& text);

/// str.title(): words are runs of letters that have case.
marked_text title_case(const marked_text& text);

/// str.capitalize(): the first character in title case, all others in lower case.
marked_text capitalized(const marked_text& text);

/// str.isupper() and str.islower().
bool is_upper_case(std::string_view text);
bool is_lower_case(std::string_view text);

} // namespace hadal::model::templates
