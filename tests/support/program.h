// The real program as a child process, and its server.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace jingwei::testing {

// A child process with its standard output on a pipe.
class Program {
 public:
  // `errors`: a file that its standard error is added to; empty for our own.
  explicit Program(std::vector<std::string> arguments, const std::string& errors = {}) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    std::vector<char*> words;
    for (auto& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      if (!errors.empty()) {
        const int file = ::open(errors.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (file >= 0) ::dup2(file, STDERR_FILENO);
      }
      ::close(ends[0]);
      ::close(ends[1]);
      ::execv(words[0], words.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    pipe_ = ends[0];
  }
  ~Program() {
    if (child_ > 0) end(SIGKILL);
    ::close(pipe_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // One line of its output; empty when it is gone.
  std::string line() {
    for (;;) {
      if (const std::size_t at = text_.find('\n'); at != std::string::npos) {
        const std::string first = text_.substr(0, at);
        text_.erase(0, at + 1);
        return first;
      }
      char bytes[4'096];
      const ssize_t got = ::read(pipe_, bytes, sizeof bytes);
      if (got <= 0) return {};
      text_.append(bytes, static_cast<std::size_t>(got));
    }
  }

  // All of its output to the end of it.
  std::string rest() {
    std::string all;
    for (std::string next = line(); !next.empty(); next = line()) all += next + '\n';
    return all + std::exchange(text_, {});
  }

  pid_t id() const { return child_; }

  // Sends the signal and waits for the end; the exit code, or minus the signal.
  int end(int signal) {
    if (signal != 0) ::kill(child_, signal);
    int status = 0;
    ::waitpid(std::exchange(child_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t child_ = -1;
  int pipe_ = -1;
  std::string text_;
};

// A server of the program on the folder, and the port it listens on (0 when it did not come up).
inline std::pair<std::unique_ptr<Program>, std::uint16_t> serve(const std::string& program,
                                                                const std::string& folder,
                                                                const std::string& errors = {}) {
  auto server = std::make_unique<Program>(
      std::vector<std::string>{program, "serve", "--data", folder, "--listen", "127.0.0.1:0", "--json"},
      errors);
  const std::string told = server->line();
  const std::size_t colon = told.rfind(':', told.find("\",\"loopback"));
  if (!told.starts_with("{\"url\"") || colon == std::string::npos) {
    ADD_FAILURE() << "the server says: " << told;
    return {std::move(server), std::uint16_t{0}};
  }
  return {std::move(server), static_cast<std::uint16_t>(std::atoi(told.c_str() + colon + 1))};
}

// What a run of the program printed, and its exit code.
struct Outcome {
  int code = 0;
  std::string text;
};
inline Outcome run(std::vector<std::string> arguments, const std::string& errors = {}) {
  Program program(std::move(arguments), errors);
  Outcome outcome;
  outcome.text = program.rest();
  outcome.code = program.end(0);
  return outcome;
}

}  // namespace jingwei::testing
