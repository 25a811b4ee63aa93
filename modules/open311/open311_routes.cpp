#include "modules/open311/open311_routes.h"

#include "modules/open311/api.gen.h"
#include "modules/open311/limits.h"

namespace jingwei::open311 {

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

}  // namespace

class Open311Routes::Handlers final : public api::Operations {
 public:
  Handlers(GeoReport& service, FileSystem& files) : service_(service), files_(files) {}

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
    if (!name || name->name != "requests")
      return unknown(in.file, name ? name->format : Format::xml, http.language);
    const auto opened = open(http);
    if (!opened) return fault(opened.error(), name->format, http.language);
    return document(created_document(*opened, name->format), name->format, 201);
  }

 private:
  Result<ServiceRequest> open(const http::Request& http) {
    if (http.spool_path.empty()) return Error(ErrorCode::invalid, "open311.no_service_code").at("service_code");
    JW_ASSIGN(const std::string body, read_text(files_, http.spool_path, limits::form_bytes));
    JW_ASSIGN(const FormPairs pairs, read_form(body));
    JW_ASSIGN(const NewRequest wanted, new_request_of(pairs));
    JW_ASSIGN(const Caller caller, service_.caller_of(wanted.api_key));
    return service_.open(wanted, caller, http.language);
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

  GeoReport& service_;
  FileSystem& files_;
};

Open311Routes::Open311Routes(GeoReport& service, FileSystem& files)
    : handlers_(std::make_unique<Handlers>(service, files)) {}
Open311Routes::~Open311Routes() = default;

std::vector<http::Route> Open311Routes::routes() {
  return api::routes(*handlers_);
}

}  // namespace jingwei::open311
