// What the tests of this module share: a small invented country, and the real one when it is at hand.
#pragma once

#include <cstdlib>
#include <cstring>
#include <string>

#include "modules/region/region_service.h"
#include "modules/region/tree_compiler.h"

namespace jingwei::region::testing {

inline std::shared_ptr<const TreeFile> as_file(const std::string& bytes) {
  std::vector<std::uint64_t> words((bytes.size() + 7) / 8);
  std::memcpy(words.data(), bytes.data(), bytes.size());
  auto file = TreeFile::parse(std::move(words), bytes.size(), "sample");
  return file.ok() ? *file : nullptr;
}

// 虚南省 with a city of two districts and a city without districts; names repeat on purpose.
inline std::vector<SourceRegion> sample_regions() {
  return {{100'000, 0, 0, "中国"},
          {980'000, 100'000, 1, "虚南省"},
          {980'100, 980'000, 2, "云山市"},
          {980'101, 980'100, 3, "香洲区"},
          {980'102, 980'100, 3, "长安区"},
          {980'101'001, 980'101, 4, "翠香街道"},
          {980'101'001'001, 980'101'001, 5, "和平村委会"},
          {980'101'001'002, 980'101'001, 5, "香洲社区居委会"},
          {980'102'001, 980'102, 4, "重庆路街道"},
          {980'102'001'001, 980'102'001, 5, "和平村委会"},
          {981'900, 980'000, 2, "无区市"},
          {9'819'003, 981'900, 3, "无区市"},
          {981'900'003, 9'819'003, 4, "东城街道"}};
}

inline Compiled compile_sample(std::vector<SourceRegion> regions = sample_regions(),
                               std::shared_ptr<const TreeFile> previous = nullptr,
                               std::vector<Succession> successions = {}) {
  CompileInput input{std::move(regions), *parse_iso_day("2023-06-30"), std::move(previous),
                     std::move(successions)};
  if (input.previous) input.edition = *parse_iso_day("2024-06-30");
  return std::move(compile_tree(input)).value();
}

inline std::shared_ptr<const TreeFile> sample_file() {
  return as_file(write_tree(compile_sample().content));
}
inline std::shared_ptr<const Tree> sample_tree() {
  return Tree::from_file(sample_file());
}

// A square of `side` degrees whose low corner is (longitude, latitude), as GeoJSON.
inline std::string square(double longitude, double latitude, double side) {
  const auto point = [](double x, double y) {
    return "[" + std::to_string(x) + "," + std::to_string(y) + "]";
  };
  const double x = longitude + side;
  const double y = latitude + side;
  return R"({"type":"Polygon","coordinates":[[)" + point(longitude, latitude) + "," + point(x, latitude) +
         "," + point(x, y) + "," + point(longitude, y) + "," + point(longitude, latitude) + "]]}";
}

}  // namespace jingwei::region::testing
