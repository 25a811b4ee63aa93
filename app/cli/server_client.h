// Talks to the server that holds a data folder, through its Unix socket.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "base/result.h"

namespace jingwei::app::cli {

struct Answer {
  int status = 0;
  std::string body;
};

// One request, one connection. Errors: unavailable "app.server_unreachable" (no server behind the socket).
class ServerClient {
 public:
  explicit ServerClient(std::string socket_path) : socket_path_(std::move(socket_path)) {}

  Result<Answer> get(const std::string& target) const;
  // Any method with a JSON body (empty: none).
  Result<Answer> send(const std::string& method, const std::string& target, const std::string& body) const;
  Result<Answer> post(const std::string& target, const std::string& body) const {
    return send("POST", target, body);
  }
  // Any method with bytes as the body.
  Result<Answer> send_bytes(const std::string& method, const std::string& target,
                            std::span<const std::byte> bytes) const;
  // Sends a file as the body; `sent` is told the bytes gone out.
  Result<Answer> post_file(const std::string& target, const std::string& path, const std::string& media,
                           const std::function<void(std::int64_t sent)>& sent) const;

 private:
  std::string socket_path_;
};

// A refusal as an error with the server's own sentence and one cause per field at fault: not_found, conflict,
// denied, invalid, unavailable.
Error error_of(const Answer& answer);

// Asks the server of a data folder and gives the body of its answer. Errors: those of error_of.
Result<std::string> ask_server(const std::string& data_folder, const std::string& method,
                               const std::string& target, const std::string& body = {});

}  // namespace jingwei::app::cli
