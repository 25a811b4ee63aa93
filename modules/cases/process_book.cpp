#include "modules/cases/process_book.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/limits.h"
#include "base/log.h"
#include "modules/cases/process/process_yaml.h"
#include "modules/cases/sql.gen.h"

namespace jingwei::cases {

namespace {

struct Kept {
  std::string package, text;
};
using KeptVersions = std::map<std::string, std::map<std::int64_t, Kept>>;

Result<KeptVersions> read_versions(storage::Reader& reader) {
  KeptVersions kept;
  JW_TRY(reader.query(sql::process_versions, {}, [&](const storage::Row& row) {
    kept[std::string(row.text(0))][row.integer(1)] = {std::string(row.text(2)), std::string(row.text(3))};
    return true;
  }));
  return kept;
}

Result<std::map<std::string, Head>> read_heads(storage::Reader& reader) {
  std::map<std::string, Head> heads;
  JW_TRY(reader.query(sql::process_heads, {}, [&](const storage::Row& row) {
    heads[std::string(row.text(0))] = {row.integer(1), row.integer(2) != 0, std::string(row.text(3)),
                                       row.integer(4)};
    return true;
  }));
  return heads;
}

storage::Write change_head(const std::string& id, const Head& head) {
  return {&sql::change_process_head,
          {id, head.row_version, head.version, std::int64_t{head.retired ? 1 : 0}, head.migration},
          1};
}

catalog::Resource inputs_of(const Process& process, const Transition& transition) {
  catalog::Resource fields;
  fields.id = process.id + "/" + transition.id;
  fields.fields = transition.inputs;
  return fields;
}

Result<std::shared_ptr<const ingest::FormCleaner>> cleaner_of(const CasesParts& parts,
                                                              catalog::Resource fields) {
  JW_ASSIGN(auto cleaner, ingest::FormCleaner::make(parts.ingest.parts(), std::move(fields)));
  return std::shared_ptr<const ingest::FormCleaner>(
      std::make_shared<ingest::FormCleaner>(std::move(cleaner)));
}

// What a form is now; of one that is in force no more, what it was last. Null: there is none.
const catalog::Resource* form_in(const std::vector<catalog::Definition>& definitions, const std::string& id) {
  const catalog::Definition* last = nullptr;
  for (const auto& one : definitions) {
    if (one.resource.id != id) continue;
    if (one.state == catalog::LifeState::published) return &one.resource;
    if (one.state == catalog::LifeState::retired && (last == nullptr || one.version > last->version))
      last = &one;
  }
  return last == nullptr ? nullptr : &last->resource;
}

}  // namespace

Result<std::vector<Process>> read_process_packages(FileSystem& files, const std::string& scenarios_folder) {
  std::vector<Process> all;
  JW_ASSIGN(const auto packages, files.list(scenarios_folder));
  for (const auto& package : packages) {
    const std::string path = scenarios_folder + "/" + package + "/process.yaml";
    JW_ASSIGN(const bool present, files.exists(path));
    if (!present) continue;
    JW_ASSIGN(const std::string yaml, read_text(files, path, limits::yaml_bytes));
    const std::string rules_path = scenarios_folder + "/" + package + "/rules.yaml";
    JW_ASSIGN(const bool has_rules, files.exists(rules_path));
    std::string rules;
    if (has_rules) {
      JW_ASSIGN(rules, read_text(files, rules_path, limits::yaml_bytes));
    }
    JW_ASSIGN(auto declared, parse_processes(yaml, "scenarios/" + package + "/process.yaml", package, rules));
    for (auto& process : declared) {
      const auto other =
          std::find_if(all.begin(), all.end(), [&](const Process& one) { return one.id == process.id; });
      if (other != all.end())
        return Error(ErrorCode::conflict, "cases.doubled_process")
            .with("id", process.id)
            .with("first", other->package)
            .with("second", package);
      all.push_back(std::move(process));
    }
  }
  return all;
}

Result<std::shared_ptr<const Declared>> ProcessBook::bind(Process process, Fit fit) const {
  auto declared = std::make_shared<Declared>();
  // Its definition is enough: a form can be shown though nothing is taken into the resource any more.
  const auto definitions = parts_.catalog.definitions();
  const catalog::Resource* form = form_in(*definitions, process.form);
  if (form == nullptr)
    return Error(ErrorCode::invalid, "cases.no_form").with("process", process.id).with("form", process.form);
  declared->form = *form;
  const auto fits = bind_form(process, declared->form);
  if (!fits && fit == Fit::required) return fits.error();
  if (!fits) declared->unfit = fits.error();
  JW_ASSIGN(declared->form_cleaner, cleaner_of(parts_, declared->form));
  for (const auto& transition : process.transitions) {
    if (transition.inputs.empty()) continue;
    JW_ASSIGN(declared->input_cleaners[transition.id], cleaner_of(parts_, inputs_of(process, transition)));
  }
  declared->process = std::move(process);
  return std::shared_ptr<const Declared>(std::move(declared));
}

Result<void> ProcessBook::open(FileSystem& files, const std::string& scenarios_folder) {
  JW_ASSIGN(auto declared, read_process_packages(files, scenarios_folder));
  std::vector<std::string> order;
  Declaration declaration;
  for (auto& process : declared) {
    order.push_back(process.id);
    if (const auto bound = bind(process, Fit::required); !bound) {
      log::error("cases.process_unfit", {{"process", process.id}, {"fault", bound.error().to_log()}});
      declaration.unfit.insert(process.id);
      continue;
    }
    declaration.processes.push_back(std::move(process));
  }
  {
    const std::lock_guard lock(reloading_);
    declared_order_ = std::move(order);
  }
  JW_TRY(publish(declaration));
  return reload();
}

Result<void> ProcessBook::install(const std::string& package, std::vector<Process> declared) {
  for (const auto& process : declared) {
    JW_ASSIGN(const auto bound, bind(process, Fit::required));
    static_cast<void>(bound);
  }
  JW_TRY(publish({std::move(declared), &package}));
  return reload();
}

Result<void> ProcessBook::publish(const Declaration& declaration) {
  // Another process may do the same at this moment; whoever comes second finds it done.
  for (int attempt = 1;; ++attempt) {
    storage::Change change;
    {
      JW_ASSIGN(auto reader, parts_.store.read());
      JW_ASSIGN(change, change_of(declaration, *reader));
    }
    if (change.writes.empty()) return {};
    auto committed = parts_.store.commit(std::move(change));
    if (committed) return {};
    if (committed.error().code != ErrorCode::conflict || attempt == limits::decide_attempts)
      return std::move(committed).error();
  }
}

Result<storage::Change> ProcessBook::change_of(const Declaration& declaration,
                                               storage::Reader& reader) const {
  const auto& [declared, package, unfit] = declaration;
  JW_ASSIGN(const auto kept, read_versions(reader));
  JW_ASSIGN(auto heads, read_heads(reader));
  storage::Change change;
  const auto note = [&](const std::string& id, std::int64_t version, const std::string& of_package,
                        const char* step) {
    const std::string thing = "process:" + id + ":" + std::to_string(version);
    change.audit.push_back({"package:" + of_package, std::string("process.") + step, thing, "{}"});
    change.events.push_back({std::string(process_event_kind), R"({"process":")" + id + R"(","version":)" +
                                                                  std::to_string(version) + R"(,"step":")" +
                                                                  step + "\"}"});
  };
  for (const auto& process : declared) {
    const auto head = heads.find(process.id);
    const Kept* standing = head == heads.end() ? nullptr : &kept.at(process.id).at(head->second.version);
    if (package != nullptr && standing != nullptr && standing->package != *package && !head->second.retired)
      return Error(ErrorCode::conflict, "cases.doubled_process")
          .with("id", process.id)
          .with("first", standing->package)
          .with("second", *package);
    const bool same =
        standing != nullptr && standing->text == process.text && standing->package == process.package;
    if (same && !head->second.retired) continue;
    std::int64_t version = standing == nullptr ? 0 : head->second.version;
    if (!same) {
      ++version;
      change.writes.push_back(
          {&sql::put_process_version,
           {process.id, version, process.package, process.text, to_micros(parts_.clock.now())},
           1});
    }
    if (standing == nullptr) {
      change.writes.push_back({&sql::put_process_head, {process.id, version}, 1});
    } else {
      Head next = head->second;
      next.version = version;
      next.retired = false;
      change.writes.push_back(change_head(process.id, next));
    }
    note(process.id, version, process.package, "publish");
  }
  for (const auto& [id, head] : heads) {
    const Kept& standing = kept.at(id).at(head.version);
    const bool asked = package == nullptr || standing.package == *package;
    const bool gone = std::none_of(declared.begin(), declared.end(),
                                   [&, &name = id](const Process& one) { return one.id == name; });
    if (!asked || !gone || unfit.contains(id) || head.retired) continue;
    Head next = head;
    next.retired = true;
    change.writes.push_back(change_head(id, next));
    note(id, head.version, standing.package, "retire");
  }
  return change;
}

