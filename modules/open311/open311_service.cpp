#include "modules/open311/open311_service.h"

#include <algorithm>
#include <cmath>

#include "base/log.h"
#include "modules/open311/limits.h"
#include "modules/open311/peer/round.h"
#include "modules/open311/places.h"

namespace jingwei::open311 {

namespace {

constexpr std::chrono::days longest_span{90};
// About ten metres: enough to see that a thing is known, too little for a door.
constexpr double shown_degrees = 10'000;

std::string datatype_of(const catalog::Field& field) {
  switch (field.type) {
    case catalog::FieldType::choice:
    case catalog::FieldType::boolean:
      return "singlevaluelist";
    case catalog::FieldType::integer:
    case catalog::FieldType::number:
      return "number";
    case catalog::FieldType::date:
    case catalog::FieldType::datetime:
      return "datetime";
    default:
      return field.max_length.value_or(0) > 200 ? "text" : "string";
  }
}

Attribute attribute_of(const catalog::Field& field, int order, Language language) {
  Attribute one;
  one.code = field.name;
  one.description = field.title.in(language);
  one.datatype = datatype_of(field);
  one.required = field.required;
  one.order = order;
  for (const auto& choice : field.choices) one.values.push_back({choice.id, choice.title.in(language)});
  if (field.type == catalog::FieldType::boolean) {
    for (const char* word : {"true", "false"})
      one.values.push_back({word, render(std::string("open311.word.") + word, {}, language)});
  }
  return one;
}

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return list.empty() || std::find(list.begin(), list.end(), word) != list.end();
}

bool is_closed(const cases::Found& found) {
  const auto& closed = found.declared->process.open311->closed;
  return !found.one.open || std::find(closed.begin(), closed.end(), found.one.state) != closed.end();
}

std::string_view status_of(const cases::Found& found) {
  return is_closed(found) ? "closed" : "open";
}

Error no_request(const std::string& id) {
  return Error(ErrorCode::not_found, "open311.no_request").with("id", id);
}

}  // namespace

Result<Caller> GeoReport::caller_of(const std::string& api_key) const {
  if (api_key.empty()) return Caller();
  const auto known = parts_.identity.tokens().find(api_key);
  // Sessions are for pages: what stands in a URL or a form is a key.
  if (!known || known->token.kind != identity::TokenKind::key)
    return Error(ErrorCode::denied, "open311.bad_key");
  return known->caller;
}

std::vector<GeoReport::Declared> GeoReport::offered() const {
  const auto list = parts_.cases.book().list();
  std::vector<Declared> found;
  for (const auto& id : list->order) {
    const auto head = list->heads.find(id);
    if (head == list->heads.end() || head->second.retired) continue;
    const auto declared = parts_.cases.book().find(id);
    if (declared && (*declared)->process.open311) found.push_back(*declared);
  }
  return found;
}

Result<GeoReport::Declared> GeoReport::offered_as(const std::string& code) const {
  for (auto& one : offered()) {
    if (one->process.open311->service_code == code) return one;
  }
  return Error(ErrorCode::not_found, "open311.no_service").with("code", code);
}

// The hub's own view, for what everybody may see; a caller's own for what they
// do.
cases::CaseView GeoReport::view(const Caller& caller) const {
  return parts_.cases.view(caller, caller ? caller->actor() : std::string("open311"), "");
}

std::vector<Service> GeoReport::services(Language language) const {
  std::vector<Service> services;
  for (const auto& one : offered()) {
    const auto& process = one->process;
    Service service;
    service.code = process.open311->service_code;
    service.name = process.title.in(language);
    service.description = process.description.in(language);
    service.group = process.open311->group;
    service.keywords = process.open311->keywords;
    service.metadata = !process.open311->attributes.empty();
    services.push_back(std::move(service));
  }
  return services;
}

Result<Definition> GeoReport::definition(const std::string& code, Language language) const {
  JW_ASSIGN(const Declared declared, offered_as(code));
  Definition definition{code, {}};
  int order = 0;
  for (const auto& name : declared->process.open311->attributes) {
    if (const auto* const field = declared->form.field(name))
      definition.attributes.push_back(attribute_of(*field, ++order, language));
  }
  return definition;
}

std::string GeoReport::department_title(const std::string& id, Language language) const {
  const auto definitions = parts_.catalog.definitions();
  for (const auto& definition : *definitions) {
    if (definition.resource.provider_id == id) return definition.resource.provider.in(language);
  }
  return id;
}

