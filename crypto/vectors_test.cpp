// Goal: what the hub uses of the national algorithms and of signatures agrees with vectors published by
// others.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "crypto/aead.h"
#include "crypto/key_lines.h"
#include "crypto/signing.h"

namespace jingwei::crypto {
namespace {

std::string outside(const std::string& name) {
  const char* folder = std::getenv("JINGWEI_EXTERN");  // NOLINT(concurrency-mt-unsafe)
  const std::string whole = folder != nullptr ? folder : JINGWEI_SOURCE_DIR "/../shared/extern";
  return whole + "/sm-crypto/" + name;
}

std::string text_of(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string bytes_of(std::string_view hex) {
  return bytes_of_hex(hex).value_or("not hexadecimal");
}

Secret secret_of(std::string_view key) {
  std::array<std::byte, secret_bytes> bytes{};
  std::copy_n(reinterpret_cast<const std::byte*>(key.data()), std::min(key.size(), bytes.size()),
              bytes.begin());
  return Secret(bytes);
}

// The value of "name=value" on a line of words.
std::string word(const std::string& line, const std::string& name) {
  const std::size_t at = line.find(' ' + name + '=');
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 2;
  return line.substr(begin, line.find(' ', begin) - begin);
}

TEST(Vectors, KeyedHashIsTheFirstHalfOfHmacSm3) {
  const std::string path = outside("wycheproof_hmac_sm3_test.json");
  if (!std::ifstream(path)) GTEST_SKIP() << "no " << path;
  int valid = 0, invalid = 0;
  const auto document = boost::json::parse(text_of(path));
  for (const auto& group : document.at("testGroups").as_array()) {
    if (group.at("keySize").as_int64() != 8 * static_cast<int>(secret_bytes) ||
        group.at("tagSize").as_int64() != 8 * static_cast<int>(hash_bytes))
      continue;
    for (const auto& test : group.at("tests").as_array()) {
      const auto part = [&](const char* name) {
        return bytes_of(std::string_view(test.at(name).as_string()));
      };
      const auto hash = KeyedHash(Suite::national, secret_of(part("key"))).of(part("msg"));
      const bool same = std::string(reinterpret_cast<const char*>(hash.data()), hash.size()) == part("tag");
      const bool wanted = test.at("result").as_string() == "valid";
      EXPECT_EQ(same, wanted) << test.at("tcId");
      ++(wanted ? valid : invalid);
    }
  }
  EXPECT_EQ(valid, 27);
  EXPECT_EQ(invalid, 54);
}

TEST(Vectors, Sm4GcmGivesTheAnswerOfRfc8998) {
  const std::string path = outside("openssl_gbt_vectors.txt");
  if (!std::ifstream(path)) GTEST_SKIP() << "no " << path;
  std::istringstream lines(text_of(path));
  int tried = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("SM4-GCM(RFC8998)")) continue;
    ++tried;
    const auto aead = make_aead(Suite::national, secret_of(bytes_of(word(line, "key"))));
    const std::string nonce = bytes_of(word(line, "iv")), plain = bytes_of(word(line, "pt"));
    ASSERT_EQ(nonce.size(), nonce_bytes);
    const auto iv = std::as_bytes(std::span(nonce)).first<nonce_bytes>();
    std::string sealed, opened;
    aead->seal(iv, bytes_of(word(line, "aad")), plain, sealed);
    EXPECT_EQ(hex_of(sealed), word(line, "ct") + word(line, "tag"));
    EXPECT_TRUE(aead->open(iv, bytes_of(word(line, "aad")), sealed, opened));
    EXPECT_EQ(opened, plain);
  }
  EXPECT_EQ(tried, 1);
}

TEST(Vectors, SignaturesAreTakenAndRefusedAsWycheproofSays) {
  const std::string path = outside("wycheproof_ed25519_test.json");
  if (!std::ifstream(path)) GTEST_SKIP() << "no " << path;
  int valid = 0, invalid = 0;
  const auto document = boost::json::parse(text_of(path));
  for (const auto& group : document.at("testGroups").as_array()) {
    const std::string key = bytes_of(std::string_view(group.at("publicKey").at("pk").as_string()));
    for (const auto& test : group.at("tests").as_array()) {
      const std::string signature = bytes_of(std::string_view(test.at("sig").as_string()));
      const bool wanted = test.at("result").as_string() == "valid";
      PublicKey public_key{};
      Signature fixed{};
      bool taken = key.size() == public_key.size() && signature.size() == fixed.size();
      if (taken) {
        std::copy(key.begin(), key.end(), public_key.begin());
        std::copy(signature.begin(), signature.end(), fixed.begin());
        taken = verify(bytes_of(std::string_view(test.at("msg").as_string())), fixed, public_key);
      }
      EXPECT_EQ(taken, wanted) << test.at("tcId");
      ++(wanted ? valid : invalid);
    }
  }
  EXPECT_GE(valid, 60);
  EXPECT_GE(invalid, 50);
}

}  // namespace
}  // namespace jingwei::crypto
