// One client connection: reads requests, checks them, has them answered in order. Internal to http/.
//
// Everything runs on the connection's I/O thread, except Reply::send and the producer's side of an event
// stream.
#pragma once

#include <boost/asio/ssl/stream.hpp>
#include <deque>

#include "http/core.h"
#include "http/owned_request.h"
#include "http/parser.h"
#include "http/reply.h"

namespace jingwei::http {

class Reply;
struct StreamState;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(IoThread& io, Socket socket, Peer peer);
  ~Connection();

  void start();
  void sweep(std::chrono::nanoseconds now);
  void drain();
  void close();

  // From Reply and StreamState, on the I/O thread.
  void on_answer(Response response);
  void pump_stream();

  std::size_t place_in_list = 0;  // IoThread's

 private:
  enum class Phase : std::uint8_t {
    handshake,
    idle,       // no byte of a request yet
    head,       // part of a head is there
    body,       // waiting for the rest of a body
    running,    // a handler will answer
    streaming,  // an event stream is open
    lingering,  // the last answer is written; reading what the client still sends, so that it gets to see the
                // answer
  };
  enum class After : std::uint8_t { keep, close, linger };

  // connection.cpp: bytes in and out
  void proceed();
  bool parse_batch();
  void read();
  void make_room();
  void on_read(error_code ec, std::size_t bytes);
  bool write_out();
  void write_rest();
  void on_written(error_code ec, std::size_t bytes);
  void end();
  std::string_view unread() const { return {in_.data() + begin_, end_ - begin_}; }

  // connection_requests.cpp: from a head to a handler
  void take_request();
  std::optional<Response> check_host();
  std::optional<Response> check_route();
  std::optional<Response> check_sender();
  std::optional<Response> check_representation();
  std::optional<Response> check_body();
  Response refusal(int status, ErrorCode code, const char* message) const;
  bool is_foreign_write() const;
  void refuse(Response response);
  void fail_parse(int status);
  void answer(Response response);
  void note_figures(int status);
  void dispatch();
  void run_inline(const Request& request, const PathValues& values);
  void run_on_pool(std::shared_ptr<OwnedRequest> owned);
  void run_stream(std::shared_ptr<OwnedRequest> owned);
  void serve_static();
  std::shared_ptr<OwnedRequest> own() const;

  // connection_body.cpp: bodies that are not in the buffer yet
  void begin_body();
  bool take_body();
  bool decode_body();
  bool spool();
  void on_spooled(Result<void> written);
  void finish_body();
  void abandon_body();

  IoThread& io_;
  Core& core_;
  std::shared_ptr<Connection>
      self_;  // until close(): while a handler runs, nothing else holds the connection
  Socket socket_;
  Peer peer_;
  std::unique_ptr<asio::ssl::stream<Socket&>> tls_;
  std::string remote_;
  std::shared_ptr<Bucket> bucket_;

  std::vector<char> in_;
  std::size_t begin_ = 0, end_ = 0;
  std::string out_;
  std::size_t out_done_ = 0;
  Phase phase_ = Phase::idle;
  After after_ = After::keep;
  bool reading_ = false, writing_ = false, closed_ = false, in_proceed_ = false;
  std::chrono::nanoseconds since_{0};  // when this phase began or last moved
  std::chrono::nanoseconds wrote_{0};  // when the client last took bytes
  std::uint64_t moved_bytes_ = 0;      // of the body since `since_`
  std::size_t discarded_bytes_ = 0;

  std::unique_ptr<Parser> parser_;
  Head head_;
  std::string_view head_bytes_;
  std::string path_scratch_;
  std::vector<std::string_view> segments_;
  PathValues values_;
  std::string known_host_;
  ReplyTraits traits_;
  const Route* route_ = nullptr;
  std::size_t figures_ = 0;
  std::chrono::nanoseconds started_{0};
  std::shared_ptr<Reply> spare_reply_;
  bool counted_in_flight_ = false;

  // The request whose body is coming in.
  std::shared_ptr<OwnedRequest> arriving_;
  std::string body_;
  std::uint64_t body_taken_ = 0, spooled_ = 0, body_left_ = 0;
  std::shared_ptr<File> spool_file_;
  bool spooling_ = false, body_whole_ = false;

  std::shared_ptr<StreamState> stream_;
  bool stream_begun_ = false;
};

// The server's end of a Responder. Born inside the handler's call or already detached from it; whichever side
// comes second delivers.
class Reply final : public ReplySink {
 public:
  Reply(std::shared_ptr<IoThread> io, std::weak_ptr<Connection> connection)
      : io_(std::move(io)), connection_(std::move(connection)) {}
  ~Reply() override;
  void send(Response response) override;

  // I/O thread: makes the object ready for a call. `inside` collects the answer for caught().
  void prepare(ReplyTraits traits, bool inside);
  // After an inline handler returned: its answer, or nothing when it kept the Responder for later (or dropped
  // it).
  std::optional<Response> caught();
  void hold(std::shared_ptr<OwnedRequest> request) { request_ = std::move(request); }

 private:
  enum State : int { inside, detached, answered };
  void deliver(Response response);

  std::shared_ptr<IoThread> io_;
  std::weak_ptr<Connection> connection_;
  ReplyTraits traits_;
  std::shared_ptr<OwnedRequest> request_;
  std::optional<Response> response_;
  std::atomic<int> state_{detached};
};

// Shared by a connection and its producer.
struct StreamState {
  std::shared_ptr<IoThread> io;
  std::weak_ptr<Connection> connection;
  std::size_t backlog_bytes = 0;

  std::mutex mutex;
  std::string pending;        // formatted events not yet handed to the connection
  std::size_t in_flight = 0;  // handed over, not yet written
  bool begun = false;         // the head may go out
  bool closed = false;
  bool scheduled = false;   // a pump is on its way to the I/O thread
  bool overflowed = false;  // the client fell behind; the connection is cut
  std::optional<Response> refusal;

  // With `mutex` held.
  static void schedule(const std::shared_ptr<StreamState>& state);
};

std::shared_ptr<EventStream> make_event_stream(std::shared_ptr<StreamState> state);
// Ends the handler's chance to refuse.
void begin_stream(const std::shared_ptr<StreamState>& state);

}  // namespace jingwei::http
