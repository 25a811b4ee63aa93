#include "app/department_guard.h"

#include <boost/json.hpp>

#include "app/named_resource.h"

namespace jingwei::app {

namespace {

namespace json = boost::json;

// The department of what a placeholder's value names; nothing when there is no such thing.
using Lookup = std::function<std::optional<std::string>(Hub&, std::string_view)>;

std::optional<std::string> of_batch(Hub& hub, std::string_view id) {
  const auto resource = resource_of_batch(hub, id);
  return resource ? provider_of(hub, *resource) : std::nullopt;
}

std::optional<std::string> of_upload(Hub& hub, std::string_view id) {
  const auto resource = resource_of_upload(hub, id);
  return resource ? provider_of(hub, *resource) : std::nullopt;
}

std::optional<std::string> of_source(Hub& hub, std::string_view id) {
  const auto source = source::SourceId::parse(id);
  if (!source) return std::nullopt;
  const auto view = hub.sources().find(*source);
  if (!view) return std::nullopt;
  return view->source.resource.empty() ? std::optional(view->source.department)
                                       : provider_of(hub, view->source.resource);
}

std::optional<std::string> of_objection(Hub& hub, std::string_view id) {
  const auto objection = quality::ObjectionId::parse(id);
  if (!objection) return std::nullopt;
  const auto found = hub.quality().objections().find(*objection);
  return found ? std::optional(found->provider) : std::nullopt;
}

struct Placed {
  std::size_t place;
  Lookup lookup;
};

std::optional<Placed> placed_in(std::string_view path) {
  const std::pair<std::string_view, Lookup> known[] = {{"/resources/{resource}", provider_of},
                                                       {"/batches/{batch}", of_batch},
                                                       {"/uploads/{upload}", of_upload},
                                                       {"/sources/{source}", of_source},
                                                       {"/objections/{id}", of_objection}};
  for (const auto& [part, lookup] : known) {
    // Each stands before any other placeholder.
    if (path.find(part) != std::string_view::npos) return Placed{0, lookup};
  }
  return std::nullopt;
}

// The resource a JSON body is about: "resource", or of a definition its own provider.
std::optional<std::string> of_body(Hub& hub, std::string_view body) {
  json::error_code fault;
  const json::value parsed = json::parse(body, fault);
  if (fault || !parsed.is_object()) return std::nullopt;
  const auto text_at = [](const json::value& in, std::string_view name) -> std::optional<std::string> {
    const auto* value = in.is_object() ? in.as_object().if_contains(name) : nullptr;
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(value->as_string());
  };
  if (const auto resource = text_at(parsed, "resource")) return provider_of(hub, *resource);
  const auto* definition = parsed.as_object().if_contains("definition");
  if (definition == nullptr) return std::nullopt;
  if (const auto id = text_at(*definition, "id")) {
    if (auto provider = provider_of(hub, *id)) return provider;
  }
  const auto* provider = definition->is_object() ? definition->as_object().if_contains("provider") : nullptr;
  return provider == nullptr ? std::nullopt : text_at(*provider, "id");
}

}  // namespace

void guard_departments(std::vector<http::Route>& routes, Hub& hub) {
  for (auto& route : routes) {
    const auto permission = access::find_permission(route.permission);
    if (!permission) continue;
    const access::Reach reach = access::permissions()[*permission].reach;
    if (reach != access::Reach::department && reach != access::Reach::rows) continue;
    const auto placed = placed_in(route.path);
    const bool by_body = !placed && route.body == http::BodyKind::json;
    if (!placed && !by_body) continue;
    auto check = [&hub, placed, permission = route.permission](
                     const http::Request& request, const http::PathValues& values) -> Result<void> {
      if (!request.caller || request.caller->is_local()) return {};
      const auto department =
          placed ? placed->lookup(hub, values[placed->place]) : of_body(hub, request.body);
      if (!department) return {};
      auto allowed = request.caller->may_for(permission, *department, hub.clock().now());
      if (allowed) return {};
      Error error = std::move(allowed).error();
      const auto known = access::find_permission(permission);
      for (auto& [name, value] : error.arguments) {
        if (name == "permission") value = access::title_of(access::permissions()[*known], request.language);
      }
      return error;
    };
    if (route.runs == http::Runs::stream) {
      route.check = [check, next = std::move(route.check)](const http::Request& request,
                                                           const http::PathValues& values) -> Result<void> {
        JW_TRY(check(request, values));
        return next ? next(request, values) : Result<void>();
      };
      continue;
    }
    route.handle = [check, handle = std::move(route.handle)](const http::Request& request,
                                                             const http::PathValues& values,
                                                             http::Responder respond) {
      if (const auto allowed = check(request, values); !allowed)
        return respond(http::problem(allowed.error(), request.language));
      handle(request, values, std::move(respond));
    };
  }
}

}  // namespace jingwei::app
