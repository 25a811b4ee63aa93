// Goal: a backup is everything at one moment and nothing of the keys; what is restored from it is proved
// equal on either storage; and whatever is damaged, cut short or in the way is refused and named.
#include <thread>

#include "modules/operations/messages.gen.h"
#include "modules/operations/operations_service.h"
#include "storage/faulty/faulty_file_system.h"
#include "tests/support/ingest_world.h"
#include "tests/support/short_disk.h"

namespace jingwei::operations {
namespace {

using jingwei::testing::EmbeddedBackend;
using jingwei::testing::must;
using jingwei::testing::PostgresBackend;
using jingwei::testing::ShortDisk;

template <typename Backend>
class BackupWorld : public jingwei::testing::IngestWorld<Backend> {
 protected:
  void SetUp() override {
    jingwei::testing::IngestWorld<Backend>::SetUp();
    if (this->IsSkipped()) return;
    register_messages();
    std::filesystem::create_directories(data() + "/keys");
    this->write(data() + "/keys/master.key", secret_);
    this->write(data() + "/keys/keystore", secret_);
    this->load("people", jingwei::testing::people(1, 40));
    this->load("people", jingwei::testing::people(20, 40) + jingwei::testing::person(3, "流动"));
    this->submit("people", jingwei::testing::people(300, 5));  // waits; its file comes along
  }

  std::string data() const { return this->backend_->folder(); }
  std::string backup() const { return this->folder_.path() + "/backup"; }
  HubPlace place(FileSystem& files = real_file_system()) const {
    return {files,  this->clock_,       data(), this->backend_->settings_store(),
            "测试", "name: \"测试\"\n", "0.1.0"};
  }

  template <typename Target>
  Result<RestoreReport> restore(const Target& target, const std::string& folder) {
    const auto steps = this->migrations();
    const RestorePlan plan{real_file_system(),
                           backup(),
                           folder,
                           target.settings_store(),
                           steps,
                           [](const std::string& text) -> Result<std::string> { return text; }};
    return restore_backup(plan);
  }

