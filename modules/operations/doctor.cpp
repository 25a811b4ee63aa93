#include "modules/operations/doctor.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "base/json.h"
#include "base/limits.h"
#include "modules/operations/doctor_database.h"

namespace jingwei::operations {

namespace {

constexpr std::uint64_t low_disk_bytes = 2ULL << 30;
constexpr std::uint64_t low_inodes = 10'000;
constexpr std::size_t trial_bytes = 4 << 20;
constexpr double slow_bytes_per_second = 10e6;
constexpr std::chrono::seconds clock_slack{2};
constexpr std::chrono::hours leftover_age{1};
constexpr std::chrono::days backup_age{7};
constexpr unsigned others = 0077;  // permission bits of everybody else

std::string mebibytes(std::uint64_t bytes) {
  return std::to_string(bytes >> 20);
}

class Doctor {
 public:
  explicit Doctor(const DoctorPlace& place) : place_(place) {}

  std::vector<Finding> run() {
    const Instant wall = place_.clock.now();
    const auto ticks = place_.clock.monotonic();
    add(FindingState::fine, "versions", "doctor.version", {{"version", place_.program}});
    look_at_disk();
    look_at_permissions();
    look_at_settings();
    look_at_keys();
    DatabaseFacts facts = examine_database(place_, findings_);
    look_at_leftovers(facts);
    look_at_backups();
    look_at_clock(wall, ticks, facts);
    return std::move(findings_);
  }

 private:
  using Arguments = std::vector<std::pair<std::string, std::string>>;
  void add(FindingState state, std::string_view about, std::string id, Arguments arguments = {},
           std::string advice = {}) {
    findings_.push_back({state, about, std::move(id), std::move(arguments), std::move(advice)});
  }

  void look_at_disk() {
    const auto free = place_.files.free_bytes(place_.data_folder);
    if (!free)
      return add(FindingState::wrong, "disk", "doctor.folder_unreadable", {{"data", place_.data_folder}},
                 "doctor.advice.folder_unreadable");
    if (*free < low_disk_bytes) {
      add(FindingState::wrong, "disk", "doctor.disk_low", {{"free", mebibytes(*free)}},
          "doctor.advice.disk_low");
    } else {
      add(FindingState::fine, "disk", "doctor.disk", {{"free", mebibytes(*free)}});
    }
    struct statvfs info {};
    // Some file systems make inodes as they go and count none.
    if (::statvfs(place_.data_folder.c_str(), &info) == 0 && info.f_files > 0 && info.f_favail < low_inodes)
      add(FindingState::wrong, "disk", "doctor.inodes_low", {{"free", std::to_string(info.f_favail)}},
          "doctor.advice.inodes_low");
    try_writing();
  }

  // Writes and syncs a little, as every acknowledged row is.
  void try_writing() {
    const std::string path = place_.data_folder + "/doctor-trial." + std::to_string(::getpid()) + ".new";
    const std::string bytes(trial_bytes, 'x');
    const auto began = place_.clock.monotonic();
    const auto wrote = [&]() -> Result<void> {
      JW_ASSIGN(auto file, place_.files.open(path, OpenMode::create));
      JW_TRY(file->write(0, std::as_bytes(std::span(bytes))));
      return file->sync();
    }();
    const double seconds = std::chrono::duration<double>(place_.clock.monotonic() - began).count();
    static_cast<void>(place_.files.remove(path));
    if (!wrote)
      return add(FindingState::wrong, "disk", "doctor.cannot_write", {{"data", place_.data_folder}},
                 "doctor.advice.cannot_write");
    const double pace = seconds > 0 ? static_cast<double>(trial_bytes) / seconds : slow_bytes_per_second;
    const bool slow = pace < slow_bytes_per_second;
    add(slow ? FindingState::notice : FindingState::fine, "disk",
        slow ? "doctor.disk_slow" : "doctor.disk_speed",
        {{"pace", std::to_string(static_cast<std::int64_t>(pace / 1e6))}},
        slow ? "doctor.advice.disk_slow" : "");
  }

