#include "app/keys_json.h"

#include "base/json.h"

namespace jingwei::app {

std::string keys_json(const std::vector<crypto::KeyInfo>& keys) {
  JsonWriter json;
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& key : keys) {
    json.begin_object();
    json.member("id", static_cast<std::int64_t>(key.id));
    json.member("kind", key.kind == crypto::KeyKind::data ? "data" : "equality");
    json.member("suite", crypto::name_of(key.suite));
    json.member("scope", key.scope);
    json.member("month", key.month);
    json.member("created_at", to_rfc3339(key.created));
    json.key("destroyed_at");
    key.destroyed ? json.value(to_rfc3339(*key.destroyed)) : json.null();
    json.key("destroyed_by");
    key.destroyed ? json.value(key.destroyed_by) : json.null();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace jingwei::app
