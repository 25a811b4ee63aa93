// What processes say to people (`effects: [{hook: notice, to: …, text: …}]` of a transition, `tell` of a
// state), and what the hub says of a case that nobody has touched or that was merged, sent as notices.
#pragma once

#include "modules/cases/cases_service.h"
#include "modules/identity/identity_service.h"
#include "modules/notice/notice_service.h"
#include "storage/feed_runner.h"

namespace jingwei::app {

// Each effect is told once: the notice bears the effect's place in the feed as its idempotency key; what
// entering a state tells bears the case, its version then and the place of the telling. What is older than a
// day is told to nobody any more. All must outlive it.
class CaseNotices final : public storage::Consumer {
 public:
  CaseNotices(storage::Store& store, cases::CasesService& cases, notice::NoticeService& notices,
              const region::Regions& regions, const Clock& clock, const std::string& owner)
      : store_(store),
        cases_(cases),
        notices_(notices),
        regions_(regions),
        clock_(clock),
        runner_(store, clock, *this, owner) {}

  // On a thread of its own, until stop(), in one of the processes on a database.
  void start() { runner_.start(); }
  void stop() { runner_.stop(); }

  std::string name() const override { return "case_notices"; }
  Result<void> handle(std::span<const storage::FeedEntry> entries, storage::Change& effect) override;

 private:
  struct Entered;
  Result<void> tell(const storage::FeedEntry& entry);
  // To people who need have nothing to do with the case, by whoever took the step: they follow who has read
  // it.
  Result<void> tell_audience(const Entered& entered);
  // None: there is nobody to be told. Errors: the store's.
  Result<std::optional<notice::Audience>> audience_of(const std::string& to, RegionId region,
                                                      const cases::Found& found) const;
  Result<std::optional<notice::Audience>> those_above(RegionId region, const cases::Found& found,
                                                      const region::Tree& tree) const;

  storage::Store& store_;
  cases::CasesService& cases_;
  notice::NoticeService& notices_;
  const region::Regions& regions_;
  const Clock& clock_;
  storage::FeedRunner runner_;
};

}  // namespace jingwei::app
