#include "modules/purpose/purpose_routes.h"

#include <algorithm>

#include "modules/ingest/ingest_json.h"
#include "modules/purpose/api.gen.h"
#include "modules/purpose/purpose_json.h"

namespace jingwei::purpose {

using http::problem;

namespace {

constexpr std::size_t own_rights = 100;  // newest requests of one person
constexpr std::size_t destructions_of_emergency = 100;

std::string text_of(const schema::Datum& given) {
  return given.present() ? std::string(given.text()) : std::string();
}

std::vector<std::string> texts_of(const schema::Datum& given) {
  std::vector<std::string> texts;
  if (!given.present()) return texts;
  for (const auto& item : given.items()) texts.emplace_back(item.text());
  return texts;
}

// The one place that says who acts.
catalog::WriteRequest request_of(const http::Request& http, const schema::Datum& body,
                                 const std::optional<std::string>& key) {
  return {http.actor(text_of(body["actor"])), key, http.language};
}

std::optional<Day> day_of(const schema::Datum& given) {
  return given.present() ? std::optional(given.day()) : std::nullopt;
}

}  // namespace

class PurposeRoutes::Handlers final : public api::Operations {
 public:
  Handlers(PurposeService& purposes, RightsDesk desk)
      : purposes_(purposes),
        desk_(std::move(desk)),
        carrying_(purposes.rights(), purposes.erasures(), desk_.find, desk_.raise) {}

  http::Response list_purposes(const http::Request& http, const api::ListPurposes&) override {
    return answer(http, [](const Told& told) { return purposes_json(told); });
  }

  http::Response get_purpose(const http::Request& http, const api::GetPurpose& in) override {
    return show_purpose(http, in.id);
  }

  http::Response put_purpose(const http::Request& http, const api::PutPurpose& in) override {
    Purpose wanted;
    wanted.id = in.id;
    wanted.version = in.body["version"].integer();
    wanted.title = {text_of(in.body["title_zh"]), text_of(in.body["title_en"])};
    wanted.basis = {text_of(in.body["basis_zh"]), text_of(in.body["basis_en"])};
    wanted.resources = texts_of(in.body["resources"]);
    for (const auto& word : texts_of(in.body["classes"])) {
      if (const auto personal = personal_named(word)) wanted.classes.push_back(*personal);
    }
    wanted.starts = day_of(in.body["starts"]).value_or(Day{});
    wanted.ends = day_of(in.body["ends"]);
    wanted.review_by = day_of(in.body["review_by"]);
    wanted.emergency_only = in.body["emergency_only"].present() && in.body["emergency_only"].boolean();
    const auto made = purposes_.put(std::move(wanted), request_of(http, in.body, in.idempotency_key));
    if (!made) return problem(made.error(), http.language);
    return show_purpose(http, in.id);
  }

  http::Response put_assessment(const http::Request& http, const api::PutAssessment& in) override {
    Assessment wanted;
    wanted.purpose = in.id;
    wanted.version = in.body["version"].integer();
    wanted.necessity = text_of(in.body["necessity"]);
    wanted.risk = text_of(in.body["risk"]);
    wanted.measures = text_of(in.body["measures"]);
    wanted.approved_by = text_of(in.body["approved_by"]);
    wanted.approved_on = day_of(in.body["approved_on"]);
    const auto made = purposes_.assess(std::move(wanted), request_of(http, in.body, in.idempotency_key));
    if (!made) return problem(made.error(), http.language);
    return show_purpose(http, in.id);
  }

  http::Response foretell_purpose_end(const http::Request& http, const api::ForetellPurposeEnd& in) override {
    return show_forecast(http, purposes_.foretell_end(in.id));
  }

  http::Response end_purpose(const http::Request& http, const api::EndPurpose& in) override {
    const auto ended = purposes_.end(in.id, text_of(in.body["order_number"]), in.body["records"].integer(),
                                     request_of(http, in.body, in.idempotency_key));
    if (!ended) return problem(ended.error(), http.language);
    return show_purpose(http, in.id);
  }

