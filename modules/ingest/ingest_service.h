// Ingest (汇聚): files and single records on their way into the record tables; nothing acknowledged is lost,
// nothing twice.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/limits.h"
#include "base/result.h"
#include "modules/catalog/catalog_service.h"
#include "modules/ingest/address/gazetteer.h"
#include "modules/ingest/batch.h"
#include "modules/ingest/erasure/erasure.h"
#include "modules/ingest/erasure/record_erasure.h"
#include "modules/ingest/record_text.h"
#include "modules/ingest/recount/recount_event.h"
#include "modules/ingest/refused_cells.h"
#include "modules/ingest/repair/repair_chain.h"
#include "modules/ingest/sealed_tables.h"
#include "modules/ingest/slice_event.h"
#include "modules/ingest/storing/records.h"
#include "modules/region/region_service.h"
#include "storage/sealer.h"
#include "storage/store.h"

namespace jingwei::ingest {

// What ingest needs from around it; all must outlive the service.
struct IngestParts {
  storage::Store& store;
  const catalog::Catalog& catalog;
  const region::Regions& regions;
  const storage::Sealer& sealer;
  FileSystem& files;
  const Clock& clock;
  const Zone& zone;
  std::string uploads_folder;  // where files wait until they are read
  RegionId hub_region;         // names of regions are looked for here first
  std::vector<std::string> synthetic_id_prefixes;
  std::optional<Day> synthetic_today;  // the day on which a synthetic city's calendar stands
  std::string owner;                   // this process, for leases
  std::size_t slice_rows = limits::bulk_slice_rows;
  std::size_t packed_rows_least = limits::packed_rows_least;
  // What is known of places, shared by all loads.
  std::shared_ptr<Gazetteers> gazetteers = std::make_shared<Gazetteers>();
};

// A batch as a page shows it.
struct BatchView {
  Batch batch;
  BatchPace pace;
  bool repeated = false;     // the very same file had been received before
  bool interrupted = false;  // running by the books, but no process works on it
};

struct RecordReceipt {
  RecordId id;
  std::int64_t version = 0;
  RowOutcome outcome = RowOutcome::created;
};

// Who asks for a write, and under which Idempotency-Key.
struct WriteRequest {
  std::string actor;
  std::optional<std::string> idempotency_key;
  // Of submit: tells the batch in place of its bytes, where the same bytes may rightly come twice (rows
  // pulled from a database, messages).
  std::string identity = {};
  // Of submit: adds what must stand exactly when the batch does. Not called for a repeated file.
  std::function<void(BatchId, storage::Change&)> also = {};
  // Of single records: where they may stand, before the write and after it; none: anywhere.
  std::optional<access::Sight> within = {};
};

// Which records are asked for. No `under`: everywhere; no `batch`: of all.
struct RecordQuery {
  std::optional<std::string> under = {};
  RecordId before = {};
  std::size_t most = 100;
  BatchId batch = {};
};

// Whether a purpose may be pursued now with a resource, for a class of personal data (none: at all) and below
// a region (none: anywhere). Errors: those who reads is told.
using PurposeCheck = std::function<Result<void>(const std::string& purpose, const std::string& resource,
                                                std::optional<catalog::Personal> personal, RegionId region)>;

// Where a purpose may be pursued now with a class of a resource's personal data.
struct PurposeAreas {
  bool everywhere = false;
  std::vector<RegionId> regions = {};  // else: below these alone; none: nowhere
};
using PurposeAreasOf = std::function<PurposeAreas(const std::string& purpose, const std::string& resource,
                                                  catalog::Personal personal)>;

// Why a failed batch failed.
Error error_of(const Batch& batch);

// Files beside the database that rows of a table name: what a backup takes along.
struct KeptFiles {
  std::string_view table;
  std::string_view suffix;  // of the name in the uploads folder, after the row's id
  // → id, path (absolute; or the name in the uploads folder, where name_of also counts), bytes that count
  // (-1: all)
  const storage::Statement& list;
  const storage::Statement*
      move;  // $1 id, $2 path: tells the row of its file's new place; none when it need not know
  std::string name_of(std::int64_t id) const { return std::to_string(id) + std::string(suffix); }
};
std::vector<KeptFiles> kept_files();

// A file's name for people to read, cut to 255 bytes; never used as a path.
std::string display_name(const std::string& filename);

class Recounting;
class Uploads;
class Withdrawals;

// Thread-safe.
class IngestService {
 public:
  explicit IngestService(IngestParts parts);
  ~IngestService();

