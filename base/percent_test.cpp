// Goal: any text survives being put into an address, a form or a header.
#include "base/percent.h"

#include <gtest/gtest.h>

namespace jingwei {
namespace {

TEST(Percent, OnlyUnreservedCharactersStay) {
  EXPECT_EQ(percent_encoded("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encoded("a b&c=d/e+f"), "a%20b%26c%3Dd%2Fe%2Bf");
  EXPECT_EQ(percent_encoded("张三"), "%E5%BC%A0%E4%B8%89");
  EXPECT_EQ(percent_encoded(std::string_view("\0\xff", 2)), "%00%FF");
}

}  // namespace
}  // namespace jingwei