  http::Response list_emergencies(const http::Request& http, const api::ListEmergencies&) override {
    return answer(http, [](const Told& told) { return emergencies_json(told); });
  }

  http::Response declare_emergency(const http::Request& http, const api::DeclareEmergency& in) override {
    NewEmergency wanted;
    wanted.region = text_of(in.body["region"]);
    wanted.name = text_of(in.body["name"]);
    wanted.order_number = text_of(in.body["order_number"]);
    wanted.level = in.body["level"].integer();
    wanted.purposes = texts_of(in.body["purposes"]);
    wanted.planned_end = in.body["planned_end"].instant();
    const auto made = purposes_.declare(wanted, request_of(http, in.body, in.idempotency_key));
    http::Response response = show_emergency(http, made, 201);
    if (made) response.headers.emplace_back("Location", "/api/v1/emergencies/" + made->id.to_string());
    return response;
  }

  http::Response get_emergency(const http::Request& http, const api::GetEmergency& in) override {
    return show_emergency(http, purposes_.find_emergency(EmergencyId(in.id)), 200);
  }

  http::Response extend_emergency(const http::Request& http, const api::ExtendEmergency& in) override {
    return show_emergency(
        http,
        purposes_.extend(EmergencyId(in.id), in.body["planned_end"].instant(),
                         text_of(in.body["order_number"]), request_of(http, in.body, in.idempotency_key)),
        200);
  }

  http::Response foretell_emergency_end(const http::Request& http,
                                        const api::ForetellEmergencyEnd& in) override {
    return show_forecast(http, purposes_.foretell_end(EmergencyId(in.id)));
  }

  http::Response end_emergency(const http::Request& http, const api::EndEmergency& in) override {
    return show_emergency(
        http,
        purposes_.end(EmergencyId(in.id), text_of(in.body["order_number"]), in.body["records"].integer(),
                      request_of(http, in.body, in.idempotency_key)),
        200);
  }

  http::Response list_destructions(const http::Request& http, const api::ListDestructions& in) override {
    const auto limit = static_cast<std::size_t>(in.limit);
    auto all = purposes_.destructions().list(DestructionId(in.cursor.value_or(0)), limit + 1);
    if (!all) return problem(all.error(), http.language);
    const bool more = all->size() > limit;
    if (more) all->resize(limit);
    return answer(http, [&](const Told& told) { return destructions_json(*all, more, told); });
  }

  http::Response get_destruction(const http::Request& http, const api::GetDestruction& in) override {
    const auto one = purposes_.destructions().find(DestructionId(in.id));
    if (!one) return problem(one.error(), http.language);
    return answer(http, [&](const Told& told) { return destruction_json(*one, told); });
  }

  http::Response list_sealed(const http::Request& http, const api::ListSealed&) override {
    const auto all = purposes_.destructions().sealed(*purposes_.view(), purposes_.parts().clock.now());
    if (!all) return problem(all.error(), http.language);
    return answer(http, [&](const Told& told) { return sealed_json(*all, told); });
  }

  http::Response list_rights(const http::Request& http, const api::ListRights& in) override {
    RightsQuery query;
    if (in.state) query.state = rights_state_named(*in.state);
    if (in.kind) query.kind = rights_kind_named(*in.kind);
    query.overdue = in.overdue.value_or(false);
    query.before = RightsId(in.cursor.value_or(0));
    const auto limit = static_cast<std::size_t>(in.limit);
    query.most = limit + 1;
    auto all = purposes_.rights().list(query);
    if (!all) return problem(all.error(), http.language);
    const auto open = purposes_.rights().count_open();
    if (!open) return problem(open.error(), http.language);
    const bool more = all->size() > limit;
    if (more) all->resize(limit);
    return answer(http, [&](const Told& told) { return rights_page_json(*all, *open, more, told); });
  }

