#include "sim/places.h"

#include <unordered_set>

#include "sim/place_words.h"
#include "sim/streams.h"

namespace jingwei::sim {

namespace {

constexpr std::size_t character_bytes = 3;  // every Chinese character used here, in UTF-8

std::string_view syllables(std::string_view words, std::size_t index, std::size_t characters) {
  const std::size_t bytes = characters * character_bytes;
  return words.substr(index % (words.size() / bytes) * bytes, bytes);
}

std::string digits(int number, std::size_t width) {
  std::string text = std::to_string(number);
  return std::string(width > text.size() ? width - text.size() : 0, '0') + text;
}

// The n-th stem; after the list is used up, direction words make new ones.
std::string stem(std::string_view words, int index) {
  const int count = static_cast<int>(words.size() / (2 * character_bytes));
  constexpr std::string_view more = "东西南北中上下前后新";
  std::string name(syllables(words, static_cast<std::size_t>(index), 2));
  for (int round = index / count; round > 0; round /= 10)
    name += syllables(more, static_cast<std::size_t>(round - 1) % 10, 1);
  return name;
}

std::string community_stem(Random& random, std::unordered_set<std::string>& taken) {
  for (int attempt = 0;; ++attempt) {
    std::string name(syllables(community_first, random.below(1000), 1));
    name += syllables(community_second, random.below(1000), 1);
    if (attempt > 40) name += syllables("东西南北一二三四五六七八九十", random.below(14), 1);
    if (attempt > 80) name += syllables("东西南北一二三四五六七八九十", random.below(14), 1);
    if (taken.insert(name).second) return name;
  }
}

void furnish(GridPlace& grid, Random& random) {
  const int count = grid.village ? between(random, 2, 4) : between(random, 1, 3);
  for (int i = 0; i < count; ++i) {
    std::string name(grid.village ? syllables(community_first, random.below(1000), 1)
                                  : syllables(compound_first, random.below(1000), 2));
    name += grid.village ? syllables(community_second, random.below(1000), 1)
                         : syllables(compound_last, random.below(1000), 2);
    grid.compounds.push_back(name + (grid.village ? "组" : ""));
  }
  grid.road = syllables(community_first, random.below(1000), 1);
  grid.road += syllables(community_second, random.below(1000), 1);
  grid.road += random.chance(0.4) ? "大道" : "路";
}

}  // namespace

std::string Places::path_name(int index, int from_level) const {
  std::string name;
  for (int i = index; i >= 0 && at(i).level >= from_level; i = at(i).parent) name = at(i).name + name;
  return name;
}

Places name_places(const CityMap& map, std::uint64_t seed) {
  Places places;
  places.all.push_back(
      {std::string(province_code), std::string(province_name), 1, "province", -1, &map[map_city][0].outline});
  places.all.push_back(
      {std::string(city_code), std::string(city_name), 2, "city", 0, &map[map_city][0].outline});
  std::vector<int> above = {1};
  std::unordered_set<std::string> taken;
  for (std::size_t level = map_district; level < map_levels; ++level) {
    std::vector<int> here;
    int parent = -1;
    int serial = 0;
    int rural = 0;
    for (std::size_t i = 0; i < map[level].size(); ++i) {
      const Area& area = map[level][i];
      if (area.parent != parent) serial = rural = 0;
      parent = area.parent;
      const int over = above[static_cast<std::size_t>(parent)];
      SeededRandom random = stream_of(seed, Draw::names, level, i);
      Place place;
      place.parent = over;
      place.level = static_cast<int>(level) + 2;
      place.outline = &area.outline;
      const std::string& base = places.at(over).code;
      const auto number = static_cast<int>(i);
      if (level == map_district) {
        place = {"9901" + digits(++serial, 2),
                 stem(district_stems, number) + "区",
                 3,
                 "district",
                 over,
                 &area.outline};
      } else if (level == map_town) {
        const bool town = !area.dense;
        place.code = base + digits(town ? 99 + ++rural : ++serial, 3);
        place.kind = town ? "town" : "subdistrict";
        place.name = stem(town_stems, number) + (town ? "镇" : "街道");
      } else if (level == map_community) {
        const bool village = !area.dense && places.at(over).kind == "town" && random.chance(0.7);
        place.code = base + digits(village ? 199 + ++rural : ++serial, 3);
        place.kind = village ? "village" : "community";
        place.name = community_stem(random, taken) + (village ? "村" : "社区");
      } else {
        place.code = base + digits(++serial, 3);
        place.kind = "grid";
        place.name = "第" + std::to_string(serial) + "网格";
      }
      here.push_back(static_cast<int>(places.all.size()));
      places.all.push_back(std::move(place));
      if (level != map_grid) continue;
      GridPlace grid;
      grid.place = here.back();
      grid.dense = area.dense;
      grid.village = places.at(over).kind == "village";
      grid.weight = area.weight * between(random, 60, 140) / 100 + 1;
      furnish(grid, random);
      places.grids.push_back(std::move(grid));
    }
    above = std::move(here);
  }
  return places;
}

}  // namespace jingwei::sim
