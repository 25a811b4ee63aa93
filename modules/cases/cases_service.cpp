#include "modules/cases/cases_service.h"

#include "base/log.h"
#include "modules/cases/sql.gen.h"
#include "storage/feed_runner.h"
#include "storage/loop.h"
#include "storage/pseudonym.h"

namespace jingwei::cases {

namespace {

constexpr std::int64_t woken_at_once = 500;
constexpr std::int64_t moved_at_once = 500;
constexpr std::chrono::seconds lease_time{20};
constexpr std::chrono::milliseconds look_every{1'000};
constexpr std::chrono::minutes sweep_every{10};
constexpr std::string_view lease_name = "cases.deadlines";

using Ids = std::vector<CaseId>;

Result<Ids> ids_of(storage::Store& store, const storage::Statement& statement,
                   std::span<const storage::Value> key) {
  Ids ids;
  JW_ASSIGN(auto reader, store.read());
  JW_TRY(reader->query(statement, key, [&](const storage::Row& row) {
    ids.emplace_back(row.integer(0));
    return true;
  }));
  return ids;
}

}  // namespace

// A new calendar lays deadlines anew, a new version of a process moves its cases, a thing of another module
// opens and moves those about it: each taken once, by one process.
class CaseFollower final : public storage::Consumer {
 public:
  CaseFollower(CasesParts& parts, ProcessBook& book, Calendars& calendars, CaseWork& work, Matters& matters)
      : parts_(parts), book_(book), calendars_(calendars), work_(work), matters_(matters) {}
  std::string name() const override { return "cases"; }

  Result<void> handle(std::span<const storage::FeedEntry> entries, storage::Change& effect) override {
    static_cast<void>(effect);
    bool calendar = false, processes = false, regions = false;
    for (const auto& entry : entries) {
      regions = regions || entry.kind == "region.changed";
      calendar = calendar || entry.kind == calendar_event_kind;
      processes =
          processes || (entry.kind == process_event_kind && entry.body.find("publish") != std::string::npos);
    }
    if (calendar) {
      JW_TRY(calendars_.reload());
      JW_TRY(reschedule_all());
    }
    if (processes) {
      JW_TRY(book_.reload());
      const auto processes_now = book_.list();  // held: a migration that is noted swaps it
      for (const auto& [id, head] : processes_now->heads) JW_TRY(migrate_all(id));
    }
    if (regions) {
      // The event may be ahead of whoever keeps the tree up to date.
      JW_TRY(parts_.regions.reload());
      JW_TRY(rehome_all());
    }
    for (const auto& entry : entries) {
      if (entry.kind != storage::matter_event_kind) continue;
      if (const auto step = parse_matter_step(entry.body)) JW_TRY(matters_.take(*step));
    }
    return {};
  }

 private:
  using Move = Result<bool> (CaseWork::*)(CaseId);

  // Each case of a statement once, in the order of ids. `key` is what it asks for before the last id and the
  // number.
  Result<void> move_all(const storage::Statement& statement, std::vector<storage::Value> key, Move move) {
    key.emplace_back(std::int64_t{0});
    key.emplace_back(moved_at_once);
    for (;;) {
      JW_ASSIGN(const Ids ids, ids_of(parts_.store, statement, key));
      for (const CaseId id : ids) {
        const auto moved = (work_.*move)(id);
        if (moved) continue;
        const ErrorCode code = moved.error().code;
        // One that is gone or cannot be read holds up no other.
        const bool its_own =
            code == ErrorCode::not_found || code == ErrorCode::gone || code == ErrorCode::corrupt;
        if (!its_own) return moved.error();
        log::error("cases.not_moved", {{"case", id.to_string()}, {"fault", moved.error().to_log()}});
      }
      if (ids.empty()) return {};
      key[key.size() - 2] = ids.back().value;
    }
  }

  Result<void> reschedule_all() { return move_all(sql::open_cases_after, {}, &CaseWork::reschedule); }

