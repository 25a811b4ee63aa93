#include "base/json_members.h"

#include <boost/json.hpp>

namespace jingwei {

std::string member_text(const boost::json::object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

}  // namespace jingwei
