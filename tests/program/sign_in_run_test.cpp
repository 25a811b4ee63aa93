// Goal: people sign in at a real OpenID Connect provider and come into the real program, on either database
// (tests/oidc/sign_in.mjs says what is tried).
#include "tests/program/program_world.h"

namespace jingwei {
namespace {

using namespace jingwei::testing;

template <typename Backend>
class SignInRun : public ProgramWorld<Backend> {};

TYPED_TEST_SUITE(SignInRun, Backends, BackendNames);

TYPED_TEST(SignInRun, PeopleComeInThroughARealProviderAndNobodyElseDoes) {
  const Outcome node = run({"/usr/bin/env", "node", "--version"}, this->errors());
  if (node.code != 0) GTEST_SKIP() << "node is not installed";
  this->init(150);  // with children among them
  this->start();
  const Outcome came =
      run({"/usr/bin/env", "node", JINGWEI_SOURCE_DIR "/tests/oidc/sign_in.mjs", JINGWEI_PROGRAM,
           this->data(), "http://127.0.0.1:" + std::to_string(this->port())},
          this->errors());
  std::printf("%s", came.text.c_str());
  EXPECT_EQ(came.code, 0) << this->text_of(this->errors());
  EXPECT_EQ(this->stop(), 0);
  if (came.text.starts_with("1..0")) GTEST_SKIP() << came.text;
}

}  // namespace
}  // namespace jingwei
