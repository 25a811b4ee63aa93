// A file that comes in pieces, so that a lost connection, a closed page or a stopped server costs one piece
// and not the file. Each piece that was acknowledged is synced; when all are there the file becomes a batch
// as any other.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "modules/ingest/ingest_service.h"

namespace jingwei::ingest {

struct Upload {
  UploadId id;
  std::string resource;
  std::string filename;
  std::int64_t bytes = 0;
  std::string sha256;         // of the whole file, 64 digits; empty when the sender did not say
  std::int64_t received = 0;  // synced
  std::string content;        // SHA-256 as found when it was complete, 32 bytes; empty before
  BatchId batch;              // none before it became one
  Instant started_at{};
  Instant touched_at{};
};

struct NewUpload {
  std::string resource;
  std::string filename;
  std::int64_t bytes = 0;
  std::string sha256;
};

struct Piece {
  std::int64_t offset = 0;
  std::string path;    // file that holds its bytes; only read
  std::string sha256;  // 64 digits, or empty
};

// Thread-safe; several processes on one database and one uploads folder share them.
class Uploads {
 public:
  explicit Uploads(IngestService& service) : service_(service) {}

  // Who tells the file's hash gets an upload of the same file that is still under way, with what it has
  // received: so a sender that was cut off goes on without having kept a number. Errors: not_found
  // (resource); too_large over limits::upload_bytes; invalid; rate_limited at limits::open_uploads; exhausted
  // when the disk has no room for it beside what the others will still send.
  Result<Upload> start(const NewUpload& wanted, const WriteRequest& request);
  // Errors: not_found.
  Result<Upload> find(UploadId id) const;
  // Durable when it returns. Errors: conflict "ingest.upload_offset" when another byte is next (find() tells
  // which), "ingest.upload_elsewhere" (another process receives it or has the earlier pieces), invalid for a
  // piece that is empty, reaches over the end or has another hash, exhausted, the store's.
  Result<Upload> put(UploadId id, const Piece& piece);
  // Makes the batch; again when asked again. Errors: conflict "ingest.upload_incomplete"; invalid
  // "ingest.upload_damaged" when the file's hash is another (the upload is gone then); those of
  // IngestService::submit.
  Result<BatchView> complete(UploadId id, const WriteRequest& request);
  // Errors: not_found; conflict when it is a batch already.
  Result<void> cancel(UploadId id, const WriteRequest& request);
  // Removes what nobody has touched for limits::upload_abandoned, and files that no upload owns; returns how
  // many.
  Result<std::size_t> sweep();

  // Where its pieces stand or will. Errors: the disk's.
  Result<std::string> path_of(const Upload& upload) const;

 private:
  std::unique_lock<std::mutex> lock(UploadId id);
  Result<std::optional<Upload>> find_same(const NewUpload& wanted) const;
  Result<void> hold(UploadId id);
  Result<void> write(const Upload& upload, const Piece& piece);
  Result<BatchView> submit(const Upload& upload, const WriteRequest& request);
  Result<void> remove(const Upload& upload, const std::string& actor, const std::string& event);
  Result<void> remove_pieces(const Upload& upload);
  Result<bool> abandon(const Upload& upload, Instant before);
  Result<void> check_earlier(const Upload& upload, const std::string& path) const;

  IngestService& service_;
  std::array<std::mutex, 16> mutexes_;
};

}  // namespace jingwei::ingest
