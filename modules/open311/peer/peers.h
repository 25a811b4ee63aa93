// Other GeoReport v2 servers (对接平台): described by an officer, worked with by a thread of the hub's own.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "modules/open311/peer/connection.h"
#include "modules/open311/peer/follow.h"
#include "modules/open311/peer/peer_parts.h"
#include "storage/loop.h"

namespace jingwei::open311 {

struct ConnectionView {
  Connection connection;
  Reach reach = Reach::closed;
  bool has_key = false;
  std::map<LinkState, std::int64_t> links;
};

// `key` as an officer typed it; absent: as it stands.
struct NewConnection {
  Terms terms;
  std::optional<std::string> key;
};

// What a trial found: their services, each with its attributes where it has any.
struct FoundService {
  Service service;
  std::vector<Attribute> attributes;
};

enum class Settling : std::uint8_t {
  again,  // to be opened, or sent, once more
  found,  // they have it under the id that is given
  seen    // the difference may stand
};
std::optional<Settling> settling_named(std::string_view name);

// Thread-safe. Every write names its actor in the audit log.
class Peers {
 public:
  explicit Peers(PeerParts parts);
  ~Peers();

  Result<std::vector<ConnectionView>> list() const;
  // Errors: not_found "open311.no_connection".
  Result<ConnectionView> find(ConnectionId id) const;
  // Errors: invalid with a cause for each fault; exhausted "open311.too_many".
  Result<ConnectionView> add(NewConnection wanted, const std::string& actor,
                             const std::optional<std::string>& idempotency_key);
  Result<ConnectionView> edit(ConnectionId id, NewConnection wanted, const std::string& actor);
  Result<ConnectionView> set_state(ConnectionId id, ConnectionState state, const std::string& actor);
  // Its cases stay; its links are kept.
  Result<void> remove(ConnectionId id, const std::string& actor);
  // Due at once, also while the breaker is open.
  Result<ConnectionView> run_now(ConnectionId id, const std::string& actor);
  // Reads their list of services; changes nothing. Errors: PeerClient's.
  Result<std::vector<FoundService>> try_out(const NewConnection& wanted) const;
  // Newest first, before the id.
  Result<std::vector<Link>> links(ConnectionId id, std::optional<LinkState> state, LinkId before,
                                  std::size_t most) const;
  // Errors: not_found, conflict "open311.settled" (it does not stand so).
  Result<Link> settle(ConnectionId id, LinkId link, Settling how, const std::string& remote,
                      const std::string& actor);

  // Works on threads of its own until stop().
  void start();
  void stop();
  // Works with every connection that is due, on the caller's thread; the feed is followed by start(). True
  // when something was done. Several processes on one database do each connection's round once (lease).
  // Errors: the store's.
  Result<bool> step();

  const PeerParts& parts() const { return parts_; }

 private:
  Result<void> check(const Terms& terms) const;
  Result<void> check_mapping(const Mapping& mapping, const std::string& at) const;
  Result<std::string> key_of(const Connection& connection) const;
  Result<Connection> read_one(storage::Reader& reader, ConnectionId id) const;
  Result<ConnectionView> view_of(storage::Reader& reader, Connection connection) const;
  Result<ConnectionView> change(ConnectionId id, const std::string& event, const std::string& actor,
                                const std::function<Result<void>(Connection&)>& how);
  Result<bool> work_with(const Connection& connection);

  PeerParts parts_;
  CaseFollower follower_;
  storage::FeedRunner runner_;
  std::mutex turn_;  // of whoever steps in this process: the lease tells processes apart
  storage::Loop loop_;
};

}  // namespace jingwei::open311