  // Modes of what must be ours alone.
  void look_at_permissions() {
    bool good = true;
    struct stat folder {};
    const bool closed = ::stat(place_.data_folder.c_str(), &folder) == 0 && (folder.st_mode & others) == 0;
    const auto look = [&](const std::string& path, bool must_stand) {
      struct stat info {};
      if (::stat(path.c_str(), &info) != 0) {
        if (!must_stand) return;
        good = false;
        return add(FindingState::wrong, "permissions", "doctor.not_there", {{"path", path}},
                   "doctor.advice.not_there");
      }
      if (info.st_uid != ::geteuid()) {
        good = false;
        add(FindingState::wrong, "permissions", "doctor.foreign_owner", {{"path", path}},
            "doctor.advice.foreign_owner");
      }
      const bool is_key = !place_.keys_folder.empty() && path.starts_with(place_.keys_folder);
      // Behind a closed folder nobody gets at it, but keys are closed themselves.
      const bool behind = closed && path.starts_with(place_.data_folder + "/") && !is_key;
      if ((info.st_mode & others) != 0 && !behind) {
        good = false;
        add(FindingState::notice, "permissions", "doctor.open_to_others", {{"path", path}},
            "doctor.advice.open_to_others");
      }
    };
    look(place_.data_folder, true);
    look(place_.data_folder + "/jingwei.yaml", true);
    if (place_.store == "embedded") look(place_.data_folder + "/jingwei.db", true);
    look(place_.data_folder + "/jingwei.sock", place_.serving);
    if (!place_.keys_folder.empty()) {
      look(place_.keys_folder, false);
      look(place_.keys_folder + "/master.key", false);
    }
    const std::string uploads = place_.data_folder + "/uploads";
    if (::access(uploads.c_str(), F_OK) == 0 && ::access(uploads.c_str(), R_OK | W_OK | X_OK) != 0) {
      good = false;
      add(FindingState::wrong, "permissions", "doctor.uploads_closed", {{"path", uploads}},
          "doctor.advice.uploads_closed");
    }
    if (good) add(FindingState::fine, "permissions", "doctor.permissions");
  }

  void look_at_settings() {
    const bool known = place_.zone == "UTC" || std::filesystem::exists("/usr/share/zoneinfo/" + place_.zone);
    if (place_.zone.empty() || (std::filesystem::exists("/usr/share/zoneinfo") && !known))
      return add(FindingState::wrong, "settings", "doctor.zone_unknown", {{"zone", place_.zone}},
                 "doctor.advice.zone_unknown");
    add(FindingState::fine, "settings", "doctor.settings", {{"zone", place_.zone}});
  }

  // Without its keys a hub cannot read its own personal data.
  void look_at_keys() {
    if (!place_.open_keystore) return;
    const auto keys = place_.open_keystore();
    if (!keys)
      return add(FindingState::wrong, "protection", keys.error().message, keys.error().arguments,
                 "doctor.advice.keys");
    add(FindingState::fine, "protection", "doctor.keys", {{"count", std::to_string(*keys)}});
  }

  void look_at_leftovers(const DatabaseFacts& facts) {
    std::vector<std::string> left;
    const auto scan = [&](const std::string& folder, const std::function<bool(const std::string&)>& is_left) {
      std::error_code fault;
      for (const auto& entry : std::filesystem::directory_iterator(folder, fault)) {
        const std::string name = entry.path().filename().string();
        const auto written = entry.last_write_time(fault);
        const bool old = !fault && std::filesystem::file_time_type::clock::now() - written > leftover_age;
        if (old && is_left(name)) left.push_back(folder + "/" + name);
      }
    };
    scan(place_.data_folder, [](const std::string& name) { return name.ends_with(".new"); });
    scan(place_.data_folder + "/backups", [](const std::string& name) { return name.ends_with(".part"); });
    scan(place_.data_folder + "/uploads", [&](const std::string& name) {
      if (name.ends_with(".part") || name.ends_with(".incoming")) return true;
      if (!facts.readable) return false;
      return (name.ends_with(".upload") || name.ends_with(".pieces")) && !facts.wanted_files.contains(name);
    });
    if (left.empty()) return add(FindingState::fine, "leftovers", "doctor.no_leftovers");
    add(FindingState::notice, "leftovers", "doctor.leftovers",
        {{"count", std::to_string(left.size())}, {"path", left.front()}}, "doctor.advice.leftovers");
  }

