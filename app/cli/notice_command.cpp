#include "app/cli/server_json.h"
#include "base/percent.h"

namespace jingwei::app::cli {

namespace {

namespace json = boost::json;

// What one call of `jingwei notice` asks for.
struct Asked {
  Common common;
  std::string id, kind = "notice", title, body, state = "all", region, due, month;
  std::vector<std::string> regions, roles, kinds, departments, accounts, channels, questions;
  std::int64_t remind_hours = 0;
};

json::array words_of(const std::vector<std::string>& words) {
  json::array list;
  for (const auto& word : words) list.emplace_back(word);
  return list;
}

json::object audience_of(const Asked& asked) {
  json::object audience;
  const auto add = [&](const char* name, const std::vector<std::string>& words) {
    if (!words.empty()) audience[name] = words_of(words);
  };
  add("regions", asked.regions);
  add("roles", asked.roles);
  add("kinds", asked.kinds);
  add("departments", asked.departments);
  add("accounts", asked.accounts);
  return audience;
}

// "done:yes_no:做完了吗" or "where:choice:哪里:楼道,广场". Errors: invalid.
Result<json::object> question_of(const std::string& written) {
  std::vector<std::string> parts(1);
  for (const char c : written) {
    if (c == ':' && parts.size() < 4) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  if (parts.size() < 3) return Error(ErrorCode::invalid, "cli.notice.bad_question").with("text", written);
  json::object question{{"id", parts[0]}, {"type", parts[1]}, {"title", parts[2]}};
  if (parts.size() == 4) {
    json::array values;
    std::string value;
    for (const char c : parts[3] + ",") {
      if (c == ',') {
        values.emplace_back(std::exchange(value, {}));
      } else {
        value += c;
      }
    }
    question["values"] = std::move(values);
  }
  return question;
}

void show_line(const json::value& notice) {
  say(false, "cli.notice.line",
      {{"id", text_of(notice, "id")},
       {"kind", text_of(notice, "kind")},
       {"state", text_of(notice, "state")},
       {"title", text_of(notice, "title")},
       {"region", text_of(notice, "region_name")},
       {"people", text_of(notice, "recipients")},
       {"sent", text_of(notice, "sent_at")}});
}

Result<void> preview(const Asked& asked) {
  const json::object body{{"kind", asked.kind}, {"audience", audience_of(asked)}};
  JW_ASSIGN(const json::value one,
            ask_json(asked.common.data, "POST", "/api/v1/notices/preview", json::serialize(body)));
  if (printed_as_json(asked.common, one)) return {};
  say(false, "cli.notice.people", {{"count", text_of(one, "people")}});
  for (const auto& region : one.at("regions").as_array())
    say(false, "cli.notice.region", {{"name", text_of(region, "name")}, {"count", text_of(region, "count")}});
  for (const auto& full : one.at("full").as_array()) {
    say(false, "cli.notice.full",
        {{"name", text_of(full, "name")},
         {"count", text_of(full, "count")},
         {"most", text_of(full, "most")}});
  }
  return {};
}

Result<void> send(const Asked& asked) {
  json::object body{{"kind", asked.kind},
                    {"title", asked.title},
                    {"body", asked.body},
                    {"audience", audience_of(asked)},
                    {"remind_hours", asked.remind_hours}};
  if (!asked.channels.empty()) body["channels"] = words_of(asked.channels);
  if (!asked.due.empty()) body["due_at"] = asked.due;
  json::array questions;
  for (const auto& written : asked.questions) {
    JW_ASSIGN(json::object question, question_of(written));
    questions.emplace_back(std::move(question));
  }
  if (!questions.empty()) body["questions"] = std::move(questions);
  JW_ASSIGN(const json::value one,
            ask_json(asked.common.data, "POST", "/api/v1/notices", json::serialize(body)));
  if (!printed_as_json(asked.common, one)) show_line(one);
  return {};
}

Result<void> list(const Asked& asked) {
  JW_ASSIGN(const json::value all, ask_json(asked.common.data, "GET", "/api/v1/notices?limit=100"));
  if (printed_as_json(asked.common, all)) return {};
  for (const auto& one : all.at("items").as_array()) show_line(one);
  return {};
}

Result<void> show(const Asked& asked) {
  JW_ASSIGN(const json::value one,
            ask_json(asked.common.data, "GET", "/api/v1/notices/" + percent_encoded(asked.id)));
  if (printed_as_json(asked.common, one)) return {};
  show_line(one.at("notice"));
  const auto& counts = one.at("counts");
  say(false, "cli.notice.counts",
      {{"all", text_of(counts, "all")},
       {"read", text_of(counts, "read")},
       {"answered", text_of(counts, "answered")}});
  for (const auto& channel : one.at("deliveries").as_array()) {
    say(false, "cli.notice.delivery",
        {{"channel", text_of(channel, "channel")},
         {"state", text_of(channel, "state")},
         {"count", text_of(channel, "count")}});
  }
  return {};
}

Result<void> receipts(const Asked& asked) {
  std::string target = "/api/v1/notices/" + percent_encoded(asked.id) +
                       "/receipts?limit=200&state=" + percent_encoded(asked.state);
  if (!asked.region.empty()) target += "&region=" + percent_encoded(asked.region);
  JW_ASSIGN(const json::value all, ask_json(asked.common.data, "GET", target));
  if (printed_as_json(asked.common, all)) return {};
  for (const auto& one : all.at("items").as_array()) {
    say(false, "cli.notice.receipt",
        {{"name", text_of(one, "name")},
         {"role", text_of(one, "role")},
         {"region", text_of(one, "region_name")},
         {"read", text_of(one, "read_at")},
         {"answered", text_of(one, "answered_at")}});
  }
  return {};
}

Result<void> remind(const Asked& asked) {
  JW_ASSIGN(const json::value one, ask_json(asked.common.data, "POST",
                                            "/api/v1/notices/" + percent_encoded(asked.id) + "/reminders"));
  if (!printed_as_json(asked.common, one))
    say(false, "cli.notice.reminded", {{"count", text_of(one, "people")}});
  return {};
}

Result<void> end(const Asked& asked) {
  JW_ASSIGN(const json::value one,
            ask_json(asked.common.data, "POST", "/api/v1/notices/" + percent_encoded(asked.id) + "/end"));
  if (!printed_as_json(asked.common, one)) show_line(one);
  return {};
}

Result<void> loads(const Asked& asked) {
  const std::string query = asked.month.empty() ? "" : "?month=" + percent_encoded(asked.month);
  JW_ASSIGN(const json::value all, ask_json(asked.common.data, "GET", "/api/v1/notice-loads" + query));
  if (printed_as_json(asked.common, all)) return {};
  for (const auto& one : all.at("items").as_array()) {
    say(false, "cli.notice.load",
        {{"name", text_of(one, "name")},
         {"orders", text_of(one, "orders")},
         {"forms", text_of(one, "forms")}});
  }
  return {};
}

void add_audience(CLI::App& command, Asked& asked) {
  command.add_option("--kind", asked.kind, sentence("cli.help.notice_kind"))
      ->check(CLI::IsMember({"notice", "order", "form"}));
  command.add_option("--region", asked.regions, sentence("cli.help.notice_region"));
  command.add_option("--role", asked.roles, sentence("cli.help.notice_role"));
  command.add_option("--account-kind", asked.kinds, sentence("cli.help.account_kind"));
  command.add_option("--department", asked.departments, sentence("cli.help.account_department"));
  command.add_option("--account", asked.accounts, sentence("cli.help.account_id"));
}

}  // namespace

void add_notice(CLI::App& app, int& exit_code) {
  CLI::App* group = app.add_subcommand("notice", sentence("cli.help.notice"));
  group->require_subcommand(1);
  add_server_command<Asked>(*group, exit_code, "list", "cli.help.notice_list", list);
  auto [preview_command, previewed] =
      add_server_command<Asked>(*group, exit_code, "preview", "cli.help.notice_preview", preview);
  add_audience(*preview_command, *previewed);
  auto [send_command, sent] =
      add_server_command<Asked>(*group, exit_code, "send", "cli.help.notice_send", send);
  add_audience(*send_command, *sent);
  send_command->add_option("--title", sent->title, sentence("cli.help.notice_title"))->required();
  send_command->add_option("--body", sent->body, sentence("cli.help.notice_body"));
  send_command->add_option("--channel", sent->channels, sentence("cli.help.notice_channel"));
  send_command->add_option("--question", sent->questions, sentence("cli.help.notice_question"));
  send_command->add_option("--due", sent->due, sentence("cli.help.notice_due"));
  send_command->add_option("--remind-hours", sent->remind_hours, sentence("cli.help.notice_remind_hours"));
  const auto with_id = [&](const char* name, const char* help, Result<void> (*doing)(const Asked&)) {
    auto [command, asked] = add_server_command<Asked>(*group, exit_code, name, help, doing);
    command->add_option("id", asked->id, sentence("cli.help.notice_id"))->required();
    return std::pair(command, asked);
  };
  with_id("show", "cli.help.notice_show", show);
  auto [receipts_command, listed] = with_id("receipts", "cli.help.notice_receipts", receipts);
  receipts_command->add_option("--state", listed->state, sentence("cli.help.notice_state"))
      ->check(CLI::IsMember({"all", "unread", "read", "unanswered", "answered"}));
  receipts_command->add_option("--region", listed->region, sentence("cli.help.account_region"));
  with_id("remind", "cli.help.notice_remind", remind);
  with_id("end", "cli.help.notice_end", end);
  auto [loads_command, loaded] =
      add_server_command<Asked>(*group, exit_code, "loads", "cli.help.notice_loads", loads);
  loads_command->add_option("--month", loaded->month, sentence("cli.help.notice_month"));
}

}  // namespace jingwei::app::cli
