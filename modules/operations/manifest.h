// What a backup says about itself: manifest.json (docs/formats/backup.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "storage/row_file.h"
#include "storage/snapshot.h"

namespace jingwei::operations {

inline constexpr int backup_format = 1;
inline constexpr std::string_view manifest_name = "manifest.json";
inline constexpr std::string_view manifest_digest_name = "manifest.sha256";
inline constexpr std::string_view settings_name = "settings.yaml";

struct BackupTable {
  storage::TableDescription table;
  std::string file;  // "table.feed.rows"
  std::int64_t rows = 0;
  std::string digest;  // of the rows in whatever order, 64 digits
  storage::FileFacts facts;
};

// A file beside the database that a row names: an upload that waits.
struct BackupFile {
  std::string name;  // "file.batch.17"
  std::string kind;  // whose: "batch", "upload"
  std::int64_t id = 0;
  storage::FileFacts facts;
};

struct LandedStep {
  std::string module;
  std::int64_t number = 0;
};

struct Manifest {
  int format = backup_format;
  std::string program;  // version that wrote it
  std::string hub;      // the hub's name
  storage::Dialect storage = storage::Dialect::sqlite;
  storage::FeedPosition position;
  bool settled = true;
  Instant started_at{};
  Instant finished_at{};
  std::vector<LandedStep> landed;
  std::vector<BackupTable> tables;
  std::vector<BackupFile> files;
  std::vector<std::string> missing;  // files that rows named and that were not there
  storage::FileFacts settings;

  std::int64_t rows() const;
  std::int64_t bytes() const;
};

std::string to_json(const Manifest& manifest);
// Errors: corrupt "operations.manifest_unreadable"; unsupported "operations.newer_format" naming both.
Result<Manifest> parse_manifest(std::string_view json);

// Writes manifest.json and manifest.sha256 into the folder and syncs them.
Result<void> write_manifest(FileSystem& files, const std::string& folder, const Manifest& manifest);
// Errors: not_found "operations.no_backup"; corrupt when the digest does not fit; those of parse_manifest.
Result<Manifest> read_manifest(FileSystem& files, const std::string& folder);

}  // namespace jingwei::operations
