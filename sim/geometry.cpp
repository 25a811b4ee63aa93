#include "sim/geometry.h"

#include <cmath>
#include <queue>

#include "sim/mesh.h"
#include "sim/streams.h"

namespace jingwei::sim {

namespace {

constexpr int atoms_per_grid = 22;
constexpr int atoms_fewest = 4'000;
constexpr int atoms_per_child_fewest = 5;
constexpr int relaxations = 5;

struct Piece {
  std::vector<int> atoms;
  double people = 0;
};

// Parts connected land into connected pieces: nearest seed over the mesh, seeds moved to the middle a few
// times.
class Parter {
 public:
  Parter(const Mesh& mesh, std::uint64_t seed)
      : mesh_(mesh),
        seed_(seed),
        owner_(static_cast<std::size_t>(mesh.size()), outside),
        density_(owner_.size()),
        ground_(owner_.size()) {
    for (int atom = 0; atom < mesh.size(); ++atom) {
      const double density = mesh.density(atom);
      density_[static_cast<std::size_t>(atom)] = density;
      ground_[static_cast<std::size_t>(atom)] = std::sqrt(density) * mesh.roughness(atom);
    }
  }

  std::vector<Piece> part(const Piece& whole, int count, std::uint64_t stream) {
    std::vector<int> seeds = scatter(whole, count, stream);
    for (int round = 0; round <= relaxations; ++round) {
      grow(whole, seeds, stream);
      if (round < relaxations) recentre(whole, seeds);
    }
    std::vector<Piece> pieces(static_cast<std::size_t>(count));
    for (const int atom : whole.atoms) {
      Piece& piece = pieces[static_cast<std::size_t>(owner(atom))];
      piece.atoms.push_back(atom);
      piece.people += density_[static_cast<std::size_t>(atom)];
      owner(atom) = outside;
    }
    return pieces;
  }

 private:
  static constexpr int outside = -2;
  static constexpr int unclaimed = -1;

  int& owner(int atom) { return owner_[static_cast<std::size_t>(atom)]; }

  std::vector<int> scatter(const Piece& whole, int count, std::uint64_t stream) {
    SeededRandom random = stream_of(seed_, Draw::parts, stream);
    std::vector<std::pair<double, int>> order;
    order.reserve(whole.atoms.size());
    // Sampling without replacement in proportion to density; u^(1/w) of Efraimidis and Spirakis, without
    // powers: w draws of a uniform number, the largest kept.
    for (const int atom : whole.atoms) {
      double best = 0;
      const int draws = static_cast<int>(density_[static_cast<std::size_t>(atom)] + 0.5);
      for (int i = 0; i < draws; ++i) best = std::max(best, random.unit());
      order.emplace_back(-best, atom);
    }
    std::sort(order.begin(), order.end());
    std::vector<int> seeds;
    for (int i = 0; i < count; ++i) seeds.push_back(order[static_cast<std::size_t>(i)].second);
    return seeds;
  }

  void grow(const Piece& whole, const std::vector<int>& seeds, std::uint64_t stream) {
    for (const int atom : whole.atoms) owner(atom) = unclaimed;
    using Entry = std::tuple<std::int64_t, int, int>;  // cost, atom, owner
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    for (std::size_t i = 0; i < seeds.size(); ++i) queue.emplace(0, seeds[i], static_cast<int>(i));
    while (!queue.empty()) {
      const auto [cost, atom, claimant] = queue.top();
      queue.pop();
      if (owner(atom) != unclaimed) continue;
      owner(atom) = claimant;
      for (int edge = 0; edge < 6; ++edge) {
        const int next = mesh_.neighbour(atom, edge);
        if (next < 0 || owner(next) != unclaimed) continue;
        queue.emplace(cost + step_cost(atom, next, stream), next, claimant);
      }
    }
  }

  // Steps are longer where people are many (pieces get smaller there) and uneven (borders wander).
  std::int64_t step_cost(int from, int to, std::uint64_t stream) const {
    const auto low = static_cast<std::uint64_t>(std::min(from, to));
    const auto high = static_cast<std::uint64_t>(std::max(from, to));
    const std::uint64_t uneven = key_of(seed_, Draw::parts, (low << 32) | high, stream) & 1023;
    const double ground = ground_[static_cast<std::size_t>(from)] + ground_[static_cast<std::size_t>(to)];
    return static_cast<std::int64_t>(ground * static_cast<double>(700 + uneven * 6 / 10));
  }