  // Open cases of regions that have ended go to those that stand for them now.
  Result<void> rehome_all() {
    std::vector<std::int64_t> owners;
    {
      JW_ASSIGN(auto reader, parts_.store.read());
      JW_TRY(reader->query(sql::open_owners, {}, [&](const storage::Row& row) {
        owners.push_back(row.integer(0));
        return true;
      }));
    }
    const auto tree = parts_.regions.tree();
    for (const std::int64_t owner : owners) {
      if (tree->find(RegionId(owner)) != region::no_node) continue;
      JW_TRY(move_all(sql::open_of_owner, {owner}, &CaseWork::rehome));
    }
    return {};
  }

  Result<void> migrate_all(const std::string& id) {
    const auto newest = book_.find(id);
    if (!newest || !(*newest)->process.migrate) return {};
    const Process& process = (*newest)->process;
    JW_ASSIGN(const std::string forms, book_.other_forms(process, process.version));
    if (!forms.empty()) return book_.note_migration(id, "form: " + forms);
    JW_ASSIGN(const std::string missing, book_.unmapped(process, process.version));
    JW_TRY(book_.note_migration(id, missing));
    if (!missing.empty()) return {};
    return move_all(sql::open_of_version, {id, process.version}, &CaseWork::migrate);
  }

  CasesParts& parts_;
  ProcessBook& book_;
  Calendars& calendars_;
  CaseWork& work_;
  Matters& matters_;
};

struct CasesService::Running {
  explicit Running(CasesParts given)
      : parts(std::move(given)),
        book(parts),
        calendars(parts),
        roster(parts),
        work(parts, book, calendars, roster),
        lists(work, book),
        photos(work),
        tasks(work, calendars),
        sync(work),
        erasing(parts, book),
        matters(parts, book, work),
        consumer(parts, book, calendars, work, matters),
        runner(parts.store, parts.clock, consumer, parts.owner) {}

  Result<void> follow(std::span<const storage::FeedEntry> entries) {
    for (const auto& entry : entries) {
      JW_TRY(book.follow(entry));
      JW_TRY(calendars.follow(entry));
      JW_TRY(roster.follow(entry));
      if (entry.kind != case_event_kind) continue;
      const auto event = parse_step_event(entry.body);
      if (!event) continue;
      figures.take(*event);
      roster.loads().moved(event->assignee_before, event->assignee);
    }
    return {};
  }

  // Cases whose time has come, the earliest first; those that cannot be woken hold up no others.
  Result<std::size_t> wake_due() {
    const std::int64_t until = to_micros(parts.clock.now());
    std::int64_t last_at = std::numeric_limits<std::int64_t>::min(), last_id = 0;
    std::size_t done = 0;
    for (bool more = true; more && !deadlines.stopping();) {
      JW_ASSIGN(const bool held,
                parts.store.take_lease(std::string(lease_name), parts.owner, parts.clock.now(), lease_time));
      if (!held) return done;
      std::vector<CaseId> due;
      {
        JW_ASSIGN(auto reader, parts.store.read());
        const std::array<storage::Value, 4> key = {until, last_at, last_id, woken_at_once};
        JW_TRY(reader->query(sql::cases_to_wake, key, [&](const storage::Row& row) {
          last_id = row.integer(0);
          last_at = row.integer(1);
          due.emplace_back(last_id);
          return true;
        }));
      }
      for (const CaseId id : due) {
        const auto woken = work.wake(id);
        if (woken && *woken) ++done;
        if (!woken)
          log::warn("cases.not_woken", {{"case", id.to_string()}, {"fault", woken.error().to_log()}});
      }
      more = due.size() == static_cast<std::size_t>(woken_at_once);
    }
    const auto now = parts.clock.monotonic();
    if (!swept_at || now - *swept_at >= sweep_every) {
      swept_at = now;
      JW_ASSIGN(const std::size_t swept, photos.sweep());
      static_cast<void>(swept);
    }
    return done;
  }

