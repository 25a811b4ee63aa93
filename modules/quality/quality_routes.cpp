#include "modules/quality/quality_routes.h"

#include "modules/quality/api.gen.h"
#include "modules/quality/quality_json.h"

namespace jingwei::quality {

using http::problem;

namespace {

std::optional<std::string> text_of(const schema::Datum& given) {
  if (!given.present()) return std::nullopt;
  return std::string(given.text());
}

ObjectionStep step_of(const schema::Datum& given) {
  for (const auto step : {ObjectionStep::accept, ObjectionStep::decline}) {
    if (given.text() == name_of(step)) return step;
  }
  return ObjectionStep::withdraw;
}

catalog::WriteRequest request_of(const http::Request& http, const schema::Datum& body,
                                 const std::optional<std::string>& key) {
  return {http.actor(body["actor"].present() ? body["actor"].text() : std::string()), key, http.language};
}

}  // namespace

class QualityRoutes::Handlers final : public api::Operations {
 public:
  explicit Handlers(QualityService& quality) : quality_(quality) {}

  http::Response get_quality(const http::Request& http, const api::GetQuality& in) override {
    const auto board = quality_.board(static_cast<int>(in.days));
    if (!board) return problem(board.error(), http.language);
    const auto open = quality_.objections().count_open();
    if (!open) return problem(open.error(), http.language);
    return http::Response::json(board_json(*board, *open, http.language));
  }

  http::Response get_resource_quality(const http::Request& http, const api::GetResourceQuality& in) override {
    return standing_response(quality_.resource(in.id, static_cast<int>(in.days)), http.language);
  }

  http::Response get_provider_quality(const http::Request& http, const api::GetProviderQuality& in) override {
    return standing_response(quality_.provider(in.id, static_cast<int>(in.days)), http.language);
  }

  http::Response list_objections(const http::Request& http, const api::ListObjections& in) override {
    ObjectionQuery query;
    if (in.state) query.state = objection_state_named(*in.state);
    query.resource = in.resource.value_or("");
    query.provider = in.provider.value_or("");
    query.overdue = in.overdue.value_or(false);
    query.before = ObjectionId(in.cursor.value_or(0));
    const auto limit = static_cast<std::size_t>(in.limit);
    query.most = limit + 1;
    return page_response(objections_of_caller(http, query), limit, http.language);
  }

  http::Response open_objection(const http::Request& http, const api::OpenObjection& in) override {
    const Datum datum = {std::string(in.body["resource"].text()), RecordId(in.body["record"].integer()),
                         in.body["version"].integer(), std::string(in.body["field"].text())};
    // Nobody objects to what they may not see.
    if (const auto seen = see(http, datum); !seen) return problem(seen.error(), http.language);
    const auto made =
        quality_.objections().open(datum, std::string(in.body["reason"].text()), text_of(in.body["proposed"]),
                                   request_of(http, in.body, in.idempotency_key));
    http::Response response = objection_response(made, http.language, 201);
    if (made) response.headers.emplace_back("Location", "/api/v1/objections/" + made->id.to_string());
    return response;
  }

  http::Response get_objection(const http::Request& http, const api::GetObjection& in) override {
    return read_response(quality_.objections().find(ObjectionId(in.id)), http.language);
  }

  http::Response step_objection(const http::Request& http, const api::StepObjection& in) override {
    const auto made = quality_.objections().take(ObjectionId(in.id), step_of(in.body["step"]),
                                                 text_of(in.body["reason"]).value_or(""),
                                                 request_of(http, in.body, in.idempotency_key));
    return objection_response(made, http.language, 200);
  }

  http::Response list_own_objections(const http::Request& http, const api::ListOwnObjections& in) override {
    ObjectionQuery query;
    if (in.state) query.state = objection_state_named(*in.state);
    query.objector = http.actor();
    query.before = ObjectionId(in.cursor.value_or(0));
    const auto limit = static_cast<std::size_t>(in.limit);
    query.most = limit + 1;
    return page_response(quality_.objections().list(query), limit, http.language);
  }

