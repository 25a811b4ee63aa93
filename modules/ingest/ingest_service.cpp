#include "modules/ingest/ingest_service.h"

#include "base/log.h"
#include "base/priority.h"
#include "base/text.h"
#include "modules/ingest/batch_loader.h"
#include "modules/ingest/file_digest.h"
#include "modules/ingest/recount/recounting.h"
#include "modules/ingest/repair/refused_seal.h"
#include "modules/ingest/sql.gen.h"
#include "modules/ingest/uploads.h"
#include "modules/ingest/withdrawal/withdrawal.h"
#include "storage/digest.h"

namespace jingwei::ingest {

namespace {

constexpr std::size_t filename_bytes = 255;
constexpr std::chrono::seconds idle_wait{1};
// A batch whose store or disk failed is tried again after this long.
constexpr std::chrono::seconds rest_after_fault{10};
constexpr std::chrono::minutes sweep_rhythm{1};

Result<std::optional<Batch>> find_one(storage::Store& store, const storage::Statement& statement,
                                      std::span<const storage::Value> parameters) {
  JW_ASSIGN(auto reader, store.read());
  JW_ASSIGN(auto batches, read_batches(*reader, statement, parameters));
  if (batches.empty()) return std::optional<Batch>();
  return std::optional<Batch>(std::move(batches.front()));
}

}  // namespace

std::string display_name(const std::string& filename) {
  std::string name = filename.substr(filename.find_last_of('/') + 1);
  if (!text::is_utf8(name)) name = "?";
  if (name.size() > filename_bytes) {
    std::size_t cut = filename_bytes;
    while (cut > 0 && (static_cast<unsigned char>(name[cut]) & 0xC0) == 0x80) --cut;
    name.resize(cut);
  }
  return name.empty() ? "?" : name;
}

std::vector<KeptFiles> kept_files() {
  return {{"batch", ".upload", sql::waiting_files, &sql::move_waiting_file},
          {"upload", ".pieces", sql::upload_files, nullptr}};
}

Error error_of(const Batch& batch) {
  return error_from_text(batch.error);
}

IngestService::IngestService(IngestParts parts)
    : parts_(std::move(parts)),
      uploads_(std::make_unique<Uploads>(*this)),
      records_(std::make_unique<Records>(parts_.store, parts_.sealer, parts_.zone, parts_.packed_rows_least)),
      withdrawals_(std::make_unique<Withdrawals>(*this, *records_)),
      recounting_(std::make_unique<Recounting>(parts_, *records_)),
      erasing_(std::make_unique<Erasing>(parts_, *records_)),
      record_erasing_(std::make_unique<RecordErasing>(parts_, *records_, *erasing_)) {}

IngestService::~IngestService() {
  stop();
}

Result<BatchView> IngestService::submit(const std::string& resource, const std::string& path,
                                        const std::string& filename, const WriteRequest& request) {
  JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find_receiving(resource));
  JW_ASSIGN(const FileDigest digest, digest_of(parts_.files, path));
  // A large file takes its time, and a purpose may have ended meanwhile.
  JW_ASSIGN(entry, parts_.catalog.find_receiving(resource));
  const bool ours = path.starts_with(parts_.uploads_folder + "/");
  const std::string identity = request.identity.empty() ? digest.sha256 : storage::sha256(request.identity);
  const std::array<storage::Value, 2> content = {entry->resource.id, storage::Blob{identity}};
  std::string standing = path;  // where the bytes are now
  // Bytes nobody will read do not stay behind; after a broken connection the row may stand all the same, so
  // they do.
  const auto give_up = [&](Error error) -> Error {
    const bool undone = error.code == ErrorCode::conflict || error.code == ErrorCode::exhausted ||
                        error.code == ErrorCode::invalid;
    if (!ours || standing == path || !undone) return error;
    if (const auto removed = parts_.files.remove(standing); !removed) {
      log::warn("ingest.upload_not_removed", {{"fault", removed.error().to_log()}});
    }
    return error;
  };
  for (int attempt = 1;; ++attempt) {
    JW_ASSIGN(auto earlier, find_one(parts_.store, sql::find_batch_of_content, content));
    if (earlier && earlier->withdrawal == BatchWithdrawal::running)
      return give_up(
          Error(ErrorCode::conflict, "ingest.batch_being_withdrawn").with("batch", earlier->id.to_string()));
    if (earlier && earlier->state != BatchState::failed) {
      if (ours && earlier->path != standing) JW_TRY(parts_.files.remove(standing));
      BatchView view = view_of(std::move(*earlier));
      view.repeated = true;
      return view;
    }
    BatchId id = earlier ? earlier->id : BatchId();
    if (!id) {
      JW_ASSIGN(const std::int64_t fresh, parts_.store.allocate_ids());
      id = BatchId(fresh);
    }
    std::string kept = standing;
    if (ours) {
      // The bytes and their name are durable before the row that names them.
      kept = parts_.uploads_folder + "/" + id.to_string() + ".upload";
      JW_ASSIGN(auto file, parts_.files.open(standing, OpenMode::update));
      JW_TRY(file->sync());
      if (kept != standing) JW_TRY(parts_.files.rename(standing, kept));
      standing = kept;
      JW_TRY(parts_.files.sync_folder(parts_.uploads_folder));
    }
    const auto now_us = to_micros(parts_.clock.now());
    storage::Change change;
    if (earlier) {
      change.writes.push_back({&sql::requeue_batch, {id.value, kept, now_us}, 1});
    } else {
      change.writes.push_back({&sql::add_batch,
                               {id.value, entry->resource.id, storage::Blob{identity}, display_name(filename),
                                kept, digest.bytes, now_us},
                               1});
    }
    change.audit.push_back(
        {request.actor, "batch.upload", "batch:" + id.to_string(), "{\"resource\":\"" + resource + "\"}"});
    if (request.also) {
      change.origin = storage::Origin::hub;  // a source's file: nobody waits
      request.also(id, change);
    }
    auto committed = parts_.store.commit(std::move(change));
    if (!committed && (committed.error().code != ErrorCode::conflict || attempt == limits::decide_attempts)) {
      return give_up(std::move(committed).error());
    }
    if (!committed) continue;  // the same file came in twice at once; the other one won
    {
      const std::lock_guard lock(mutex_);
      given_up_.erase(id);
    }
    wake_.notify_all();
    return find_batch(id);
  }
}

