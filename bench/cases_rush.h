// Many connections that open cases over HTTP at once, for cases_bench.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bench/cases_world.h"

namespace jingwei::bench {

// One keep-alive connection that opens cases; `status` is 0 when it was cut.
class Opener {
 public:
  explicit Opener(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    static_cast<void>(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address));
  }
  ~Opener() { ::close(fd_); }
  Opener(const Opener&) = delete;
  Opener& operator=(const Opener&) = delete;

  int open(int number) {
    const std::string body =
        R"({"form":{"kind":"lamp","words":"灯不亮","grid":")" + grid_code(1 + number % grids) + R"("}})";
    const std::string request =
        "POST /api/v1/processes/event/cases HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
        "application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    if (::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
      return 0;
    std::string in;
    char piece[16'384];
    std::size_t wanted = std::string::npos;
    for (;;) {
      const ssize_t got = ::recv(fd_, piece, sizeof piece, 0);
      if (got <= 0) return 0;
      in.append(piece, static_cast<std::size_t>(got));
      const std::size_t head = in.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      if (wanted == std::string::npos) {
        const std::size_t at = in.find("Content-Length: ");
        wanted = head + 4 + (at < head ? static_cast<std::size_t>(std::atoll(in.c_str() + at + 16)) : 0);
        retry_after = in.substr(0, head).find("Retry-After: ") != std::string::npos;
      }
      if (in.size() >= wanted) return std::atoi(in.c_str() + 9);
    }
  }
  bool retry_after = false;

 private:
  int fd_;
};

struct Rush {
  double accepted = 0, refused = 0, cut = 0, without_retry = 0;
  std::vector<double> refusal_ms;
};

inline Rush rush(std::uint16_t port, int connections, double seconds) {
  Rush sum;
  std::mutex mutex;
  const auto end = SteadyClock::now() +
                   std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(seconds));
  std::vector<std::thread> pool;
  for (int at = 0; at < connections; ++at) {
    pool.emplace_back([&, at] {
      Rush own;
      Opener opener(port);
      for (int number = at; SteadyClock::now() < end; ++number) {
        const auto begin = SteadyClock::now();
        const int status = opener.open(number);
        if (status == 201) ++own.accepted;
        if (status == 0) {
          ++own.cut;
          break;
        }
        if (status != 429) continue;
        ++own.refused;
        if (!opener.retry_after) ++own.without_retry;
        own.refusal_ms.push_back(
            std::chrono::duration<double, std::milli>(SteadyClock::now() - begin).count());
      }
      const std::lock_guard lock(mutex);
      sum.accepted += own.accepted;
      sum.refused += own.refused;
      sum.cut += own.cut;
      sum.without_retry += own.without_retry;
      sum.refusal_ms.insert(sum.refusal_ms.end(), own.refusal_ms.begin(), own.refusal_ms.end());
    });
  }
  for (auto& thread : pool) thread.join();
  std::sort(sum.refusal_ms.begin(), sum.refusal_ms.end());
  return sum;
}

}  // namespace jingwei::bench
