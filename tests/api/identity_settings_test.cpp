// Goal: administrators of a real city need an authenticator though nobody has said so; those of a synthetic
// one do not.
#include <gtest/gtest.h>

#include "app/settings.h"

namespace jingwei::app {
namespace {

identity::SecondFactor second_factor_of(const std::string& more) {
  const std::string text = "name: \"城\"\nstore: embedded\nzone: Asia/Shanghai\nregion: \"990100\"\n" + more;
  const auto settings = parse_settings(text, "jingwei.yaml");
  EXPECT_TRUE(settings.ok()) << settings.error().to_log();
  return settings->second_factor;
}

TEST(SecondFactorSetting, IsForAdministratorsWhereTheFileDoesNotSay) {
  EXPECT_EQ(second_factor_of(""), identity::SecondFactor::administrators);
  EXPECT_EQ(second_factor_of("synthetic: true\n"), identity::SecondFactor::optional);
  EXPECT_EQ(second_factor_of("second_factor: optional\n"), identity::SecondFactor::optional);
  EXPECT_EQ(second_factor_of("second_factor: staff\nsynthetic: true\n"), identity::SecondFactor::staff);
}

TEST(SecondFactorSetting, IsReadAsItIsWritten) {
  for (const auto wanted : {identity::SecondFactor::optional, identity::SecondFactor::administrators,
                            identity::SecondFactor::staff}) {
    Settings settings;
    settings.name = "城";
    settings.region = "990100";
    settings.second_factor = wanted;
    const auto read = parse_settings(settings_text(settings), "jingwei.yaml");
    ASSERT_TRUE(read.ok()) << read.error().to_log();
    EXPECT_EQ(read->second_factor, wanted);
  }
}

}  // namespace
}  // namespace jingwei::app
