// Goal: passwords are kept so that they fit only themselves; one-time codes are those of RFC 4226 and RFC
// 6238.
#include <gtest/gtest.h>

#include "crypto/one_time.h"
#include "crypto/password.h"

namespace jingwei::crypto {
namespace {

constexpr PasswordCost cheap{1, 8192};

TEST(Passwords, FitThemselvesAndNothingElse) {
  const std::string hash = hash_password("correct horse", cheap);
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$")) << hash;
  EXPECT_TRUE(password_fits(hash, "correct horse"));
  EXPECT_FALSE(password_fits(hash, "correct horsf"));
  EXPECT_FALSE(password_fits(hash, ""));
  EXPECT_FALSE(password_fits("", "correct horse"));
  EXPECT_FALSE(password_fits(std::string(500, '$'), "correct horse"));
  EXPECT_NE(hash, hash_password("correct horse", cheap));
}

TEST(Passwords, TellWhenTheirCostIsOutOfDate) {
  const std::string hash = hash_password("correct horse", cheap);
  EXPECT_FALSE(is_outdated(hash, cheap));
  EXPECT_TRUE(is_outdated(hash, {2, 16384}));
}

// RFC 4226, appendix D.
TEST(OneTimeCodes, AreThoseOfTheStandardsTable) {
  const std::string secret = "12345678901234567890";
  const std::vector<std::string> codes = {"755224", "287082", "359152", "969429", "338314",
                                          "254676", "287922", "162583", "399871", "520489"};
  for (std::size_t at = 0; at < codes.size(); ++at)
    EXPECT_EQ(one_time_code(secret, static_cast<std::int64_t>(at)), codes[at]);
}

// RFC 6238, appendix B, the last six digits.
TEST(OneTimeCodes, FollowTheClock) {
  const std::string secret = "12345678901234567890";
  for (const auto& [second, code] :
       std::vector<std::pair<std::int64_t, std::string>>{{59, "287082"},
                                                         {1111111109, "081804"},
                                                         {1111111111, "050471"},
                                                         {1234567890, "005924"},
                                                         {2000000000, "279037"}}) {
    EXPECT_EQ(one_time_code(secret, one_time_counter(Instant{std::chrono::seconds{second}})), code) << second;
  }
}

TEST(OneTimeCodes, ServeOnceAndForAStepAround) {
  const std::string secret = "12345678901234567890";
  const Instant now{std::chrono::seconds{1111111109}};
  const std::int64_t step = one_time_counter(now);
  const std::string code = one_time_code(secret, step);
  EXPECT_EQ(find_one_time_step(secret, code, now, 0), step);
  EXPECT_EQ(find_one_time_step(secret, code, now + one_time_step, 0), step);
  EXPECT_EQ(find_one_time_step(secret, code, now - one_time_step, 0), step);
  EXPECT_EQ(find_one_time_step(secret, code, now + 2 * one_time_step, 0), std::nullopt);
  EXPECT_EQ(find_one_time_step(secret, code, now, step), std::nullopt);
  EXPECT_EQ(find_one_time_step(secret, "", now, 0), std::nullopt);
}

// RFC 4648 §10.
TEST(OneTimeCodes, SecretsAreTypedInBase32) {
  EXPECT_EQ(base32(""), "");
  EXPECT_EQ(base32("f"), "MY");
  EXPECT_EQ(base32("foob"), "MZXW6YQ");
  EXPECT_EQ(base32("foobar"), "MZXW6YTBOI");
}

}  // namespace
}  // namespace jingwei::crypto
