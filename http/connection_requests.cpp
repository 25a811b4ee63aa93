// From a parsed head to an answer: the checks every request passes, then the handler.
#include "base/log.h"
#include "http/connection.h"
#include "http/media.h"
#include "http/problem.h"
#include "http/target.h"

namespace jingwei::http {

namespace {

// Paths of the API name no pages; only the API's own page stands at the bare prefix.
bool is_api_path(std::string_view path) {
  return path.starts_with("/api/") && path != "/api/";
}

constexpr std::size_t idempotency_key_bytes = 200;

std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, std::min(host.find(']') + 1, host.size()));
  return host.substr(0, host.find(':'));
}

bool is_loopback_name(std::string_view host) {
  const std::string_view name = without_port(host);
  return same_ascii(name, "localhost") || name == "127.0.0.1" || name == "[::1]";
}

bool is_visible_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

const char* message_of_fault(int status) {
  switch (status) {
    case 408:
      return "http.request_timeout";
    case 413:
      return "http.body_too_large";
    case 414:
      return "http.url_too_long";
    case 431:
      return "http.header_too_large";
    case 501:
      return "http.transfer_coding_unknown";
    case 505:
      return "http.version_unsupported";
    default:
      return "http.malformed";
  }
}

ErrorCode code_of_fault(int status) {
  switch (status) {
    case 408:
      return ErrorCode::timeout;
    case 413:
    case 414:
    case 431:
      return ErrorCode::too_large;
    case 501:
    case 505:
      return ErrorCode::unsupported;
    default:
      return ErrorCode::invalid;
  }
}

}  // namespace

void Connection::take_request() {
  Request& request = head_.request;
  request.remote = remote_;
  request.language = head_.accept_language.empty() ? Language::zh : preferred_language(head_.accept_language);
  traits_.method = request.method;
  traits_.language = request.language;
  traits_.gzip = accepts_gzip(head_.accept_encoding);
  traits_.minor_version = head_.minor_version;
  traits_.keep_alive = head_.keep_alive && !core_.draining.load(std::memory_order_relaxed);
  traits_.if_none_match.assign(head_.if_none_match);
  route_ = nullptr;
  figures_ = core_.unrouted_figures();
  if (started_ < since_) started_ = since_;

  if (auto no = check_host()) return refuse(std::move(*no));
  if (auto no = check_route()) return refuse(std::move(*no));
  if (auto no = check_sender()) return refuse(std::move(*no));
  if (route_ == nullptr) return serve_static();
  if (auto no = check_representation()) return refuse(std::move(*no));
  if (auto no = check_body()) return refuse(std::move(*no));
  if (head_.has_body()) return begin_body();
  dispatch();
}

Response Connection::refusal(int status, ErrorCode code, const char* message) const {
  return problem_with_status(status, Error(code, message), traits_.language);
}

// A page elsewhere can point its own name at 127.0.0.1 and read us through the visitor's browser; the Host
// header gives it away.
std::optional<Response> Connection::check_host() {
  if (head_.host.empty()) {
    if (head_.minor_version == 0) return std::nullopt;
    return refusal(400, ErrorCode::invalid, "http.host_missing");
  }
  if (head_.host == known_host_) return std::nullopt;
  if (core_.options.exposure == Exposure::loopback_only && !is_loopback_name(head_.host)) {
    return refusal(421, ErrorCode::denied, "http.host_foreign");
  }
  known_host_ = head_.host;
  return std::nullopt;
}

