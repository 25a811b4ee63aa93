// Goal: a disk that is full for a while costs a load its time and nothing else: it says so, keeps what it had
// accepted, and goes on from there once there is room.
#include <gtest/gtest.h>

#include "storage/faulty/faulty_file_system.h"
#include "storage/faulty/sqlite_vfs.h"
#include "tests/support/ingest_world.h"

namespace jingwei::ingest {
namespace {

using namespace jingwei::testing;

// The embedded storage on a disk of so many bytes.
struct FillingDisk {
  static constexpr bool shared = false;
  static constexpr std::size_t packed_rows_least = 1;
  static std::string missing() { return {}; }
  static std::string fresh_name() {
    static std::atomic<int> count = 0;
    return "filling-" + std::to_string(count++);
  }
  Result<std::unique_ptr<storage::Store>> open(const Clock& clock) {
    return storage::open_embedded({.folder = "/data", .clock = &clock, .vfs = vfs.name()});
  }
  void leave(std::uint64_t bytes) { disk.set_capacity(disk.used_bytes() + bytes); }
  void make_room() { disk.set_capacity(UINT64_MAX); }

  storage::FaultyFileSystem disk{11};
  storage::SqliteVfs vfs{fresh_name(), disk};
};

class FullDisk : public IngestWorld<FillingDisk> {
 protected:
  static constexpr int rows = 9'000;

  void begin_anew() {
    node_ = {};
    backend_ = std::make_unique<FillingDisk>();
    node_ = start_node("first");
    for (auto& change : must(node_.regions->load(sample_grids(), *parse_iso_day("2020-01-01"))))
      must(node_.store->commit(std::move(change)));
    must(node_.regions->reload());
    let_writers_rest();
  }

  void expect_all_once(BatchId id) {
    const Batch batch = must(node_.ingest->find_batch(id)).batch;
    EXPECT_EQ(batch.state, BatchState::done) << batch.error;
    EXPECT_EQ(batch.counts.rows_read, rows + 1);
    EXPECT_EQ(batch.counts.accepted, rows);
    EXPECT_EQ(batch.counts.unchanged, 0) << "nothing was taken twice";
    EXPECT_EQ(must(node_.ingest->list_refused(id, 0, 10)).size(), 1U);
    EXPECT_EQ(versions("people"), rows);
    double counted = 0;
    for (const auto& [place, value] : figures("people")) counted += value;
    EXPECT_EQ(counted, rows);
  }
};

TEST_F(FullDisk, CostsALoadTimeAndNothingElse) {
  const std::string csv = people(0, rows) + "坏行," + citizen_id(9) + "x,,,,\n";
  int stopped = 0, half_way = 0;
  for (const bool starts_again : {false, true}) {
    for (std::uint64_t room = 0; room <= 2'000'000; room += 200'000) {
      SCOPED_TRACE(std::to_string(room) + " bytes left" + (starts_again ? ", then started again" : ""));
      begin_anew();
      const BatchId batch = submit("people", csv).batch.id;
      backend_->leave(room);
      const auto full = node_.ingest->load(batch);
      if (full.ok()) {
        expect_all_once(batch);
        break;
      }
      ++stopped;
      EXPECT_EQ(full.error().code, ErrorCode::exhausted) << full.error().to_log();
      const Batch so_far = must(node_.ingest->find_batch(batch)).batch;
      EXPECT_NE(so_far.state, BatchState::failed);
      EXPECT_EQ(versions("people"), so_far.counts.accepted) << "what is accepted stands";
      half_way += so_far.counts.accepted > 0 ? 1 : 0;
      backend_->make_room();
      if (starts_again) restart();
      EXPECT_EQ(must(node_.ingest->find_batch(batch)).batch.counts.rows_read, so_far.counts.rows_read);
      must(node_.ingest->load(batch));
      expect_all_once(batch);
    }
  }
  EXPECT_GE(stopped, 4);
  EXPECT_GE(half_way, 2);
}

}  // namespace
}  // namespace jingwei::ingest
