// Any bytes as a JSON body against a type that uses every kind: no crash, and what is accepted reads back the
// same.
#include <cstdint>

#include "schema/json_reader.h"

namespace {

using namespace jingwei::schema;

const Type& everything() {
  static Types types;
  static const Type* made = [] {
    YamlFaults faults;
    auto yaml = parse_yaml(
        "Node: {type: object, fields: [{name: t, type: text, max_length: 9, pattern: 'a+(b|c)*', title: {zh: "
        "t, en: t}},"
        "{name: i, type: integer, min: -5, title: {zh: i, en: i}}, {name: n, type: number, nullable: true, "
        "title: {zh: n, en: n}},"
        "{name: d, type: date, title: {zh: d, en: d}}, {name: w, type: datetime, title: {zh: w, en: w}},"
        "{name: c, type: choice, values: [x, y], title: {zh: c, en: c}}, {name: k, type: list, of: Node, "
        "title: {zh: k, en: k}},"
        "{name: j, type: json, title: {zh: j, en: j}}, {name: o, type: id, title: {zh: o, en: o}}]}",
        "fuzz");
    TypeReader(types, faults).read_named(*yaml);
    return types.find("Node");
  }();
  return *made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto first = read_json(everything(), {reinterpret_cast<const char*>(data), size});
  if (!first.ok()) return 0;
  jingwei::JsonWriter out;
  first->write(out);
  JW_ASSERT(read_json(everything(), out.text()).ok());
  return 0;
}
