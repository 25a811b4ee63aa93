// Goal: a file sent in pieces becomes the same batch as one sent whole, whatever is interrupted between the
// pieces; and nothing stays behind that nobody wants.
#include "modules/ingest/uploads.h"

#include "base/limits.h"
#include "modules/ingest/file_digest.h"
#include "storage/digest.h"
#include "storage/faulty/faulty_file_system.h"
#include "tests/support/ingest_world.h"

namespace jingwei::ingest {
namespace {

using jingwei::testing::must;

template <typename Backend>
class UploadsWorld : public jingwei::testing::IngestWorld<Backend> {
 protected:
  const WriteRequest request_{"tester", std::nullopt};

  Uploads& uploads() { return this->node_.ingest->uploads(); }

  Upload start(const std::string& text, const std::string& sha256 = "") {
    return must(
        uploads().start({"people", "people.csv", static_cast<std::int64_t>(text.size()), sha256}, request_));
  }

  Result<Upload> put(UploadId id, std::int64_t offset, std::string_view bytes,
                     const std::string& sha256 = "") {
    const std::string path = this->folder_.path() + "/piece";
    this->write(path, bytes);
    return uploads().put(id, {offset, path, sha256});
  }

  std::vector<std::string> names() {
    auto names = must(real_file_system().list(folder_of_uploads()));
    return names;
  }
  std::string folder_of_uploads() const { return this->folder_.path() + "/uploads"; }
};

TYPED_TEST_SUITE(UploadsWorld, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(UploadsWorld, WhatAnotherProcessGoesOnWithIsNotSwept) {
  const std::string csv = jingwei::testing::people(1, 40);
  const Upload upload = this->start(csv);
  must(this->put(upload.id, 0, std::string_view(csv).substr(0, 500)));
  this->clock_.advance(limits::upload_abandoned + std::chrono::hours{1});
  IngestParts parts = this->node_.ingest->parts();
  parts.owner = "another";
  IngestService another(parts);
  const std::string piece = this->folder_.path() + "/next";
  this->write(piece, csv.substr(500, 500));
  this->node_.writes->between([&] { must(another.uploads().put(upload.id, {500, piece, ""})); });
  EXPECT_EQ(must(this->uploads().sweep()), 0U);
  EXPECT_EQ(must(this->uploads().find(upload.id)).received, 1'000);
  EXPECT_EQ(this->names().size(), 1U);
}

TYPED_TEST(UploadsWorld, APieceIsNotTakenWhereTheEarlierOnesAreNot) {
  const std::string csv = jingwei::testing::people(1, 40);
  const Upload upload = this->start(csv);
  must(this->put(upload.id, 0, std::string_view(csv).substr(0, 500)));
  const std::string pieces = must(this->uploads().path_of(upload));
  // As in the folder of a process that received none of them, or but a part.
  std::filesystem::rename(pieces, pieces + ".elsewhere");
  const auto missing = this->put(upload.id, 500, std::string_view(csv).substr(500, 500));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().message, "ingest.upload_elsewhere");
  this->write(pieces, csv.substr(0, 300));
  EXPECT_EQ(this->put(upload.id, 500, std::string_view(csv).substr(500, 500)).error().message,
            "ingest.upload_elsewhere");
  std::filesystem::rename(pieces + ".elsewhere", pieces);
  EXPECT_EQ(must(this->put(upload.id, 500, std::string_view(csv).substr(500, 500))).received, 1'000);
}

TYPED_TEST(UploadsWorld, PiecesBecomeTheSameBatchAsTheFileSentWhole) {
  const std::string csv = jingwei::testing::people(1, 40);
  const Upload upload = this->start(csv, storage::sha256_hex(csv));
  EXPECT_EQ(upload.received, 0);
  for (std::size_t at = 0; at < csv.size(); at += 700) {
    const auto piece = std::string_view(csv).substr(at, 700);
    const auto now =
        must(this->put(upload.id, static_cast<std::int64_t>(at), piece, storage::sha256_hex(piece)));
    EXPECT_EQ(now.received, static_cast<std::int64_t>(at + piece.size()));
  }
  const auto view = must(this->uploads().complete(upload.id, this->request_));
  EXPECT_EQ(view.batch.filename, "people.csv");
  EXPECT_EQ(view.batch.bytes_total, static_cast<std::int64_t>(csv.size()));
  EXPECT_FALSE(view.repeated);
  must(this->node_.ingest->load(view.batch.id));
  EXPECT_EQ(must(this->node_.ingest->find_batch(view.batch.id)).batch.counts.accepted, 40);
  EXPECT_TRUE(this->names().empty()) << "no file is left when the batch is done";
  // Asked again, the answer is the same batch; the same file sent whole is known.
  EXPECT_EQ(must(this->uploads().complete(upload.id, this->request_)).batch.id, view.batch.id);
  const auto whole = this->submit(this->node_, "people", csv);
  EXPECT_TRUE(whole.repeated);
  EXPECT_EQ(whole.batch.id, view.batch.id);
}

TYPED_TEST(UploadsWorld, WhoTellsTheHashOfAFileUnderWayGoesOnWithIt) {
  const std::string csv = jingwei::testing::people(1, 30);
  const std::string hash = storage::sha256_hex(csv);
  const Upload first = this->start(csv, hash);
  must(this->put(first.id, 0, csv.substr(0, 500)));
  this->restart();
  const Upload again = this->start(csv, hash);
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(again.received, 500);
  EXPECT_NE(this->start(csv).id, first.id) << "without a hash nobody can tell that it is the same";
  const std::string other = jingwei::testing::people(2, 30);
  EXPECT_NE(this->start(other, storage::sha256_hex(other)).id, first.id);
  EXPECT_NE(must(this->uploads().start({"notes", "n.csv", static_cast<std::int64_t>(csv.size()), hash},
                                       this->request_))
                .id,
            first.id)
      << "for another resource it is another file";
  must(this->put(again.id, 500, csv.substr(500)));
  const auto view = must(this->uploads().complete(again.id, this->request_));
  // Once it is a batch, a new upload begins; its batch is told to be the one that stands.
  const Upload later = this->start(csv, hash);
  EXPECT_NE(later.id, first.id);
  must(this->put(later.id, 0, csv));
  const auto repeated = must(this->uploads().complete(later.id, this->request_));
  EXPECT_TRUE(repeated.repeated);
  EXPECT_EQ(repeated.batch.id, view.batch.id);
}

TYPED_TEST(UploadsWorld, APieceAtTheWrongPlaceIsRefusedAndToldTheRightOne) {
  const std::string csv = jingwei::testing::people(1, 10);
  const Upload upload = this->start(csv);
  must(this->put(upload.id, 0, csv.substr(0, 100)));
  for (const std::int64_t offset : {0, 50, 101, 5'000}) {
    const auto refused = this->put(upload.id, offset, csv.substr(100, 10));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    EXPECT_EQ(refused.error().arguments.front().second, "100");
  }
  EXPECT_EQ(this->put(upload.id, 100, "").error().message, "ingest.piece_empty");
  EXPECT_EQ(this->put(upload.id, 100, std::string(csv.size(), 'x')).error().message, "ingest.piece_too_long");
  EXPECT_EQ(this->put(upload.id, 100, csv.substr(100, 10), storage::sha256_hex("other")).error().message,
            "ingest.piece_damaged");
  EXPECT_EQ(this->put(UploadId(987'654), 0, "x").error().code, ErrorCode::not_found);
  EXPECT_EQ(this->uploads().complete(upload.id, this->request_).error().message, "ingest.upload_incomplete");
  EXPECT_EQ(must(this->uploads().find(upload.id)).received, 100);
  must(this->put(upload.id, 100, csv.substr(100)));
  const auto view = must(this->uploads().complete(upload.id, this->request_));
  must(this->node_.ingest->load(view.batch.id));
  EXPECT_EQ(must(this->node_.ingest->find_batch(view.batch.id)).batch.counts.accepted, 10);
}

TYPED_TEST(UploadsWorld, ARestartBetweenPiecesCostsNothing) {
  const std::string csv = jingwei::testing::people(1, 30);
  const Upload upload = this->start(csv);
  must(this->put(upload.id, 0, csv.substr(0, 333)));
  this->restart();
  EXPECT_EQ(must(this->uploads().find(upload.id)).received, 333);
  // As after kill -9 in the middle of a piece: bytes of it stand on disk that were never acknowledged.
  {
    auto file = must(real_file_system().open(must(this->uploads().path_of(upload)), OpenMode::update));
    must(file->write(333, std::as_bytes(std::span(std::string_view("half a piece of another world")))));
  }
  EXPECT_EQ(must(this->put(upload.id, 333, csv.substr(333))).received, static_cast<std::int64_t>(csv.size()));
  this->restart("third");
  const auto view = must(this->uploads().complete(upload.id, this->request_));
  must(this->node_.ingest->load(view.batch.id));
  EXPECT_EQ(must(this->node_.ingest->find_batch(view.batch.id)).batch.counts.accepted, 30);
}

TYPED_TEST(UploadsWorld, CompletingGoesOnAfterAnyFailedWrite) {
  for (int failing = 1; failing <= 4; ++failing) {
    for (const auto when :
         {jingwei::testing::FailingStore::When::before, jingwei::testing::FailingStore::When::after}) {
      SCOPED_TRACE(failing);
      const std::string csv = jingwei::testing::people(
          failing * 100 + (when == jingwei::testing::FailingStore::When::after ? 50 : 0), 5);
      const Upload upload = this->start(csv);
      must(this->put(upload.id, 0, csv));
      this->node_.writes->fail_write(failing, when);
      const auto first = this->uploads().complete(upload.id, this->request_);
      if (failing <= 3) EXPECT_FALSE(first.ok());
      this->restart("after " + std::to_string(failing));
      const auto view = must(this->uploads().complete(upload.id, this->request_));
      must(this->node_.ingest->load(view.batch.id));
      EXPECT_EQ(must(this->node_.ingest->find_batch(view.batch.id)).batch.counts.accepted, 5);
    }
  }
}

TYPED_TEST(UploadsWorld, AFileThatIsNotWhatWasAnnouncedIsDropped) {
  const std::string csv = jingwei::testing::people(1, 3);
  const Upload upload = this->start(csv, storage::sha256_hex("another file"));
  must(this->put(upload.id, 0, csv));
  EXPECT_EQ(this->uploads().complete(upload.id, this->request_).error().message, "ingest.upload_damaged");
  EXPECT_EQ(this->uploads().find(upload.id).error().code, ErrorCode::not_found);
  EXPECT_TRUE(this->names().empty());
}

TYPED_TEST(UploadsWorld, WhatNobodyGoesOnWithLapses) {
  const std::string csv = jingwei::testing::people(1, 3);
  const Upload old = this->start(csv);
  must(this->put(old.id, 0, csv.substr(0, 20)));
  this->clock_.advance(limits::upload_abandoned - std::chrono::hours{1});
  const Upload young = this->start(csv);
  must(this->put(young.id, 0, csv.substr(0, 20)));
  EXPECT_EQ(must(this->uploads().sweep()), 0U);
  this->clock_.advance(std::chrono::hours{2});
  EXPECT_EQ(must(this->uploads().sweep()), 1U);
  EXPECT_EQ(this->uploads().find(old.id).error().code, ErrorCode::not_found);
  EXPECT_EQ(this->names(), std::vector<std::string>{young.id.to_string() + ".people.pieces"});
  // A file whose upload is gone is nobody's.
  this->write(this->folder_of_uploads() + "/77.pieces", "left");
  this->write(this->folder_of_uploads() + "/78.people.pieces", "left");
  EXPECT_EQ(must(this->uploads().sweep()), 2U);
  must(this->uploads().cancel(young.id, this->request_));
  EXPECT_TRUE(this->names().empty());
}

TYPED_TEST(UploadsWorld, PiecesFromBeforeTheirNameToldTheResourceGoOn) {
  const std::string csv = jingwei::testing::people(1, 30);
  const Upload upload = this->start(csv);
  must(this->put(upload.id, 0, csv.substr(0, 333)));
  const std::string folder = this->folder_of_uploads() + "/" + upload.id.to_string();
  std::filesystem::rename(folder + ".people.pieces", folder + ".pieces");
  must(this->put(upload.id, 333, csv.substr(333)));
  const auto view = must(this->uploads().complete(upload.id, this->request_));
  must(this->node_.ingest->load(view.batch.id));
  EXPECT_EQ(this->records("people").size(), 30U);
  EXPECT_TRUE(this->names().empty());
}

TYPED_TEST(UploadsWorld, LimitsAreToldBeforeAByteIsSent) {
  const auto start = [&](NewUpload wanted) { return this->uploads().start(wanted, this->request_); };
  EXPECT_EQ(start({"nothing", "x.csv", 5, ""}).error().code, ErrorCode::not_found);
  EXPECT_EQ(start({"people", "x.csv", 0, ""}).error().code, ErrorCode::invalid);
  const auto huge = start({"people", "x.csv", static_cast<std::int64_t>(limits::upload_bytes) + 1, ""});
  EXPECT_EQ(huge.error().code, ErrorCode::too_large);
  EXPECT_EQ(huge.error().arguments.front().second, "2048");
  EXPECT_EQ(start({"people", "x.csv", 5, "ABC"}).error().code, ErrorCode::invalid);
  for (std::size_t open = 0; open < limits::open_uploads; ++open) must(start({"people", "x.csv", 5, ""}));
  EXPECT_EQ(start({"people", "x.csv", 5, ""}).error().code, ErrorCode::rate_limited);
}

// The disk of another: full while a piece is written.
TYPED_TEST(UploadsWorld, AFullDiskCostsThePieceAndNothingElse) {
  storage::FaultyFileSystem disk(3);
  auto parts = this->node_.ingest->parts();
  IngestService service(IngestParts{parts.store, parts.catalog, parts.regions, parts.sealer, disk,
                                    parts.clock, parts.zone, "/uploads", parts.hub_region,
                                    parts.synthetic_id_prefixes, std::nullopt, parts.owner});
  const std::string csv = jingwei::testing::people(1, 200);
  const auto place = [&](std::string_view bytes) {
    auto file = must(disk.open("/spool", OpenMode::update));
    must(file->truncate(0));
    must(file->write(0, std::as_bytes(std::span(bytes))));
    return std::string("/spool");
  };
  disk.set_capacity(100);
  const auto refused =
      service.uploads().start({"people", "a.csv", static_cast<std::int64_t>(csv.size()), ""}, this->request_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::exhausted) << "told before a byte is sent";
  disk.set_capacity(UINT64_MAX);
  const auto upload = must(service.uploads().start(
      {"people", "a.csv", static_cast<std::int64_t>(csv.size()), ""}, this->request_));
  must(service.uploads().put(upload.id, {0, place(csv.substr(0, 500)), ""}));
  const std::string rest = place(csv.substr(500));
  disk.set_capacity(disk.used_bytes() + 100);
  const auto full = service.uploads().put(upload.id, {500, rest, ""});
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().code, ErrorCode::exhausted);
  EXPECT_EQ(must(service.uploads().find(upload.id)).received, 500);
  EXPECT_EQ(must(must(disk.open(must(service.uploads().path_of(upload)), OpenMode::read))->size()), 500U);
  disk.set_capacity(UINT64_MAX);
  // What was acknowledged survives a power cut.
  disk.power_cut();
  must(service.uploads().put(upload.id, {500, place(csv.substr(500)), ""}));
  const auto view = must(service.uploads().complete(upload.id, this->request_));
  EXPECT_EQ(view.batch.bytes_total, static_cast<std::int64_t>(csv.size()));
  EXPECT_EQ(view.batch.content, must(digest_of(disk, view.batch.path)).sha256);
}

}  // namespace
}  // namespace jingwei::ingest
