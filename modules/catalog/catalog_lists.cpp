#include "modules/catalog/catalog_service.h"
#include "modules/catalog/holdings.h"
#include "modules/catalog/lists_yaml.h"
#include "modules/catalog/reminders.h"

namespace jingwei::catalog {

struct CatalogLists::Parts {
  Parts(const Catalog& the_catalog, storage::Store& store, const Clock& the_clock, const Zone& zone)
      : catalog(the_catalog),
        clock(the_clock),
        holdings(store, clock),
        reminders(catalog, store, clock,
                  [this](const std::string& resource) { return last_received(catalog, holdings, resource); }),
        responsibilities(catalog, store, clock, [this] { return received_by(catalog, holdings); }),
        demands(catalog, store, clock, zone) {}

  const Catalog& catalog;
  const Clock& clock;
  HoldingsCounter holdings;
  Reminders reminders;
  Responsibilities responsibilities;
  Demands demands;
};

CatalogLists::CatalogLists(const Catalog& catalog, storage::Store& store, const Clock& clock,
                           const Zone& zone)
    : parts_(std::make_unique<Parts>(catalog, store, clock, zone)) {}

CatalogLists::~CatalogLists() = default;

Result<void> CatalogLists::open(FileSystem& files, const std::string& scenarios_folder, Samples samples) {
  JW_TRY(parts_->reminders.watch_all());
  JW_ASSIGN(const auto lists, read_lists(files, scenarios_folder));
  if (samples == Samples::leave_out) return {};
  return seed_lists(lists, parts_->catalog, parts_->demands, parts_->responsibilities, parts_->clock.now());
}

void CatalogLists::on_timers(storage::TimerRunner& timers) {
  parts_->reminders.on_timers(timers);
}

}  // namespace jingwei::catalog
