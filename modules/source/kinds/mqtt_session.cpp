#include "modules/source/kinds/mqtt_session.h"

#include <fcntl.h>
#include <mosquitto.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

#include "base/limits.h"
#include "modules/source/kinds/mqtt_payload.h"
#include "modules/source/kinds/settings.h"

namespace jingwei::source {

namespace {

constexpr int keepalive_seconds = 30;
constexpr int connect_patience_ms = 5'000;
constexpr int poll_ms = 200;
constexpr int packets_before_sync = 200;
constexpr std::chrono::seconds longest_rest{60};

void start_library() {
  static const int started = mosquitto_lib_init();
  static_cast<void>(started);
}

Error broker_unreachable(const BrokerAddress& address, std::string_view said) {
  return Error(ErrorCode::unavailable, "source.broker_unreachable")
      .with("host", address.host + ":" + std::to_string(address.port))
      .with("said", std::string(said));
}

// libmosquitto connects without a limit of its own, so the host is tried first.
bool answers(const BrokerAddress& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found) != 0)
    return false;
  bool good = false;
  for (const addrinfo* at = found; at != nullptr && !good; at = at->ai_next) {
    const int handle = ::socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (handle < 0) continue;
    if (::connect(handle, at->ai_addr, at->ai_addrlen) == 0) {
      good = true;
    } else {
      pollfd wait{handle, POLLOUT, 0};
      int fault = 0;
      socklen_t length = sizeof fault;
      good = ::poll(&wait, 1, connect_patience_ms) == 1 &&
             ::getsockopt(handle, SOL_SOCKET, SO_ERROR, &fault, &length) == 0 && fault == 0;
    }
    ::close(handle);
  }
  ::freeaddrinfo(found);
  return good;
}

}  // namespace

// One connection.
struct MqttSession::Client {
  enum class Keep : std::uint8_t { session, nothing };

