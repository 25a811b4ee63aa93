#include "crypto/signing.h"

#include <gtest/gtest.h>

namespace jingwei::crypto {
namespace {

std::string hex(const auto& bytes) {
  std::string text;
  for (const auto byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

// RFC 8032 §7.1, test 2.
TEST(Signing, KnownAnswer) {
  const auto seed = Secret::parse("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  ASSERT_TRUE(seed);
  const SigningKey key(*seed);
  EXPECT_EQ(hex(key.public_key()), "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const auto signature = key.sign("r");
  EXPECT_EQ(hex(signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_TRUE(verify("r", signature, key.public_key()));
  EXPECT_FALSE(verify("s", signature, key.public_key()));
}

}  // namespace
}  // namespace jingwei::crypto
