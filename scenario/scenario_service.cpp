#include "scenario/scenario_service.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "modules/catalog/repeatable.h"
#include "scenario/cross_checks.h"
#include "scenario/scenario_json.h"
#include "scenario/sql.gen.h"

namespace jingwei::scenario {

namespace {

constexpr std::string_view hub_actor = "hub";

Kept kept_of(const storage::Row& row, Package package) {
  Kept kept;
  kept.package = std::move(package);
  kept.state = row.text(1) == "removed" ? PackageState::removed : PackageState::installed;
  kept.origin = row.text(2) == "upload" ? PackageOrigin::upload : PackageOrigin::program;
  kept.digest = row.text(3);
  kept.revision = row.integer(5);
  kept.changed_at = from_micros(row.integer(6));
  kept.changed_by = row.text(7);
  kept.reason = row.text(8);
  return kept;
}

storage::Write write_of(const Kept& kept) {
  const auto state = std::string(name_of(kept.state)), origin = std::string(name_of(kept.origin));
  if (kept.revision == 0) {
    return {&sql::add_package,
            {kept.package.id, state, origin, kept.digest, packed(kept.package), to_micros(kept.changed_at),
             kept.changed_by, kept.reason},
            std::nullopt};
  }
  return {&sql::change_package,
          {kept.package.id, state, origin, kept.digest, packed(kept.package), to_micros(kept.changed_at),
           kept.changed_by, kept.reason, kept.revision},
          1};
}

storage::FeedEvent event_of(const Kept& kept) {
  JsonWriter body;
  body.begin_object();
  body.member("package", kept.package.id);
  body.member("state", name_of(kept.state));
  body.member("revision", kept.revision + 1);
  body.end_object();
  return {std::string(package_event_kind), body.take()};
}

const Kept* named(const std::vector<Kept>& all, const std::string& id) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Kept& one) { return one.package.id == id; });
  return found == all.end() ? nullptr : &*found;
}

// "1.10.0" as its three numbers; what the checks let pass has them.
std::array<int, 3> numbers_of(std::string_view version) {
  std::array<int, 3> numbers{};
  const char* at = version.data();
  for (int& number : numbers) {
    const auto [end, fault] = std::from_chars(at, version.data() + version.size(), number);
    if (fault != std::errc{} || end == version.data() + version.size()) break;
    at = end + 1;
  }
  return numbers;
}

// A folder that was not brought up to date must not undo what somebody else installed meanwhile.
Result<void> check_version(const Package& installed, const Package& wanted) {
  const std::string before = version_of(installed), version = version_of(wanted);
  if (numbers_of(version) >= numbers_of(before)) return {};
  return Error(ErrorCode::conflict, "scenario.older_version")
      .with("package", wanted.id)
      .with("installed", before)
      .with("version", version);
}

}  // namespace

std::string_view name_of(PackageState state) {
  return state == PackageState::installed ? "installed" : "removed";
}

std::string_view name_of(PackageOrigin origin) {
  return origin == PackageOrigin::program ? "program" : "upload";
}

Result<void> ScenarioService::open(FileSystem& files, const std::string& scenarios_folder) {
  JW_ASSIGN(auto packages, read_packages(files, scenarios_folder));
  // Another process may do the same at this moment; whoever comes second finds it done.
  for (int attempt = 1;; ++attempt) {
    auto taken = take_folder(packages);
    if (taken) break;
    if (taken.error().code != ErrorCode::conflict || attempt == limits::decide_attempts) return taken;
  }
  JW_ASSIGN(const auto all, read());
  return show(all);
}

