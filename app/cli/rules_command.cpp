#include <algorithm>
#include <filesystem>

#include "app/cli/cli.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "base/json.h"
#include "engines/rules/document.h"
#include "engines/rules/evaluator.h"
#include "engines/rules/explain.h"

namespace jingwei::app::cli {

namespace {

// What one call of `jingwei rules eval` or `jingwei rules test` asks for.
struct Asked {
  std::string rule, payload, external, data, folder, dialect = "certlogic", now, zone = "Asia/Shanghai";
  bool json = false;
  bool trace = false;
};

Result<std::string> text_of_file(const std::string& path) {
  return read_text(real_file_system(), path, rules::limits::data_bytes);
}

// A file of a country's rule holds its expression under Logic (or logic); any other file is the expression.
Result<rules::Program> read_rule(const std::string& path, rules::Dialect dialect) {
  JW_ASSIGN(const std::string text, text_of_file(path));
  JW_ASSIGN(const rules::Syntax syntax, rules::parse_syntax(text, path));
  rules::CompileOptions options;
  options.dialect = dialect;
  options.file = path;
  for (const char* name : {"Logic", "logic"}) {
    if (const rules::Syntax* const logic = syntax.find(name)) return rules::compile(*logic, options);
  }
  return rules::compile(syntax, options);
}

Result<rules::Document> read_document(const std::string& path) {
  if (path.empty()) return rules::Document::parse("{}");
  JW_ASSIGN(const std::string text, text_of_file(path));
  return rules::Document::parse(text, path);
}

Result<rules::Surroundings> surroundings(const Asked& asked) {
  rules::Surroundings with;
  with.watch_clock = true;
  with.now = SystemClock().now();
  if (!asked.now.empty()) {
    const auto now = parse_rfc3339(asked.now);
    if (!now) return Error(ErrorCode::invalid, "cli.rules.bad_now").with("text", asked.now);
    with.now = *now;
  }
  return with;
}

void print_json(const rules::Program& program, const rules::Answer& answer, const rules::Trace& trace,
                bool traced) {
  JsonWriter out;
  out.begin_object();
  out.key("result");
  rules::write_json(out, answer.value);
  out.key("may_change_at");
  answer.may_change_at ? out.value(to_rfc3339(*answer.may_change_at)) : out.null();
  out.member("fuel_used", answer.fuel_used);
  if (traced) {
    out.key("because");
    out.begin_array();
    for (const auto& line : rules::because(program, trace, terminal_language())) out.value(line);
    out.end_array();
    out.key("steps");
    out.begin_array();
    for (const auto& reason : rules::explain(program, trace, terminal_language())) {
      out.begin_object();
      out.member("path", reason.path);
      out.member("depth", reason.depth);
      out.member("sentence", reason.sentence);
      out.member("decisive", reason.decisive);
      out.end_object();
    }
    out.end_array();
  }
  out.end_object();
  std::printf("%s\n", out.text().c_str());
}

void print_trace(const rules::Program& program, const rules::Trace& trace) {
  for (const auto& reason : rules::explain(program, trace, terminal_language())) {
    std::printf("%s%s %s\n", std::string(2 * reason.depth, ' ').c_str(), reason.decisive ? "*" : "-",
                reason.sentence.c_str());
  }
}

Result<void> evaluate(const Asked& asked) {
  const bool strict = asked.dialect == "certlogic";
  JW_ASSIGN(const rules::Program program,
            read_rule(asked.rule, strict ? rules::Dialect::certlogic : rules::Dialect::jingwei));
  JW_ASSIGN(const rules::Document payload, read_document(asked.payload));
  JW_ASSIGN(const rules::Document external, read_document(asked.external));
  JW_ASSIGN(const rules::Document whole, read_document(asked.data));
  const rules::Document parts = rules::Document::of_parts(payload.root(), external.root());
  const Zone zone(asked.zone);
  JW_ASSIGN(rules::Surroundings with, surroundings(asked));
  with.zone = &zone;
  rules::Trace trace;
  if (asked.trace) with.trace = &trace;
  rules::Evaluator evaluator;
  auto answer = evaluator.evaluate(program, asked.data.empty() ? parts.root() : whole.root(), with);
  if (!answer) {
    if (asked.trace && !asked.json) print_trace(program, trace);
    return std::move(answer).error();
  }
  if (asked.json) {
    print_json(program, *answer, trace, asked.trace);
    return {};
  }
  std::printf("%s\n", rules::to_json(answer->value).c_str());
  if (asked.trace) print_trace(program, trace);
  if (answer->may_change_at) say(false, "cli.rules.may_change", {{"at", to_rfc3339(*answer->may_change_at)}});
  return {};
}

struct Tally {
  std::int64_t rules = 0, passed = 0, failed = 0;
};

// One test file: {name, payload, external, expected}.
Result<void> run_test(const rules::Program& program, const std::string& path, const Asked& asked,
                      Tally& tally) {
  JW_ASSIGN(const rules::Document test, read_document(path));
  const rules::Value* const expected = test.root().find("expected");
  if (!expected) return Error(ErrorCode::invalid, "cli.rules.no_expected").with("path", path);
  const rules::Value* const payload = test.root().find("payload");
  const rules::Value* const external = test.root().find("external");
  const rules::Document data =
      rules::Document::of_parts(payload ? *payload : rules::Value(), external ? *external : rules::Value());
  rules::Evaluator evaluator;
  const auto answer = evaluator.evaluate(program, data.root());
  if (answer && rules::equal(answer->value, *expected)) {
    ++tally.passed;
    return {};
  }
  ++tally.failed;
  say(asked.json, "cli.rules.test_failed",
      {{"path", path},
       {"expected", rules::to_json(*expected)},
       {"found", answer ? rules::to_json(answer->value) : render(answer.error(), terminal_language())}});
  return {};
}

std::vector<std::filesystem::path> sorted_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  std::error_code fault;
  for (std::filesystem::recursive_directory_iterator at(folder, fault), end; !fault && at != end;
       at.increment(fault))
    if (at->is_regular_file(fault) && at->path().extension() == ".json") found.push_back(at->path());
  std::sort(found.begin(), found.end());
  return found;
}

// Every rule.json below the folder, with the tests beside it in tests/*.json.
Result<void> run_tests(const Asked& asked) {
  std::error_code fault;
  if (!std::filesystem::is_directory(asked.folder, fault))
    return Error(ErrorCode::not_found, "cli.rules.no_folder").with("path", asked.folder);
  Tally tally;
  const auto dialect = asked.dialect == "certlogic" ? rules::Dialect::certlogic : rules::Dialect::jingwei;
  for (const auto& path : sorted_files(asked.folder)) {
    if (path.filename() != "rule.json") continue;
    ++tally.rules;
    JW_ASSIGN(const rules::Program program, read_rule(path.string(), dialect));
    for (const auto& test : sorted_files(path.parent_path() / "tests"))
      JW_TRY(run_test(program, test.string(), asked, tally));
  }
  if (asked.json) {
    JsonWriter out;
    out.begin_object();
    out.member("rules", tally.rules);
    out.member("passed", tally.passed);
    out.member("failed", tally.failed);
    out.end_object();
    std::printf("%s\n", out.text().c_str());
  }
  const Arguments counts{{"rules", std::to_string(tally.rules)},
                         {"passed", std::to_string(tally.passed)},
                         {"failed", std::to_string(tally.failed)}};
  say(asked.json, "cli.rules.tested", counts);
  if (tally.failed > 0 || tally.passed == 0) {
    Error error(ErrorCode::invalid, tally.failed > 0 ? "cli.rules.tests_failed" : "cli.rules.no_tests");
    error.arguments = counts;
    return error;
  }
  return {};
}

void add_dialect(CLI::App& command, Asked& asked) {
  command.add_option("--dialect", asked.dialect, sentence("cli.help.rules_dialect"))
      ->check(CLI::IsMember({"certlogic", "jingwei"}));
  command.add_flag("--json", asked.json, sentence("cli.option.json"));
}

}  // namespace

