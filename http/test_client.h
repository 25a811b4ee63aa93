// A raw client for tests: sends any bytes, reads answers one by one. Includes what every server test needs.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <future>

#include "http/media.h"
#include "http/server.h"
#include "http/system_routes.h"

namespace jingwei::http::testing {

struct Answer {
  int status = 0;  // 0: the connection ended
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  std::string header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (same_ascii(key, name)) return value;
    }
    return {};
  }
};

class Client {
 public:
  explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const timeval patience{20, 0};  // a hang fails the test instead of stopping the suite
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  // Over the local socket of this path.
  explicit Client(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const timeval patience{20, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() {
    if (fd_ >= 0) ::close(fd_);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }
  void finish_sending() { ::shutdown(fd_, SHUT_WR); }
  void hang_up() { ::close(std::exchange(fd_, -1)); }

  // False when the other side is gone.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  Answer read(bool head_only = false) {
    Answer answer;
    std::size_t end;
    while ((end = in_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return answer;
    }
    std::string head = in_.substr(0, end + 2);
    in_.erase(0, end + 4);
    answer.status = std::atoi(head.c_str() + 9);
    for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
      const std::size_t line_end = head.find("\r\n", at), colon = head.find(": ", at);
      answer.headers.emplace_back(head.substr(at, colon - at), head.substr(colon + 2, line_end - colon - 2));
      at = line_end + 2;
    }
    const std::string length = answer.header("Content-Length");
    const std::size_t size = length.empty() || head_only ? 0 : std::stoul(length);
    while (in_.size() < size) {
      if (!more()) return Answer{};
    }
    answer.body = in_.substr(0, size);
    in_.erase(0, size);
    return answer;
  }

  Answer ask(std::string_view request) {
    send(request);
    return read();
  }

  // Reads until `text` has come; false when the connection ends first.
  bool wait_for(std::string_view text) {
    while (in_.find(text) == std::string::npos) {
      if (!more()) return false;
    }
    in_.erase(0, in_.find(text) + text.size());
    return true;
  }

  // Reads up to and with `text`; empty when the connection ends first.
  std::string read_until(std::string_view text) {
    std::size_t at;
    while ((at = in_.find(text)) == std::string::npos) {
      if (!more()) return {};
    }
    const std::string taken = in_.substr(0, at + text.size());
    in_.erase(0, taken.size());
    return taken;
  }

  // Whether the server ended the connection, after what it still had to say.
  bool ended() {
    while (more()) {
    }
    return ended_;
  }

 private:
  bool more() {
    char piece[16 * 1024];
    const ssize_t got = ::recv(fd_, piece, sizeof piece, 0);
    if (got <= 0) {
      ended_ = got == 0 || errno == ECONNRESET;
      return false;
    }
    in_.append(piece, static_cast<std::size_t>(got));
    return true;
  }

  int fd_;
  bool connected_ = false, ended_ = false;
  std::string in_;
};

inline std::string get(std::string_view path, std::string_view headers = {}) {
  return std::string("GET ")
      .append(path)
      .append(" HTTP/1.1\r\nHost: localhost\r\n")
      .append(headers)
      .append("\r\n");
}

inline std::string post(std::string_view path, std::string_view body, std::string_view headers = {},
                        std::string_view type = "application/json") {
  return std::string("POST ")
      .append(path)
      .append(" HTTP/1.1\r\nHost: localhost\r\nContent-Type: ")
      .append(type)
      .append("\r\nContent-Length: ")
      .append(std::to_string(body.size()))
      .append("\r\n")
      .append(headers)
      .append("\r\n")
      .append(body);
}

using Handler = std::function<void(const Request&, const PathValues&, Responder)>;

inline Route route(Method method, std::string path, Handler handle, Runs runs = Runs::inline_) {
  Route made;
  made.method = method;
  made.operation = std::string(name_of(method)) + path;
  made.path = std::move(path);
  made.permission = "public";
  made.audit = "none";
  made.runs = runs;
  made.handle = std::move(handle);
  return made;
}

inline Handler says(std::string text) {
  return [text = std::move(text)](const Request&, const PathValues&, Responder respond) {
    respond(Response::text(text, "text/plain; charset=utf-8"));
  };
}

// A folder of the test's own, removed afterwards.
class Folder {
 public:
  Folder() {
    static std::atomic<int> count{0};
    path_ = std::filesystem::temp_directory_path() /
            ("jingwei-http-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string path() const { return path_.string(); }
  void write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::filesystem::path path_;
};

// A server whose time stands still until the test turns it.
struct World {
  ManualClock clock;
  Options options;
  std::vector<Route> routes;
  std::unique_ptr<Server> server;

  World() {
    options.clock = &clock;
    options.workers = 2;
  }
  void start() {
    server = std::make_unique<Server>(options, routes);
    const auto started = server->start();
    ASSERT_TRUE(started.ok()) << started.error().to_log();
  }
  std::uint16_t port() const { return server->port(); }
  void pass(std::chrono::milliseconds time) {
    clock.advance(time);
    server->sweep();
  }
};

}  // namespace jingwei::http::testing
