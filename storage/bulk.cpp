#include "storage/bulk.h"

#include "base/limits.h"

namespace jingwei::storage {

namespace {

// Two writes closer than this are a stream; one by a person now and then is not.
constexpr std::chrono::milliseconds stream_gap{250};
constexpr int rest_per_work = 7;
constexpr std::chrono::milliseconds longest_rest{400};

}  // namespace

void BulkPace::note(const Change& change) {
  if (change.origin == Origin::hub) return;
  const auto now = clock_.monotonic();
  const std::lock_guard lock(mutex_);
  before_ = last_;
  last_ = now;
}

std::chrono::nanoseconds BulkPace::rest() {
  const auto now = clock_.monotonic();
  const std::lock_guard lock(mutex_);
  const auto worked = resumed_ ? now - *resumed_ : std::chrono::nanoseconds{0};
  const bool stream = before_ && *last_ - *before_ < stream_gap && now - *last_ < stream_gap;
  const std::chrono::nanoseconds rest =
      stream ? std::min<std::chrono::nanoseconds>(worked * rest_per_work, longest_rest)
             : std::chrono::nanoseconds{0};
  resumed_ = now + rest;
  return rest;
}

Result<void> check_slice(const BulkSlice& slice) {
  if (slice.columns.empty() || slice.cells.size() % slice.columns.size() != 0) {
    return Error(ErrorCode::internal, "storage.fault")
        .because("cells of " + slice.table + " do not fill rows");
  }
  if (slice.cells.size() / slice.columns.size() > limits::change_writes) {
    return Error(ErrorCode::too_large, "storage.too_many_writes")
        .with("limit", std::to_string(limits::change_writes));
  }
  return {};
}

std::string insert_text(const BulkSlice& slice) {
  std::string text = "INSERT INTO " + slice.table + " (";
  std::string values;
  for (std::size_t i = 0; i < slice.columns.size(); ++i) {
    if (i > 0) {
      text += ", ";
      values += ", ";
    }
    text += slice.columns[i];
    values += '$' + std::to_string(i + 1);
  }
  return text + ") VALUES (" + values + ')';
}

FeedEntry entry_of(const Row& row) {
  return FeedEntry{{row.integer(0), row.integer(1)},
                   from_micros(row.integer(2)),
                   row.integer(3),
                   std::string(row.text(4)),
                   std::string(row.text(5))};
}

Timer timer_of(const Row& row, const std::string& owner) {
  return Timer{TimerId(row.integer(0)),  from_micros(row.integer(1)),
               std::string(row.text(2)), std::string(row.text(3)),
               row.integer(4),           owner};
}

void sort_by_due(std::vector<Timer>& timers) {
  std::sort(timers.begin(), timers.end(),
            [](const Timer& a, const Timer& b) { return std::tie(a.due, a.id) < std::tie(b.due, b.id); });
}

}  // namespace jingwei::storage
