#include "modules/audit/audit_routes.h"

#include <limits>

#include "base/json_items.h"
#include "modules/audit/api.gen.h"
#include "modules/audit/audit_json.h"
#include "modules/audit/verifier.h"

namespace jingwei::audit {

using http::problem;

namespace {

constexpr std::string_view person_prefix = "person:";

template <typename Item, typename Write>
http::Response one_of(const Result<Item>& item, const http::Request& http, int status, const Write& write) {
  if (!item) return problem(item.error(), http.language);
  JsonWriter json;
  write(json, *item);
  return http::Response::json(json.take(), status);
}

}  // namespace

class AuditRoutes::Handlers final : public api::Operations {
 public:
  Handlers(AuditService& service, storage::Store& store, const storage::Sealer& sealer, const Clock& clock,
           People people)
      : service_(service),
        clock_(clock),
        people_(std::move(people)),
        accesses_(store, clock),
        orders_(service, store, sealer, clock),
        verifier_(service, store, clock) {}

  http::Response list_audit_entries(const http::Request& http, const api::ListAuditEntries& in) override {
    std::optional<storage::FeedPosition> before;
    if (in.cursor && !in.cursor->empty()) {
      before = storage::FeedPosition::parse(*in.cursor);
      if (!before) return problem(Error(ErrorCode::invalid, "audit.bad_cursor").at("cursor"), http.language);
    }
    const EntryQuery query{in.actor.value_or(""),
                           in.event.value_or(""),
                           in.subject.value_or(""),
                           in.from,
                           in.to,
                           in.purpose.value_or(""),
                           in.region.value_or(""),
                           in.resource.value_or(""),
                           in.outcome.value_or("")};
    const auto page = service_.search(query, before, static_cast<std::size_t>(in.limit));
    if (!page) return problem(page.error(), http.language);
    return http::Response::json(entries_json(*page));
  }

  http::Response get_audit_entry(const http::Request& http, const api::GetAuditEntry& in) override {
    const auto position = static_cast<std::uint64_t>(in.position);
    const auto proof = service_.prove(position);
    if (proof) return http::Response::json(proof_json(proof->leaf, &proof->head, proof->path));
    if (proof.error().message != "audit.not_signed") return problem(proof.error(), http.language);
    const auto leaf = service_.find_leaf(position);
    if (!leaf) return problem(leaf.error(), http.language);
    return http::Response::json(proof_json(*leaf, nullptr, {}));
  }

  http::Response destroy_audit_entry(const http::Request& http, const api::DestroyAuditEntry& in) override {
    return one_of(orders_.ask(static_cast<std::uint64_t>(in.position), in.body["order"].text(),
                              in.body["reason"].text(), http.actor()),
                  http, 202, write_order);
  }

  http::Response list_destruction_orders(const http::Request& http,
                                         const api::ListDestructionOrders& in) override {
    const auto limit = static_cast<std::size_t>(in.limit);
    const auto all = orders_.list(OrderId(in.cursor.value_or(0)), limit + 1);
    if (!all) return problem(all.error(), http.language);
    return http::Response::json(page_json(*all, limit, write_order));
  }

  http::Response decide_destruction(const http::Request& http, const api::DecideDestruction& in) override {
    const OrderState state = in.body["step"].text() == "carry_out" ? OrderState::done : OrderState::dropped;
    return one_of(orders_.decide(OrderId(in.order), state, http.actor()), http, 200, write_order);
  }

  http::Response list_my_accesses(const http::Request& http, const api::ListMyAccesses& in) override {
    std::optional<storage::FeedPosition> before;
    if (in.cursor && !in.cursor->empty()) {
      before = storage::FeedPosition::parse(*in.cursor);
      if (!before) return problem(Error(ErrorCode::invalid, "audit.bad_cursor").at("cursor"), http.language);
    }
    const auto subjects = people_.pseudonyms ? people_.pseudonyms(http.caller->account(), in.ward)
                                             : Result<std::vector<std::string>>(std::vector<std::string>());
    if (!subjects) return problem(subjects.error(), http.language);
    const auto page = accesses_.list(*subjects, people_.office, before, static_cast<std::size_t>(in.limit));
    if (!page) return problem(page.error(), http.language);
    JsonWriter json(4096);
    json.begin_object();
    json.member("verified", !subjects->empty());
    json.key("items");
    json.begin_array();
    for (const auto& one : page->items) write_access(json, one, people_, http.language);
    json.end_array();
    json.key("next_cursor");
    if (page->next) {
      json.value(page->next->to_string());
    } else {
      json.null();
    }
    json.end_object();
    return http::Response::json(json.take());
  }

