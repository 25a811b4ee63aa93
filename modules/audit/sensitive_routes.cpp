#include "modules/audit/audit_routes.h"

#include <algorithm>
#include <optional>

#include "base/json.h"

namespace jingwei::audit {

namespace {

constexpr std::size_t purpose_most = 64;
constexpr std::size_t code_most = 32;  // bytes of a region's code

bool is_sensitive_read(const http::Route& route) {
  return route.audit != "none" && (route.method == http::Method::get || route.permission.ends_with(".read"));
}

// Which {placeholder} of the path is the resource.
std::optional<std::size_t> place_of_resource(std::string_view path) {
  std::size_t place = 0;
  for (std::size_t at = path.find('{'); at != std::string_view::npos; at = path.find('{', at + 1)) {
    if (path.substr(at).starts_with("{resource}")) return place;
    ++place;
  }
  return std::nullopt;
}

// The region a reader asks for: `under=` of the query. Only what looks like a code goes on record.
std::string region_asked(std::string_view query) {
  constexpr std::string_view name = "under=";
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    if (pair.starts_with(name)) {
      const std::string_view code = pair.substr(name.size());
      const bool digits = std::all_of(code.begin(), code.end(), [](char c) { return c >= '0' && c <= '9'; });
      return digits && code.size() <= code_most ? std::string(code) : std::string();
    }
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
  }
  return {};
}

// Only what looks like the id of a purpose goes on record.
std::string purpose_asked(std::string_view purpose) {
  const bool plain = std::all_of(purpose.begin(), purpose.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
  return plain && purpose.size() <= purpose_most ? std::string(purpose) : std::string();
}

std::string_view outcome_of(int status) {
  return status < 400 ? "answered" : status < 500 ? "refused" : "failed";
}

// What is known before the answer is.
struct Asked {
  std::string actor;
  std::string event;
  std::string path;
  std::string resource;
  std::string region;
  std::string purpose;
};

storage::Change entry_of(const Asked& asked, const http::Disclosure& disclosed, std::string_view outcome) {
  const auto either = [](const std::string& first, const std::string& second) -> const std::string& {
    return first.empty() ? second : first;
  };
  JsonWriter detail;
  detail.begin_object();
  const auto member = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) detail.member(name, value);
  };
  member("purpose", either(disclosed.purpose, asked.purpose));
  member("region", either(disclosed.region, asked.region));
  member("resource", either(disclosed.resource, asked.resource));
  if (!disclosed.subject.empty()) detail.member("path", asked.path);
  detail.member("outcome", outcome);
  detail.end_object();
  storage::Change change;
  change.audit.push_back(
      {asked.actor, asked.event, either(disclosed.subject, asked.path), detail.take()});
  return change;
}

Asked asked_by(const http::Request& request, const http::PathValues& values, const std::string& event,
               std::optional<std::size_t> resource) {
  return {request.actor(), event, std::string(request.path), resource ? std::string(values[*resource]) : std::string(),
          region_asked(request.query), purpose_asked(request.purpose())};
}

}  // namespace

void audit_reads(std::vector<http::Route>& routes, storage::Store& store) {
  for (auto& route : routes) {
    if (!is_sensitive_read(route)) continue;
    const auto resource = place_of_resource(route.path);
    if (route.runs == http::Runs::stream) {
      // What a stream will tell is not known when it opens: that it was opened is.
      route.check = [&store, event = route.audit, resource, check = std::move(route.check)](
                        const http::Request& request, const http::PathValues& values) -> Result<void> {
        const auto checked = check ? check(request, values) : Result<void>();
        const auto asked = asked_by(request, values, event, resource);
        auto recorded = store.commit(entry_of(asked, {}, checked ? "answered" : "refused"));
        if (!recorded) return std::move(recorded).error();
        return checked;
      };
      continue;
    }
    route.handle = [&store, event = route.audit, resource, handle = std::move(route.handle)](
                       const http::Request& request, const http::PathValues& values,
                       http::Responder respond) {
      const auto asked = asked_by(request, values, event, resource);
      http::Responder recorded(
          [&store, asked, respond, language = request.language](http::Response response) {
            auto change = entry_of(asked, response.disclosed, outcome_of(response.status));
            // Not waited for here, so that a pool thread serves the next reader while the disk syncs.
            auto waiting =
                std::make_shared<std::pair<http::Responder, http::Response>>(respond, std::move(response));
            store.commit(std::move(change), [waiting, language](Result<storage::Committed> committed) {
              if (committed) {
                waiting->first(std::move(waiting->second));
              } else {
                waiting->first(http::problem(committed.error(), language));
              }
            });
          });
      handle(request, values, std::move(recorded));
    };
  }
}

}  // namespace jingwei::audit
