// A PostgreSQL for tests: a private cluster per test program, or the server named by JINGWEI_TEST_POSTGRES.
#pragma once

#include <sys/types.h>

#include <mutex>
#include <string>
#include <vector>

namespace jingwei::storage {

// The cluster lives in a temporary folder with its Unix socket and a random loopback port, fsync on, run by
// an unprivileged user when the tests run as root; it is ended by its pid when the program exits. Thread-safe
// but for kill and start.
class TestServer {
 public:
  // Why there is no server for tests here; empty when there is one. Starts it at the first call.
  static std::string missing();
  static TestServer& instance();

  // The URI of a new empty schema; each test takes its own.
  std::string fresh_uri();

  // As a machine failing under the server: SIGKILL to the postmaster, and starting again. Private clusters
  // only.
  bool is_private() const { return given_.empty(); }
  void kill_hard();
  void start_again();

  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

 private:
  TestServer();
  bool initialise();
  bool start();
  bool execute(const std::string& sql);
  std::string base_uri() const;

  std::string given_;
  std::string programs_;
  std::string folder_;
  std::string fault_;
  int port_ = 0;
  pid_t postmaster_ = 0;
  pid_t owner_ = 0;
  std::mutex mutex_;
  std::vector<std::string> schemas_;
};

}  // namespace jingwei::storage
