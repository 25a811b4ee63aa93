#include "scenario/graph_level.h"

#include <algorithm>
#include <cstdlib>
#include <map>

namespace jingwei::scenario::drawing {

namespace {

constexpr double gap = 18, step = 17;  // between nodes of a rank, between ranks
constexpr int turns_of_order = 12, turns_of_place = 16;

// Moves `wished` as little as may be, in squares, so that each is at least `apart` from the one before
// (pooling of neighbours that are in each other's way).
std::vector<double> set_apart(const std::vector<double>& wished, const std::vector<double>& apart) {
  struct Pool {
    double sum = 0;
    std::size_t count = 0;
    double mean() const { return sum / static_cast<double>(count); }
  };
  std::vector<Pool> pools;
  double offset = 0;
  for (std::size_t i = 0; i < wished.size(); ++i) {
    offset += apart[i];
    pools.push_back({wished[i] - offset, 1});
    while (pools.size() > 1 && pools[pools.size() - 2].mean() > pools.back().mean()) {
      const Pool last = pools.back();
      pools.pop_back();
      pools.back().sum += last.sum;
      pools.back().count += last.count;
    }
  }
  std::vector<double> places;
  offset = 0;
  for (const auto& pool : pools) {
    for (std::size_t i = 0; i < pool.count; ++i) {
      offset += apart[places.size()];
      places.push_back(pool.mean() + offset);
    }
  }
  return places;
}

}  // namespace

int Level::put(Node node) {
  const int number = static_cast<int>(nodes.size());
  ranks_[static_cast<std::size_t>(node.rank)].push_back(number);
  nodes.push_back(std::move(node));
  return number;
}

std::vector<int> Level::join(int first, int last) {
  const int from = node(first).rank, to = node(last).rank;
  std::vector<int> way{first};
  if (from == to) way.push_back(put({.rank = from + 1}));
  for (int rank = from; std::abs(rank - to) > 1;) {
    rank += rank < to ? 1 : -1;
    way.push_back(put({.rank = rank}));
  }
  way.push_back(last);
  for (std::size_t i = 0; i + 1 < way.size(); ++i) {
    const bool down = node(way[i]).rank < node(way[i + 1]).rank;
    const int upper = way[down ? i : i + 1], lower = way[down ? i + 1 : i];
    node(upper).below.push_back(lower);
    node(lower).above.push_back(upper);
  }
  return way;
}

void Level::lay_out() {
  put_in_order();
  set_places();
}

// The mean of `value` over what a node is joined to in the rank above or below; its own without any.
template <typename Value>
double Level::mean_of(int number, bool above, Value value) const {
  const auto& joined = above ? node(number).above : node(number).below;
  if (joined.empty()) return value(number);
  double sum = 0;
  for (const int other : joined) sum += value(other);
  return sum / static_cast<double>(joined.size());
}

// Down and up in turn: each rank after the one that was put in order before it.
void Level::put_in_order() {
  std::vector<double> place(nodes.size());
  const auto place_of = [&](int number) { return place[static_cast<std::size_t>(number)]; };
  const auto note = [&](const std::vector<int>& rank) {
    double next = 0;
    for (const int number : rank) place[static_cast<std::size_t>(number)] = next++;
  };
  for (const auto& rank : ranks_) note(rank);
  for (int turn = 0; turn < turns_of_order; ++turn) {
    const bool down = turn % 2 == 0;
    for (std::size_t i = 0; i < ranks_.size(); ++i) {
      auto& rank = ranks_[down ? i : ranks_.size() - 1 - i];
      std::map<int, double> wished;
      for (const int number : rank) wished[number] = mean_of(number, down, place_of);
      std::stable_sort(rank.begin(), rank.end(), [&](int a, int b) { return wished[a] < wished[b]; });
      note(rank);
    }
  }
}

void Level::set_places() {
  for (int turn = 0; turn < turns_of_place; ++turn) {
    const bool down = turn % 2 == 0;
    for (std::size_t i = 0; i < ranks_.size(); ++i) {
      const auto& rank = ranks_[down ? i : ranks_.size() - 1 - i];
      std::vector<double> wished, apart;
      for (std::size_t n = 0; n < rank.size(); ++n) {
        wished.push_back(mean_of(rank[n], down, [&](int number) { return node(number).x; }));
        apart.push_back(n == 0 ? 0 : node(rank[n - 1]).right + gap + node(rank[n]).left);
      }
      const auto places = set_apart(wished, apart);
      for (std::size_t n = 0; n < rank.size(); ++n) node(rank[n]).x = places[n];
    }
  }
  double least = 0, most = 0, y = 0;
  for (const auto& one : nodes) {
    least = std::min(least, one.x - one.left);
    most = std::max(most, one.x + one.right);
  }
  width = most - least;
  for (const auto& rank : ranks_) {
    double tallest = 0;
    for (const int number : rank) tallest = std::max(tallest, node(number).height);
    for (const int number : rank) {
      Node& one = node(number);
      one.x -= least;
      one.rank_top = y;
      one.rank_bottom = y + tallest;
      one.top = y + (one.box == none ? 0 : (tallest - one.height) / 2);
      if (one.box == none) one.height = tallest;  // an edge passes the whole rank upright
    }
    if (!rank.empty()) y += tallest + step;
  }
  height = std::max(0.0, y - step);
}

}  // namespace jingwei::scenario::drawing
