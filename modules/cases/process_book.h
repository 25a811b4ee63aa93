// The processes there are, in all their versions: what packages declare, kept, and bound to their forms.
#pragma once

#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "modules/cases/cases_parts.h"
#include "modules/cases/process/process.h"
#include "modules/ingest/form_cleaning.h"

namespace jingwei::cases {

// One version of a process, ready for use. Immutable.
struct Declared {
  Process process;
  catalog::Resource form;
  std::shared_ptr<const ingest::FormCleaner> form_cleaner;
  std::map<std::string, std::shared_ptr<const ingest::FormCleaner>> input_cleaners;  // by transition
  // Why it does not fit its form as that stands now: its cases go on, and new ones are not opened.
  std::optional<Error> unfit = {};
};

// A version that would not fit its form any more.
struct Unfit {
  std::string process;
  std::int64_t version = 0;
  std::string form;
  Error why;  // bind_form's
};

struct Head {
  std::int64_t version = 0;
  bool retired = false;
  std::string migration;  // states that keep cases on earlier versions
  std::int64_t row_version = 0;
};

// All of it at one moment; what is given out stays valid while held.
struct ProcessList {
  std::map<std::string, Head> heads;
  std::map<std::string, std::map<std::int64_t, std::shared_ptr<const Declared>>> versions;
  std::vector<std::string> order;  // ids, as packages declare them, then retired ones
};

// Thread-safe.
class ProcessBook {
 public:
  explicit ProcessBook(const CasesParts& parts) : parts_(parts) {}

  // Reads every <folder>/<package>/process.yaml, publishes what is new and retires what no package declares
  // any more. A process that does not fit the form as it stands is logged and not published: the version that
  // stands serves on. One that stands and does not fit any more takes no new cases, and those it has go on.
  // Errors: invalid (file:line:column of what is wrong in a package), the store's.
  Result<void> open(FileSystem& files, const std::string& scenarios_folder);
  // The same for one package while serving: `declared` is all it declares now (nothing: it is removed).
  // Errors: as open, and invalid for a process that does not fit its form.
  Result<void> install(const std::string& package, std::vector<Process> declared);

  std::shared_ptr<const ProcessList> list() const;
  // The version new cases get. Errors: not_found "cases.no_process"; when `opening` also gone
  // "cases.process_retired", and Declared::unfit.
  Result<std::shared_ptr<const Declared>> find(const std::string& id, bool opening = false) const;
  // Errors: not_found.
  Result<std::shared_ptr<const Declared>> find(const std::string& id, std::int64_t version) const;

  Result<void> reload();
  // Reloads when the event is a process's or the catalogue's.
  Result<void> follow(const storage::FeedEntry& event);
  // States in which open cases of versions before `below` stand and to which `next` has no way: its
  // `migrate:` does not map them, and no leaf of it is called so. Empty when there are none or `next`
  // migrates nothing. Errors: the store's.
  Result<std::string> unmapped(const Process& next,
                               std::int64_t below = std::numeric_limits<std::int64_t>::max()) const;
  // Forms, other than that of `next`, which open cases of versions before `below` were opened with: under
  // another form nobody could read them. Empty when there are none or `next` migrates nothing. Errors: the
  // store's.
  Result<std::string> other_forms(const Process& next,
                                  std::int64_t below = std::numeric_limits<std::int64_t>::max()) const;
  // Versions that would not fit `forms`, the definitions that `package` is about to bring: those that open
  // cases follow, and those by which other packages open new ones. Errors: the store's.
  Result<std::vector<Unfit>> unfit(const std::vector<catalog::Resource>& forms,
                                   const std::string& package) const;
  // Says why cases of earlier versions stay, or that they need not.
  Result<void> note_migration(const std::string& id, const std::string& reason);

 private:
  enum class Fit : std::uint8_t { required, wished };
  Result<std::shared_ptr<const Declared>> bind(Process process, Fit fit) const;
  // What is declared, by one package or by all; `unfit` are ids of declared ones that stay as they stand.
  struct Declaration {
    std::vector<Process> processes;
    const std::string* package = nullptr;
    std::set<std::string> unfit = {};
  };
  Result<storage::Change> change_of(const Declaration& declaration, storage::Reader& reader) const;
  Result<void> publish(const Declaration& declaration);

  const CasesParts& parts_;
  std::vector<std::string> declared_order_;
  std::mutex reloading_;
  mutable std::mutex swap_;
  std::shared_ptr<const ProcessList> list_ = std::make_shared<ProcessList>();
};

// Every <folder>/<package>/process.yaml. Errors: invalid; conflict "cases.doubled_process".
Result<std::vector<Process>> read_process_packages(FileSystem& files, const std::string& scenarios_folder);

}  // namespace jingwei::cases
