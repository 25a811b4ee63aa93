#include "storage/postgres/group.h"

#include <libpq-fe.h>

#include "base/limits.h"
#include "storage/sql.gen.h"

namespace jingwei::storage::postgres {

namespace {

const Statement begin_statement{"begin", "", "BEGIN"};
const Statement commit_statement{"commit", "", "COMMIT"};

enum class Kind : std::uint8_t { begin, write, event, audit, idempotency };

// One statement on its way; results come back in the same order.
struct Sent {
  Kind kind;
  std::size_t change;
  const Statement* statement;
  std::optional<std::int64_t> expect_rows;
  std::int64_t sequence = 0;
};

class Pipeline {
 public:
  Pipeline(Connection& connection, std::span<Change* const> changes, Instant now)
      : connection_(connection), changes_(changes), now_us_(to_micros(now)) {
    outcome_.positions.resize(changes.size());
  }

  GroupOutcome run(const std::function<Result<void>()>& first) {
    connection_.clear_state();
    if (!prepare()) return std::move(outcome_);
    if (first) {
      if (auto began = connection_.execute("BEGIN"); !began) return fail(began.error(), 0);
      if (auto done = first(); !done) {
        fail(done.error(), 0);
        return roll_back();
      }
    }
    PQenterPipelineMode(connection_.handle());
    if (!first) send({Kind::begin, 0, &begin_statement, {}, 0}, {});
    for (std::size_t i = 0; i < changes_.size(); ++i) send_change(i);
    PQsendFlushRequest(connection_.handle());
    PQflush(connection_.handle());
    if (!read_results()) {
      finish_pipeline();
      return roll_back();
    }
    return commit();
  }

 private:
  // Outside the transaction, so that a statement that does not compile is its own Change's fault alone.
  bool prepare() {
    const auto ready = [&](std::size_t change, const Statement& statement) {
      auto name = connection_.prepare(statement);
      if (!name) fail(name.error(), change);
      return name.ok();
    };
    if (!ready(0, begin_statement) || !ready(0, commit_statement)) return false;
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      const Change& change = *changes_[i];
      if (change.writes.size() > limits::change_writes) {
        fail(Error(ErrorCode::too_large, "storage.too_many_writes")
                 .with("limit", std::to_string(limits::change_writes)),
             i);
        return false;
      }
      for (const Write& write : change.writes) {
        if (!ready(i, *write.statement)) return false;
        if (auto texts = check_texts(write.parameters); !texts) return fail(texts.error(), i), false;
      }
      if (!change.events.empty() && !ready(i, sql::put_event)) return false;
      if (!change.audit.empty() && !ready(i, sql::put_audit)) return false;
      if (change.idempotency && !ready(i, sql::put_idempotency)) return false;
    }
    return true;
  }

  void send(Sent sent, std::span<const Value> values) {
    const Parameters parameters(values);
    auto name = connection_.prepare(*sent.statement);  // stands already
    if (!name ||
        PQsendQueryPrepared(connection_.handle(), name->c_str(), parameters.count(), parameters.pointers(),
                            parameters.lengths(), parameters.formats(), 0) == 0) {
      return;  // the connection broke; reading the results finds out
    }
    sent_.push_back(sent);
  }

  void send_change(std::size_t index) {
    const Change& change = *changes_[index];
    const std::int64_t offset = connection_.xact_offset();
    // First, so that a request under way elsewhere makes this one wait before it has touched anything.
    const std::int64_t last_event = sequence_ + static_cast<std::int64_t>(change.events.size());
    if (change.idempotency) {
      const Idempotency& row = *change.idempotency;
      const std::array<Value, 8> values = {row.actor,  row.operation, row.key,    row.body_hash,
                                           row.answer, offset,        last_event, now_us_};
      send({Kind::idempotency, index, &sql::put_idempotency, 1, 0}, values);
    }
    for (const Write& write : change.writes) {
      send({Kind::write, index, write.statement, write.expect_rows, 0}, write.parameters);
    }
    for (const FeedEvent& event : change.events) {
      const std::array<Value, 6> values = {offset,  ++sequence_, change.shard,
                                           now_us_, event.kind,  event.body};
      send({Kind::event, index, &sql::put_event, 1, sequence_}, values);
    }
    for (const AuditEntry& entry : change.audit) {
      const std::array<Value, 8> values = {offset,      ++sequence_, change.shard,  now_us_,
                                           entry.actor, entry.event, entry.subject, entry.detail};
      send({Kind::audit, index, &sql::put_audit, 1, 0}, values);
    }
  }