  http::Response open_rights(const http::Request& http, const api::OpenRights& in) override {
    NewRights wanted;
    wanted.kind = rights_kind_named(in.body["kind"].text()).value_or(RightsKind::copy);
    wanted.resource = text_of(in.body["resource"]);
    wanted.name = text_of(in.body["name"]);
    wanted.identifier = text_of(in.body["identifier"]);
    wanted.guardian_name = text_of(in.body["guardian_name"]);
    wanted.guardian_identifier = text_of(in.body["guardian_identifier"]);
    wanted.words = text_of(in.body["words"]);
    wanted.born = day_of(in.body["born"]);
    wanted.region = region_of(http);
    const auto made = purposes_.rights().open(wanted, request_of(http, in.body, in.idempotency_key));
    http::Response response = show_rights(http, made, 201);
    if (made) response.headers.emplace_back("Location", "/api/v1/rights/" + made->id.to_string());
    return response;
  }

  http::Response get_rights(const http::Request& http, const api::GetRights& in) override {
    return show_rights(http, purposes_.rights().find(RightsId(in.id)), 200);
  }

  http::Response step_rights(const http::Request& http, const api::StepRights& in) override {
    const RightsStep step = rights_step_named(in.body["step"].text()).value_or(RightsStep::withdraw);
    return show_rights(http,
                       purposes_.rights().take(RightsId(in.id), step, text_of(in.body["reason"]),
                                               request_of(http, in.body, in.idempotency_key)),
                       200);
  }

  http::Response execute_rights(const http::Request& http, const api::ExecuteRights& in) override {
    std::vector<Correction> corrections;
    if (in.body["corrections"].present()) {
      for (const auto& one : in.body["corrections"].items())
        corrections.push_back({one["resource"].text(), RecordId(one["record"].integer()), one["field"].text(),
                               one["proposed"].text()});
    }
    const auto view = purposes_.view();
    return show_rights(
        http,
        carrying_.carry_out(RightsId(in.id), corrections, day_of(in.body["born"]), *view,
                            purposes_.parts().catalog, request_of(http, in.body, in.idempotency_key)),
        200);
  }

  http::Response get_rights_copy(const http::Request& http, const api::GetRightsCopy& in) override {
    return copy_of(http, RightsId(in.id));
  }

  http::Response list_opened_rights(const http::Request& http, const api::ListOpenedRights& in) override {
    RightsQuery query;
    query.opened_by = http.actor();
    query.before = RightsId(in.cursor.value_or(0));
    return rights_page(http, query, static_cast<std::size_t>(in.limit));
  }

  http::Response withdraw_rights(const http::Request& http, const api::WithdrawRights& in) override {
    const auto taken =
        purposes_.rights().take(RightsId(in.id), RightsStep::withdraw, text_of(in.body["reason"]),
                                request_of(http, in.body, in.idempotency_key));
    return taken ? http::Response::no_content() : problem(taken.error(), http.language);
  }

  http::Response list_my_wards(const http::Request& http, const api::ListMyWards&) override {
    const auto wards = wards_of(http);
    return wards ? http::Response::json(wards_json(*wards)) : problem(wards.error(), http.language);
  }

  http::Response list_my_rights(const http::Request& http, const api::ListMyRights& in) override {
    const auto person = spoken_for(http, in.ward);
    if (!person) return problem(person.error(), http.language);
    RightsQuery query;
    query.identifier = person->identifier;
    return rights_page(http, query, own_rights);
  }

