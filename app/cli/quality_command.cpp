#include "app/cli/server_json.h"
#include "base/percent.h"

namespace jingwei::app::cli {

namespace {

namespace json = boost::json;

// What one call of `jingwei quality` or `jingwei objection` asks for.
struct Asked {
  Common common;
  std::string id, resource, record, field, reason, proposed, actor, state;
  std::int64_t version = 1;
  int days = 30;
  bool overdue = false;
};

// "87.5", or "-" where nothing came.
std::string points_of(const json::value& standing) {
  const auto& score = standing.at("score");
  if (score.is_null()) return "-";
  char text[16];
  std::snprintf(text, sizeof text, "%.1f", score.to_number<double>());
  return text;
}

void show_standing(const json::value& standing) {
  const auto& counts = standing.at("counts");
  say(false, "cli.quality.line",
      {{"score", points_of(standing)},
       {"id", text_of(standing, "id")},
       {"title", text_of(standing, "title")},
       {"accepted", text_of(counts, "accepted")},
       {"refused", text_of(counts, "refused")},
       {"missed", text_of(standing, "missed_now")}});
}

Result<void> board(const Asked& asked) {
  const std::string days = "days=" + std::to_string(asked.days);
  if (!asked.resource.empty()) {
    JW_ASSIGN(const json::value one,
              ask_json(asked.common.data, "GET",
                       "/api/v1/quality/resources/" + percent_encoded(asked.resource) + "?" + days));
    if (printed_as_json(asked.common, one)) return {};
    show_standing(one);
    for (const auto& part : one.at("parts").as_array())
      std::printf("  %s\n", text_of(part, "sentence").c_str());
    return {};
  }
  JW_ASSIGN(const json::value all, ask_json(asked.common.data, "GET", "/api/v1/quality?" + days));
  if (printed_as_json(asked.common, all)) return {};
  for (const char* list : {"providers", "resources"}) {
    say(false, std::string("cli.quality.") + list);
    for (const auto& one : all.at(list).as_array()) show_standing(one);
  }
  return {};
}

void show_objection(const json::value& one) {
  say(false, "cli.objection.line",
      {{"id", text_of(one, "id")},
       {"state", text_of(one, "state")},
       {"resource", text_of(one, "resource")},
       {"record", text_of(one, "record")},
       {"field", text_of(one, "field")},
       {"objector", text_of(one, "objector")},
       {"due", text_of(one, "due_at")},
       {"overdue", text_of(one, "days_overdue")}});
}

Result<void> show_detail(const Asked& asked, const json::value& detail) {
  if (printed_as_json(asked.common, detail)) return {};
  show_objection(detail.at("objection"));
  say(false, "cli.objection.words",
      {{"reason", text_of(detail, "reason")},
       {"proposed", text_of(detail, "proposed")},
       {"answer", text_of(detail, "answer")}});
  return {};
}

Result<void> list(const Asked& asked) {
  std::string target = "/api/v1/objections?limit=100";
  if (!asked.state.empty()) target += "&state=" + percent_encoded(asked.state);
  if (!asked.resource.empty()) target += "&resource=" + percent_encoded(asked.resource);
  if (asked.overdue) target += "&overdue=true";
  JW_ASSIGN(const json::value all, ask_json(asked.common.data, "GET", target));
  if (printed_as_json(asked.common, all)) return {};
  for (const auto& one : all.at("items").as_array()) show_objection(one);
  return {};
}

Result<void> show(const Asked& asked) {
  JW_ASSIGN(const json::value one,
            ask_json(asked.common.data, "GET", "/api/v1/objections/" + percent_encoded(asked.id)));
  return show_detail(asked, one);
}

Result<void> open(const Asked& asked) {
  json::object body{{"actor", asked.actor},     {"resource", asked.resource}, {"record", asked.record},
                    {"version", asked.version}, {"field", asked.field},       {"reason", asked.reason}};
  if (!asked.proposed.empty()) body["proposed"] = asked.proposed;
  JW_ASSIGN(const json::value one,
            ask_json(asked.common.data, "POST", "/api/v1/objections", json::serialize(body)));
  return show_detail(asked, one);
}

Result<void> answer(const Asked& asked) {
  json::object body{{"actor", asked.actor}, {"step", asked.state}};
  if (!asked.reason.empty()) body["reason"] = asked.reason;
  JW_ASSIGN(const json::value one,
            ask_json(asked.common.data, "POST", "/api/v1/objections/" + percent_encoded(asked.id) + "/steps",
                     json::serialize(body)));
  return show_detail(asked, one);
}

}  // namespace

void add_quality(CLI::App& app, int& exit_code) {
  auto [quality, looked] = add_server_command<Asked>(app, exit_code, "quality", "cli.help.quality", board);
  quality->add_option("resource", looked->resource, sentence("cli.option.resource"));
  quality->add_option("--days", looked->days, sentence("cli.help.quality_days"))->check(CLI::Range(1, 366));

  CLI::App* group = app.add_subcommand("objection", sentence("cli.help.objection"));
  group->require_subcommand(1);
  auto [list_command, listed] =
      add_server_command<Asked>(*group, exit_code, "list", "cli.help.objection_list", list);
  list_command->add_option("--state", listed->state, sentence("cli.help.objection_state"))
      ->check(CLI::IsMember({"open", "accepted", "declined", "withdrawn"}));
  list_command->add_option("--resource", listed->resource, sentence("cli.option.resource"));
  list_command->add_flag("--overdue", listed->overdue, sentence("cli.help.objection_overdue"));
  auto [show_command, shown] =
      add_server_command<Asked>(*group, exit_code, "show", "cli.help.objection_show", show);
  show_command->add_option("id", shown->id, sentence("cli.help.objection_id"))->required();
  auto [open_command, opened] =
      add_server_command<Asked>(*group, exit_code, "open", "cli.help.objection_open", open);
  open_command->add_option("resource", opened->resource, sentence("cli.option.resource"))->required();
  open_command->add_option("record", opened->record, sentence("cli.help.objection_record"))->required();
  open_command->add_option("field", opened->field, sentence("cli.help.objection_field"))->required();
  open_command->add_option("--version", opened->version, sentence("cli.help.objection_version"));
  open_command->add_option("--reason", opened->reason, sentence("cli.help.objection_reason"))->required();
  open_command->add_option("--proposed", opened->proposed, sentence("cli.help.objection_proposed"));
  open_command->add_option("--actor", opened->actor, sentence("cli.help.catalog_actor"))->required();
  auto [answer_command, answered] =
      add_server_command<Asked>(*group, exit_code, "answer", "cli.help.objection_answer", answer);
  answer_command->add_option("id", answered->id, sentence("cli.help.objection_id"))->required();
  answer_command->add_option("step", answered->state, sentence("cli.help.objection_step"))
      ->required()
      ->check(CLI::IsMember({"accept", "decline", "withdraw"}));
  answer_command->add_option("--reason", answered->reason, sentence("cli.help.objection_words"));
  answer_command->add_option("--actor", answered->actor, sentence("cli.help.catalog_actor"))->required();
}

}  // namespace jingwei::app::cli
