#pragma once
// Makes a record a message. HADAL_INSPECT lists the fields of plain records; HADAL_IN_PROCESS marks
// those that carry pointers or handles and so never leave the process.

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/meta/type_name.hpp>

#define HADAL_INSPECT(type, ...)                                                                   \
  template <class Inspector>                                                                       \
  typename Inspector::result_type inspect(Inspector& f, type& x) {                                 \
    static_cast<void>(x);                                                                          \
    return f(caf::meta::type_name(#type) __VA_OPT__(, ) __VA_ARGS__);                              \
  }

#define HADAL_IN_PROCESS(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(type)
