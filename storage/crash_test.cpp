// Goal: after kill -9 at a random moment everything acknowledged is there exactly once, and the feed tells of
// all of it.
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"
#include "storage/crash_tables.h"
#include "storage/postgres/test_server.h"
#include "storage/temporary_folder.h"
#include "tests/support/seed.h"

#include <gtest/gtest.h>

#include <set>

namespace jingwei::storage {

namespace {

// The writer as a child process with its acknowledgements on a pipe.
class Writer {
 public:
  Writer(const std::string& kind, const std::string& where, std::int64_t first) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const std::string begin = std::to_string(first);
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      ::execl(JINGWEI_CRASH_WRITER, JINGWEI_CRASH_WRITER, kind.c_str(), where.c_str(), begin.c_str(),
              nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    pipe_ = ends[0];
  }

  // Reads acknowledgements until there are `count` more, or the writer is gone.
  void await(std::size_t count) {
    const std::size_t wanted = acknowledged_.size() + count;
    while (acknowledged_.size() < wanted && read_some()) {
    }
  }

  std::set<std::int64_t> kill() {
    ::kill(child_, SIGKILL);
    while (read_some()) {
    }
    ::close(pipe_);
    ::waitpid(child_, nullptr, 0);
    return acknowledged_;
  }

 private:
  bool read_some() {
    char bytes[4'096];
    const ssize_t length = ::read(pipe_, bytes, sizeof bytes);
    if (length <= 0) return false;
    text_.append(bytes, static_cast<std::size_t>(length));
    for (std::size_t end; (end = text_.find('\n')) != std::string::npos; text_.erase(0, end + 1)) {
      EXPECT_TRUE(acknowledged_.insert(std::stoll(text_.substr(0, end))).second);
    }
    return true;
  }

  pid_t child_ = 0;
  int pipe_ = -1;
  std::string text_;
  std::set<std::int64_t> acknowledged_;
};

void expect_all(Store& store, const std::set<std::int64_t>& acknowledged, bool contiguous) {
  std::set<std::int64_t> kept;
  {
    auto reader = store.read();
    ASSERT_TRUE(reader.ok()) << reader.error().to_log();
    ASSERT_TRUE(
        (*reader)
            ->query(crash::all, {}, [&](const Row& row) { return kept.insert(row.integer(0)).second; })
            .ok());
  }
  EXPECT_TRUE(std::includes(kept.begin(), kept.end(), acknowledged.begin(), acknowledged.end()));
  std::set<std::int64_t> told;
  FeedPosition after;
  for (int i = 0; i < 5'000 && told.size() < kept.size(); ++i) {
    const auto entries = store.read_feed(after, 4'096);
    ASSERT_TRUE(entries.ok()) << entries.error().to_log();
    for (const auto& entry : *entries) {
      EXPECT_TRUE(told.insert(std::stoll(entry.body)).second);
      EXPECT_TRUE(!contiguous || after.transaction == 0 ||
                  entry.position.transaction <= after.transaction + 1);
      after = entry.position;
    }
    if (entries->empty()) store.wait_for_feed(after, std::chrono::milliseconds{10});
  }
  EXPECT_EQ(told, kept);
}

TEST(Crash, TheEmbeddedStoreSurvivesKillAtRandomMoments) {
  TemporaryFolder folder;
  SeededRandom random(jingwei::testing::seed_with(20'200'121));
  std::set<std::int64_t> acknowledged;
  for (int round = 0; round < 12; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Writer writer("embedded", folder.path(), round * 1'000'000);
    writer.await(1 + random.below(400));
    acknowledged.merge(writer.kill());
    auto store = open_embedded({.folder = folder.path()});
    ASSERT_TRUE(store.ok()) << store.error().to_log();
    ASSERT_TRUE((*store)->migrate({&crash::table, 1}).ok());
    expect_all(**store, acknowledged, true);
  }
  EXPECT_GE(acknowledged.size(), 12U);
}

TEST(Crash, APostgresClientSurvivesKillAtRandomMoments) {
  if (const std::string reason = TestServer::missing(); !reason.empty()) GTEST_SKIP() << reason;
  const std::string uri = TestServer::instance().fresh_uri();
  SeededRandom random(jingwei::testing::seed_with(20'200'122));
  std::set<std::int64_t> acknowledged;
  for (int round = 0; round < 8; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Writer writer("postgres", uri, round * 1'000'000);
    writer.await(1 + random.below(400));
    acknowledged.merge(writer.kill());
    auto store = open_postgres({.uri = uri});
    ASSERT_TRUE(store.ok()) << store.error().to_log();
    ASSERT_TRUE((*store)->migrate({&crash::table, 1}).ok());
    expect_all(**store, acknowledged, false);
  }
  EXPECT_GE(acknowledged.size(), 8U);
}

// The writer lives on, reconnects and goes on; what it was told before and after the crash stands.
TEST(Crash, APostgresServerKilledUnderItsWriterLosesNothing) {
  if (const std::string reason = TestServer::missing(); !reason.empty()) GTEST_SKIP() << reason;
  if (!TestServer::instance().is_private()) GTEST_SKIP() << "the given server is not ours to kill";
  const std::string uri = TestServer::instance().fresh_uri();
  SeededRandom random(jingwei::testing::seed_with(20'200'123));
  Writer writer("postgres", uri, 1);
  for (int round = 0; round < 3; ++round) {
    writer.await(1 + random.below(400));
    TestServer::instance().kill_hard();
    TestServer::instance().start_again();
    writer.await(20);
  }
  const auto acknowledged = writer.kill();
  EXPECT_GE(acknowledged.size(), 63U);
  auto store = open_postgres({.uri = uri}).value();
  ASSERT_TRUE(store->migrate({&crash::table, 1}).ok());
  expect_all(*store, acknowledged, false);
}

}  // namespace

}  // namespace jingwei::storage
