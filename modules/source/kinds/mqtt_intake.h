// Messages of an MQTT broker become small batches, each message once.
#pragma once

#include "modules/source/parts.h"

namespace jingwei::source {

// The session's thread spools and acknowledges (mqtt_session.h); looks close a group after `group_seconds` or
// limits::mqtt_group_messages and hand it over. The identities of its messages stand in the Change of its
// batch: a message that comes again, or a group that is handed over again after a crash, is known by them.
std::unique_ptr<Intake> listen_to_broker(const SourceParts& parts, const Source& source);

// Errors: as MqttSession::greet.
Result<Trial> try_broker(const Settings& settings);

// No two hubs on one broker may have the same.
std::string fresh_client_id();

}  // namespace jingwei::source
