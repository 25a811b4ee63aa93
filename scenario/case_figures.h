// The figures of metrics.yaml: cases counted from the events of their steps.
#pragma once

#include <deque>
#include <mutex>

#include "modules/metrics/metrics_service.h"
#include "scenario/checker.h"

namespace jingwei::scenario {

// The event of one step of a case, as modules/cases writes it.
inline constexpr std::string_view case_step_kind = "case.step";

// Thread-safe. A figure once shown keeps its definition's address until the end.
class CaseFigures final : public metrics::EventFigures {
 public:
  // Takes the metrics of all packages as they stand now.
  void set(const Shelf& shelf);

  std::vector<Figure> figures() const override;
  std::uint64_t revision() const override;
  void count(const storage::FeedEntry& event, const Add& add) const override;

 private:
  enum class What : std::uint8_t {
    opened,
    open,
    entered,
    closed,
    overdue,
    escalated,
    reopened,
    supervised,
    late,
    hours_to_close
  };
  struct Counted {
    catalog::Resource about;
    catalog::Metric metric;
    std::string process, state, category;
    What what = What::opened;
  };
  static std::optional<What> what_named(std::string_view word);
  static double delta_of(const Counted& counted, const struct CaseStep& step);

  mutable std::mutex mutex_;
  std::deque<Counted> all_;               // every one ever shown
  std::vector<const Counted*> standing_;  // now
  std::uint64_t revision_ = 0;
};

}  // namespace jingwei::scenario
