// One connection to PostgreSQL with its prepared statements. Used by one thread at a time.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "storage/statement.h"
#include "storage/value.h"

struct pg_conn;
struct pg_result;

namespace jingwei::storage::postgres {

struct ResultDeleter {
  void operator()(pg_result* result) const;
};
using ResultHandle = std::unique_ptr<pg_result, ResultDeleter>;

// One row of a result in text format; bytea is decoded when asked for.
class ResultRow final : public Row {
 public:
  ResultRow(const pg_result* result, int row) : result_(result), row_(row) {}
  int columns() const override;
  bool is_null(int column) const override;
  std::int64_t integer(int column) const override;
  double real(int column) const override;
  std::string_view text(int column) const override;
  std::string_view blob(int column) const override;

 private:
  const pg_result* result_;
  int row_;
  mutable std::map<int, std::string> decoded_;
};

// Parameters as libpq takes them: numbers as text (the server knows the column's type), bytes as they are.
class Parameters {
 public:
  explicit Parameters(std::span<const Value> values);
  int count() const { return static_cast<int>(pointers_.size()); }
  const char* const* pointers() const { return pointers_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  std::vector<std::string> numbers_;
  std::vector<const char*> pointers_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

// Text that PostgreSQL could not take is refused here already, as `invalid`.
Result<void> check_texts(std::span<const Value> values);

// SQLSTATEs that say "try the transaction again": serialization failure, deadlock, a plan that an upgrade has
// outdated.
bool is_retriable(std::string_view state);

class Connection {
 public:
  // Sets the timeouts that keep any transaction of ours from staying open over limits::transaction_open.
  static Result<std::unique_ptr<Connection>> open(const std::string& uri);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool alive() const;
  // SQLSTATE of the last fault, empty when the connection itself broke.
  const std::string& last_state() const { return last_state_; }
  void clear_state() { last_state_.clear(); }

  Result<void> execute(const std::string& script);
  // The name under which the statement is prepared; prepares it the first time (not in pipeline mode).
  Result<std::string> prepare(const Statement& statement);
  Result<ResultHandle> run(const Statement& statement, std::span<const Value> parameters);

  // Nothing, or what the result says went wrong.
  Result<void> check(const pg_result* result, std::string_view statement);
  Error broken(std::string_view doing);
  pg_conn* handle() const { return handle_; }
  // What makes a transaction's number in the feed of its xid; zero before the tables stand.
  std::int64_t xact_offset() const { return xact_offset_; }

 private:
  explicit Connection(pg_conn* handle) : handle_(handle) {}
  Result<void> read_offset();

  pg_conn* handle_;
  std::string last_state_;
  std::int64_t xact_offset_ = 0;
  std::unordered_map<const Statement*, std::string> prepared_;
};

}  // namespace jingwei::storage::postgres