  Client(const BrokerAddress& to, Keep keep, std::function<void(std::string_view, std::string_view)> message)
      : address(to), on_message(std::move(message)) {
    start_library();
    handle = mosquitto_new(address.client_id.c_str(), keep == Keep::nothing, this);
    if (handle == nullptr) return;
    // Packets leave only in write(), so no acknowledgement overtakes the sync of its message.
    mosquitto_threaded_set(handle, true);
    mosquitto_connect_callback_set(handle, [](mosquitto*, void* self, int code) {
      auto& client = *static_cast<Client*>(self);
      if (code != 0) {
        client.fault =
            Error(ErrorCode::denied, "source.broker_refused").with("said", mosquitto_connack_string(code));
      } else if (mosquitto_subscribe(client.handle, nullptr, client.address.filter.c_str(), 1) !=
                 MOSQ_ERR_SUCCESS) {
        client.fault =
            Error(ErrorCode::denied, "source.subscription_refused").with("topic", client.address.filter);
      }
    });
    mosquitto_subscribe_callback_set(handle, [](mosquitto*, void* self, int, int count, const int* granted) {
      auto& client = *static_cast<Client*>(self);
      client.subscribed = count > 0 && granted[0] <= 2;
      if (!client.subscribed)
        client.fault =
            Error(ErrorCode::denied, "source.subscription_refused").with("topic", client.address.filter);
    });
    mosquitto_message_callback_set(handle, [](mosquitto*, void* self, const mosquitto_message* message) {
      auto& client = *static_cast<Client*>(self);
      if (client.on_message)
        client.on_message(message->topic, {static_cast<const char*>(message->payload),
                                           static_cast<std::size_t>(std::max(0, message->payloadlen))});
    });
    mosquitto_disconnect_callback_set(
        handle, [](mosquitto*, void* self, int) { static_cast<Client*>(self)->ended = true; });
    if (!address.user.empty())
      mosquitto_username_pw_set(handle, address.user.c_str(),
                                address.password.empty() ? nullptr : address.password.c_str());
    if (address.tls) {
      const bool own = !address.ca_file.empty();
      mosquitto_tls_set(handle, own ? address.ca_file.c_str() : nullptr, own ? nullptr : "/etc/ssl/certs",
                        nullptr, nullptr, nullptr);
      mosquitto_tls_opts_set(handle, 1, "tlsv1.2", nullptr);
    }
  }
  ~Client() {
    if (handle != nullptr) mosquitto_destroy(handle);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Result<void> connect() {
    if (handle == nullptr || !answers(address)) return broker_unreachable(address, "");
    const int code = mosquitto_connect(handle, address.host.c_str(), address.port, keepalive_seconds);
    if (code != MOSQ_ERR_SUCCESS) return broker_unreachable(address, mosquitto_strerror(code));
    return {};
  }

  // Waits for packets and reads those that are there. Errors: the connection ended.
  Result<void> read() {
    const int socket = mosquitto_socket(handle);
    if (socket < 0 || ended) return broker_unreachable(address, "");
    pollfd wait{socket, static_cast<short>(POLLIN | (mosquitto_want_write(handle) ? POLLOUT : 0)), 0};
    if (::poll(&wait, 1, poll_ms) < 0) return {};
    for (int count = 0; count < packets_before_sync && (wait.revents & (POLLIN | POLLHUP | POLLERR)) != 0;
         ++count) {
      const int code = mosquitto_loop_read(handle, 1);
      if (fault) return *fault;
      if (code != MOSQ_ERR_SUCCESS) return broker_unreachable(address, mosquitto_strerror(code));
      wait.events = POLLIN;
      wait.revents = 0;
      if (mosquitto_socket(handle) < 0 || ::poll(&wait, 1, 0) <= 0) break;
    }
    return {};
  }

  Result<void> write() {
    for (int count = 0; count < packets_before_sync + 8 && mosquitto_want_write(handle); ++count) {
      if (const int code = mosquitto_loop_write(handle, 1); code != MOSQ_ERR_SUCCESS)
        return broker_unreachable(address, mosquitto_strerror(code));
    }
    if (const int code = mosquitto_loop_misc(handle); code != MOSQ_ERR_SUCCESS)
      return broker_unreachable(address, mosquitto_strerror(code));
    return {};
  }

  void leave() {
    mosquitto_disconnect(handle);
    static_cast<void>(write());
  }

  BrokerAddress address;
  std::function<void(std::string_view, std::string_view)> on_message;
  mosquitto* handle = nullptr;
  bool subscribed = false;
  bool ended = false;
  std::optional<Error> fault;
};

BrokerAddress broker_of(const Settings& settings) {
  BrokerAddress address;
  address.host = text_of(settings, "host");
  address.port = static_cast<std::uint16_t>(number_of(settings, "port"));
  address.client_id = text_of(settings, "client_id");
  if (const auto topic = TopicPattern::parse(text_of(settings, "topic")); topic.ok())
    address.filter = topic->filter();
  address.user = text_of(settings, "user");
  address.password = text_of(settings, "password");
  address.tls = text_of(settings, "tls") == "yes";
  address.ca_file = text_of(settings, "ca_file");
  return address;
}

MqttSession::MqttSession(BrokerAddress address,
                         std::function<void(std::string_view, std::string_view)> on_message,
                         std::function<Result<void>()> sync)
    : address_(std::move(address)), on_message_(std::move(on_message)), sync_(std::move(sync)) {
  thread_ = std::thread([this] { run(); });
}

MqttSession::~MqttSession() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

bool MqttSession::connected() const {
  const std::lock_guard lock(mutex_);
  return connected_;
}

std::optional<Error> MqttSession::fault() const {
  const std::lock_guard lock(mutex_);
  return fault_;
}

void MqttSession::run() {
  std::chrono::seconds rest{1};
  for (;;) {
    bool was_connected = false;
    auto served = serve(was_connected);
    if (was_connected) rest = std::chrono::seconds{1};
    std::unique_lock lock(mutex_);
    connected_ = false;
    if (stopping_) return;
    if (!served) fault_ = std::move(served).error();
    wake_.wait_for(lock, rest, [&] { return stopping_; });
    if (stopping_) return;
    rest = std::min(rest * 2, longest_rest);
  }
}

Result<void> MqttSession::serve(bool& was_connected) {
  Client client(address_, Client::Keep::session, on_message_);
  JW_TRY(client.connect());
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) break;
    }
    auto read = client.read();
    // What came before the connection broke is kept all the same; it comes again and is known then.
    JW_TRY(sync_());
    JW_TRY(std::move(read));
    JW_TRY(client.write());
    if (client.subscribed && !was_connected) {
      was_connected = true;
      const std::lock_guard lock(mutex_);
      connected_ = true;
      fault_.reset();
    }
  }
  client.leave();
  return {};
}

Result<void> MqttSession::greet(BrokerAddress address) {
  Client client(address, Client::Keep::nothing, {});
  JW_TRY(client.connect());
  constexpr int rounds = connect_patience_ms / poll_ms;
  for (int round = 0; round < rounds && !client.subscribed; ++round) {
    JW_TRY(client.write());
    JW_TRY(client.read());
  }
  if (!client.subscribed) return broker_unreachable(address, "");
  client.leave();
  return {};
}

}  // namespace jingwei::source
