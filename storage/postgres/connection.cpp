#include "storage/postgres/connection.h"

#include <libpq-fe.h>

#include <charconv>

#include "base/limits.h"
#include "base/text.h"
#include "storage/sql.gen.h"

namespace jingwei::storage::postgres {

namespace {

constexpr int hex_digit(char digit) {
  return digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}

Error error_of(std::string_view state, std::string detail) {
  const std::string_view kind = state.substr(0, 2);
  if (kind == "23") return Error(ErrorCode::conflict, "storage.constraint").because(std::move(detail));
  if (is_retriable(state))
    return Error(ErrorCode::conflict, "storage.changed_meanwhile").because(std::move(detail));
  if (state == "53100") return Error(ErrorCode::exhausted, "storage.disk_full").because(std::move(detail));
  if (state == "22021" || state == "22P05")
    return Error(ErrorCode::invalid, "storage.bad_text").because(std::move(detail));
  if (state == "42501" || kind == "28")
    return Error(ErrorCode::denied, "storage.denied").because(std::move(detail));
  if (state.starts_with("XX001") || state == "XX002") {
    return Error(ErrorCode::corrupt, "storage.damaged").because(std::move(detail));
  }
  if (state.empty() || kind == "08" || kind == "53" || kind == "57" || kind == "55" || kind == "25") {
    return Error(ErrorCode::unavailable, "storage.unavailable").because(std::move(detail));
  }
  return Error(ErrorCode::internal, "storage.fault").because(std::move(detail));
}

}  // namespace

void ResultDeleter::operator()(pg_result* result) const {
  PQclear(result);
}

bool is_retriable(std::string_view state) {
  return state == "40001" || state == "40P01" || state == "0A000" || state == "26000";
}

int ResultRow::columns() const {
  return PQnfields(result_);
}
bool ResultRow::is_null(int column) const {
  return PQgetisnull(result_, row_, column) != 0;
}

std::int64_t ResultRow::integer(int column) const {
  const std::string_view digits = text(column);
  if (digits == "t") return 1;
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

double ResultRow::real(int column) const {
  const std::string_view digits = text(column);
  double number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::string_view ResultRow::text(int column) const {
  return {PQgetvalue(result_, row_, column), static_cast<std::size_t>(PQgetlength(result_, row_, column))};
}

std::string_view ResultRow::blob(int column) const {
  const std::string_view shown = text(column);
  if (!shown.starts_with("\\x")) return shown;
  auto [at, fresh] = decoded_.try_emplace(column);
  if (fresh) {
    at->second.resize(shown.size() / 2 - 1);
    for (std::size_t i = 0; i < at->second.size(); ++i) {
      at->second[i] = static_cast<char>(hex_digit(shown[2 + 2 * i]) << 4 | hex_digit(shown[3 + 2 * i]));
    }
  }
  return at->second;
}

Parameters::Parameters(std::span<const Value> values) {
  numbers_.reserve(values.size());  // so that the pointers stay
  for (const Value& value : values) {
    const char* pointer = nullptr;
    std::size_t length = 0;
    int format = 0;
    if (const auto* text = std::get_if<std::string>(&value)) {
      pointer = text->c_str();
      length = text->size();
    } else if (const auto* blob = std::get_if<Blob>(&value)) {
      pointer = blob->bytes.data();
      length = blob->bytes.size();
      format = 1;
    } else if (!std::holds_alternative<Null>(value)) {
      char digits[40];
      const auto* whole = std::get_if<std::int64_t>(&value);
      const auto end = whole ? std::to_chars(digits, digits + sizeof digits, *whole).ptr
                             : std::to_chars(digits, digits + sizeof digits, std::get<double>(value)).ptr;
      pointer = numbers_.emplace_back(digits, end).c_str();
      length = numbers_.back().size();
    }
    pointers_.push_back(pointer);
    lengths_.push_back(static_cast<int>(length));
    formats_.push_back(format);
  }
}

Result<void> check_texts(std::span<const Value> values) {
  for (const Value& value : values) {
    const auto* words = std::get_if<std::string>(&value);
    if (words && (words->find('\0') != std::string::npos || !text::is_utf8(*words))) {
      return Error(ErrorCode::invalid, "storage.bad_text");
    }
  }
  return {};
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& uri) {
  std::unique_ptr<Connection> connection(new Connection(PQconnectdb(uri.c_str())));
  if (!connection->alive()) return connection->broken("connect");
  PQsetNoticeProcessor(
      connection->handle_, [](void*, const char*) {}, nullptr);
  if (PQserverVersion(connection->handle_) / 10'000 < 13) {
    return Error(ErrorCode::unsupported, "storage.unavailable").because("PostgreSQL 13 or newer is needed");
  }
  const auto patience = std::to_string(std::chrono::milliseconds(limits::transaction_open).count());
  JW_TRY(connection->execute("SET statement_timeout = " + patience +
                             "; SET idle_in_transaction_session_timeout = " + patience +
                             "; SET client_encoding = 'UTF8'; SET bytea_output = 'hex'; "
                             "SET extra_float_digits = 1; SET synchronous_commit = on"));
  JW_TRY(connection->read_offset());
  return connection;
}

Result<void> Connection::read_offset() {
  const ResultHandle result(PQexec(handle_, sql::read_offset.postgres.c_str()));
  auto checked = check(result.get(), sql::read_offset.name);
  if (!checked && last_state_ == "42P01") return {};  // before the first start
  if (checked && PQntuples(result.get()) == 1) xact_offset_ = ResultRow(result.get(), 0).integer(0);
  return checked;
}

Connection::~Connection() {
  PQfinish(handle_);
}

bool Connection::alive() const {
  return PQstatus(handle_) == CONNECTION_OK;
}

Error Connection::broken(std::string_view doing) {
  last_state_.clear();
  return error_of("", std::string(doing) + ": " + PQerrorMessage(handle_));
}

Result<void> Connection::check(const pg_result* result, std::string_view statement) {
  if (result == nullptr) return broken(statement);
  switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_SINGLE_TUPLE:
    case PGRES_PIPELINE_SYNC:
    case PGRES_COPY_IN:
      return {};
    default:
      break;
  }
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  last_state_ = state ? state : "";
  // The primary message only: the detail line of a constraint quotes the row's values.
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return error_of(last_state_, std::string(statement) + ": " +
                                   (message ? message : PQresultErrorMessage(result)) + " (" + last_state_ +
                                   ")");
}

Result<void> Connection::execute(const std::string& script) {
  const ResultHandle result(PQexec(handle_, script.c_str()));
  return check(result.get(), std::string_view(script).substr(0, 80));
}

Result<std::string> Connection::prepare(const Statement& statement) {
  const auto found = prepared_.find(&statement);
  if (found != prepared_.end()) return found->second;
  std::string name = "s" + std::to_string(prepared_.size());
  const ResultHandle result(PQprepare(handle_, name.c_str(), statement.postgres.c_str(), 0, nullptr));
  JW_TRY(check(result.get(), statement.name));
  prepared_.emplace(&statement, name);
  return name;
}

Result<ResultHandle> Connection::run(const Statement& statement, std::span<const Value> values) {
  JW_TRY(check_texts(values));
  JW_ASSIGN(const std::string name, prepare(statement));
  const Parameters parameters(values);
  ResultHandle result(PQexecPrepared(handle_, name.c_str(), parameters.count(), parameters.pointers(),
                                     parameters.lengths(), parameters.formats(), 0));
  JW_TRY(check(result.get(), statement.name));
  return result;
}

}  // namespace jingwei::storage::postgres
