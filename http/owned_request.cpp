#include "http/owned_request.h"

namespace jingwei::http {

namespace {

bool contains(std::string_view place, std::string_view part) {
  const std::less_equal<const char*> before;
  return !part.empty() && before(place.data(), part.data()) &&
         before(part.data() + part.size(), place.data() + place.size());
}

std::string_view moved(std::string_view part, std::string_view from, const std::string& to) {
  return std::string_view(to).substr(static_cast<std::size_t>(part.data() - from.data()), part.size());
}

}  // namespace

OwnedRequest::~OwnedRequest() {
  if (files == nullptr || request.spool_path.empty()) return;
  // A handler that moved the file away leaves nothing to remove, which is not a fault.
  const auto removed = files->remove(request.spool_path);
  static_cast<void>(removed.ok());
}

std::shared_ptr<OwnedRequest> OwnedRequest::copy(const Request& source, const PathValues& values,
                                                 const Places& places) {
  auto owned = std::make_shared<OwnedRequest>();
  owned->head_ = places.head;
  owned->path_ = places.path;
  owned->remote_ = source.remote;
  const auto rebased = [&](std::string_view part) -> std::string_view {
    if (contains(places.head, part)) return moved(part, places.head, owned->head_);
    if (contains(places.path, part)) return moved(part, places.path, owned->path_);
    JW_ASSERT(part.empty());
    return {};
  };
  Request& request = owned->request;
  request.method = source.method;
  request.target = rebased(source.target);
  request.path = source.path == "/" ? std::string_view("/") : rebased(source.path);
  request.query = rebased(source.query);
  request.headers.reserve(source.headers.size());
  for (const auto& [name, value] : source.headers)
    request.headers.emplace_back(rebased(name), rebased(value));
  request.remote = owned->remote_;
  request.language = source.language;
  request.caller = source.caller;
  request.body_bytes = source.body_bytes;
  owned->values.reserve(values.size());
  for (const auto& value : values) owned->values.push_back(rebased(value));
  if (!source.body.empty()) owned->set_body(std::string(source.body));
  return owned;
}

void OwnedRequest::set_body(std::string body) {
  body_ = std::move(body);
  request.body = body_;
  request.body_bytes = body_.size();
}

}  // namespace jingwei::http
