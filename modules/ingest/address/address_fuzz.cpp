// Any text as an address: read without reaching beyond it, its marks inside it, and read the same again.
#include "modules/ingest/address/address_resolver.h"
#include "modules/ingest/cleaning/cleaning.h"
#include "modules/region/region_testing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei;
  using namespace jingwei::ingest;
  static const auto tree = region::testing::sample_tree();
  static const auto index = std::make_shared<const AddressIndex>(tree);
  static AddressReader reader(*index, tree->find("980100"));
  static const Zone zone("Asia/Shanghai");
  static const FieldCleaner field =
      FieldCleaner::make({.name = "x", .type = CleanType::address, .gives_region = true}).value();
  const std::string_view raw(reinterpret_cast<const char*>(data), size);

  const AddressReading reading = reader.read(raw);
  JW_ASSERT(reading.region_end <= size && reading.district_end <= size && reading.region_begin <= size);
  JW_ASSERT(reading.repeated_begin <= reading.repeated_end && reading.repeated_end <= size);
  JW_ASSERT(reading.outcome != AddressReading::Outcome::found || reading.node < tree->size());
  const AddressParts parts = parts_of(body_of(raw, reading));
  static_cast<void>(building_key(district_code(*tree, reading.node), parts));

  CleanContext context(Instant{std::chrono::days{18'300}}, zone);
  TreeAddressResolver resolver(index, tree->id(tree->find("980100")));
  context.addresses = &resolver;
  const Cleaned once = field.clean(raw, context);
  if (once.status == CleanStatus::refused || once.status == CleanStatus::empty) return 0;
  const Cleaned twice = field.clean(once.text, context);
  JW_ASSERT(twice.status != CleanStatus::refused && twice.integer == once.integer);
  return 0;
}
