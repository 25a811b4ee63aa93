#include "app/cli/piece_sender.h"

#include <boost/json.hpp>
#include <thread>

#include "base/file_system.h"
#include "base/json.h"
#include "storage/digest.h"

namespace jingwei::app::cli {

namespace {

constexpr std::size_t piece_bytes = 4 << 20;
constexpr std::chrono::milliseconds pause{200};
constexpr int tries_most = 150;  // of one request: half a minute without a server

constexpr int status_conflict = 409, status_rate_limited = 429, status_server_fault = 500;

struct Standing {
  std::string id;
  std::int64_t received = 0;
  bool is_batch = false;
};

Result<Standing> standing_of(const std::string& body) {
  try {
    const auto upload = boost::json::parse(body);
    Standing standing{std::string(upload.at("id").as_string())};
    standing.received = upload.at("received").to_number<std::int64_t>();
    standing.is_batch = !upload.at("batch").is_null();
    return standing;
  } catch (const std::exception& fault) {
    return Error(ErrorCode::internal, "app.server_silent").because(fault.what());
  }
}

bool is_taken(const Answer& answer) {
  return answer.status >= 200 && answer.status < 300;
}

// Again and again while the server is away or busy; its other refusals are final.
Result<Answer> patiently(const std::function<Result<Answer>()>& ask) {
  for (int tries = 1;; ++tries) {
    auto answer = ask();
    const bool passes = answer
                            ? answer->status >= status_server_fault || answer->status == status_rate_limited
                            : answer.error().code == ErrorCode::unavailable;
    if (!passes || tries == tries_most) return answer;
    std::this_thread::sleep_for(pause);
  }
}

class PieceSender {
 public:
  PieceSender(const ServerClient& server, std::string resource, std::string path, const OnSent& on_sent)
      : server_(server), resource_(std::move(resource)), path_(std::move(path)), on_sent_(on_sent) {}

  Result<std::string> run() {
    JW_ASSIGN(file_, real_file_system().open(path_, OpenMode::read));
    JW_TRY(read_through());
    auto sent = send();
    if (sent || sent.error().code != ErrorCode::unavailable) return sent;
    return Error(ErrorCode::unavailable, "app.sending_cut")
        .with("file", path_)
        .with("sent", std::to_string(standing_.received >> 20))
        .with("all", std::to_string(bytes_ >> 20))
        .because(sent.error().to_log());
  }

 private:
  // What tells this file from others.
  Result<void> read_through() {
    storage::Sha256 hasher;
    std::string bytes(piece_bytes, '\0');
    for (;;) {
      JW_ASSIGN(const std::size_t got,
                file_->read(static_cast<std::uint64_t>(bytes_), std::as_writable_bytes(std::span(bytes))));
      if (got == 0) break;
      hasher.add(std::string_view(bytes).substr(0, got));
      bytes_ += static_cast<std::int64_t>(got);
    }
    sha256_ = storage::hex_of(hasher.finish());
    return {};
  }

  Result<std::string> send() {
    JW_TRY(begin());
    while (!standing_.is_batch && standing_.received < bytes_) {
      if (on_sent_) on_sent_(standing_.received, bytes_);
      JW_TRY(send_piece());
    }
    JW_ASSIGN(Answer answer, patiently([&] { return server_.post(target() + "/complete", ""); }));
    if (!is_taken(answer)) return error_of(answer);
    return std::move(answer.body);
  }

  Result<void> begin() {
    std::string wanted = "{\"resource\":";
    append_json_string(wanted, resource_);
    wanted += ",\"filename\":";
    append_json_string(wanted, path_.substr(path_.find_last_of('/') + 1));
    wanted += ",\"bytes\":" + std::to_string(bytes_) + ",\"sha256\":\"" + sha256_ + "\"}";
    return take(patiently([&] { return server_.post("/api/v1/uploads", wanted); }));
  }

  Result<void> send_piece() {
    const std::size_t wanted =
        std::min<std::uint64_t>(piece_bytes, static_cast<std::uint64_t>(bytes_ - standing_.received));
    std::vector<std::byte> bytes(wanted);
    JW_ASSIGN(const std::size_t got, file_->read(static_cast<std::uint64_t>(standing_.received), bytes));
    // Shorter than when it was read first: somebody is writing it.
    if (got < wanted) return Error(ErrorCode::invalid, "ingest.upload_damaged");
    auto answer =
        server_.send_bytes("PATCH", target() + "?offset=" + std::to_string(standing_.received), bytes);
    if (answer && is_taken(*answer)) return take(std::move(answer));
    // The hub knows best which bytes it has: after a lost answer the piece may be there all the same.
    const bool elsewhere = answer && answer->status == status_conflict;
    const bool passes = answer
                            ? answer->status >= status_server_fault || answer->status == status_rate_limited
                            : answer.error().code == ErrorCode::unavailable;
    if (!passes && !elsewhere) return answer ? error_of(*answer) : std::move(answer).error();
    const std::int64_t before = standing_.received;
    JW_TRY(take(patiently([&] { return server_.get(target()); })));
    failures_ = standing_.received > before ? 0 : failures_ + 1;
    if (failures_ == tries_most) return answer ? error_of(*answer) : std::move(answer).error();
    if (failures_ > 0) std::this_thread::sleep_for(pause);
    return {};
  }

  Result<void> take(Result<Answer> answer) {
    if (!answer) return std::move(answer).error();
    if (!is_taken(*answer)) return error_of(*answer);
    JW_ASSIGN(standing_, standing_of(answer->body));
    return {};
  }

  std::string target() const { return "/api/v1/uploads/" + standing_.id; }

  const ServerClient& server_;
  std::string resource_, path_;
  const OnSent& on_sent_;
  std::int64_t bytes_ = 0;  // of the file
  std::string sha256_;
  std::unique_ptr<File> file_;
  Standing standing_;
  int failures_ = 0;
};

}  // namespace

Result<std::string> send_in_pieces(const ServerClient& server, const std::string& resource,
                                   const std::string& path, const OnSent& on_sent) {
  return PieceSender(server, resource, path, on_sent).run();
}

}  // namespace jingwei::app::cli
