// A department's HTTP server for tests: real sockets, real TLS, answers a test decides on.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace jingwei::testing {

// Self-signed, good for `host` (a DNS name), as PEM.
struct Certificate {
  std::string certificate;
  std::string key;
};
Certificate self_signed(const std::string& host);

// Serves each connection on a thread of its own: reads one request, sends the raw bytes that `answer` gives
// (none: hangs up at once), hangs up. The destructor closes all connections.
class Department {
 public:
  using Answer = std::function<std::string(const std::string& request)>;
  explicit Department(Answer answer, const Certificate* tls = nullptr);
  ~Department();
  Department(const Department&) = delete;
  Department& operator=(const Department&) = delete;

  std::uint16_t port() const;
  int asked() const;         // requests read so far
  std::string last() const;  // the last one, whole
  void answer_with(Answer answer);
  // From now on requests are read and not answered, until release().
  void hold();
  void release();
  // Waits until so many requests were read. False after ten seconds.
  bool wait_for(int requests) const;

  static std::string json(const std::string& body, int status = 200);

 private:
  struct Inner;
  std::shared_ptr<Inner> inner_;
};

}  // namespace jingwei::testing
