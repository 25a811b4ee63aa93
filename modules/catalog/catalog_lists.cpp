#include "modules/catalog/catalog_service.h"
#include "modules/catalog/demand_reminders.h"
#include "modules/catalog/holdings.h"
#include "modules/catalog/lists_yaml.h"
#include "modules/catalog/reminders.h"

namespace jingwei::catalog {

struct CatalogLists::Parts {
  Parts(const Catalog& the_catalog, storage::Store& store, const Clock& the_clock, const Zone& zone,
        const Receipts& received)
      : catalog(the_catalog),
        clock(the_clock),
        reminders(catalog, store, clock,
                  [received](const std::string& resource) -> Result<std::optional<Instant>> {
                    JW_ASSIGN(const auto all, received());
                    const auto found = all.find(resource);
                    return found == all.end() ? std::nullopt : std::optional(found->second);
                  }),
        responsibilities(catalog, store, clock, received),
        demands(catalog, store, clock, zone),
        demand_reminders(catalog, store, clock, zone) {}

  const Catalog& catalog;
  const Clock& clock;
  Reminders reminders;
  Responsibilities responsibilities;
  Demands demands;
  DemandReminders demand_reminders;
};

CatalogLists::CatalogLists(const Catalog& catalog, storage::Store& store, const Clock& clock,
                           const Zone& zone, Receipts received)
    : parts_(std::make_unique<Parts>(catalog, store, clock, zone, received)) {}

CatalogLists::~CatalogLists() = default;

Result<void> CatalogLists::open(FileSystem& files, const std::string& scenarios_folder, Samples samples) {
  JW_TRY(parts_->reminders.watch_all());
  JW_TRY(parts_->demand_reminders.watch_all());
  JW_ASSIGN(const auto lists, read_lists(files, scenarios_folder));
  if (samples == Samples::leave_out) return {};
  return seed_lists(lists, parts_->catalog, parts_->demands, parts_->responsibilities, parts_->clock.now());
}

void CatalogLists::on_timers(storage::TimerRunner& timers) {
  parts_->reminders.on_timers(timers);
  parts_->demand_reminders.on_timers(timers);
}

}  // namespace jingwei::catalog
