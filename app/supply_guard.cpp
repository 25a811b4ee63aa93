#include "app/supply_guard.h"

#include "app/named_resource.h"

namespace jingwei::app {

namespace {

// Of the resource that a path's first placeholder, or else a body, names.
using ResourceLookup =
    std::function<std::optional<std::string>(Hub&, const http::Request&, const http::PathValues&)>;

bool takes_rows(const http::Route& route) {
  const bool writes = route.permission == "ingest.write" || route.permission == "record.write";
  return writes && (route.method == http::Method::post || route.method == http::Method::patch);
}

ResourceLookup lookup_of(std::string_view path) {
  const auto names = [&](std::string_view part) { return path.find(part) != std::string_view::npos; };
  if (names("/resources/{resource}")) {
    return [](Hub&, const http::Request&, const http::PathValues& values) {
      return std::optional(std::string(values[0]));
    };
  }
  if (names("/batches/{batch}")) {
    return [](Hub& hub, const http::Request&, const http::PathValues& values) {
      return resource_of_batch(hub, values[0]);
    };
  }
  if (names("/uploads/{upload}")) {
    return [](Hub& hub, const http::Request&, const http::PathValues& values) {
      return resource_of_upload(hub, values[0]);
    };
  }
  return [](Hub&, const http::Request& request, const http::PathValues&) {
    return member_of_body(request.body, "resource");
  };
}

Result<void> check_program(Hub& hub, const http::Request& request, const std::string& resource) {
  if (!request.caller || request.caller->is_local() || request.caller->account() == 0) return {};
  JW_ASSIGN(const auto account,
            hub.identity().accounts().get(identity::AccountId(request.caller->account())));
  if (account.kind != identity::AccountKind::client || !provider_of(hub, resource)) return {};
  const auto definitions = hub.catalog().definitions();
  const bool provides = !account.department.empty() &&
                        std::any_of(definitions->begin(), definitions->end(), [&](const auto& definition) {
                          return definition.resource.provider_id == account.department;
                        });
  return hub.sources().check_supply(account.id.value, resource,
                                    provides ? source::Owned::by_a_provider : source::Owned::by_others);
}

}  // namespace

void guard_supply(std::vector<http::Route>& routes, Hub& hub) {
  for (auto& route : routes) {
    if (!takes_rows(route)) continue;
    const auto check = [&hub, lookup = lookup_of(route.path)](
                           const http::Request& request, const http::PathValues& values) -> Result<void> {
      const auto resource = lookup(hub, request, values);
      return resource ? check_program(hub, request, *resource) : Result<void>();
    };
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
