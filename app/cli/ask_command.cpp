#include <boost/json.hpp>

#include "app/cli/cli.h"
#include "app/cli/server_client.h"
#include "app/cli/source_requests.h"
#include "base/percent.h"

namespace jingwei::app::cli {

namespace {

struct AskCommand {
  Common common;
  std::string source, question, purpose;
  std::vector<std::string> inputs;  // name=value
};

std::string text_of(const boost::json::value& answer, const char* name) {
  const auto& found = answer.at(name);
  return found.is_string() ? std::string(found.as_string()) : std::string("-");
}

Result<std::string> ask(const AskCommand& command) {
  JW_ASSIGN(const std::string inputs, object_of_pairs(command.inputs, PairValues::plain_or_line));
  boost::json::object body;
  body["purpose"] = command.purpose;
  body["inputs"] = boost::json::parse(inputs);
  return ask_server(command.common.data, "POST",
                    "/api/v1/sources/" + percent_encoded(command.source) + "/questions/" +
                        percent_encoded(command.question),
                    boost::json::serialize(body));
}

int run(const AskCommand& command) {
  const auto answered = ask(command);
  if (!answered) return report(answered.error(), command.common.json);
  const auto answer = boost::json::parse(*answered);
  const std::string kind = text_of(answer, "answer");
  if (command.common.json) {
    std::printf("%s\n", answered->c_str());
  } else if (kind == "unknown") {
    say(false, "cli.ask.unknown", {{"why", text_of(answer, "explanation")}});
  } else {
    const std::string word = kind == "value" ? text_of(answer, "value") : sentence("cli.ask." + kind);
    const std::string from = sentence("cli.ask.from_" + text_of(answer, "from"));
    say(false, "cli.ask.answer", {{"answer", word}, {"at", text_of(answer, "as_of")}, {"from", from}});
  }
  return static_cast<int>(kind == "unknown" ? Exit::unavailable : Exit::ok);
}

}  // namespace

void add_ask(CLI::App& app, int& exit_code) {
  auto command = std::make_shared<AskCommand>();
  CLI::App* sub = app.add_subcommand("ask", sentence("cli.help.ask"));
  sub->add_option("source", command->source, sentence("cli.help.source_id"))->required();
  sub->add_option("question", command->question, sentence("cli.help.ask_question"))->required();
  sub->add_option("inputs", command->inputs, sentence("cli.help.ask_inputs"));
  sub->add_option("--purpose", command->purpose, sentence("cli.help.ask_purpose"))->required();
  add_data_option(*sub, command->common);
  add_json_option(*sub, command->common);
  sub->callback([command, &exit_code] { exit_code = run(*command); });
}

}  // namespace jingwei::app::cli
