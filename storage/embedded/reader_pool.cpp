#include "storage/embedded/reader_pool.h"

#include "base/limits.h"
#include "storage/sql.gen.h"

namespace jingwei::storage::embedded {

namespace {

const Statement begin_reading{"begin_reading", "BEGIN", ""};
const Statement end_reading{"end_reading", "ROLLBACK", ""};

class SnapshotReader final : public Reader {
 public:
  SnapshotReader(ReaderPool& pool, std::unique_ptr<Connection> connection)
      : pool_(pool), connection_(std::move(connection)) {}

  ~SnapshotReader() override {
    if (connection_->in_transaction()) (void)command(end_reading);
    pool_.give_back(std::move(connection_));
  }
  SnapshotReader(const SnapshotReader&) = delete;
  SnapshotReader& operator=(const SnapshotReader&) = delete;

  // SQLite takes its snapshot at the first read, so the position is read at once: both belong together.
  Result<void> begin() {
    JW_TRY(command(begin_reading));
    return query(sql::feed_head, {}, [this](const Row& row) {
      position_ = {row.integer(0), row.integer(1)};
      return false;
    });
  }

  Result<void> query(const Statement& statement, std::span<const Value> parameters,
                     const std::function<bool(const Row&)>& row) override {
    JW_ASSIGN(Prepared * prepared, connection_->prepare(statement));
    auto outcome = run(*prepared, parameters, row);
    prepared->reset();
    return outcome;
  }

  Result<void> query_each(const Statement& statement, std::span<const std::vector<Value>> parameters,
                          const std::function<void(std::size_t, const Row&)>& row) override {
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      JW_TRY(query(statement, parameters[i], [&](const Row& found) {
        row(i, found);
        return true;
      }));
    }
    return {};
  }

  Result<FeedPosition> position() override { return position_; }

 private:
  Result<void> command(const Statement& statement) {
    JW_ASSIGN(Prepared * prepared, connection_->prepare(statement));
    JW_ASSIGN([[maybe_unused]] const auto rows, prepared->run({}));
    return {};
  }

  static Result<void> run(Prepared& prepared, std::span<const Value> parameters,
                          const std::function<bool(const Row&)>& row) {
    JW_TRY(prepared.bind(parameters));
    const PreparedRow current(prepared);
    while (true) {
      JW_ASSIGN(const bool found, prepared.step());
      if (!found || !row(current)) return {};
    }
  }

  ReaderPool& pool_;
  std::unique_ptr<Connection> connection_;
  FeedPosition position_;
};

}  // namespace

ReaderPool::ReaderPool(std::vector<std::unique_ptr<Connection>> connections)
    : free_(std::move(connections)) {}

Result<std::unique_ptr<Reader>> ReaderPool::take() {
  std::unique_ptr<Connection> connection;
  {
    std::unique_lock lock(mutex_);
    if (!freed_.wait_for(lock, limits::transaction_open, [this] { return !free_.empty(); })) {
      return Error(ErrorCode::unavailable, "storage.busy").because("no free reader");
    }
    connection = std::move(free_.back());
    free_.pop_back();
  }
  auto reader = std::make_unique<SnapshotReader>(*this, std::move(connection));
  JW_TRY(reader->begin());
  return std::unique_ptr<Reader>(std::move(reader));
}

void ReaderPool::give_back(std::unique_ptr<Connection> connection) {
  {
    std::lock_guard lock(mutex_);
    free_.push_back(std::move(connection));
  }
  freed_.notify_one();
}

}  // namespace jingwei::storage::embedded