bool IngestService::is_loading() const {
  const std::lock_guard lock(mutex_);
  return !running_.empty();
}

Result<void> IngestService::load(BatchId id, const std::function<void(const BatchView&)>& progress) {
  const storage::Value key = id.value;
  JW_ASSIGN(auto batch, find_one(parts_.store, sql::find_batch, std::span(&key, 1)));
  if (!batch) return Error(ErrorCode::not_found, "ingest.batch_not_found").with("batch", id.to_string());
  if (batch->state == BatchState::done || batch->state == BatchState::failed) return {};
  JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find(batch->resource));
  // What was handed in while the resource was being closed is not loaded behind a destruction.
  if (const auto open = parts_.catalog.find_receiving(batch->resource); !open)
    return turn_away(*batch, open.error());
  {
    const std::lock_guard lock(mutex_);
    running_[id] = BatchView{*batch, {}, false, false};
  }
  BatchLoader loader(parts_, *records_, *entry, std::move(*batch), stopping_);
  auto done = loader.run([&](const BatchView& view) {
    {
      const std::lock_guard lock(mutex_);
      running_[id] = view;
    }
    announce(view);
    if (progress) progress(view);
  });
  const std::lock_guard lock(mutex_);
  running_.erase(id);
  if (!done && done.error().code != ErrorCode::cancelled) given_up_[id] = parts_.clock.monotonic();
  return done;
}

Result<void> IngestService::turn_away(const Batch& batch, const Error& why) {
  storage::Change change;
  change.origin = storage::Origin::hub;
  change.writes.push_back(
      {&sql::empty_batch, {batch.id.value, error_to_text(why), to_micros(parts_.clock.now())}, 1});
  change.writes.push_back({&sql::drop_batch_columns, {batch.id.value}, std::nullopt});
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  if (!batch.path.starts_with(parts_.uploads_folder + "/")) return {};
  const auto removed = parts_.files.remove(batch.path);
  if (!removed && removed.error().code != ErrorCode::not_found) return removed.error();
  return {};
}

void IngestService::start(int loaders) {
  stopping_ = false;
  for (int at = 0; at < loaders; ++at) threads_.emplace_back([this] { run_loader(); });
}

void IngestService::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void IngestService::run_loader() {
  come_behind();
  while (!stopping_) {
    if (const auto id = next_batch()) {
      if (auto done = load(*id); !done && done.error().code != ErrorCode::cancelled) {
        log::error("ingest.load_failed", {{"batch", id->value}, {"fault", done.error().to_log()}});
      }
      continue;
    }
    if (withdraw_next()) continue;
    sweep_uploads();
    seal_anew();
    recount();
    std::unique_lock lock(mutex_);
    if (!stopping_) wake_.wait_for(lock, idle_wait);
  }
}

bool IngestService::withdraw_next() {
  const auto next = withdrawals_->next();
  if (!next || !*next) return false;
  const BatchId batch = **next;
  if (const auto done = withdrawals_->run(batch, stopping_); !done) {
    if (done.error().code != ErrorCode::cancelled)
      log::error("ingest.withdrawal_failed", {{"batch", batch.value}, {"fault", done.error().to_log()}});
    return false;  // tried again after a rest
  }
  if (const auto view = find_batch(batch)) announce(*view);
  return true;
}