  http::Response count_delays(const http::Request& http, const api::CountDelays&) override {
    const auto count = accesses_.count();
    if (!count) return problem(count.error(), http.language);
    return http::Response::json(count_json(*count));
  }

  http::Response list_delays(const http::Request& http, const api::ListDelays& in) override {
    const auto limit = static_cast<std::size_t>(in.limit);
    const auto all = accesses_.delays(DelayId(in.cursor.value_or(0)), limit + 1);
    if (!all) return problem(all.error(), http.language);
    return http::Response::json(page_json(
        *all, limit, [&](JsonWriter& json, const Delay& one) { write_delay(json, one, clock_.now()); }));
  }

  http::Response order_delay(const http::Request& http, const api::OrderDelay& in) override {
    Delay wanted;
    const std::string identifier = in.body["identifier"].text();
    wanted.subject = identifier.starts_with(person_prefix) || !people_.pseudonym_of
                         ? identifier
                         : people_.pseudonym_of(identifier);
    if (!wanted.subject.starts_with(person_prefix))
      return problem(Error(ErrorCode::invalid, "audit.no_subject").at("/identifier"), http.language);
    if (in.body["department"].present()) wanted.department = in.body["department"].text();
    wanted.authority = in.body["authority"].text();
    wanted.order = in.body["order"].text();
    wanted.from = in.body["from"].present() ? in.body["from"].instant() : clock_.now();
    wanted.until = in.body["until"].instant();
    return delay_response(accesses_.order(std::move(wanted), http.actor()), http, 201);
  }

  http::Response lift_delay(const http::Request& http, const api::LiftDelay& in) override {
    return delay_response(accesses_.lift(DelayId(in.delay), http.actor()), http, 200);
  }

  http::Response list_tree_heads(const http::Request& http, const api::ListTreeHeads& in) override {
    const auto before = in.cursor ? static_cast<std::uint64_t>(*in.cursor)
                                  : static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    const auto limit = static_cast<std::size_t>(in.limit);
    const auto heads = service_.read_heads_before(before, limit);
    if (!heads) return problem(heads.error(), http.language);
    JsonWriter json(4096);
    json.begin_object();
    json.key("items");
    json.begin_array();
    for (const auto& head : *heads) write_head(json, head);
    json.end_array();
    json.key("next_cursor");
    heads->size() == limit ? json.value(std::to_string(heads->back().size)) : json.null();
    json.end_object();
    return http::Response::json(json.take());
  }

  http::Response get_consistency_proof(const http::Request& http,
                                       const api::GetConsistencyProof& in) override {
    const auto proof = service_.prove_consistency(static_cast<std::uint64_t>(in.first),
                                                  static_cast<std::uint64_t>(in.second));
    if (!proof) return problem(proof.error(), http.language);
    return http::Response::json(consistency_json(*proof));
  }

  http::Response export_audit_log(const http::Request& http, const api::ExportAuditLog& in) override {
    auto lines = export_piece(service_, in.part, static_cast<std::uint64_t>(in.from),
                              static_cast<std::size_t>(in.limit));
    if (!lines) return problem(lines.error(), http.language);
    return http::Response::text(std::move(*lines), "application/jsonl");
  }

  http::Response start_verification(const http::Request& http, const api::StartVerification& in) override {
    std::optional<crypto::PublicKey> expected;
    if (in.body["public_key"].present()) expected = crypto::hash_from_hex(in.body["public_key"].text());
    const auto run = verifier_.start(expected, http.actor());
    if (!run) return problem(run.error(), http.language);
    return http::Response::json(run_json(*run, http.language), 202);
  }

  http::Response get_verification(const http::Request& http, const api::GetVerification&) override {
    return http::Response::json(run_json(verifier_.current(), http.language));
  }

 private:
  http::Response delay_response(const Result<Delay>& delay, const http::Request& http, int status) {
    return one_of(delay, http, status,
                  [&](JsonWriter& json, const Delay& one) { write_delay(json, one, clock_.now()); });
  }

  AuditService& service_;
  const Clock& clock_;
  People people_;
  Accesses accesses_;
  DestructionOrders orders_;
  Verifier verifier_;
};

AuditRoutes::AuditRoutes(AuditService& service, storage::Store& store, const storage::Sealer& sealer,
                         const Clock& clock, People people)
    : handlers_(std::make_unique<Handlers>(service, store, sealer, clock, std::move(people))) {}

AuditRoutes::~AuditRoutes() = default;

std::vector<http::Route> AuditRoutes::routes() {
  return api::routes(*handlers_);
}

}  // namespace jingwei::audit
