#include "modules/open311/open311_routes.h"

#include "modules/open311/api.gen.h"
#include "modules/open311/connection_json.h"
#include "modules/open311/limits.h"

namespace jingwei::open311 {

using http::problem;

namespace {

std::vector<std::string> between_commas(const std::optional<std::string>& list) {
  std::vector<std::string> words;
  std::string rest = list.value_or("");
  while (!rest.empty() && words.size() < limits::query_words) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    if (comma > 0) words.push_back(rest.substr(0, comma));
    rest.erase(0, comma + 1);
  }
  return words;
}

http::Response document(std::string body, Format format, int status = 200) {
  return http::Response::text(std::move(body), std::string(media_of(format)), status);
}

// Errors as GeoReport has them: 404 for what is not there, 403 for keys, 400
// for everything a sender can mend.
http::Response fault(const Error& error, Format format, Language language) {
  int status = http::status_of(error.code);
  if (error.code == ErrorCode::denied || error.code == ErrorCode::unauthenticated) status = 403;
  if (error.code == ErrorCode::invalid || error.code == ErrorCode::too_large || error.code == ErrorCode::gone)
    status = 400;
  std::vector<Fault> faults;
  for (const auto& cause : error.causes) faults.push_back({status, render(cause, language)});
  if (faults.empty()) faults.push_back({status, render(error, language)});
  return document(faults_document(faults, format), format, status);
}

std::string text_of(const schema::Datum& given) {
  return given.present() ? std::string(given.text()) : std::string();
}

bool truth_of(const schema::Datum& given) {
  return given.present() && given.boolean();
}

std::map<std::string, std::string> texts_of(const schema::Datum& given) {
  std::map<std::string, std::string> texts;
  if (!given.present()) return texts;
  for (const auto& one : given.items()) texts[std::string(one["name"].text())] = one["text"].text();
  return texts;
}

NewConnection connection_of(const schema::Datum& given) {
  NewConnection wanted;
  wanted.terms.title = text_of(given["title"]);
  wanted.terms.address = text_of(given["address"]);
  wanted.terms.jurisdiction = text_of(given["jurisdiction"]);
  wanted.terms.format = text_of(given["format"]) == "json" ? Format::json : Format::xml;
  if (given["every_minutes"].present())
    wanted.terms.every = std::chrono::minutes{given["every_minutes"].integer()};
  if (given["since"].present()) wanted.terms.since = given["since"].instant();
  wanted.terms.tell = truth_of(given["tell"]);
  wanted.terms.notes = truth_of(given["notes"]);
  wanted.terms.repeats = truth_of(given["repeats"]);
  wanted.terms.their_account = text_of(given["their_account"]);
  if (given["key"].present()) wanted.key = std::string(given["key"].text());
  for (const auto& each : given["mappings"].items()) {
    Mapping one;
    one.service = text_of(each["service"]);
    one.process = text_of(each["process"]);
    one.direction = direction_named(each["direction"].text()).value_or(Direction::in);
    one.fields = texts_of(each["fields"]);
    one.region = text_of(each["region"]);
    one.when_closed = text_of(each["when_closed"]);
    one.when_reopened = text_of(each["when_reopened"]);
    one.attributes = texts_of(each["attributes"]);
    one.description = text_of(each["description"]);
    wanted.terms.mappings.push_back(std::move(one));
  }
  return wanted;
}

}  // namespace

class Open311Routes::Handlers final : public api::Operations {
 public:
  Handlers(GeoReport& service, Peers& peers, FileSystem& files)
      : service_(service), peers_(peers), files_(files) {}

  http::Response get_open311_document(const http::Request& http, const api::GetOpen311Document& in) override {
    const auto name = document_named(in.file);
    if (!name) return unknown(in.file, Format::xml, http.language);
    if (name->name == "services")
      return document(services_document(service_.services(http.language), name->format), name->format);
    if (name->name == "discovery") return discovery(http, name->format);
    if (name->name != "requests") return unknown(in.file, name->format, http.language);
    RequestQuery query;
    query.ids = between_commas(in.service_request_id);
    query.service_codes = between_commas(in.service_code);
    query.statuses = between_commas(in.status);
    for (const auto& [given, into] :
         {std::pair{&in.start_date, &query.from}, std::pair{&in.end_date, &query.to}}) {
      if (!*given || (*given)->empty()) continue;
      *into = parse_rfc3339(**given);
      if (!*into)
        return fault(Error(ErrorCode::invalid, "open311.bad_date").with("date", **given), name->format,
                     http.language);
    }
    const auto caller = service_.caller_of(in.api_key.value_or(""));
    if (!caller) return fault(caller.error(), name->format, http.language);
    const auto found = service_.list(query, *caller, http.language);
    if (!found) return fault(found.error(), name->format, http.language);
    return document(requests_document(*found, name->format, service_.parts().zone), name->format);
  }

