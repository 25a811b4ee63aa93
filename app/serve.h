// `jingwei serve`: the hub behind HTTP until it is told to stop.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/hub.h"
#include "http/server.h"

namespace jingwei::app {

struct ServeOptions {
  std::string listen = "127.0.0.1:8480";
  int threads = 1;
  std::optional<http::TlsFiles> tls;
};

// Host and port of "127.0.0.1:8480" or "[::1]:8480". Errors: invalid "app.bad_listen".
Result<std::pair<std::string, std::uint16_t>> parse_listen(const std::string& listen);

// Whether a host to listen at is this machine's own; anything else is the network, which takes TLS.
bool is_loopback(std::string_view host);

// Name of the socket in the data folder through which the CLI talks to a running server.
std::string socket_path(const std::string& data_folder);

// Makes SIGINT and SIGTERM wait for serve(), in this thread and all it starts; call before the hub is opened,
// so that a stop in the first moments drains too.
void block_stop_signals();

// Serves until SIGINT or SIGTERM, then drains; block_stop_signals() comes first. `ready` is called once with
// the address to open.
Result<void> serve(Hub& hub, const Share& share, const ServeOptions& options,
                   const std::function<void(const std::string& url)>& ready);

}  // namespace jingwei::app