  CasesParts parts;
  ProcessBook book;
  Calendars calendars;
  Roster roster;
  CaseWork work;
  CaseLists lists;
  Photos photos;
  Tasks tasks;
  Sync sync;
  CaseErasing erasing;
  Matters matters;
  Figures figures;
  CaseFollower consumer;
  storage::FeedRunner runner;
  std::unique_ptr<storage::Follower> follower;
  std::optional<std::chrono::nanoseconds> swept_at;
  storage::Loop deadlines;
};

CasesService::CasesService(CasesParts parts) : running_(std::make_unique<Running>(std::move(parts))) {}

CasesService::~CasesService() {
  stop();
}

Result<void> CasesService::open(FileSystem& files, const std::string& scenarios_folder) {
  JW_TRY(running_->calendars.open());
  JW_TRY(running_->book.open(files, scenarios_folder));
  storage::FeedPosition from;
  {
    JW_ASSIGN(auto reader, running_->parts.store.read());
    JW_ASSIGN(from, reader->position());
    JW_TRY(running_->figures.load(*reader));
    JW_TRY(running_->roster.loads().load(*reader));
  }
  JW_TRY(running_->roster.reload());
  running_->follower = std::make_unique<storage::Follower>(
      running_->parts.store, from, [running = running_.get()](std::span<const storage::FeedEntry> entries) {
        return running->follow(entries);
      });
  return {};
}

void CasesService::start() {
  running_->follower->start();
  running_->runner.start();
  running_->deadlines.start([running = running_.get()] {
    const auto woken = running->wake_due();
    if (!woken) log::warn("cases.deadlines_late", {{"fault", woken.error().to_log()}});
    if (!woken || *woken == 0) running->deadlines.pause(look_every);
  });
}

void CasesService::stop() {
  running_->deadlines.stop();
  running_->runner.stop();
  if (running_->follower) running_->follower->stop();
}

Result<std::size_t> CasesService::step() {
  JW_ASSIGN(const std::size_t followed, running_->follower->step());
  static_cast<void>(followed);
  for (;;) {
    JW_ASSIGN(const std::size_t taken, running_->runner.step());
    if (taken == 0) break;
  }
  JW_ASSIGN(const std::size_t woken, running_->wake_due());
  JW_ASSIGN(const std::size_t again, running_->follower->step());
  static_cast<void>(again);
  return woken;
}

CaseView CasesService::view(std::shared_ptr<const access::Caller> caller, std::string actor,
                            std::string purpose) const {
  return CaseView(std::move(caller), std::move(actor), std::move(purpose), running_->parts.regions.tree(),
                  running_->parts);
}

namespace {

// The first identifier that a case's form gives; null: none.
const std::string* identifier_in(const Found& found) {
  for (const auto& field : found.declared->form.fields) {
    const auto text = found.one.form.find(field.name);
    if (field.personal == catalog::Personal::identifier && text != found.one.form.end() &&
        !text->second.empty())
      return &text->second;
  }
  return nullptr;
}

}  // namespace

Result<std::string> CasesService::person_of(const Found& found) const {
  if (const std::string* identifier = identifier_in(found)) {
    JW_TRY(parts().sealer.prepare("audit_entry"));
    return storage::pseudonym_of(parts().sealer, *identifier);
  }
  return parts().pseudonym_of ? parts().pseudonym_of(found.one.reporter) : std::string();
}

Result<std::string> CasesService::person_opened(const Found& found, const CaseView& view) const {
  bool open = identifier_in(found) == nullptr;  // who reported it is named to every reader
  for (const auto& field : found.declared->form.fields) {
    const auto text = found.one.form.find(field.name);
    if (field.personal == catalog::Personal::none || text == found.one.form.end() || text->second.empty())
      continue;
    open |= view.opens(found.one, found.declared->form, field.personal);
  }
  return open ? person_of(found) : std::string();
}

ProcessBook& CasesService::book() {
  return running_->book;
}
CaseWork& CasesService::work() {
  return running_->work;
}
CaseLists& CasesService::lists() {
  return running_->lists;
}
Photos& CasesService::photos() {
  return running_->photos;
}
Tasks& CasesService::tasks() {
  return running_->tasks;
}
Sync& CasesService::sync() {
  return running_->sync;
}
Roster& CasesService::roster() {
  return running_->roster;
}
Calendars& CasesService::calendars() {
  return running_->calendars;
}
const CaseErasing& CasesService::erasing() const {
  return running_->erasing;
}
const Matters& CasesService::matters() const {
  return running_->matters;
}
const Figures& CasesService::figures() const {
  return running_->figures;
}
const CasesParts& CasesService::parts() const {
  return running_->parts;
}

}  // namespace jingwei::cases
