#include "modules/ingest/address/gazetteer.h"

#include <charconv>

namespace jingwei::ingest {

namespace {

// The country has about 2,900 districts; a test's or a single city's tree has far fewer.
constexpr std::size_t whole_country = 2'500;

std::optional<std::uint32_t> six_digits(std::string_view code) {
  std::uint32_t number = 0;
  const auto [end, fault] = std::from_chars(code.data(), code.data() + code.size(), number);
  if (code.size() != 6 || fault != std::errc{} || end != code.data() + code.size()) return std::nullopt;
  return number;
}

std::shared_ptr<const CitizenPlaces> make_places(const region::Tree& tree) {
  std::vector<std::uint32_t> current;
  std::size_t districts = 0;
  for (region::Node node = 0; node < tree.size(); ++node) {
    const region::Level level = tree.level(node);
    if (level != region::Level::city && level != region::Level::district) continue;
    const auto code = tree.own(node) == nullptr ? six_digits(tree.code(node)) : std::nullopt;
    if (!code) continue;
    current.push_back(*code);
    if (level == region::Level::district) ++districts;
  }
  if (districts < whole_country) return nullptr;
  std::vector<EndedPlace> ended;
  for (const auto& retired : tree.retired()) {
    const auto code = six_digits(retired.code);
    if (!code || retired.valid_to == region::unknown_day) continue;
    const std::chrono::year_month_day day(from_days(retired.valid_to));
    ended.push_back({*code, static_cast<int>(day.year())});
  }
  return std::make_shared<const CitizenPlaces>(current, ended);
}

}  // namespace

std::shared_ptr<const AddressIndex> Gazetteers::addresses(const std::shared_ptr<const region::Tree>& tree) {
  const std::lock_guard lock(mutex_);
  if (addresses_of_ != tree) {
    addresses_ = std::make_shared<const AddressIndex>(tree);
    addresses_of_ = tree;
  }
  return addresses_;
}

std::shared_ptr<const CitizenPlaces> Gazetteers::citizen_places(
    const std::shared_ptr<const region::Tree>& tree) {
  const std::lock_guard lock(mutex_);
  if (places_of_ != tree) {
    places_ = make_places(*tree);
    places_of_ = tree;
  }
  return places_;
}

}  // namespace jingwei::ingest
