// Taking a backup and checking one.
#include <set>

#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "modules/ingest/ingest_service.h"
#include "modules/operations/operations_service.h"
#include "storage/digest.h"

namespace jingwei::operations {

namespace {

constexpr std::size_t copy_piece_bytes = 1 << 20;
constexpr std::int64_t rows_between_reports = 20'000;
// An upload may be done with between the snapshot and the moment its file is taken; then a later snapshot is.
constexpr int snapshot_attempts = 20;

Error stopped() {
  return Error(ErrorCode::cancelled, "operations.stopped");
}

// The folder being written; goes again unless it was given its name.
class PartFolder {
 public:
  PartFolder(FileSystem& files, std::string wanted)
      : files_(files), wanted_(std::move(wanted)), part_(wanted_ + ".part") {}
  ~PartFolder() {
    if (!kept_) clear();
  }
  PartFolder(const PartFolder&) = delete;
  PartFolder& operator=(const PartFolder&) = delete;

  Result<void> open() {
    JW_ASSIGN(const bool taken, files_.exists(wanted_));
    if (taken) return Error(ErrorCode::conflict, "operations.place_taken").with("place", wanted_);
    JW_ASSIGN(const bool left, files_.exists(part_));
    if (left) clear();  // of a backup that was killed
    return files_.make_folders(part_);
  }

  const std::string& path() const { return part_; }

  Result<void> keep() {
    JW_TRY(files_.sync_folder(part_));
    JW_TRY(files_.rename(part_, wanted_));
    kept_ = true;
    const std::size_t slash = wanted_.rfind('/');
    return files_.sync_folder(slash == std::string::npos ? "." : slash == 0 ? "/" : wanted_.substr(0, slash));
  }

 private:
  // What a backup consists of, and nothing else, so that a mistyped name costs nobody their files.
  static bool is_ours(const std::string& name) {
    return name == manifest_name || name == manifest_digest_name || name == settings_name ||
           name.starts_with("table.") || name.starts_with("file.");
  }

  void clear() {
    const auto names = files_.list(part_);
    if (!names) return;
    for (const auto& name : *names) {
      if (is_ours(name)) static_cast<void>(files_.remove(part_ + "/" + name));
    }
    static_cast<void>(files_.remove(part_));
  }

  FileSystem& files_;
  std::string wanted_, part_;
  bool kept_ = false;
};

Result<std::unique_ptr<storage::Snapshot>> open_snapshot(const HubPlace& place) {
  if (place.store == "embedded") return storage::open_embedded_snapshot(place.data_folder);
  return storage::open_postgres_snapshot(place.store, limits::backup_settle);
}

Result<storage::FileFacts> digest_file(FileSystem& files, const std::string& path) {
  JW_ASSIGN(auto file, files.open(path, OpenMode::read));
  storage::Sha256 hasher;
  std::string piece(copy_piece_bytes, '\0');
  storage::FileFacts facts;
  for (;;) {
    JW_ASSIGN(const std::size_t got,
              file->read(static_cast<std::uint64_t>(facts.bytes), std::as_writable_bytes(std::span(piece))));
    if (got == 0) break;
    hasher.add(std::string_view(piece).substr(0, got));
    facts.bytes += static_cast<std::int64_t>(got);
  }
  facts.sha256 = storage::hex_of(hasher.finish());
  return facts;
}

// At most `most` bytes, since more of a file that still grows belongs to a later moment.
Result<storage::FileFacts> copy_file(File& from, FileSystem& files, const std::string& to,
                                     std::int64_t most) {
  JW_ASSIGN(auto into, files.open(to, OpenMode::create));
  storage::Sha256 hasher;
  std::string piece(copy_piece_bytes, '\0');
  storage::FileFacts facts;
  while (facts.bytes < most) {
    const auto wanted = std::min<std::int64_t>(static_cast<std::int64_t>(piece.size()), most - facts.bytes);
    JW_ASSIGN(const std::size_t got,
              from.read(static_cast<std::uint64_t>(facts.bytes),
                        std::as_writable_bytes(std::span(piece)).first(static_cast<std::size_t>(wanted))));
    if (got == 0) break;
    JW_TRY(into->write(static_cast<std::uint64_t>(facts.bytes), std::as_bytes(std::span(piece)).first(got)));
    hasher.add(std::string_view(piece).substr(0, got));
    facts.bytes += static_cast<std::int64_t>(got);
  }
  JW_TRY(into->sync());
  facts.sha256 = storage::hex_of(hasher.finish());
  return facts;
}

class BackupTaker {
 public:
  BackupTaker(const HubPlace& place, const std::string& folder, const OnProgress& on_progress)
      : place_(place), part_(place.files, folder), on_progress_(on_progress) {}

