#include "crypto/process_secrecy.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace jingwei::crypto {
namespace {

// In a child, since what is forbidden stays forbidden.
TEST(ProcessSecrecy, NeitherDumpsNorCoreFiles) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    forbid_dumps();
    rlimit core{};
    ::getrlimit(RLIMIT_CORE, &core);
    if (::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0 || core.rlim_max != 0) ::_exit(1);
    std::abort();
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "the guard did not hold";
  EXPECT_EQ(WTERMSIG(status), SIGABRT);
  EXPECT_FALSE(WCOREDUMP(status));
}

}  // namespace
}  // namespace jingwei::crypto
