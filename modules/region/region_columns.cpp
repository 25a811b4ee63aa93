#include "modules/region/region_columns.h"

#include <bit>
#include <numeric>

#include "modules/region/place_readings.h"

namespace jingwei::region {
namespace {

void append(std::string& pool, std::vector<std::uint32_t>& offsets, std::string_view text) {
  pool.append(text);
  pool.push_back('\0');
  offsets.push_back(static_cast<std::uint32_t>(pool.size()));
}

}  // namespace

OwnedNames make_names(const std::vector<std::string>& sorted_names) {
  OwnedNames out;
  for (auto* offsets : {&out.name_offsets, &out.pinyin_offsets, &out.initials_offsets}) {
    offsets->reserve(sorted_names.size() + 1);
    offsets->push_back(0);
  }
  for (const std::string& name : sorted_names) {
    append(out.names, out.name_offsets, name);
    const Reading reading = read_place_name(name);
    append(out.pinyin, out.pinyin_offsets, reading.joined);
    append(out.initials, out.initials_offsets, reading.initials);
  }
  const NameColumns columns = out.view();
  std::vector<std::uint32_t> order(sorted_names.size());
  std::iota(order.begin(), order.end(), 0U);
  out.by_pinyin = order;
  out.by_initials = order;
  std::stable_sort(out.by_pinyin.begin(), out.by_pinyin.end(),
                   [&](auto a, auto b) { return columns.pinyin_of(a) < columns.pinyin_of(b); });
  std::stable_sort(out.by_initials.begin(), out.by_initials.end(),
                   [&](auto a, auto b) { return columns.initials_of(a) < columns.initials_of(b); });
  return out;
}

std::size_t finish_nodes(OwnedNodes& nodes, std::uint32_t name_count) {
  const auto count = static_cast<Node>(nodes.codes.size());
  // Subtree sizes flow from the last node to the first, since a parent stands before its children.
  nodes.ends.assign(count, 1);
  nodes.child_counts.assign(count, 0);
  for (Node n = count; n-- > 0;) {
    const Node parent = nodes.parents[n];
    if (parent != no_node) {
      nodes.ends[parent] += nodes.ends[n];
      ++nodes.child_counts[parent];
    }
    nodes.ends[n] += n;
  }

  nodes.name_first.assign(name_count + 1, 0);
  for (const std::uint32_t name : nodes.names) ++nodes.name_first[name + 1];
  std::partial_sum(nodes.name_first.begin(), nodes.name_first.end(), nodes.name_first.begin());
  nodes.name_nodes.resize(count);
  std::vector<std::uint32_t> next(nodes.name_first.begin(), nodes.name_first.end() - 1);
  for (Node n = 0; n < count; ++n) nodes.name_nodes[next[nodes.names[n]]++] = n;

  std::size_t repeated = 0;
  const std::size_t slots = std::bit_ceil(static_cast<std::size_t>(count) * 3 / 2 + 1);
  nodes.code_slots.assign(slots, no_node);
  for (Node n = 0; n < count; ++n) {
    const std::uint64_t code = nodes.codes[n];
    if ((code & text_code_bit) != 0) continue;
    std::size_t slot = code_slot(code, slots);
    while (nodes.code_slots[slot] != no_node && nodes.codes[nodes.code_slots[slot]] != code)
      slot = (slot + 1) & (slots - 1);
    if (nodes.code_slots[slot] == no_node) {
      nodes.code_slots[slot] = n;
    } else {
      ++repeated;
    }
  }
  return repeated;
}

}  // namespace jingwei::region