  void recentre(const Piece& whole, std::vector<int>& seeds) {
    struct Middle {
      double x = 0, y = 0, weight = 0, best = 1e9;
    };
    std::vector<Middle> middles(seeds.size());
    for (const int atom : whole.atoms) {
      Middle& middle = middles[static_cast<std::size_t>(owner(atom))];
      const double weight = density_[static_cast<std::size_t>(atom)];
      middle.x += mesh_.x_of(atom) * weight;
      middle.y += mesh_.y_of(atom) * weight;
      middle.weight += weight;
    }
    for (const int atom : whole.atoms) {
      Middle& middle = middles[static_cast<std::size_t>(owner(atom))];
      const double dx = mesh_.x_of(atom) - middle.x / middle.weight;
      const double dy = mesh_.y_of(atom) - middle.y / middle.weight;
      if (dx * dx + dy * dy >= middle.best) continue;
      middle.best = dx * dx + dy * dy;
      seeds[static_cast<std::size_t>(owner(atom))] = atom;
    }
  }

  const Mesh& mesh_;
  std::uint64_t seed_;
  std::vector<int> owner_;
  std::vector<double> density_;
  std::vector<double> ground_;
};

// How many of `total` children each piece gets: at least one, then one by one to whoever has most people per
// child, as long as the piece has room (highest averages, d'Hondt).
std::vector<int> share_children(const std::vector<Piece>& pieces, int total, double grids_per_child) {
  std::vector<int> shares(pieces.size(), 1);
  std::priority_queue<std::pair<double, int>> queue;
  const auto room = [&](std::size_t i, double atoms_each) {
    return std::max(1, static_cast<int>(static_cast<double>(pieces[i].atoms.size()) / atoms_each));
  };
  for (double atoms_each = atoms_per_child_fewest * grids_per_child;;
       atoms_each = std::max(1.0, atoms_each / 2)) {
    int left = total;
    for (const int share : shares) left -= share;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (shares[i] < room(i, atoms_each))
        queue.emplace(pieces[i].people / (shares[i] + 1), -static_cast<int>(i));
    }
    for (; left > 0 && !queue.empty(); --left) {
      const auto i = static_cast<std::size_t>(-queue.top().second);
      queue.pop();
      ++shares[i];
      if (shares[i] < room(i, atoms_each))
        queue.emplace(pieces[i].people / (shares[i] + 1), -static_cast<int>(i));
    }
    if (left == 0 || atoms_each <= 1.0) return shares;
  }
}

// Traces outlines. Owners on the finest level decide where chains end, so all levels share the same chains.
class Tracer {
 public:
  Tracer(const Mesh& mesh, const std::vector<int>& grid_of) : mesh_(mesh), grid_of_(grid_of) {}

  // `label` of every atom on one level (−1 sea); returns the outline of each label.
  std::vector<Outline> trace(const std::vector<int>& label, std::size_t count) const {
    std::vector<std::unordered_map<std::int64_t, Step>> steps(count);
    std::vector<std::vector<std::int64_t>> starts(count);
    for (int atom = 0; atom < mesh_.size(); ++atom) {
      const int mine = label[static_cast<std::size_t>(atom)];
      if (mine < 0) continue;
      for (int edge = 0; edge < 6; ++edge) {
        const int other = mesh_.neighbour(atom, edge);
        if (label[static_cast<std::size_t>(other)] == mine) continue;
        const std::int64_t from = mesh_.corner(atom, edge);
        steps[static_cast<std::size_t>(mine)][from] = {mesh_.corner(atom, (edge + 1) % 6),
                                                       is_junction(atom, other, edge)};
        starts[static_cast<std::size_t>(mine)].push_back(from);
      }
    }
    std::vector<Outline> outlines(count);
    for (std::size_t i = 0; i < count; ++i) outlines[i] = rings_of(steps[i], starts[i]);
    return outlines;
  }

 private:
  struct Step {
    std::int64_t to = 0;
    bool junction = false;  // three grids (or two and the sea) meet where this step begins
    bool used = false;
  };

  // The third hexagon at the corner where edge `edge` of `atom` begins lies over the edge before.
  bool is_junction(int atom, int other, int edge) const {
    const int third = mesh_.neighbour(atom, (edge + 5) % 6);
    const int a = grid_of_[static_cast<std::size_t>(atom)];
    const int b = grid_of_[static_cast<std::size_t>(other)];
    const int c = grid_of_[static_cast<std::size_t>(third)];
    return a != b && b != c && a != c;
  }

  Outline rings_of(std::unordered_map<std::int64_t, Step>& steps,
                   const std::vector<std::int64_t>& starts) const {
    Outline outline;
    for (const std::int64_t start : starts) {
      if (steps[start].used) continue;
      std::vector<std::int64_t> corners;
      std::vector<bool> junction;
      for (std::int64_t at = start; !steps[at].used; at = steps[at].to) {
        steps[at].used = true;
        corners.push_back(at);
        junction.push_back(steps[at].junction);
      }
      outline.push_back(smooth_ring(corners, junction));
    }
    std::sort(outline.begin(), outline.end(),
              [](const Ring& a, const Ring& b) { return doubled_area(a) > doubled_area(b); });
    return outline;
  }

