// Follows what happens to cases: which of them other servers are to be told of.
#pragma once

#include "modules/open311/peer/connection.h"
#include "modules/open311/peer/peer_parts.h"
#include "storage/feed_runner.h"

namespace jingwei::open311 {

// Notes the newest version of every case that has a link, and gives a waiting link to every newly opened case
// that a connection sends out. Each event once (its cursor moves in the same Change).
class CaseFollower final : public storage::Consumer {
 public:
  explicit CaseFollower(const PeerParts& parts) : parts_(parts) {}
  std::string name() const override { return "open311"; }
  Result<void> handle(std::span<const storage::FeedEntry> entries, storage::Change& effect) override;

 private:
  Result<void> send_out(const Connection& connection, cases::CaseId id, storage::Change& effect) const;

  const PeerParts& parts_;
};

Result<std::vector<Connection>> read_connections(storage::Reader& reader);

}  // namespace jingwei::open311
