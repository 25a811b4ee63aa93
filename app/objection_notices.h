// What happens to objections, told to the data officers of the department that has to answer.
#pragma once

#include <set>

#include "modules/notice/notice_service.h"
#include "modules/quality/quality_service.h"
#include "storage/feed_runner.h"

namespace jingwei::app {

// A notice when an objection is opened, the day before it is due, when it is overdue and in each term after
// that, and when one was accepted and its datum still says the same. Each step is told once: the notice bears
// its place in the feed as its idempotency key. What is older than a day, or answered meanwhile, is told to
// nobody any more. The notice names resource, field and number; the words stay with the objection. All must
// outlive it.
class ObjectionNotices final : public storage::Consumer {
 public:
  ObjectionNotices(storage::Store& store, quality::QualityService& quality, const catalog::Catalog& catalog,
                   notice::NoticeService& notices, const Clock& clock, const std::string& owner)
      : quality_(quality),
        catalog_(catalog),
        notices_(notices),
        clock_(clock),
        runner_(store, clock, *this, owner) {}

  // On a thread of its own, until stop(), in one of the processes on a database.
  void start() { runner_.start(); }
  void stop() { runner_.stop(); }
  // One page of the feed, on the caller's thread; how many events. Errors: the store's.
  Result<std::size_t> step() { return runner_.step(); }

  std::string name() const override { return "objection_notices"; }
  Result<void> handle(std::span<const storage::FeedEntry> entries, storage::Change& effect) override;

 private:
  Result<void> tell(const storage::FeedEntry& entry, const std::string& step, quality::ObjectionId objection);

  quality::QualityService& quality_;
  const catalog::Catalog& catalog_;
  notice::NoticeService& notices_;
  const Clock& clock_;
  storage::FeedRunner runner_;
};

}  // namespace jingwei::app