Result<void> ScenarioService::take_folder(std::vector<Package> packages) {
  JW_ASSIGN(const auto standing, read());
  storage::Change change;
  const auto put = [&](Kept kept) {
    kept.changed_at = clock_.now();
    kept.changed_by = hub_actor;
    change.events.push_back(event_of(kept));
    change.audit.push_back({std::string(hub_actor), "scenario.install", "scenario:" + kept.package.id, "{}"});
    change.writes.push_back(write_of(kept));
  };
  for (auto& package : packages) {
    const std::string digest = package.digest();
    const Kept* before = named(standing, package.id);
    if (before != nullptr &&
        (before->origin == PackageOrigin::upload || before->state == PackageState::removed)) {
      if (before->digest != digest) log::info("scenario.folder_left_alone", {{"package", package.id}});
      continue;
    }
    if (before != nullptr && before->digest == digest) continue;
    Kept kept = before == nullptr ? Kept() : *before;
    kept.package = std::move(package);
    kept.digest = digest;
    put(std::move(kept));
  }
  for (const auto& before : standing) {
    const bool gone = before.origin == PackageOrigin::program && before.state == PackageState::installed &&
                      std::none_of(packages.begin(), packages.end(),
                                   [&](const Package& one) { return one.id == before.package.id; });
    // Moved-from packages of the loop above keep their ids only where they were left alone.
    const bool written = std::any_of(
        change.audit.begin(), change.audit.end(),
        [&](const storage::AuditEntry& one) { return one.subject == "scenario:" + before.package.id; });
    if (!gone || written) continue;
    Kept gone_one = before;
    gone_one.state = PackageState::removed;
    change.events.push_back(event_of(gone_one));
    change.writes.push_back({&sql::drop_package, {before.package.id, before.revision}, 1});
    change.audit.push_back(
        {std::string(hub_actor), "scenario.remove", "scenario:" + before.package.id, "{}"});
  }
  if (change.writes.empty()) return {};
  auto committed = store_.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  return {};
}

Result<std::vector<Kept>> ScenarioService::read() const {
  JW_ASSIGN(auto reader, store_.read());
  return read(*reader);
}

Result<std::vector<Kept>> ScenarioService::read(storage::Reader& reader) {
  std::vector<Kept> all;
  std::optional<Error> fault;
  JW_TRY(reader.query(sql::all_packages, {}, [&](const storage::Row& row) {
    auto package = unpacked(row.text(4));
    if (!package) {
      fault = std::move(package).error();
      return false;
    }
    all.push_back(kept_of(row, std::move(*package)));
    return true;
  }));
  if (fault) return *fault;
  return all;
}

Result<void> ScenarioService::show(const std::vector<Kept>& all) {
  PackageFiles::Packages packages;
  std::vector<Package> list;
  for (const auto& kept : all) {
    if (kept.state != PackageState::installed) continue;
    packages.emplace(kept.package.id, kept.package);
    list.push_back(kept.package);
  }
  auto shelf = std::make_shared<const Shelf>(std::move(list));
  files_.set(std::move(packages));
  const std::lock_guard lock(shelf_mutex_);
  shelf_ = std::move(shelf);
  return {};
}

std::shared_ptr<const Shelf> ScenarioService::shelf() const {
  const std::lock_guard lock(shelf_mutex_);
  return shelf_;
}

Result<std::vector<Kept>> ScenarioService::list() const {
  return read();
}

Result<Kept> ScenarioService::get(const std::string& id) const {
  JW_ASSIGN(const auto all, read());
  const Kept* found = named(all, id);
  if (found == nullptr) return Error(ErrorCode::not_found, "scenario.no_such_package").with("package", id);
  return *found;
}

std::unique_ptr<Shelf> ScenarioService::shelf_with(const Package* fresh, const std::string& without) const {
  std::vector<Package> packages;
  const auto present = files_.packages();
  for (const auto& [id, package] : *present) {
    if (id != without && (fresh == nullptr || id != fresh->id)) packages.push_back(package);
  }
  if (fresh != nullptr) packages.push_back(*fresh);
  return std::make_unique<Shelf>(std::move(packages));
}

std::vector<Error> ScenarioService::check(const Package& package) const {
  const auto next = shelf_with(&package, "");
  auto faults = next->check(package.id, followers_.roles(), followers_.departments());
  if (faults.empty()) faults = followers_.objections(*next, package.id);
  return faults;
}

