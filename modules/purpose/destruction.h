// Destruction (销毁): what ended purposes leave behind goes for good, or is sealed where a law keeps it; what
// will happen can be seen first, what has happened is on record.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "crypto/keystore.h"
#include "modules/catalog/catalog_service.h"
#include "modules/ingest/ingest_service.h"
#include "modules/purpose/held_beside.h"
#include "modules/purpose/view.h"
#include "modules/source/source_service.h"
#include "storage/timer_runner.h"

namespace jingwei::purpose {

using DestructionId = Id<struct DestructionTag>;

// How an item names the kept answers of a purpose: "answers:<purpose>".
inline constexpr std::string_view answers_prefix = "answers:";

enum class Action : std::uint8_t { destroy, seal };
std::string_view name_of(Action action);

enum class DestructionState : std::uint8_t { waiting, running, done };
std::string_view name_of(DestructionState state);

// `spared`: a purpose had opened again before its turn came.
enum class ItemState : std::uint8_t { waiting, running, done, spared };
std::string_view name_of(ItemState state);

// What is done about one resource, and how much of it went so far.
struct DestructionItem {
  std::string resource;
  Action action = Action::destroy;
  ItemState state = ItemState::waiting;
  std::string stage;
  catalog::Title basis;           // the law that keeps it, of `seal`
  std::optional<Instant> before;  // of retention: what was received earlier
  ingest::Remains taken;
  std::int64_t answers = 0;  // kept answers of asked departments
  std::int64_t cases = 0;    // opened with it as their form
  std::int64_t photos = 0;   // of those
  std::int64_t keys = 0;     // destroyed
  std::vector<crypto::KeyId> key_ids;
  std::int64_t row_version = 1;
};

struct Destruction {
  DestructionId id;
  std::string cause;       // "emergency:ID", "purpose:ID", "sweep", "retention"
  std::string ordered_by;  // empty: the hub's clock
  std::string order_number;
  std::vector<std::string> purposes;  // that are over by it
  DestructionState state = DestructionState::waiting;
  std::int64_t foretold = 0;  // records, as whoever ordered was shown
  Instant ordered_at{}, due_at{};
  std::optional<Instant> started_at, finished_at;
  std::string report;  // JSON, once done
  std::string hash;    // SHA-256 of it, hex
  std::int64_t row_version = 1;
  std::vector<DestructionItem> items;
};

// What would be done about a resource.
struct Foretold {
  std::string resource;
  Action action = Action::destroy;
  catalog::Title basis;
  ingest::Remains remains;
  std::int64_t cases = 0;  // opened with it as their form
};

struct Forecast {
  std::vector<std::string> purposes;  // that would be over
  std::vector<Foretold> resources;
  // Records and cases that would be destroyed: the number that is asked back.
  std::int64_t records() const;
};

// A resource that is kept and not read.
struct SealedResource {
  std::string resource;
  catalog::Title basis;
  DestructionId destruction;
  std::string order_number;
  std::optional<Instant> sealed_at;
};

// All must outlive what uses them; those that may be null are not asked then.
struct DestructionParts {
  storage::Store& store;
  const catalog::Catalog& catalog;
  ingest::IngestService& ingest;
  source::SourceService* sources;
  crypto::Keystore* keystore;
  const Clock& clock;
  const Zone& zone;
  std::chrono::hours grace;  // between an end that the clock brought and the destruction
  std::string owner;         // this process, for leases
  // What else tells of a resource's data and goes with them; none: nothing does.
  std::function<storage::Write(const std::string& resource)> erase_words = {};
};

// Who orders it.
struct Order {
  std::string cause;
  std::string actor;  // empty: the hub's clock
  std::string order_number;
};

// Thread-safe. Carried out in steps, each one Change that moves its item; a process that stops is followed by
// the next.
class Destructions {
 public:
  explicit Destructions(DestructionParts parts) : parts_(std::move(parts)) {}

  // Before anything is foretold or destroyed; stays as long as this. Without it resources are nobody's form.
  void set_beside(const HeldBeside& beside) { beside_ = &beside; }

  // What is over by then and still there: `after` is how things would stand. Errors: the store's.
  Result<Forecast> foretell(const View& after, Instant at) const;
  // Adds the destruction to the Change of that end; nothing when there is nothing to do. Errors: the store's.
  Result<std::optional<DestructionId>> add(const Forecast& forecast, const Order& order, Instant at,
                                           storage::Change& change) const;

  // Takes one step of what is due. True when something was done. Errors: the store's, the disk's, the
  // keystore's; the next step goes on.
  Result<bool> step();

  // Newest first, without items. Errors: the store's.
  Result<std::vector<Destruction>> list(DestructionId before, std::size_t most) const;
  // Errors: not_found "purpose.no_destruction".
  Result<Destruction> find(DestructionId id) const;
  // What is kept by law and not read at the moment.
  Result<std::vector<SealedResource>> sealed(const View& view, Instant at) const;

  // Whatever is over by now and still there: what came in by a process that did not know yet. Retention by
  // day likewise. Both add to the Change of the daily timer.
  Result<void> add_leftovers(const View& view, Instant at, storage::Change& change) const;
  Result<void> add_retention(storage::Reader& reader, Instant at, storage::Change& change) const;

 private:
  Result<void> begin(Destruction destruction);
  Result<void> finish(Destruction destruction);
  Result<void> work_on(const Destruction& destruction, DestructionItem item);
  Result<void> begin_item(const Destruction& destruction, DestructionItem item);
  Result<void> erase(const Destruction& destruction, DestructionItem item);
  Result<void> erase_beside(const Destruction& destruction, DestructionItem item);
  Result<std::int64_t> count_beside(const std::string& resource, std::optional<Instant> before) const;
  Result<void> find_rest(const Destruction& destruction, DestructionItem item);
  Result<void> drop_rest(const Destruction& destruction, DestructionItem item);
  Result<void> find_keys(const Destruction& destruction, DestructionItem item);
  Result<void> drop_keys(const Destruction& destruction, DestructionItem item);
  Result<void> commit_item(const Destruction& destruction, const DestructionItem& item,
                           storage::Change change = {}) const;
  Result<std::vector<std::string>> awaiting(storage::Reader& reader, Action action) const;
  Result<Destruction> with_items(storage::Reader& reader, Destruction destruction) const;

  DestructionParts parts_;
  const HeldBeside* beside_ = nullptr;
};

}  // namespace jingwei::purpose
