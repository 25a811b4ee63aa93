#include "http/server.h"

#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <mutex>

#include "base/log.h"
#include "http/core.h"
#include "http/messages.gen.h"

namespace jingwei::http {

struct Server::Impl {
  Options options;
  std::vector<Route> routes;
  std::shared_ptr<Core> core;
  std::vector<std::shared_ptr<IoThread>> io;
  std::vector<std::thread> threads;
  std::uint16_t port = 0;
  bool drained = false;

  // Runs `work` on every I/O thread and waits for all.
  template <typename Work>
  void on_every_thread(Work work) {
    std::vector<std::future<void>> done;
    for (const auto& one : io) {
      auto promise = std::make_shared<std::promise<void>>();
      done.push_back(promise->get_future());
      asio::post(one->context, [one, promise, work] {
        work(*one);
        promise->set_value();
      });
    }
    for (auto& each : done) each.wait();
  }

  Result<tcp::endpoint> lawful_endpoint() const;
  Result<void> load_certificate();
  Result<void> bind(tcp::endpoint endpoint);
};

Result<tcp::endpoint> Server::Impl::lawful_endpoint() const {
  const auto refuse = [&](ErrorCode code, const char* message) {
    return Error(code, message).with("address", options.address).with("port", std::to_string(options.port));
  };
  error_code ec;
  const auto address =
      asio::ip::make_address(options.address == "localhost" ? "127.0.0.1" : options.address, ec);
  if (ec) return refuse(ErrorCode::invalid, "http.address_malformed");
  if (!address.is_loopback()) {
    if (options.exposure == Exposure::loopback_only) return refuse(ErrorCode::denied, "http.only_loopback");
    if (!options.tls || !options.authorise) return refuse(ErrorCode::denied, "http.network_needs_tls");
  }
  return tcp::endpoint(address, options.port);
}

Result<void> Server::Impl::load_certificate() {
  if (!options.tls) return {};
  core->tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  error_code ec;
  using Flags = asio::ssl::context;
  core->tls->set_options(Flags::default_workarounds | Flags::no_sslv2 | Flags::no_sslv3 | Flags::no_tlsv1 |
                             Flags::no_tlsv1_1 | Flags::no_compression,
                         ec);
  if (!ec) core->tls->use_certificate_chain_file(options.tls->certificate, ec);
  if (!ec) core->tls->use_private_key_file(options.tls->key, asio::ssl::context::pem, ec);
  if (!ec) return {};
  return Error(ErrorCode::invalid, "http.certificate_unreadable")
      .with("file", options.tls->certificate)
      .because(ec.message());
}

Result<void> Server::Impl::bind(tcp::endpoint endpoint) {
  const auto taken = [&](error_code ec) {
    const bool busy = ec == asio::error::address_in_use;
    return Error(busy ? ErrorCode::conflict : ErrorCode::unavailable,
                 busy ? "http.port_taken" : "http.cannot_listen")
        .with("address", options.address)
        .with("port", std::to_string(endpoint.port()))
        .because(ec.message());
  };
  const bool shared_port = options.threads > 1;
  if (shared_port && endpoint.port() != 0) {
    // Sharing the port among our threads would also share it with a second server of the same user; a probe
    // notices that one.
    asio::io_context context;
    tcp::acceptor probe(context);
    error_code ec;
    probe.open(endpoint.protocol(), ec);
    probe.set_option(tcp::acceptor::reuse_address(true), ec);
    probe.bind(endpoint, ec);
    if (ec) return taken(ec);
  }
  for (int i = 0; i < std::max(options.threads, 1); ++i) {
    auto one = std::make_shared<IoThread>(core);
    if (const error_code ec = one->listen(endpoint, shared_port)) return taken(ec);
    endpoint = one->endpoint();
    io.push_back(std::move(one));
  }
  port = endpoint.port();
  if (options.unix_socket.empty()) return {};
  if (const error_code ec = io.front()->listen_local(options.unix_socket)) {
    return Error(ErrorCode::unavailable, "http.cannot_listen_local")
        .with("path", options.unix_socket)
        .because(ec.message());
  }
  return {};
}

Server::Server(Options options, std::vector<Route> routes) : impl_(std::make_unique<Impl>()) {
  if (!options.stats) options.stats = std::make_shared<Stats>();
  impl_->options = std::move(options);
  impl_->routes = std::move(routes);
}

Server::~Server() {
  drain();
}

Result<void> Server::start() {
  JW_ASSERT(!impl_->core);
  static std::once_flag registered;
  std::call_once(registered, register_messages);
  JW_ASSIGN(const tcp::endpoint endpoint, impl_->lawful_endpoint());
  JW_ASSIGN(Router router, Router::compile(impl_->routes));
  impl_->core = std::make_shared<Core>(impl_->options, impl_->routes, std::move(router));
  auto ready = impl_->load_certificate();
  if (ready.ok()) ready = impl_->bind(endpoint);
  if (!ready.ok()) {
    impl_->io.clear();
    impl_->core.reset();
    return ready;
  }
  for (const auto& one : impl_->io) impl_->threads.emplace_back([one] { one->run(); });
  log::info(
      "http.started",
      {{"address", impl_->options.address}, {"port", impl_->port}, {"tls", impl_->options.tls.has_value()}});
  return {};
}

std::uint16_t Server::port() const {
  return impl_->port;
}

bool Server::draining() const {
  return impl_->core && impl_->core->draining.load();
}

void Server::drain() {
  if (!impl_->core || std::exchange(impl_->drained, true)) return;
  impl_->core->draining = true;
  impl_->on_every_thread([](IoThread& io) { io.begin_drain(); });
  const bool empty = impl_->core->wait_until_empty(impl_->options.limits.drain_deadline);
  if (!empty) log::warn("http.drain_cut", {{"connections", impl_->core->open_connections()}});
  impl_->core->pool.stop();
  impl_->on_every_thread([](IoThread& io) { io.stop(); });
  for (std::thread& thread : impl_->threads) thread.join();
  if (!impl_->options.unix_socket.empty()) ::unlink(impl_->options.unix_socket.c_str());
  log::info("http.stopped", {{"port", impl_->port}});
}

void Server::sweep() {
  if (!impl_->core || impl_->drained) return;
  impl_->on_every_thread([](IoThread& io) { io.sweep(); });
}

Stats& Server::stats() {
  return *impl_->options.stats;
}

}  // namespace jingwei::http
