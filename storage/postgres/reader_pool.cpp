#include "storage/postgres/reader_pool.h"

#include <libpq-fe.h>

#include "base/limits.h"
#include "storage/sql.gen.h"

namespace jingwei::storage::postgres {

namespace {

constexpr std::size_t pipelined_queries = 256;

class SnapshotReader final : public Reader {
 public:
  SnapshotReader(ReaderPool::Borrowed borrowed, Connection& connection)
      : borrowed_(std::move(borrowed)), connection_(connection) {}

  ~SnapshotReader() override {
    if (!connection_.execute("ROLLBACK") || outdated_) borrowed_.link().drop();
  }
  SnapshotReader(const SnapshotReader&) = delete;
  SnapshotReader& operator=(const SnapshotReader&) = delete;

  Result<void> query(const Statement& statement, std::span<const Value> parameters,
                     const std::function<bool(const Row&)>& row) override {
    auto result = connection_.run(statement, parameters);
    if (!result) return note(std::move(result).error());
    for (int i = 0; i < PQntuples(result->get()); ++i) {
      if (!row(ResultRow(result->get(), i))) break;
    }
    return {};
  }

  Result<void> query_each(const Statement& statement, std::span<const std::vector<Value>> parameters,
                          const std::function<void(std::size_t, const Row&)>& row) override {
    auto name = connection_.prepare(statement);
    if (!name) return note(std::move(name).error());
    for (const auto& values : parameters) JW_TRY(check_texts(values));
    for (std::size_t at = 0; at < parameters.size(); at += pipelined_queries) {
      const auto page = parameters.subspan(at, std::min(pipelined_queries, parameters.size() - at));
      if (auto done = query_page(statement, *name, page, at, row); !done)
        return note(std::move(done).error());
    }
    return {};
  }

  Result<FeedPosition> position() override {
    FeedPosition position;
    JW_TRY(query(sql::feed_head, {}, [&](const Row& row) {
      position = {row.integer(0), row.integer(1)};
      return false;
    }));
    return position;
  }

 private:
  Error note(Error error) {
    outdated_ = outdated_ || is_retriable(connection_.last_state());
    return error;
  }

  Result<void> query_page(const Statement& statement, const std::string& name,
                          std::span<const std::vector<Value>> page, std::size_t first,
                          const std::function<void(std::size_t, const Row&)>& row) {
    pg_conn* handle = connection_.handle();
    PQenterPipelineMode(handle);
    for (const auto& values : page) {
      const Parameters parameters(values);
      PQsendQueryPrepared(handle, name.c_str(), parameters.count(), parameters.pointers(),
                          parameters.lengths(), parameters.formats(), 0);
    }
    PQpipelineSync(handle);
    Result<void> outcome;
    for (std::size_t i = 0; outcome.ok() && i < page.size(); ++i) {
      const ResultHandle result(PQgetResult(handle));
      outcome = connection_.check(result.get(), statement.name);
      if (!outcome) break;
      for (int r = 0; r < PQntuples(result.get()); ++r) row(first + i, ResultRow(result.get(), r));
      const ResultHandle end(PQgetResult(handle));
    }
    while (connection_.alive()) {
      const ResultHandle result(PQgetResult(handle));
      if (result && PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) break;
    }
    PQexitPipelineMode(handle);
    return outcome;
  }

  ReaderPool::Borrowed borrowed_;
  Connection& connection_;
  bool outdated_ = false;
};

}  // namespace

ReaderPool::ReaderPool(const std::string& uri, int readers) {
  for (int i = 0; i < std::max(readers, 2); ++i) free_.push_back(std::make_unique<Link>(uri));
}

Result<ReaderPool::Borrowed> ReaderPool::borrow() {
  std::unique_lock lock(mutex_);
  if (!freed_.wait_for(lock, limits::transaction_open, [this] { return !free_.empty(); })) {
    return Error(ErrorCode::unavailable, "storage.busy").because("no free reader");
  }
  auto link = std::move(free_.back());
  free_.pop_back();
  return Borrowed(*this, std::move(link));
}

void ReaderPool::give_back(std::unique_ptr<Link> link) {
  {
    std::lock_guard lock(mutex_);
    free_.push_back(std::move(link));
  }
  freed_.notify_one();
}

Result<std::unique_ptr<Reader>> ReaderPool::read() {
  JW_ASSIGN(auto borrowed, borrow());
  // A connection may have died since it was last used; a fresh one that fails too is an answer.
  for (int attempt = 0;; ++attempt) {
    JW_ASSIGN(Connection * connection, borrowed.link().get(limits::transaction_open));
    // The first statement takes the snapshot, so that it stands when this returns.
    auto begun =
        connection->execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT pg_current_snapshot()");
    if (begun)
      return std::unique_ptr<Reader>(std::make_unique<SnapshotReader>(std::move(borrowed), *connection));
    borrowed.link().drop();
    if (attempt > 0) return std::move(begun).error();
  }
}

Result<void> ReaderPool::query(const Statement& statement, std::span<const Value> parameters,
                               const std::function<void(const Row&)>& row) {
  JW_ASSIGN(auto borrowed, borrow());
  for (int attempt = 0;; ++attempt) {
    JW_ASSIGN(Connection * connection, borrowed.link().get(limits::transaction_open));
    auto result = connection->run(statement, parameters);
    if (result) {
      for (int i = 0; i < PQntuples(result->get()); ++i) row(ResultRow(result->get(), i));
      return {};
    }
    const bool again = !connection->alive() || is_retriable(connection->last_state());
    if (!connection->alive() || connection->last_state() == "0A000") borrowed.link().drop();
    if (!again || attempt > 0) return std::move(result).error();
  }
}

}  // namespace jingwei::storage::postgres