std::optional<Response> Connection::check_route() {
  Request& request = head_.request;
  if (request.method == Method::other) return refusal(501, ErrorCode::unsupported, "http.method_unknown");
  if (request.method == Method::options && request.target == "*") {
    Response answer = Response::no_content();
    answer.headers.emplace_back("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    return answer;
  }
  const Target target = cut_target(request.target);
  request.query = target.query;
  if (!split_path(target.raw_path, path_scratch_, segments_, request.path)) {
    return refusal(400, ErrorCode::invalid, "http.path_malformed");
  }
  const RoutePlace* place = core_.router.find(segments_, values_);
  if (place == nullptr) {
    const bool reading = request.method == Method::get || request.method == Method::head;
    if (!core_.static_files.covers(request.path) || is_api_path(request.path)) {
      return refusal(404, ErrorCode::not_found, "http.no_such_path");
    }
    figures_ = core_.static_figures();
    if (reading) return std::nullopt;
    Response answer = request.method == Method::options
                          ? Response::no_content()
                          : refusal(405, ErrorCode::unsupported, "http.method_not_allowed");
    answer.headers.emplace_back("Allow", "GET, HEAD, OPTIONS");
    return answer;
  }
  const int index = place->route_of(request.method);
  if (index == RoutePlace::none) {
    Response answer = request.method == Method::options
                          ? Response::no_content()
                          : refusal(405, ErrorCode::unsupported, "http.method_not_allowed");
    answer.headers.emplace_back("Allow", place->allow);
    return answer;
  }
  route_ = &core_.routes[static_cast<std::size_t>(index)];
  figures_ = static_cast<std::size_t>(index);
  return std::nullopt;
}

// A page of another site may make a browser send us a form; nothing may come of it.
bool Connection::is_foreign_write() const {
  if (head_.request.method <= Method::head || head_.request.method == Method::options) return false;
  for (const std::string& allowed : core_.options.allowed_origins) {
    if (head_.origin == allowed) return false;
  }
  if (!head_.fetch_site.empty() && head_.fetch_site != "same-origin" && head_.fetch_site != "none")
    return true;
  if (head_.origin.empty()) return false;
  const std::string_view scheme = core_.tls ? "https://" : "http://";
  return !head_.origin.starts_with(scheme) || !same_ascii(head_.origin.substr(scheme.size()), head_.host);
}

std::optional<Response> Connection::check_sender() {
  if (is_foreign_write()) return refusal(403, ErrorCode::denied, "http.foreign_origin");
  if (bucket_) {
    const int cost = route_ != nullptr ? route_->cost : 1;
    if (const auto wait = bucket_->take(cost, core_.rates.rate(), io_.now())) {
      Response answer = refusal(429, ErrorCode::rate_limited, "http.rate_limited");
      const auto seconds = std::chrono::ceil<std::chrono::seconds>(*wait).count();
      std::erase_if(answer.headers, [](const auto& header) { return header.first == "Retry-After"; });
      answer.headers.emplace_back("Retry-After", std::to_string(std::max<std::int64_t>(seconds, 1)));
      return answer;
    }
  }
  if (route_ != nullptr && core_.options.authorise) {
    if (const auto allowed = core_.options.authorise(head_.request, *route_); !allowed.ok()) {
      Response answer = problem(allowed.error(), traits_.language);
      if (answer.status == 401) answer.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"jingwei\"");
      return answer;
    }
  }
  return std::nullopt;
}

std::optional<Response> Connection::check_representation() {
  if (!head_.accept.empty() && !accepts_one_of(head_.accept, route_->produces)) {
    return refusal(406, ErrorCode::not_acceptable, "http.not_acceptable");
  }
  if (!route_->idempotent_key) return std::nullopt;
  const std::string_view key = head_.request.header("Idempotency-Key");
  const bool missing = key.empty() && route_->idempotent_key_required;
  if (!missing && key.size() <= idempotency_key_bytes && is_visible_ascii(key)) return std::nullopt;
  const char* message = missing ? "http.idempotency_key_missing" : "http.idempotency_key_malformed";
  return problem(Error(ErrorCode::invalid, message).at("Idempotency-Key"), traits_.language);
}

std::optional<Response> Connection::check_body() {
  if (!head_.has_body()) return std::nullopt;
  if (route_->body == BodyKind::none) return refusal(400, ErrorCode::invalid, "http.body_unexpected");
  if (!head_.content_encoding.empty() && !same_ascii(head_.content_encoding, "identity")) {
    return refusal(415, ErrorCode::unsupported, "http.content_encoding_unknown");
  }
  static const std::vector<std::string> json_only{"application/json"};
  const auto& accepted =
      route_->accepts.empty() && route_->body == BodyKind::json ? json_only : route_->accepts;
  if (!accepted.empty() && !is_one_of(head_.content_type, accepted)) {
    std::string list;
    for (const std::string& type : accepted) list.append(list.empty() ? "" : ", ").append(type);
    Response answer = problem(Error(ErrorCode::unsupported, "http.media_type_unknown").with("accepted", list),
                              traits_.language);
    answer.headers.emplace_back("Accept", list);
    return answer;
  }
  if (head_.content_length > route_->body_bytes) {
    return problem(
        Error(ErrorCode::too_large, "http.body_too_large").with("most", std::to_string(route_->body_bytes)),
        traits_.language);
  }
  return std::nullopt;
}

// Answers in place of the handler. A body that is here is skipped; one still on its way costs the connection.
void Connection::refuse(Response response) {
  if (head_.has_body()) {
    if (!head_.chunked && head_.content_length <= unread().size()) {
      begin_ += head_.content_length;
    } else {
      traits_.keep_alive = false;
      after_ = After::linger;
    }
  }
  answer(std::move(response));
}

// The byte stream has no next request to be found.
void Connection::fail_parse(int status) {
  traits_ = {};
  traits_.keep_alive = false;
  after_ = After::linger;
  figures_ = core_.unrouted_figures();
  started_ = io_.now();
  Error error(code_of_fault(status), message_of_fault(status));
  if (status == 413 && route_ != nullptr)
    error = std::move(error).with("most", std::to_string(route_->body_bytes));
  answer(problem_with_status(status, error, traits_.language));
}

void Connection::answer(Response response) {
  finish(response, traits_);
  on_answer(std::move(response));
}

