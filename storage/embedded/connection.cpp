#include "storage/embedded/connection.h"

#include <sqlite3.h>

#include <charconv>

#include "base/text.h"

namespace jingwei::storage::embedded {

namespace {

constexpr int busy_patience_ms = 5'000;

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace

Error error_of(sqlite3* handle, int code, std::string_view statement) {
  const std::string detail = std::string(statement) + ": " +
                             (handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code)) + " (" +
                             std::to_string(handle ? sqlite3_extended_errcode(handle) : code) + ")";
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
      return Error(ErrorCode::conflict, "storage.constraint").because(detail);
    case SQLITE_FULL:
      return Error(ErrorCode::exhausted, "storage.disk_full").because(detail);
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
      return Error(ErrorCode::exhausted, "storage.fault").because(detail);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Error(ErrorCode::corrupt, "storage.damaged").because(detail);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
      return Error(ErrorCode::denied, "storage.denied").because(detail);
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error(ErrorCode::unavailable, "storage.unavailable").because(detail);
    default:
      return Error(ErrorCode::internal, "storage.fault").because(detail);
  }
}

Prepared::Prepared(sqlite3* handle, sqlite3_stmt* statement, std::string name)
    : connection_(handle), statement_(statement), name_(std::move(name)) {
  // To SQLite "$3" is a name, numbered by first use; here it is looked up once.
  for (int index = 1; index <= sqlite3_bind_parameter_count(statement_); ++index) {
    const char* parameter = sqlite3_bind_parameter_name(statement_, index);
    int number = 0;
    if (parameter != nullptr) std::from_chars(parameter + 1, parameter + std::strlen(parameter), number);
    number_of_.push_back(number);
  }
}

Prepared::~Prepared() {
  sqlite3_finalize(statement_);
}

Result<void> Prepared::bind(std::span<const Value> parameters) {
  for (std::size_t i = 0; i < number_of_.size(); ++i) {
    const int number = number_of_[i];
    if (number < 1 || static_cast<std::size_t>(number) > parameters.size()) {
      return Error(ErrorCode::internal, "storage.fault").because(name_ + " lacks a parameter");
    }
    JW_TRY(bind_one(static_cast<int>(i) + 1, parameters[number - 1]));
  }
  return {};
}

Result<void> Prepared::bind_one(int index, const Value& value) {
  const int code = std::visit(
      Overloaded{[&](const Null&) { return sqlite3_bind_null(statement_, index); },
                 [&](std::int64_t number) { return sqlite3_bind_int64(statement_, index, number); },
                 [&](double number) { return sqlite3_bind_double(statement_, index, number); },
                 [&](const std::string& words) {
                   // As PostgreSQL has it: text is UTF-8 without NUL.
                   if (words.find('\0') != std::string::npos || !text::is_utf8(words)) return SQLITE_MISMATCH;
                   return sqlite3_bind_text64(statement_, index, words.data(), words.size(), SQLITE_STATIC,
                                              SQLITE_UTF8);
                 },
                 [&](const Blob& blob) {
                   if (blob.bytes.empty()) return sqlite3_bind_zeroblob(statement_, index, 0);
                   return sqlite3_bind_blob64(statement_, index, blob.bytes.data(), blob.bytes.size(),
                                              SQLITE_STATIC);
                 }},
      value);
  if (code == SQLITE_OK) return {};
  if (code == SQLITE_MISMATCH) return Error(ErrorCode::invalid, "storage.bad_text").because(name_);
  return error_of(connection_, code, name_);
}

Result<bool> Prepared::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return error_of(connection_, code, name_);
}

Result<std::int64_t> Prepared::run(std::span<const Value> parameters) {
  auto outcome = [&]() -> Result<std::int64_t> {
    JW_TRY(bind(parameters));
    std::int64_t rows = 0;
    while (true) {
      JW_ASSIGN(const bool row, step());
      if (!row) break;
      ++rows;
    }
    return sqlite3_stmt_readonly(statement_) ? rows : sqlite3_changes64(connection_);
  }();
  reset();
  return outcome;
}

void Prepared::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

int PreparedRow::columns() const {
  return sqlite3_column_count(statement_);
}
bool PreparedRow::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}
std::int64_t PreparedRow::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}
double PreparedRow::real(int column) const {
  return sqlite3_column_double(statement_, column);
}

std::string_view PreparedRow::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view PreparedRow::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, const std::string& vfs,
                                                     int cache_kib) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, vfs.empty() ? nullptr : vfs.c_str());
  std::unique_ptr<Connection> connection(new Connection(handle));
  if (code != SQLITE_OK) return error_of(handle, code, "open " + path);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, busy_patience_ms);
  // Checkpoints are the checkpointer's work (checkpointer.h), so that no commit waits for one.
  JW_TRY(
      connection->execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=OFF;"
                          "PRAGMA wal_autocheckpoint=0; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-" +
                          std::to_string(cache_kib)));
  return connection;
}

Connection::~Connection() {
  by_statement_.clear();
  by_text_.clear();
  sqlite3_close_v2(handle_);
}

Result<void> Connection::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(handle_, code, sql.substr(0, 80));
  return {};
}

Result<std::unique_ptr<Prepared>> Connection::compile(const std::string& text, const std::string& name) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, text.data(), static_cast<int>(text.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return error_of(handle_, code, name);
  if (statement == nullptr) return Error(ErrorCode::internal, "storage.fault").because(name + " is empty");
  return std::make_unique<Prepared>(handle_, statement, name);
}

Result<Prepared*> Connection::prepare(const Statement& statement) {
  auto& slot = by_statement_[&statement];
  if (!slot) {
    JW_ASSIGN(slot, compile(statement.sqlite, statement.name));
  }
  return slot.get();
}

Result<Prepared*> Connection::prepare(const std::string& text) {
  auto& slot = by_text_[text];
  if (!slot) {
    JW_ASSIGN(slot, compile(text, text.substr(0, 60)));
  }
  return slot.get();
}

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

}  // namespace jingwei::storage::embedded
