// A folder of keys of a test's own.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "crypto/master_key.h"

namespace jingwei::crypto {

class KeysFolder : public ::testing::Test {
 protected:
  KeysFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "jingwei-keys-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    place_.folder = folder_ + "/keys";
  }
  ~KeysFolder() override { std::filesystem::remove_all(folder_); }

  Result<std::unique_ptr<Keystore>> try_open() { return open_keystore(real_file_system(), place_, clock_); }
  std::unique_ptr<Keystore> open() {
    auto store = try_open();
    EXPECT_TRUE(store.ok()) << store.error().to_log();
    return std::move(store).value();
  }
  static std::shared_ptr<const Key> data_key(Keystore& store, const std::string& month = "2026-11") {
    auto key = store.current(KeyKind::data, "people|care", month);
    EXPECT_TRUE(key.ok()) << key.error().to_log();
    return std::move(key).value();
  }
  // Seals with the key of a new keystore, so that opening it later proves that the key is the same.
  std::string sealed_by(KeyId& id) {
    const auto store = open();
    const auto key = data_key(*store);
    id = key->info.id;
    std::string sealed;
    key->aead->seal(nonce_, "a", "plain", sealed);
    return sealed;
  }
  void expect_opens(KeyId id, const std::string& sealed) {
    const auto store = open();
    const auto key = store->find(id);
    ASSERT_TRUE(key.ok()) << key.error().to_log();
    std::string opened;
    EXPECT_TRUE((*key)->aead->open(nonce_, "a", sealed, opened));
    EXPECT_EQ(opened, "plain");
  }

  std::string file(const std::string& name) const { return place_.folder + "/" + name; }
  static std::string text(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  static void write(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
  }

  ManualClock clock_;
  std::string folder_;
  KeystorePlace place_;
  std::array<std::byte, nonce_bytes> nonce_{};
};

}  // namespace jingwei::crypto
