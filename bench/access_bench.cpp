// What asking who is there costs: a request that is signed in, authorised, rate-limited and metered (GET
// /api/v1/me) beside nginx's `return 200`, and sensitive records read one by one (far apart, and the same one
// over and over) under a purpose, each decrypted and on record in the audit log before the answer. Beside
// nginx one core serves and another drives; the reads are served by all.
//
//   access_bench --jingwei PATH --data FOLDER [--rounds N] [--seconds N] [--connections N]
//
// FOLDER is that of a synthetic city (`jingwei init`). Prints JSON lines
// {"bench","metric","value","unit","peer","peer_value","ratio"}; values are medians of interleaved rounds.
#include <boost/json.hpp>

#include "base/json.h"
#include "bench/http_peers.h"

namespace {

using namespace jingwei::bench;
namespace json = boost::json;

struct Arguments {
  int rounds = 5;
  int seconds = 2;
  int connections = 256;
  std::string jingwei, data;
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
  }
  return arguments;
}

// One exchange; the body of the answer, empty when there was none.
std::string ask(std::uint16_t port, const std::string& request) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  std::string answer;
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
      ::send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    char piece[16'384];
    for (ssize_t got; (got = ::recv(fd, piece, sizeof piece, 0)) > 0;)
      answer.append(piece, static_cast<std::size_t>(got));
  }
  ::close(fd);
  const std::size_t body = answer.find("\r\n\r\n");
  return body == std::string::npos ? std::string() : answer.substr(body + 4);
}

std::string token_of(std::uint16_t port, const std::string& login) {
  const std::string body = R"({"token":true,"password":"jing-wei-demo-2020","login":")" + login + R"("})";
  const std::string answer = ask(port,
                                 "POST /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nConnection: "
                                 "close\r\nContent-Type: application/json\r\n"
                                 "Content-Length: " +
                                     std::to_string(body.size()) + "\r\n\r\n" + body);
  json::error_code fault;
  const json::value session = json::parse(answer, fault);
  if (fault || !session.is_object() || !session.as_object().contains("token")) return {};
  return std::string(session.at("token").as_string());
}

// Ids of records over the whole of a resource, page after page.
std::vector<std::string> records_of(std::uint16_t port, const std::string& token) {
  constexpr std::size_t most = 20'000;
  std::vector<std::string> ids;
  for (std::string cursor; ids.size() < most;) {
    const std::string answer =
        ask(port, "GET /api/v1/resources/resident-register/records?limit=500" +
                      (cursor.empty() ? "" : "&cursor=" + cursor) +
                      " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " + token +
                      "\r\n\r\n");
    json::error_code fault;
    const json::value page = json::parse(answer, fault);
    if (fault || !page.is_object() || !page.as_object().contains("items")) return {};
    for (const auto& item : page.at("items").as_array()) ids.emplace_back(item.at("id").as_string());
    if (!page.at("next_cursor").is_string()) break;
    cursor = std::string(page.at("next_cursor").as_string());
  }
  return ids;
}

// Asks for one record after another, far apart.
fs::path write_script(const fs::path& folder, const std::vector<std::string>& ids) {
  std::ofstream script(folder / "records.lua");
  script << "local ids = {";
  for (const auto& id : ids) script << '"' << id << "\",";
  script
      << "}\nlocal at = 0\nrequest = function()\n  at = (at + 7919) % #ids\n"
      << "  return wrk.format('GET', '/api/v1/resources/resident-register/records/' .. ids[at + 1])\nend\n";
  return folder / "records.lua";
}

void report(const char* metric, double ours, const char* peer, double theirs) {
  std::printf(
      "{\"bench\":\"access\",\"metric\":\"%s\",\"value\":%.0f,\"unit\":\"requests/"
      "s\",\"peer\":\"%s\",\"peer_value\":%.0f,"
      "\"ratio\":%.3f}\n",
      metric, ours, peer, theirs, theirs > 0 ? ours / theirs : 0);
  std::fflush(stdout);
}

