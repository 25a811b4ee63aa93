// How fast requests are answered, beside nginx's `return 200`: one core serves, the other drives (wrk),
// rounds interleaved.
//
//   http_bench [--rounds N] [--seconds N] [--connections N] [--jingwei PATH --data FOLDER]
//
// Without --jingwei the server is this library with a constant and a lookup-like route; with it, `PATH serve`
// itself. Prints JSON lines {"bench","metric","value","unit","peer","peer_value","ratio"}; values are
// medians.

#include "base/json.h"
#include "bench/http_peers.h"
#include "http/server.h"
#include "http/system_routes.h"

namespace {

using namespace jingwei;
using namespace jingwei::bench;

struct Arguments {
  int rounds = 5;
  int seconds = 2;
  int connections = 64;
  std::string jingwei, data;
  int serve_port = -1;  // child mode
};

Arguments parse(int count, char** values) {
  Arguments arguments;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = values[i];
    if (name == "--rounds") arguments.rounds = std::atoi(values[i + 1]);
    if (name == "--seconds") arguments.seconds = std::atoi(values[i + 1]);
    if (name == "--connections") arguments.connections = std::atoi(values[i + 1]);
    if (name == "--jingwei") arguments.jingwei = values[i + 1];
    if (name == "--data") arguments.data = values[i + 1];
    if (name == "--serve") arguments.serve_port = std::atoi(values[i + 1]);
  }
  return arguments;
}

// A lookup as the region module does it: find by code, write JSON.
struct Place {
  std::string code, name, parent_code, parent_name;
};

http::Route lookup_route() {
  auto places = std::make_shared<std::unordered_map<std::string, Place>>();
  for (int i = 0; i < 100'000; ++i) {
    const std::string code = std::to_string(400'000 + i);
    (*places)[code] = {code, "珠海市", "440000", "广东省"};
  }
  http::Route route;
  route.path = "/api/v1/regions/{code}";
  route.operation = "get_region";
  route.permission = "region.read";
  route.runs = http::Runs::inline_;
  route.produces = {"application/json"};
  route.handle = [places](const http::Request& request, const http::PathValues& values,
                          http::Responder respond) {
    const auto found = places->find(std::string(values[0]));
    if (found == places->end()) {
      return respond(http::problem(Error(ErrorCode::not_found, "http.no_such_path"), request.language));
    }
    JsonWriter json;
    json.begin_object();
    json.member("code", found->second.code);
    json.member("name", found->second.name);
    json.member("level", 2);
    json.key("parent");
    json.begin_object();
    json.member("code", found->second.parent_code);
    json.member("name", found->second.parent_name);
    json.end_object();
    json.member("child_count", 3);
    json.end_object();
    respond(http::Response::json(json.take()));
  };
  return route;
}

int serve(int port) {
  auto stats = std::make_shared<http::Stats>();
  std::vector<http::Route> routes = http::system_routes({stats, {}, {}});
  routes.push_back(lookup_route());
  http::Options options;
  options.port = static_cast<std::uint16_t>(port);
  options.threads = 1;
  options.workers = 1;
  options.stats = stats;
  http::Server server(std::move(options), std::move(routes));
  if (const auto started = server.start(); !started.ok()) {
    std::fprintf(stderr, "%s\n", started.error().to_log().c_str());
    return 1;
  }
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  int signal = 0;
  sigwait(&end, &signal);
  return 0;
}

void report(const std::string& metric, double ours, double peer) {
  std::printf(
      "{\"bench\":\"http\",\"metric\":\"%s\",\"value\":%.0f,\"unit\":\"requests/s\",\"peer\":\"nginx return "
      "200\","
      "\"peer_value\":%.0f,\"ratio\":%.3f}\n",
      metric.c_str(), ours, peer, peer > 0 ? ours / peer : 0);
  std::fflush(stdout);
}

void skip(const char* why) {
  std::printf("{\"bench\":\"http\",\"skipped\":true,\"reason\":\"%s\"}\n", why);
}

int measure(const Arguments& arguments, const char* self) {
  if (!is_program("nginx")) return skip("nginx is not installed"), 0;
  if (!is_program("wrk")) return skip("wrk is not installed"), 0;
  if (sysconf(_SC_NPROCESSORS_ONLN) < 2) return skip("two cores are needed: one serves, one drives"), 0;
  const fs::path folder = fs::temp_directory_path() / ("jingwei-http-bench-" + std::to_string(getpid()));
  const std::uint16_t port = free_port(), peer_port = free_port();
  const fs::path nginx = write_nginx(folder, peer_port);
  {
    const std::string listen = "127.0.0.1:" + std::to_string(port);
    const std::vector<std::string> own{self, "--serve", std::to_string(port)};
    const std::vector<std::string> real{arguments.jingwei, "serve",    "--data",
                                        arguments.data,    "--listen", listen};
    const Child ours(arguments.jingwei.empty() ? own : real);
    const Child peer({"nginx", "-p", folder.string(), "-c", nginx.string()});
    if (!ours.ready(port)) return std::fprintf(stderr, "the server did not start\n"), 1;
    if (!peer.ready(peer_port)) return std::fprintf(stderr, "nginx did not start\n"), 1;
    const std::string base = "http://127.0.0.1:" + std::to_string(port);
    const std::string peer_url = "http://127.0.0.1:" + std::to_string(peer_port) + "/r";
    for (const fs::path& script : {fs::path(), folder / "pipeline.lua"}) {
      std::vector<double> health, region, nginx_rates;
      for (int round = 0; round < arguments.rounds; ++round) {
        nginx_rates.push_back(drive({arguments.connections, arguments.seconds, script}, peer_url));
        health.push_back(drive({arguments.connections, arguments.seconds, script}, base + "/healthz"));
        region.push_back(
            drive({arguments.connections, arguments.seconds, script}, base + "/api/v1/regions/440400"));
      }
      const std::string suffix = script.empty() ? "" : "_pipelined_16";
      report("healthz" + suffix, median(health), median(nginx_rates));
      report("region_lookup" + suffix, median(region), median(nginx_rates));
    }
  }
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return 0;
}

}  // namespace

int main(int count, char** values) {
  // Before any thread starts, so that only the waiting main thread sees the signal.
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  sigprocmask(SIG_BLOCK, &end, nullptr);
  const Arguments arguments = parse(count, values);
  if (arguments.serve_port >= 0) return serve(arguments.serve_port);
  return measure(arguments, fs::read_symlink("/proc/self/exe").c_str());
}
