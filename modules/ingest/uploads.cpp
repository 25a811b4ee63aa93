#include "modules/ingest/uploads.h"

#include "base/limits.h"
#include "base/log.h"
#include "modules/ingest/file_digest.h"
#include "modules/ingest/sealed_tables.h"
#include "modules/ingest/sql.gen.h"
#include "storage/digest.h"

namespace jingwei::ingest {

namespace {

constexpr std::string_view pieces_suffix = ".pieces";
constexpr std::size_t copy_bytes = 1 << 20;
// Room that an upload leaves on the disk for everything else.
constexpr std::uint64_t spare_bytes = 64ULL << 20;
constexpr std::chrono::seconds lease{60};

Upload upload_of(const storage::Row& row) {
  Upload upload;
  upload.id = UploadId(row.integer(0));
  upload.resource = row.text(1);
  upload.filename = row.text(2);
  upload.bytes = row.integer(3);
  upload.sha256 = row.text(4);
  upload.received = row.integer(5);
  upload.content = row.blob(6);
  upload.batch = BatchId(row.integer(7));
  upload.started_at = from_micros(row.integer(8));
  upload.touched_at = from_micros(row.integer(9));
  return upload;
}

Error wrong_offset(const Upload& upload) {
  return Error(ErrorCode::conflict, "ingest.upload_offset").with("offset", std::to_string(upload.received));
}

bool is_digest(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Result<void> commit(storage::Store& store, storage::Change change) {
  auto committed = store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  return {};
}

}  // namespace

// Pieces from before, and those that a restore put there, have no resource in their name.
Result<std::string> Uploads::path_of(const Upload& upload) const {
  const std::string folder = service_.parts().uploads_folder + "/", id = upload.id.to_string();
  std::string bare = folder + id + std::string(pieces_suffix);
  JW_ASSIGN(const bool stands, service_.parts().files.exists(bare));
  return stands ? std::move(bare) : folder + file_name(id, upload.resource, pieces_suffix);
}

std::unique_lock<std::mutex> Uploads::lock(UploadId id) {
  return std::unique_lock(mutexes_[static_cast<std::uint64_t>(id.value) % mutexes_.size()]);
}

// Another process on the same database keeps off meanwhile.
Result<void> Uploads::hold(UploadId id) {
  const auto& parts = service_.parts();
  JW_ASSIGN(const bool held,
            parts.store.take_lease("upload:" + id.to_string(), parts.owner, parts.clock.now(), lease));
  if (!held) return Error(ErrorCode::conflict, "ingest.upload_elsewhere");
  return {};
}

Result<Upload> Uploads::start(const NewUpload& wanted, const WriteRequest& request) {
  const auto& parts = service_.parts();
  JW_ASSIGN([[maybe_unused]] const catalog::Entry* entry, parts.catalog.find_receiving(wanted.resource));
  if (wanted.bytes < 1) return Error(ErrorCode::invalid, "ingest.empty_file").at("/bytes");
  if (static_cast<std::uint64_t>(wanted.bytes) > limits::upload_bytes) {
    return Error(ErrorCode::too_large, "ingest.upload_too_large")
        .with("limit", std::to_string(limits::upload_bytes >> 20))
        .at("/bytes");
  }
  if (!wanted.sha256.empty() && !is_digest(wanted.sha256))
    return Error(ErrorCode::invalid, "ingest.bad_digest").at("/sha256");
  JW_ASSIGN(auto same, find_same(wanted));
  if (same) return std::move(*same);
  std::int64_t open = 0, to_come = 0;
  {
    JW_ASSIGN(auto reader, parts.store.read());
    JW_TRY(reader->query(sql::count_open_uploads, {}, [&](const storage::Row& row) {
      open = row.integer(0);
      to_come = row.integer(1);
      return false;
    }));
  }
  if (open >= static_cast<std::int64_t>(limits::open_uploads)) {
    return Error(ErrorCode::rate_limited, "ingest.too_many_uploads")
        .with("limit", std::to_string(limits::open_uploads));
  }
  JW_ASSIGN(const std::uint64_t free, parts.files.free_bytes(parts.uploads_folder));
  if (free < static_cast<std::uint64_t>(wanted.bytes + to_come) + spare_bytes)
    return Error(ErrorCode::exhausted, "ingest.no_room").with("free", std::to_string(free >> 20));
  JW_ASSIGN(const std::int64_t id, parts.store.allocate_ids());
  storage::Change change;
  change.writes.push_back({&sql::add_upload,
                           {id, wanted.resource, display_name(wanted.filename), wanted.bytes, wanted.sha256,
                            to_micros(parts.clock.now())},
                           1});
  change.audit.push_back({request.actor, "upload.start", "upload:" + std::to_string(id), "{}"});
  JW_TRY(commit(parts.store, std::move(change)));
  return find(UploadId(id));
}

Result<std::optional<Upload>> Uploads::find_same(const NewUpload& wanted) const {
  std::optional<Upload> found;
  if (wanted.sha256.empty()) return found;
  JW_ASSIGN(auto reader, service_.parts().store.read());
  const std::array<storage::Value, 3> parameters = {wanted.resource, wanted.sha256, wanted.bytes};
  JW_TRY(reader->query(sql::find_same_upload, parameters, [&](const storage::Row& row) {
    found = upload_of(row);
    return false;
  }));
  return found;
}

Result<Upload> Uploads::find(UploadId id) const {
  JW_ASSIGN(auto reader, service_.parts().store.read());
  std::optional<Upload> found;
  const std::array<storage::Value, 1> parameters = {id.value};
  JW_TRY(reader->query(sql::find_upload, parameters, [&](const storage::Row& row) {
    found = upload_of(row);
    return false;
  }));
  if (!found) return Error(ErrorCode::not_found, "ingest.upload_not_found").with("upload", id.to_string());
  return std::move(*found);
}

Result<Upload> Uploads::put(UploadId id, const Piece& piece) {
  const auto held = lock(id);
  const auto& parts = service_.parts();
  JW_ASSIGN(Upload upload, find(id));
  if (upload.batch) return Error(ErrorCode::conflict, "ingest.upload_ended");
  if (piece.offset != upload.received) return wrong_offset(upload);
  JW_TRY(hold(id));
  JW_TRY(write(upload, piece));
  JW_ASSIGN(auto file, parts.files.open(piece.path, OpenMode::read));
  JW_ASSIGN(const std::uint64_t size, file->size());
  storage::Change change;
  change.writes.push_back({&sql::move_upload,
                           {id.value, upload.received, upload.received + static_cast<std::int64_t>(size),
                            to_micros(parts.clock.now())},
                           1});
  auto committed = parts.store.commit(std::move(change));
  if (!committed && committed.error().code == ErrorCode::conflict) {
    JW_ASSIGN(upload, find(id));
    return wrong_offset(upload);
  }
  if (!committed) return std::move(committed).error();
  return find(id);
}

// Each process has a folder of its own where nobody gave them one: what came to another is not here.
Result<void> Uploads::check_earlier(const Upload& upload, const std::string& path) const {
  if (upload.received == 0) return {};
  auto& files = service_.parts().files;
  JW_ASSIGN(const bool present, files.exists(path));
  if (!present) return Error(ErrorCode::conflict, "ingest.upload_elsewhere");
  JW_ASSIGN(auto file, files.open(path, OpenMode::read));
  JW_ASSIGN(const std::uint64_t size, file->size());
  if (size < static_cast<std::uint64_t>(upload.received))
    return Error(ErrorCode::conflict, "ingest.upload_elsewhere");
  return {};
}

// The piece's bytes at their place, synced; what a piece that failed has left behind them is written over.
Result<void> Uploads::write(const Upload& upload, const Piece& piece) {
  auto& files = service_.parts().files;
  JW_ASSIGN(auto from, files.open(piece.path, OpenMode::read));
  JW_ASSIGN(const std::uint64_t size, from->size());
  if (size == 0) return Error(ErrorCode::invalid, "ingest.piece_empty");
  if (static_cast<std::int64_t>(size) > upload.bytes - upload.received)
    return Error(ErrorCode::invalid, "ingest.piece_too_long").with("bytes", std::to_string(upload.bytes));
  JW_ASSIGN(const std::string path, path_of(upload));
  JW_TRY(check_earlier(upload, path));
  JW_ASSIGN(auto into, files.open(path, OpenMode::update));
  storage::Sha256 hasher;
  std::string bytes(copy_bytes, '\0');
  auto written = [&]() -> Result<void> {
    for (std::uint64_t at = 0; at < size;) {
      JW_ASSIGN(const std::size_t got, from->read(at, std::as_writable_bytes(std::span(bytes))));
      if (got == 0) return Error(ErrorCode::corrupt, "file.fault").with("path", piece.path);
      hasher.add(std::string_view(bytes).substr(0, got));
      JW_TRY(into->write(static_cast<std::uint64_t>(upload.received) + at,
                         std::as_bytes(std::span(bytes)).first(got)));
      at += got;
    }
    return {};
  }();
  if (written && !piece.sha256.empty() && storage::hex_of(hasher.finish()) != piece.sha256)
    written = Error(ErrorCode::invalid, "ingest.piece_damaged");
  if (!written) {
    static_cast<void>(into->truncate(static_cast<std::uint64_t>(upload.received)));
    return written;
  }
  JW_TRY(into->sync());
  if (upload.received == 0) JW_TRY(files.sync_folder(service_.parts().uploads_folder));
  return {};
}

Result<BatchView> Uploads::complete(UploadId id, const WriteRequest& request) {
  const auto held = lock(id);
  const auto& parts = service_.parts();
  JW_ASSIGN(Upload upload, find(id));
  if (upload.batch) return service_.find_batch(upload.batch);
  if (upload.received != upload.bytes) {
    return Error(ErrorCode::conflict, "ingest.upload_incomplete")
        .with("received", std::to_string(upload.received))
        .with("bytes", std::to_string(upload.bytes));
  }
  JW_TRY(hold(id));
  JW_ASSIGN(BatchView view, submit(upload, request));
  storage::Change change;
  change.writes.push_back(
      {&sql::end_upload, {id.value, view.batch.id.value, to_micros(parts.clock.now())}, 1});
  JW_TRY(commit(parts.store, std::move(change)));
  JW_ASSIGN(const std::string path, path_of(upload));
  if (const auto removed = parts.files.remove(path); !removed && removed.error().code != ErrorCode::not_found)
    log::warn("ingest.upload_not_removed", {{"fault", removed.error().to_log()}});
  return view;
}

// The pieces keep their name until the batch stands: whatever is interrupted here can be begun anew.
Result<BatchView> Uploads::submit(const Upload& upload, const WriteRequest& request) {
  const auto& parts = service_.parts();
  JW_ASSIGN(const std::string path, path_of(upload));
  JW_ASSIGN(const bool present, parts.files.exists(path));
  if (!present && !upload.content.empty()) return service_.find_batch_of(upload.resource, upload.content);
  JW_ASSIGN(const FileDigest digest, digest_of(parts.files, path));
  if (digest.bytes != upload.bytes ||
      (!upload.sha256.empty() && storage::hex_of(digest.sha256) != upload.sha256)) {
    JW_TRY(remove(upload, request.actor, "upload.refuse"));
    return Error(ErrorCode::invalid, "ingest.upload_damaged");
  }
  storage::Change change;
  change.writes.push_back({&sql::note_upload_content,
                           {upload.id.value, storage::Blob{digest.sha256}, to_micros(parts.clock.now())},
                           1});
  JW_TRY(commit(parts.store, std::move(change)));
  const std::string incoming = parts.uploads_folder + "/" + upload.id.to_string() + ".incoming";
  JW_ASSIGN(const bool left, parts.files.exists(incoming));
  if (left) JW_TRY(parts.files.remove(incoming));
  auto linked = parts.files.link(path, incoming);
  if (!linked && linked.error().code == ErrorCode::unsupported) linked = parts.files.rename(path, incoming);
  if (!linked) return std::move(linked).error();
  auto view = service_.submit(upload.resource, incoming, upload.filename, request);
  // Gone already when the service had taken it over; what went wrong is told either way.
  if (!view) static_cast<void>(parts.files.remove(incoming));
  return view;
}

Result<void> Uploads::remove(const Upload& upload, const std::string& actor, const std::string& event) {
  const auto& parts = service_.parts();
  storage::Change change;
  change.writes.push_back({&sql::remove_upload, {upload.id.value}, std::nullopt});
  change.audit.push_back({actor, event, "upload:" + upload.id.to_string(), "{}"});
  JW_TRY(commit(parts.store, std::move(change)));
  return remove_pieces(upload);
}

Result<void> Uploads::remove_pieces(const Upload& upload) {
  const auto& parts = service_.parts();
  JW_ASSIGN(const std::string path, path_of(upload));
  auto removed = parts.files.remove(path);
  if (!removed && removed.error().code != ErrorCode::not_found) return std::move(removed).error();
  return {};
}

Result<void> Uploads::cancel(UploadId id, const WriteRequest& request) {
  const auto held = lock(id);
  JW_ASSIGN(const Upload upload, find(id));
  if (upload.batch) return Error(ErrorCode::conflict, "ingest.upload_ended");
  return remove(upload, request.actor, "upload.cancel");
}

// True when nobody has touched it since: another process may have gone on with it, or be about to.
Result<bool> Uploads::abandon(const Upload& upload, Instant before) {
  storage::Change change;
  change.writes.push_back({&sql::remove_abandoned_upload, {upload.id.value, to_micros(before)}, 1});
  change.audit.push_back({"hub", "upload.abandon", "upload:" + upload.id.to_string(), "{}"});
  const auto removed = commit(service_.parts().store, std::move(change));
  if (!removed && removed.error().code == ErrorCode::conflict) return false;
  if (!removed) return removed.error();
  JW_TRY(remove_pieces(upload));
  return true;
}

Result<std::size_t> Uploads::sweep() {
  const auto& parts = service_.parts();
  const Instant before = parts.clock.now() - limits::upload_abandoned;
  std::vector<Upload> old;
  JW_ASSIGN(const auto names, parts.files.list(parts.uploads_folder));
  {
    JW_ASSIGN(auto reader, parts.store.read());
    const storage::Value untouched = to_micros(before);
    JW_TRY(reader->query(sql::abandoned_uploads, std::span(&untouched, 1), [&](const storage::Row& row) {
      old.push_back(upload_of(row));
      return true;
    }));
  }
  std::size_t removed = 0;
  for (const auto& upload : old) {
    const auto held = lock(upload.id);
    JW_ASSIGN(const bool abandoned, abandon(upload, before));
    removed += abandoned ? 1 : 0;
  }
  for (const auto& name : names) {
    if (!name.ends_with(pieces_suffix)) continue;
    const auto id = UploadId::parse(name.substr(0, name.find('.')));
    if (!id) continue;
    const auto held = lock(*id);
    const auto found = find(*id);
    const bool ended = found ? static_cast<bool>(found->batch) : found.error().code == ErrorCode::not_found;
    if (!ended) continue;
    if (const auto gone = parts.files.remove(parts.uploads_folder + "/" + name); gone) ++removed;
  }
  return removed;
}

}  // namespace jingwei::ingest
