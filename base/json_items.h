// The usual shapes of a list in an answer.
#pragma once

#include <algorithm>
#include <string>

#include "base/json.h"

namespace jingwei {

// {"items":[…]}. `write(json, item)` writes one of them.
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

// {"items":[…],"next_cursor":…}: the first `limit` of `items`; when there are more, `cursor(item)`, a text,
// of the last shown. Who asks for one more than the page holds knows whether there is a next one.
template <typename Items, typename Write, typename Cursor>
std::string page_json(const Items& items, std::size_t limit, const Write& write, const Cursor& cursor) {
  JsonWriter json(4'096);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (std::size_t at = 0; at < std::min(limit, items.size()); ++at) write(json, items[at]);
  json.end_array();
  json.key("next_cursor");
  if (items.size() > limit) {
    json.value(cursor(items[limit - 1]));
  } else {
    json.null();
  }
  json.end_object();
  return json.take();
}

// The same of what goes on by its id.
template <typename Items, typename Write>
std::string page_json(const Items& items, std::size_t limit, const Write& write) {
  return page_json(items, limit, write, [](const auto& item) { return item.id.to_string(); });
}

}  // namespace jingwei
