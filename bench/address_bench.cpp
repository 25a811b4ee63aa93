// Reading addresses into regions and parts on one thread, over the whole country's tree.
//
// address_bench [REGIONS.jwrt [ADDRESSES]]. One JSON line a metric: median of the rounds. Without a file of
// regions the tree is the one that stands beside the program, or JINGWEI_REGION_FILE. Without a file of
// addresses (a line each) they are made from the tree by a seed: full, shortened, without levels, with a
// building behind.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>

#include "base/json.h"
#include "base/random.h"
#include "modules/ingest/address/address_parts.h"
#include "modules/ingest/address/address_reader.h"

namespace {

using namespace jingwei;
using namespace jingwei::ingest;
using Steady = std::chrono::steady_clock;

constexpr int rounds = 5;
constexpr std::size_t made = 100'000;

std::vector<std::string> make_addresses(const region::Tree& tree) {
  SeededRandom random(7);
  std::vector<region::Node> streets;
  for (region::Node node = 0; node < tree.size(); ++node) {
    if (tree.level(node) == region::Level::street) streets.push_back(node);
  }
  std::vector<std::string> all;
  while (all.size() < made) {
    const auto path = tree.path(streets[random.below(streets.size())]);
    const std::size_t from = 1 + random.below(path.size() - 2);
    std::string text;
    for (std::size_t at = from; at < path.size(); ++at) {
      const std::string_view name = tree.name(path[at]);
      if (name == "市辖区" || name == "县") continue;
      text += random.below(4) == 0 ? name.substr(0, stem_bytes(name)) : name;
    }
    all.push_back(text + "景山路" + std::to_string(1 + random.below(300)) + "号粤财大厦A座" +
                  std::to_string(101 + random.below(2'000)) + "室");
  }
  return all;
}

void report(const char* metric, std::vector<double> values, const char* unit) {
  std::sort(values.begin(), values.end());
  JsonWriter out;
  out.begin_object();
  out.member("bench", "address");
  out.member("metric", metric);
  out.member("value", values[values.size() / 2]);
  out.member("unit", unit);
  out.end_object();
  std::printf("%s\n", out.text().c_str());
}

template <typename Work>
std::vector<double> rates(std::size_t count, Work work) {
  std::vector<double> values;
  for (int round = 0; round < rounds; ++round) {
    const auto start = Steady::now();
    work();
    values.push_back(static_cast<double>(count) /
                     std::chrono::duration<double>(Steady::now() - start).count());
  }
  return values;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string programs = std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
  const auto path =
      argc > 1 ? std::optional<std::string>(argv[1]) : region::find_region_file(real_file_system(), programs);
  if (!path) return std::fprintf(stderr, "address_bench [REGIONS.jwrt [ADDRESSES]]\n"), 2;
  auto file = region::TreeFile::open(real_file_system(), *path);
  if (!file) return std::fprintf(stderr, "%s\n", file.error().to_log().c_str()), 1;
  const auto tree = region::Tree::from_file(*std::move(file));

  std::vector<double> seconds;
  std::unique_ptr<AddressIndex> index;
  for (int round = 0; round < rounds; ++round) {
    const auto start = Steady::now();
    index = std::make_unique<AddressIndex>(tree);
    seconds.push_back(std::chrono::duration<double>(Steady::now() - start).count());
  }
  report("build_index", seconds, "s");

  std::vector<std::string> addresses;
  if (argc > 2) {
    std::ifstream in(argv[2]);
    for (std::string line; std::getline(in, line);) addresses.push_back(line);
  } else {
    addresses = make_addresses(*tree);
  }
  AddressReader reader(*index, region::no_node);
  std::size_t found = 0;
  report("read_region",
         rates(addresses.size(),
               [&] {
                 found = 0;
                 for (const auto& address : addresses) {
                   const AddressReading reading = reader.read(address);
                   const bool district = reading.outcome == AddressReading::Outcome::found &&
                                         tree->level(reading.node) >= region::Level::district;
                   found += district ? 1 : 0;
                 }
               }),
         "addresses/s");
  std::size_t rooms = 0;
  report("read_region_and_parts",
         rates(addresses.size(),
               [&] {
                 for (const auto& address : addresses) {
                   const AddressReading reading = reader.read(address);
                   rooms += parts_of(std::string_view(address).substr(reading.region_end)).room.size();
                 }
               }),
         "addresses/s");
  report("share_to_district",
         {static_cast<double>(found) / static_cast<double>(std::max<std::size_t>(1, addresses.size()))}, "1");
  return rooms == 0 && argc < 3 ? 1 : 0;
}
