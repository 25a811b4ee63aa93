#include "modules/audit/audit_routes.h"

#include <limits>

#include "modules/audit/api.gen.h"
#include "modules/audit/audit_json.h"
#include "modules/audit/verifier.h"

namespace jingwei::audit {

using http::problem;

namespace {


}  // namespace

class AuditRoutes::Handlers final : public api::Operations {
 public:
  Handlers(AuditService& service, storage::Store& store, const Clock& clock)
      : service_(service), store_(store), verifier_(service, store, clock) {}

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
    auto change = service_.destroy(static_cast<std::uint64_t>(in.position), http.actor(),
                                   in.body["order"].text());
    if (!change) return problem(change.error(), http.language);
    if (const auto committed = store_.commit(std::move(*change)); !committed)
      return problem(committed.error(), http.language);
    return http::Response::no_content();
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
  AuditService& service_;
  storage::Store& store_;
  Verifier verifier_;
};

AuditRoutes::AuditRoutes(AuditService& service, storage::Store& store, const Clock& clock)
    : handlers_(std::make_unique<Handlers>(service, store, clock)) {}

AuditRoutes::~AuditRoutes() = default;

std::vector<http::Route> AuditRoutes::routes() {
  return api::routes(*handlers_);
}

}  // namespace jingwei::audit