void add_rules(CLI::App& app, int& exit_code) {
  const auto asked = std::make_shared<Asked>();
  CLI::App& command = *app.add_subcommand("rules", sentence("cli.help.rules"));
  command.require_subcommand(1);
  CLI::App& eval = *command.add_subcommand("eval", sentence("cli.help.rules_eval"));
  eval.add_option("--rule", asked->rule, sentence("cli.help.rules_rule"))->required();
  eval.add_option("--payload", asked->payload, sentence("cli.help.rules_payload"));
  eval.add_option("--external", asked->external, sentence("cli.help.rules_external"));
  eval.add_option("--data-file", asked->data, sentence("cli.help.rules_data"));
  eval.add_option("--now", asked->now, sentence("cli.help.rules_now"));
  eval.add_flag("--trace", asked->trace, sentence("cli.help.rules_trace"));
  add_dialect(eval, *asked);
  CLI::App& test = *command.add_subcommand("test", sentence("cli.help.rules_test"));
  test.add_option("folder", asked->folder, sentence("cli.help.rules_folder"))->required();
  add_dialect(test, *asked);
  const auto finish = [asked, &exit_code](Result<void> done) {
    exit_code = done ? 0 : report(done.error(), asked->json);
  };
  eval.callback([asked, finish] { finish(evaluate(*asked)); });
  test.callback([asked, finish] { finish(run_tests(*asked)); });
}

}  // namespace jingwei::app::cli
