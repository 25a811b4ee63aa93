// Any bytes as link.yaml: no crash; a fault names its place; what is taken can be compared.
#include <cstdint>

#include "app/cli/link_config.h"
#include "engines/linkage/records.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei;
  const auto config = app::cli::parse_link_config({reinterpret_cast<const char*>(data), size}, "link.yaml");
  if (!config) {
    JW_ASSERT(!config.error().message.empty());
    return 0;
  }
  std::vector<linkage::Field> fields;
  for (const auto& column : config->columns) fields.push_back({column.left, column.type});
  linkage::Records records(std::move(fields));
  return 0;
}
