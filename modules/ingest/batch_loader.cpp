#include "modules/ingest/batch_loader.h"

#include "base/log.h"
#include "modules/ingest/reading/file_rows.h"
#include "modules/ingest/repair/refused_seal.h"
#include "modules/ingest/row_typing.h"
#include "modules/ingest/sealed_tables.h"
#include "modules/ingest/sql.gen.h"

namespace jingwei::ingest {

namespace {

constexpr char error_separator = '\x1d';

// Counts the file's bytes as they are read, which the reader in front of a decoder cannot know.
class CountingFile final : public File {
 public:
  CountingFile(std::unique_ptr<File> file, std::int64_t& bytes) : file_(std::move(file)), bytes_(bytes) {}
  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override {
    JW_ASSIGN(const std::size_t got, file_->read(offset, into));
    bytes_ += static_cast<std::int64_t>(got);
    return got;
  }
  Result<void> write(std::uint64_t, std::span<const std::byte>) override { return read_only(); }
  Result<void> truncate(std::uint64_t) override { return read_only(); }
  Result<void> sync() override { return read_only(); }
  Result<std::uint64_t> size() override { return file_->size(); }

 private:
  static Error read_only() { return Error(ErrorCode::internal, "ingest.read_only"); }

  std::unique_ptr<File> file_;
  std::int64_t& bytes_;
};

// Threads that clean, besides the one that reads and the one that stores.
int cleaning_threads() {
  constexpr unsigned most = 4;
  return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, most));
}

}  // namespace

std::string lease_of(BatchId batch) {
  return "batch:" + batch.to_string();
}

std::string error_to_text(const Error& error) {
  return error.message + error_separator + arguments_to_text(error.arguments);
}

Error error_from_text(const std::string& text) {
  const std::size_t at = text.find(error_separator);
  Error error(ErrorCode::invalid, text.substr(0, at));
  if (at != std::string::npos) error.arguments = arguments_from_text(std::string_view(text).substr(at + 1));
  return error;
}

BatchLoader::BatchLoader(const IngestParts& parts, Records& records, const catalog::Entry& entry, Batch batch,
                         const std::atomic<bool>& stopping)
    : parts_(parts), records_(records), entry_(entry), stopping_(stopping), batch_(std::move(batch)) {}

Result<void> BatchLoader::run(const std::function<void(const BatchView&)>& progress) {
  for (const std::string& table : {entry_.resource.id, refused_table(entry_.resource.id)})
    JW_TRY(parts_.sealer.prepare(table));
  JW_ASSIGN(const auto synonyms, read_synonyms(parts_.store, entry_.resource.id));
  JW_ASSIGN(cleaners_, cleaners_of(entry_.resource, synonyms));
  began_ = parts_.clock.monotonic();
  began_at_ = parts_.clock.now();
  rows_at_begin_ = batch_.counts.rows_read;
  bytes_at_begin_ = batch_.bytes_done;
  JW_TRY(records_.begin_load(entry_));
  RowPipeline pipeline({entry_.resource, cleaners_, records_.content_of(entry_),
                        [this] { return make_cleaning_tools(parts_, entry_.resource); },
                        [this](ReadOptions options) { return open_file(std::move(options)); },
                        [this] { return bytes_read_; }, [this] { return portion_rows(); },
                        cleaning_threads()});
  while (auto portion = pipeline.pop()) {
    if (stopping_) return Error(ErrorCode::cancelled, "ingest.stopped");
    if (portion->failure && !portion->file_at_fault) return *portion->failure;
    JW_TRY(keep_lease());
    // A file of a header alone is told of too: what it was and that nothing stood in it.
    const bool nothing_yet = portion->last && batch_.format.empty();
    if (!portion->rows.rows.empty() || !portion->refused.empty() || nothing_yet) JW_TRY(store(*portion));
    if (portion->failure) {
      log::warn("ingest.batch_failed", {{"batch", batch_.id.value}, {"fault", portion->failure->to_log()}});
      JW_TRY(finish(BatchState::failed, error_to_text(*portion->failure)));
    } else if (portion->last) {
      batch_.bytes_done = batch_.bytes_total;
      JW_TRY(finish(BatchState::done, ""));
    }
    if (progress) progress(view());
    if (portion->last || portion->failure) return {};
  }
  return Error(ErrorCode::cancelled, "ingest.stopped");
}

