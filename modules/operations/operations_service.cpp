#include "modules/operations/operations_service.h"

#include "base/json.h"
#include "base/log.h"

namespace jingwei::operations {

namespace {

constexpr std::string_view part_suffix = ".part";

// "20261125T040102Z": sorts as time does, and is a file name anywhere.
std::string stamp_of(Instant now) {
  std::string stamp;
  for (const char c : to_rfc3339(now)) {
    if (c == '.') break;
    if (c != '-' && c != ':') stamp += c;
  }
  return stamp + 'Z';
}

bool is_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.find('/') == std::string_view::npos;
}

}  // namespace

Result<void> note_backup(const HubPlace& place, const std::string& folder, const Manifest& manifest) {
  JsonWriter json;
  json.begin_object();
  json.member("place", folder);
  json.member("finished_at", to_rfc3339(manifest.finished_at));
  json.member("position", manifest.position.to_string());
  json.member("rows", manifest.rows());
  json.member("bytes", manifest.bytes());
  json.end_object();
  return write_text_durably(real_file_system(), place.data_folder + "/last-backup.json", json.text() + "\n");
}

OperationsService::OperationsService(HubPlace place, storage::Store& store)
    : place_(std::move(place)), store_(store) {}

OperationsService::~OperationsService() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

Result<void> OperationsService::record(const std::string& actor, const std::string& event,
                                       const std::string& name) {
  storage::Change change;
  change.audit.push_back({actor, event, "backup:" + name, "{}"});
  auto committed = store_.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  return {};
}

// Under no lock but its own; one thing at a time.
Result<void> OperationsService::begin(const std::string& name, std::function<void()> work) {
  std::lock_guard lock(mutex_);
  if (!running_.empty()) return Error(ErrorCode::conflict, "operations.busy").with("name", running_);
  if (thread_.joinable()) thread_.join();
  running_ = name;
  stopping_ = false;
  thread_ = std::thread([this, work = std::move(work)] {
    work();
    std::lock_guard done(mutex_);
    running_.clear();
    ended_.notify_all();
  });
  return {};
}

Result<BackupView> OperationsService::start_backup(const std::string& to, const std::string& actor) {
  const std::string name =
      to.empty() ? "backup-" + stamp_of(place_.clock.now()) : to.substr(to.find_last_of('/') + 1);
  if (!is_name(name) || (!to.empty() && to.front() != '/'))
    return Error(ErrorCode::invalid, "operations.bad_place").at("to");
  const std::string folder = to.empty() ? backups_folder() + "/" + name : to;
  JW_ASSIGN(const bool taken, place_.files.exists(folder));
  if (taken) return Error(ErrorCode::conflict, "operations.place_taken").with("place", folder);
  if (to.empty()) JW_TRY(place_.files.make_folders(backups_folder()));
  BackupView view{name, folder, "running", {}, {}, {}, place_.clock.now(), {}, {}};
  {
    std::lock_guard lock(mutex_);
    if (!running_.empty()) return Error(ErrorCode::conflict, "operations.busy").with("name", running_);
    made_[name] = view;
  }
  JW_TRY(record(actor, "backup.start", name));
  JW_TRY(begin(name, [this, name, folder] {
    auto taken = take_backup(place_, folder, [&](const Progress& progress) {
      std::lock_guard lock(mutex_);
      made_[name].progress = progress;
      return !stopping_;
    });
    if (taken) {
      if (const auto noted = note_backup(place_, folder, *taken); !noted)
        log::warn("backup.not_noted", {{"fault", noted.error().to_log()}});
    } else {
      log::error("backup.failed", {{"fault", taken.error().to_log()}});
    }
    std::lock_guard lock(mutex_);
    auto& made = made_[name];
    made.state = taken ? "done" : "failed";
    if (taken) {
      made.manifest = std::move(*taken);
    } else {
      made.error = std::move(taken).error();
    }
  }));
  return find(name);
}

Result<BackupView> OperationsService::start_check(const std::string& name, const std::string& actor) {
  JW_ASSIGN(const BackupView view, find(name));
  if (view.state == "running" || view.state == "failed")
    return Error(ErrorCode::conflict, "operations.busy").with("name", name);
  JW_TRY(record(actor, "backup.check", name));
  JW_TRY(begin(name, [this, name, folder = view.place] {
    {
      std::lock_guard lock(mutex_);
      checks_[name] = {"running", {}};
    }
    auto checked = verify_backup(place_.files, folder, [&](const Progress&) { return !stopping_.load(); });
    std::lock_guard lock(mutex_);
    if (checked) {
      checks_[name] = {"sound", {}};
    } else if (checked.error().code == ErrorCode::cancelled) {
      checks_.erase(name);
    } else {
      checks_[name] = {"damaged", std::move(checked).error()};
    }
  }));
  return find(name);
}

Result<void> OperationsService::stop(const std::string& name, const std::string& actor) {
  {
    std::lock_guard lock(mutex_);
    if (running_ != name || name.empty())
      return Error(ErrorCode::not_found, "operations.no_such_backup").with("name", name);
  }
  JW_TRY(record(actor, "backup.stop", name));
  stopping_ = true;
  return {};
}

BackupView OperationsService::view_of(const std::string& name) const {
  BackupView view;
  view.name = name;
  view.place = backups_folder() + "/" + name;
  auto manifest = read_manifest(place_.files, view.place);
  if (manifest) {
    view.state = "done";
    view.started_at = manifest->started_at;
    view.manifest = std::move(*manifest);
  } else {
    view.state = "damaged";
    view.error = std::move(manifest).error();
  }
  return view;
}

Result<std::vector<BackupView>> OperationsService::list() const {
  std::map<std::string, BackupView> all;
  JW_ASSIGN(const bool present, place_.files.exists(backups_folder()));
  if (present) {
    JW_ASSIGN(const auto names, place_.files.list(backups_folder()));
    for (const auto& name : names) {
      if (!name.ends_with(part_suffix) && is_name(name)) all[name] = view_of(name);
    }
  }
  std::lock_guard lock(mutex_);
  for (const auto& [name, view] : made_) {
    // One that stands in the folder is told as it stands there now, or not at all when somebody took it away.
    const bool in_folder = view.place.starts_with(backups_folder() + "/");
    if (view.state != "done" || !in_folder) all[name] = view;
  }
  std::vector<BackupView> views;
  for (auto& [name, view] : all) {
    if (const auto check = checks_.find(name); check != checks_.end()) {
      view.check = check->second.state;
      view.check_error = check->second.error;
    }
    views.push_back(std::move(view));
  }
  std::sort(views.begin(), views.end(), [](const BackupView& a, const BackupView& b) {
    return std::tie(b.started_at, b.name) < std::tie(a.started_at, a.name);
  });
  return views;
}

Result<BackupView> OperationsService::find(const std::string& name) const {
  JW_ASSIGN(const auto all, list());
  for (const auto& view : all) {
    if (view.name == name) return view;
  }
  return Error(ErrorCode::not_found, "operations.no_such_backup").with("name", name);
}

void OperationsService::wait() {
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return running_.empty(); });
}

}  // namespace jingwei::operations