  Result<Manifest> run() {
    manifest_.started_at = place_.clock.now();
    manifest_.program = place_.program;
    manifest_.hub = place_.hub;
    JW_TRY(part_.open());
    JW_TRY(take_snapshot());
    JW_TRY(count_rows());
    for (auto& table : manifest_.tables) JW_TRY(write_table(table));
    JW_TRY(digest_linked());
    JW_TRY(write_settings());
    manifest_.finished_at = place_.clock.now();
    JW_TRY(write_manifest(place_.files, part_.path(), manifest_));
    JW_TRY(part_.keep());
    return std::move(manifest_);
  }

 private:
  bool report() { return !on_progress_ || on_progress_(progress_); }

  // A snapshot together with the files its rows name.
  Result<void> take_snapshot() {
    for (int attempt = 1;; ++attempt) {
      snapshot_.reset();
      JW_ASSIGN(snapshot_, open_snapshot(place_));
      JW_ASSIGN(auto tables, snapshot_->tables());
      JW_ASSIGN(const bool complete, take_files(tables, attempt == snapshot_attempts));
      if (!complete) continue;
      manifest_.storage = snapshot_->dialect();
      manifest_.position = snapshot_->position();
      manifest_.settled = snapshot_->settled();
      for (auto& table : tables) {
        BackupTable entry;
        entry.file = "table." + table.name + ".rows";
        entry.table = std::move(table);
        manifest_.tables.push_back(std::move(entry));
      }
      return read_landed();
    }
  }

  Result<void> read_landed() {
    return snapshot_->query(
        "SELECT module, number FROM landed_migration WHERE module <> '' ORDER BY module, number",
        [&](const storage::Row& row) {
          manifest_.landed.push_back({std::string(row.text(0)), row.integer(1)});
        });
  }

  // False when a file went away meanwhile, so that another snapshot is wanted.
  Result<bool> take_files(const std::vector<storage::TableDescription>& tables, bool last_attempt) {
    manifest_.files.clear();
    manifest_.missing.clear();
    to_digest_.clear();
    for (const auto& kind : ingest::kept_files()) {
      const bool stands =
          std::any_of(tables.begin(), tables.end(), [&](const auto& t) { return t.name == kind.table; });
      if (!stands) continue;  // of a hub that has not been started with this program
      struct Wanted {
        std::int64_t id, bytes;
        std::string path;
      };
      std::vector<Wanted> wanted;
      JW_TRY(snapshot_->query(kind.list.text(snapshot_->dialect()), [&](const storage::Row& row) {
        const std::string path(row.text(1));
        wanted.push_back({row.integer(0), row.integer(2),
                          path.starts_with('/') ? path : place_.data_folder + "/uploads/" + path});
      }));
      for (auto& file : wanted) {
        const std::string bare = place_.data_folder + "/uploads/" + kind.name_of(file.id);
        JW_ASSIGN(const bool stands, real_file_system().exists(file.path));
        JW_ASSIGN(const bool bare_stands, real_file_system().exists(bare));
        if (!stands && bare_stands) file.path = bare;
      }
      for (const auto& file : wanted) {
        BackupFile entry{"file." + std::string(kind.table) + "." + std::to_string(file.id),
                         std::string(kind.table),
                         file.id,
                         {}};
        JW_ASSIGN(const bool taken, take_file(file.path, file.bytes, entry));
        if (taken) {
          manifest_.files.push_back(std::move(entry));
        } else if (!file.path.starts_with(place_.data_folder + "/") || last_attempt) {
          manifest_.missing.push_back(file.path);
        } else {
          return false;
        }
      }
    }
    return true;
  }

