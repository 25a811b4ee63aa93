// Goal: messages stand in the outbox until a gateway takes them, and no longer than they are worth something:
// numbers and codes do not gather on the disk, and nothing that may still be sent is lost.
#include "modules/identity/text_gateway.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "storage/temporary_folder.h"
#include "tests/support/backends.h"

namespace jingwei::identity {
namespace {

using jingwei::testing::must;

class Outbox : public ::testing::Test {
 protected:
  std::string path(const std::string& file) const { return folder_.path() + "/" + file; }
  std::string text(const std::string& file = "texts.jsonl") const {
    std::ifstream in(path(file));
    return {std::istreambuf_iterator<char>(in), {}};
  }

  ManualClock clock_;
  storage::TemporaryFolder folder_;
  FileGateway gateway_{folder_.path(), clock_};
};

TEST_F(Outbox, ACodeGoesWithItsLifeAndOtherMessagesStay) {
  must(gateway_.send("13800000001", "Your code is 123456.", clock_.now() + std::chrono::minutes{5}));
  must(gateway_.send("13800000002", "The water is off.", std::nullopt));
  const std::string whole = text();
  EXPECT_EQ(must(gateway_.expire()), 0U);
  EXPECT_EQ(text(), whole) << "nothing is touched while nothing has ended";
  clock_.advance(std::chrono::minutes{5});
  EXPECT_EQ(must(gateway_.expire()), 1U);
  EXPECT_EQ(text().find("123456"), std::string::npos);
  EXPECT_EQ(text().find("13800000001"), std::string::npos);
  EXPECT_NE(text().find("13800000002"), std::string::npos);
  clock_.advance(FileGateway::kept);
  EXPECT_EQ(must(gateway_.expire()), 1U);
  EXPECT_TRUE(text().empty());
  EXPECT_FALSE(std::filesystem::exists(path("texts.expiring")));
  EXPECT_EQ(must(gateway_.expire()), 0U) << "there is no file at all";
}

TEST_F(Outbox, WhatAGatewayHasTakenIsItsOwn) {
  must(gateway_.send("13800000001", "Your code is 123456.", clock_.now() + std::chrono::minutes{5}));
  std::filesystem::rename(path("texts.jsonl"), path("taken.jsonl"));
  clock_.advance(std::chrono::minutes{6});
  EXPECT_EQ(must(gateway_.expire()), 0U);
  EXPECT_NE(text("taken.jsonl").find("123456"), std::string::npos);
}

TEST_F(Outbox, LinesOfBeforeMessagesHadAnEndStayAndACrashLosesNone) {
  {
    std::ofstream old(path("texts.jsonl"));
    old << R"({"to":"13800000003","text":"old"})" << '\n' << "no JSON" << '\n';
  }
  // As after a crash between setting the file aside and putting back what stays.
  std::filesystem::rename(path("texts.jsonl"), path("texts.expiring"));
  must(gateway_.send("13800000001", "Your code is 123456.", clock_.now() + std::chrono::minutes{5}));
  EXPECT_EQ(must(gateway_.expire()), 0U);
  EXPECT_NE(text().find("13800000003"), std::string::npos);
  EXPECT_NE(text().find("no JSON"), std::string::npos);
  EXPECT_NE(text().find("123456"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(path("texts.expiring")));
  clock_.advance(std::chrono::minutes{6});
  EXPECT_EQ(must(gateway_.expire()), 1U);
  EXPECT_NE(text().find("13800000003"), std::string::npos);
}

}  // namespace
}  // namespace jingwei::identity
