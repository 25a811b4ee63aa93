// The catalogue: which resources this hub takes, in which versions, and the tables their records stand in.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"
#include "modules/catalog/definition.h"
#include "modules/catalog/record_slices.h"
#include "modules/catalog/record_table.h"
#include "modules/catalog/resource.h"
#include "storage/store.h"

namespace jingwei::storage {
class TimerRunner;
}  // namespace jingwei::storage

namespace jingwei::catalog {

// Event of a resource's version that was published or retired: {"resource","version","state"}.
inline constexpr std::string_view life_event_kind = "catalog.life";

// One version of a resource with its table as it stands in the store. Immutable.
struct Entry {
  Resource resource;
  std::unique_ptr<RecordTable> table;
  std::int64_t version = 1;  // of the definition; records tell it as resource_version
  bool retired = false;      // its records can be read, nothing is taken any more
  std::string reason;        // of the retirement
};

// The entries at one moment, in the order of packages and files, then those made on the desk by id. Entries
// stay valid as long as the Catalog.
class EntryList {
 public:
  using Entries = std::vector<const Entry*>;
  explicit EntryList(std::shared_ptr<const Entries> entries) : entries_(std::move(entries)) {}

  class Iterator {
   public:
    explicit Iterator(const Entry* const* at) : at_(at) {}
    const Entry& operator*() const { return **at_; }
    const Entry* operator->() const { return *at_; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const Entry* const* at_;
  };
  Iterator begin() const { return Iterator(entries_->data()); }
  Iterator end() const { return Iterator(entries_->data() + entries_->size()); }
  std::size_t size() const { return entries_->size(); }
  bool empty() const { return entries_->empty(); }
  const Entry& operator[](std::size_t at) const { return *(*entries_)[at]; }

 private:
  std::shared_ptr<const Entries> entries_;
};

using Definitions = std::vector<Definition>;

// Thread-safe. What it shows is a snapshot that is swapped when a version is published or retired; entries
// once given out stay valid as long as the Catalog, so loads that run keep theirs.
class Catalog {
 public:
  Catalog(storage::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // Reads every <folder>/<package>/resources.yaml: what a package declares is published (the package as
  // actor), what it declares no more is retired; then brings the record tables up to date. Where the desk has
  // published a newer version, a package's change waits as a submitted one. The store must outlive the
  // catalogue. Errors: invalid (file:line of what is wrong in a package), or the store's.
  static Result<std::unique_ptr<Catalog>> open(FileSystem& files, const std::string& scenarios_folder,
                                               storage::Store& store, const Clock& clock);

  // The same again for packages that have changed while everything runs. Thread-safe; other processes that do
  // it for the same packages find it done.
  Result<void> take_packages(FileSystem& files, const std::string& scenarios_folder);

  // Published and retired resources that may hold records.
  EntryList entries() const;
  // Errors: not_found; denied "catalog.secret" (graded secret: there is nothing to read or to take).
  Result<const Entry*> find(std::string_view resource) const;
  // The same for whoever brings data. Errors: also gone "catalog.retired".
  Result<const Entry*> find_receiving(std::string_view resource) const;

  // The same for whoever reads records.
  Result<const Entry*> find_readable(std::string_view resource) const;

  // What a resource is wanted for, and who may refuse it: asked by find_receiving and find_readable besides.
  enum class Use : std::uint8_t { read, receive };
  using Gate = std::function<Result<void>(const Resource&, Use)>;
  // Before anything is served. Called from any thread.
  void set_gate(Gate gate) { gate_ = std::move(gate); }

  // All versions that stand or are under way, secret ones included, by the same order; for pages and search.
  std::shared_ptr<const Definitions> definitions() const;
  // Grows with every snapshot.
  std::uint64_t revision() const { return revision_; }

  // Reads the definitions anew and brings tables up to date where a published one asks for it; on an error
  // the present snapshot stays. Entries that did not change stay the same objects.
  Result<void> reload();
  // Reloads when the event is the catalogue's; other events cost nothing.
  Result<void> follow(const storage::FeedEntry& event);

 private:
  struct Snapshot {
    std::shared_ptr<const EntryList::Entries> entries;
    std::shared_ptr<const Definitions> definitions;
  };
  Snapshot snapshot() const;
  Result<void> publish_packages(std::vector<Resource> declared);
  Result<storage::Change> package_change(const std::vector<Resource>& declared,
                                         storage::Reader& reader) const;
  Result<const Entry*> entry_of(const Definition& definition, bool retired);
  Result<TableShape> bring_up_to_date(const Resource& resource);

  storage::Store& store_;
  const Clock& clock_;
  Gate gate_;

  std::mutex reloading_;
  std::map<std::string, std::size_t> declared_order_;  // guarded by reloading_, as is the next
  std::deque<Entry> all_;                              // every entry ever given out; guarded by reloading_
  std::map<std::tuple<std::string, std::int64_t, bool>, const Entry*>
      made_;  // by resource, version, retired; guarded too
  mutable std::mutex swap_;
  Snapshot snapshot_;
  std::atomic<std::uint64_t> revision_{0};
};

// A field that a package asks of people although another resource holds it already (overlap.h).
struct AskedAgain {
  std::string resource, field;     // who asks
  std::string other, other_field;  // where it is held
  std::string sentence;            // what to do, with the provider's name
};
// What the resources.yaml of a package asks again of what stands in the catalogue or in itself, without what
// is exempted; whether or not the package is installed. Errors: invalid (as parse_resources); the store's.
Result<std::vector<AskedAgain>> asked_again(const Catalog& catalog, storage::Store& store,
                                            std::string_view yaml, const std::string& package,
                                            Language language);
// The same among packages alone, whose resources.yaml stand by package id: nothing is exempted there. What
// does not parse holds nothing. Errors: invalid, of the package itself.
Result<std::vector<AskedAgain>> asked_again(const std::map<std::string, std::string>& yaml_of,
                                            const std::string& package, Language language);

// The work behind the lists: reminders by timer, and the samples that packages bring for a synthetic city
// (docs/formats/lists.md). Thread-safe; everything outlives it.
class CatalogLists {
 public:
  // `received`: when each resource last received something, by id (HoldingsCounter's Receipts).
  CatalogLists(const Catalog& catalog, storage::Store& store, const Clock& clock, const Zone& zone,
               std::function<Result<std::map<std::string, Instant>>()> received);
  ~CatalogLists();

  enum class Samples : std::uint8_t { leave_out, put_in };
  // Reads and checks every <folder>/<package>/lists.yaml, puts them in where asked, and gives a timer to
  // responsibilities that have none. Errors: invalid (file:line of what is wrong), not_found (a resource or
  // field that no package has), the store's.
  Result<void> open(FileSystem& files, const std::string& scenarios_folder, Samples samples);
  // Before the runner starts.
  void on_timers(storage::TimerRunner& timers);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace jingwei::catalog
