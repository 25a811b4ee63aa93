// Routes compiled into a tree of path segments. Immutable after compile(), so every thread may read it.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/route.h"

namespace jingwei::http {

// One path and what may be done to it.
struct RoutePlace {
  static constexpr int none = -1;
  std::array<int, 8> routes{none, none, none, none,
                            none, none, none, none};  // index into the route list by Method
  std::string allow;                                  // value of the Allow header; empty: no such path

  // HEAD is answered by GET's route. `none` for a method this path does not take.
  int route_of(Method method) const;
};

class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  // invalid: a path without leading '/', two routes of one method and path, a route without handler or with
  // the wrong one.
  static Result<Router> compile(std::span<const Route> routes);

  // The place of a path, nullptr when nobody has it. A literal segment wins over a {placeholder}, which never
  // takes an empty one.
  const RoutePlace* find(std::span<const std::string_view> segments, PathValues& values) const;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
};

}  // namespace jingwei::http