// New records are packed from a certain number on, and are cheap then; those that change cost a row or two of
// the table each, so that fewer of them make a portion while people write.
std::size_t BatchLoader::portion_rows() const {
  const std::size_t rows = parts_.store.rows_at_once(parts_.slice_rows);
  return many_change_ ? rows : std::max(rows, std::min(parts_.slice_rows, parts_.packed_rows_least));
}

// --- reading ---

Result<std::unique_ptr<RowReader>> BatchLoader::open_file(ReadOptions options) {
  JW_ASSIGN(auto file, parts_.files.open(batch_.path, OpenMode::read));
  options.resume = {static_cast<std::uint64_t>(batch_.resume_offset),
                    static_cast<std::uint64_t>(batch_.resume_line)};
  for (const auto& cleaner : cleaners_) {
    for (const auto& source : cleaner.spec().from) {
      options.paths.insert(options.paths.end(), source.paths.begin(), source.paths.end());
      for (const auto& [path, texts] : source.where) options.paths.push_back(path);
    }
  }
  // What was hashed is what is read: a file somebody still writes to is another one by now.
  JW_ASSIGN(const std::uint64_t size, file->size());
  if (size != static_cast<std::uint64_t>(batch_.bytes_total))
    return Error(ErrorCode::invalid, "ingest.file_changed");
  return ingest::open_file(std::make_unique<CountingFile>(std::move(file), bytes_read_), options);
}

// --- storing ---

Result<void> BatchLoader::store(const Portion& portion) {
  for (int attempt = 1;; ++attempt) {
    auto stored = store_once(portion);
    if (stored || stored.error().code != ErrorCode::conflict || attempt == overtaken_attempts) return stored;
    // When the rows have moved to another table the load begins again there.
    JW_ASSIGN(const catalog::Entry* now, parts_.catalog.find(batch_.resource));
    if (now != &entry_) return stored;
    // Either a record of ours changed meanwhile (decide again) or another process moved this batch on (leave
    // it to that one).
    JW_ASSIGN(auto reader, parts_.store.read());
    const storage::Value id = batch_.id.value;
    JW_ASSIGN(const auto found, read_batches(*reader, sql::find_batch, std::span(&id, 1)));
    if (found.empty() || found.front().resume_offset != batch_.resume_offset) {
      return Error(ErrorCode::conflict, "ingest.loaded_elsewhere");
    }
  }
}

Result<void> BatchLoader::store_once(const Portion& portion) {
  const auto turn = records_.turn(entry_);
  JW_ASSIGN(Slice slice, records_.build(entry_, portion.rows, batch_.id, parts_.clock.now()));
  Batch next = batch_;
  add_progress(portion, slice, slice.bulk.change, next);
  JW_ASSIGN(const BatchId repaired, add_attempts(parts_.store, batch_.resource, batch_.id, portion.attempts,
                                                 parts_.clock.now(), slice.bulk.change));
  if (!next.repairs) next.repairs = repaired;
  slice.bulk.decided = portion.rows.rows.size();
  auto committed = parts_.store.append(std::move(slice.bulk));
  if (!committed) return std::move(committed).error();
  records_.committed(entry_, slice);
  constexpr std::int64_t many_of = 8;
  many_change_ = slice.updated * many_of > static_cast<std::int64_t>(portion.rows.rows.size());
  batch_ = std::move(next);
  return {};
}