  http::Response open_my_rights(const http::Request& http, const api::OpenMyRights& in) override {
    const auto self = me(http);
    if (!self) return problem(self.error(), http.language);
    NewRights wanted;
    wanted.kind = rights_kind_named(in.body["kind"].text()).value_or(RightsKind::copy);
    wanted.resource = text_of(in.body["resource"]);
    wanted.words = text_of(in.body["words"]);
    wanted.region = region_of(http);
    const auto ward = in.body["ward"].present() ? std::optional(in.body["ward"].integer()) : std::nullopt;
    if (wanted.kind == RightsKind::guardian) {
      wanted.name = text_of(in.body["child_name"]);
      wanted.identifier = text_of(in.body["child_identifier"]);
    } else {
      const auto person = spoken_for(http, ward);
      if (!person) return problem(person.error(), http.language);
      wanted.name = person->name;
      wanted.identifier = person->identifier;
      wanted.born = day_of(in.body["born"]);
    }
    if (ward || wanted.kind == RightsKind::guardian) {
      wanted.guardian_name = self->name;
      wanted.guardian_identifier = self->identifier;
    }
    const auto made = purposes_.rights().open(wanted, {http.actor(), in.idempotency_key, http.language});
    if (!made) return problem(made.error(), http.language);
    return answer(
        http, [&](const Told& told) { return one_rights_json(*made, told); }, 201);
  }

  // Their own and their children's: another's is not there.
  http::Response get_my_copy(const http::Request& http, const api::GetMyCopy& in) override {
    const auto person = me(http);
    if (!person) return problem(person.error(), http.language);
    const auto one = purposes_.rights().find(RightsId(in.id));
    if (!one) return problem(one.error(), http.language);
    const auto wards = wards_of(http);
    if (!wards) return problem(wards.error(), http.language);
    const bool of_ward = std::any_of(wards->begin(), wards->end(), [&](const Ward& ward) {
      return ward.identifier == one->asked.identifier;
    });
    if (one->asked.identifier != person->identifier && !of_ward)
      return problem(Error(ErrorCode::not_found, "purpose.no_rights").with("id", RightsId(in.id).to_string()),
                     http.language);
    return copy_of(http, one->id);
  }

 private:
  // Errors: denied "purpose.unverified".
  Result<VerifiedPerson> me(const http::Request& http) const {
    auto person = desk_.person ? desk_.person(http.caller->account())
                               : Result<std::optional<VerifiedPerson>>(std::optional<VerifiedPerson>());
    if (!person) return std::move(person).error();
    if (!*person) return Error(ErrorCode::denied, "purpose.unverified");
    return std::move(**person);
  }

  // Numbers of the papers that whoever asks has shown.
  Result<std::vector<std::string>> papers_of(const http::Request& http) const {
    if (!desk_.papers) return std::vector<std::string>();
    return desk_.papers(http.caller->account());
  }

  Result<std::vector<Ward>> wards_of(const http::Request& http) const {
    JW_ASSIGN(const auto papers, papers_of(http));
    return purposes_.rights().wards_of(papers);
  }

  // Oneself, or the child one speaks for now. Errors: me's; Rights::ward_of's.
  Result<VerifiedPerson> spoken_for(const http::Request& http, std::optional<std::int64_t> ward) const {
    JW_ASSIGN(auto self, me(http));
    if (!ward) return self;
    JW_ASSIGN(const auto papers, papers_of(http));
    JW_ASSIGN(auto child, purposes_.rights().ward_of(papers, RightsId(*ward)));
    return VerifiedPerson{std::move(child.name), std::move(child.identifier)};
  }

  // Where whoever asks belongs: the region of their first grant that is one of a part of the hub.
  std::string region_of(const http::Request& http) const {
    const auto tree = purposes_.parts().regions.tree();
    if (http.caller) {
      for (const auto& grant : http.caller->grants()) {
        if (grant.whole_area || !grant.in_force(purposes_.parts().clock.now())) continue;
        const region::Node node = tree->find(grant.region);
        if (node != region::no_node) return tree->code(node);
      }
    }
    return desk_.region;
  }

