// One SQLite connection with its prepared statements. Used by one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "storage/statement.h"
#include "storage/value.h"

struct sqlite3;
struct sqlite3_stmt;

namespace jingwei::storage::embedded {

// What SQLite's code means to a caller: full → exhausted, constraint → conflict, damage → corrupt, I/O →
// unavailable.
Error error_of(sqlite3* handle, int code, std::string_view statement);

// A compiled statement; borrowed from its Connection's cache.
class Prepared {
 public:
  Prepared(sqlite3* handle, sqlite3_stmt* statement, std::string name);
  ~Prepared();
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  // $1 is parameters[0]. The values must live until `reset`. Errors: invalid for text holding NUL, internal
  // for too few.
  Result<void> bind(std::span<const Value> parameters);
  // True when a row stands ready.
  Result<bool> step();
  // Runs to the end; returns the rows touched (or, of a SELECT, the rows found).
  Result<std::int64_t> run(std::span<const Value> parameters);
  void reset();
  sqlite3_stmt* handle() const { return statement_; }

 private:
  Result<void> bind_one(int index, const Value& value);

  sqlite3* connection_;
  sqlite3_stmt* statement_;
  std::string name_;
  std::vector<int> number_of_;  // per SQLite index: the n of its $n
};

// The row a Prepared stands on.
class PreparedRow final : public Row {
 public:
  explicit PreparedRow(const Prepared& prepared) : statement_(prepared.handle()) {}
  int columns() const override;
  bool is_null(int column) const override;
  std::int64_t integer(int column) const override;
  double real(int column) const override;
  std::string_view text(int column) const override;
  std::string_view blob(int column) const override;

 private:
  sqlite3_stmt* statement_;
};

class Connection {
 public:
  // Opens or creates the file in WAL mode with synchronous=FULL. `vfs` may be empty.
  static Result<std::unique_ptr<Connection>> open(const std::string& path, const std::string& vfs,
                                                  int cache_kib);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Result<void> execute(const std::string& sql);  // any number of statements, no parameters
  Result<Prepared*> prepare(const Statement& statement);
  Result<Prepared*> prepare(const std::string& text);  // cached by text; for the few statements built here
  bool in_transaction() const;
  sqlite3* handle() const { return handle_; }

 private:
  explicit Connection(sqlite3* handle) : handle_(handle) {}
  Result<std::unique_ptr<Prepared>> compile(const std::string& text, const std::string& name);

  sqlite3* handle_;
  std::unordered_map<const Statement*, std::unique_ptr<Prepared>> by_statement_;
  std::unordered_map<std::string, std::unique_ptr<Prepared>> by_text_;
};

}  // namespace jingwei::storage::embedded