// By whichever loader is idle, once in a while.
void IngestService::sweep_uploads() {
  {
    const std::lock_guard lock(mutex_);
    const auto now = parts_.clock.monotonic();
    if (swept_at_ && now - *swept_at_ < sweep_rhythm) return;
    swept_at_ = now;
  }
  if (const auto swept = uploads_->sweep(); !swept)
    log::warn("ingest.uploads_not_swept", {{"fault", swept.error().to_log()}});
}

void IngestService::recount() {
  if (const auto done = recounting_->run(stopping_); !done && done.error().code != ErrorCode::cancelled)
    log::warn("ingest.recount_failed", {{"fault", done.error().to_log()}});
}

// A step at a time, when nothing waits to be loaded; begun again by whichever process starts next.
void IngestService::seal_anew() {
  while (!sealed_anew_ && !stopping_) {
    const auto more = seal_refused_anew(parts_.store, parts_.sealer);
    if (!more) {
      log::warn("ingest.refused_rows_not_sealed_anew", {{"fault", more.error().to_log()}});
      return;  // with the next rest
    }
    if (!*more) sealed_anew_ = true;
  }
}

std::optional<BatchId> IngestService::next_batch() {
  auto reader = parts_.store.read();
  if (!reader) return std::nullopt;
  auto waiting = read_batches(**reader, sql::unfinished_batches, {});
  reader->reset();
  if (!waiting) return std::nullopt;
  for (const auto& batch : *waiting) {
    {
      const std::lock_guard lock(mutex_);
      const auto failed = given_up_.find(batch.id);
      const bool resting =
          failed != given_up_.end() && parts_.clock.monotonic() - failed->second < rest_after_fault;
      if (running_.contains(batch.id) || resting) continue;
    }
    // On a shared database the file may stand in another process's folder: that one loads it.
    if (!batch.path.starts_with(parts_.uploads_folder + "/")) {
      const auto here = parts_.files.exists(batch.path);
      if (!here || !*here) continue;
    }
    {
      const std::lock_guard lock(mutex_);
      if (!running_.emplace(batch.id, BatchView{batch, {}, false, false}).second) continue;
    }
    const auto held =
        parts_.store.take_lease(lease_of(batch.id), parts_.owner, parts_.clock.now(), batch_lease);
    if (held.ok() && *held) return batch.id;
    const std::lock_guard lock(mutex_);
    running_.erase(batch.id);
  }
  return std::nullopt;
}

BatchView IngestService::view_of(Batch batch) const {
  const std::lock_guard lock(mutex_);
  if (const auto found = running_.find(batch.id); found != running_.end()) {
    BatchView view = found->second;
    if (view.batch.counts.rows_read < batch.counts.rows_read || batch.finished_at)
      view.batch = std::move(batch);
    return view;
  }
  BatchView view;
  view.interrupted = batch.state == BatchState::running && given_up_.contains(batch.id);
  if (batch.finished_at) {
    const double seconds = std::chrono::duration<double>(*batch.finished_at - batch.started_at).count();
    if (seconds > 0) view.pace.rows_per_second = static_cast<double>(batch.counts.rows_read) / seconds;
  }
  view.batch = std::move(batch);
  return view;
}

Result<BatchView> IngestService::find_batch(BatchId id) const {
  const storage::Value key = id.value;
  JW_ASSIGN(auto batch, find_one(parts_.store, sql::find_batch, std::span(&key, 1)));
  if (!batch) return Error(ErrorCode::not_found, "ingest.batch_not_found").with("batch", id.to_string());
  return view_of(std::move(*batch));
}

Result<BatchView> IngestService::find_batch_of(const std::string& resource,
                                               const std::string& content) const {
  const std::array<storage::Value, 2> parameters = {resource, storage::Blob{content}};
  JW_ASSIGN(auto batch, find_one(parts_.store, sql::find_batch_of_content, parameters));
  if (!batch) return Error(ErrorCode::not_found, "ingest.batch_not_found").with("batch", "");
  BatchView view = view_of(std::move(*batch));
  view.repeated = true;
  return view;
}

Result<std::vector<BatchView>> IngestService::list_batches(const std::string& resource, BatchId before,
                                                           std::size_t most) const {
  const std::int64_t below = before ? before.value : INT64_MAX;
  const std::array<storage::Value, 3> parameters = {below, resource, static_cast<std::int64_t>(most)};
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(auto batches, read_batches(*reader, sql::page_of_batches, parameters));
  std::vector<BatchView> views;
  for (auto& batch : batches) views.push_back(view_of(std::move(batch)));
  return views;
}

Result<std::string> IngestService::resource_of(UploadId upload) const {
  JW_ASSIGN(const Upload found, uploads_->find(upload));
  return found.resource;
}

void IngestService::on_progress(std::function<void(const BatchView&)> notify) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(std::move(notify));
}

void IngestService::announce(const BatchView& view) {
  std::vector<std::function<void(const BatchView&)>> listeners;
  {
    const std::lock_guard lock(mutex_);
    listeners = listeners_;
  }
  for (const auto& notify : listeners) notify(view);
}

}  // namespace jingwei::ingest
