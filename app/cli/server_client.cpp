#include "app/cli/server_client.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "app/cli/cli.h"
#include "base/file_system.h"

namespace jingwei::app::cli {

namespace {

constexpr std::size_t answer_bytes = 64 << 20;

// A connected socket that closes itself.
class Connection {
 public:
  explicit Connection(int handle) : handle_(handle) {}
  ~Connection() {
    if (handle_ >= 0) ::close(handle_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // False when the server closed early; its answer may still be read.
  bool send(std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(handle_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return true;
  }
  bool send(const std::string& text) const { return send(std::as_bytes(std::span(text))); }

  std::string receive_all() const {
    std::string all;
    char buffer[16 * 1024];
    while (all.size() < answer_bytes) {
      const ssize_t n = ::recv(handle_, buffer, sizeof buffer, 0);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) break;
      all.append(buffer, static_cast<std::size_t>(n));
    }
    return all;
  }

 private:
  int handle_;
};

Result<std::unique_ptr<Connection>> connect(const std::string& path) {
  const auto unreachable = [&](int fault) {
    const std::string folder = std::filesystem::path(path).parent_path().string();
    std::error_code ignored;
    if (!std::filesystem::is_directory(folder, ignored))
      return Error(ErrorCode::not_found, "app.no_data_folder").with("data", folder);
    return Error(ErrorCode::unavailable, "app.server_unreachable")
        .with("folder", folder)
        .with("path", path)
        .because(std::strerror(fault));  // NOLINT
  };
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return unreachable(ENAMETOOLONG);
  path.copy(address.sun_path, path.size());
  const int handle = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (handle < 0) return unreachable(errno);
  auto connection = std::make_unique<Connection>(handle);
  if (::connect(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return unreachable(errno);
  return connection;
}

std::string head_of(std::string_view method, const std::string& target, const std::string& more) {
  const std::string_view language = terminal_language() == Language::zh ? "zh" : "en";
  return std::string(method) + " " + target +
         " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept-Language: " + std::string(language) +
         "\r\n" + more + "\r\n";
}

Result<Answer> parse_answer(const std::string& bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  Answer answer;
  if (end == std::string::npos || bytes.size() < 12)
    return Error(ErrorCode::unavailable, "app.server_silent");
  std::from_chars(bytes.data() + 9, bytes.data() + 12, answer.status);
  answer.body = bytes.substr(end + 4);
  return answer;
}

}  // namespace

Result<Answer> ServerClient::get(const std::string& target) const {
  JW_ASSIGN(const auto connection, connect(socket_path_));
  connection->send(head_of("GET", target, ""));
  return parse_answer(connection->receive_all());
}

Result<Answer> ServerClient::send(const std::string& method, const std::string& target,
                                  const std::string& body) const {
  JW_ASSIGN(const auto connection, connect(socket_path_));
  std::string more = "Content-Length: " + std::to_string(body.size()) + "\r\n";
  if (!body.empty()) more += "Content-Type: application/json\r\n";
  connection->send(head_of(method, target, more) + body);
  return parse_answer(connection->receive_all());
}

Result<Answer> ServerClient::send_bytes(const std::string& method, const std::string& target,
                                        std::span<const std::byte> bytes) const {
  JW_ASSIGN(const auto connection, connect(socket_path_));
  connection->send(head_of(
      method, target,
      "Content-Type: application/octet-stream\r\nContent-Length: " + std::to_string(bytes.size()) + "\r\n"));
  connection->send(bytes);
  return parse_answer(connection->receive_all());
}

Result<Answer> ServerClient::post_file(const std::string& target, const std::string& path,
                                       const std::string& media,
                                       const std::function<void(std::int64_t)>& sent) const {
  JW_ASSIGN(auto file, real_file_system().open(path, OpenMode::read));
  JW_ASSIGN(const std::uint64_t size, file->size());
  JW_ASSIGN(const auto connection, connect(socket_path_));
  connection->send(head_of(
      "POST", target, "Content-Type: " + media + "\r\nContent-Length: " + std::to_string(size) + "\r\n"));
  std::vector<std::byte> buffer(256 * 1024);
  for (std::uint64_t at = 0; at < size;) {
    const std::size_t wanted = std::min<std::uint64_t>(buffer.size(), size - at);
    JW_ASSIGN(const std::size_t got, file->read(at, std::span(buffer).first(wanted)));
    if (got == 0 || !connection->send(std::span<const std::byte>(buffer).first(got))) break;
    at += got;
    if (sent) sent(static_cast<std::int64_t>(at));
  }
  return parse_answer(connection->receive_all());
}

}  // namespace jingwei::app::cli
