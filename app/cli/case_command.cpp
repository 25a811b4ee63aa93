#include "app/cli/server_json.h"
#include "base/percent.h"

namespace jingwei::app::cli {

namespace {

namespace json = boost::json;

// What one call of `jingwei case` asks for.
struct Asked {
  Common common;
  std::string id, process, action, state, under, words, assignee, region, actor;
  std::vector<std::string> values;  // field=value
  bool open = false, overdue = false;
};

void show_line(const json::value& one) {
  say(false, "cli.case.line",
      {{"id", text_of(one, "id")},
       {"number", text_of(one, "number")},
       {"state", text_of(one, "state_title")},
       {"summary", text_of(one, "summary")},
       {"place", text_of(one.at("place"), "path")},
       {"due", text_of(one, "due_at")}});
}

Result<void> show_detail(const Asked& asked, const json::value& detail) {
  if (printed_as_json(asked.common, detail)) return {};
  show_line(detail.at("case"));
  for (const auto& step : detail.at("steps").as_array()) {
    say(false, "cli.case.step",
        {{"at", text_of(step, "at")},
         {"title", text_of(step, "title")},
         {"actor", text_of(step.at("actor"), "name")},
         {"words", text_of(step, "words")}});
  }
  for (const auto& action : detail.at("actions").as_array())
    say(false, "cli.case.action", {{"id", text_of(action, "id")}, {"title", text_of(action, "title")}});
  return {};
}

// "field=value" as members; what has no equals sign is told.
Result<json::object> members_of(const std::vector<std::string>& values) {
  json::object members;
  for (const auto& one : values) {
    const auto equals = one.find('=');
    if (equals == std::string::npos || equals == 0)
      return Error(ErrorCode::invalid, "cli.case.no_value").with("text", one);
    members[one.substr(0, equals)] = one.substr(equals + 1);
  }
  return members;
}

Result<void> list(const Asked& asked) {
  std::string target = "/api/v1/cases?limit=100";
  if (!asked.process.empty()) target += "&process=" + percent_encoded(asked.process);
  if (!asked.state.empty()) target += "&state=" + percent_encoded(asked.state);
  if (!asked.under.empty()) target += "&under=" + percent_encoded(asked.under);
  if (asked.open) target += "&open=true";
  if (asked.overdue) target += "&overdue=true";
  JW_ASSIGN(const json::value page, ask_json(asked.common.data, "GET", target));
  if (printed_as_json(asked.common, page)) return {};
  for (const auto& one : page.at("items").as_array()) show_line(one);
  return {};
}

Result<json::value> read(const Asked& asked) {
  return ask_json(asked.common.data, "GET", "/api/v1/cases/" + percent_encoded(asked.id));
}

Result<void> show(const Asked& asked) {
  JW_ASSIGN(const json::value detail, read(asked));
  return show_detail(asked, detail);
}

Result<void> create(const Asked& asked) {
  JW_ASSIGN(auto form, members_of(asked.values));
  json::object body{{"form", std::move(form)}, {"actor", asked.actor}};
  if (!asked.region.empty()) body["region"] = asked.region;
  JW_ASSIGN(
      const json::value detail,
      ask_json(asked.common.data, "POST", "/api/v1/processes/" + percent_encoded(asked.process) + "/cases",
               json::serialize(body)));
  return show_detail(asked, detail);
}

// On the version that stands at this moment: a command is typed by somebody who has just looked.
Result<void> act(const Asked& asked) {
  JW_ASSIGN(const json::value before, read(asked));
  JW_ASSIGN(auto inputs, members_of(asked.values));
  json::object body{{"action", asked.action},
                    {"version", before.at("case").at("version")},
                    {"inputs", std::move(inputs)},
                    {"actor", asked.actor}};
  if (!asked.words.empty()) body["words"] = asked.words;
  if (!asked.assignee.empty()) body["assignee"] = asked.assignee;
  JW_ASSIGN(const json::value detail,
            ask_json(asked.common.data, "POST", "/api/v1/cases/" + percent_encoded(asked.id) + "/actions",
                     json::serialize(body)));
  return show_detail(asked, detail);
}

}  // namespace

void add_case(CLI::App& app, int& exit_code) {
  CLI::App* group = app.add_subcommand("case", sentence("cli.help.case"));
  group->require_subcommand(1);
  auto [list_command, listed] =
      add_server_command<Asked>(*group, exit_code, "list", "cli.help.case_list", list);
  list_command->add_option("--process", listed->process, sentence("cli.help.case_process"));
  list_command->add_option("--state", listed->state, sentence("cli.help.case_state"));
  list_command->add_option("--under", listed->under, sentence("cli.help.case_under"));
  list_command->add_flag("--open", listed->open, sentence("cli.help.case_open"));
  list_command->add_flag("--overdue", listed->overdue, sentence("cli.help.case_overdue"));
  auto [show_command, shown] =
      add_server_command<Asked>(*group, exit_code, "show", "cli.help.case_show", show);
  show_command->add_option("id", shown->id, sentence("cli.help.case_id"))->required();
  auto [create_command, created] =
      add_server_command<Asked>(*group, exit_code, "create", "cli.help.case_create", create);
  create_command->add_option("process", created->process, sentence("cli.help.case_process"))->required();
  create_command->add_option("values", created->values, sentence("cli.help.case_values"));
  create_command->add_option("--region", created->region, sentence("cli.help.case_region"));
  create_command->add_option("--actor", created->actor, sentence("cli.help.catalog_actor"))->required();
  auto [act_command, acted] = add_server_command<Asked>(*group, exit_code, "act", "cli.help.case_act", act);
  act_command->add_option("id", acted->id, sentence("cli.help.case_id"))->required();
  act_command->add_option("action", acted->action, sentence("cli.help.case_action"))->required();
  act_command->add_option("values", acted->values, sentence("cli.help.case_values"));
  act_command->add_option("--words", acted->words, sentence("cli.help.case_words"));
  act_command->add_option("--assignee", acted->assignee, sentence("cli.help.case_assignee"));
  act_command->add_option("--actor", acted->actor, sentence("cli.help.catalog_actor"))->required();
}

}  // namespace jingwei::app::cli
