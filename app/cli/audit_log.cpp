#include "app/cli/audit_log.h"

#include <boost/json.hpp>
#include <thread>

#include "app/cli/server_client.h"
#include "base/percent.h"
#include "modules/audit/audit_json.h"

namespace jingwei::app::cli {

namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds poll_rhythm{200};
constexpr std::size_t piece_lines = 1'000;
constexpr std::string_view api = "/api/v1/audit";

void show_verified(bool quiet, std::uint64_t done, std::uint64_t all) {
  show_progress(quiet, sentence("cli.audit.progress", {{"done", grouped(static_cast<std::int64_t>(done))},
                                                       {"all", grouped(static_cast<std::int64_t>(all))}}));
}

class OwnLog final : public AuditLog {
 public:
  explicit OwnLog(Hub& hub) : hub_(hub), service_(hub.audit()) {}

  Result<std::string> entries(const AuditAsked& asked) override {
    audit::EntryQuery query = asked.query;
    JW_ASSIGN(query.from, instant_of(asked.from));
    JW_ASSIGN(query.to, instant_of(asked.to));
    const auto before = storage::FeedPosition::parse(asked.cursor);
    if (!before && !asked.cursor.empty()) return Error(ErrorCode::invalid, "audit.bad_cursor");
    JW_TRY(record("audit.read"));
    JW_ASSIGN(const auto page, service_.search(query, before, asked.limit));
    return audit::entries_json(page);
  }

  Result<std::string> verification(const AuditAsked& asked) override {
    JW_TRY(record("audit.verify"));
    audit::VerificationRun run;
    JW_ASSIGN(run.leaves_total, service_.size());
    const auto expected =
        asked.key.empty() ? std::optional(service_.public_key()) : crypto::hash_from_hex(asked.key);
    run.started_at = hub_.clock().now();
    JW_ASSIGN(run.result, service_.verify(expected, [&](std::uint64_t done) {
      show_verified(asked.common.json, done, run.leaves_total);
      return true;
    }));
    end_progress(asked.common.json);
    run.leaves_done = run.result.leaves;
    run.finished_at = hub_.clock().now();
    run.state = audit::RunState::done;
    return audit::run_json(run, terminal_language());
  }

  Result<std::string> proof(std::uint64_t position) override {
    JW_TRY(record("audit.read"));
    JW_TRY(service_.settle());
    JW_ASSIGN(const auto proof, service_.prove(position));
    return audit::proof_json(proof.leaf, &proof.head, proof.path);
  }

  Result<std::string> consistency(std::uint64_t first, std::uint64_t second) override {
    JW_ASSIGN(const auto proof, service_.prove_consistency(first, second));
    return audit::consistency_json(proof);
  }

  Result<std::string> last_head() override {
    JW_TRY(record("audit.export"));
    JW_TRY(service_.settle());
    JW_ASSIGN(const auto head, service_.last_head());
    return head ? audit::head_json(*head) : std::string();
  }

  Result<std::string> piece(std::string_view part, std::uint64_t from) override {
    return audit::export_piece(service_, part, from, piece_lines);
  }

 private:
  static Result<std::optional<Instant>> instant_of(const std::string& text) {
    if (text.empty()) return std::optional<Instant>();
    const auto instant = parse_rfc3339(text);
    if (!instant) return Error(ErrorCode::invalid, "app.bad_instant").with("text", text);
    return instant;
  }

  Result<void> record(const std::string& event) {
    storage::Change change;
    change.audit.push_back({"cli", event, "log", "{}"});
    auto committed = hub_.store().commit(std::move(change));
    if (!committed) return std::move(committed).error();
    return {};
  }

  Hub& hub_;
  audit::AuditService& service_;
};

class ServedLog final : public AuditLog {
 public:
  explicit ServedLog(std::string data) : data_(std::move(data)) {}

  Result<std::string> entries(const AuditAsked& asked) override {
    std::string target = "/entries?limit=" + std::to_string(asked.limit);
    const auto add = [&](const char* name, const std::string& value) {
      if (!value.empty()) target += std::string("&") + name + "=" + percent_encoded(value);
    };
    add("actor", asked.query.actor);
    add("event", asked.query.event);
    add("subject", asked.query.subject);
    add("purpose", asked.query.purpose);
    add("region", asked.query.region);
    add("resource", asked.query.resource);
    add("outcome", asked.query.outcome);
    add("from", asked.from);
    add("to", asked.to);
    add("cursor", asked.cursor);
    return get(target);
  }

  Result<std::string> verification(const AuditAsked& asked) override {
    const std::string body = asked.key.empty() ? "{}" : R"({"public_key":")" + asked.key + "\"}";
    JW_ASSIGN(std::string run, ask_server(data_, "POST", std::string(api) + "/verification", body));
    for (;;) {
      const auto view = json::parse(run);
      if (view.at("state").as_string() != "running") break;
      show_verified(asked.common.json, view.at("leaves_done").to_number<std::uint64_t>(),
                    view.at("leaves_total").to_number<std::uint64_t>());
      std::this_thread::sleep_for(poll_rhythm);
      JW_ASSIGN(run, get("/verification"));
    }
    end_progress(asked.common.json);
    return run;
  }

  Result<std::string> proof(std::uint64_t position) override {
    JW_ASSIGN(std::string proof, get("/entries/" + std::to_string(position)));
    if (json::parse(proof).at("head").is_null())
      return Error(ErrorCode::conflict, "audit.not_signed").with("position", std::to_string(position));
    return proof;
  }

  Result<std::string> consistency(std::uint64_t first, std::uint64_t second) override {
    return get("/consistency?first=" + std::to_string(first) + "&second=" + std::to_string(second));
  }

  Result<std::string> last_head() override {
    JW_ASSIGN(const std::string answer, get("/heads?limit=1"));
    const auto page = json::parse(answer);
    const auto& items = page.at("items").as_array();
    return items.empty() ? std::string() : json::serialize(items.front());
  }

  Result<std::string> piece(std::string_view part, std::uint64_t from) override {
    return get("/export?part=" + std::string(part) + "&from=" + std::to_string(from) +
               "&limit=" + std::to_string(piece_lines));
  }

 private:
  Result<std::string> get(const std::string& target) {
    return ask_server(data_, "GET", std::string(api) + target);
  }

  std::string data_;
};

}  // namespace

std::unique_ptr<AuditLog> own_audit_log(Hub& hub) {
  return std::make_unique<OwnLog>(hub);
}

std::unique_ptr<AuditLog> served_audit_log(const std::string& data_folder) {
  return std::make_unique<ServedLog>(data_folder);
}

}  // namespace jingwei::app::cli
