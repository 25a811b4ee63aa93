// The usual shape of a list in an answer: {"items":[…]}.
#pragma once

#include <string>

#include "base/json.h"

namespace jingwei {

// `write(json, item)` writes one of them.
template <typename Items, typename Write>
std::string items_json(const Items& items, const Write& write) {
  JsonWriter json(4'096);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& item : items) write(json, item);
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace jingwei