  http::Response copy_of(const http::Request& http, RightsId id) {
    const auto tree = purposes_.parts().regions.tree();
    auto copy =
        carrying_.copy(id, purposes_.parts().clock.now(),
                       [&](JsonWriter& json, const catalog::Entry& entry, const ingest::Record& record) {
                         json.begin_object();
                         json.member("resource", entry.resource.id);
                         json.member("title", entry.resource.title.in(http.language));
                         json.member("provider", entry.resource.provider.in(http.language));
                         json.key("record");
                         ingest::write_record(json, record, entry.resource, *tree, http.language);
                         json.end_object();
                       });
    if (!copy) return problem(copy.error(), http.language);
    http::Response response = http::Response::json(std::move(*copy));
    response.headers.emplace_back("Content-Disposition",
                                  "attachment; filename=\"own-records-" + id.to_string() + ".json\"");
    if (const auto one = purposes_.rights().find(id); one && desk_.pseudonym)
      response.disclosed.subject = desk_.pseudonym(one->asked.identifier);
    return response;
  }

  http::Response rights_page(const http::Request& http, RightsQuery query, std::size_t limit) {
    query.most = limit + 1;
    auto all = purposes_.rights().list(query);
    if (!all) return problem(all.error(), http.language);
    OpenRights open;
    for (const auto& one : *all) {
      open.all += one.state == RightsState::open ? 1 : 0;
      open.overdue += one.state == RightsState::open && one.overdue ? 1 : 0;
    }
    const bool more = all->size() > limit;
    if (more) all->resize(limit);
    return answer(http, [&](const Told& told) { return rights_page_json(*all, open, more, told); });
  }

  http::Response answer(const http::Request& http, const std::function<std::string(const Told&)>& write,
                        int status = 200) {
    const auto view = purposes_.view();
    const auto tree = purposes_.parts().regions.tree();
    const PurposeParts& parts = purposes_.parts();
    return http::Response::json(
        write({*view, parts.catalog, *tree, parts.zone, parts.clock.now(), http.language}), status);
  }

  http::Response show_purpose(const http::Request& http, const std::string& id) {
    const auto view = purposes_.view();
    const Purpose* one = view->find(id);
    if (one == nullptr)
      return problem(Error(ErrorCode::not_found, "purpose.unknown").with("id", id), http.language);
    const auto steps = purposes_.steps(thing_of(*one));
    if (!steps) return problem(steps.error(), http.language);
    return answer(http, [&](const Told& told) { return purpose_json(*one, *steps, told); });
  }

  http::Response show_emergency(const http::Request& http, const Result<Emergency>& one, int status) {
    if (!one) return problem(one.error(), http.language);
    const auto steps = purposes_.steps(thing_of(one->id));
    if (!steps) return problem(steps.error(), http.language);
    auto destructions = purposes_.destructions().list(DestructionId(), destructions_of_emergency);
    if (!destructions) return problem(destructions.error(), http.language);
    std::erase_if(*destructions, [&](const Destruction& other) { return other.cause != thing_of(one->id); });
    return answer(
        http, [&](const Told& told) { return emergency_json(*one, *steps, *destructions, told); }, status);
  }

  http::Response show_forecast(const http::Request& http, const Result<Forecast>& forecast) {
    if (!forecast) return problem(forecast.error(), http.language);
    return answer(http, [&](const Told& told) { return forecast_json(*forecast, told); });
  }

  http::Response show_rights(const http::Request& http, const Result<RightsRequest>& one, int status) {
    if (!one) return problem(one.error(), http.language);
    const auto steps = purposes_.steps("rights:" + one->id.to_string());
    if (!steps) return problem(steps.error(), http.language);
    const auto in_case = desk_.case_of ? desk_.case_of(one->id)
                                       : Result<std::optional<std::string>>(std::optional<std::string>());
    if (!in_case) return problem(in_case.error(), http.language);
    return answer(
        http, [&](const Told& told) { return rights_json(*one, *steps, *in_case, told); }, status);
  }

  PurposeService& purposes_;
  RightsDesk desk_;
  Carrying carrying_;
};

PurposeRoutes::PurposeRoutes(PurposeService& purposes, RightsDesk desk)
    : handlers_(std::make_unique<Handlers>(purposes, std::move(desk))) {}

PurposeRoutes::~PurposeRoutes() = default;

std::vector<http::Route> PurposeRoutes::routes() {
  return api::routes(*handlers_);
}

}  // namespace jingwei::purpose
