// jingwei emergency and jingwei purpose: declared periods, what they open, and what their end destroys.
#include "app/cli/server_json.h"
#include "base/percent.h"

namespace jingwei::app::cli {

namespace {

namespace json = boost::json;

struct Asked {
  Common common;
  std::string id, region, name, order, until, actor;
  std::vector<std::string> purposes;
  int level = 1;
  std::int64_t records = -1;  // as was foretold; -1: nothing was looked at
};

std::string joined(const json::value& list) {
  std::string text;
  for (const auto& item : list.as_array()) text += (text.empty() ? "" : ", ") + std::string(item.as_string());
  return text;
}

json::object body_of(const Asked& asked) {
  json::object body;
  if (!asked.actor.empty()) body["actor"] = asked.actor;
  return body;
}

void show_emergency(const json::value& one) {
  say(false, "cli.emergency.line",
      {{"id", text_of(one, "id")},
       {"state", text_of(one, "state")},
       {"name", text_of(one, "name")},
       {"region", text_of(one, "region_name")},
       {"order", text_of(one, "order_number")},
       {"purposes", joined(one.at("purposes"))},
       {"until", text_of(one, one.at("ended_at").is_null() ? "planned_end" : "ended_at")}});
}

void show_resource(const json::value& one) {
  say(false, "cli.destruction.resource",
      {{"resource", text_of(one, "resource")},
       {"action", text_of(one, "action")},
       {"records", text_of(one, "records")},
       {"versions", text_of(one, "versions")},
       {"refused", text_of(one, "refused")},
       {"files", text_of(one, "files")},
       {"basis", text_of(one, "basis")}});
}

void show_destruction(const json::value& one) {
  say(false, "cli.destruction.line",
      {{"id", text_of(one, "id")},
       {"state", text_of(one, "state")},
       {"cause", text_of(one, "cause")},
       {"order", text_of(one, "order_number")},
       {"records", text_of(one, "records")},
       {"keys", text_of(one, "keys")},
       {"hash", text_of(one, "hash")}});
  for (const auto& resource : one.at("resources").as_array()) show_resource(resource);
}

Result<void> show_answer(const Asked& asked, const json::value& answer) {
  if (printed_as_json(asked.common, answer)) return {};
  show_emergency(answer.at("emergency"));
  for (const auto& one : answer.at("destructions").as_array()) show_destruction(one);
  return {};
}

Result<void> list(const Asked& asked) {
  JW_ASSIGN(const json::value all, ask_json(asked.common.data, "GET", "/api/v1/emergencies"));
  if (printed_as_json(asked.common, all)) return {};
  for (const auto& one : all.at("items").as_array()) show_emergency(one);
  return {};
}

Result<void> show(const Asked& asked) {
  JW_ASSIGN(const json::value one,
            ask_json(asked.common.data, "GET", "/api/v1/emergencies/" + percent_encoded(asked.id)));
  return show_answer(asked, one);
}

Result<void> declare(const Asked& asked) {
  json::object body = body_of(asked);
  body["region"] = asked.region;
  body["name"] = asked.name;
  body["order_number"] = asked.order;
  body["level"] = asked.level;
  body["planned_end"] = asked.until;
  body["purposes"] = json::array(asked.purposes.begin(), asked.purposes.end());
  JW_ASSIGN(const json::value one,
            ask_json(asked.common.data, "POST", "/api/v1/emergencies", json::serialize(body)));
  return show_answer(asked, one);
}

Result<void> extend(const Asked& asked) {
  json::object body = body_of(asked);
  body["order_number"] = asked.order;
  body["planned_end"] = asked.until;
  JW_ASSIGN(const json::value one,
            ask_json(asked.common.data, "POST",
                     "/api/v1/emergencies/" + percent_encoded(asked.id) + "/extend", json::serialize(body)));
  return show_answer(asked, one);
}

// What ends stands under `things`. Without an order it only tells what would be destroyed.
Result<json::value> end_of(const Asked& asked, const std::string& things, bool& foretold) {
  const std::string target = "/api/v1/" + things + "/" + percent_encoded(asked.id) + "/end";
  if (asked.order.empty() != (asked.records < 0))
    return Error(ErrorCode::invalid, "app.end_half").with("id", asked.id);
  foretold = asked.order.empty();
  if (foretold) return ask_json(asked.common.data, "GET", target);
  json::object body = body_of(asked);
  body["order_number"] = asked.order;
  body["records"] = asked.records;
  return ask_json(asked.common.data, "POST", target, json::serialize(body));
}

void show_forecast(const json::value& forecast) {
  say(false, "cli.destruction.foretold",
      {{"records", text_of(forecast, "records")}, {"purposes", joined(forecast.at("purposes"))}});
  for (const auto& one : forecast.at("resources").as_array()) show_resource(one);
  say(false, "cli.destruction.confirm", {{"records", text_of(forecast, "records")}});
}

Result<void> end(const Asked& asked) {
  bool foretold = false;
  JW_ASSIGN(const json::value answer, end_of(asked, "emergencies", foretold));
  if (!foretold) return show_answer(asked, answer);
  if (!printed_as_json(asked.common, answer)) show_forecast(answer);
  return {};
}

void show_purpose(const json::value& one) {
  const bool open = one.at("open").as_bool();
  say(false, "cli.purpose.line",
      {{"id", text_of(one, "id")},
       {"state", open                       ? "open"
                 : one.at("over").as_bool() ? "over"
                                            : "shut"},
       {"title", text_of(one, "title")},
       {"basis", text_of(one, "basis")}});
}

Result<void> list_purposes(const Asked& asked) {
  JW_ASSIGN(const json::value all, ask_json(asked.common.data, "GET", "/api/v1/purposes"));
  if (printed_as_json(asked.common, all)) return {};
  for (const auto& one : all.at("items").as_array()) show_purpose(one);
  return {};
}

Result<void> end_purpose(const Asked& asked) {
  bool foretold = false;
  JW_ASSIGN(const json::value answer, end_of(asked, "purposes", foretold));
  if (printed_as_json(asked.common, answer)) return {};
  if (foretold) {
    show_forecast(answer);
  } else {
    show_purpose(answer.at("purpose"));
  }
  return {};
}

Result<void> list_destructions(const Asked& asked) {
  const std::string target = asked.id.empty() ? "/api/v1/destructions?limit=100"
                                              : "/api/v1/destructions/" + percent_encoded(asked.id);
  JW_ASSIGN(const json::value answer, ask_json(asked.common.data, "GET", target));
  if (printed_as_json(asked.common, answer)) return {};
  if (!asked.id.empty()) {
    show_destruction(answer);
    return {};
  }
  for (const auto& one : answer.at("items").as_array()) show_destruction(one);
  return {};
}

using Added = std::pair<CLI::App*, std::shared_ptr<Asked>>;

void add_ending(const Added& command, const char* id_help) {
  command.first->add_option("id", command.second->id, sentence(id_help))->required();
  command.first->add_option("--order", command.second->order, sentence("cli.help.emergency_order"));
  command.first->add_option("--records", command.second->records, sentence("cli.help.emergency_records"));
  command.first->add_option("--actor", command.second->actor, sentence("cli.help.catalog_actor"));
}

}  // namespace

void add_emergency(CLI::App& app, int& exit_code) {
  CLI::App* group = app.add_subcommand("emergency", sentence("cli.help.emergency"));
  group->require_subcommand(1);
  add_server_command(*group, exit_code, "list", "cli.help.emergency_list", list);
  auto [show_command, shown] = add_server_command(*group, exit_code, "show", "cli.help.emergency_show", show);
  show_command->add_option("id", shown->id, sentence("cli.help.emergency_id"))->required();
  auto [declare_command, declared] =
      add_server_command(*group, exit_code, "declare", "cli.help.emergency_declare", declare);
  declare_command->add_option("region", declared->region, sentence("cli.help.emergency_region"))->required();
  declare_command->add_option("--name", declared->name, sentence("cli.help.emergency_name"))->required();
  declare_command->add_option("--order", declared->order, sentence("cli.help.emergency_order"))->required();
  declare_command->add_option("--level", declared->level, sentence("cli.help.emergency_level"))
      ->check(CLI::Range(1, 4));
  declare_command->add_option("--purposes", declared->purposes, sentence("cli.help.emergency_purposes"))
      ->required()
      ->delimiter(',');
  declare_command->add_option("--until", declared->until, sentence("cli.help.emergency_until"))->required();
  declare_command->add_option("--actor", declared->actor, sentence("cli.help.catalog_actor"));
  auto [extend_command, extended] =
      add_server_command(*group, exit_code, "extend", "cli.help.emergency_extend", extend);
  extend_command->add_option("id", extended->id, sentence("cli.help.emergency_id"))->required();
  extend_command->add_option("--order", extended->order, sentence("cli.help.emergency_order"))->required();
  extend_command->add_option("--until", extended->until, sentence("cli.help.emergency_until"))->required();
  extend_command->add_option("--actor", extended->actor, sentence("cli.help.catalog_actor"));
  add_ending(add_server_command(*group, exit_code, "end", "cli.help.emergency_end", end),
             "cli.help.emergency_id");

  CLI::App* purposes = app.add_subcommand("purpose", sentence("cli.help.purpose"));
  purposes->require_subcommand(1);
  add_server_command(*purposes, exit_code, "list", "cli.help.purpose_list", list_purposes);
  add_ending(add_server_command(*purposes, exit_code, "end", "cli.help.purpose_end", end_purpose),
             "cli.help.purpose_id");

  auto [destructions, looked] =
      add_server_command<Asked>(app, exit_code, "destructions", "cli.help.destructions", list_destructions);
  destructions->add_option("id", looked->id, sentence("cli.help.destruction_id"));
}

}  // namespace jingwei::app::cli