  // Takes over the file at `path` (inside uploads_folder: it is removed when the batch is done; elsewhere it
  // is only read) as a batch in state queued. The same bytes for the same resource give the earlier batch,
  // marked repeated; a failed one is queued again. Errors: not_found (resource), too_large, the store's.
  Result<BatchView> submit(const std::string& resource, const std::string& path, const std::string& filename,
                           const WriteRequest& request);

  // Loads one queued batch to its end on the caller's thread; `progress` is called after each slice.
  // Errors: only those that ended the load early (store, disk); a file that cannot be read ends as state
  // failed.
  Result<void> load(BatchId batch, const std::function<void(const BatchView&)>& progress = {});
  // Whether a load runs in this process.
  bool is_loading() const;

  // Loads queued and interrupted batches and carries out withdrawals on threads of its own, oldest first,
  // until stop(). stop() ends at a slice's border.
  void start(int loaders);
  void stop();

  // Errors: not_found.
  Result<BatchView> find_batch(BatchId batch) const;
  // The batch of these bytes (SHA-256, 32 bytes), marked repeated. Errors: not_found.
  Result<BatchView> find_batch_of(const std::string& resource, const std::string& content) const;
  // Newest first; empty `resource` means all; `before` none means from the newest.
  Result<std::vector<BatchView>> list_batches(const std::string& resource, BatchId before,
                                              std::size_t most) const;
  // By line; `state` none means all. Errors: the store's, corrupt.
  Result<std::vector<RefusedRow>> list_refused(BatchId batch, std::int64_t after_line, std::size_t most,
                                               std::optional<RefusedState> state = std::nullopt) const;
  // Errors: not_found.
  Result<RefusedRow> find_refused(const RefusedKey& key) const;
  // Takes a refused row by hand: `fields` as add_record's; a personal one that comes as it is masked stands
  // for what was sent. The row and its other tries are closed with the record in one Change. Errors: as
  // add_record; not_found (batch or row, also one outside WriteRequest::within); conflict when it was mended
  // already.
  Result<RecordReceipt> mend_refused(const RefusedKey& key, const std::map<std::string, std::string>& fields,
                                     const WriteRequest& request);
  // Header of the batch's file; empty when it has no refused rows.
  Result<std::vector<std::string>> columns_of(BatchId batch) const;
  // Which of these columns each field of the resource takes; -1 for none. Errors: not_found.
  Result<std::vector<int>> columns_of_fields(const std::string& resource,
                                             std::span<const std::string> columns) const;
  // Errors: not_found (resource), the store's.
  Result<RefusedCutter> refused_cutter(const Batch& batch) const;

  // One record from named texts (as a form sends them), cleaned and checked like a file's row.
  // Errors: not_found, invalid with one cause per field at fault, denied "ingest.region_not_yours"
  // (WriteRequest::within), the store's.
  Result<RecordReceipt> add_record(const std::string& resource,
                                   const std::map<std::string, std::string>& fields,
                                   const WriteRequest& request);
  // Asked whenever personal fields are to be opened: whether a purpose may be pursued at all, and where.
  // `own_region`: the hub's own, whose regions may be loaded later; else that of the parts. Before anything
  // runs.
  void on_purpose(PurposeCheck check, PurposeAreasOf areas, std::function<RegionId()> own_region = {}) {
    check_purpose_ = std::move(check);
    areas_of_purpose_ = std::move(areas);
    own_region_ = std::move(own_region);
  }
  // What a caller may see of a resource's records (or of what else the permission opens) under a purpose
  // (empty: none): what the purpose opens in some regions alone is open there alone. Where nobody has to be
  // known (null): all rows, personal fields masked. Errors: denied (access::Caller::sight), those of the
  // check.
  Result<access::Sight> sight_of(const access::Caller* caller, const catalog::Resource& resource,
                                 std::string_view purpose, std::string_view permission = "record.read") const;
  // Current versions that may be seen, newest record first. Errors: not_found (resource, region), the
  // store's.
  Result<std::vector<Record>> list_records(const std::string& resource, const RecordQuery& query,
                                           const access::Sight& sight) const;
  // Errors: not_found, also for a record that may not be seen.
  Result<Record> find_record(const std::string& resource, RecordId record, const access::Sight& sight) const;

