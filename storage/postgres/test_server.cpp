#include "storage/postgres/test_server.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

namespace jingwei::storage {

namespace {

std::string find_programs() {
  std::vector<std::string> folders;
  for (int version = 18; version >= 13; --version)
    folders.push_back("/usr/lib/postgresql/" + std::to_string(version) + "/bin");
  std::string path = std::getenv("PATH") ? std::getenv("PATH") : "";
  for (std::size_t at = 0; at < path.size();) {
    const auto colon = std::min(path.find(':', at), path.size());
    folders.push_back(path.substr(at, colon - at));
    at = colon + 1;
  }
  for (const std::string& folder : folders) {
    if (::access((folder + "/initdb").c_str(), X_OK) == 0 &&
        ::access((folder + "/postgres").c_str(), X_OK) == 0)
      return folder;
  }
  return {};
}

// PostgreSQL refuses to run as root.
const passwd* unprivileged_user() {
  if (::getuid() != 0) return nullptr;
  const passwd* user = ::getpwnam("postgres");
  return user ? user : ::getpwnam("nobody");
}

pid_t launch(const std::vector<std::string>& command, const std::string& log_path, const passwd* user) {
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child != 0) return child;
  // Only calls that are safe between fork and exec of a program with threads.
  if (user && (::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) ::_exit(126);
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // a test program that dies takes its server with it
  if (::getppid() != parent) ::_exit(126);
  const int log = ::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, 0);
  ::dup2(log, 1);
  ::dup2(log, 2);
  if (::chdir("/") != 0) ::_exit(126);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

int free_port() {
  const int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  int port = 0;
  if (::bind(handle, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
      ::getsockname(handle, reinterpret_cast<sockaddr*>(&address), &length) == 0) {
    port = ntohs(address.sin_port);
  }
  ::close(handle);
  return port;
}

}  // namespace

TestServer& TestServer::instance() {
  static TestServer server;
  return server;
}

std::string TestServer::missing() {
  return instance().fault_;
}

TestServer::TestServer() {
  if (const char* given = std::getenv("JINGWEI_TEST_POSTGRES")) {
    given_ = given;
    return;
  }
  programs_ = find_programs();
  if (programs_.empty()) {
    fault_ = "no PostgreSQL programs here (apt install postgresql, or set JINGWEI_TEST_POSTGRES)";
    return;
  }
  if (!initialise() || !start()) fault_ = "PostgreSQL did not start; see " + folder_ + "/log";
}

TestServer::~TestServer() {
  if (!given_.empty()) {
    for (const std::string& schema : schemas_) execute("DROP SCHEMA " + schema + " CASCADE");
    return;
  }
  if (postmaster_ > 0 && ::getpid() == owner_) {
    ::kill(postmaster_, SIGINT);
    ::waitpid(postmaster_, nullptr, 0);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
}

bool TestServer::initialise() {
  owner_ = ::getpid();
  // The socket's path must stay under 108 bytes, so the folder's name is short.
  folder_ = (std::filesystem::temp_directory_path() / ("jwpg-" + std::to_string(owner_))).string();
  std::filesystem::remove_all(folder_);
  std::filesystem::create_directories(folder_);
  const passwd* user = unprivileged_user();
  if (user && ::chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0) return false;
  const pid_t child = launch({programs_ + "/initdb", "-D", folder_ + "/data", "-U", "postgres", "-A", "trust",
                              "-E", "UTF8", "--locale=C", "--no-instructions"},
                             folder_ + "/log", user);
  int status = 0;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

bool TestServer::start() {
  port_ = port_ == 0 ? free_port() : port_;
  postmaster_ = launch({programs_ + "/postgres", "-D", folder_ + "/data", "-k", folder_, "-h", "127.0.0.1",
                        "-p", std::to_string(port_), "-c", "max_connections=200"},
                       folder_ + "/log", unprivileged_user());
  for (int attempt = 0; attempt < 600; ++attempt) {
    if (PQping(base_uri().c_str()) == PQPING_OK) return true;
    if (::waitpid(postmaster_, nullptr, WNOHANG) == postmaster_) break;
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  return false;
}

void TestServer::kill_hard() {
  ::kill(postmaster_, SIGKILL);
  ::waitpid(postmaster_, nullptr, 0);
}

void TestServer::start_again() {
  // Backends notice their postmaster's death by themselves; until then the shared memory is in use and a
  // start is refused.
  for (int attempt = 0; attempt < 100 && !start(); ++attempt)
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
}

std::string TestServer::base_uri() const {
  if (!given_.empty()) return given_;
  std::string host;
  for (const char c : folder_) host += c == '/' ? "%2F" : std::string(1, c);
  return "postgresql://postgres@/postgres?host=" + host + "&port=" + std::to_string(port_);
}

bool TestServer::execute(const std::string& sql) {
  PGconn* connection = PQconnectdb(base_uri().c_str());
  PQsetNoticeProcessor(
      connection, [](void*, const char*) {}, nullptr);
  PGresult* result = PQexec(connection, sql.c_str());
  const bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
  PQclear(result);
  PQfinish(connection);
  return done;
}

std::string TestServer::fresh_uri() {
  std::string schema;
  {
    std::lock_guard lock(mutex_);
    schema = "jw_" + std::to_string(::getpid()) + '_' + std::to_string(schemas_.size());
    schemas_.push_back(schema);
  }
  execute("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
  execute("CREATE SCHEMA " + schema);
  const std::string base = base_uri();
  return base + (base.find('?') == std::string::npos ? '?' : '&') + "options=-csearch_path%3D" + schema;
}

}  // namespace jingwei::storage
