// Follows what ingest accepts and links it; and what stood before the registry did.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <set>

#include "modules/registry/linked_event.h"
#include "modules/registry/linking.h"
#include "modules/registry/resources.h"
#include "storage/loop.h"

namespace jingwei::registry {

// Whether the matcher is made anew though one of the model in force is there.
enum class Filling : std::uint8_t { as_needed, anew };

// One process of those on a database links, under the lease "consumer:registry"; the cursor moves with the
// links. step() is called by one thread at a time; everything else from any.
class LinkRunner {
 public:
  // `turn` is held while the matcher is used: decisions of people use it too. `prepare` sees to it that the
  // matcher is that of the model in force and knows everybody; it is called before each step.
  using Prepare = std::function<Result<void>(Filling)>;
  LinkRunner(const RegistryParts& parts, Resources& resources, std::mutex& turn,
             std::function<Matcher&()> matcher, Prepare prepare);

  // Takes one page of events or of what stood before; how much there was to do, 0 for nothing. Errors: the
  // store's; the next step tries again.
  Result<std::size_t> step();
  void start();
  void stop();
  // Steps until nothing is left, on the caller's thread; for tests and commands.
  Result<void> catch_up();

  struct Progress {
    bool holding = false;       // this process links
    bool caught_up = false;     // nothing waited when it last looked
    std::int64_t records = 0;   // looked at by this process
    std::int64_t links = 0;     // written by it
    std::int64_t subjects = 0;  // met in them
    storage::FeedPosition position;
  };
  Progress progress() const;
  // Nothing that came until now waits in the feed, whichever process reads it. Errors: the store's.
  Result<bool> has_read_feed() const;

  // All records of all resources are looked at again: by a new model, or because some went for good.
  static storage::Write look_again();

 private:
  struct Batch;
  Result<bool> hold_lease();
  Result<void> prepare();
  Result<std::size_t> follow_feed();
  Result<void> save_cursor();
  // Records entered one by one do not wait behind files: those further on in the feed are linked now, and
  // once more, which changes nothing, when the cursor comes to them.
  Result<void> link_ahead();
  // Nothing but that.
  void rest(std::chrono::milliseconds time);
  // What another process links or has linked: the matcher here is to know all the same. One page, up to
  // `end`.
  Result<void> follow_others(std::optional<storage::FeedPosition> end);
  Result<void> know(const storage::FeedEntry& entry);
  Result<void> take_event(const storage::FeedEntry& entry, Batch& batch);
  Result<void> take_slice(const ingest::SliceEvent& event, Batch& batch);
  Result<void> take_withdrawal(const storage::FeedEntry& entry, Batch& batch);
  Result<void> take_records(const KnownResource& resource, std::span<const RecordId> records, Batch& batch);
  // Tellings of the record, none when it tells of nobody any more.
  std::vector<Telling> take(const KnownResource& resource, const std::vector<Part>& parts,
                            const ingest::Record& record, Batch& batch);
  Result<void> take_typed(const ingest::SliceEvent& event, Batch& batch);
  Result<std::size_t> look_back();
  // Links what the batch holds, in portions, and with the last of them what is written beside it.
  Result<void> commit(Batch& batch, std::vector<storage::Write> beside);
  // False: more is unsettled, and `beside` was not written yet.
  Result<bool> commit_portion(const Question& question, const std::vector<storage::Write>& beside);
  // What another process that linked before left unsettled. How much of it.
  Result<std::size_t> settle();
  // How many records come, or go, with what waits in the feed until `end`.
  Result<std::size_t> count_waiting(storage::FeedPosition end) const;

  const RegistryParts& parts_;
  Resources& resources_;
  std::mutex& turn_;
  std::function<Matcher&()> matcher_;
  Prepare prepare_;
  bool holding_ = false;
  bool loaded_ = false;
  std::chrono::nanoseconds lease_taken_{0};
  std::optional<std::uint64_t> catalog_revision_;  // that the resources are of
  storage::FeedPosition saved_, taken_;            // the cursor as it stands, and what was looked at
  storage::FeedPosition ahead_;                    // single records are linked up to here
  std::chrono::nanoseconds saved_at_{0};
  std::optional<storage::FeedPosition>
      known_;           // the matcher knows what came until here; none: it knows nobody
  bool stale_ = false;  // some whom it knows went, it cannot tell who
  mutable std::mutex mutex_;
  Progress progress_;
  storage::Loop loop_;
};

}  // namespace jingwei::registry