  // Current versions that may be seen of the records that stand under these keys (values in the order of the
  // resource's key), each at its key's place; nothing where there is none. Errors: not_found (resource),
  // invalid "ingest.no_key" (the resource has none), the store's.
  Result<std::vector<std::optional<Record>>> find_by_key(const std::string& resource,
                                                         std::span<const std::vector<storage::Value>> keys,
                                                         const access::Sight& sight) const;

  // Called with each slice of any batch this process loads, and at its end; from a loader's thread. Keep it
  // short.
  void on_progress(std::function<void(const BatchView&)> notify);

  const IngestParts& parts() const { return parts_; }
  // What an upload under way is for. Errors: not_found, the store's.
  Result<std::string> resource_of(UploadId upload) const;
  // Files that come in pieces (uploads.h).
  Uploads& uploads() { return *uploads_; }
  // Batches that are taken back (withdrawal/withdrawal.h).
  Withdrawals& withdrawals() { return *withdrawals_; }
  const Withdrawals& withdrawals() const { return *withdrawals_; }
  // What goes for good (erasure/erasure.h).
  Erasing& erasing() { return *erasing_; }
  // Single records that go for good (erasure/record_erasure.h).
  RecordErasing& record_erasing() { return *record_erasing_; }
  // Figures that were declared later (recount/recounting.h).
  Recounting& recounting() { return *recounting_; }
  // There is something to load or to withdraw.
  void wake() { wake_.notify_all(); }

 private:
  friend class BatchLoader;
  void sweep_uploads();
  void seal_anew();
  void recount();
  void run_loader();
  std::optional<BatchId> next_batch();
  // False when there is nothing to withdraw.
  bool withdraw_next();
  // `mends` is the refused row this record is typed for; none: a record of its own.
  Result<RecordReceipt> write_record(const std::string& resource,
                                     const std::map<std::string, std::string>& fields,
                                     const WriteRequest& request, const RefusedKey* mends);
  Result<void> check_place(const catalog::Entry& entry, const access::Sight& within, RegionId region,
                           const Slice& slice);
  Result<void> check_standing(const RefusedKey& key) const;
  // The texts, with what the row was sent with in the place of what is only its mask.
  Result<std::map<std::string, std::string>> as_sent(const Batch& batch, const RefusedRow& row,
                                                     const std::map<std::string, std::string>& fields) const;
  // A batch whose resource takes nothing any more: it failed, and its file goes.
  Result<void> turn_away(const Batch& batch, const Error& why);
  BatchView view_of(Batch batch) const;
  void announce(const BatchView& view);

  IngestParts parts_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::function<void(const BatchView&)>> listeners_;
  std::map<BatchId, BatchView> running_;  // what this process loads now
  std::map<BatchId, std::chrono::nanoseconds>
      given_up_;  // could not be loaded (store or disk fault), since when; tried again
  std::vector<std::thread> threads_;
  std::atomic<bool> stopping_{false};
  std::unique_ptr<Uploads> uploads_;
  std::unique_ptr<Records> records_;
  std::unique_ptr<Withdrawals> withdrawals_;
  std::unique_ptr<Recounting> recounting_;
  PurposeCheck check_purpose_;
  PurposeAreasOf areas_of_purpose_;
  std::function<RegionId()> own_region_;
  std::unique_ptr<Erasing> erasing_;
  std::unique_ptr<RecordErasing> record_erasing_;
  std::optional<std::chrono::nanoseconds> swept_at_;
  std::atomic<bool> sealed_anew_{
      false};  // no refused row is left from before resources had keys of their own for them
};

}  // namespace jingwei::ingest