  http::Response get_open311_service(const http::Request& http, const api::GetOpen311Service& in) override {
    const auto name = document_named(in.file);
    if (!name) return unknown(in.file, Format::xml, http.language);
    const auto found = service_.definition(name->name, http.language);
    if (!found) return fault(found.error(), name->format, http.language);
    return document(definition_document(*found, name->format), name->format);
  }

  http::Response get_open311_request(const http::Request& http, const api::GetOpen311Request& in) override {
    const auto name = document_named(in.file);
    if (!name) return unknown(in.file, Format::xml, http.language);
    const auto caller = service_.caller_of(in.api_key.value_or(""));
    if (!caller) return fault(caller.error(), name->format, http.language);
    const auto found = service_.find(name->name, *caller, http.language);
    if (!found) return fault(found.error(), name->format, http.language);
    return document(requests_document({*found}, name->format, service_.parts().zone), name->format);
  }

  // Every request here has its id at once, so that its token is its id.
  http::Response get_open311_token(const http::Request& http, const api::GetOpen311Token& in) override {
    const auto name = document_named(in.file);
    if (!name) return unknown(in.file, Format::xml, http.language);
    auto found = service_.find(name->name, nullptr, http.language);
    if (!found) return fault(found.error(), name->format, http.language);
    found->token = found->id;
    return document(token_document(*found, name->format), name->format);
  }

  http::Response open_open311_request(const http::Request& http, const api::OpenOpen311Request& in) override {
    const auto name = document_named(in.file);
    if (name && name->name == "servicerequestupdates") return update(http, name->format);
    if (!name || name->name != "requests")
      return unknown(in.file, name ? name->format : Format::xml, http.language);
    const auto opened = open(http, in.idempotency_key);
    if (!opened) return fault(opened.error(), name->format, http.language);
    return document(created_document(*opened, name->format), name->format, 201);
  }

  // --- connections to others ---