std::shared_ptr<const ProcessList> ProcessBook::list() const {
  const std::lock_guard lock(swap_);
  return list_;
}

Result<std::shared_ptr<const Declared>> ProcessBook::find(const std::string& id, bool opening) const {
  const auto all = list();
  const auto head = all->heads.find(id);
  if (head == all->heads.end()) return Error(ErrorCode::not_found, "cases.no_process").with("id", id);
  if (opening && head->second.retired) return Error(ErrorCode::gone, "cases.process_retired").with("id", id);
  JW_ASSIGN(auto declared, find(id, head->second.version));
  if (opening && declared->unfit) return *declared->unfit;
  return declared;
}

Result<std::shared_ptr<const Declared>> ProcessBook::find(const std::string& id, std::int64_t version) const {
  const auto all = list();
  const auto versions = all->versions.find(id);
  if (versions == all->versions.end()) return Error(ErrorCode::not_found, "cases.no_process").with("id", id);
  const auto one = versions->second.find(version);
  if (one == versions->second.end())
    return Error(ErrorCode::not_found, "cases.no_version")
        .with("id", id)
        .with("version", std::to_string(version));
  return one->second;
}

Result<void> ProcessBook::reload() {
  const std::lock_guard reloading(reloading_);
  auto fresh = std::make_shared<ProcessList>();
  KeptVersions kept;
  {
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_ASSIGN(kept, read_versions(*reader));
    JW_ASSIGN(fresh->heads, read_heads(*reader));
  }
  for (const auto& [id, versions] : kept) {
    for (const auto& [version, one] : versions) {
      // A version whose definition this program no longer understands stays where it is: its cases say so
      // when asked for.
      auto process = parse_process_text(one.text, one.package);
      if (!process) {
        log::warn("cases.version_unreadable", {{"process", id}, {"fault", process.error().to_log()}});
        continue;
      }
      process->version = version;
      // A form that has changed under it keeps nobody from the cases it has.
      auto bound = bind(std::move(*process), Fit::wished);
      if (!bound) {
        log::warn("cases.version_unbound", {{"process", id}, {"fault", bound.error().to_log()}});
        continue;
      }
      if ((*bound)->unfit)
        log::warn("cases.version_unfit", {{"process", id}, {"fault", (*bound)->unfit->to_log()}});
      fresh->versions[id][version] = std::move(*bound);
    }
  }
  fresh->order = declared_order_;
  for (const auto& [id, head] : fresh->heads) {
    if (std::find(fresh->order.begin(), fresh->order.end(), id) == fresh->order.end())
      fresh->order.push_back(id);
  }
  const std::lock_guard lock(swap_);
  list_ = std::move(fresh);
  return {};
}