void Connection::on_answer(Response response) {
  if (closed_) return;
  if (std::exchange(counted_in_flight_, false)) core_.stats->in_flight.fetch_sub(1);
  if (core_.draining.load(std::memory_order_relaxed)) traits_.keep_alive = false;
  serialise(out_, response, traits_, io_.date(), core_.options.banner);
  note_figures(response.status);
  if (!traits_.keep_alive && after_ == After::keep) after_ = After::close;
  phase_ = Phase::idle;
  since_ = io_.now();
  if (!in_proceed_) proceed();
}

void Connection::note_figures(int status) {
  const auto now = io_.tick();
  io_.figures.routes[figures_].count(status, now - started_);
  started_ = now;
}

// The whole request is in the buffer.
void Connection::dispatch() {
  if (route_->runs == Runs::inline_) return run_inline(head_.request, values_);
  if (route_->runs == Runs::stream) return run_stream(own());
  run_on_pool(own());
}

std::shared_ptr<OwnedRequest> Connection::own() const {
  auto owned = OwnedRequest::copy(head_.request, values_, {head_bytes_, path_scratch_});
  owned->files = &core_.files;
  return owned;
}

void Connection::run_inline(const Request& request, const PathValues& values) {
  if (!spare_reply_) spare_reply_ = std::make_shared<Reply>(io_.shared_from_this(), weak_from_this());
  const std::shared_ptr<Reply> reply = std::move(spare_reply_);
  reply->prepare(traits_, true);
  if (arriving_) reply->hold(arriving_);
  try {
    route_->handle(request, values, Responder(reply));
  } catch (const std::exception& fault) {
    log::error("http.handler_threw", {{"operation", route_->operation}, {"what", fault.what()}});
  }
  if (auto response = reply->caught()) {
    if (reply.use_count() == 1) spare_reply_ = reply;
    return answer(std::move(*response));
  }
  phase_ = Phase::running;
  counted_in_flight_ = true;
  core_.stats->in_flight.fetch_add(1);
}

void Connection::run_on_pool(std::shared_ptr<OwnedRequest> owned) {
  auto reply = std::make_shared<Reply>(io_.shared_from_this(), weak_from_this());
  reply->prepare(traits_, false);
  reply->hold(owned);
  phase_ = Phase::running;
  counted_in_flight_ = true;
  core_.stats->in_flight.fetch_add(1);
  std::function<void()> task = [core = io_.core, route = route_, owned = std::move(owned), reply]() mutable {
    try {
      route->handle(owned->request, owned->values, Responder(std::move(reply)));
    } catch (const std::exception& fault) {
      log::error("http.handler_threw", {{"operation", route->operation}, {"what", fault.what()}});
    }
  };
  if (core_.pool.post(std::move(task))) return;
  // More than can be worked off: told at once, before anything was done, so that sending again is safe.
  reply->send(refusal(429, ErrorCode::rate_limited, "http.busy"));
}

void Connection::run_stream(std::shared_ptr<OwnedRequest> owned) {
  if (traits_.method == Method::head) return answer(Response::text("", "text/event-stream"));
  stream_ = std::make_shared<StreamState>();
  stream_->io = io_.shared_from_this();
  stream_->connection = weak_from_this();
  stream_->backlog_bytes = core_.options.limits.event_stream_backlog_bytes;
  stream_begun_ = false;
  phase_ = Phase::streaming;
  std::function<void()> task = [core = io_.core, route = route_, owned = std::move(owned), state = stream_] {
    const auto producer = make_event_stream(state);
    try {
      if (route->check) {
        if (const auto right = route->check(owned->request, owned->values); !right.ok()) {
          producer->refuse(problem(right.error(), owned->request.language));
          return;
        }
      }
      route->handle_stream(owned->request, owned->values, producer);
    } catch (const std::exception& fault) {
      log::error("http.handler_threw", {{"operation", route->operation}, {"what", fault.what()}});
      producer->refuse(problem(Error(ErrorCode::internal, "http.internal"), owned->request.language));
      return;
    }
    begin_stream(state);
  };
  if (core_.pool.post(std::move(task))) return;
  stream_.reset();
  answer(refusal(503, ErrorCode::unavailable, "http.busy"));
}

void Connection::serve_static() {
  if (head_.has_body()) return refuse(refusal(400, ErrorCode::invalid, "http.body_unexpected"));
  const std::string_view path = head_.request.path;
  if (auto ready = core_.static_files.cached(path, traits_.gzip)) return answer(std::move(*ready));
  auto reply = std::make_shared<Reply>(io_.shared_from_this(), weak_from_this());
  reply->prepare(traits_, false);
  phase_ = Phase::running;
  counted_in_flight_ = true;
  core_.stats->in_flight.fetch_add(1);
  std::function<void()> task = [core = io_.core, path = std::string(path), traits = traits_, reply] {
    auto found = core->static_files.load(path, traits.gzip);
    if (!found) found = problem(Error(ErrorCode::not_found, "http.no_such_path"), traits.language);
    reply->send(std::move(*found));
  };
  if (!core_.pool.post(std::move(task))) reply->send(refusal(503, ErrorCode::unavailable, "http.busy"));
}

}  // namespace jingwei::http