ServiceRequest GeoReport::shown(const cases::Found& found, const Caller& caller, Language language) const {
  const auto& one = found.one;
  const auto& process = found.declared->process;
  const bool own = caller && caller->actor() == one.reporter;
  ServiceRequest request;
  request.id = one.id.to_string();
  request.status = status_of(found);
  if (const auto* const state = process.state(one.state)) request.status_notes = state->title.in(language);
  request.service_name = process.title.in(language);
  request.service_code = process.open311->service_code;
  request.agency_responsible = department_title(one.department, language);
  request.requested_at = one.opened_at;
  request.updated_at = one.closed_at ? one.closed_at : one.changed_at;
  request.expected_at = one.due_at;
  const auto view = parts_.cases.view(nullptr, "open311", "");
  const region::Node place = view.tree().find(one.place);
  if (place != region::no_node) {
    request.address = view.tree().path_text(place);
    request.address_id = view.tree().code(place);
  }
  const auto degrees = [&](const std::optional<double>& exact) -> std::optional<double> {
    if (!exact || own) return exact;
    return std::round(*exact * shown_degrees) / shown_degrees;
  };
  request.latitude = degrees(one.latitude);
  request.longitude = degrees(one.longitude);
  const auto words = one.form.find(process.open311->description);
  if (own && words != one.form.end()) request.description = words->second;
  return request;
}

Result<ServiceRequest> GeoReport::find(const std::string& id, const Caller& caller, Language language) const {
  const auto case_id = cases::CaseId::parse(id);
  if (!case_id) return no_request(id);
  auto found = parts_.cases.work().find(*case_id, view(nullptr));
  if (!found && found.error().code != ErrorCode::not_found) return std::move(found).error();
  if (!found || !found->declared->process.open311) return no_request(id);
  return shown(*found, caller, language);
}

Result<std::vector<ServiceRequest>> GeoReport::list(const RequestQuery& query, const Caller& caller,
                                                    Language language) const {
  std::vector<ServiceRequest> requests;
  if (!query.ids.empty()) {
    for (const auto& id : query.ids) {
      auto one = find(id, caller, language);
      if (one) requests.push_back(std::move(*one));
      if (!one && one.error().code != ErrorCode::not_found) return std::move(one).error();
      if (requests.size() == limits::requests) break;
    }
    return requests;
  }
  const Instant to = query.to.value_or(query.from ? *query.from + longest_span : parts_.clock.now());
  const Instant from = query.from.value_or(to - longest_span);
  if (to - from > longest_span) return Error(ErrorCode::invalid, "open311.span_long").at("start_date");
  for (const auto& code : query.service_codes) JW_TRY(offered_as(code));
  const auto all = view(nullptr);
  for (const auto& declared : offered()) {
    if (!contains(query.service_codes, declared->process.open311->service_code)) continue;
    cases::CaseQuery wanted;
    wanted.process = declared->process.id;
    wanted.opened_from = from;
    wanted.opened_to = to;
    wanted.most = 200;
    std::size_t taken = 0;
    for (int looked = 0; looked < limits::pages && taken < limits::requests; ++looked) {
      JW_ASSIGN(const auto page, parts_.cases.lists().newest(wanted, all));
      for (const auto& found : page.items) {
        if (!found.declared->process.open311 || !contains(query.statuses, status_of(found))) continue;
        requests.push_back(shown(found, caller, language));
        ++taken;
      }
      if (page.next.empty() || page.items.empty()) break;
      wanted.before = page.items.back().one.id;
    }
  }
  std::stable_sort(requests.begin(), requests.end(),
                   [](const auto& a, const auto& b) { return a.requested_at > b.requested_at; });
  if (requests.size() > limits::requests) requests.resize(limits::requests);
  return requests;
}

