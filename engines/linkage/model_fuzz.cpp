// Any bytes as a model: they are refused, or make a model that writes the same bytes again and scores a
// record.
#include <cstdint>

#include "base/bytes.h"
#include "engines/linkage/online_index.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei;
  using namespace jingwei::linkage;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  append_fixed64(bytes, hash_bytes(bytes, 1));  // the sum that any other bytes fail by
  const auto model = Model::parse(bytes);
  if (!model) return 0;
  const std::string again = (*model)->serialise();
  const auto twin = Model::parse(again);
  JW_ASSERT(twin && (*twin)->serialise() == again);
  OnlineIndex index(*model);
  const std::vector<std::string_view> values((*model)->fields().size(), "1970-01-02");
  index.add(1, values);
  index.add(2, values);
  JW_ASSERT(index.find(values).size() <= 1 && !index.component(2).persons.empty());
  return 0;
}