  template <typename Target>
  void expect_return(const Manifest& manifest) {
    if (const std::string reason = Target::missing(); !reason.empty()) GTEST_SKIP() << reason;
    Target target;
    const auto report = must(restore(target, target.folder()));
    EXPECT_TRUE(report.proved());
    ASSERT_EQ(report.tables.size(), manifest.tables.size());
    for (std::size_t at = 0; at < report.tables.size(); ++at) {
      EXPECT_EQ(report.tables[at].restored_rows, manifest.tables[at].rows) << report.tables[at].table;
      EXPECT_EQ(report.tables[at].restored_digest, manifest.tables[at].digest) << report.tables[at].table;
    }
    EXPECT_EQ(must(real_file_system().list(target.folder() + "/uploads")).size(), manifest.files.size());
    // The feed goes on: what is written now comes after all that came before, and is read.
    auto store = must(target.open(this->clock_));
    std::size_t before = 0;
    storage::FeedPosition last;
    for (int empty = 0; empty < 3;) {
      const auto page = must(store->read_feed(last, 1'000));
      if (page.empty()) {
        store->wait_for_feed(last, std::chrono::milliseconds{20});
        ++empty;
        continue;
      }
      before += page.size();
      last = page.back().position;
    }
    EXPECT_GT(before, 0u);
    storage::Change change;
    change.events.push_back({"after.restore", "{}"});
    must(store->commit(std::move(change)));
    std::vector<storage::FeedEntry> fresh;
    for (int tries = 0; fresh.empty() && tries < 500; ++tries) {
      fresh = must(store->read_feed(last, 10));
      if (fresh.empty()) store->wait_for_feed(last, std::chrono::milliseconds{20});
    }
    ASSERT_EQ(fresh.size(), 1u);
    EXPECT_EQ(fresh.front().kind, "after.restore");
    EXPECT_GT(fresh.front().position, last);
    // A place that holds something already is not touched.
    store.reset();
    const auto again = restore(target, target.folder());
    ASSERT_FALSE(again.ok());
    EXPECT_EQ(again.error().message, "storage.not_empty");
  }

  std::vector<std::string> files() const { return must(real_file_system().list(backup())); }

  const std::string secret_ = "5ec2e7-5ec2e7-never-in-a-backup";
};

TYPED_TEST_SUITE(BackupWorld, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(BackupWorld, ReturnsToSqliteProvedEqual) {
  const Manifest manifest = must(take_backup(this->place(), this->backup()));
  must(verify_backup(real_file_system(), this->backup()));
  this->template expect_return<EmbeddedBackend>(manifest);
}

TYPED_TEST(BackupWorld, ReturnsToPostgresqlProvedEqual) {
  this->template expect_return<PostgresBackend>(must(take_backup(this->place(), this->backup())));
}

TYPED_TEST(BackupWorld, CountsEveryTableAndHoldsTheFileThatWaits) {
  const Manifest manifest = must(take_backup(this->place(), this->backup()));
  std::map<std::string, std::int64_t> rows;
  for (const auto& table : manifest.tables) rows[table.table.name] = table.rows;
  EXPECT_EQ(rows["batch"], 3);
  EXPECT_GT(rows["feed"], 0);
  EXPECT_EQ(manifest.files.size(), 1u);
  EXPECT_TRUE(manifest.missing.empty());
  EXPECT_TRUE(manifest.settled);
  EXPECT_GT(manifest.position, storage::FeedPosition());
}

TYPED_TEST(BackupWorld, HoldsNothingOfTheKeys) {
  must(take_backup(this->place(), this->backup()));
  for (const auto& name : this->files()) {
    EXPECT_EQ(name.find("key"), std::string::npos) << name;
    const auto text = must(read_text(real_file_system(), this->backup() + "/" + name, 64 << 20));
    EXPECT_EQ(text.find(this->secret_), std::string::npos) << name;
  }
}

TYPED_TEST(BackupWorld, AnyFileDamagedCutShortOrMissingIsNamed) {
  must(take_backup(this->place(), this->backup()));
  for (const auto& name : this->files()) {
    const std::string path = this->backup() + "/" + name;
    const auto sound = must(read_text(real_file_system(), path, 64 << 20));
    if (sound.empty()) continue;
    std::string flipped = sound;
    flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
    for (const std::string& bad : {flipped, sound.substr(0, sound.size() / 2), std::string()}) {
      this->write(path, bad);
      const auto checked = verify_backup(real_file_system(), this->backup());
      ASSERT_FALSE(checked.ok()) << name;
      EXPECT_EQ(checked.error().code, ErrorCode::corrupt) << name << ' ' << checked.error().to_log();
      EmbeddedBackend target;
      const auto restored = this->restore(target, target.folder());
      EXPECT_FALSE(restored.ok()) << name << " was restored all the same";
      EXPECT_FALSE(std::filesystem::exists(target.folder())) << name;
      EXPECT_FALSE(std::filesystem::exists(target.folder() + ".part")) << name;
    }
    this->write(path, sound);
  }
  must(verify_backup(real_file_system(), this->backup()));
}

TYPED_TEST(BackupWorld, StoppedOrWithoutRoomItLeavesNothing) {
  int reports = 0;
  const auto stopped =
      take_backup(this->place(), this->backup(), [&](const Progress&) { return ++reports < 5; });
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
  EXPECT_FALSE(std::filesystem::exists(this->backup()));
  EXPECT_FALSE(std::filesystem::exists(this->backup() + ".part"));
  for (const std::uint64_t room : {0, 100, 2'000}) {
    ShortDisk disk(room);
    const auto full = take_backup(this->place(disk), this->backup());
    ASSERT_FALSE(full.ok()) << room;
    EXPECT_EQ(full.error().code, ErrorCode::exhausted) << full.error().to_log();
    EXPECT_FALSE(std::filesystem::exists(this->backup()));
  }
  // What a killed one left is written over, and never has the name of a whole one.
  std::filesystem::create_directories(this->backup() + ".part");
  this->write(this->backup() + ".part/table.feed.rows", "half");
  must(take_backup(this->place(), this->backup()));
  const auto taken = take_backup(this->place(), this->backup());
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().message, "operations.place_taken");
}

// While a file is being loaded, whose upload and pieces are read and thrown away meanwhile: each backup is
// sound, and what it holds is what one moment held.
TYPED_TEST(BackupWorld, TakenBesideALoadItIsOneMoment) {
  const BatchId batch = this->submit("people", jingwei::testing::people(1'000, 6'000)).batch.id;
  std::atomic<bool> loaded = false;
  std::thread loading([&] {
    must(this->node_.ingest->load(batch));
    loaded = true;
  });
  int taken = 0;
  do {
    std::filesystem::remove_all(this->backup());
    const Manifest manifest = must(take_backup(this->place(), this->backup()));
    must(verify_backup(real_file_system(), this->backup()));
    ++taken;
    EmbeddedBackend target;
    EXPECT_TRUE(must(this->restore(target, target.folder())).proved());
  } while (!loaded);
  loading.join();
  EXPECT_GT(taken, 0);
  EXPECT_EQ(must(this->node_.ingest->find_batch(batch)).batch.counts.accepted, 6'000);
}

TYPED_TEST(BackupWorld, TheDoctorLooksAtEverythingAndFindsWhatIsWrong) {
  std::filesystem::permissions(this->data(), std::filesystem::perms::owner_all);
  const auto steps = this->migrations();
  const auto examine_now = [&](std::function<Result<std::size_t>()> keys) {
    return examine({real_file_system(), this->clock_, this->data(), this->backend_->settings_store(),
                    "Asia/Shanghai", this->data() + "/keys", "0.1.0", steps, false, std::move(keys)});
  };
  const auto has = [](const std::vector<Finding>& findings, std::string_view id) {
    return std::any_of(findings.begin(), findings.end(), [&](const auto& one) { return one.id == id; });
  };
  auto findings = examine_now([]() -> Result<std::size_t> { return std::size_t{2}; });
  for (const char* id : {"doctor.version", "doctor.store", "doctor.feed", "doctor.keys", "doctor.no_backup"})
    EXPECT_TRUE(has(findings, id)) << id << findings_json(findings, this->clock_.now(), Language::en);
  EXPECT_TRUE(has(findings, "doctor.open_to_others")) << "the keys folder is open to others";
  for (const auto& finding : findings) {
    for (const auto language : {Language::zh, Language::en})
      EXPECT_NE(render(finding.id, finding.arguments, language), finding.id);
    EXPECT_EQ(finding.state == FindingState::fine, finding.advice.empty()) << finding.id;
  }
  findings = examine_now([]() -> Result<std::size_t> {
    return Error(ErrorCode::not_found, "doctor.keys_missing").with("path", "master.key");
  });
  EXPECT_TRUE(has(findings, "doctor.keys_missing"));
  EXPECT_FALSE(is_healthy(findings));
  // A clock set back behind the newest event is told; the last backup's age is too.
  const auto place = this->place();
  must(note_backup(place, this->backup(), must(take_backup(place, this->backup()))));
  this->clock_.jump_to(this->clock_.now() - std::chrono::hours{1});
  findings = examine_now({});
  EXPECT_TRUE(has(findings, "doctor.clock_went_back"));
  this->clock_.jump_to(this->clock_.now() + std::chrono::hours{24 * 9});
  EXPECT_TRUE(has(examine_now({}), "doctor.backup_old"));
}

TYPED_TEST(BackupWorld, TheDoctorFindsAFullDiskOtherVersionsAndAConsumerThatIsBehind) {
  auto steps = this->migrations();
  storage::FaultyFileSystem disk(5);
  must(disk.make_folders(this->data()));
  disk.set_capacity(1 << 20);
  const auto examine_on = [&](FileSystem& files) {
    return examine({files,
                    this->clock_,
                    this->data(),
                    this->backend_->settings_store(),
                    "Asia/Shanghai",
                    "",
                    "0.1.0",
                    steps,
                    true,
                    {}});
  };
  const auto find = [](const std::vector<Finding>& findings, std::string_view id) {
    const auto found =
        std::find_if(findings.begin(), findings.end(), [&](const auto& one) { return one.id == id; });
    return found == findings.end() ? std::optional<Finding>() : *found;
  };
  auto findings = examine_on(disk);
  for (const char* id : {"doctor.disk_low", "doctor.cannot_write"}) {
    const auto told = find(findings, id);
    ASSERT_TRUE(told) << id;
    EXPECT_EQ(told->state, FindingState::wrong);
    EXPECT_NE(render(told->advice, told->arguments, Language::zh), told->advice);
  }
  EXPECT_FALSE(is_healthy(findings));
  EXPECT_FALSE(find(examine_on(real_file_system()), "doctor.cannot_write"));
  // A program that knows a step more, and one that knows a step less.
  const storage::Migration last = steps.back();
  steps.push_back({last.module, last.number + 1, "next", "SELECT 1", "SELECT 1"});
  EXPECT_TRUE(find(examine_on(real_file_system()), "doctor.steps_waiting"));
  steps.resize(steps.size() - 2);
  findings = examine_on(real_file_system());
  ASSERT_TRUE(find(findings, "storage.newer"));
  EXPECT_EQ(find(findings, "storage.newer")->state, FindingState::wrong);
  steps.push_back(last);
  // Somebody reads the feed no more: noticed after seconds, wrong after minutes.
  static const storage::Statement stand_still{
      "stand_still", "INSERT INTO consumer_cursor (name, xact, sequence) VALUES ('metrics', 0, 0)",
      "INSERT INTO consumer_cursor (name, xact, sequence) VALUES ('metrics', 0, 0)"};
  storage::Change change;
  change.writes.push_back({&stand_still, {}, 1});
  must(this->node_.store->commit(std::move(change)));
  EXPECT_FALSE(find(examine_on(real_file_system()), "doctor.consumer_behind"));
  for (const auto& [later, state] : {std::pair(std::chrono::seconds{30}, FindingState::notice),
                                     std::pair(std::chrono::seconds{1'200}, FindingState::wrong)}) {
    this->clock_.jump_to(this->clock_.now() + later);
    const auto behind = find(examine_on(real_file_system()), "doctor.consumer_behind");
    ASSERT_TRUE(behind);
    EXPECT_EQ(behind->state, state);
    for (const auto language : {Language::zh, Language::en})
      EXPECT_NE(render(behind->advice, behind->arguments, language), behind->advice);
  }
}

}  // namespace
}  // namespace jingwei::operations
