#include "modules/catalog/catalog_routes.h"

#include "base/json_items.h"
#include "modules/catalog/api.gen.h"
#include "modules/catalog/catalog_json.h"
#include "modules/catalog/dcat.h"
#include "modules/catalog/resource_yaml.h"

namespace jingwei::catalog {
using http::problem;

namespace {

std::string text_of(const schema::Datum& datum) {
  return datum.present() ? datum.text() : std::string();
}

std::vector<std::string> texts_of(const schema::Datum& datum) {
  std::vector<std::string> texts;
  if (!datum.present()) return texts;
  for (const auto& item : datum.items()) texts.push_back(item.text());
  return texts;
}

// By the names that api.yaml and the headers share.
template <typename Enum, std::size_t Count>
Enum named(const schema::Datum& datum, const std::array<Enum, Count>& values) {
  for (const Enum value : values) {
    if (name_of(value) == datum.text()) return value;
  }
  return values.front();
}

constexpr std::array life_steps = {LifeStep::submit, LifeStep::review,   LifeStep::publish,
                                   LifeStep::refuse, LifeStep::withdraw, LifeStep::retire};
constexpr std::array rhythms = {Update::realtime, Update::daily, Update::weekly, Update::monthly,
                                Update::once};
constexpr std::array demand_steps = {DemandStep::match, DemandStep::promise, DemandStep::refuse,
                                     DemandStep::deliver, DemandStep::close};

WriteRequest request_of(const http::Request& http, const schema::Datum& body,
                        const std::optional<std::string>& key) {
  return {http.actor(text_of(body["actor"])), key, http.language};
}

http::Response version_response(const Definition& definition, Language language, int status) {
  JsonWriter json;
  write_version(json, definition, language);
  http::Response response = http::Response::json(json.take(), status);
  if (status == 201) {
    response.headers.emplace_back("Location", "/api/v1/resources/" + definition.resource.id + "/versions/" +
                                                  std::to_string(definition.version));
  }
  return response;
}

// What a version is laid beside: the one that stands, for one under way; the one before, for the others.
const Definition* compared_with(const std::vector<Definition>& versions, const Definition& shown) {
  for (const auto& other : versions) {
    if (is_open(shown.state) && other.state == LifeState::published) return &other;
  }
  for (const auto& other : versions) {
    const bool stood = other.published_at.has_value();
    if (other.version < shown.version && stood) return &other;
  }
  return nullptr;
}

// What the handlers ask.
struct CatalogParts {
  ResourceLife& life;
  HoldingsCounter& holdings;
  Responsibilities& responsibilities;
  Demands& demands;
  const Clock& clock;
  std::string hub_name;
};

}  // namespace

class CatalogRoutes::Handlers final : public api::Operations {
 public:
  explicit Handlers(CatalogParts parts) : parts_(std::move(parts)) {}

