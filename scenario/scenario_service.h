// The scenario packages of a hub: those of the program's own folder and those installed while it runs.
//
// The table scenario_package is the truth. One Change makes a package new or gone; what follows from it
// (tables, processes, purposes) is brought up to date after it by every process, and again at the next start
// where one was killed meanwhile. So a killed installation leaves the old package or the new one.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/messages.h"
#include "scenario/checker.h"
#include "scenario/package_files.h"
#include "storage/store.h"

namespace jingwei::scenario {

// Event of a package that was installed or removed: {"package","state","revision"}.
inline constexpr std::string_view package_event_kind = "scenario.package";

enum class PackageState : std::uint8_t { installed, removed };
std::string_view name_of(PackageState state);
enum class PackageOrigin : std::uint8_t { program, upload };
std::string_view name_of(PackageOrigin origin);

// A package as the hub keeps it.
struct Kept {
  Package package;
  PackageState state = PackageState::installed;
  PackageOrigin origin = PackageOrigin::program;
  std::string digest;
  std::int64_t revision = 0;
  Instant changed_at{};
  std::string changed_by, reason;
};

// Whether a package may take the place of one of a higher version.
enum class Older : std::uint8_t { refused, taken };

// Who installs or removes, and why.
struct PackageRequest {
  std::string actor;
  std::string reason;
  std::optional<std::string> idempotency_key = {};  // sent again, it is answered again and nothing is done
  Older older = Older::refused;
};

// A field that a package asks of people although another resource holds it: "resource.field" of both.
struct PackageWarning {
  std::string place, other;
  std::string sentence;
};

// What the packages' other parts do when the packages change. Filled by the hub; called from any thread, one
// call at a time.
struct Followers {
  // Brings what follows from the packages up to date; may be called again for the same ones.
  std::function<Result<void>(FileSystem& files, const std::string& folder)> apply =
      [](FileSystem&, const std::string&) { return Result<void>(); };
  // Why these packages cannot take the place of the present ones, beyond what their check says.
  std::function<std::vector<Error>(const Shelf& next, const std::string& changed)> objections =
      [](const Shelf&, const std::string&) { return std::vector<Error>(); };
  // Roles that the hub has besides the built-in ones.
  std::function<std::vector<std::string>()> roles = [] { return std::vector<std::string>(); };
  // Departments that the hub has besides those that packages declare.
  std::function<std::vector<std::string>()> departments = [] { return std::vector<std::string>(); };
  // What is to be thought over of a package that may be installed all the same.
  std::function<std::vector<PackageWarning>(const Package& package, Language language)> warnings =
      [](const Package&, Language) { return std::vector<PackageWarning>(); };
};

// Thread-safe; the store and the clock outlive it.
class ScenarioService {
 public:
  ScenarioService(storage::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // Reads the program's folder of packages, puts what is new or changed in it into the table, and shows the
  // result as files(). Packages that people installed or removed stay as they left them. Errors: those of
  // read_packages and of the store.
  Result<void> open(FileSystem& files, const std::string& scenarios_folder);
  // Before anything is served.
  void set_followers(Followers followers) { followers_ = std::move(followers); }

  // The installed packages as a folder; stays as long as the service.
  PackageFiles& files() { return files_; }

  // All that the hub has or had, by id.
  Result<std::vector<Kept>> list() const;
  // Errors: not_found "scenario.no_such_package".
  Result<Kept> get(const std::string& id) const;
  // The installed packages as they stand, parsed; read on once for each change.
  std::shared_ptr<const Shelf> shelf() const;

  // What is wrong with a package, were it installed now; empty when nothing is.
  std::vector<Error> check(const Package& package) const;
  // What a package asks of people that others hold already, whether or not it is installed: told to whoever
  // checks or installs it.
  std::vector<PackageWarning> warnings(const Package& package, Language language) const {
    return followers_.warnings(package, language);
  }
  // Installs a package or its next version, while everything runs. Errors: invalid "scenario.not_sound" (the
  // faults as causes), the followers' objections among them; conflict "scenario.same_already" (nothing would
  // change), "scenario.older_version" (unless `older` takes it); the store's.
  Result<Kept> install(Package package, const PackageRequest& request);
  // Takes a package out of use; its data stay, and installing it again goes on with them. Errors: not_found
  // "scenario.no_such_package", "scenario.not_installed" (removed already), conflict "scenario.needed"
  // (another package depends on it), invalid "scenario.reason_missing".
  Result<Kept> remove(const std::string& id, const PackageRequest& request);

  // Takes over what another process did. Errors: the store's; an application that fails is logged and tried
  // again at the next start.
  Result<void> follow(const storage::FeedEntry& event);

 private:
  Result<std::vector<Kept>> read() const;
  static Result<std::vector<Kept>> read(storage::Reader& reader);
  Result<void> take_folder(std::vector<Package> packages);
  Result<void> show(const std::vector<Kept>& all);
  Result<void> apply();
  std::unique_ptr<Shelf> shelf_with(const Package* fresh, const std::string& without) const;
  Result<Kept> change(const std::function<Result<Kept>(const std::optional<Kept>&)>& decide,
                      const std::string& id, std::string_view event, std::optional<storage::Idempotency> row);

  storage::Store& store_;
  const Clock& clock_;
  Followers followers_;
  PackageFiles files_;
  std::mutex applying_;
  mutable std::mutex shelf_mutex_;
  std::shared_ptr<const Shelf> shelf_;
};

}  // namespace jingwei::scenario
