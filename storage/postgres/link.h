// A connection that comes back by itself.
#pragma once

#include "storage/postgres/connection.h"

namespace jingwei::storage::postgres {

// Used by one thread at a time.
class Link {
 public:
  explicit Link(std::string uri) : uri_(std::move(uri)) {}

  // The connection, opened anew when it was lost: tries with growing pauses until `patience` has passed, or
  // `give_up` says so. Errors: unavailable, denied.
  Result<Connection*> get(std::chrono::milliseconds patience, const std::function<bool()>& give_up = nullptr);
  // Forgets a connection that is broken or whose plans are outdated.
  void drop() { connection_.reset(); }
  bool alive() const { return connection_ && connection_->alive(); }

 private:
  std::string uri_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace jingwei::storage::postgres