  Ring smooth_ring(std::vector<std::int64_t> corners, std::vector<bool> junction) const {
    const auto first = std::find(junction.begin(), junction.end(), true);
    // A ring nobody else touches starts at its smallest corner, so that every level cuts it at the same
    // place.
    const auto turn = first != junction.end()
                          ? first - junction.begin()
                          : std::min_element(corners.begin(), corners.end()) - corners.begin();
    std::rotate(corners.begin(), corners.begin() + turn, corners.end());
    std::rotate(junction.begin(), junction.begin() + turn, junction.end());
    Ring ring;
    std::vector<std::int64_t> chain;
    for (std::size_t i = 0; i < corners.size(); ++i) {
      if (i > 0 && junction[i]) {
        chain.push_back(corners[i]);
        append_chain(ring, chain);
        chain.clear();
      }
      chain.push_back(corners[i]);
    }
    chain.push_back(corners.front());
    append_chain(ring, chain);
    return ring;
  }

  // Appends the smoothed chain without its last point. Both sides of a border walk it in opposite directions,
  // so the work is always done in one of them.
  void append_chain(Ring& ring, const std::vector<std::int64_t>& chain) const {
    const bool turned =
        chain.front() != chain.back() ? chain.front() > chain.back() : chain[1] > chain[chain.size() - 2];
    std::vector<Point> points;
    for (const std::int64_t corner : chain) points.push_back(mesh_.corner_point(corner));
    if (turned) std::reverse(points.begin(), points.end());
    for (int pass = 0; pass < 2; ++pass) {
      const std::vector<Point> before = points;
      for (std::size_t i = 1; i + 1 < points.size(); ++i) {
        points[i].lon_e6 = blend(before[i - 1].lon_e6, before[i].lon_e6, before[i + 1].lon_e6);
        points[i].lat_e6 = blend(before[i - 1].lat_e6, before[i].lat_e6, before[i + 1].lat_e6);
      }
    }
    std::vector<Point> kept;
    const bool closed = chain.front() == chain.back();
    for (std::size_t i = 0; i < points.size(); ++i) {
      const bool end = i == 0 || i + 1 == points.size();
      if (end || i % 2 == 0 || points.size() <= 4 || (closed && points.size() < 9)) kept.push_back(points[i]);
    }
    if (turned) std::reverse(kept.begin(), kept.end());
    ring.insert(ring.end(), kept.begin(), kept.end() - 1);
  }

  static std::int32_t blend(std::int64_t a, std::int64_t b, std::int64_t c) {
    return static_cast<std::int32_t>((a + 2 * b + c + 2) / 4);
  }

  const Mesh& mesh_;
  const std::vector<int>& grid_of_;
};

}  // namespace

std::int64_t doubled_area(const Ring& ring) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Point& a = ring[i];
    const Point& b = ring[(i + 1) % ring.size()];
    sum += static_cast<std::int64_t>(a.lon_e6) * b.lat_e6 - static_cast<std::int64_t>(b.lon_e6) * a.lat_e6;
  }
  return sum;
}

CityMap draw_city(const Shape& shape, std::uint64_t seed) {
  const Mesh mesh(std::max(atoms_fewest, shape.grids * atoms_per_grid), seed);
  Parter parter(mesh, seed);
  const std::array<int, map_levels> counts = {1, shape.districts, shape.towns, shape.communities,
                                              shape.grids};

  Piece land;
  for (int atom = 0; atom < mesh.size(); ++atom) {
    if (!mesh.is_land(atom)) continue;
    land.atoms.push_back(atom);
    land.people += mesh.density(atom);
  }
  CityMap map;
  std::array<std::vector<int>, map_levels> labels;
  std::vector<Piece> pieces = {land};
  for (std::size_t level = map_city; level < map_levels; ++level) {
    std::vector<Piece> next;
    if (level == map_city) {
      next = pieces;
      map[level].push_back({});
    } else {
      const std::vector<int> shares =
          share_children(pieces, counts[level], static_cast<double>(shape.grids) / counts[level]);
      for (std::size_t parent = 0; parent < pieces.size(); ++parent) {
        for (Piece& piece : parter.part(pieces[parent], shares[parent], (level << 32) | parent)) {
          next.push_back(std::move(piece));
          map[level].push_back({});
          map[level].back().parent = static_cast<int>(parent);
        }
      }
    }
    pieces = std::move(next);
    labels[level].assign(static_cast<std::size_t>(mesh.size()), -1);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      map[level][i].weight = static_cast<std::int64_t>(pieces[i].people * 1000);
      map[level][i].dense = pieces[i].people > 3.4 * static_cast<double>(pieces[i].atoms.size());
      for (const int atom : pieces[i].atoms)
        labels[level][static_cast<std::size_t>(atom)] = static_cast<int>(i);
    }
  }
  const Tracer tracer(mesh, labels[map_grid]);
  for (std::size_t level = map_city; level < map_levels; ++level) {
    std::vector<Outline> outlines = tracer.trace(labels[level], map[level].size());
    for (std::size_t i = 0; i < outlines.size(); ++i) map[level][i].outline = std::move(outlines[i]);
  }
  return map;
}

}  // namespace jingwei::sim
