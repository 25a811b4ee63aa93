// What a server's threads share. Internal to http/: it names Asio, so only .cpp files of this folder include
// it.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/pool.h"
#include "http/rate.h"
#include "http/router.h"
#include "http/server.h"
#include "http/static_files.h"

namespace jingwei::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

class Connection;

// A connection over TCP or over the local socket.
using Socket = asio::generic::stream_protocol::socket;

// Who is at the other end; no address for the local socket, which only this folder's user can open.
struct Peer {
  std::optional<std::string> remote;
};

// Immutable while serving, but for the parts that are thread-safe by themselves.
struct Core {
  Core(Options options_, std::vector<Route> routes_, Router router_);

  Options options;
  std::vector<Route> routes;
  Router router;
  const Clock& clock;
  FileSystem& files;
  std::shared_ptr<Stats> stats;
  RateLimiter rates;
  StaticFiles static_files;
  std::unique_ptr<asio::ssl::context> tls;
  Pool pool;
  std::atomic<bool> draining{false};

  // Figures of requests that no route of the list answers.
  std::size_t static_figures() const { return routes.size(); }
  std::size_t unrouted_figures() const { return routes.size() + 1; }

  void connection_opened() {
    stats->connections.fetch_add(1);
    open_.fetch_add(1);
  }
  void connection_closed();
  std::int64_t open_connections() const { return open_.load(); }
  // Waits until no connection is open; false after `patience`.
  bool wait_until_empty(std::chrono::nanoseconds patience);

 private:
  std::atomic<std::int64_t> open_{0};
  std::mutex mutex_;
  std::condition_variable emptied_;
};

// One thread of input and output with its own acceptor. Everything but `context` (for posting) belongs to
// that thread.
class IoThread : public std::enable_shared_from_this<IoThread> {
 public:
  explicit IoThread(std::shared_ptr<Core> core);
  ~IoThread();

  // Called before run(), from the starting thread.
  error_code listen(const tcp::endpoint& endpoint, bool shared_port);
  error_code listen_local(const std::string& path);
  tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }
  void run();

  void begin_drain();
  void close_all();
  void stop();  // lets run() return once nothing is left to do
  void sweep();

  void add(Connection& connection);
  void remove(Connection& connection);

  // Reads the clock once per batch of input.
  std::chrono::nanoseconds tick();
  std::chrono::nanoseconds now() const { return now_; }
  std::string_view date();

  std::shared_ptr<Core> core;
  asio::io_context context;
  StatsShard& figures;

 private:
  void accept();
  void accept_local();
  // Accepts again after an error, a moment later.
  void accept_later(error_code fault, void (IoThread::*accept_again)());
  void on_accept(Socket socket, Peer peer);
  void arm_timer();

  tcp::acceptor acceptor_;
  asio::local::stream_protocol::acceptor local_acceptor_;
  asio::steady_timer timer_;
  asio::steady_timer retry_;
  std::vector<Connection*> connections_;
  std::chrono::nanoseconds now_{0};
  std::chrono::nanoseconds date_from_{-1};
  std::string date_;
  bool stopping_ = false;
};

}  // namespace jingwei::http
