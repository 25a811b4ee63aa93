#include "http/router.h"

namespace jingwei::http {

struct Router::Node {
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> literals;
  std::unique_ptr<Node> any;
  RoutePlace place;

  Node& child(std::string_view segment) {
    if (segment.starts_with('{') && segment.ends_with('}')) {
      if (!any) any = std::make_unique<Node>();
      return *any;
    }
    for (auto& [name, node] : literals) {
      if (name == segment) return *node;
    }
    return *literals.emplace_back(segment, std::make_unique<Node>()).second;
  }

  // Depth is bounded by the tree's own.
  const RoutePlace* find(std::span<const std::string_view> segments, PathValues& values) const {
    if (segments.empty()) return place.allow.empty() ? nullptr : &place;
    const std::string_view segment = segments.front();
    for (const auto& [name, node] : literals) {
      if (name != segment) continue;
      if (const RoutePlace* found = node->find(segments.subspan(1), values)) return found;
      break;
    }
    if (!any || segment.empty()) return nullptr;
    values.push_back(segment);
    if (const RoutePlace* found = any->find(segments.subspan(1), values)) return found;
    values.pop_back();
    return nullptr;
  }

  void name_methods() {
    bool some = false;
    std::string allow;
    for (std::size_t i = 0; i < place.routes.size(); ++i) {
      if (place.routes[i] == RoutePlace::none) continue;
      some = true;
      const auto method = static_cast<Method>(i);
      if (method == Method::head || method == Method::options) continue;
      allow.append(name_of(method)).append(", ");
      if (method == Method::get) allow += "HEAD, ";
    }
    if (some) place.allow = allow + "OPTIONS";
    for (auto& [name, node] : literals) node->name_methods();
    if (any) any->name_methods();
  }
};

int RoutePlace::route_of(Method method) const {
  const int own = routes[static_cast<std::size_t>(method)];
  if (own == none && method == Method::head) return routes[static_cast<std::size_t>(Method::get)];
  return own;
}

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

Result<Router> Router::compile(std::span<const Route> routes) {
  Router router;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    const Route& route = routes[i];
    const auto wrong = [&](const char* why) {
      return Error(ErrorCode::invalid, "http.bad_route")
          .with("route", route.operation)
          .because(route.path + ": " + why);
    };
    if (!route.path.starts_with('/')) return wrong("the path must begin with '/'");
    const bool streams = route.runs == Runs::stream;
    if (streams ? !route.handle_stream : !route.handle) return wrong("the handler is missing");
    if (route.method == Method::other) return wrong("the method has no name");
    Node* node = router.root_.get();
    for (std::string_view rest = std::string_view(route.path).substr(1);;) {
      const std::size_t slash = rest.find('/');
      node = &node->child(rest.substr(0, slash));
      if (slash == std::string_view::npos) break;
      rest.remove_prefix(slash + 1);
    }
    int& slot = node->place.routes[static_cast<std::size_t>(route.method)];
    if (slot != RoutePlace::none) return wrong("method and path are taken");
    slot = static_cast<int>(i);
  }
  router.root_->name_methods();
  return router;
}

const RoutePlace* Router::find(std::span<const std::string_view> segments, PathValues& values) const {
  values.clear();
  return root_->find(segments, values);
}

}  // namespace jingwei::http
