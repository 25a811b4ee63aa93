#include "storage/postgres/landing.h"

#include <libpq-fe.h>

#include "storage/migrations.h"
#include "storage/sql.gen.h"

namespace jingwei::storage::postgres {

namespace {

constexpr int create_attempts = 10;

// CREATE TABLE IF NOT EXISTS of two processes at once may fail in one of them; the table stands then.
Result<void> create_landed(Connection& connection) {
  for (int attempt = 1;; ++attempt) {
    auto created = connection.execute(sql::create_landed.postgres);
    if (created) return connection.execute(sql::create_landing_lock.postgres);
    const std::string& state = connection.last_state();
    const bool raced = state == "23505" || state == "42P07" || state == "42710" || state == "40001";
    if (!raced || attempt == create_attempts) return created;
  }
}

Result<Landed> read_landed(Connection& connection, const std::string& module) {
  const std::array<Value, 1> parameters = {module};
  JW_ASSIGN(const ResultHandle result, connection.run(sql::find_landed, parameters));
  Landed landed;
  for (int i = 0; i < PQntuples(result.get()); ++i) {
    const ResultRow row(result.get(), i);
    landed.emplace(row.integer(0), row.text(1));
  }
  return landed;
}

Result<void> land(Connection& connection, const Migration& migration, std::int64_t now_us) {
  // A step may take long, and so may the wait for another process that runs it.
  JW_TRY(connection.execute(
      "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"));
  auto outcome = [&]() -> Result<void> {
    JW_TRY(connection.execute(sql::lock_landing.postgres));
    JW_ASSIGN(const Landed landed, read_landed(connection, migration.module));
    JW_ASSIGN(const bool wanted, must_run(migration, landed));
    if (!wanted) return {};
    JW_TRY(connection.execute(migration.postgres));
    const std::array<Value, 5> row = {migration.module, std::int64_t{migration.number}, migration.title,
                                      digest_of(migration), now_us};
    JW_ASSIGN([[maybe_unused]] const auto result, connection.run(sql::put_landed, row));
    return {};
  }();
  if (outcome) return connection.execute("COMMIT");
  if (connection.alive()) (void)connection.execute("ROLLBACK");
  return outcome;
}

}  // namespace

Result<void> land_all(Connection& connection, std::span<const Migration> migrations, std::int64_t now_us) {
  JW_TRY(create_landed(connection));
  for (const std::string& module : modules_of(migrations)) {
    JW_ASSIGN(const Landed landed, read_landed(connection, module));
    JW_TRY(check_not_newer(migrations, module, landed));
  }
  for (const Migration& migration : migrations) JW_TRY(land(connection, migration, now_us));
  return {};
}

}  // namespace jingwei::storage::postgres