  // False when it is not there. A file that is whole and ours gets a second name; others are copied.
  Result<bool> take_file(const std::string& path, std::int64_t bytes, BackupFile& entry) {
    FileSystem& source = real_file_system();
    const std::string to = part_.path() + "/" + entry.name;
    JW_ASSIGN(const bool stands, place_.files.exists(to));
    if (stands && bytes < 0) {  // by an earlier attempt
      to_digest_.push_back(manifest_.files.size());
      return true;
    }
    if (stands) JW_TRY(place_.files.remove(to));
    if (bytes < 0 && &place_.files == &source && path.starts_with(place_.data_folder + "/uploads/")) {
      const auto linked = place_.files.link(path, to);
      if (linked) {
        to_digest_.push_back(manifest_.files.size());
        return true;
      }
      if (linked.error().code == ErrorCode::not_found) return false;
      if (linked.error().code != ErrorCode::unsupported) return linked.error();
    }
    auto from = source.open(path, OpenMode::read);
    if (!from && from.error().code == ErrorCode::not_found) return false;
    if (!from) return std::move(from).error();
    JW_ASSIGN(entry.facts, copy_file(**from, place_.files, to, INT64_MAX));
    return true;
  }

  Result<void> digest_linked() {
    for (const std::size_t at : to_digest_) {
      auto& entry = manifest_.files[at];
      progress_.step = entry.name;
      if (!report()) return stopped();
      JW_ASSIGN(entry.facts, digest_file(place_.files, part_.path() + "/" + entry.name));
    }
    return {};
  }

  Result<void> count_rows() {
    progress_.tables_total = static_cast<std::int64_t>(manifest_.tables.size());
    std::int64_t all = 0;
    for (const auto& table : manifest_.tables) {
      if (!report()) return stopped();
      JW_ASSIGN(const std::int64_t rows, snapshot_->count_rows(table.table));
      all += rows;
    }
    progress_.rows_total = all;
    return {};
  }

  Result<void> write_table(BackupTable& table) {
    progress_.step = table.table.name;
    if (!report()) return stopped();
    JW_ASSIGN(auto writer,
              storage::RowFileWriter::create(place_.files, part_.path() + "/" + table.file, table.table));
    const std::int64_t bytes_before = progress_.bytes;
    JW_TRY(snapshot_->each_row(table.table, [&](const storage::Row& row) -> Result<void> {
      JW_TRY(writer->add(row));
      if (++progress_.rows_done % rows_between_reports != 0) return {};
      progress_.bytes = bytes_before + writer->bytes();
      return report() ? Result<void>() : Result<void>(stopped());
    }));
    JW_ASSIGN(table.facts, writer->finish());
    table.rows = writer->digest().rows();
    table.digest = writer->digest().hex();
    progress_.bytes = bytes_before + table.facts.bytes;
    ++progress_.tables_done;
    return report() ? Result<void>() : Result<void>(stopped());
  }

  Result<void> write_settings() {
    JW_ASSIGN(auto file,
              place_.files.open(part_.path() + "/" + std::string(settings_name), OpenMode::create));
    JW_TRY(file->write(0, std::as_bytes(std::span(place_.settings))));
    JW_TRY(file->sync());
    manifest_.settings = {static_cast<std::int64_t>(place_.settings.size()),
                          storage::sha256_hex(place_.settings)};
    return {};
  }

