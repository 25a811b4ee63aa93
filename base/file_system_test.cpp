// Goal: files are read, written and replaced as the contract says, and every failure has its code and its
// path.
#include "base/file_system.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace jingwei {
namespace {

struct FileSystemTest : ::testing::Test {
  FileSystemTest()
      : folder((std::filesystem::temp_directory_path() / ("jingwei_files_" + std::to_string(::getpid())))
                   .string()) {
    std::filesystem::remove_all(folder);
    EXPECT_TRUE(files.make_folders(folder).ok());
  }
  ~FileSystemTest() override { std::filesystem::remove_all(folder); }

  std::string path(const std::string& name) const { return folder + "/" + name; }
  static std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

  FileSystem& files = real_file_system();
  std::string folder;
};

TEST_F(FileSystemTest, reads_back_what_was_written_at_an_offset) {
  auto file = files.open(path("a"), OpenMode::create).value();
  ASSERT_TRUE(file->write(0, bytes("hello world")).ok());
  ASSERT_TRUE(file->write(6, bytes("there")).ok());
  ASSERT_TRUE(file->sync().ok());
  EXPECT_EQ(file->size().value(), 11u);
  std::string text(5, '\0');
  EXPECT_EQ(file->read(6, std::as_writable_bytes(std::span(text))).value(), 5u);
  EXPECT_EQ(text, "there");
  EXPECT_EQ(file->read(9, std::as_writable_bytes(std::span(text))).value(), 2u);
  EXPECT_EQ(file->read(11, std::as_writable_bytes(std::span(text))).value(), 0u);
}

TEST_F(FileSystemTest, truncating_cuts_and_writing_behind_the_end_fills_with_zeros) {
  auto file = files.open(path("a"), OpenMode::update).value();
  ASSERT_TRUE(file->write(0, bytes("abcdef")).ok());
  ASSERT_TRUE(file->truncate(2).ok());
  ASSERT_TRUE(file->write(4, bytes("z")).ok());
  using namespace std::string_literals;
  EXPECT_EQ(read_text(files, path("a"), 100).value(), "ab\0\0z"s);
}

TEST_F(FileSystemTest, open_modes_say_what_must_exist) {
  EXPECT_EQ(files.open(path("none"), OpenMode::read).error().code, ErrorCode::not_found);
  ASSERT_TRUE(files.open(path("a"), OpenMode::create).ok());
  const auto again = files.open(path("a"), OpenMode::create);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
  EXPECT_EQ(again.error().message, "file.exists");
  EXPECT_EQ(again.error().arguments, (decltype(Error::arguments){{"path", path("a")}}));
  EXPECT_TRUE(files.open(path("a"), OpenMode::update).ok());
  EXPECT_EQ(files.open(path("a/below"), OpenMode::read).error().code, ErrorCode::unavailable);
}

TEST_F(FileSystemTest, names_appear_move_and_go) {
  ASSERT_TRUE(write_text_durably(files, path("b"), "b").ok());
  ASSERT_TRUE(write_text_durably(files, path("a"), "a").ok());
  EXPECT_EQ(files.list(folder).value(), (std::vector<std::string>{"a", "b"}));
  ASSERT_TRUE(files.rename(path("a"), path("b")).ok());
  EXPECT_EQ(read_text(files, path("b"), 10).value(), "a");
  EXPECT_FALSE(files.exists(path("a")).value());
  EXPECT_FALSE(files.exists(path("b/c")).value());
  EXPECT_TRUE(files.exists(folder).value());
  ASSERT_TRUE(files.remove(path("b")).ok());
  EXPECT_EQ(files.remove(path("b")).error().code, ErrorCode::not_found);
  EXPECT_EQ(files.rename(path("b"), path("c")).error().code, ErrorCode::not_found);
  EXPECT_EQ(files.list(path("none")).error().code, ErrorCode::not_found);
  EXPECT_EQ(files.sync_folder(path("none")).error().code, ErrorCode::not_found);
  EXPECT_TRUE(files.sync_folder(folder).ok());
  EXPECT_TRUE(files.make_folders(path("x/y/z")).ok());
  EXPECT_TRUE(files.make_folders(path("x/y/z")).ok());
  EXPECT_GT(files.free_bytes(folder).value(), 0u);
}

TEST_F(FileSystemTest, a_private_folder_is_for_its_owner_alone) {
  namespace fs = std::filesystem;
  for (const char* name : {"p/private", "p/slash/"}) {
    ASSERT_TRUE(files.make_private_folder(path(name)).ok()) << name;
    EXPECT_EQ(fs::status(path(name)).permissions(), fs::perms::owner_all) << name;
  }
  fs::permissions(path("p/private"), fs::perms::owner_all | fs::perms::group_read);
  ASSERT_TRUE(files.make_private_folder(path("p/private")).ok());
  EXPECT_EQ(fs::status(path("p/private")).permissions(), fs::perms::owner_all | fs::perms::group_read);
}

TEST_F(FileSystemTest, reading_text_keeps_to_its_limit) {
  ASSERT_TRUE(write_text_durably(files, path("a"), "12345").ok());
  EXPECT_EQ(read_text(files, path("a"), 5).value(), "12345");
  const auto over = read_text(files, path("a"), 4);
  ASSERT_FALSE(over.ok());
  EXPECT_EQ(over.error().code, ErrorCode::too_large);
  EXPECT_EQ(over.error().message, "file.too_large");
  EXPECT_EQ(read_text(files, path("none"), 5).error().code, ErrorCode::not_found);
}

TEST_F(FileSystemTest, replacing_a_file_leaves_nothing_beside_it) {
  ASSERT_TRUE(write_text_durably(files, path("a"), "a long first text").ok());
  // What a crash in the middle of an earlier replacement left behind.
  {
    auto left = files.open(path("a.new"), OpenMode::update).value();
    ASSERT_TRUE(left->write(0, bytes("half of something much longer than the next")).ok());
  }
  ASSERT_TRUE(write_text_durably(files, path("a"), "next").ok());
  EXPECT_EQ(read_text(files, path("a"), 100).value(), "next");
  EXPECT_EQ(files.list(folder).value(), std::vector<std::string>{"a"});
  EXPECT_EQ(write_text_durably(files, path("none/a"), "x").error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace jingwei
