// Filling an empty hub from a backup, and proving that it is the same.
#include <filesystem>

#include "base/limits.h"
#include "modules/ingest/ingest_service.h"
#include "modules/operations/operations_service.h"

namespace jingwei::operations {

namespace {

constexpr std::int64_t rows_between_tellings = 20'000;

// A landed step that this program does not know belongs to a newer one. Modules with a dot in their name are
// made of packages while the hub runs (record tables): their tables come by their description.
Result<std::vector<storage::Migration>> steps_of(const Manifest& manifest,
                                                 std::span<const storage::Migration> known) {
  std::vector<storage::Migration> steps;
  for (const auto& landed : manifest.landed) {
    if (landed.module.find('.') != std::string::npos) continue;
    const bool found = std::any_of(known.begin(), known.end(), [&](const storage::Migration& step) {
      return step.module == landed.module && step.number == landed.number;
    });
    if (!found) {
      return Error(ErrorCode::corrupt, "storage.newer")
          .with("module", landed.module)
          .with("number", std::to_string(landed.number));
    }
  }
  for (const auto& step : known) {
    const bool landed = std::any_of(
        manifest.landed.begin(), manifest.landed.end(),
        [&](const LandedStep& one) { return step.module == one.module && step.number == one.number; });
    if (landed) steps.push_back(step);
  }
  return steps;
}

class Restorer {
 public:
  Restorer(const RestorePlan& plan, const OnProgress& on_progress)
      : plan_(plan), on_progress_(on_progress), part_(plan.data_folder + ".part") {}
  ~Restorer() {
    filler_.reset();
    if (!kept_ && made_) {
      std::error_code ignored;
      std::filesystem::remove_all(part_, ignored);
    }
  }
  Restorer(const Restorer&) = delete;
  Restorer& operator=(const Restorer&) = delete;

  Result<RestoreReport> run() {
    JW_ASSIGN(report_.manifest, read_manifest(plan_.files, plan_.from));
    JW_ASSIGN(const auto steps, steps_of(report_.manifest, plan_.steps));
    progress_.tables_total = static_cast<std::int64_t>(report_.manifest.tables.size());
    progress_.rows_total = 2 * report_.manifest.rows();  // written, then read again
    JW_TRY(open_folder());
    JW_TRY(open_filler());
    JW_TRY(filler_->run_steps(steps));
    JW_TRY(fill_tables());
    JW_TRY(compare());
    JW_TRY(restore_files());
    JW_TRY(restore_settings());
    JW_TRY(filler_->finish());
    filler_.reset();
    JW_TRY(name_folder());
    return std::move(report_);
  }

 private:
  bool tell() { return !on_progress_ || on_progress_(progress_); }
  static Error stopped() { return Error(ErrorCode::cancelled, "operations.stopped"); }

  Result<void> open_folder() {
    namespace fs = std::filesystem;
    std::error_code fault;
    if (fs::exists(plan_.data_folder, fault) &&
        (!fs::is_directory(plan_.data_folder, fault) || !fs::is_empty(plan_.data_folder, fault))) {
      return Error(ErrorCode::conflict, "storage.not_empty").with("place", plan_.data_folder);
    }
    if (fs::exists(part_, fault))
      return Error(ErrorCode::conflict, "operations.restore_left").with("place", part_);
    JW_TRY(real_file_system().make_folders(part_ + "/uploads"));
    made_ = true;
    fs::permissions(part_, fs::perms::owner_all, fault);
    return {};
  }

  Result<void> open_filler() {
    if (plan_.store == "embedded") {
      JW_ASSIGN(filler_, storage::open_embedded_filler(part_));
    } else {
      JW_ASSIGN(filler_, storage::open_postgres_filler(plan_.store));
    }
    return {};
  }

  Result<void> fill_tables() {
    JW_ASSIGN(const auto standing, filler_->tables());
    for (const auto& table : report_.manifest.tables) {
      progress_.step = table.table.name;
      const bool stands = std::any_of(standing.begin(), standing.end(),
                                      [&](const auto& one) { return one.name == table.table.name; });
      if (!stands) JW_TRY(filler_->create(table.table));
      JW_TRY(fill(table));
      if (!stands) JW_TRY(filler_->create_indexes(table.table));
      ++progress_.tables_done;
    }
    return {};
  }

  Result<void> fill(const BackupTable& table) {
    auto opened =
        storage::RowFileReader::open(plan_.files, plan_.from + "/" + table.file, table.table.columns);
    if (!opened && opened.error().code == ErrorCode::not_found)
      return Error(ErrorCode::corrupt, "operations.file_missing").with("file", table.file);
    if (!opened) return std::move(opened).error();
    auto& reader = **opened;
    JW_TRY(filler_->fill(table.table, [&](std::vector<storage::Value>& cells) -> Result<bool> {
      if (++progress_.rows_done % rows_between_tellings == 0 && !tell()) return stopped();
      return reader.next(cells);
    }));
    const auto facts = reader.facts();
    const bool fits = facts.bytes == table.facts.bytes && facts.sha256 == table.facts.sha256 &&
                      reader.digest().rows() == table.rows && reader.digest().hex() == table.digest;
    if (!fits) return Error(ErrorCode::corrupt, "operations.file_damaged").with("file", table.file);
    return {};
  }

