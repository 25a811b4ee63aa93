#include "storage/store.h"

#include <algorithm>
#include <future>
#include <iterator>

#include "base/limits.h"
#include "storage/sql.gen.h"

namespace jingwei::storage {

Result<Committed> Store::commit(Change change) {
  // Shared, since the storage thread may still be inside set_value when this thread has its answer and
  // leaves.
  auto promise = std::make_shared<std::promise<Result<Committed>>>();
  auto future = promise->get_future();
  commit(std::move(change), [promise](Result<Committed> result) { promise->set_value(std::move(result)); });
  return future.get();
}

void put_rows(Change& change, const Statement& one, const Statement& eight,
              std::vector<std::vector<Value>> rows) {
  constexpr std::size_t together = 8;
  std::size_t at = 0;
  for (; at + together <= rows.size(); at += together) {
    std::vector<Value> parameters;
    for (std::size_t row = at; row < at + together; ++row)
      std::move(rows[row].begin(), rows[row].end(), std::back_inserter(parameters));
    change.writes.push_back({&eight, std::move(parameters), static_cast<std::int64_t>(together)});
  }
  for (; at < rows.size(); ++at) change.writes.push_back({&one, std::move(rows[at]), 1});
}

Write add_timer(TimerId id, Instant due, std::string kind, std::string body) {
  return Write{&sql::add_timer, {id.value, to_micros(due), std::move(kind), std::move(body)}, 1};
}

Write complete_timer(const Timer& timer) {
  return Write{&sql::complete_timer, {timer.id.value, timer.lease_owner, timer.attempt}, 1};
}

Write postpone_timer(const Timer& timer, Instant due) {
  return Write{&sql::postpone_timer, {timer.id.value, timer.lease_owner, timer.attempt, to_micros(due)}, 1};
}

Write move_cursor(const std::string& consumer, FeedPosition from, FeedPosition to) {
  return Write{
      &sql::move_cursor, {consumer, from.transaction, from.sequence, to.transaction, to.sequence}, 1};
}

Result<FeedPosition> read_cursor(Reader& reader, const std::string& consumer) {
  FeedPosition position;
  const std::array<Value, 1> parameters = {consumer};
  JW_TRY(reader.query(sql::read_cursor, parameters, [&](const Row& row) {
    position = {row.integer(0), row.integer(1)};
    return false;
  }));
  return position;
}

Result<std::optional<std::int64_t>> query_integer(Reader& reader, const Statement& statement,
                                                  std::span<const Value> parameters) {
  std::optional<std::int64_t> found;
  JW_TRY(reader.query(statement, parameters, [&](const Row& row) {
    if (!row.is_null(0)) found = row.integer(0);
    return false;
  }));
  return found;
}

Result<Committed> decide_and_commit(Store& store, const std::function<Result<Change>(Reader&)>& decide) {
  for (int attempt = 1;; ++attempt) {
    // The snapshot ends before the commit, so that it does not hold back the log's checkpoint.
    auto change = [&]() -> Result<Change> {
      JW_ASSIGN(auto reader, store.read());
      return decide(*reader);
    }();
    if (!change) return std::move(change).error();
    auto committed = store.commit(std::move(change).value());
    if (committed || committed.error().code != ErrorCode::conflict || attempt == limits::decide_attempts)
      return committed;
  }
}

}  // namespace jingwei::storage
