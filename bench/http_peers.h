// What benchmarks of the server share: nginx beside it; beside a peer one core serves and one drives (wrk).
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace jingwei::bench {

namespace fs = std::filesystem;

inline constexpr int serving_core = 0;
inline constexpr int driving_core = 1;

inline void pin_to(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  sched_setaffinity(0, sizeof set, &set);
}

inline bool is_program(const char* name) {
  return std::system((std::string("command -v ") + name + " >/dev/null 2>&1").c_str()) == 0;
}

inline std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

inline bool accepts(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const bool connected = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return connected;
}

enum class Cores : std::uint8_t { one, all };

// A program that ends with this one, on the serving core or on all.
class Child {
 public:
  explicit Child(const std::vector<std::string>& command, Cores cores = Cores::one) {
    pid_ = fork();
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    if (cores == Cores::one) pin_to(serving_core);
    const int nothing = open("/dev/null", O_WRONLY);
    dup2(nothing, STDOUT_FILENO);
    std::vector<char*> arguments;
    for (const std::string& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
    arguments.push_back(nullptr);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  ~Child() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  bool ready(std::uint16_t port) const {
    for (int i = 0; i < 600; ++i) {
      if (accepts(port)) return true;
      if (waitpid(pid_, nullptr, WNOHANG) == pid_) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return false;
  }

 private:
  pid_t pid_ = -1;
};

inline fs::path write_nginx(const fs::path& folder, std::uint16_t port) {
  fs::create_directories(folder / "logs");
  std::ofstream(folder / "nginx.conf")
      << "worker_processes 1; error_log /dev/null; pid nginx.pid; daemon off; user root;\n"
      << "events { worker_connections 4096; }\n"
      << "http { access_log off; keepalive_requests 100000000; keepalive_timeout 600;\n"
      << " server { listen 127.0.0.1:" << port << " reuseport;\n"
      << "  location = /r { default_type application/json;\n"
      << "   return 200 '{\"code\":\"G\",\"t\":1583000000}'; } } }\n";
  std::ofstream(folder / "pipeline.lua") << "init = function(args)\n  local r = {}\n"
                                         << "  for i = 1, 16 do r[i] = wrk.format('GET') end\n"
                                         << "  request_text = table.concat(r)\nend\n"
                                         << "request = function() return request_text end\n";
  return folder / "nginx.conf";
}

// How wrk asks.
struct Drive {
  int connections = 64;
  int seconds = 2;
  fs::path script = {};                   // of wrk; none: plain requests
  std::vector<std::string> headers = {};  // "Authorization: …"
  Cores cores = Cores::one;               // the driving one
};

// Requests per second of one wrk run; 0 when it failed or got errors.
inline double drive(const Drive& how, const std::string& url) {
  std::string command =
      how.cores == Cores::one ? "taskset -c " + std::to_string(driving_core) + " " : std::string();
  command += "wrk -t1 -c" + std::to_string(how.connections) + " -d" + std::to_string(how.seconds) + "s ";
  if (!how.script.empty()) command += "-s " + how.script.string() + " ";
  for (const std::string& header : how.headers) command += "-H '" + header + "' ";
  command += url + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return 0;
  double rate = 0;
  char line[512];
  while (std::fgets(line, sizeof line, pipe) != nullptr) {
    const std::string_view text = line;
    if (text.starts_with("Requests/sec:")) rate = std::atof(line + 13);
    if (text.find("Non-2xx") != std::string_view::npos) {
      std::fprintf(stderr, "%s: %s", url.c_str(), line);
      rate = 0;
      break;
    }
  }
  pclose(pipe);
  return rate;
}

inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[values.size() / 2];
}

}  // namespace jingwei::bench
