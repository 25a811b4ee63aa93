#include "app/cli/server_json.h"
#include "base/percent.h"

namespace jingwei::app::cli {

namespace {

namespace json = boost::json;

struct SynonymsCommand {
  Common common;
  std::string resource, field;
  std::vector<std::string> pairs;  // word=choice; word= takes it away
};

// The lists are kept by the running server, so it is asked.
Result<json::value> ask(const SynonymsCommand& command, const std::string& method, const std::string& target,
                        const std::string& body = {}) {
  return ask_json(command.common.data, method, target, body);
}

std::string place(const SynonymsCommand& command) {
  return "/api/v1/resources/" + percent_encoded(command.resource) + "/synonyms" +
         (command.field.empty() ? "" : "/" + percent_encoded(command.field));
}

void show_list(const json::value& list) {
  for (const auto& word : list.at("words").as_array()) {
    say(false, "cli.synonyms.line",
        {{"field", text_of(list, "field")},
         {"word", text_of(word, "word")},
         {"choice", text_of(word, "choice")},
         {"who", text_of(word, "added_by")},
         {"at", text_of(word, "added_at")}});
  }
  if (list.at("words").as_array().empty())
    say(false, "cli.synonyms.none", {{"field", text_of(list, "field")}});
}

// The list as it stands with the pairs laid over it, under the version it was read in.
Result<json::value> set(const SynonymsCommand& command) {
  JW_ASSIGN(const json::value standing, ask(command, "GET", place(command)));
  std::map<std::string, std::string> words;
  for (const auto& word : standing.at("words").as_array())
    words[text_of(word, "word")] = text_of(word, "choice");
  for (const auto& pair : command.pairs) {
    const std::size_t at = pair.rfind('=');
    if (at == std::string::npos || at == 0)
      return Error(ErrorCode::invalid, "app.synonym_pair").with("pair", pair);
    if (at + 1 == pair.size()) {
      words.erase(pair.substr(0, at));
    } else {
      words[pair.substr(0, at)] = pair.substr(at + 1);
    }
  }
  json::array list;
  for (const auto& [word, choice] : words) list.push_back(json::object{{"word", word}, {"choice", choice}});
  const json::object body{{"version", standing.at("version")}, {"words", list}};
  return ask(command, "PUT", place(command), json::serialize(body));
}

int show(const SynonymsCommand& command, const Result<json::value>& answer) {
  if (!answer) return report(answer.error(), command.common.json);
  if (command.common.json) {
    std::printf("%s\n", json::serialize(*answer).c_str());
  } else if (const auto* items = answer->as_object().if_contains("items")) {
    for (const auto& list : items->as_array()) show_list(list);
  } else {
    show_list(*answer);
  }
  return static_cast<int>(Exit::ok);
}

}  // namespace

void add_synonyms(CLI::App& app, int& exit_code) {
  CLI::App* group = app.add_subcommand("synonyms", sentence("cli.help.synonyms"));
  group->require_subcommand(1);
  auto listed = std::make_shared<SynonymsCommand>();
  CLI::App* list = group->add_subcommand("list", sentence("cli.help.synonyms_list"));
  add_data_option(*list, listed->common);
  add_json_option(*list, listed->common);
  list->add_option("resource", listed->resource, sentence("cli.option.resource"))
      ->required()
      ->type_name("RESOURCE");
  list->add_option("field", listed->field, sentence("cli.help.synonyms_field"))->type_name("FIELD");
  list->callback([listed, &exit_code] { exit_code = show(*listed, ask(*listed, "GET", place(*listed))); });

  auto edited = std::make_shared<SynonymsCommand>();
  CLI::App* edit = group->add_subcommand("set", sentence("cli.help.synonyms_set"));
  add_data_option(*edit, edited->common);
  add_json_option(*edit, edited->common);
  edit->add_option("resource", edited->resource, sentence("cli.option.resource"))
      ->required()
      ->type_name("RESOURCE");
  edit->add_option("field", edited->field, sentence("cli.help.synonyms_field"))
      ->required()
      ->type_name("FIELD");
  edit->add_option("pair", edited->pairs, sentence("cli.help.synonyms_pair"))
      ->required()
      ->type_name("WORD=CHOICE")
      ->expected(1, -1);
  edit->callback([edited, &exit_code] { exit_code = show(*edited, set(*edited)); });
}

}  // namespace jingwei::app::cli
