// Members of a JSON object that was read, each as the type that is wanted.
#pragma once

#include <string>
#include <string_view>

namespace boost::json {
class object;
}

namespace jingwei {

// Empty where the member is absent or no text.
std::string member_text(const boost::json::object& object, std::string_view name);

}  // namespace jingwei
