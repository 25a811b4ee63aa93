#include "http/problem.h"

#include "base/json.h"
#include "base/log.h"
#include "base/random.h"

namespace jingwei::http {

namespace {

void write_cause(JsonWriter& json, const Error& cause, Language language) {
  json.begin_object();
  json.member("field", cause.field);
  json.member("code", cause.message);
  json.member("detail", render(cause, language));
  json.end_object();
}

// The title belongs to the kind of error, so that the same kind reads the same everywhere.
std::string title_of(ErrorCode code, Language language) {
  return render("http.title_" + std::string(name_of(code)), {}, language);
}

bool hides_its_cause(ErrorCode code) {
  return code == ErrorCode::internal || code == ErrorCode::corrupt;
}

std::string logged(const Error& error, int status) {
  SecureRandom random;
  const std::string instance = random_credential(random);
  log::error("http.problem", {{"instance", instance}, {"status", status}, {"error", error.to_log()}});
  return instance;
}

}  // namespace

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return 400;
    case ErrorCode::unauthenticated:
      return 401;
    case ErrorCode::denied:
      return 403;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::gone:
      return 410;
    case ErrorCode::conflict:
      return 409;
    case ErrorCode::stale:
      return 412;
    case ErrorCode::too_large:
      return 413;
    case ErrorCode::unsupported:
      return 415;
    case ErrorCode::not_acceptable:
      return 406;
    case ErrorCode::rate_limited:
      return 429;
    case ErrorCode::unavailable:
      return 503;
    case ErrorCode::exhausted:
      return 507;
    case ErrorCode::cancelled:
      return 409;
    case ErrorCode::timeout:
      return 504;
    case ErrorCode::corrupt:
      return 500;
    case ErrorCode::internal:
      return 500;
  }
  return 500;
}

Response problem_with_status(int status, const Error& error, Language language) {
  JsonWriter json(512);
  json.begin_object();
  json.member("type", "about:blank");
  json.member("title", title_of(error.code, language));
  json.member("status", status);
  const bool hidden = hides_its_cause(error.code);
  json.member("detail", hidden ? render("http.internal", {}, language) : render(error, language));
  json.member("code", name_of(error.code));
  if (!hidden && (!error.causes.empty() || !error.field.empty())) {
    json.key("errors");
    json.begin_array();
    if (error.causes.empty()) write_cause(json, error, language);
    for (const Error& cause : error.causes) write_cause(json, cause, language);
    json.end_array();
  }
  if (status >= 500) json.member("instance", "urn:jingwei:problem:" + logged(error, status));
  json.end_object();

  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = json.take();
  response.headers.emplace_back("Content-Language", language == Language::zh ? "zh-CN" : "en");
  if (status == 429 || status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

Response problem(const Error& error, Language language) {
  return problem_with_status(status_of(error.code), error, language);
}

}  // namespace jingwei::http
