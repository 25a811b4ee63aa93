// A session with an MQTT broker on a thread of its own: subscribes with QoS 1, spools, then acknowledges.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/result.h"
#include "modules/source/source.h"

namespace jingwei::source {

struct BrokerAddress {
  std::string host;
  std::uint16_t port = 1883;
  std::string client_id;
  std::string filter;
  std::string user, password;
  bool tls = false;
  std::string ca_file;  // empty: the system's
};
BrokerAddress broker_of(const Settings& settings);

// Connects, is told of each message, and comes back after a lost connection by itself (after 1, 2, 4 … 60 s).
// The broker keeps the session: what it could not deliver it delivers later.
class MqttSession {
 public:
  // `on_message` puts the message aside; `sync` makes all that was put aside durable. The acknowledgements of
  // these messages leave only after `sync` has returned well; when it fails the connection is dropped
  // instead, and the broker sends them again. Both are called by the session's thread.
  MqttSession(BrokerAddress address,
              std::function<void(std::string_view topic, std::string_view payload)> on_message,
              std::function<Result<void>()> sync);
  ~MqttSession();  // disconnects; ends within a second, but for a host that does not answer (5 s)
  MqttSession(const MqttSession&) = delete;
  MqttSession& operator=(const MqttSession&) = delete;

  // Connects once with a session that is forgotten, subscribes and leaves. Errors: unavailable
  // "source.broker_unreachable", denied "source.broker_refused", "source.subscription_refused".
  static Result<void> greet(BrokerAddress address);

  bool connected() const;
  // Why there is no connection; nothing while there is one or the first attempt is under way.
  std::optional<Error> fault() const;

 private:
  struct Client;
  void run();
  Result<void> serve(bool& was_connected);

  BrokerAddress address_;
  std::function<void(std::string_view, std::string_view)> on_message_;
  std::function<Result<void>()> sync_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool connected_ = false;
  std::optional<Error> fault_;
  std::thread thread_;
};

}  // namespace jingwei::source