  // What stands now, read from the database itself.
  Result<void> compare() {
    for (const auto& table : report_.manifest.tables) {
      progress_.step = table.table.name;
      storage::RowsDigest digest;
      std::string bytes;
      JW_TRY(filler_->each_row(table.table, [&](const storage::Row& row) -> Result<void> {
        bytes.clear();
        storage::append_row(bytes, table.table.columns, row);
        digest.add(bytes);
        return ++progress_.rows_done % rows_between_tellings != 0 || tell() ? Result<void>()
                                                                            : Result<void>(stopped());
      }));
      report_.tables.push_back({table.table.name, table.rows, digest.rows(), table.digest, digest.hex()});
    }
    for (const auto& table : report_.tables) {
      if (!table.equal())
        return Error(ErrorCode::corrupt, "operations.restore_differs")
            .with("table", table.table)
            .with("rows", std::to_string(table.rows))
            .with("restored", std::to_string(table.restored_rows));
    }
    return {};
  }

  // Uploads that wait stand in another folder now; the rows that name them are told.
  Result<void> restore_files() {
    for (const auto& file : report_.manifest.files) {
      progress_.step = file.name;
      const auto kinds = ingest::kept_files();
      const auto kind =
          std::find_if(kinds.begin(), kinds.end(), [&](const auto& one) { return one.table == file.kind; });
      if (kind == kinds.end())
        return Error(ErrorCode::corrupt, "operations.file_unknown").with("file", file.name);
      const std::string name = kind->name_of(file.id);
      JW_TRY(copy(file, part_ + "/uploads/" + name));
      const std::array<storage::Value, 2> parameters = {file.id, plan_.data_folder + "/uploads/" + name};
      if (kind->move != nullptr) JW_TRY(filler_->run(*kind->move, parameters));
    }
    return real_file_system().sync_folder(part_ + "/uploads");
  }

  Result<void> copy(const BackupFile& file, const std::string& to) {
    auto from = plan_.files.open(plan_.from + "/" + file.name, OpenMode::read);
    if (!from && from.error().code == ErrorCode::not_found)
      return Error(ErrorCode::corrupt, "operations.file_missing").with("file", file.name);
    if (!from) return std::move(from).error();
    JW_ASSIGN(auto into, real_file_system().open(to, OpenMode::create));
    storage::Sha256 hasher;
    std::string piece(1 << 20, '\0');
    std::uint64_t at = 0;
    for (;;) {
      JW_ASSIGN(const std::size_t got, (*from)->read(at, std::as_writable_bytes(std::span(piece))));
      if (got == 0) break;
      JW_TRY(into->write(at, std::as_bytes(std::span(piece)).first(got)));
      hasher.add(std::string_view(piece).substr(0, got));
      at += got;
    }
    if (at != static_cast<std::uint64_t>(file.facts.bytes) ||
        storage::hex_of(hasher.finish()) != file.facts.sha256)
      return Error(ErrorCode::corrupt, "operations.file_damaged").with("file", file.name);
    return into->sync();
  }

  Result<void> restore_settings() {
    const auto text =
        read_text(plan_.files, plan_.from + "/" + std::string(settings_name), limits::yaml_bytes);
    if (!text && text.error().code == ErrorCode::not_found)
      return Error(ErrorCode::corrupt, "operations.file_missing").with("file", std::string(settings_name));
    if (!text) return text.error();
    if (storage::sha256_hex(*text) != report_.manifest.settings.sha256)
      return Error(ErrorCode::corrupt, "operations.file_damaged").with("file", std::string(settings_name));
    JW_ASSIGN(const std::string settings, plan_.settings(*text));
    return write_text_durably(real_file_system(), part_ + "/jingwei.yaml", settings);
  }

  Result<void> name_folder() {
    std::error_code ignored;
    std::filesystem::remove(plan_.data_folder, ignored);  // it is empty
    JW_TRY(real_file_system().rename(part_, plan_.data_folder));
    kept_ = true;
    const std::size_t slash = plan_.data_folder.rfind('/');
    return real_file_system().sync_folder(slash == std::string::npos ? "."
                                          : slash == 0               ? "/"
                                                                     : plan_.data_folder.substr(0, slash));
  }

  const RestorePlan& plan_;
  const OnProgress& on_progress_;
  std::string part_;
  std::unique_ptr<storage::Filler> filler_;
  RestoreReport report_;
  Progress progress_;
  bool made_ = false, kept_ = false;
};

}  // namespace

bool RestoreReport::proved() const {
  return !tables.empty() &&
         std::all_of(tables.begin(), tables.end(), [](const auto& one) { return one.equal(); });
}

Result<RestoreReport> restore_backup(const RestorePlan& plan, const OnProgress& on_progress) {
  return Restorer(plan, on_progress).run();
}

}  // namespace jingwei::operations
