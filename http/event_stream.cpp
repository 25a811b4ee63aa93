#include <boost/asio/post.hpp>

#include "http/connection.h"

namespace jingwei::http {

namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value.substr(0, value.find_first_of("\r\n"))).append("\n");
}

std::string formatted(std::string_view event, std::string_view data, std::string_view id) {
  std::string out;
  out.reserve(data.size() + event.size() + id.size() + 32);
  if (!id.empty()) append_field(out, "id", id);
  if (!event.empty()) append_field(out, "event", event);
  while (true) {
    const std::size_t line = std::min(data.find_first_of("\r\n"), data.size());
    append_field(out, "data", data.substr(0, line));
    if (line == data.size()) break;
    data.remove_prefix(line + (data.substr(line).starts_with("\r\n") ? 2 : 1));
  }
  out += '\n';
  return out;
}

// What the producer holds; the stream ends with it.
class Producer final : public EventStream {
 public:
  explicit Producer(std::shared_ptr<StreamState> state) : state_(std::move(state)) {}
  ~Producer() override { close(); }

  bool send(std::string_view event, std::string_view data, std::string_view id) override {
    const std::string text = formatted(event, data, id);
    const std::scoped_lock lock(state_->mutex);
    if (state_->closed) return false;
    state_->begun = true;
    if (state_->pending.size() + state_->in_flight + text.size() > state_->backlog_bytes) {
      // Waiting for a client this slow would cost everybody's memory; it comes back with Last-Event-ID.
      state_->closed = state_->overflowed = true;
      state_->pending.clear();
    } else {
      state_->pending += text;
    }
    StreamState::schedule(state_);
    return !state_->closed;
  }

  bool open() const override {
    const std::scoped_lock lock(state_->mutex);
    return !state_->closed;
  }

  void close() override {
    const std::scoped_lock lock(state_->mutex);
    if (std::exchange(state_->closed, true)) return;
    state_->begun = true;
    StreamState::schedule(state_);
  }

  void refuse(Response response) override {
    const std::scoped_lock lock(state_->mutex);
    if (state_->begun || state_->closed) return;
    state_->refusal = std::move(response);
    state_->closed = true;
    StreamState::schedule(state_);
  }

 private:
  std::shared_ptr<StreamState> state_;
};

}  // namespace

void StreamState::schedule(const std::shared_ptr<StreamState>& state) {
  if (std::exchange(state->scheduled, true)) return;
  asio::post(state->io->context, [connection = state->connection] {
    if (const auto alive = connection.lock()) alive->pump_stream();
  });
}

std::shared_ptr<EventStream> make_event_stream(std::shared_ptr<StreamState> state) {
  return std::make_shared<Producer>(std::move(state));
}

void begin_stream(const std::shared_ptr<StreamState>& state) {
  const std::scoped_lock lock(state->mutex);
  if (state->refusal) return;
  state->begun = true;
  StreamState::schedule(state);
}

void Connection::pump_stream() {
  if (closed_ || phase_ != Phase::streaming) return;
  std::unique_lock lock(stream_->mutex);
  stream_->scheduled = false;
  if (stream_->overflowed) {
    lock.unlock();
    return close();
  }
  if (stream_->refusal) {
    Response response = std::move(*stream_->refusal);
    lock.unlock();
    stream_.reset();
    on_answer(std::move(response));
    return;
  }
  if (!stream_->begun && !stream_->closed) return;
  if (!stream_begun_) {
    stream_begun_ = true;
    serialise_stream_head(out_, io_.date(), core_.options.banner);
    out_ += "retry: 2000\n\n";
    note_figures(200);
    core_.stats->streams.fetch_add(1);
  }
  since_ = io_.tick();
  if (!writing_) {
    out_ += stream_->pending;
    stream_->in_flight = stream_->pending.size();
    stream_->pending.clear();
  }
  if (stream_->closed && stream_->pending.empty()) after_ = After::linger;
  lock.unlock();
  proceed();
}

}  // namespace jingwei::http
