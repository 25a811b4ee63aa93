// Any bytes as a packed slice, its places and a row's content: read whole or told damaged, never beyond the
// bytes.
#include "modules/ingest/storing/slice_format.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei;
  using namespace jingwei::ingest;
  static const auto sealer = storage::plain_sealer();
  static const Zone zone("Asia/Shanghai");
  static const catalog::Resource resource = [] {
    catalog::Resource made;
    made.id = "fuzz";
    for (const auto type :
         {catalog::FieldType::text, catalog::FieldType::integer, catalog::FieldType::number}) {
      catalog::Field field;
      field.name = std::string(1, static_cast<char>('a' + made.fields.size()));
      field.type = type;
      made.fields.push_back(field);
    }
    return made;
  }();
  static const RowContent content(resource, catalog::RecordHash::keyed, *sealer, zone);
  if (size < 2) return 0;
  const std::size_t rows = data[0];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::string_view places = bytes.substr(0, data[1] * bytes.size() / 256);
  // The plain scheme's body is a zero and what was sealed.
  const std::string body = std::string(1, '\0') + std::string(bytes.substr(places.size()));
  if (const auto read = unpack_places(places, rows)) JW_ASSERT(read->size() == rows);
  for (const auto& opened : {unpack_body(places, body, rows, {"fuzz", 1}, *sealer),
                             unpack_block(body, data[1], rows, {"fuzz", 1}, *sealer)}) {
    if (!opened) continue;
    JW_ASSERT(opened->contents.size() == rows && opened->cleanings.size() == rows &&
              opened->places.size() == rows);
    for (const auto& one : opened->contents) static_cast<void>(content.values_of(one).ok());
  }
  if (const auto values = content.values_of(bytes)) JW_ASSERT(values->size() == resource.fields.size());
  return 0;
}