  http::Response list_resources(const http::Request& http, const api::ListResources& in) override {
    CatalogQuery query;
    query.text = in.q.value_or("");
    query.provider = in.provider.value_or("");
    query.sharing = in.sharing.value_or("");
    query.package = in.package.value_or("");
    query.purpose = in.purpose.value_or("");
    query.personal = in.personal.value_or("");
    query.subject = in.subject.value_or("");
    query.update = in.update.value_or("");
    query.state = in.state.value_or("published");
    if (query.state == "all") query.state.clear();
    const auto definitions = catalog().definitions();
    const CatalogResults results = search_catalog(*definitions, query);
    JsonWriter json(16'384);
    json.begin_object();
    json.key("items");
    json.begin_array();
    for (const auto& line : results.items) {
      const auto holdings = holdings_of(line.definition->resource.id);
      if (!holdings) return problem(holdings.error(), http.language);
      json.begin_object();
      write_summary(json, receiving(line), *holdings, http.language);
      json.end_object();
    }
    json.end_array();
    json.member("total", results.items.size());
    json.key("facets");
    write_facets(json, results.facets, http.language);
    json.end_object();
    return http::Response::json(json.take());
  }

  http::Response get_resource(const http::Request& http, const api::GetResource& in) override {
    const auto definitions = catalog().definitions();
    CatalogQuery all;
    for (const auto& line : search_catalog(*definitions, all).items) {
      const Resource& resource = line.definition->resource;
      const bool stands =
          line.definition->state == LifeState::published || line.definition->state == LifeState::retired;
      if (resource.id != in.resource) continue;
      // What was never published holds nothing yet.
      const auto holdings = stands ? holdings_of(resource.id) : Result<Holdings>(Holdings{});
      if (!holdings) return problem(holdings.error(), http.language);
      const auto stewards = parts_.responsibilities.stewards();
      if (!stewards) return problem(stewards.error(), http.language);
      const auto found = stewards->find(resource.provider_id);
      JsonWriter json(4'096);
      json.begin_object();
      write_resource(json, receiving(line), *holdings,
                     found == stewards->end() ? std::nullopt : std::optional(found->second), http.language);
      json.end_object();
      return http::Response::json(json.take());
    }
    return problem(Error(ErrorCode::not_found, "catalog.not_found").with("resource", in.resource),
                   http.language);
  }

  http::Response draft_resource(const http::Request& http, const api::DraftResource& in) override {
    auto resource = parse_definition(in.body["definition"].json(), "definition", "");
    if (!resource) return problem(resource.error(), http.language);
    const auto made = parts_.life.draft(std::move(*resource), request_of(http, in.body, in.idempotency_key));
    if (!made) return problem(made.error(), http.language);
    return version_response(*made, http.language, 201);
  }

  http::Response import_resources(const http::Request& http, const api::ImportResources& in) override {
    const std::string file = in.body["filename"].present() ? in.body["filename"].text() : "resources.yaml";
    auto resources = parse_resources(in.body["yaml"].text(), file, "");
    if (!resources) return problem(resources.error(), http.language);
    auto made = parts_.life.draft_all(std::move(*resources), request_of(http, in.body, in.idempotency_key));
    if (!made) return problem(made.error(), http.language);
    return http::Response::json(
        items_json(*made,
                   [&](JsonWriter& json, const Definition& one) { write_version(json, one, http.language); }),
        201);
  }

  http::Response list_versions(const http::Request& http, const api::ListVersions& in) override {
    const auto versions = parts_.life.versions(in.resource);
    if (!versions) return problem(versions.error(), http.language);
    return http::Response::json(items_json(*versions, [&](JsonWriter& json, const Definition& one) {
      write_version(json, one, http.language);
    }));
  }

  http::Response get_version(const http::Request& http, const api::GetVersion& in) override {
    const auto versions = parts_.life.versions(in.resource);
    if (!versions) return problem(versions.error(), http.language);
    const auto found = std::find_if(versions->begin(), versions->end(),
                                    [&](const Definition& one) { return one.version == in.version; });
    if (found == versions->end()) {
      return problem(Error(ErrorCode::not_found, "catalog.version_not_found")
                         .with("resource", in.resource)
                         .with("version", std::to_string(in.version)),
                     http.language);
    }
    const auto steps = parts_.life.steps(in.resource, in.version);
    if (!steps) return problem(steps.error(), http.language);
    const auto overlaps = parts_.life.overlaps_of(found->resource);
    if (!overlaps) return problem(overlaps.error(), http.language);
    const auto stewards = parts_.responsibilities.stewards();
    if (!stewards) return problem(stewards.error(), http.language);
    const auto breaks = parts_.life.breaks(*found);
    if (!breaks) return problem(breaks.error(), http.language);
    const auto dependents = parts_.life.dependents(in.resource);
    if (!dependents) return problem(dependents.error(), http.language);
    const Definition* before = compared_with(*versions, *found);
    JsonWriter json(8'192);
    json.begin_object();
    json.key("version");
    write_version(json, *found, http.language);
    json.key("definition");
    json.raw(found->text);
    json.key("compared_with");
    if (before == nullptr) {
      json.null();
    } else {
      json.value(before->version);
    }
    json.key("differences");
    write_differences(
        json, before == nullptr ? std::vector<Difference>() : differences(before->resource, found->resource));
    json.key("steps");
    write_steps(json, *steps);
    json.key("overlaps");
    write_overlaps(json, *overlaps, *stewards, http.language);
    json.key("breaks");
    write_breaks(json, *breaks, http.language);
    json.key("dependents");
    write_dependents(json, *dependents);
    json.end_object();
    return http::Response::json(json.take());
  }

  http::Response list_notices(const http::Request& http, const api::ListNotices& in) override {
    auto notices = parts_.life.notices();
    if (!notices) return problem(notices.error(), http.language);
    std::erase_if(*notices, [&](const Notice& notice) {
      return (in.resource && notice.resource != *in.resource) || (in.about && notice.about != *in.about) ||
             (in.department && notice.department != *in.department) ||
             (in.kind && name_of(notice.kind) != *in.kind);
    });
    return http::Response::json(items_json(*notices, [&](JsonWriter& json, const Notice& notice) {
      write_notice(json, notice, catalog(), http.language);
    }));
  }

  http::Response edit_version(const http::Request& http, const api::EditVersion& in) override {
    auto resource = parse_definition(in.body["definition"].json(), "definition", "");
    if (!resource) return problem(resource.error(), http.language);
    if (resource->id != in.resource) {
      return problem(Error(ErrorCode::invalid, "catalog.ids_differ")
                         .with("found", resource->id)
                         .with("resource", in.resource)
                         .at("/definition/id"),
                     http.language);
    }
    const auto made =
        parts_.life.edit(std::move(*resource), in.version, request_of(http, in.body, in.idempotency_key));
    if (!made) return problem(made.error(), http.language);
    return version_response(*made, http.language, 200);
  }

  http::Response step_version(const http::Request& http, const api::StepVersion& in) override {
    const LifeStep step = named(in.body["step"], life_steps);
    if (const auto allowed = may_take(http, step); !allowed) return problem(allowed.error(), http.language);
    const auto made =
        parts_.life.step(in.resource, in.version, step, text_of(in.body["reason"]),
                         request_of(http, in.body, in.idempotency_key), text_of(in.body["breaking"]));
    if (!made) return problem(made.error(), http.language);
    return version_response(*made, http.language, 200);
  }

  http::Response list_overlaps(const http::Request& http, const api::ListOverlaps& in) override {
    const std::string resource = in.resource.value_or("");
    if (!in.package) return overlaps_response(parts_.life.all_overlaps(), http.language, resource, 200);
    return overlaps_response(parts_.life.overlaps_of_package(*in.package), http.language, resource, 200);
  }

  http::Response add_exemption(const http::Request& http, const api::AddExemption& in) override {
    Exemption exemption;
    exemption.resource = in.body["resource"].text();
    exemption.field = in.body["field"].text();
    exemption.other_resource = in.body["other_resource"].text();
    exemption.other_field = in.body["other_field"].text();
    exemption.reason = in.body["reason"].text();
    exemption.authority = in.body["authority"].text();
    const auto done = parts_.life.exempt(exemption, request_of(http, in.body, in.idempotency_key));
    if (!done) return problem(done.error(), http.language);
    return overlaps_response(parts_.life.all_overlaps(), http.language, exemption.resource, 201);
  }

  http::Response get_dcat(const http::Request& http, const api::GetDcat&) override {
    const std::string host(http.header("Host"));
    const std::string base = host.empty() ? "http://localhost" : "http://" + host;
    return http::Response::text(dcat_json(*catalog().definitions(), base, parts_.hub_name),
                                "application/ld+json");
  }

  http::Response list_responsibilities(const http::Request& http,
                                       const api::ListResponsibilities& in) override {
    const auto all = parts_.responsibilities.list();
    if (!all) return problem(all.error(), http.language);
    const auto departments = parts_.responsibilities.departments();
    if (!departments) return problem(departments.error(), http.language);
    JsonWriter json(16'384);
    json.begin_object();
    json.key("items");
    json.begin_array();
    for (const auto& one : *all) {
      if (in.department && one.responsibility.department.id != *in.department) continue;
      if (in.overdue && one.overdue != *in.overdue) continue;
      write_collection(json, one, http.language);
    }
    json.end_array();
    json.key("departments");
    json.begin_array();
    for (const auto& one : *departments) write_department(json, one, http.language);
    json.end_array();
    json.end_object();
    return http::Response::json(json.take());
  }

  http::Response export_responsibilities(const http::Request& http,
                                         const api::ExportResponsibilities&) override {
    auto csv = parts_.responsibilities.as_csv(http.language);
    if (!csv) return problem(csv.error(), http.language);
    http::Response response = http::Response::text(std::move(*csv), "text/csv; charset=utf-8");
    response.headers.emplace_back("Content-Disposition", "attachment; filename=\"responsibilities.csv\"");
    return response;
  }

  http::Response add_responsibility(const http::Request& http, const api::AddResponsibility& in) override {
    Responsibility one;
    one.department = department_of(in.body, in.body["department"].text());
    one.resource = in.body["resource"].text();
    one.fields = texts_of(in.body["fields"]);
    one.rhythm = named(in.body["rhythm"], rhythms);
    one.basis = in.body["basis"].text();
    const auto made =
        parts_.responsibilities.add(std::move(one), request_of(http, in.body, in.idempotency_key));
    if (!made) return problem(made.error(), http.language);
    return responsibility_response(made->id, http.language, 201);
  }

  http::Response remind_responsibility(const http::Request& http,
                                       const api::RemindResponsibility& in) override {
    const auto made = parts_.responsibilities.remind(ResponsibilityId(in.id),
                                                     request_of(http, in.body, in.idempotency_key));
    if (!made) return problem(made.error(), http.language);
    return responsibility_response(made->id, http.language, 200);
  }

  http::Response drop_responsibility(const http::Request& http, const api::DropResponsibility& in) override {
    const auto done =
        parts_.responsibilities.drop(ResponsibilityId(in.id), request_of(http, in.body, in.idempotency_key));
    if (!done) return problem(done.error(), http.language);
    return http::Response::no_content();
  }

  http::Response appoint_steward(const http::Request& http, const api::AppointSteward& in) override {
    Steward steward;
    steward.department = department_of(in.body, in.department);
    steward.name = in.body["name"].text();
    steward.title = text_of(in.body["title"]);
    const auto made = parts_.responsibilities.appoint(std::move(steward), text_of(in.body["replaces"]),
                                                      request_of(http, in.body, in.idempotency_key));
    if (!made) return problem(made.error(), http.language);
    JsonWriter json;
    write_steward(json, *made, http.language);
    return http::Response::json(json.take());
  }

  http::Response list_demands(const http::Request& http, const api::ListDemands& in) override {
    auto all = parts_.demands.list();
    if (!all) return problem(all.error(), http.language);
    std::erase_if(*all, [&](const Demand& demand) {
      return (in.state && name_of(demand.state) != *in.state) ||
             (in.department && demand.department.id != *in.department);
    });
    return http::Response::json(items_json(*all, [&](JsonWriter& json, const Demand& demand) {
      write_demand(json, demand, catalog(), parts_.demands.today(), http.language);
    }));
  }

  http::Response ask_demand(const http::Request& http, const api::AskDemand& in) override {
    Demand demand;
    demand.department = department_of(in.body, in.body["department"].text());
    demand.title = in.body["title"].text();
    demand.words = text_of(in.body["words"]);
    demand.resource = text_of(in.body["resource"]);
    demand.fields = texts_of(in.body["fields"]);
    demand.purpose = in.body["purpose"].text();
    demand.legal_basis = in.body["legal_basis"].text();
    demand.wanted_by = in.body["wanted_by"].day();
    const auto made = parts_.demands.ask(std::move(demand), request_of(http, in.body, in.idempotency_key));
    if (!made) return problem(made.error(), http.language);
    return demand_response(*made, http.language, 201);
  }

  http::Response get_demand(const http::Request& http, const api::GetDemand& in) override {
    const auto demand = parts_.demands.find(DemandId(in.id));
    if (!demand) return problem(demand.error(), http.language);
    return demand_response(*demand, http.language, 200);
  }

  http::Response step_demand(const http::Request& http, const api::StepDemand& in) override {
    DemandMove move;
    move.id = DemandId(in.id);
    move.step = named(in.body["step"], demand_steps);
    move.resource = text_of(in.body["resource"]);
    move.reason = text_of(in.body["reason"]);
    if (in.body["promised_for"].present()) move.promised_for = in.body["promised_for"].day();
    const auto made = parts_.demands.move(move, request_of(http, in.body, in.idempotency_key));
    if (!made) return problem(made.error(), http.language);
    return demand_response(*made, http.language, 200);
  }

 private:
  // Whether the resource takes data now: what is sealed, retired or being destroyed offers no upload.
  Listed receiving(Listed line) const {
    line.receiving = catalog().find_receiving(line.definition->resource.id).ok();
    return line;
  }
  const Catalog& catalog() const { return parts_.life.catalog(); }

  // Who drafts submits and withdraws; what then becomes of it is decided by those who keep the catalogue.
  Result<void> may_take(const http::Request& http, LifeStep step) const {
    if (!http.caller || step == LifeStep::submit || step == LifeStep::withdraw) return {};
    constexpr std::string_view decide = "catalog.decide";
    auto allowed = http.caller->may(decide, parts_.clock.now());
    if (allowed) return {};
    Error error = std::move(allowed).error();
    const auto known = access::find_permission(decide);
    for (auto& [name, value] : error.arguments) {
      if (name == "permission") value = access::title_of(access::permissions()[*known], http.language);
    }
    return error;
  }

  // Of a resource without a table (a draft, a secret one) nothing is held.
  Result<Holdings> holdings_of(const std::string& resource) {
    const auto entry = catalog().find(resource);
    if (!entry) return Holdings{};
    return parts_.holdings.of(**entry);
  }

  static Department department_of(const schema::Datum& body, const std::string& id) {
    const std::string title = text_of(body["department_title"]);
    return {id, {title, title}};
  }

  http::Response overlaps_response(Result<std::vector<Overlap>> all, Language language,
                                   const std::string& resource, int status) {
    if (!all) return problem(all.error(), language);
    if (!resource.empty()) {
      std::erase_if(*all, [&](const Overlap& overlap) {
        return overlap.resource->id != resource && overlap.other->id != resource;
      });
    }
    const auto stewards = parts_.responsibilities.stewards();
    if (!stewards) return problem(stewards.error(), language);
    JsonWriter json(8'192);
    json.begin_object();
    json.key("items");
    write_overlaps(json, *all, *stewards, language);
    json.end_object();
    return http::Response::json(json.take(), status);
  }

  http::Response responsibility_response(ResponsibilityId id, Language language, int status) {
    const auto all = parts_.responsibilities.list();
    if (!all) return problem(all.error(), language);
    for (const auto& one : *all) {
      if (one.responsibility.id != id) continue;
      JsonWriter json;
      write_collection(json, one, language);
      return http::Response::json(json.take(), status);
    }
    return problem(Error(ErrorCode::not_found, "catalog.responsibility_not_found").with("id", id.to_string()),
                   language);
  }

  http::Response demand_response(const Demand& demand, Language language, int status) {
    const auto steps = parts_.demands.steps(demand.id);
    if (!steps) return problem(steps.error(), language);
    JsonWriter json(4'096);
    json.begin_object();
    json.key("demand");
    write_demand(json, demand, catalog(), parts_.demands.today(), language);
    json.key("steps");
    write_steps(json, *steps);
    json.key("suggestions");
    write_suggestions(json, parts_.demands.suggestions(demand), language);
    json.end_object();
    return http::Response::json(json.take(), status);
  }

  CatalogParts parts_;
};

CatalogRoutes::CatalogRoutes(Catalog& catalog, storage::Store& store, const Clock& clock, const Zone& zone,
                             std::string hub_name, const Receipts& received, ResourceLife::Users users)
    : life_(catalog, store, clock, std::move(users)),
      holdings_(store, clock, received),
      responsibilities_(catalog, store, clock, received),
      demands_(catalog, store, clock, zone),
      handlers_(std::make_unique<Handlers>(
          CatalogParts{life_, holdings_, responsibilities_, demands_, clock, std::move(hub_name)})) {}

CatalogRoutes::~CatalogRoutes() = default;

std::vector<http::Route> CatalogRoutes::routes() {
  return api::routes(*handlers_);
}

}  // namespace jingwei::catalog