  bool read_results() {
    for (const Sent& sent : sent_) {
      const ResultHandle result(PQgetResult(connection_.handle()));
      if (auto checked = connection_.check(result.get(), sent.statement->name); !checked) {
        return fail(checked.error(), sent.change), false;
      }
      const std::int64_t rows = std::strtoll(PQcmdTuples(result.get()), nullptr, 10);
      if (sent.expect_rows && *sent.expect_rows != rows) {
        fail(Error(ErrorCode::conflict, "storage.changed_meanwhile")
                 .because(sent.statement->name + " touched " + std::to_string(rows) + " rows"),
             sent.change);
        outcome_.repeated = sent.kind == Kind::idempotency;
        outcome_.fate = Fate::refused;
        return false;
      }
      if (sent.kind == Kind::event) {
        outcome_.positions[sent.change] = {ResultRow(result.get(), 0).integer(0), sent.sequence};
      }
      const ResultHandle end(PQgetResult(connection_.handle()));  // the null between two results
    }
    if (!connection_.alive()) return fail(connection_.broken("group"), 0), false;
    return true;
  }

  GroupOutcome commit() {
    auto name = connection_.prepare(commit_statement);
    const bool sent =
        name &&
        PQsendQueryPrepared(connection_.handle(), name->c_str(), 0, nullptr, nullptr, nullptr, 0) == 1 &&
        PQpipelineSync(connection_.handle()) == 1;
    ResultHandle result(sent ? PQgetResult(connection_.handle()) : nullptr);
    auto checked = connection_.check(result.get(), "commit");
    if (!checked) {
      fail(checked.error(), 0);
      // A server that answers has refused the commit; one that does not, or that is being stopped, may have
      // made it.
      const bool answered = connection_.alive() && !connection_.last_state().starts_with("57");
      if (!answered) outcome_.fate = Fate::in_doubt;
    }
    result.reset();
    if (connection_.alive()) finish_pipeline(false);
    return std::move(outcome_);
  }

  // Reads what is still to come, up to the synchronisation point, and leaves pipeline mode.
  void finish_pipeline(bool send_sync = true) {
    if (send_sync && PQpipelineSync(connection_.handle()) == 0) return;
    while (connection_.alive()) {
      const ResultHandle result(PQgetResult(connection_.handle()));
      if (result && PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) break;
    }
    PQexitPipelineMode(connection_.handle());
  }

  GroupOutcome roll_back() {
    if (connection_.alive()) (void)connection_.execute("ROLLBACK");
    return std::move(outcome_);
  }

  GroupOutcome fail(Error error, std::size_t culprit) {
    outcome_.fate =
        is_retriable(connection_.last_state()) || !connection_.alive() ? Fate::retry : Fate::refused;
    outcome_.culprit = culprit;
    outcome_.error = std::move(error);
    return outcome_;
  }

  Connection& connection_;
  std::span<Change* const> changes_;
  std::int64_t now_us_;
  std::int64_t sequence_ = 0;
  std::vector<Sent> sent_;
  GroupOutcome outcome_;
};

}  // namespace

GroupOutcome commit_group(Connection& connection, std::span<Change* const> changes, Instant now,
                          const std::function<Result<void>()>& first) {
  return Pipeline(connection, changes, now).run(first);
}

Result<Committed> find_earlier(Connection& connection, const Idempotency& row) {
  const std::array<Value, 3> key = {row.actor, row.operation, row.key};
  JW_ASSIGN(const ResultHandle result, connection.run(sql::find_idempotency, key));
  if (PQntuples(result.get()) == 0)
    return Error(ErrorCode::conflict, "storage.changed_meanwhile").because("idempotency");
  const ResultRow found(result.get(), 0);
  if (found.text(0) != row.body_hash) return Error(ErrorCode::invalid, "idempotency.mismatch");
  return Committed{{found.integer(2), found.integer(3)}, std::string(found.text(1))};
}

}  // namespace jingwei::storage::postgres
