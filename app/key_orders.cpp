#include "app/key_orders.h"

#include <algorithm>

#include "base/json.h"

namespace jingwei::app {

namespace {

Result<void> commit(Hub& hub, storage::Change change) {
  auto committed = hub.store().commit(std::move(change));
  if (!committed) return std::move(committed).error();
  return {};
}

Result<void> record(Hub& hub, const std::string& actor, const char* event, std::string detail) {
  storage::Change change;
  change.audit.push_back({actor, event, "keystore", std::move(detail)});
  return commit(hub, std::move(change));
}

Result<void> tell_others(Hub& hub) {
  storage::Change change;
  change.events.push_back({std::string(keys_changed_event), "{}"});
  return commit(hub, std::move(change));
}

}  // namespace

Result<void> rotate_keys(Hub& hub, const std::string& actor) {
  JW_TRY(record(hub, actor, "keys.rotate", "{}"));
  JW_TRY(hub.keystore().rotate());
  return tell_others(hub);
}

Result<void> destroy_keys(Hub& hub, const std::vector<crypto::KeyId>& keys, const std::string& order,
                          const std::string& actor) {
  const auto known = hub.keystore().list();
  JsonWriter detail;
  detail.begin_object();
  detail.member("order", order);
  detail.key("keys");
  detail.begin_array();
  for (const crypto::KeyId id : keys) {
    if (std::none_of(known.begin(), known.end(), [&](const auto& key) { return key.id == id; }))
      return Error(ErrorCode::not_found, "crypto.key_unknown").with("key", std::to_string(id));
    detail.value(static_cast<std::int64_t>(id));
  }
  detail.end_array();
  detail.end_object();
  JW_TRY(record(hub, actor, "keys.destroy", detail.take()));
  JW_TRY(hub.keystore().destroy(keys, order));
  return tell_others(hub);
}

}  // namespace jingwei::app
