// Operations (运维): backups of a whole hub at one feed position, their proof and their return, and looking
// after its health.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"
#include "modules/operations/doctor.h"
#include "modules/operations/manifest.h"
#include "storage/store.h"

namespace jingwei::operations {

// The hub that is backed up. `files` is the disk the backup is written to and read from.
struct HubPlace {
  FileSystem& files;
  const Clock& clock;
  std::string data_folder;
  std::string store;  // "embedded" or a postgresql:// address
  std::string hub;    // its name
  std::string
      settings;  // jingwei.yaml as it goes into the backup: without the database's address and password
  std::string program;  // version
};

// How far a backup, a check or a restore has come.
struct Progress {
  std::string step;  // the table or file at hand
  std::int64_t tables_done = 0;
  std::int64_t tables_total = 0;
  std::int64_t rows_done = 0;
  std::int64_t rows_total = 0;  // zero until counted
  std::int64_t bytes = 0;
};
// False stops the work.
using OnProgress = std::function<bool(const Progress&)>;

// Writes a backup into `folder`, which must not exist: first beside it as <folder>.part, then renamed when
// all of it is synced, so that no half backup ever bears the name. Reads one snapshot while others write.
// Errors: conflict "operations.place_taken", exhausted (disk), cancelled, the storage's. Nothing is left
// behind then.
Result<Manifest> take_backup(const HubPlace& place, const std::string& folder,
                             const OnProgress& on_progress = {});

// Computes every hash and count of a backup anew. Errors: those of read_manifest; corrupt
// "operations.backup_damaged" with one cause for each file at fault, naming it and where.
Result<Manifest> verify_backup(FileSystem& files, const std::string& folder,
                               const OnProgress& on_progress = {});

// One table as the backup says it is, and as it was found after the restore.
struct Comparison {
  std::string table;
  std::int64_t rows = 0;
  std::int64_t restored_rows = 0;
  std::string digest;
  std::string restored_digest;
  bool equal() const { return rows == restored_rows && digest == restored_digest; }
};

struct RestoreReport {
  Manifest manifest;
  std::vector<Comparison> tables;
  bool proved() const;
};

struct RestorePlan {
  FileSystem& files;
  std::string from;                           // the backup
  std::string data_folder;                    // absent or empty
  std::string store;                          // "embedded" or the address of an empty PostgreSQL database
  std::span<const storage::Migration> steps;  // all this program knows
  // jingwei.yaml of the new folder from that of the backup.
  std::function<Result<std::string>(const std::string& settings)> settings;
};

// Fills a new folder or database, counts and hashes what it holds now, and only when everything fits gives it
// its name. Errors: those of verify_backup for what it reads; corrupt "storage.newer" for data of a newer
// program; conflict when the folder or database is not empty; corrupt "operations.restore_differs". Nothing
// is left behind then.
Result<RestoreReport> restore_backup(const RestorePlan& plan, const OnProgress& on_progress = {});

// One backup as it is listed.
struct BackupView {
  std::string name;
  std::string place;  // folder
  std::string state;  // running, done, failed, damaged (its manifest cannot be read)
  Progress progress;  // while running
  std::optional<Manifest> manifest;
  std::optional<Error> error;
  Instant started_at{};
  // What the last check of this process said: "", running, sound, damaged.
  std::string check;
  std::optional<Error> check_error;
};

// Backups of a running hub, one at a time, in a thread of their own. Thread-safe.
class OperationsService {
 public:
  // `place.settings` is asked for at each backup.
  OperationsService(HubPlace place, storage::Store& store);
  ~OperationsService();  // stops what runs

  // Begins a backup in the data folder's backups/, or at `to`. Errors: conflict "operations.busy" while one
  // runs, conflict "operations.place_taken", invalid "operations.bad_place".
  Result<BackupView> start_backup(const std::string& to, const std::string& actor);
  // Begins to check one of the listed. Errors: not_found, conflict "operations.busy".
  Result<BackupView> start_check(const std::string& name, const std::string& actor);
  // Asks what runs to stop; what it has written goes. Errors: not_found when that one does not run.
  Result<void> stop(const std::string& name, const std::string& actor);

  // Newest first; what runs or has just failed among them.
  Result<std::vector<BackupView>> list() const;
  // Errors: not_found "operations.no_such_backup".
  Result<BackupView> find(const std::string& name) const;
  // Waits for what runs to end; for tests and a draining server.
  void wait();

  const HubPlace& place() const { return place_; }
  std::string backups_folder() const { return place_.data_folder + "/backups"; }

 private:
  struct Check {
    std::string state;
    std::optional<Error> error;
  };
  Result<void> begin(const std::string& name, std::function<void()> work);
  Result<void> record(const std::string& actor, const std::string& event, const std::string& name);
  BackupView view_of(const std::string& name) const;

  HubPlace place_;
  storage::Store& store_;
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::thread thread_;
  std::string running_;                     // name of the backup that is made or checked
  std::map<std::string, BackupView> made_;  // by this process: running, failed, or elsewhere than in backups/
  std::map<std::string, Check> checks_;
  std::atomic<bool> stopping_{false};
};

// Remembers beside the data when the last backup was finished and where, for the doctor.
Result<void> note_backup(const HubPlace& place, const std::string& folder, const Manifest& manifest);

}  // namespace jingwei::operations
