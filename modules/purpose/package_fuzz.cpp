// Any bytes as purposes.yaml: no crash, no endless work; faults have a sentence.
#include <cstdint>

#include "base/messages.h"
#include "modules/catalog/sql.gen.h"
#include "modules/purpose/messages.gen.h"
#include "modules/purpose/package.h"
#include "schema/messages.gen.h"
#include "storage/faulty/faulty_file_system.h"
#include "storage/faulty/sqlite_vfs.h"
#include "storage/sql.gen.h"

namespace {

using namespace jingwei;

// A catalogue without resources, on a disk in memory.
struct Empty {
  Empty() {
    store =
        std::move(storage::open_embedded({.folder = "/data", .clock = &clock, .vfs = vfs.name()})).value();
    for (const auto steps : {storage::sql::migrations(), catalog::sql::migrations()})
      JW_ASSERT(store->migrate(steps).ok());
    JW_ASSERT(disk.make_folders("/scenarios").ok());
    catalog = std::move(catalog::Catalog::open(disk, "/scenarios", *store, clock)).value();
  }
  SystemClock clock;
  storage::FaultyFileSystem disk{1};
  storage::SqliteVfs vfs{"fuzz", disk};
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<catalog::Catalog> catalog;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool registered = (schema::register_messages(), purpose::register_messages(), true);
  static_cast<void>(registered);
  static const auto* const empty =
      new Empty;  // NOLINT(cppcoreguidelines-owning-memory): as long as the program
  const auto parsed = purpose::parse_package({reinterpret_cast<const char*>(data), size},
                                             "scenarios/fuzz/purposes.yaml", "fuzz", *empty->catalog);
  if (parsed.ok()) return 0;
  for (const auto& fault : parsed.error().causes) {
    for (const auto language : {Language::zh, Language::en})
      JW_ASSERT(render(fault, language) != fault.message);
  }
  return 0;
}
