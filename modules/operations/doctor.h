// Looks at everything a hub stands on and says what to do. Reads only (but for a small file it writes and
// removes to try the disk), beside a running server or without one; never upgrades what it looks at.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/messages.h"
#include "storage/statement.h"

namespace jingwei::operations {

enum class FindingState : std::uint8_t { fine, notice, wrong };
std::string_view name_of(FindingState state);

// One thing looked at: what was found, and what to do about it.
struct Finding {
  FindingState state = FindingState::fine;
  std::string_view about;  // disk, clock, versions, … as api.yaml lists them
  std::string id;          // message
  std::vector<std::pair<std::string, std::string>> arguments;
  std::string advice;  // message; empty when there is nothing to do
};

struct DoctorPlace {
  FileSystem& files;
  const Clock& clock;
  std::string data_folder;
  std::string store;  // "embedded" or a postgresql:// address
  std::string zone;
  std::string keys_folder;
  std::string program;                        // version
  std::span<const storage::Migration> steps;  // all this program knows
  bool serving = false;                       // a server runs on this folder
  // Opens the keystore without making anything; how many keys it holds. Empty: not asked.
  std::function<Result<std::size_t>()> open_keystore;
};

// Never fails: what cannot be looked at is a finding.
std::vector<Finding> examine(const DoctorPlace& place);

// {"healthy":…,"examined_at":…,"findings":[{"id","about","state","sentence","advice"}]}
std::string findings_json(const std::vector<Finding>& findings, Instant now, Language language);
bool is_healthy(const std::vector<Finding>& findings);

}  // namespace jingwei::operations
