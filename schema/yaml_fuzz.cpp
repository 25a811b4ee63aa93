// Any bytes as a YAML file of types: no crash, no endless work; faults name a place.
#include <cstdint>

#include "schema/type.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei::schema;
  const auto yaml = parse_yaml({reinterpret_cast<const char*>(data), size}, "fuzz.yaml");
  if (!yaml.ok()) {
    JW_ASSERT(!yaml.error().field.empty());
    return 0;
  }
  Types types;
  YamlFaults faults;
  TypeReader(types, faults).read_named(*yaml);
  return 0;
}
