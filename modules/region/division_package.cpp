#include "modules/region/division_package.h"

#include <simdjson.h>

#include <charconv>
#include <unordered_set>

#include "base/text.h"

namespace jingwei::region {
namespace {

constexpr std::uint64_t nation_code = 100'000;

struct SourceFile {
  const char* name;
  const char* parent_field;
  int level;
  int digits;  // of the code in the file
  int parent_digits;
};
constexpr SourceFile source_files[] = {
    {"provinces.json", nullptr, 1, 2, 0},      {"cities.json", "provinceCode", 2, 4, 2},
    {"areas.json", "cityCode", 3, 6, 4},       {"streets.json", "areaCode", 4, 9, 6},
    {"villages.json", "streetCode", 5, 12, 9},
};

Error bad_file(const std::string& path, std::string detail) {
  return Error(ErrorCode::corrupt, "region.package_invalid").with("file", path).because(std::move(detail));
}

// The canonical number of a code as the package writes it; 0 when it is not `digits` digits.
std::uint64_t canonical(std::string_view text, int digits) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || static_cast<int>(text.size()) != digits)
    return 0;
  for (int i = digits; i < 6; i += 2) value *= 100;
  return value;
}

bool is_unusual(std::string_view name) {
  const std::u32string points = text::code_points(name);
  return std::any_of(points.begin(), points.end(), [](char32_t c) {
    return c < 0x2E80 || c > 0x3134F || (c >= 0x3000 && c < 0x3400 && c != 0x3007) ||
           (c >= 0xE000 && c < 0x10000);
  });
}

class PackageReader {
 public:
  PackageReader(std::string folder, const std::vector<std::pair<std::string, std::uint64_t>>& earlier)
      : folder_(std::move(folder)) {
    for (const auto& [key, code] : earlier) {
      earlier_.emplace(key, code);
      promised_.insert(code);
    }
    out_.regions.push_back({nation_code, 0, 0, "中国"});
    place_[nation_code] = 0;
  }

  Result<DivisionPackage> read() {
    for (const SourceFile& file : source_files) JW_TRY(read_file(file));
    JW_TRY(read_special());
    read_version();
    return std::move(out_);
  }

 private:
  Result<void> read_file(const SourceFile& file) {
    const std::string path = folder_ + "/" + file.name;
    simdjson::padded_string text;
    if (simdjson::padded_string::load(path).get(text) != simdjson::SUCCESS) {
      return Error(ErrorCode::not_found, "region.package_invalid").with("file", path);
    }
    simdjson::ondemand::parser parser;
    simdjson::ondemand::document document;
    simdjson::ondemand::array rows;
    if (parser.iterate(text).get(document) != simdjson::SUCCESS ||
        document.get_array().get(rows) != simdjson::SUCCESS) {
      return bad_file(path, "not a JSON array");
    }
    std::size_t number = 0;
    for (auto row : rows) {
      ++number;
      simdjson::ondemand::object fields;
      std::string_view code;
      std::string_view name;
      std::string_view parent;
      const bool fine = row.get_object().get(fields) == simdjson::SUCCESS &&
                        fields["code"].get_string().get(code) == simdjson::SUCCESS &&
                        fields["name"].get_string().get(name) == simdjson::SUCCESS &&
                        (file.parent_field == nullptr ||
                         fields[file.parent_field].get_string().get(parent) == simdjson::SUCCESS);
      const std::uint64_t canonical_code = fine ? canonical(code, file.digits) : 0;
      if (canonical_code == 0)
        return bad_file(path, "entry " + std::to_string(number) + " has no usable code, name or parent");
      const std::uint64_t parent_code =
          file.parent_field == nullptr ? nation_code : canonical(parent, file.parent_digits);
      add(canonical_code, parent_code, file.level, name);
    }
    return {};
  }

  void note(std::string line) { out_.oddities.notes.push_back(std::move(line)); }

  std::string tidy_name(std::string_view raw, std::uint64_t code) {
    std::string name = text::squeeze(raw);
    if (name != raw) {
      ++out_.oddities.trimmed_names;
      note(std::to_string(code) + ": white space or control characters taken from the name " + name);
    }
    if (name.empty()) {
      ++out_.oddities.empty_names;
      name = std::to_string(code);
      note(name + ": has no name, named by its code");
    }
    if (is_unusual(name)) ++out_.oddities.unusual_names;
    return name;
  }

