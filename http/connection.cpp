#include "http/connection.h"

#include <sys/socket.h>

#include <boost/asio/post.hpp>

namespace jingwei::http {

namespace {

constexpr std::size_t first_buffer_bytes = 4 * 1024;
constexpr std::size_t body_buffer_bytes = 64 * 1024;
constexpr std::size_t answers_at_once_bytes = 256 * 1024;
constexpr std::size_t kept_output_bytes = 64 * 1024;
constexpr std::size_t discard_bytes_most = 8 << 20;
constexpr std::chrono::seconds linger_deadline{5};
// A body must move at least this much per stall deadline, so that a byte now and then does not hold a place.
constexpr std::uint64_t progress_bytes = 1024;

}  // namespace

Connection::Connection(IoThread& io, Socket socket, Peer peer)
    : io_(io),
      core_(*io.core),
      socket_(std::move(socket)),
      peer_(std::move(peer)),
      parser_(make_parser({core_.options.limits.header_bytes, core_.options.limits.url_bytes})) {
  if (core_.tls && peer_.remote) tls_ = std::make_unique<asio::ssl::stream<Socket&>>(socket_, *core_.tls);
}

Connection::~Connection() = default;

void Connection::start() {
  self_ = shared_from_this();
  io_.add(*this);
  core_.connection_opened();
  since_ = wrote_ = io_.now();
  error_code ec;
  if (peer_.remote) {
    remote_ = *peer_.remote;
    bucket_ = core_.rates.bucket_of(remote_);
    socket_.set_option(tcp::no_delay(true), ec);
  }
  socket_.non_blocking(true, ec);
  if (!tls_) return read();
  phase_ = Phase::handshake;
  tls_->async_handshake(asio::ssl::stream_base::server, [self = shared_from_this()](error_code fault) {
    if (self->closed_) return;
    if (fault) return self->close();
    self->phase_ = Phase::idle;
    self->since_ = self->io_.tick();
    self->read();
  });
}

// The one place that decides what comes next. Writes before it reads, so that a client that does not read
// gets no more work done.
void Connection::proceed() {
  if (std::exchange(in_proceed_, true)) return;  // a handler answered inside of this very loop
  for (int turns = 0;; ++turns) {
    if (closed_ || writing_) break;
    if (!out_.empty() && !write_out()) break;
    if (phase_ == Phase::streaming) {
      if (after_ != After::keep)
        end();
      else if (stream_) {
        bool more = false;
        {
          const std::scoped_lock lock(stream_->mutex);
          stream_->in_flight = 0;
          more = stream_begun_ && (!stream_->pending.empty() || stream_->closed);
          if (more) StreamState::schedule(stream_);
        }
        read();
      }
      break;
    }
    if (phase_ == Phase::running) break;
    if (phase_ == Phase::lingering) {
      read();
      break;
    }
    if (after_ != After::keep && phase_ != Phase::body) {
      end();
      break;
    }
    if (turns > 0 && unread().size() > 0 && phase_ != Phase::body) {
      asio::post(io_.context, [self = shared_from_this()] { self->proceed(); });  // others first
      break;
    }
    const bool moved = phase_ == Phase::body ? take_body() : parse_batch();
    if (!moved) break;
  }
  in_proceed_ = false;
}

// True when something was taken; otherwise a read is under way.
bool Connection::parse_batch() {
  std::size_t taken = 0;
  while (taken < core_.options.limits.pipelined_requests && after_ == After::keep &&
         out_.size() < answers_at_once_bytes && (phase_ == Phase::idle || phase_ == Phase::head)) {
    while (phase_ == Phase::idle && begin_ < end_ && (in_[begin_] == '\r' || in_[begin_] == '\n')) ++begin_;
    if (begin_ == end_) {
      begin_ = end_ = 0;
      phase_ = Phase::idle;
      break;
    }
    std::size_t used = 0;
    const Parsed parsed = parser_->head(unread(), head_, used);
    if (parsed == Parsed::more) {
      if (phase_ == Phase::idle) since_ = io_.now();
      phase_ = Phase::head;
      break;
    }
    ++taken;
    if (parsed == Parsed::failed) {
      fail_parse(parser_->fault_status());
      break;
    }
    head_bytes_ = unread().substr(0, used);
    begin_ += used;
    phase_ = Phase::idle;
    since_ = io_.now();
    take_request();
  }
  if (taken > 0) return true;
  read();
  return false;
}

void Connection::make_room() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (in_.empty()) in_.resize(first_buffer_bytes);
  if (begin_ > 0 && end_ == in_.size()) {
    std::memmove(in_.data(), in_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const std::size_t wanted = phase_ == Phase::body ? body_buffer_bytes : in_.size();
  if (end_ == in_.size() || in_.size() < wanted) in_.resize(std::max(wanted, in_.size() * 2));
}

void Connection::read() {
  if (reading_ || closed_) return;
  make_room();
  reading_ = true;
  const auto room = asio::buffer(in_.data() + end_, in_.size() - end_);
  auto done = [self = shared_from_this()](error_code ec, std::size_t bytes) { self->on_read(ec, bytes); };
  if (tls_) {
    tls_->async_read_some(room, std::move(done));
  } else {
    socket_.async_read_some(room, std::move(done));
  }
}

void Connection::on_read(error_code ec, std::size_t bytes) {
  reading_ = false;
  if (closed_) return;
  if (ec) return close();
  io_.figures.bytes_in.add(bytes);
  const auto now = io_.tick();
  if (phase_ == Phase::lingering || phase_ == Phase::streaming) {
    discarded_bytes_ += bytes;
    end_ = begin_;
    if (discarded_bytes_ > discard_bytes_most) return close();
    return read();
  }
  end_ += bytes;
  if (phase_ == Phase::body) {
    moved_bytes_ += bytes;
    if (moved_bytes_ >= progress_bytes) {
      moved_bytes_ = 0;
      since_ = now;
    }
  }
  proceed();
}

// Writes what it can at once. True when all is gone; otherwise on_written goes on.
bool Connection::write_out() {
  if (!tls_) {
    while (out_done_ < out_.size()) {
      const ssize_t sent =
          ::send(socket_.native_handle(), out_.data() + out_done_, out_.size() - out_done_, MSG_NOSIGNAL);
      if (sent < 0) {
        if (errno == EINTR) continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK) break;
        close();
        return false;
      }
      io_.figures.bytes_out.add(static_cast<std::uint64_t>(sent));
      out_done_ += static_cast<std::size_t>(sent);
    }
    if (out_done_ == out_.size()) {
      out_.clear();
      out_done_ = 0;
      if (out_.capacity() > kept_output_bytes) std::string().swap(out_);
      return true;
    }
  }
  wrote_ = io_.now();
  write_rest();
  return false;
}

void Connection::write_rest() {
  writing_ = true;
  const auto rest = asio::buffer(out_.data() + out_done_, out_.size() - out_done_);
  auto done = [self = shared_from_this()](error_code ec, std::size_t bytes) { self->on_written(ec, bytes); };
  if (tls_) {
    tls_->async_write_some(rest, std::move(done));
  } else {
    socket_.async_write_some(rest, std::move(done));
  }
}

void Connection::on_written(error_code ec, std::size_t bytes) {
  writing_ = false;
  if (closed_) return;
  if (ec) return close();
  io_.figures.bytes_out.add(bytes);
  wrote_ = io_.tick();
  out_done_ += bytes;
  if (out_done_ < out_.size()) return write_rest();
  out_.clear();
  out_done_ = 0;
  if (out_.capacity() > kept_output_bytes) std::string().swap(out_);
  proceed();
}

// After the last answer. Closing with unread input resets the connection, and the client might lose the
// answer to that.
void Connection::end() {
  if (closed_) return;
  if (after_ == After::close && begin_ == end_ && !tls_) return close();
  phase_ = Phase::lingering;
  since_ = io_.now();
  begin_ = end_ = 0;
  if (tls_) {
    if (reading_) return close();
    tls_->async_shutdown([self = shared_from_this()](error_code) { self->close(); });
    return;
  }
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  read();
}

void Connection::close() {
  if (std::exchange(closed_, true)) return;
  error_code ignored;
  socket_.close(ignored);
  if (stream_) {
    const std::scoped_lock lock(stream_->mutex);
    stream_->closed = true;
    stream_->pending.clear();
  }
  if (stream_begun_) core_.stats->streams.fetch_sub(1);
  if (std::exchange(counted_in_flight_, false)) core_.stats->in_flight.fetch_sub(1);
  if (!spooling_) abandon_body();
  io_.remove(*this);
  core_.connection_closed();
  asio::post(io_.context, [self = std::move(self_)] {});  // callers up the stack still use us
}

void Connection::sweep(std::chrono::nanoseconds now) {
  const Limits& limits = core_.options.limits;
  if (writing_ && now - wrote_ > limits.body_stall_deadline) return close();
  const auto waited = now - since_;
  switch (phase_) {
    case Phase::handshake:
      if (waited > limits.header_deadline) close();
      return;
    case Phase::idle:
      if (!writing_ && waited > limits.idle_deadline) close();
      return;
    case Phase::head:
      if (waited > limits.header_deadline) fail_parse(408), proceed();
      return;
    case Phase::body:
      if (!spooling_ && waited > limits.body_stall_deadline) abandon_body(), fail_parse(408), proceed();
      return;
    case Phase::lingering:
      if (waited > linger_deadline) close();
      return;
    case Phase::streaming:
      if (stream_begun_ && !writing_ && waited > limits.event_heartbeat) {
        since_ = now;
        out_ += ": alive\n\n";
        proceed();
      }
      return;
    case Phase::running:
      return;
  }
}

void Connection::drain() {
  if (phase_ == Phase::handshake || phase_ == Phase::idle) {
    if (!writing_ && begin_ == end_) return close();
  }
  if (phase_ == Phase::streaming && stream_) {
    const std::scoped_lock lock(stream_->mutex);
    stream_->closed = stream_->begun = true;
    StreamState::schedule(stream_);
    return;
  }
  traits_.keep_alive = false;
}

}  // namespace jingwei::http