Result<void> ProcessBook::follow(const storage::FeedEntry& event) {
  if (event.kind != process_event_kind && event.kind != catalog::life_event_kind) return {};
  return reload();
}

Result<std::string> ProcessBook::unmapped(const Process& next, std::int64_t below) const {
  std::string missing;
  if (!next.migrate) return missing;
  std::set<std::string> told;
  JW_ASSIGN(auto reader, parts_.store.read());
  const std::array<storage::Value, 2> key = {next.id, below};
  JW_TRY(reader->query(sql::occupied_states, key, [&](const storage::Row& row) {
    std::string state(row.text(1));
    const State* same = next.state(state);
    const bool goes_on = next.migrate->contains(state) || (same != nullptr && same->is_leaf());
    if (!goes_on && told.insert(state).second) missing += (missing.empty() ? "" : ", ") + state;
    return true;
  }));
  return missing;
}

Result<std::string> ProcessBook::other_forms(const Process& next, std::int64_t below) const {
  std::string others;
  if (!next.migrate) return others;
  std::set<std::string> told;
  JW_ASSIGN(auto reader, parts_.store.read());
  const std::array<storage::Value, 2> key = {next.id, below};
  JW_TRY(reader->query(sql::occupied_states, key, [&](const storage::Row& row) {
    const auto earlier = find(next.id, row.integer(0));
    if (!earlier) return true;
    const std::string& form = (*earlier)->process.form;
    if (form != next.form && told.insert(form).second) others += (others.empty() ? "" : ", ") + form;
    return true;
  }));
  return others;
}

Result<std::vector<Unfit>> ProcessBook::unfit(const std::vector<catalog::Resource>& forms,
                                              const std::string& package) const {
  std::vector<Unfit> found;
  const auto all = list();
  JW_ASSIGN(auto reader, parts_.store.read());
  for (const auto& [id, versions] : all->versions) {
    std::set<std::int64_t> used;  // by open cases, and by new ones
    const std::array<storage::Value, 2> key = {id, std::numeric_limits<std::int64_t>::max()};
    JW_TRY(reader->query(sql::occupied_states, key, [&](const storage::Row& row) {
      used.insert(row.integer(0));
      return true;
    }));
    const auto head = all->heads.find(id);
    if (head != all->heads.end() && !head->second.retired) {
      const auto standing = versions.find(head->second.version);
      if (standing != versions.end() && standing->second->process.package != package)
        used.insert(head->second.version);
    }
    for (const auto& [version, declared] : versions) {
      Process process = declared->process;
      const auto next = std::find_if(forms.begin(), forms.end(),
                                     [&](const catalog::Resource& form) { return form.id == process.form; });
      if (next == forms.end() || declared->unfit || !used.contains(version)) continue;
      if (auto fits = bind_form(process, *next); !fits)
        found.push_back({process.id, version, process.form, std::move(fits).error()});
    }
  }
  return found;
}

Result<void> ProcessBook::note_migration(const std::string& id, const std::string& reason) {
  const auto all = list();
  const auto found = all->heads.find(id);
  if (found == all->heads.end() || found->second.migration == reason) return {};
  Head head = found->second;
  head.migration = reason;
  storage::Change change;
  change.writes.push_back(change_head(id, head));
  change.events.push_back(
      {std::string(process_event_kind), R"({"process":")" + id + R"(","step":"migration"})"});
  auto committed = parts_.store.commit(std::move(change));
  // Somebody else noted something at this moment; the next look notes it again.
  if (!committed && committed.error().code != ErrorCode::conflict) return std::move(committed).error();
  return reload();
}

}  // namespace jingwei::cases
