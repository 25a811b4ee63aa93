// The audit log as `jingwei audit` asks it, whoever holds the data folder.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/cli/cli.h"
#include "app/hub.h"
#include "base/result.h"

namespace jingwei::app::cli {

// What one call of the command asks for. Instants are RFC 3339, empty texts are not asked for.
struct AuditAsked {
  Common common;
  audit::EntryQuery query;  // without its instants
  std::string from, to, cursor;
  std::size_t limit = 50;
  std::string key;  // that must have signed, 64 hexadecimal digits; empty: the hub's own
  std::uint64_t position = 0;
  std::vector<std::uint64_t> sizes;  // of two heads
  std::string file;
};

// Answers are those of the API (modules/audit/api.yaml), as JSON. Errors: the audit module's, or what the
// server said.
class AuditLog {
 public:
  virtual ~AuditLog() = default;
  virtual Result<std::string> entries(const AuditAsked& asked) = 0;
  // Waits for the end and shows how far it is.
  virtual Result<std::string> verification(const AuditAsked& asked) = 0;
  virtual Result<std::string> proof(std::uint64_t position) = 0;
  virtual Result<std::string> consistency(std::uint64_t first, std::uint64_t second) = 0;
  // The newest signed head; empty when nothing was signed yet.
  virtual Result<std::string> last_head() = 0;
  // Lines of an export's part ("heads", "leaves") from a size or position on; none at the end.
  virtual Result<std::string> piece(std::string_view part, std::uint64_t from) = 0;
};

// The log of a hub opened here; it must outlive the answer.
std::unique_ptr<AuditLog> own_audit_log(Hub& hub);
// Through the server that holds the data folder.
std::unique_ptr<AuditLog> served_audit_log(const std::string& data_folder);

}  // namespace jingwei::app::cli
