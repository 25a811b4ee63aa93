#include "modules/region/tree_compiler.h"

#include "base/text.h"

namespace jingwei::region {
namespace {

// Nodes in preorder: children by code, the nation first.
Result<std::vector<std::uint32_t>> preorder(const std::vector<SourceRegion>& regions) {
  std::vector<std::uint32_t> by_parent(regions.size());
  std::unordered_map<std::uint64_t, std::pair<std::uint32_t, std::uint32_t>> runs;
  for (std::uint32_t i = 0; i < regions.size(); ++i) by_parent[i] = i;
  std::sort(by_parent.begin(), by_parent.end(), [&](auto a, auto b) {
    return std::tie(regions[a].parent_code, regions[a].code) <
           std::tie(regions[b].parent_code, regions[b].code);
  });
  for (std::uint32_t i = 0; i < by_parent.size(); ++i) {
    auto& run = runs.try_emplace(regions[by_parent[i]].parent_code, i, i).first->second;
    run.second = i + 1;
  }
  std::vector<std::uint32_t> order;
  order.reserve(regions.size());
  std::vector<std::uint32_t> open;
  const auto push_children = [&](std::uint64_t parent) {
    const auto run = runs.find(parent);
    if (run == runs.end()) return;
    for (std::uint32_t i = run->second.second; i-- > run->second.first;) open.push_back(by_parent[i]);
  };
  push_children(0);
  while (!open.empty()) {
    order.push_back(open.back());
    open.pop_back();
    push_children(regions[order.back()].code);
  }
  if (order.size() != regions.size() || order.empty()) {
    std::vector<bool> reached(regions.size());
    for (const std::uint32_t i : order) reached[i] = true;
    const auto lost =
        static_cast<std::size_t>(std::find(reached.begin(), reached.end(), false) - reached.begin());
    Error error(ErrorCode::invalid, "region.parent_missing");
    if (lost == reached.size()) return error;
    return std::move(error)
        .with("code", std::to_string(regions[lost].code))
        .with("parent", std::to_string(regions[lost].parent_code));
  }
  return order;
}

std::vector<std::string> distinct_names(const std::vector<SourceRegion>& regions) {
  std::vector<std::string> names;
  names.reserve(regions.size());
  for (const SourceRegion& region : regions) names.push_back(region.name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void lay_out(const std::vector<SourceRegion>& regions, const std::vector<std::uint32_t>& order,
             const std::vector<std::string>& names, OwnedNodes& nodes) {
  std::unordered_map<std::uint64_t, Node> place;
  place.reserve(regions.size());
  for (const std::uint32_t i : order) {
    const SourceRegion& region = regions[i];
    const auto parent = place.find(region.parent_code);
    place.emplace(region.code, static_cast<Node>(nodes.codes.size()));
    nodes.codes.push_back(region.code);
    nodes.parents.push_back(parent == place.end() ? no_node : parent->second);
    nodes.names.push_back(static_cast<std::uint32_t>(
        std::lower_bound(names.begin(), names.end(), region.name) - names.begin()));
    nodes.levels.push_back(static_cast<std::uint8_t>(region.level));
  }
}

void keep_ids(const CompileInput& input, Compiled& out) {
  const NodeColumns& before = input.previous->nodes();
  OwnedNodes& nodes = out.content.nodes;
  std::unordered_map<std::uint64_t, Node> earlier;
  earlier.reserve(before.size());
  for (Node n = 0; n < before.size(); ++n) earlier.emplace(before.codes[n], n);
  const auto id_before = [&](Node n) { return before.ids.empty() ? std::int64_t{n} + 1 : before.ids[n]; };
  std::int64_t next = input.previous->next_id();
  std::vector<bool> persists(before.size());
  bool dated = !before.valid_from.empty();
  for (const std::uint64_t code : nodes.codes) {
    const auto found = earlier.find(code);
    if (found != earlier.end()) {
      persists[found->second] = true;
      nodes.ids.push_back(id_before(found->second));
      nodes.valid_from.push_back(before.valid_from.empty() ? unknown_day : before.valid_from[found->second]);
      ++out.report.kept_ids;
    } else {
      nodes.ids.push_back(next++);
      nodes.valid_from.push_back(to_days(input.edition));
      dated = true;
      ++out.report.new_ids;
    }
  }
  if (!dated) nodes.valid_from.clear();
  nodes.by_id.resize(nodes.ids.size());
  for (Node n = 0; n < nodes.by_id.size(); ++n) nodes.by_id[n] = n;
  std::sort(nodes.by_id.begin(), nodes.by_id.end(),
            [&](Node a, Node b) { return nodes.ids[a] < nodes.ids[b]; });

  out.content.retired = input.previous->retired();
  for (Node n = 0; n < before.size(); ++n) {
    if (persists[n]) continue;
    Retired ended{
        .id = id_before(n),
        .code = std::to_string(before.codes[n]),
        .parent_code = before.parents[n] == no_node ? "" : std::to_string(before.codes[before.parents[n]]),
        .name = std::string(input.previous->names().name(before.names[n])),
        .level = before.levels[n],
        .valid_from = before.valid_from.empty() ? unknown_day : before.valid_from[n],
        .valid_to = to_days(input.edition),
        .successors = {}};
    for (const Succession& line : input.successions) {
      if (line.old_code == ended.code) ended.successors.push_back(line.new_code);
    }
    out.report.notes.push_back(ended.code + " " + ended.name + ": ended, " +
                               std::to_string(ended.successors.size()) + " successors");
    out.content.retired.push_back(std::move(ended));
    ++out.report.ended;
  }
  out.content.next_id = next;
}

}  // namespace

Result<Compiled> compile_tree(const CompileInput& input) {
  JW_ASSIGN(const std::vector<std::uint32_t> order, preorder(input.regions));
  Compiled out;
  out.content.edition = input.edition;
  const std::vector<std::string> names = distinct_names(input.regions);
  lay_out(input.regions, order, names, out.content.nodes);
  out.content.names = make_names(names);
  if (finish_nodes(out.content.nodes, static_cast<std::uint32_t>(names.size())) > 0)
    return Error(ErrorCode::invalid, "region.code_taken");
  out.report.per_level.assign(10, 0);
  for (const std::uint8_t level : out.content.nodes.levels) ++out.report.per_level[level];
  if (input.previous) {
    keep_ids(input, out);
  } else {
    out.report.new_ids = order.size();
    out.content.next_id = static_cast<std::int64_t>(order.size()) + 1;
  }
  return out;
}

std::vector<std::pair<std::string, std::uint64_t>> assigned_codes(const TreeFile& file) {
  std::vector<std::pair<std::string, std::uint64_t>> out;
  const NodeColumns& nodes = file.nodes();
  for (Node n = 0; n < nodes.size(); ++n) {
    const std::uint64_t code = nodes.codes[n];
    if (code < 710'000 || code >= 830'000 || nodes.levels[n] < 2)
      continue;  // only Hong Kong, Macao and Taiwan have assigned codes
    out.emplace_back(
        std::to_string(nodes.codes[nodes.parents[n]]) + "/" + std::string(file.names().name(nodes.names[n])),
        code);
  }
  return out;
}

Result<std::vector<Succession>> parse_successions(std::string_view text) {
  std::vector<Succession> out;
  for (std::size_t line_number = 1; !text.empty(); ++line_number) {
    const std::size_t end = text.find('\n');
    const std::string line = text::squeeze(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line[0] == '#') continue;
    const std::size_t comma = line.find(',');
    if (comma == 0 || comma == std::string::npos || comma + 1 == line.size()) {
      return Error(ErrorCode::invalid, "region.line_invalid")
          .with("line", std::to_string(line_number))
          .with("reason", "old,new");
    }
    out.push_back({line.substr(0, comma), line.substr(comma + 1)});
  }
  return out;
}

}  // namespace jingwei::region
