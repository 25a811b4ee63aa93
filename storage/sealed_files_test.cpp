// Goal: what waits on disk tells nothing without its key, is read anywhere, and loses no synced byte to a
// crash.
#include "storage/sealed_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/random.h"
#include "storage/faulty/faulty_file_system.h"
#include "storage/keyed_sealer.h"
#include "storage/temporary_folder.h"

namespace jingwei::storage {
namespace {

class SealedFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = crypto::Keystore::open(real_file_system(), folder_.path() + "/keys", clock_,
                                         crypto::Secret::random(), crypto::Suite::standard);
    ASSERT_TRUE(opened.ok()) << opened.error().to_log();
    keystore_ = std::move(*opened);
    sealer_ = keyed_sealer(*keystore_, clock_, [](std::string_view) { return std::string(); });
    files_ = sealing_files(real_file_system(), *sealer_, {folder_.path() + "/in"});
    std::filesystem::create_directories(folder_.path() + "/in");
  }

  std::string path(const std::string& name = "a") const { return folder_.path() + "/in/" + name; }
  std::unique_ptr<File> open(OpenMode mode, const std::string& name = "a") {
    auto file = files_->open(path(name), mode);
    EXPECT_TRUE(file.ok()) << file.error().to_log();
    return std::move(*file);
  }
  static Result<void> write(File& file, std::uint64_t at, std::string_view text) {
    return file.write(at, std::as_bytes(std::span(text)));
  }
  Result<std::string> text(const std::string& name = "a") { return read_text(*files_, path(name), 64 << 20); }
  std::string on_disk(const std::string& name = "a") const {
    std::ifstream in(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put_on_disk(const std::string& bytes, const std::string& name = "a") const {
    std::ofstream(path(name), std::ios::binary) << bytes;
  }

  TemporaryFolder folder_;
  ManualClock clock_;
  std::unique_ptr<crypto::Keystore> keystore_;
  std::unique_ptr<Sealer> sealer_;
  std::unique_ptr<FileSystem> files_;
};

std::string sample(std::size_t bytes) {
  std::string text;
  for (std::size_t at = 0; text.size() < bytes; ++at) text += std::to_string(at) + ',';
  text.resize(bytes);
  return text;
}

TEST_F(SealedFiles, HoldWhatWasWrittenAndShowNothingOfIt) {
  const std::string whole = sample(300'000);
  {
    const auto file = open(OpenMode::create);
    ASSERT_TRUE(write(*file, 0, std::string_view(whole).substr(0, 100)).ok());
    ASSERT_TRUE(write(*file, 100, std::string_view(whole).substr(100)).ok());
    ASSERT_TRUE(file->sync().ok());
    EXPECT_EQ(*file->size(), whole.size());
  }
  EXPECT_EQ(*text(), whole);
  EXPECT_EQ(on_disk().find("123,124"), std::string::npos);
  const auto file = open(OpenMode::read);
  for (std::size_t at = 0; at < whole.size(); at += 7'919) {
    std::string part(10'000, '\0');
    const std::size_t got = *file->read(at, std::as_writable_bytes(std::span(part)));
    EXPECT_EQ(part.substr(0, got), whole.substr(at, 10'000));
  }
  std::string none(10, '\0');
  EXPECT_EQ(*file->read(whole.size(), std::as_writable_bytes(std::span(none))), 0U);
}

TEST_F(SealedFiles, GoOnWhereTheyEndedAndAreCutWhereAWriteBegan) {
  ASSERT_TRUE(write(*open(OpenMode::create), 0, "one").ok());
  ASSERT_TRUE(write(*open(OpenMode::update), 3, "two").ok());
  ASSERT_TRUE(write(*open(OpenMode::update), 6, "three").ok());
  EXPECT_EQ(*text(), "onetwothree");
  ASSERT_TRUE(write(*open(OpenMode::update), 3, "2").ok()) << "what stood behind is dropped";
  EXPECT_EQ(*text(), "one2");
  EXPECT_EQ(write(*open(OpenMode::update), 1, "x").error().code, ErrorCode::unsupported);
  EXPECT_EQ(write(*open(OpenMode::update), 9, "x").error().code, ErrorCode::unsupported);
  ASSERT_TRUE(open(OpenMode::update)->truncate(3).ok());
  EXPECT_EQ(*text(), "one");
  ASSERT_TRUE(files_->rename(path(), path("b")).ok());
  EXPECT_EQ(*text("b"), "one") << "under another name too";
}

TEST_F(SealedFiles, ATornTailDoesNotCountWhereverItIsTorn) {
  ASSERT_TRUE(write(*open(OpenMode::create), 0, "first").ok());
  const std::string before = on_disk();
  ASSERT_TRUE(write(*open(OpenMode::update), 5, "second").ok());
  const std::string after = on_disk();
  for (std::size_t bytes = 0; bytes < after.size(); ++bytes) {
    put_on_disk(after.substr(0, bytes));
    const std::string whole = bytes < before.size() ? "" : "first";
    EXPECT_EQ(*text(), whole) << bytes;
    ASSERT_TRUE(write(*open(OpenMode::update), whole.size(), "!").ok()) << bytes;
    EXPECT_EQ(*text(), whole + "!") << bytes;
  }
  // Of the right length, but its bytes never arrived.
  put_on_disk(before + after.substr(before.size(), 8) + std::string(after.size() - before.size() - 8, '\0'));
  EXPECT_EQ(*open(OpenMode::update)->size(), 5U);
  EXPECT_EQ(*text(), "first");
}

TEST_F(SealedFiles, AChangedOrMovedByteIsFound) {
  ASSERT_TRUE(write(*open(OpenMode::create), 0, "aaaa").ok());
  ASSERT_TRUE(write(*open(OpenMode::update), 4, "bbbb").ok());
  ASSERT_TRUE(write(*open(OpenMode::create, "other"), 0, "cccc").ok());
  const std::string bytes = on_disk();
  std::string changed = bytes;
  changed[40] ^= 1;
  put_on_disk(changed);
  EXPECT_EQ(text().error().code, ErrorCode::corrupt);
  const std::size_t head = 24, frame = (bytes.size() - head) / 2;
  put_on_disk(bytes.substr(0, head) + bytes.substr(head + frame) + bytes.substr(head, frame));
  EXPECT_EQ(text().error().code, ErrorCode::corrupt) << "frames in another order";
  put_on_disk(bytes.substr(0, head) + on_disk("other").substr(head));
  EXPECT_EQ(text().error().code, ErrorCode::corrupt) << "a frame of another file";
}

TEST_F(SealedFiles, WhatStoodThereBeforeAndWhatStandsElsewhereIsAsItIs) {
  put_on_disk("old,upload\n");
  EXPECT_EQ(*text(), "old,upload\n");
  ASSERT_TRUE(write(*open(OpenMode::update), 11, "more").ok());
  EXPECT_EQ(on_disk(), "old,upload\nmore");
  const auto outside = files_->open(folder_.path() + "/in-not", OpenMode::create);
  ASSERT_TRUE(outside.ok());
  ASSERT_TRUE(write(**outside, 0, "plain").ok());
  EXPECT_EQ(*read_text(real_file_system(), folder_.path() + "/in-not", 100), "plain");
}

TEST_F(SealedFiles, KeepEverySyncedByteThroughAPowerCut) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    FaultyFileSystem disk(seed);
    SeededRandom random(seed);
    const auto files = sealing_files(disk, *sealer_, {"/in"});
    ASSERT_TRUE(files->make_folders("/in").ok());
    auto file = std::move(*files->open("/in/a", OpenMode::create));
    ASSERT_TRUE(files->sync_folder("/in").ok());
    std::string whole;
    std::size_t synced = 0;
    for (int turn = 0; turn < 12; ++turn) {
      const std::string part = sample(1 + random.below(3'000));
      ASSERT_TRUE(write(*file, whole.size(), part).ok());
      whole += part;
      if (random.below(3) != 0) continue;
      ASSERT_TRUE(file->sync().ok());
      synced = whole.size();
    }
    disk.power_cut();
    file = std::move(*files->open("/in/a", OpenMode::update));
    const auto kept = read_text(*files, "/in/a", 1 << 20);
    ASSERT_TRUE(kept.ok()) << "seed " << seed;
    EXPECT_GE(kept->size(), synced) << "seed " << seed;
    EXPECT_TRUE(whole.starts_with(*kept)) << "seed " << seed;
    ASSERT_TRUE(write(*file, kept->size(), "and on").ok());
    EXPECT_EQ(*read_text(*files, "/in/a", 1 << 20), *kept + "and on") << "seed " << seed;
  }
}

TEST_F(SealedFiles, StandUnderTheKeysOfTheTableThatTheirPathToldWhenTheyBegan) {
  const auto files =
      sealing_files(real_file_system(), *sealer_, {folder_.path() + "/in"}, [](const std::string& path) {
        return path.ends_with(".people") ? std::string("sealed_file.people") : std::string();
      });
  for (const std::string name : {"one.people", "two"}) {
    const auto file = std::move(*files->open(path(name), OpenMode::create));
    ASSERT_TRUE(write(*file, 0, "words of " + name).ok());
  }
  std::filesystem::rename(path("one.people"), path("renamed"));
  {
    const auto file = std::move(*files->open(path("renamed"), OpenMode::update));
    ASSERT_TRUE(write(*file, 19, " and on").ok());
  }
  EXPECT_EQ(*text("renamed"), "words of one.people and on") << "also by who knows of no tables";
  EXPECT_EQ(on_disk("renamed").substr(0, 8), "JWSF0002");
  EXPECT_EQ(on_disk("two").substr(0, 8), "JWSF0001");
  // A head that a crash tore anywhere is a file that holds nothing.
  const std::string whole = on_disk("renamed");
  for (std::size_t cut = 0; cut < 8 + 16 + 1 + 18; ++cut) {
    put_on_disk(whole.substr(0, cut), "torn");
    const auto torn = files_->open(path("torn"), OpenMode::read);
    ASSERT_TRUE(torn.ok());
    EXPECT_EQ(*(*torn)->size(), 0U) << cut;
  }
  std::vector<crypto::KeyId> ids;
  for (const auto& key : keystore_->list()) {
    if (key.scope.starts_with("sealed_file.people|")) ids.push_back(key.id);
  }
  ASSERT_EQ(ids.size(), 1U);
  ASSERT_TRUE(keystore_->destroy(ids, "tester").ok());
  EXPECT_EQ(text("renamed").error().code, ErrorCode::gone);
  EXPECT_EQ(*text("two"), "words of two");
}

TEST_F(SealedFiles, DieWithTheirKey) {
  ASSERT_TRUE(write(*open(OpenMode::create), 0, "words").ok());
  std::vector<crypto::KeyId> ids;
  for (const auto& key : keystore_->list()) ids.push_back(key.id);
  ASSERT_TRUE(keystore_->destroy(ids, "tester").ok());
  EXPECT_EQ(text().error().code, ErrorCode::gone);
}

}  // namespace
}  // namespace jingwei::storage
