// Any bytes as a subject's texts and as a query: bounded, and what was put in exactly is found exactly.
#include <cstdint>

#include "base/result.h"
#include "engines/search/search_index.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei::search;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto half = bytes.substr(0, bytes.find('\n'));
  const auto rest = bytes.substr(std::min(half.size() + 1, bytes.size()));
  SearchIndex index;
  Entry entry;
  for (const Kind kind : {Kind::name, Kind::phone, Kind::identifier, Kind::address})
    entry.texts.emplace_back(kind, half);
  index.add(1, entry);
  index.add(2, {{1}, {{Kind::name, std::string(rest)}, {Kind::name, "张伟"}}});
  JW_ASSERT(index.search({rest}).hits.size() <= 2);
  index.search({half});
  for (const SubjectId subject : index.leading({rest})) JW_ASSERT(subject == 1 || subject == 2);
  const std::array<SubjectId, 3> asked = {1, 2, 3};
  JW_ASSERT(index.scores({rest}, asked).back().empty());
  index.compact();
  JW_ASSERT(index.search({"张伟"}).hits.size() >= 1);
  JW_ASSERT(index.remove(1) && index.remove(2) && index.size() == 0);
  return 0;
}
