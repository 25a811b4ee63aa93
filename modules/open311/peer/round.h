// One round of work with one other server: what was opened there comes in, what changed there is looked at,
// what waits here goes out, and what happened here is told.
#pragma once

#include <functional>
#include <optional>

#include "modules/open311/peer/client.h"
#include "modules/open311/peer/connection.h"
#include "modules/open311/peer/peer_parts.h"

namespace jingwei::open311 {

struct Done {
  std::int64_t taken = 0, sent = 0, told = 0;
  bool more = false;  // the round ended at a limit
};

// Every request becomes one case, and every case one request: the link between them is written in the very
// transaction that opens the case, and before a case goes out it is noted that it may have gone. A round that
// is cut off anywhere goes on where it stood. Used by one thread, under the connection's lease.
class Round {
 public:
  // `alive` renews the lease and answers false when the work should end.
  Round(const PeerParts& parts, const Connection& connection, std::string key, std::function<bool()> alive);

  // Errors: the first that tells of the server as a whole (is_trouble), or the store's. What was done stays
  // and is told by done() either way.
  Result<void> run();
  const Done& done() const { return done_; }

 private:
  using Request = ServiceRequest;

  Result<void> take_new();
  Result<void> take_window(Instant from, Instant to, const std::vector<std::string>& services);
  Result<void> take(const Request& request);
  Result<void> open_case(const Mapping& mapping, const Request& request, std::optional<Link> link);
  Result<bool> is_ours(const Request& request);
  Result<void> check_known();
  Result<void> ask_tokens(std::vector<Link>& links);
  Result<void> take_change(Link link, const Request& request);
  void settle_status(Link& link, const Mapping& mapping, const cases::Found& found, bool closed);
  Result<void> send_waiting();
  Result<void> send(Link link);
  Result<bool> find_sent(Link& link, const cases::Found& found);
  Result<void> tell_steps();
  Result<void> tell(Link link);

  const Mapping* mapping_in(const std::string& service) const;
  const Mapping* mapping_out(const std::string& process) const;
  std::vector<std::string> services_in() const;
  std::string reference_of(const cases::Found& found) const;
  NewRequest request_of(const Mapping& mapping, const cases::Found& found) const;
  cases::CaseView view() const;
  Result<std::optional<Link>> link_of(const storage::Statement& statement,
                                      std::vector<storage::Value> key) const;
  Result<std::vector<Link>> links_of(const storage::Statement& statement,
                                     std::vector<storage::Value> parameters) const;
  Result<void> keep(const Link& link);
  Result<void> commit(std::vector<storage::Write> writes);

  const PeerParts& parts_;
  const Connection& connection_;
  const Terms& terms_;
  PeerClient client_;
  std::function<bool()> alive_;
  Done done_;
};

// Whether a case counts as closed for other programs; false for processes that do not say.
bool counts_as_closed(const cases::Process& process, const std::string& state, bool open);

}  // namespace jingwei::open311