  http::Response get_own_objection(const http::Request& http, const api::GetOwnObjection& in) override {
    return read_response(quality_.objections().find_own(ObjectionId(in.id), http.actor()), http.language);
  }

  http::Response withdraw_own_objection(const http::Request& http,
                                        const api::WithdrawOwnObjection& in) override {
    const auto request = request_of(http, in.body, in.idempotency_key);
    // Whose it is not is not told that it is there.
    const auto own = quality_.objections().find_own(ObjectionId(in.id), request.actor);
    if (!own) return problem(own.error(), http.language);
    const auto made = quality_.objections().take(own->id, ObjectionStep::withdraw,
                                                 text_of(in.body["reason"]).value_or(""), request);
    return objection_response(made, http.language, 200);
  }

 private:
  // One more than a page holds says that there is another.
  http::Response page_response(Result<std::vector<Objection>> all, std::size_t limit,
                               Language language) const {
    if (!all) return problem(all.error(), language);
    const bool more = all->size() > limit;
    if (more) all->resize(limit);
    JsonWriter json(4'096);
    json.begin_object();
    json.key("items");
    json.begin_array();
    for (const auto& one : *all) write_objection(json, one, catalog(), now(), language);
    json.end_array();
    json.key("next_cursor");
    if (more) {
      json.value(all->back().id.to_string());
    } else {
      json.null();
    }
    json.end_object();
    return http::Response::json(json.take());
  }

  // A page of those about the caller's departments' data: read on until it is full.
  Result<std::vector<Objection>> objections_of_caller(const http::Request& http, ObjectionQuery query) const {
    std::vector<Objection> seen;
    for (;;) {
      JW_ASSIGN(auto page, quality_.objections().list(query));
      const bool last = page.size() < query.most;
      if (!last) query.before = page.back().id;
      for (auto& one : page) {
        const bool own = !http.caller || http.caller->may_for("objection.read", one.provider, now()).ok();
        if (own && seen.size() < query.most) seen.push_back(std::move(one));
      }
      if (last || seen.size() == query.most) return seen;
    }
  }

  Result<void> see(const http::Request& http, const Datum& datum) const {
    JW_ASSIGN(const catalog::Entry* entry, catalog().find(datum.resource));
    const auto& ingest = quality_.parts().ingest;
    JW_ASSIGN(const auto sight, ingest.sight_of(http.caller.get(), entry->resource, http.purpose()));
    auto record = ingest.find_record(datum.resource, datum.record, sight);
    if (!record) return std::move(record).error();
    return {};
  }

  const catalog::Catalog& catalog() const { return quality_.parts().catalog; }
  Instant now() const { return quality_.parts().clock.now(); }

  static http::Response standing_response(const Result<Standing>& standing, Language language) {
    if (!standing) return problem(standing.error(), language);
    JsonWriter json(8'192);
    write_standing(json, *standing, language);
    return http::Response::json(json.take());
  }

  http::Response objection_response(const Result<Objection>& one, Language language, int status) {
    if (!one) return problem(one.error(), language);
    const auto steps = quality_.objections().steps(one->id);
    if (!steps) return problem(steps.error(), language);
    return http::Response::json(objection_json(*one, *steps, catalog(), now(), language), status);
  }

  // Its words may quote the datum: whose that is, is on record.
  http::Response read_response(const Result<Objection>& one, Language language) {
    http::Response response = objection_response(one, language, 200);
    if (!one) return response;
    auto person = quality_.objections().person_of(one->datum);
    if (!person) return problem(person.error(), language);
    response.disclosed.subject = std::move(*person);
    response.disclosed.resource = one->datum.resource;
    return response;
  }

  QualityService& quality_;
};

QualityRoutes::QualityRoutes(QualityService& quality) : handlers_(std::make_unique<Handlers>(quality)) {}

QualityRoutes::~QualityRoutes() = default;

std::vector<http::Route> QualityRoutes::routes() {
  return api::routes(*handlers_);
}

}  // namespace jingwei::quality