  void look_at_backups() {
    const auto text = read_text(place_.files, place_.data_folder + "/last-backup.json", 64 * 1024);
    std::optional<Instant> at;
    if (text) {
      constexpr std::string_view key = "\"finished_at\":\"";
      const std::size_t from = text->find(key);
      if (from != std::string::npos)
        at = parse_rfc3339(std::string_view(*text).substr(
            from + key.size(), text->find('"', from + key.size()) - from - key.size()));
    }
    if (!at) return add(FindingState::notice, "backups", "doctor.no_backup", {}, "doctor.advice.no_backup");
    const auto age = place_.clock.now() - *at;
    const std::string days = std::to_string(std::chrono::floor<std::chrono::days>(age).count());
    if (age > backup_age)
      return add(FindingState::notice, "backups", "doctor.backup_old",
                 {{"at", to_rfc3339(*at)}, {"days", days}}, "doctor.advice.backup_old");
    add(FindingState::fine, "backups", "doctor.backup", {{"at", to_rfc3339(*at)}});
  }

  void look_at_clock(Instant wall, std::chrono::nanoseconds ticks, const DatabaseFacts& facts) {
    const Instant now = place_.clock.now();
    bool good = true;
    const auto wrong = [&](std::string id, Arguments arguments, std::string advice) {
      good = false;
      add(FindingState::wrong, "clock", std::move(id), std::move(arguments), std::move(advice));
    };
    const auto seconds = [](auto span) {
      return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(span).count());
    };
    if (now < Instant{std::chrono::sys_days{std::chrono::year{2020} / 1 / 1}})
      wrong("doctor.clock_wrong", {{"now", to_rfc3339(now)}}, "doctor.advice.clock_wrong");
    const auto drift = std::chrono::abs((now - wall) - (place_.clock.monotonic() - ticks));
    if (drift > clock_slack)
      wrong("doctor.clock_stepped", {{"seconds", seconds(drift)}}, "doctor.advice.clock_wrong");
    if (facts.database_clock) {
      const auto apart = std::chrono::abs(facts.asked_at - *facts.database_clock);
      if (apart > clock_slack)
        wrong("doctor.clock_differs", {{"seconds", seconds(apart)}}, "doctor.advice.clock_differs");
    }
    if (facts.newest_event && *facts.newest_event > now + clock_slack) {
      wrong("doctor.clock_went_back", {{"now", to_rfc3339(now)}, {"event", to_rfc3339(*facts.newest_event)}},
            "doctor.advice.clock_went_back");
    }
    if (good) add(FindingState::fine, "clock", "doctor.clock", {{"now", to_rfc3339(now)}});
  }

  const DoctorPlace& place_;
  std::vector<Finding> findings_;
};

}  // namespace

std::string_view name_of(FindingState state) {
  constexpr std::string_view names[] = {"fine", "notice", "wrong"};
  return names[static_cast<int>(state)];
}

std::vector<Finding> examine(const DoctorPlace& place) {
  return Doctor(place).run();
}

bool is_healthy(const std::vector<Finding>& findings) {
  return std::none_of(findings.begin(), findings.end(),
                      [](const Finding& finding) { return finding.state == FindingState::wrong; });
}

std::string findings_json(const std::vector<Finding>& findings, Instant now, Language language) {
  JsonWriter json(4096);
  json.begin_object();
  json.member("healthy", is_healthy(findings));
  json.member("examined_at", to_rfc3339(now));
  json.key("findings");
  json.begin_array();
  for (const auto& finding : findings) {
    json.begin_object();
    json.member("id", finding.id);
    json.member("about", finding.about);
    json.member("state", name_of(finding.state));
    json.member("sentence", render(finding.id, finding.arguments, language));
    json.key("advice");
    if (finding.advice.empty()) {
      json.null();
    } else {
      json.value(render(finding.advice, finding.arguments, language));
    }
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace jingwei::operations
