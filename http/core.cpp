#include "http/core.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/log.h"
#include "http/connection.h"

namespace jingwei::http {

namespace {

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

std::string temporary_folder() {
  std::error_code ignored;
  return std::filesystem::temp_directory_path(ignored).string();
}

constexpr std::chrono::milliseconds sweep_every{500};
constexpr std::chrono::milliseconds accept_again_after{100};

constexpr std::string_view turned_away =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\nConnection: close\r\n\r\n";

}  // namespace

Core::Core(Options options_, std::vector<Route> routes_, Router router_)
    : options(std::move(options_)),
      routes(std::move(routes_)),
      router(std::move(router_)),
      clock(options.clock != nullptr ? *options.clock : system_clock()),
      files(options.files != nullptr ? *options.files : real_file_system()),
      stats(options.stats ? options.stats : std::make_shared<Stats>()),
      rates(options.rate),
      static_files(options.static_roots, clock),
      pool(options.workers, options.limits.waiting_tasks) {
  if (options.spool_folder.empty()) options.spool_folder = temporary_folder();
  std::vector<std::string> names;
  for (const Route& route : routes) names.push_back(route.operation.empty() ? route.path : route.operation);
  names.emplace_back("static");
  names.emplace_back("none");
  stats->name_routes(std::move(names));
}

void Core::connection_closed() {
  stats->connections.fetch_sub(1);
  const std::scoped_lock lock(mutex_);
  if (open_.fetch_sub(1) == 1) emptied_.notify_all();
}

bool Core::wait_until_empty(std::chrono::nanoseconds patience) {
  std::unique_lock lock(mutex_);
  return emptied_.wait_for(lock, patience, [this] { return open_.load() == 0; });
}

// Sockets and timers are touched by this thread alone, so the reactor needs no locks; posting from elsewhere
// stays safe.
IoThread::IoThread(std::shared_ptr<Core> core_)
    : core(std::move(core_)),
      context(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      figures(core->stats->add_shard()),
      acceptor_(context),
      local_acceptor_(context),
      timer_(context),
      retry_(context) {}

IoThread::~IoThread() = default;

error_code IoThread::listen(const tcp::endpoint& endpoint, bool shared_port) {
  error_code ec;
  acceptor_.open(endpoint.protocol(), ec);
  if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec && shared_port) {
    using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
    acceptor_.set_option(reuse_port(true), ec);
  }
  if (!ec) acceptor_.bind(endpoint, ec);
  if (!ec) acceptor_.listen(4096, ec);
  if (!ec) acceptor_.non_blocking(true, ec);
  return ec;
}

error_code IoThread::listen_local(const std::string& path) {
  const asio::local::stream_protocol::endpoint endpoint(path);
  error_code ec;
  // A socket file left by a process that was killed; whoever binds here holds the folder's lock.
  ::unlink(path.c_str());
  local_acceptor_.open(endpoint.protocol(), ec);
  if (!ec) local_acceptor_.bind(endpoint, ec);
  if (!ec && ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0)
    ec = error_code(errno, boost::system::system_category());
  if (!ec) local_acceptor_.listen(64, ec);
  if (!ec) local_acceptor_.non_blocking(true, ec);
  return ec;
}

void IoThread::run() {
  tick();
  accept();
  if (local_acceptor_.is_open()) accept_local();
  arm_timer();
  context.run();
}

void IoThread::accept() {
  acceptor_.async_accept([self = shared_from_this()](error_code ec, tcp::socket socket) {
    if (self->stopping_ || self->core->draining || ec == asio::error::operation_aborted) return;
    if (ec) return self->accept_later(ec, &IoThread::accept);
    const auto endpoint = socket.remote_endpoint(ec);
    if (!ec) self->on_accept(Socket(std::move(socket)), {endpoint.address().to_string()});
    self->accept();
  });
}

void IoThread::accept_local() {
  local_acceptor_.async_accept(
      [self = shared_from_this()](error_code ec, asio::local::stream_protocol::socket socket) {
        if (self->stopping_ || self->core->draining || ec == asio::error::operation_aborted) return;
        if (ec) return self->accept_later(ec, &IoThread::accept_local);
        self->on_accept(Socket(std::move(socket)), {});
        self->accept_local();
      });
}

void IoThread::accept_later(error_code fault, void (IoThread::*accept_again)()) {
  // Out of file descriptors, most likely: asking again at once would only burn the processor.
  log::warn("http.accept_failed", {{"error", fault.message()}});
  retry_.expires_after(accept_again_after);
  retry_.async_wait([self = shared_from_this(), accept_again](error_code cut) {
    if (!cut) (*self.*accept_again)();
  });
}

void IoThread::on_accept(Socket socket, Peer peer) {
  tick();
  if (core->open_connections() >= static_cast<std::int64_t>(core->options.limits.connections)) {
    figures.connections_refused.add(1);
    error_code ignored;
    socket.non_blocking(true, ignored);
    if (!core->tls) socket.send(asio::buffer(turned_away), 0, ignored);
    return;
  }
  figures.connections_accepted.add(1);
  std::make_shared<Connection>(*this, std::move(socket), std::move(peer))->start();
}

void IoThread::arm_timer() {
  timer_.expires_after(sweep_every);
  timer_.async_wait([self = shared_from_this()](error_code ec) {
    if (ec || self->stopping_) return;
    self->sweep();
    self->arm_timer();
  });
}

void IoThread::sweep() {
  const auto at = tick();
  core->rates.sweep(at);
  const std::vector<Connection*> all = connections_;
  std::vector<std::shared_ptr<Connection>> held;
  held.reserve(all.size());
  for (Connection* connection : all) held.push_back(connection->shared_from_this());
  for (const auto& connection : held) connection->sweep(at);
}

void IoThread::begin_drain() {
  error_code ignored;
  acceptor_.close(ignored);
  local_acceptor_.close(ignored);
  std::vector<std::shared_ptr<Connection>> held;
  for (Connection* connection : connections_) held.push_back(connection->shared_from_this());
  for (const auto& connection : held) connection->drain();
}

void IoThread::close_all() {
  std::vector<std::shared_ptr<Connection>> held;
  for (Connection* connection : connections_) held.push_back(connection->shared_from_this());
  for (const auto& connection : held) connection->close();
}

void IoThread::stop() {
  stopping_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  local_acceptor_.close(ignored);
  timer_.cancel();
  retry_.cancel();
  close_all();
}

void IoThread::add(Connection& connection) {
  connection.place_in_list = connections_.size();
  connections_.push_back(&connection);
}

void IoThread::remove(Connection& connection) {
  const std::size_t place = connection.place_in_list;
  connections_[place] = connections_.back();
  connections_[place]->place_in_list = place;
  connections_.pop_back();
}

std::chrono::nanoseconds IoThread::tick() {
  return now_ = core->clock.monotonic();
}

std::string_view IoThread::date() {
  constexpr std::chrono::milliseconds fresh_for{250};
  if (date_from_.count() < 0 || now_ - date_from_ > fresh_for) {
    date_from_ = now_;
    const auto wall = std::chrono::floor<std::chrono::seconds>(core->clock.now());
    date_ = http_date(wall.time_since_epoch().count());
  }
  return date_;
}

}  // namespace jingwei::http