  const HubPlace& place_;
  PartFolder part_;
  const OnProgress& on_progress_;
  std::unique_ptr<storage::Snapshot> snapshot_;
  Manifest manifest_;
  std::vector<std::size_t> to_digest_;  // files that were linked
  Progress progress_;
};

// Nothing, or what is wrong with one table's file.
Result<void> check_table(FileSystem& files, const std::string& folder, const BackupTable& table,
                         Progress& progress, const OnProgress& on_progress) {
  auto reader = storage::RowFileReader::open(files, folder + "/" + table.file, table.table.columns);
  if (!reader && reader.error().code == ErrorCode::not_found)
    return Error(ErrorCode::corrupt, "operations.file_missing").with("file", table.file);
  if (!reader) return std::move(reader).error();
  std::vector<storage::Value> cells;
  for (;;) {
    JW_ASSIGN(const bool more, (*reader)->next(cells));
    if (!more) break;
    if (++progress.rows_done % rows_between_reports == 0 && on_progress && !on_progress(progress))
      return stopped();
  }
  const auto facts = (*reader)->facts();
  const bool fits = facts.bytes == table.facts.bytes && facts.sha256 == table.facts.sha256 &&
                    (*reader)->digest().rows() == table.rows && (*reader)->digest().hex() == table.digest;
  if (!fits) return Error(ErrorCode::corrupt, "operations.file_damaged").with("file", table.file);
  progress.bytes += facts.bytes;
  return {};
}

Result<void> check_file(FileSystem& files, const std::string& folder, const std::string& name,
                        const storage::FileFacts& wanted) {
  const auto facts = digest_file(files, folder + "/" + name);
  if (!facts && facts.error().code == ErrorCode::not_found)
    return Error(ErrorCode::corrupt, "operations.file_missing").with("file", name);
  if (!facts) return facts.error();
  if (facts->bytes == wanted.bytes && facts->sha256 == wanted.sha256) return {};
  return Error(ErrorCode::corrupt, "operations.file_damaged").with("file", name);
}

}  // namespace

Result<Manifest> take_backup(const HubPlace& place, const std::string& folder,
                             const OnProgress& on_progress) {
  JW_ASSIGN(auto manifest, BackupTaker(place, folder, on_progress).run());
  log::info(
      "backup.taken",
      {{"rows", manifest.rows()}, {"bytes", manifest.bytes()}, {"position", manifest.position.to_string()}});
  return manifest;
}

Result<Manifest> verify_backup(FileSystem& files, const std::string& folder, const OnProgress& on_progress) {
  JW_ASSIGN(Manifest manifest, read_manifest(files, folder));
  Progress progress;
  progress.tables_total = static_cast<std::int64_t>(manifest.tables.size());
  progress.rows_total = manifest.rows();
  Error damaged(ErrorCode::corrupt, "operations.backup_damaged");
  // A disk that fails is no damage told of the backup; damage is collected.
  const auto note = [&](Result<void> checked) -> Result<void> {
    if (checked) return {};
    if (checked.error().code != ErrorCode::corrupt) return checked;
    damaged.causes.push_back(std::move(checked).error());
    return {};
  };
  for (const auto& table : manifest.tables) {
    progress.step = table.table.name;
    if (on_progress && !on_progress(progress)) return stopped();
    JW_TRY(note(check_table(files, folder, table, progress, on_progress)));
    ++progress.tables_done;
  }
  for (const auto& file : manifest.files) JW_TRY(note(check_file(files, folder, file.name, file.facts)));
  JW_TRY(note(check_file(files, folder, std::string(settings_name), manifest.settings)));
  if (damaged.causes.empty()) return manifest;
  return std::move(damaged).with("place", folder).with("files", std::to_string(damaged.causes.size()));
}

}  // namespace jingwei::operations
