#include "model/grammar/json_formats.hpp"

#include <map>

namespace hadal::model {

namespace {

const std::string date =
    R"((?:[1-9]\d{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))|(?:[1-9]\d(?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)-02-29))";
const std::string time_of_day =
    R"((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d))";
const std::string duration =
    R"(P(?:\d{1,4}W|(?:\d{1,4}Y(?:\d{1,4}M(?:\d{1,4}D)?)?|\d{1,4}M(?:\d{1,4}D)?|\d{1,4}D)(?:T(?:\d{1,4}H(?:\d{1,4}M(?:\d{1,4}S)?)?|\d{1,4}M(?:\d{1,4}S)?|\d{1,4}S))?|T(?:\d{1,4}H(?:\d{1,4}M(?:\d{1,4}S)?)?|\d{1,4}M(?:\d{1,4}S)?|\d{1,4}S)))";
const std::string label = R"([A-Za-z](?:[A-Za-z0-9]{0,20}|[A-Za-z0-9]{1,9}-[A-Za-z0-9]{1,10}))";
const std::string host = "(?:" + label + R"(\.){0,3}[A-Za-z]{2,12})";
const std::string mailbox = R"([A-Za-z0-9_+-]{1,24}(?:\.[A-Za-z0-9_+-]{1,24}){0,2}@)";
const std::string byte_number = R"((?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d))";
const std::string ipv4 = byte_number + R"((?:\.)" + byte_number + R"(){3})";
const std::string word = "[0-9a-fA-F]{1,4}";
const std::string uuid = R"([0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})";
const std::string path = R"((?:/[A-Za-z0-9._~-]{0,40}){0,8})";
const std::string uri = R"((?:https?|ftp)://)" + host + R"((?::[1-9]\d{0,3})?)" + path +
                        R"((?:\?[A-Za-z0-9._~=&-]{0,60})?(?:#[A-Za-z0-9._~-]{0,40})?)";

/// All eight groups, or a '::' that replaces one or more of them.
std::string ipv6() {
  std::string out = "(?:" + word + "(?::" + word + "){7}";
  for (int before = 0; before <= 6; ++before) {
    const int after = 6 - before;
    const auto head = before == 0
                          ? std::string()
                          : word + "(?::" + word + "){0," + std::to_string(before - 1) + "}";
    const auto tail =
        after == 0 ? std::string()
                   : "(?:" + word + "(?::" + word + "){0," + std::to_string(after - 1) + "})?";
    out += "|" + head + "::" + tail;
  }
  return out + ")";
}

const std::map<std::string_view, std::string>& table() {
  static const std::map<std::string_view, std::string> formats{
      {"date", date},         {"date-time", date + "T" + time_of_day},
      {"duration", duration}, {"email", mailbox + host},
      {"hostname", host},     {"ipv4", ipv4},
      {"ipv6", ipv6()},       {"json-pointer", R"((?:/(?:[^/~"\\\x00-\x1f]|~[01])*)*)"},
      {"time", time_of_day},  {"uri", uri},
      {"uuid", uuid},
  };
  return formats;
}

} // namespace

std::string format_pattern(std::string_view format) {
  const auto found = table().find(format);
  return found == table().end() ? std::string() : "^(?:" + found->second + ")$";
}

} // namespace hadal::model