  void add(std::uint64_t code, std::uint64_t parent_code, int level, std::string_view raw_name) {
    const std::string name = tidy_name(raw_name, code);
    // A city without districts stands once more as its own only district; the streets hang on that one.
    if (level == 4 && place_.contains(parent_code * 10 + 3)) parent_code = parent_code * 10 + 3;
    parent_code = standing_parent(code, parent_code, level);
    if (const auto same = place_.find(code); same != place_.end()) {
      const SourceRegion& other = out_.regions[same->second];
      if (other.parent_code == parent_code && other.name == name) {
        ++out_.oddities.repeated;
        note(std::to_string(code) + " " + name + ": stands twice, kept once");
        return;
      }
      const bool undivided = level == 3 && other.level == 2 && code % 100 == 0;
      ++(undivided ? out_.oddities.undivided_cities : out_.oddities.clashing_codes);
      code = free_code(code, level);
      note(std::to_string(code) + " " + name +
           (undivided ? ": the only district of a city without districts"
                      : ": its code is taken by " + other.name));
    }
    if (level == 2 && (name == "市辖区" || name == "县" || code / 100 % 100 == 90)) {
      ++out_.oddities.pseudo_cities;
      note(std::to_string(code) + " " + name + ": a city level without a city");
    }
    place_[code] = out_.regions.size();
    out_.regions.push_back({code, parent_code, level, name});
  }

  // The code with the level as a further digit, and further digits while that is taken as well.
  std::uint64_t free_code(std::uint64_t code, int level) const {
    code = code * 10 + static_cast<std::uint64_t>(level);
    while (place_.contains(code)) code = code * 10 + 1;
    return code;
  }

  // The named parent when it stands; else the nearest ancestor by code; else the nation.
  std::uint64_t standing_parent(std::uint64_t code, std::uint64_t parent_code, int level) {
    if (place_.contains(parent_code)) return parent_code;
    ++out_.oddities.moved_parents;
    std::uint64_t found = nation_code;
    const std::string digits = std::to_string(code);
    for (const std::size_t length : {9, 6, 4, 2}) {
      if (length >= digits.size() || (level <= 3 && length >= static_cast<std::size_t>(level) * 2)) continue;
      const std::uint64_t above = canonical(digits.substr(0, length), static_cast<int>(length));
      if (above != code && place_.contains(above)) {
        found = above;
        break;
      }
    }
    note(std::to_string(code) + ": parent " + std::to_string(parent_code) + " is missing, hung under " +
         std::to_string(found));
    return found;
  }

  // Hong Kong, Macao and Taiwan: names only; the provinces' codes are GB/T 2260's, those below are assigned
  // in the file's order.
  Result<void> read_special() {
    const std::string path = folder_ + "/HK-MO-TW.json";
    simdjson::dom::parser parser;
    simdjson::dom::object provinces;
    if (const auto fault = parser.load(path).get_object().get(provinces); fault != simdjson::SUCCESS) {
      return Error(ErrorCode::not_found, "region.package_invalid")
          .with("file", path)
          .because(simdjson::error_message(fault));
    }
    for (const auto& province : provinces) {
      const std::string_view name = province.key;
      const std::uint64_t code = name == "台湾省"           ? 710'000
                                 : name == "香港特别行政区" ? 810'000
                                 : name == "澳门特别行政区" ? 820'000
                                                            : 0;
      simdjson::dom::object cities;
      if (code == 0 || province.value.get_object().get(cities) != simdjson::SUCCESS)
        return bad_file(path, "unknown entry " + std::string(name));
      add(code, nation_code, 1, name);
      for (const auto& city : cities) {
        const std::uint64_t city_code = assign(code, city.key, 100);
        add(city_code, code, 2, city.key);
        simdjson::dom::array districts;
        if (city.value.get_array().get(districts) != simdjson::SUCCESS)
          return bad_file(path, "no districts in " + std::string(city.key));
        for (const simdjson::dom::element district : districts) {
          std::string_view district_name;
          if (district.get_string().get(district_name) != simdjson::SUCCESS)
            return bad_file(path, "district is not a name");
          add(assign(city_code, district_name, 1), city_code, 3, district_name);
        }
      }
    }
    return {};
  }

  // The code this name had under this parent, else the next one nobody had.
  std::uint64_t assign(std::uint64_t parent_code, std::string_view name, std::uint64_t step) {
    ++out_.oddities.assigned_codes;
    const auto before = earlier_.find(std::to_string(parent_code) + "/" + std::string(name));
    if (before != earlier_.end() && !place_.contains(before->second)) return before->second;
    std::uint64_t code = parent_code + step;
    while (place_.contains(code) || promised_.contains(code)) code += step;
    return code;
  }

  void read_version() {
    simdjson::dom::parser parser;
    std::string_view version;
    if (parser.load(folder_ + "/../package.json")["version"].get_string().get(version) == simdjson::SUCCESS)
      out_.version = version;
  }

  std::string folder_;
  std::unordered_map<std::string, std::uint64_t> earlier_;
  std::unordered_set<std::uint64_t> promised_;
  std::unordered_map<std::uint64_t, std::size_t> place_;
  DivisionPackage out_;
};

}  // namespace

Result<DivisionPackage> read_division_package(
    const std::string& dist_folder,
    const std::vector<std::pair<std::string, std::uint64_t>>& codes_of_names) {
  return PackageReader(dist_folder, codes_of_names).read();
}

}  // namespace jingwei::region