int skip(const char* why) {
  std::printf("{\"bench\":\"access\",\"skipped\":true,\"reason\":\"%s\"}\n", why);
  return 0;
}

std::vector<std::string> serving(const Arguments& arguments, std::uint16_t port) {
  return {arguments.jingwei, "serve",    "--data",
          arguments.data,    "--listen", "127.0.0.1:" + std::to_string(port)};
}

std::string base_of(std::uint16_t port) {
  return "http://127.0.0.1:" + std::to_string(port) + "/api/v1";
}

// One core serves, as it does for the peer; 1 when it could not be measured.
int measure_me(const Arguments& arguments, const std::string& peer_url) {
  const std::uint16_t port = free_port();
  const Child ours(serving(arguments, port));
  if (!ours.ready(port)) return std::fprintf(stderr, "the server did not start\n"), 1;
  const std::string leader = token_of(port, "leader");
  if (leader.empty()) return std::fprintf(stderr, "no demo accounts\n"), 1;
  std::vector<double> peer, me;
  for (int round = 0; round < arguments.rounds; ++round) {
    peer.push_back(drive({arguments.connections, arguments.seconds}, peer_url));
    me.push_back(drive({arguments.connections, arguments.seconds, {}, {"Authorization: Bearer " + leader}},
                       base_of(port) + "/me"));
  }
  report("me", median(me), "nginx return 200", median(peer));
  return 0;
}

// By all cores, which whoever asks shares; personal fields are open under a purpose.
int measure_reads(const Arguments& arguments, const fs::path& folder) {
  const std::uint16_t port = free_port();
  const Child ours(serving(arguments, port), Cores::all);
  if (!ours.ready(port)) return std::fprintf(stderr, "the server did not start\n"), 1;
  const std::string police = token_of(port, "police");
  const std::vector<std::string> ids = records_of(port, police);
  if (ids.empty()) return std::fprintf(stderr, "no demo accounts or no records\n"), 1;
  const fs::path script = write_script(folder, ids);
  const std::vector<std::string> headers = {"Authorization: Bearer " + police,
                                            "Jingwei-Purpose: grid-services"};
  std::vector<double> reads, repeated;
  for (int round = 0; round < arguments.rounds; ++round) {
    reads.push_back(
        drive({arguments.connections, arguments.seconds, script, headers, Cores::all}, base_of(port) + "/"));
    repeated.push_back(drive({arguments.connections, arguments.seconds, {}, headers, Cores::all},
                             base_of(port) + "/resources/resident-register/records/" + ids.front()));
  }
  report("sensitive_read", median(reads), "wanted", 10'000);
  report("sensitive_read_same", median(repeated), "wanted", 10'000);
  return 0;
}

int measure(const Arguments& arguments) {
  if (arguments.jingwei.empty() || arguments.data.empty())
    return skip("--jingwei PATH --data FOLDER are wanted");
  if (!is_program("nginx")) return skip("nginx is not installed");
  if (!is_program("wrk")) return skip("wrk is not installed");
  if (sysconf(_SC_NPROCESSORS_ONLN) < 2) return skip("two cores are needed: one serves, one drives");
  const fs::path folder = fs::temp_directory_path() / ("jingwei-access-bench-" + std::to_string(getpid()));
  const std::uint16_t peer_port = free_port();
  const fs::path nginx = write_nginx(folder, peer_port);
  {
    const Child peer({"nginx", "-p", folder.string(), "-c", nginx.string()});
    if (!peer.ready(peer_port)) return std::fprintf(stderr, "nginx did not start\n"), 1;
    if (const int fault = measure_me(arguments, "http://127.0.0.1:" + std::to_string(peer_port) + "/r");
        fault != 0)
      return fault;
  }
  if (const int fault = measure_reads(arguments, folder); fault != 0) return fault;
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return 0;
}

}  // namespace

int main(int count, char** values) {
  return measure(parse(count, values));
}
