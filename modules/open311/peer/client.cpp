#include "modules/open311/peer/client.h"

#include "base/percent.h"
#include "base/text.h"
#include "modules/open311/limits.h"

namespace jingwei::open311 {

namespace {

std::string encoded(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (value.empty()) continue;
    if (!out.empty()) out += '&';
    out += percent_encoded(name) + '=' + percent_encoded(value);
  }
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ",") + word;
  return out;
}

// Whole seconds with Z: what servers of every kind read.
std::string plain_time(Instant at) {
  const std::string text = to_rfc3339(at);
  return text.substr(0, text.find('.')) + "Z";
}

std::string squeezed(const std::string& words) {
  auto points = text::code_points(text::squeeze(words));
  if (points.size() > limits::peer_words) points.resize(limits::peer_words);
  return text::from_code_points(points);
}

Error refused(int status, const std::string& body, Format format) {
  std::string words;
  if (const auto faults = read_faults(body, format); faults && !faults->empty())
    words = squeezed(faults->front().description);
  return Error(status == 404 || status == 410 ? ErrorCode::not_found : ErrorCode::invalid,
               "open311.peer_refused")
      .with("status", std::to_string(status))
      .with("words", words);
}

Error away(const std::string& why) {
  return Error(ErrorCode::unavailable, "open311.peer_away").with("why", why);
}

}  // namespace

bool is_trouble(const Error& error) {
  switch (error.code) {
    case ErrorCode::unavailable:
    case ErrorCode::timeout:
    case ErrorCode::denied:
    case ErrorCode::rate_limited:
    case ErrorCode::too_large:
      return true;
    default:
      return error.message == "open311.bad_document";
  }
}

std::string PeerClient::url(const std::string& document) const {
  return terms_.address + "/" + document + (terms_.format == Format::xml ? ".xml" : ".json");
}

Result<std::string> PeerClient::answer(OutgoingCall call) const {
  call.patience = limits::peer_patience;
  call.answer_bytes = limits::document_bytes;
  call.headers.emplace_back(
      "Accept", terms_.format == Format::xml ? "text/xml, */*;q=0.1" : "application/json, */*;q=0.1");
  OutgoingReply reply = outgoing_(call);
  if (!reply.trouble.empty()) {
    if (reply.sent && call.method == "POST")
      return Error(ErrorCode::timeout, "open311.peer_late").with("why", reply.trouble);
    return away(reply.trouble);
  }
  if (reply.status >= 200 && reply.status < 300) return std::move(reply.body);
  if (reply.status == 401 || reply.status == 403) return Error(ErrorCode::denied, "open311.peer_no_key");
  if (reply.status == 429) return Error(ErrorCode::rate_limited, "open311.peer_busy");
  if (reply.status >= 400 && reply.status < 500) return refused(reply.status, reply.body, terms_.format);
  // Whether a request was opened before the server fell into trouble is not known.
  if (reply.status >= 500 && call.method == "POST")
    return Error(ErrorCode::timeout, "open311.peer_late").with("why", std::to_string(reply.status));
  return away(std::to_string(reply.status));
}

Result<std::string> PeerClient::get(const std::string& document,
                                    const std::vector<std::pair<std::string, std::string>>& query) const {
  auto all = query;
  all.emplace_back("jurisdiction_id", terms_.jurisdiction);
  all.emplace_back("api_key", key_);
  OutgoingCall call;
  call.url = url(document);
  if (const std::string asked = encoded(all); !asked.empty()) call.url += "?" + asked;
  return answer(std::move(call));
}

Result<std::string> PeerClient::post(const std::string& document, std::string form,
                                     const std::string& key) const {
  OutgoingCall call;
  call.method = "POST";
  call.url = url(document);
  call.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  if (!key.empty()) call.headers.emplace_back("Idempotency-Key", key);
  call.body = std::move(form);
  return answer(std::move(call));
}

Result<std::vector<Service>> PeerClient::services() const {
  JW_ASSIGN(const std::string body, get("services", {}));
  return read_services(body, terms_.format);
}

Result<Definition> PeerClient::definition(const std::string& service) const {
  JW_ASSIGN(const std::string body, get("services/" + percent_encoded(service), {}));
  return read_definition(body, terms_.format);
}

Result<std::vector<ServiceRequest>> PeerClient::opened(const std::vector<std::string>& services, Instant from,
                                                       Instant to) const {
  JW_ASSIGN(const std::string body, get("requests", {{"service_code", joined(services)},
                                                     {"start_date", plain_time(from)},
                                                     {"end_date", plain_time(to)}}));
  return read_requests(body, terms_.format);
}

Result<std::vector<ServiceRequest>> PeerClient::of_ids(const std::vector<std::string>& ids) const {
  JW_ASSIGN(const std::string body, get("requests", {{"service_request_id", joined(ids)}}));
  return read_requests(body, terms_.format);
}

Result<std::string> PeerClient::id_of(const std::string& token) const {
  JW_ASSIGN(const std::string body, get("tokens/" + percent_encoded(token), {}));
  JW_ASSIGN(const auto found, read_requests(body, terms_.format));
  return found.empty() ? std::string() : found.front().id;
}

Result<ServiceRequest> PeerClient::open(NewRequest wanted, const std::string& key) const {
  wanted.jurisdiction_id = terms_.jurisdiction;
  wanted.api_key = key_;
  JW_ASSIGN(const std::string body, post("requests", form_of(wanted), key));
  auto found = read_requests(body, terms_.format);
  // It was opened, but what they say of it cannot be read.
  if (!found || found->empty() || (found->front().id.empty() && found->front().token.empty()))
    return Error(ErrorCode::timeout, "open311.peer_late").with("why", "malformed");
  return std::move(found->front());
}

Result<void> PeerClient::tell(const Update& update) const {
  JW_TRY(post("servicerequestupdates", form_of(update, terms_.jurisdiction, key_), "update-" + update.id));
  return {};
}

std::string form_of(const Update& update, const std::string& jurisdiction, const std::string& api_key) {
  return encoded({{"jurisdiction_id", jurisdiction},
                  {"api_key", api_key},
                  {"service_request_id", update.request},
                  {"update_id", update.id},
                  {"updated_datetime", plain_time(update.at)},
                  {"status", update.status},
                  {"description", update.words}});
}

Result<ToldUpdate> update_of(const FormPairs& pairs) {
  ToldUpdate told;
  for (const auto& [name, value] : pairs) {
    if (name == "api_key") told.api_key = value;
    if (name == "service_request_id") told.update.request = value;
    if (name == "update_id") told.update.id = value;
    if (name == "description") told.update.words = value;
    if (name == "status") told.update.status = text::lower_ascii(value);
    if (name == "updated_datetime") told.update.at = parse_rfc3339(value).value_or(Instant{});
  }
  if (told.update.request.empty())
    return Error(ErrorCode::invalid, "open311.no_request_id").at("service_request_id");
  if (text::code_points(told.update.words).size() > limits::description_length)
    return Error(ErrorCode::invalid, "open311.description_long")
        .with("most", std::to_string(limits::description_length))
        .at("description");
  const auto& status = told.update.status;
  if (!status.empty() && status != "open" && status != "closed")
    return Error(ErrorCode::invalid, "open311.bad_status").with("status", squeezed(status)).at("status");
  return told;
}

}  // namespace jingwei::open311
