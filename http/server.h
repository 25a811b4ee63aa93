// The HTTP server: takes connections, checks requests against the routes, runs handlers, writes answers.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/limits.h"
#include "base/result.h"
#include "http/rate.h"
#include "http/route.h"
#include "http/stats.h"

namespace jingwei::http {

// Whom the server may be reached by. Off loopback it needs TLS and somebody who authorises.
enum class Exposure : std::uint8_t { loopback_only, network };

// Pool threads of the program, and of the benchmarks that measure it.
inline constexpr int program_workers = 8;
// Requests that wait for each of them: about a second of work, at 16 ms a request. A case is opened in some 2
// ms, a page of a large inbox comes in under 50 (bench/cases_bench.cpp). In a longer queue people wait for
// answers to what they have sent again meanwhile; whoever comes beyond it is told at once, before anything
// was done, to come again after a second.
inline constexpr std::size_t waiting_per_worker = 64;

struct Limits {
  std::size_t header_bytes = limits::header_bytes;
  std::size_t url_bytes = limits::url_bytes;
  std::size_t connections = limits::connections;
  std::size_t pipelined_requests =
      limits::pipelined_requests;  // answered in one go before other connections get a turn
  std::size_t event_stream_backlog_bytes = limits::event_stream_backlog_bytes;
  std::size_t waiting_tasks =
      program_workers * waiting_per_worker;  // pool requests waiting for a worker; 429 beyond
  std::chrono::nanoseconds header_deadline = limits::header_deadline;
  std::chrono::nanoseconds body_stall_deadline =
      limits::body_stall_deadline;  // also for clients that do not read answers
  std::chrono::nanoseconds idle_deadline = limits::idle_deadline;
  std::chrono::nanoseconds drain_deadline = limits::drain_deadline;
  std::chrono::nanoseconds event_heartbeat = std::chrono::seconds(15);
};

// A folder of files served under a path. Hashed names below assets/ are cached for ever, pages not at all; a
// path that names no file and has no ending gets the folder's index.html (the page routes itself).
struct StaticRoot {
  std::string prefix;  // "/" or "/desk/"
  std::string folder;
};

struct TlsFiles {
  std::string certificate;  // PEM chain
  std::string key;          // PEM
};

struct Options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0 takes any free one
  Exposure exposure = Exposure::loopback_only;
  std::string
      unix_socket;  // also serve on this path, without TLS, for this user's own programs; none when empty
  int threads = 1;  // I/O threads
  int workers = 4;  // pool threads
  const Clock* clock = nullptr;  // the system's when null; must outlive the server
  FileSystem* files = nullptr;   // the real disk when null
  // A word that the name of a request's spool file bears, such as what the body is for; empty: none.
  std::function<std::string(const Route&, const PathValues&)> spool_label;
  std::string spool_folder;  // holds bodies of `body: stream` routes while they run; the system's temporary
                             // folder when empty
  std::vector<StaticRoot> static_roots;
  Limits limits;
  std::optional<TlsFiles> tls;
  Rate rate;
  std::string banner;  // value of the Server header; none when empty
  std::vector<std::string>
      allowed_origins;  // origins besides our own that may write, such as a development server's
  // Asked before every handler, on the network thread (memory only); sets the request's caller, or an error
  // is the answer. Empty allows everything, which only loopback may.
  std::function<Result<void>(Request&, const Route&)> authorise;
  std::shared_ptr<Stats> stats;  // made when null
};

// Thread-safe but for start(), drain() and destruction, which belong to one thread.
class Server {
 public:
  Server(Options options, std::vector<Route> routes);
  ~Server();  // drains
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and serves. denied: the address is not loopback (or TLS and authorise are missing); invalid: bad
  // address, route or certificate; conflict: the port is taken.
  Result<void> start();
  // The port bound; 0 before start().
  std::uint16_t port() const;
  // Takes no more connections, lets running requests finish, ends event streams; what still runs at
  // limits.drain_deadline is cut.
  void drain();
  bool draining() const;

  // Applies the deadlines as of clock.now; the server does so itself twice a second. Returns when every
  // connection was looked at.
  void sweep();
  Stats& stats();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace jingwei::http
