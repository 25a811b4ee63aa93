// Any bytes as a file of a package, as a zip and as what is kept: no crash, no endless work; every fault
// names a place and has a sentence in both languages.
#include <cstdint>

#include "scenario/checker.h"
#include "scenario/graph.h"
#include "scenario/messages.gen.h"
#include "scenario/new_package.h"
#include "scenario/shape.h"
#include "schema/messages.gen.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei;
  using namespace jingwei::scenario;
  static const bool registered = (schema::register_messages(), register_messages(), true);
  static_cast<void>(registered);
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  static_cast<void>(read_zip(text, "fuzz"));
  if (const auto kept = unpacked(text)) JW_ASSERT(unpacked(packed(*kept)).ok());
  // A sound package whose one file, named by the first byte, is the input.
  static const auto good = new_package("fuzz");
  Package package;
  package.id = package.place = "fuzz";
  for (const auto& [name, content] : *good) {
    if (!name.starts_with(".schema/")) package.files.emplace(name, content);
  }
  const auto& files = Shapes::built_in().files();
  package.files[files[data[0] % files.size()]] = std::string(text);
  std::vector<Package> one;
  one.push_back(std::move(package));
  const Shelf shelf(std::move(one));
  const auto faults = shelf.check("fuzz");
  for (const auto& fault : faults) {
    JW_ASSERT(!fault.field.empty());
    JW_ASSERT(render(fault, Language::zh) != fault.message && render(fault, Language::en) != fault.message);
  }
  for (const auto& process : shelf.packages().front().list("process.yaml", "processes"))
    static_cast<void>(draw(graph_of(process, Language::zh), GraphForm::svg));
  return 0;
}
