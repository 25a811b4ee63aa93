// Cases (案件): declared processes and what people do in them; the module's door.
#pragma once

#include <memory>
#include <string>

#include "modules/cases/calendar/holiday_file.h"
#include "modules/cases/case_events.h"
#include "modules/cases/case_lists.h"
#include "modules/cases/case_work.h"
#include "modules/cases/erasing.h"
#include "modules/cases/evidence/photos.h"
#include "modules/cases/figures.h"
#include "modules/cases/matters.h"
#include "modules/cases/process/process_yaml.h"
#include "modules/cases/process_book.h"
#include "modules/cases/sync.h"
#include "modules/cases/tasks.h"

namespace jingwei::cases {

// Thread-safe.
class CasesService {
 public:
  explicit CasesService(CasesParts parts);
  ~CasesService();

  // Reads what packages declare, the roster, the calendar and the figures. Errors: ProcessBook::open's, the
  // store's.
  Result<void> open(FileSystem& files, const std::string& scenarios_folder);
  // Looks after deadlines and follows the feed on threads of its own, until stop().
  void start();
  void stop();
  // One look at what is due, and what the feed has brought so far, on the caller's thread; how many cases
  // were woken. Errors: the store's.
  Result<std::size_t> step();

  // A caller on the present tree.
  CaseView view(std::shared_ptr<const access::Caller> caller, std::string actor, std::string purpose) const;
  // Whom a case is about, by their name in the audit log: the person of the form's first identifier; where
  // the form has none, the verified person who reported it. Empty where neither is known. Errors: the
  // store's.
  Result<std::string> person_of(const Found& found) const;
  // The same for a reader of the form: empty where the identifier's person has nothing open to them.
  Result<std::string> person_opened(const Found& found, const CaseView& view) const;

  ProcessBook& book();
  CaseWork& work();
  CaseLists& lists();
  Photos& photos();
  Tasks& tasks();
  Sync& sync();
  Roster& roster();
  Calendars& calendars();
  const CaseErasing& erasing() const;
  const Matters& matters() const;
  const Figures& figures() const;
  const CasesParts& parts() const;

 private:
  struct Running;
  std::unique_ptr<Running> running_;
};

}  // namespace jingwei::cases
