#include "modules/audit/audit_routes.h"

#include <algorithm>
#include <optional>
#include <span>

#include "base/json.h"

namespace jingwei::audit {

namespace {

constexpr std::size_t code_most = 32;  // bytes of a region's code
constexpr std::size_t word_most = 64;  // bytes of a name in a path
constexpr std::size_t persons_in_entry = 500;
constexpr std::size_t digits_most = 10;  // of a number of ours; telephones and identity numbers have more

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

// Whether a value of a path may go on record though nothing of ours answered to it: who asks in vain may have
// put somebody's name or identity number there.
bool is_harmless(std::string_view value) {
  std::size_t digits = 0;
  for (const char c : value) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    const bool plain = digits > 0 || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
    if (!plain || digits > digits_most) return false;
  }
  return value.size() <= word_most;
}

// The route's path with the values that are harmless in their places.
std::string harmless_path(std::string_view path, const http::PathValues& values) {
  std::string text;
  for (std::size_t place = 0; !path.empty(); ++place) {
    const std::size_t open = path.find('{'), close = path.find('}');
    if (open == std::string_view::npos || close == std::string_view::npos) return text.append(path);
    const bool told = place < values.size() && is_harmless(values[place]);
    text.append(path.substr(0, open)).append(told ? values[place] : path.substr(open, close + 1 - open));
    path.remove_prefix(close + 1);
  }
  return text;
}

// Only what looks like the id of a purpose goes on record.
std::string purpose_asked(std::string_view purpose) {
  return is_harmless(purpose) ? std::string(purpose) : std::string();
}

std::string_view outcome_of(int status) {
  return status < 400 ? "answered" : status < 500 ? "refused" : "failed";
}

// What is known before the answer is.
struct Asked {
  std::string actor;
  std::string event;
  std::string path, harmless_path;
  std::string resource;
  std::string region;
  std::string purpose;
};

// The entry with some of those it tells of: a long list takes several entries.
storage::AuditEntry with_persons(storage::AuditEntry entry, std::span<const std::string> persons) {
  if (persons.empty()) return entry;
  std::string& detail = entry.detail;
  detail.pop_back();
  detail += ",\"persons\":[";
  for (const auto& person : persons) {
    append_json_string(detail, person);
    detail += ',';
  }
  detail.back() = ']';
  detail += '}';
  return entry;
}

storage::Change entry_of(const Asked& asked, const http::Disclosure& disclosed, std::string_view outcome) {
  const bool answered = outcome == "answered";
  const std::string& path = answered ? asked.path : asked.harmless_path;
  const std::string resource = answered || is_harmless(asked.resource) ? asked.resource : std::string();
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
  member("resource", either(disclosed.resource, resource));
  if (!disclosed.subject.empty()) detail.member("path", path);
  detail.member("outcome", outcome);
  detail.end_object();
  storage::AuditEntry entry{asked.actor, asked.event, either(disclosed.subject, path), detail.take()};
  storage::Change change;
  const auto& persons = disclosed.persons;
  for (std::size_t first = 0; first == 0 || first < persons.size(); first += persons_in_entry)
    change.audit.push_back(with_persons(
        entry, std::span(persons).subspan(first, std::min(persons_in_entry, persons.size() - first))));
  return change;
}

Asked asked_by(const http::Request& request, const http::PathValues& values, const std::string& event,
               std::string_view route, std::optional<std::size_t> resource) {
  return {request.actor(),
          event,
          std::string(request.path),
          harmless_path(route, values),
          resource ? std::string(values[*resource]) : std::string(),
          region_asked(request.query),
          purpose_asked(request.purpose())};
}

}  // namespace

void audit_reads(std::vector<http::Route>& routes, storage::Store& store) {
  for (auto& route : routes) {
    if (!is_sensitive_read(route)) continue;
    const auto resource = place_of_resource(route.path);
    if (route.runs == http::Runs::stream) {
      // What a stream will tell is not known when it opens: that it was opened is.
      route.check = [&store, event = route.audit, path = route.path, resource,
                     check = std::move(route.check)](const http::Request& request,
                                                     const http::PathValues& values) -> Result<void> {
        const auto checked = check ? check(request, values) : Result<void>();
        const auto asked = asked_by(request, values, event, path, resource);
        auto recorded = store.commit(entry_of(asked, {}, checked ? "answered" : "refused"));
        if (!recorded) return std::move(recorded).error();
        return checked;
      };
      continue;
    }
    route.handle =
        [&store, event = route.audit, path = route.path, resource, handle = std::move(route.handle)](
            const http::Request& request, const http::PathValues& values, http::Responder respond) {
          const auto asked = asked_by(request, values, event, path, resource);
          http::Responder recorded([&store, asked, respond,
                                    language = request.language](http::Response response) {
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