  http::Response list_open311_connections(const http::Request& http,
                                          const api::ListOpen311Connections&) override {
    const auto views = peers_.list();
    if (!views) return problem(views.error(), http.language);
    JsonWriter json(4'096);
    json.begin_object();
    json.key("items");
    json.begin_array();
    for (const auto& view : *views) write_connection(json, view, http.language);
    json.end_array();
    json.end_object();
    return http::Response::json(json.take());
  }

  http::Response add_open311_connection(const http::Request& http,
                                        const api::AddOpen311Connection& in) override {
    const auto view = peers_.add(connection_of(in.body), http.actor(), in.idempotency_key);
    http::Response response = shown(http, view, 201);
    if (view)
      response.headers.emplace_back("Location",
                                    "/api/v1/open311/connections/" + view->connection.id.to_string());
    return response;
  }

  http::Response try_open311_connection(const http::Request& http,
                                        const api::TryOpen311Connection& in) override {
    const auto found = peers_.try_out(connection_of(in.body));
    if (!found) return problem(found.error(), http.language);
    return http::Response::json(trial_json(*found));
  }

  http::Response get_open311_connection(const http::Request& http,
                                        const api::GetOpen311Connection& in) override {
    return shown(http, peers_.find(ConnectionId(in.connection)));
  }

  http::Response edit_open311_connection(const http::Request& http,
                                         const api::EditOpen311Connection& in) override {
    return shown(http, peers_.edit(ConnectionId(in.connection), connection_of(in.body), http.actor()));
  }

  http::Response remove_open311_connection(const http::Request& http,
                                           const api::RemoveOpen311Connection& in) override {
    const auto removed = peers_.remove(ConnectionId(in.connection), http.actor());
    if (!removed) return problem(removed.error(), http.language);
    return http::Response::no_content();
  }

  http::Response put_open311_state(const http::Request& http, const api::PutOpen311State& in) override {
    const bool paused = in.body["state"].text() == "paused";
    return shown(http,
                 peers_.set_state(ConnectionId(in.connection),
                                  paused ? ConnectionState::paused : ConnectionState::active, http.actor()));
  }

  http::Response run_open311_connection(const http::Request& http,
                                        const api::RunOpen311Connection& in) override {
    return shown(http, peers_.run_now(ConnectionId(in.connection), http.actor()));
  }

  http::Response list_open311_links(const http::Request& http, const api::ListOpen311Links& in) override {
    const auto limit = static_cast<std::size_t>(in.limit);
    auto links =
        peers_.links(ConnectionId(in.connection), in.state ? link_state_named(*in.state) : std::nullopt,
                     LinkId(in.cursor.value_or(0)), limit + 1);
    if (!links) return problem(links.error(), http.language);
    const bool more = links->size() > limit;
    if (more) links->resize(limit);
    JsonWriter json(4'096);
    json.begin_object();
    json.key("items");
    json.begin_array();
    for (const auto& link : *links) write_link(json, link, http.language);
    json.end_array();
    json.key("next_cursor");
    more ? json.value(links->back().id.to_string()) : json.null();
    json.end_object();
    return http::Response::json(json.take());
  }

  http::Response settle_open311_link(const http::Request& http, const api::SettleOpen311Link& in) override {
    const std::string remote =
        in.body["request"].present() ? std::string(in.body["request"].text()) : std::string();
    const auto settled =
        peers_.settle(ConnectionId(in.connection), LinkId(in.link),
                      settling_named(in.body["how"].text()).value_or(Settling::seen), remote, http.actor());
    if (!settled) return problem(settled.error(), http.language);
    JsonWriter json;
    write_link(json, *settled, http.language);
    return http::Response::json(json.take());
  }

 private:
  Result<FormPairs> form_sent(const http::Request& http) {
    if (http.spool_path.empty()) return FormPairs();
    JW_ASSIGN(const std::string body, read_text(files_, http.spool_path, limits::form_bytes));
    return read_form(body);
  }

  Result<ServiceRequest> open(const http::Request& http, const std::optional<std::string>& idempotency_key) {
    JW_ASSIGN(const FormPairs pairs, form_sent(http));
    JW_ASSIGN(const NewRequest wanted, new_request_of(pairs));
    JW_ASSIGN(const Caller caller, service_.caller_of(wanted.api_key));
    return service_.open(wanted, caller, http.language, idempotency_key);
  }

  Result<std::string> take_update(const http::Request& http) {
    JW_ASSIGN(const FormPairs pairs, form_sent(http));
    JW_ASSIGN(const ToldUpdate told, update_of(pairs));
    JW_ASSIGN(const Caller caller, service_.caller_of(told.api_key));
    JW_TRY(service_.update(told.update, caller, http.language));
    return told.update.id;
  }

  http::Response update(const http::Request& http, Format format) {
    const auto taken = take_update(http);
    if (!taken) return fault(taken.error(), format, http.language);
    return document(update_document(*taken, format), format, 201);
  }

  static http::Response unknown(const std::string& file, Format format, Language language) {
    return fault(Error(ErrorCode::not_found, "open311.no_document").with("file", file), format, language);
  }

  http::Response discovery(const http::Request& http, Format format) const {
    Discovery told;
    told.changed_at = service_.parts().clock.now();
    told.contact = service_.parts().contact;
    told.key_service = service_.parts().contact;
    told.endpoints = {{"https://" + std::string(http.header("Host")) + "/open311/v2", "production"}};
    return document(discovery_document(told, format), format);
  }

  static http::Response shown(const http::Request& http, const Result<ConnectionView>& view,
                              int status = 200) {
    if (!view) return problem(view.error(), http.language);
    return http::Response::json(connection_json(*view, http.language), status);
  }

  GeoReport& service_;
  Peers& peers_;
  FileSystem& files_;
};

Open311Routes::Open311Routes(GeoReport& service, Peers& peers, FileSystem& files)
    : handlers_(std::make_unique<Handlers>(service, peers, files)) {}
Open311Routes::~Open311Routes() = default;

std::vector<http::Route> Open311Routes::routes() {
  auto routes = api::routes(*handlers_);
  // The document's ending says its format: whoever asks for either is welcome.
  for (auto& route : routes) {
    if (route.path.starts_with("/open311/v2/")) route.produces = {"text/xml", "application/json"};
  }
  return routes;
}

}  // namespace jingwei::open311
