// Bodies that were not in the buffer together with their head: collected in memory, or spooled to a file by
// the pool.
#include <boost/asio/post.hpp>

#include "base/log.h"
#include "base/random.h"
#include "http/connection.h"
#include "http/problem.h"

namespace jingwei::http {

namespace {

constexpr std::size_t spool_piece_bytes = 256 * 1024;

}  // namespace

void Connection::begin_body() {
  const bool buffered = !head_.chunked && head_.content_length <= unread().size();
  if (buffered && route_->body == BodyKind::json) {
    head_.request.body = unread().substr(0, head_.content_length);
    head_.request.body_bytes = head_.content_length;
    begin_ += head_.content_length;
    return dispatch();
  }
  arriving_ = own();
  body_.clear();
  body_taken_ = spooled_ = 0;
  body_whole_ = false;
  body_left_ = head_.content_length;
  moved_bytes_ = 0;
  since_ = io_.now();
  phase_ = Phase::body;
  if (head_.expects_continue && unread().empty()) out_ += "HTTP/1.1 100 Continue\r\n\r\n";
}

// True when the request moved on; otherwise a read or a write to the spool file is under way.
bool Connection::take_body() {
  if (spooling_) return false;
  if (!body_whole_ && begin_ < end_ && !decode_body()) return true;
  const bool to_file = route_->body == BodyKind::stream;
  if (to_file && !body_.empty() && (body_whole_ || body_.size() >= spool_piece_bytes)) {
    if (!spool()) return true;
    return false;
  }
  if (body_whole_) {
    finish_body();
    return true;
  }
  read();
  return false;
}

// False when the body broke the rules; the refusal is written.
bool Connection::decode_body() {
  std::size_t used = 0;
  const std::size_t before = body_.size();
  const Parsed parsed = parser_->body(unread(), route_->body_bytes, body_, used);
  begin_ += used;
  body_taken_ += body_.size() - before;
  if (parsed == Parsed::failed || body_taken_ > route_->body_bytes) {
    const Language language = traits_.language;
    const int status = parsed == Parsed::failed ? parser_->fault_status() : 413;
    abandon_body();
    fail_parse(status);
    static_cast<void>(language);
    return false;
  }
  body_whole_ = parsed == Parsed::done;
  return true;
}

// Writes what is collected by a worker; reading pauses meanwhile, so a slow disk slows the client down, not
// the server.
bool Connection::spool() {
  spooling_ = true;
  if (arriving_->request.spool_path.empty()) {
    SecureRandom random;
    const std::string label =
        core_.options.spool_label ? core_.options.spool_label(*route_, arriving_->values) : std::string();
    arriving_->request.spool_path = core_.options.spool_folder + "/upload-" + random_credential(random) +
                                    (label.empty() ? "" : "." + label) + ".part";
  }
  auto piece = std::make_shared<std::string>(std::move(body_));
  body_.clear();
  std::function<void()> task = [self = shared_from_this(), io = io_.shared_from_this(), file = spool_file_,
                                path = arriving_->request.spool_path, offset = spooled_, piece]() mutable {
    Result<void> written;
    std::shared_ptr<File> open = std::move(file);
    if (!open) {
      auto made = self->core_.files.open(path, OpenMode::create);
      if (made.ok()) {
        open = std::move(made).value();
      } else {
        written = std::move(made).error();
      }
    }
    if (open) written = open->write(offset, std::as_bytes(std::span(*piece)));
    asio::post(io->context, [self = std::move(self), open = std::move(open), written = std::move(written),
                             bytes = piece->size()]() mutable {
      self->spool_file_ = std::move(open);
      self->spooled_ += bytes;
      self->on_spooled(std::move(written));
    });
  };
  if (core_.pool.post(std::move(task))) return true;
  spooling_ = false;
  abandon_body();
  traits_.keep_alive = false;
  after_ = After::linger;
  answer(refusal(503, ErrorCode::unavailable, "http.busy"));
  return false;
}

void Connection::on_spooled(Result<void> written) {
  spooling_ = false;
  if (closed_) return abandon_body();
  since_ = io_.tick();
  if (!written.ok()) {
    log::error("http.spool_failed", {{"error", written.error().to_log()}});
    abandon_body();
    traits_.keep_alive = false;
    after_ = After::linger;
    const bool full = written.error().code == ErrorCode::exhausted;
    answer(full ? refusal(507, ErrorCode::exhausted, "http.disk_full")
                : refusal(503, ErrorCode::unavailable, "http.spool_failed"));
  }
  proceed();
}

void Connection::finish_body() {
  auto owned = std::move(arriving_);
  if (route_->body == BodyKind::stream) {
    owned->request.body_bytes = body_taken_;
    spool_file_.reset();
  } else {
    owned->set_body(std::move(body_));
    body_ = {};
  }
  phase_ = Phase::idle;
  if (in_.size() > limits::header_bytes && begin_ == end_) std::vector<char>().swap(in_), begin_ = end_ = 0;
  if (route_->runs == Runs::stream) return run_stream(std::move(owned));
  if (route_->runs == Runs::pool) return run_on_pool(std::move(owned));
  arriving_ = owned;  // run_inline holds it until the answer
  run_inline(owned->request, owned->values);
  arriving_.reset();
}

// Lets go of a body that will not be finished; the spool file goes with the request.
void Connection::abandon_body() {
  arriving_.reset();
  spool_file_.reset();
  body_ = {};
  parser_->reset();
}

}  // namespace jingwei::http
