// Goal: sealing is what the standards say it is, and nothing but the right key, nonce and data opens a value.
#include "crypto/aead.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/random.h"
#include "crypto/blake2b.h"

namespace jingwei::crypto {
namespace {

std::string outside(const std::string& name) {
  const char* folder = std::getenv("JINGWEI_EXTERN");
  return (folder != nullptr ? std::string(folder) : std::string(JINGWEI_SOURCE_DIR) + "/../shared/extern") +
         "/sm-crypto/" + name;
}

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2)
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(at, 2)), nullptr, 16));
  return bytes;
}

Secret secret_of(std::string_view key) {
  std::array<std::byte, secret_bytes> bytes{};
  std::copy_n(reinterpret_cast<const std::byte*>(key.data()), key.size(), bytes.begin());
  return Secret(bytes);
}

// Project Wycheproof's cases with our sizes of key, nonce and tag; returns how many were tried.
int try_vectors(const std::string& path, Suite suite, std::size_t key_bits) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  const auto document = boost::json::parse(text.str());
  int tried = 0;
  for (const auto& group : document.at("testGroups").as_array()) {
    if (group.at("keySize").to_number<std::size_t>() != key_bits ||
        group.at("ivSize").to_number<std::size_t>() != 8 * nonce_bytes ||
        group.at("tagSize").to_number<std::size_t>() != 8 * tag_bytes)
      continue;
    for (const auto& test : group.at("tests").as_array()) {
      const auto part = [&](const char* name) {
        return bytes_of(std::string_view(test.at(name).as_string()));
      };
      const std::string key = part("key"), nonce = part("iv"), associated = part("aad"), plain = part("msg");
      const std::string sealed = part("ct") + part("tag");
      const auto aead = make_aead(suite, secret_of(key));
      const auto iv = std::as_bytes(std::span(nonce)).first<nonce_bytes>();
      std::string opened;
      const bool valid = test.at("result").as_string() == "valid";
      EXPECT_EQ(aead->open(iv, associated, sealed, opened), valid) << test.at("tcId");
      if (valid) {
        EXPECT_EQ(opened, plain);
        std::string made;
        aead->seal(iv, associated, plain, made);
        EXPECT_EQ(made, sealed) << test.at("tcId");
      } else {
        EXPECT_EQ(opened, "");
      }
      ++tried;
    }
  }
  return tried;
}

TEST(Aead, AgreesWithWycheproofOnAesGcm) {
  const std::string path = outside("wycheproof_aes_gcm_test.json");
  if (!std::ifstream(path)) GTEST_SKIP() << "no " << path;
  EXPECT_GE(try_vectors(path, Suite::standard, 256), 60);
}

TEST(Aead, AgreesWithWycheproofOnSm4Gcm) {
  const std::string path = outside("wycheproof_sm4_gcm_test.json");
  if (!std::ifstream(path)) GTEST_SKIP() << "no " << path;
  EXPECT_GE(try_vectors(path, Suite::national, 128), 60);
}

TEST(Aead, NothingOpensWithOneBitChanged) {
  for (const Suite suite : {Suite::standard, Suite::national}) {
    const auto aead = make_aead(suite, Secret::random());
    const std::array<std::byte, nonce_bytes> nonce{std::byte{7}};
    std::string sealed;
    aead->seal(nonce, "place", "张三", sealed);
    for (std::size_t at = 0; at < sealed.size() * 8; ++at) {
      std::string changed = sealed, out = "kept";
      changed[at / 8] = static_cast<char>(changed[at / 8] ^ (1 << at % 8));
      EXPECT_FALSE(aead->open(nonce, "place", changed, out));
      EXPECT_EQ(out, "kept");
    }
    std::string out;
    EXPECT_FALSE(aead->open(nonce, "another place", sealed, out));
    EXPECT_TRUE(aead->open(nonce, "place", sealed, out));
    EXPECT_EQ(out, "张三");
  }
}

TEST(Aead, ServesManyThreadsAtOnce) {
  for (const Suite suite : {Suite::standard, Suite::national}) {
    const auto aead = make_aead(suite, Secret::random());
    std::atomic<int> right = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 200; ++i) {
          std::array<std::byte, nonce_bytes> nonce{static_cast<std::byte>(t), static_cast<std::byte>(i)};
          const std::string plain = std::to_string(t * 1'000 + i);
          std::string sealed, opened;
          aead->seal(nonce, "a", plain, sealed);
          right += aead->open(nonce, "a", sealed, opened) && opened == plain ? 1 : 0;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(right, 800);
  }
}

TEST(KeyedHash, DependsOnKeySuiteAndEveryByte) {
  const Secret one = Secret::random(), other = Secret::random();
  for (const Suite suite : {Suite::standard, Suite::national}) {
    const KeyedHash hash(suite, one);
    EXPECT_EQ(hash.of("440402"), hash.of("440402"));
    EXPECT_NE(hash.of("440402"), hash.of("440403"));
    EXPECT_NE(hash.of("440402"), KeyedHash(suite, other).of("440402"));
  }
  EXPECT_NE(KeyedHash(Suite::standard, one).of("x"), KeyedHash(Suite::national, one).of("x"));
}

TEST(Secrets, ComeBackFromTheirDigitsAndFromNothingElse) {
  const Secret secret = Secret::random();
  ASSERT_TRUE(Secret::parse(secret.to_hex()));
  EXPECT_EQ(*Secret::parse(secret.to_hex()), secret);
  EXPECT_FALSE(Secret::parse(""));
  EXPECT_FALSE(Secret::parse(secret.to_hex() + "0"));
  EXPECT_FALSE(Secret::parse(std::string(64, 'g')));
}

TEST(KeyedHash, ManyTextsSideBySideGiveWhatEachGivesAlone) {
  const Secret key = secret_of("0123456789abcdef0123456789abcdef");
  SeededRandom random(3);
  std::vector<std::string> texts;
  for (std::size_t size = 0; size < 300; ++size) texts.push_back(std::string(size, 'x'));
  for (int i = 0; i < 500; ++i) {
    texts.emplace_back(random.below(i % 7 == 0 ? 3 * blake2b_most_bytes : 400), '\0');
    for (char& c : texts.back()) c = static_cast<char>(random.below(256));
  }
  for (const Suite suite : {Suite::standard, Suite::national}) {
    const KeyedHash hash(suite, key);
    for (const std::string prefix : {"", "column\x1f"}) {
      const std::vector<std::string_view> views(texts.begin(), texts.end());
      std::vector<std::array<std::byte, hash_bytes>> many(views.size());
      hash.of_many(prefix, views, many);
      for (std::size_t at = 0; at < texts.size(); ++at)
        ASSERT_EQ(many[at], hash.of(prefix + texts[at])) << texts[at].size();
      hash.of_many(prefix, {}, {});
    }
  }
}

TEST(KeyedHash, FourSideBySideGiveWhatAsManyAsTheMachineTakesGive) {
  const Secret key = Secret::random();
  std::vector<std::string> texts;
  for (std::size_t size = 1; size < 400; size += 3) texts.push_back(std::string(size, 'y'));
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  std::vector<std::array<std::byte, hash_bytes>> four(views.size()), most(views.size());
  blake2b_many(Lanes::four, key.bytes(), "p", views, four);
  blake2b_many(lanes_of_this_machine(), key.bytes(), "p", views, most);
  EXPECT_EQ(four, most);
}

}  // namespace
}  // namespace jingwei::crypto
