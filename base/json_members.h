// Members of a JSON object that was read, each as the type that is wanted.
#pragma once

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace jingwei {

// Empty where the member is absent or no text.
inline std::string member_text(const boost::json::object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

}  // namespace jingwei
