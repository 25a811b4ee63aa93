#include "modules/region/region_routes.h"

#include <zlib.h>

#include <charconv>

#include "modules/region/api.gen.h"
#include "modules/region/region_json.h"

namespace jingwei::region {
using http::problem;

namespace {

http::Response not_found(const http::Request& http, std::string_view code) {
  return problem(Error(ErrorCode::not_found, "region.not_found").with("code", std::string(code)),
                 http.language);
}

Result<Page> read_page(std::optional<std::int64_t> limit, const std::optional<std::string>& cursor) {
  Page page;
  if (limit) page.most = static_cast<std::size_t>(*limit);
  if (cursor) {
    const auto [end, fault] = std::from_chars(cursor->data(), cursor->data() + cursor->size(), page.first);
    if (fault != std::errc{} || end != cursor->data() + cursor->size() || page.first > 10'000'000) {
      return Error(ErrorCode::invalid, "region.cursor_invalid").at("cursor");
    }
  }
  return page;
}

}  // namespace

class RegionRoutes::Handlers final : public api::Operations {
 public:
  explicit Handlers(const Regions& regions) : regions_(regions) {}

  http::Response find_regions(const http::Request& http, const api::FindRegions& in) override {
    const auto tree = regions_.tree();
    const auto page = read_page(in.limit, in.cursor);
    if (!page.ok()) return problem(page.error(), http.language);
    Search search;
    if (in.q) search.text = *in.q;
    if (in.level) search.level = static_cast<Level>(*in.level);
    if (in.under) {
      search.under = tree->scope(*in.under);
      if (!search.under) return not_found(http, *in.under);
    }
    if (!search.text.empty())
      return http::Response::json(summaries_json(*tree, tree->search(search), *page, http.language));
    return list(*tree, search, *page, http);
  }

  http::Response locate_region(const http::Request& http, const api::LocateRegion& in) override {
    const auto tree = regions_.tree();
    Crs crs = Crs::wgs84;
    if (in.crs) {
      const auto named = parse_crs(*in.crs);
      if (!named)
        return problem(Error(ErrorCode::invalid, "region.crs_unknown").with("crs", *in.crs).at("crs"),
                       http.language);
      crs = *named;
    }
    const Node node = tree->locate(to_wgs84({in.lon, in.lat}, crs));
    if (node == no_node) return problem(Error(ErrorCode::not_found, "region.outside"), http.language);
    return http::Response::json(path_json(*tree, node, http.language));
  }

  http::Response get_region(const http::Request& http, const api::GetRegion& in) override {
    const auto tree = regions_.tree();
    const Resolution found = tree->resolve(in.code, in.at);
    if (found.node == no_node && found.retired == nullptr) return not_found(http, in.code);
    return http::Response::json(region_json(*tree, found, http.language));
  }

  http::Response list_region_children(const http::Request& http, const api::ListRegionChildren& in) override {
    const auto tree = regions_.tree();
    const Node node = tree->resolve(in.code).node;
    if (node == no_node) return not_found(http, in.code);
    const auto page = read_page(in.limit, in.cursor);
    if (!page.ok()) return problem(page.error(), http.language);
    return http::Response::json(children_json(*tree, node, *page, http.language));
  }

  http::Response get_region_path(const http::Request& http, const api::GetRegionPath& in) override {
    const auto tree = regions_.tree();
    const Node node = tree->resolve(in.code).node;
    if (node == no_node) return not_found(http, in.code);
    return http::Response::json(path_json(*tree, node, http.language));
  }

  http::Response get_region_boundaries(const http::Request& http,
                                       const api::GetRegionBoundaries& in) override {
    const auto tree = regions_.tree();
    const Node node = tree->resolve(in.code).node;
    if (node == no_node) return not_found(http, in.code);
    http::Response response = http::Response::text(boundaries_json(*tree, node), "application/geo+json");
    const auto sum = crc32_z(0, reinterpret_cast<const Bytef*>(response.body.data()), response.body.size());
    response.etag = "\"" + std::to_string(sum) + "-" + std::to_string(response.body.size()) + "\"";
    response.cache_control = "no-cache";  // kept by the browser, asked again with the ETag
    return response;
  }

 private:
  // Without a text: the regions under `under` (of one level when given), in the order of the tree.
  http::Response list(const Tree& tree, const Search& search, Page page, const http::Request& http) {
    if (!search.under && !search.level)
      return http::Response::json(children_json(tree, tree.root(), page, http.language));
    std::vector<Node> nodes;
    const std::size_t wanted = page.first + page.most + 1;
    const std::vector<Interval> whole{{0, tree.size()}};
    for (const Interval& part : search.under ? search.under->parts : whole) {
      for (Node n = part.begin; n < part.end && nodes.size() < wanted; ++n) {
        if (!search.level || tree.level(n) == *search.level) nodes.push_back(n);
      }
    }
    return http::Response::json(summaries_json(tree, nodes, page, http.language));
  }

  const Regions& regions_;
};

RegionRoutes::RegionRoutes(const Regions& regions) : handlers_(std::make_unique<Handlers>(regions)) {}
RegionRoutes::~RegionRoutes() = default;
RegionRoutes::RegionRoutes(RegionRoutes&&) noexcept = default;
std::vector<http::Route> RegionRoutes::routes() {
  return api::routes(*handlers_);
}

}  // namespace jingwei::region
