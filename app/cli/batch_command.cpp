#include "app/cli/server_json.h"
#include "base/percent.h"

namespace jingwei::app::cli {

namespace {

namespace json = boost::json;

// What one call of `jingwei batch` asks for.
struct Asked {
  Common common;
  std::string id, resource, reason;
  std::int64_t records = -1;  // as the plan told; -1: none was looked at
  bool plan = false;          // with every record it concerns
  int most = 20;
};

Result<json::value> ask(const Asked& asked, const std::string& method, const std::string& target,
                        const std::string& body = {}) {
  return ask_json(asked.common.data, method, "/api/v1/batches" + target, body);
}

void show_line(const json::value& batch) {
  const bool stands = text_of(batch, "withdrawal") == "none";
  say(false, "cli.batch.line",
      {{"id", text_of(batch, "id")},
       {"resource", text_of(batch.at("resource"), "id")},
       {"file", text_of(batch, "filename")},
       {"state", stands ? text_of(batch, "state") : "withdrawn"},
       {"accepted", text_of(batch, "accepted")},
       {"refused", text_of(batch, "refused")},
       {"started", text_of(batch, "started_at")}});
}

std::string joined(const json::value& list) {
  std::string text;
  for (const auto& item : list.as_array()) text += (text.empty() ? "" : ", ") + std::string(item.as_string());
  return text;
}

void show_plan(const json::value& plan) {
  say(false, "cli.batch.plan",
      {{"records", text_of(plan, "records")},
       {"ends", text_of(plan, "ends")},
       {"restores", text_of(plan, "restores")},
       {"overtaken", text_of(plan, "overtaken")},
       {"reopens", text_of(plan, "reopens")}});
  const auto& figures = plan.at("figures");
  if (figures.is_array()) {
    for (const auto& figure : figures.as_array())
      say(false, "cli.batch.figure",
          {{"title", text_of(figure, "title")}, {"delta", text_of(figure, "delta")}});
  } else {
    say(false, "cli.batch.figures_unknown");
  }
  for (const char* list : {"repeated_by", "repaired_by"}) {
    const std::string batches = joined(plan.at(list));
    if (!batches.empty()) say(false, std::string("cli.batch.") + list, {{"batches", batches}});
  }
}

void show_withdrawal(const json::value& withdrawal) {
  if (!withdrawal.at("plan").is_null()) return show_plan(withdrawal.at("plan"));
  say(false, "cli.batch.withdrawal",
      {{"id", text_of(withdrawal, "batch")},
       {"state", text_of(withdrawal, "state")},
       {"records", text_of(withdrawal, "records")},
       {"ended", text_of(withdrawal, "ended")},
       {"restored", text_of(withdrawal, "restored")},
       {"reopened", text_of(withdrawal, "reopened")},
       {"reason", text_of(withdrawal, "reason")}});
}

Result<void> list(const Asked& asked) {
  std::string target = "?limit=" + std::to_string(asked.most);
  if (!asked.resource.empty()) target += "&resource=" + percent_encoded(asked.resource);
  JW_ASSIGN(const json::value answer, ask(asked, "GET", target));
  if (printed_as_json(asked.common, answer)) return {};
  for (const auto& batch : answer.at("items").as_array()) show_line(batch);
  return {};
}

Result<void> show(const Asked& asked) {
  JW_ASSIGN(const json::value answer, ask(asked, "GET", "/" + percent_encoded(asked.id)));
  if (printed_as_json(asked.common, answer)) return {};
  show_line(answer);
  for (const auto& reason : answer.at("reasons").as_array())
    say(false, "cli.ingest.reason",
        {{"rows", text_of(reason, "count")}, {"reason", text_of(reason, "title")}});
  for (const auto& note : answer.at("notes").as_array())
    std::printf("%s\n", text_of(note, "sentence").c_str());
  if (text_of(answer, "withdrawal") == "none") return {};
  JW_ASSIGN(const json::value withdrawal, ask(asked, "GET", "/" + percent_encoded(asked.id) + "/withdrawal"));
  show_withdrawal(withdrawal);
  return {};
}

std::string fields_of(const json::value& record) {
  std::string text;
  for (const auto& [name, value] : record.at("fields").as_object()) {
    if (value.is_null()) continue;
    text += (text.empty() ? "" : "  ") + std::string(name) + "=" +
            text_of(record.at("fields"), std::string(name).c_str());
  }
  return text;
}

// Every record that a withdrawal concerns, page by page: what ends → what stands again.
Result<void> show_records(const Asked& asked) {
  const std::string target = "/" + percent_encoded(asked.id) + "/withdrawal/records?limit=200";
  for (std::string cursor;;) {
    JW_ASSIGN(const json::value page,
              ask(asked, "GET", cursor.empty() ? target : target + "&cursor=" + percent_encoded(cursor)));
    for (const auto& one : page.at("items").as_array()) {
      const json::value& after = one.at("after");
      const std::string outcome = text_of(one, "outcome");
      say(false, "cli.batch.record_" + outcome,
          {{"id", text_of(one.at("before"), "id")},
           {"before", fields_of(one.at("before"))},
           {"after", after.is_null() ? "—" : fields_of(after)}});
    }
    if (page.at("next_cursor").is_null()) return {};
    cursor = text_of(page, "next_cursor");
  }
}

// Whom it would bring apart, together or out of the registry; `--plan` names them, page by page.
Result<void> show_subjects(const Asked& asked, const json::value& first) {
  const bool any = first.at("parts").as_int64() + first.at("joins").as_int64() +
                       first.at("vanishes").as_int64() + first.at("loses").as_int64() >
                   0;
  say(false, any ? "cli.batch.subjects" : "cli.batch.subjects_none",
      {{"parts", text_of(first, "parts")},
       {"joins", text_of(first, "joins")},
       {"vanishes", text_of(first, "vanishes")},
       {"loses", text_of(first, "loses")}});
  if (!first.at("complete").as_bool())
    say(false, "cli.batch.subjects_looked_at", {{"records", text_of(first, "records")}});
  if (!asked.plan) return {};
  for (json::value page = first;;) {
    for (const auto& one : page.at("items").as_array()) {
      say(false, "cli.batch.subject_" + text_of(one, "fate"),
          {{"id", text_of(one, "id")},
           {"kind", text_of(one, "kind")},
           {"name", text_of(one, "name")},
           {"loses", text_of(one, "loses")},
           {"records", text_of(one, "records")}});
    }
    if (page.at("next_cursor").is_null()) return {};
    JW_ASSIGN(page, ask(asked, "GET",
                        "/" + percent_encoded(asked.id) +
                            "/withdrawal/subjects?limit=200&cursor=" + text_of(page, "next_cursor")));
  }
}

// Without a reason it only tells what would happen.
Result<void> withdraw(const Asked& asked) {
  const std::string target = "/" + percent_encoded(asked.id) + "/withdrawal";
  if (asked.reason.empty() != (asked.records < 0))
    return Error(ErrorCode::invalid, "app.withdrawal_half").with("batch", asked.id);
  if (asked.reason.empty()) {
    JW_ASSIGN(json::value plan, ask(asked, "GET", target));
    const bool ahead = !plan.at("plan").is_null();
    json::value subjects;
    if (ahead) {
      JW_ASSIGN(subjects, ask(asked, "GET", target + "/subjects?limit=200"));
      plan.as_object()["subjects"] = subjects;
    }
    if (printed_as_json(asked.common, plan)) return {};
    show_withdrawal(plan);
    if (ahead) JW_TRY(show_subjects(asked, subjects));
    if (asked.plan && ahead) JW_TRY(show_records(asked));
    if (ahead) say(false, "cli.batch.confirm", {{"id", asked.id}, {"records", text_of(plan, "records")}});
    return {};
  }
  JW_ASSIGN(const json::value answer,
            ask(asked, "POST", target,
                json::serialize(json::object{{"reason", asked.reason}, {"records", asked.records}})));
  if (printed_as_json(asked.common, answer)) return {};
  show_withdrawal(answer);
  return {};
}

}  // namespace

void add_batch(CLI::App& app, int& exit_code) {
  CLI::App* group = app.add_subcommand("batch", sentence("cli.help.batch"));
  group->require_subcommand(1);
  auto [list_command, listed] = add_server_command(*group, exit_code, "list", "cli.help.batch_list", list);
  list_command->add_option("--resource", listed->resource, sentence("cli.option.resource"));
  list_command->add_option("--most", listed->most, sentence("cli.help.batch_most"))
      ->check(CLI::Range(1, 200));
  auto [show_command, shown] = add_server_command(*group, exit_code, "show", "cli.help.batch_show", show);
  show_command->add_option("id", shown->id, sentence("cli.help.batch_id"))->required();
  auto [withdraw_command, withdrawn] =
      add_server_command(*group, exit_code, "withdraw", "cli.help.batch_withdraw", withdraw);
  withdraw_command->add_option("id", withdrawn->id, sentence("cli.help.batch_id"))->required();
  withdraw_command->add_option("--reason", withdrawn->reason, sentence("cli.help.batch_reason"));
  withdraw_command->add_option("--records", withdrawn->records, sentence("cli.help.batch_records"));
  withdraw_command->add_flag("--plan", withdrawn->plan, sentence("cli.help.batch_plan"));
}

}  // namespace jingwei::app::cli