Result<Kept> ScenarioService::change(const std::function<Result<Kept>(const std::optional<Kept>&)>& decide,
                                     const std::string& id, std::string_view event,
                                     std::optional<storage::Idempotency> row) {
  Kept made;
  const auto decided = [&](storage::Reader& reader) -> Result<storage::Change> {
    JW_ASSIGN(const auto all, read(reader));
    const Kept* before = named(all, id);
    JW_ASSIGN(made, decide(before == nullptr ? std::nullopt : std::optional<Kept>(*before)));
    storage::Change change;
    change.writes.push_back(write_of(made));
    change.events.push_back(event_of(made));
    change.audit.push_back({made.changed_by, std::string(event), "scenario:" + id, "{}"});
    ++made.revision;
    return change;
  };
  JW_ASSIGN(const auto committed, catalog::commit_once(store_, row, decided));
  // Also of a request that is answered again: what follows from it may have failed the first time.
  JW_TRY(apply());
  if (committed.earlier_answer) return get(id);
  return made;
}

Result<Kept> ScenarioService::install(Package package, const PackageRequest& request) {
  const auto faults = check(package);
  if (!faults.empty()) {
    Error error = Error(ErrorCode::invalid, "scenario.not_sound")
                      .with("package", package.id)
                      .with("count", std::to_string(faults.size()));
    error.causes = faults;
    return error;
  }
  const std::string digest = package.digest();
  auto row = catalog::idempotency_of(request.idempotency_key, request.actor, "install_package",
                                     {package.id, digest, request.reason}, package.id);
  return change(
      [&](const std::optional<Kept>& before) -> Result<Kept> {
        if (before && before->state == PackageState::installed && before->digest == digest)
          return Error(ErrorCode::conflict, "scenario.same_already").with("package", package.id);
        if (before && before->state == PackageState::installed && request.older == Older::refused)
          JW_TRY(check_version(before->package, package));
        Kept kept = before.value_or(Kept());
        kept.package = package;
        kept.package.place = "scenarios/" + package.id;
        kept.digest = digest;
        kept.state = PackageState::installed;
        kept.origin = PackageOrigin::upload;
        kept.changed_at = clock_.now();
        kept.changed_by = request.actor;
        kept.reason = request.reason;
        return kept;
      },
      package.id, "scenario.install", std::move(row));
}

Result<Kept> ScenarioService::remove(const std::string& id, const PackageRequest& request) {
  if (text::squeeze(request.reason).empty())
    return Error(ErrorCode::invalid, "scenario.reason_missing").at("/reason");
  const auto installed = shelf();
  for (const auto& other : installed->packages()) {
    if (other.id == id || other.root("scenario.yaml") == nullptr) continue;
    for (const schema::YamlNode* needed : scalars_of(other.root("scenario.yaml")->find("depends"))) {
      if (needed->scalar == id)
        return Error(ErrorCode::conflict, "scenario.needed").with("package", id).with("by", other.id);
    }
  }
  auto row = catalog::idempotency_of(request.idempotency_key, request.actor, "remove_package",
                                     {id, request.reason}, id);
  return change(
      [&](const std::optional<Kept>& before) -> Result<Kept> {
        if (!before) return Error(ErrorCode::not_found, "scenario.no_such_package").with("package", id);
        if (before->state == PackageState::removed) {
          return Error(ErrorCode::not_found, "scenario.not_installed")
              .with("package", id)
              .with("by", before->changed_by)
              .with("at", to_rfc3339(before->changed_at).substr(0, 19) + "Z");
        }
        Kept kept = *before;
        kept.state = PackageState::removed;
        kept.changed_at = clock_.now();
        kept.changed_by = request.actor;
        kept.reason = request.reason;
        return kept;
      },
      id, "scenario.remove", std::move(row));
}

Result<void> ScenarioService::apply() {
  const std::lock_guard lock(applying_);
  JW_ASSIGN(const auto all, read());
  JW_TRY(show(all));
  return followers_.apply(files_, std::string(packages_folder));
}

Result<void> ScenarioService::follow(const storage::FeedEntry& event) {
  if (event.kind != package_event_kind) return {};
  if (auto applied = apply(); !applied)
    log::error("scenario.not_applied", {{"fault", applied.error().to_log()}});
  return {};
}

}  // namespace jingwei::scenario
