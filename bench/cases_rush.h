// Cases over HTTP for cases_bench: keep-alive connections, and many of them that open cases at once.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/cases_world.h"

namespace jingwei::bench {

// One keep-alive connection to this machine; for one thread.
class Connection {
 public:
  explicit Connection(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    static_cast<void>(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address));
  }
  ~Connection() { ::close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The status; 0 when the connection was cut. `headers` are whole lines. The answer stands in `answer` and
  // `retry_after`.
  int post(std::string_view path, std::string_view body, std::string_view headers = {}) {
    std::string request = "POST " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n";
    request += headers;
    request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + std::string(body);
    for (std::string_view rest = request; !rest.empty();) {
      const ssize_t sent = ::send(fd_, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent <= 0) return 0;
      rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    std::string in;
    char piece[16'384];
    std::size_t begin = 0, end = std::string::npos;
    while (end == std::string::npos || in.size() < end) {
      const ssize_t got = ::recv(fd_, piece, sizeof piece, 0);
      if (got <= 0) return 0;
      in.append(piece, static_cast<std::size_t>(got));
      const std::size_t head = in.find("\r\n\r\n");
      if (head == std::string::npos || end != std::string::npos) continue;
      const std::size_t at = in.find("Content-Length: ");
      begin = head + 4;
      end = begin + (at < head ? static_cast<std::size_t>(std::atoll(in.c_str() + at + 16)) : 0);
      retry_after = in.substr(0, head).find("Retry-After: ") != std::string::npos;
    }
    answer = in.substr(begin);
    return std::atoi(in.c_str() + 9);
  }
  std::string answer;
  bool retry_after = false;

 private:
  int fd_;
};

// Both ends of every connection are files of this process.
inline void allow_connections(std::size_t count) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  const rlim_t wanted = 2 * count + 256;
  if (files.rlim_cur >= wanted) return;
  files.rlim_cur = std::min(files.rlim_max, wanted);
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &files));
}

inline int open_case(Connection& connection, int number) {
  return connection.post(
      "/api/v1/processes/event/cases",
      R"({"form":{"kind":"lamp","words":"灯不亮","grid":")" + grid_code(1 + number % grids) + R"("}})");
}

struct Rush {
  double accepted = 0, refused = 0, cut = 0, without_retry = 0;
  std::vector<double> accepted_ms, refusal_ms;  // sorted
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
      Connection connection(port);
      for (int number = at; SteadyClock::now() < end; ++number) {
        const auto begin = SteadyClock::now();
        const int status = open_case(connection, number);
        const double took_ms = std::chrono::duration<double, std::milli>(SteadyClock::now() - begin).count();
        if (status == 0) {
          ++own.cut;
          break;
        }
        if (status == 201) {
          ++own.accepted;
          own.accepted_ms.push_back(took_ms);
        }
        if (status != 429) continue;
        ++own.refused;
        if (!connection.retry_after) ++own.without_retry;
        own.refusal_ms.push_back(took_ms);
      }
      const std::lock_guard lock(mutex);
      sum.accepted += own.accepted;
      sum.refused += own.refused;
      sum.cut += own.cut;
      sum.without_retry += own.without_retry;
      sum.accepted_ms.insert(sum.accepted_ms.end(), own.accepted_ms.begin(), own.accepted_ms.end());
      sum.refusal_ms.insert(sum.refusal_ms.end(), own.refusal_ms.begin(), own.refusal_ms.end());
    });
  }
  for (auto& thread : pool) thread.join();
  std::sort(sum.accepted_ms.begin(), sum.accepted_ms.end());
  std::sort(sum.refusal_ms.begin(), sum.refusal_ms.end());
  return sum;
}

}  // namespace jingwei::bench