void BatchLoader::add_progress(const Portion& portion, const Slice& slice, storage::Change& change,
                               Batch& next) const {
  SliceEvent event;
  event.resource = batch_.resource;
  event.batch = batch_.id;
  event.first_row = batch_.counts.rows_read + 1;
  event.accepted = static_cast<std::int64_t>(portion.rows.rows.size());
  event.cleaned = portion.cleaned;
  event.unchanged = slice.unchanged;
  event.updated = slice.updated;
  event.refused = static_cast<std::int64_t>(portion.refused.size());
  event.mended = std::count_if(portion.attempts.begin(), portion.attempts.end(),
                               [](const Attempt& attempt) { return attempt.taken; });
  event.counts = slice.counts;
  tell_records(slice, event);

  auto& counts = next.counts;
  counts.rows_read += event.accepted + event.refused;
  counts.accepted += event.accepted;
  counts.cleaned += event.cleaned;
  counts.unchanged += event.unchanged;
  counts.updated += event.updated;
  counts.refused += event.refused;
  event.last_row = counts.rows_read;

  if (!portion.columns.empty())
    change.writes.push_back({&sql::put_batch_columns, {batch_.id.value, portion.columns}, std::nullopt});
  for (const auto& row : portion.refused) {
    ++event.reasons[row.reason];
    ++counts.reasons[{row.reason, row.field}];
    const RefusedSeal seal{batch_.resource, batch_.id, row.line};
    const auto sealed = [&](std::string_view column, std::string_view plain) {
      return storage::Blob{seal.seal(parts_.sealer, column, plain)};
    };
    change.writes.push_back(
        {&sql::add_refused_row,
         {batch_.id.value, row.line, row.field, row.reason,
          sealed("arguments", refused_arguments_to_text(row)), sealed("original", row.original)},
         1});
  }
  // A queued batch starts when its first slice is stored, not when it was handed in.
  if (batch_.state == BatchState::queued) next.started_at = began_at_;
  next.state = BatchState::running;
  next.format = portion.format;
  next.encoding = portion.encoding;
  next.bytes_done = std::min(portion.bytes_done, next.bytes_total);
  next.resume_offset = static_cast<std::int64_t>(portion.after.offset);
  next.resume_line = static_cast<std::int64_t>(portion.after.line);
  change.writes.push_back(
      {&sql::move_batch,
       {batch_.id.value, std::string(name_of(next.state)), next.format, next.encoding, counts.rows_read,
        counts.accepted, counts.cleaned, counts.unchanged, counts.updated, counts.refused, next.bytes_done,
        next.resume_offset, next.resume_line, reasons_to_text(counts), batch_.resume_offset,
        to_micros(next.started_at)},
       1});
  if (portion.notes != next.notes) {
    next.notes = portion.notes;
    change.writes.push_back({&sql::note_batch, {batch_.id.value, notes_to_text(next.notes)}, 1});
  }
  change.events.push_back(to_feed_event(event));
}

Result<void> BatchLoader::finish(BatchState state, const std::string& error) {
  storage::Change change;
  change.origin = storage::Origin::hub;
  const Instant now = parts_.clock.now();
  change.writes.push_back(
      {&sql::finish_batch, {batch_.id.value, std::string(name_of(state)), error, to_micros(now)}, 1});
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  batch_.state = state;
  batch_.error = error;
  batch_.finished_at = now;
  if (state == BatchState::done && batch_.path.starts_with(parts_.uploads_folder + "/")) {
    if (auto removed = parts_.files.remove(batch_.path); !removed) {
      log::warn("ingest.upload_not_removed",
                {{"batch", batch_.id.value}, {"fault", removed.error().to_log()}});
    }
  }
  return {};
}

Result<void> BatchLoader::keep_lease() {
  const auto now = parts_.clock.monotonic();
  if (lease_taken_.count() != 0 && now - lease_taken_ < batch_lease / 3) return {};
  JW_ASSIGN(const bool held,
            parts_.store.take_lease(lease_of(batch_.id), parts_.owner, parts_.clock.now(), batch_lease));
  if (!held) return Error(ErrorCode::conflict, "ingest.loaded_elsewhere");
  lease_taken_ = now;
  return {};
}

BatchView BatchLoader::view() const {
  BatchView view;
  view.batch = batch_;
  const double seconds = std::chrono::duration<double>(parts_.clock.monotonic() - began_).count();
  if (seconds > 0) {
    view.pace.rows_per_second = static_cast<double>(batch_.counts.rows_read - rows_at_begin_) / seconds;
    const double bytes_per_second = static_cast<double>(batch_.bytes_done - bytes_at_begin_) / seconds;
    if (batch_.state == BatchState::running && bytes_per_second > 0) {
      view.pace.seconds_left = static_cast<double>(batch_.bytes_total - batch_.bytes_done) / bytes_per_second;
    }
  }
  return view;
}

}  // namespace jingwei::ingest
