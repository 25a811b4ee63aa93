#include "modules/ingest/reading/header_choice.h"

#include "base/text.h"

namespace jingwei::ingest {

namespace {

using Texts = std::vector<std::string>;

Texts squeezed(const Texts& row) {
  Texts out;
  for (const auto& text : row) out.push_back(text::squeeze(text));
  while (out.size() > 1 && out.back().empty()) out.pop_back();
  return out;
}

int named(std::span<const std::string> columns) {
  return static_cast<int>(std::ranges::count_if(columns, [](const auto& name) { return !name.empty(); }));
}

enum class Join : std::uint8_t { lower_first, both };

Texts joined(const Texts& upper, const Texts& lower, Join join) {
  Texts out(std::max(upper.size(), lower.size()));
  std::string group;  // a merged upper cell stands above several lower ones
  for (std::size_t at = 0; at < out.size(); ++at) {
    const std::string above = at < upper.size() ? upper[at] : "";
    const std::string below = at < lower.size() ? lower[at] : "";
    if (!above.empty()) group = above;
    if (below.empty()) {
      out[at] = above;
    } else {
      out[at] = join == Join::both && group != below ? group + below : below;
    }
  }
  return out;
}

}  // namespace

HeaderChoice choose_header(std::span<const std::vector<std::string>> rows, const HeaderFit& fit) {
  HeaderChoice best;
  std::size_t several = rows.size();
  const auto consider = [&](std::size_t at, std::size_t lines, Texts columns) {
    const int score = fit ? fit(columns) : named(columns);
    if (score > best.fit) best = {at, lines, std::move(columns), score};
  };
  std::vector<Texts> clean;
  for (const auto& row : rows) clean.push_back(squeezed(row));
  for (std::size_t at = 0; at < clean.size(); ++at) {
    if (several == rows.size() && named(clean[at]) > 1) several = at;
    consider(at, 1, clean[at]);
    if (!fit || at + 1 == clean.size() || named(clean[at]) < 2) continue;
    consider(at, 2, joined(clean[at], clean[at + 1], Join::lower_first));
    consider(at, 2, joined(clean[at], clean[at + 1], Join::both));
  }
  if (best.fit == 0) {
    best.first = several == rows.size() ? 0 : several;
    best.columns = clean[best.first];
  }
  return best;
}

}  // namespace jingwei::ingest
