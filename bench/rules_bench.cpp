// Rules worked out per second on one core, data at hand: the rules and test data of real countries in the
// certlogic dialect beside certlogic-js on node, in rounds that take turns; then what watching the clock and
// a trace cost, and how long compiling takes.
//
// rules_bench [ROUNDS [SECONDS]]. JSON lines, medians. Needs JINGWEI_EXTERN with dgc-rules, and node with
// certlogic-js (npm install in bench/peers).
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "engines/rules/document.h"
#include "engines/rules/evaluator.h"
#include "storage/temporary_folder.h"

namespace {

using namespace jingwei;
namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

struct Case {
  rules::Program program;
  rules::Document test;
  rules::Document data;
};

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

rules::CompileOptions strict() {
  rules::CompileOptions options;
  options.dialect = rules::Dialect::certlogic;
  return options;
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".json") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

// Every test of every rule; also as lines for the peer.
std::vector<Case> read_cases(const fs::path& folder, const std::string& lines_path,
                             std::vector<std::string>& texts) {
  std::vector<Case> cases;
  std::ofstream lines(lines_path);
  for (const auto& path : files_below(folder)) {
    if (path.filename() != "rule.json") continue;
    const auto rule = rules::Document::parse(content(path));
    const std::string logic = rules::to_json(*rule->root().find("Logic"));
    texts.push_back(logic);
    const auto program = rules::compile(logic, strict());
    for (const auto& test_path : files_below(path.parent_path() / "tests")) {
      auto test = rules::Document::parse(content(test_path));
      auto data = rules::Document::of_parts(*test->root().find("payload"), *test->root().find("external"));
      lines << "{\"rule\":" << logic << ",\"data\":" << rules::to_json(data.root()) << "}\n";
      cases.push_back({*program, std::move(*test), std::move(data)});
    }
  }
  return cases;
}

struct Rate {
  double a_second = 0;
  int held = 0;
};

Rate evaluate(const std::vector<Case>& cases, const rules::Surroundings& with, double seconds) {
  rules::Evaluator evaluator;
  Rate rate;
  const auto began = Steady::now();
  double spent = 0;
  std::int64_t count = 0;
  do {
    rate.held = 0;
    for (const auto& one : cases) {
      const auto answer = evaluator.evaluate(one.program, one.data.root(), with);
      rate.held +=
          answer && answer->value.kind() == rules::Kind::boolean && answer->value.as_boolean() ? 1 : 0;
    }
    count += static_cast<std::int64_t>(cases.size());
    spent = std::chrono::duration<double>(Steady::now() - began).count();
  } while (spent < seconds);
  rate.a_second = static_cast<double>(count) / spent;
  return rate;
}

// The peer, asked for one round at a time.
class Peer {
 public:
  Peer(const std::string& file, int rounds, double seconds) {
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    if (pipe(in) != 0 || pipe(out) != 0) return;
    child_ = fork();
    if (child_ == 0) {
      dup2(in[0], 0);
      dup2(out[1], 1);
      close(in[1]);
      close(out[0]);
      execlp("node", "node", "bench/peers/certlogic_rules.mjs", file.c_str(), std::to_string(rounds).c_str(),
             std::to_string(seconds).c_str(), nullptr);
      _exit(127);
    }
    close(in[0]);
    close(out[1]);
    ask_ = in[1];
    answers_ = fdopen(out[0], "r");
  }
  ~Peer() {
    close(ask_);
    if (answers_ != nullptr) std::fclose(answers_);
    int status = 0;
    waitpid(child_, &status, 0);
  }
  bool round(Rate& rate) {
    if (write(ask_, "\n", 1) != 1) return false;
    return std::fscanf(answers_, "%lf %d", &rate.a_second, &rate.held) == 2;
  }

 private:
  pid_t child_ = -1;
  int ask_ = -1;
  FILE* answers_ = nullptr;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

void print(const char* what, double rate, const char* unit) {
  JsonWriter out;
  out.begin_object();
  out.member("bench", "rules");
  out.member("what", what);
  out.member("median", rate);
  out.member("unit", unit);
  out.end_object();
  std::printf("%s\n", out.text().c_str());
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  const double seconds = argc > 2 ? std::atof(argv[2]) : 1.0;
  const char* named = std::getenv("JINGWEI_EXTERN");
  const std::string folder = std::string(named != nullptr ? named : "../shared/extern") + "/dgc-rules";
  if (!fs::exists(folder)) {
    std::fprintf(stderr, "no dgc-rules below JINGWEI_EXTERN\n");
    return 1;
  }
  const storage::TemporaryFolder scratch;
  const std::string lines = scratch.path() + "/cases.jsonl";
  std::vector<std::string> texts;
  const auto cases = read_cases(folder, lines, texts);
  std::signal(SIGPIPE, SIG_IGN);
  Peer peer(lines, rounds, seconds);
  std::vector<double> ours, theirs, watched, traced;
  for (int round = 0; round < rounds; ++round) {
    const Rate mine = evaluate(cases, {}, seconds);
    Rate other;
    if (!peer.round(other)) {
      std::fprintf(stderr, "no peer: npm install in bench/peers\n");
      return 1;
    }
    if (other.held != mine.held) {
      std::fprintf(stderr, "answers differ: %d and %d hold\n", mine.held, other.held);
      return 1;
    }
    ours.push_back(mine.a_second);
    theirs.push_back(other.a_second);
    rules::Surroundings watching;
    watching.watch_clock = true;
    watched.push_back(evaluate(cases, watching, seconds / 2).a_second);
    rules::Trace trace;
    rules::Surroundings tracing;
    tracing.trace = &trace;
    traced.push_back(evaluate(cases, tracing, seconds / 2).a_second);
  }
  std::vector<double> compiled;
  for (int round = 0; round < rounds; ++round) {
    const auto began = Steady::now();
    std::int64_t count = 0;
    for (int pass = 0; pass < 200; ++pass) {
      for (const auto& text : texts) count += rules::compile(text, strict()).ok() ? 1 : 0;
    }
    compiled.push_back(static_cast<double>(count) /
                       std::chrono::duration<double>(Steady::now() - began).count());
  }
  print("evaluations, jingwei", median(ours), "1/s");
  print("evaluations, certlogic-js", median(theirs), "1/s");
  print("evaluations, jingwei, watching the clock", median(watched), "1/s");
  print("evaluations, jingwei, with a trace", median(traced), "1/s");
  print("rules compiled", median(compiled), "1/s");
  print("times as fast as certlogic-js", median(ours) / std::max(1.0, median(theirs)), "ratio");
  return 0;
}
