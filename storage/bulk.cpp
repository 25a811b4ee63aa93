#include "storage/bulk.h"

#include "base/limits.h"

namespace jingwei::storage {

namespace {

// Two writes closer than this are a stream; one by a person now and then is not.
constexpr std::chrono::milliseconds stream_gap{250};
constexpr int rest_per_work = 7;
constexpr std::chrono::milliseconds longest_rest{400};
// What a slice may add to the transaction it stands in, while there is a stream.
constexpr double slice_ns = 200'000;
constexpr std::size_t rows_in_stream = 512, rows_in_stream_least = 32;
constexpr double newest_counts = 0.3;
constexpr int gaps_of_patience = 4;  // between two writes
constexpr std::chrono::milliseconds longest_patience{25};

}  // namespace

void BulkPace::note(const Change& change) {
  if (change.origin == Origin::hub) return;
  const auto now = clock_.monotonic();
  const std::lock_guard lock(mutex_);
  before_ = last_;
  last_ = now;
}

bool BulkPace::is_stream(std::chrono::nanoseconds now) const {
  return before_ && *last_ - *before_ < stream_gap && now - *last_ < stream_gap;
}

bool BulkPace::stream() const {
  const auto now = clock_.monotonic();
  const std::lock_guard lock(mutex_);
  return is_stream(now);
}

std::chrono::nanoseconds BulkPace::until_company() const {
  const auto now = clock_.monotonic();
  const std::lock_guard lock(mutex_);
  if (!is_stream(now)) return std::chrono::nanoseconds{0};
  return std::min<std::chrono::nanoseconds>((*last_ - *before_) * gaps_of_patience, longest_patience);
}

std::size_t BulkPace::rows_at_once(std::size_t most) const {
  const auto now = clock_.monotonic();
  const std::lock_guard lock(mutex_);
  if (!is_stream(now)) return most;
  const double rows = row_ns_ > 0 ? slice_ns / row_ns_ : static_cast<double>(rows_in_stream);
  return std::min(most, std::clamp(static_cast<std::size_t>(rows), rows_in_stream_least, rows_in_stream));
}

bool BulkPace::is_small(std::size_t rows) {
  return rows <= rows_in_stream;
}

void BulkPace::note_slice(std::size_t rows, std::chrono::nanoseconds took) {
  if (rows == 0) return;
  const double row_ns = static_cast<double>(took.count()) / static_cast<double>(rows);
  const std::lock_guard lock(mutex_);
  row_ns_ = row_ns_ > 0 ? row_ns_ + newest_counts * (row_ns - row_ns_) : row_ns;
}

std::chrono::nanoseconds BulkPace::rest() {
  const auto now = clock_.monotonic();
  const std::lock_guard lock(mutex_);
  const auto worked = resumed_ ? now - *resumed_ : std::chrono::nanoseconds{0};
  const std::chrono::nanoseconds rest =
      is_stream(now) ? std::min<std::chrono::nanoseconds>(worked * rest_per_work, longest_rest)
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