Result<void> GeoReport::update(const Update& update, const Caller& caller, Language language) const {
  if (!caller) return Error(ErrorCode::denied, "open311.no_key").at("api_key");
  const auto case_id = cases::CaseId::parse(update.request);
  if (!case_id) return no_request(update.request);
  const auto own = view(caller);
  const auto found = parts_.cases.work().find(*case_id, own);
  if (!found && found.error().code != ErrorCode::not_found) return found.error();
  if (!found || !found->declared->process.open311) return no_request(update.request);
  const auto key = [&](const char* part) {
    return update.id.empty() ? std::nullopt : std::optional<std::string>("open311-" + update.id + part);
  };
  std::string step;
  if (const bool close = update.status == "closed"; !update.status.empty() && close != is_closed(*found)) {
    const auto& process = found->declared->process;
    JW_ASSIGN(const auto history, parts_.cases.work().steps(*found));
    std::vector<const cases::Transition*> leading;
    for (const auto* one : parts_.cases.work().actions(*found, history, own)) {
      const auto* to = process.state(one->to);
      const bool asks =
          one->photos > 0 || std::any_of(one->inputs.begin(), one->inputs.end(),
                                         [](const catalog::Field& input) { return input.required; });
      if (to != nullptr && !asks && counts_as_closed(process, to->id, !to->final) == close)
        leading.push_back(one);
    }
    if (leading.size() != 1)
      return Error(ErrorCode::invalid, "open311.status_not_taken").with("status", update.status).at("status");
    step = leading.front()->id;
  }
  if (!update.words.empty())
    JW_TRY(parts_.cases.work().comment(*case_id, update.words, own, {caller->actor(), key(""), language}));
  if (step.empty()) return {};
  cases::ActionRequest wanted;
  wanted.action = step;
  wanted.chained = true;
  wanted.version = found->one.version;
  JW_TRY(parts_.cases.work().act(*case_id, wanted, own, {caller->actor(), key("-status"), language}));
  return {};
}

Result<ServiceRequest> GeoReport::open(const NewRequest& wanted, const Caller& caller, Language language,
                                       const std::optional<std::string>& idempotency_key) const {
  JW_ASSIGN(const Declared declared, offered_as(wanted.service_code));
  if (!caller) return Error(ErrorCode::denied, "open311.no_key").at("api_key");
  const auto& process = declared->process;
  cases::NewCase fresh;
  for (const auto& [code, value] : wanted.attributes) {
    const auto& known = process.open311->attributes;
    if (std::find(known.begin(), known.end(), code) == known.end())
      return Error(ErrorCode::invalid, "open311.no_attribute")
          .with("code", code)
          .at("attribute[" + code + "]");
    if (!fresh.form.emplace(code, value).second)
      return Error(ErrorCode::invalid, "open311.one_value").with("code", code).at("attribute[" + code + "]");
  }
  if (!process.open311->description.empty() && !wanted.description.empty())
    fresh.form[process.open311->description] = wanted.description;
  const auto own = view(caller);
  JW_TRY(fill_place(wanted, declared->form, parts_.cases.parts().ingest.parts(), own.tree(), fresh));
  JW_TRY(keep_address(wanted, *declared, own.tree(), fresh));
  const std::string name = wanted.last_name + wanted.first_name;
  if (!name.empty()) fresh.in_name_of = {{"name", name}, {"phone", wanted.phone}};
  const cases::WriteRequest request_of{caller->actor(), idempotency_key, language};
  auto opened = parts_.cases.work().open(process.id, fresh, own, request_of);
  bool kept = !name.empty() && wanted.email.empty();
  if (!opened && opened.error().message == "cases.not_for_others") {
    // The report counts; whose it is was not this key's to say.
    kept = false;
    fresh.in_name_of.clear();
    opened = parts_.cases.work().open(process.id, fresh, own, request_of);
  }
  if (!opened) return std::move(opened).error();
  ServiceRequest request = shown(*opened, caller, language);
  const bool said = !name.empty() || !wanted.phone.empty() || !wanted.email.empty();
  if (said && !kept) request.service_notice = render("open311.person_dropped", {}, language);
  if (!wanted.media_url.empty() && !opened->repeated) {
    // The picture is not fetched from where others say it is; its address goes with the case. The case stands
    // already: whoever was answered an error would report it once more.
    const auto noted = parts_.cases.work().comment(opened->one.id, wanted.media_url, own,
                                                   {caller->actor(), std::nullopt, language});
    if (!noted) {
      log::warn("open311.picture_dropped",
                {{"case", opened->one.id.value}, {"error", noted.error().to_log()}});
      if (!request.service_notice.empty()) request.service_notice += ' ';
      request.service_notice += render("open311.picture_dropped", {}, language);
    }
  }
  request.account_id = wanted.account_id;
  return request;
}

}  // namespace jingwei::open311
