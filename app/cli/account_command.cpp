// jingwei account and jingwei role: who may sign in, and as what.
#include "app/cli/provider_command.h"
#include "app/cli/server_json.h"
#include "base/percent.h"

namespace jingwei::app::cli {

namespace {

namespace json = boost::json;

// What one call asks for.
struct Asked {
  Common common;
  std::string id, kind = "staff", login, name, phone, department, role, region, until, reason, label;
  std::int64_t days = 180;
};

const std::string accounts = "/api/v1/accounts";

std::string body_of(std::initializer_list<std::pair<const char*, std::string>> members) {
  json::object body;
  for (const auto& [member, value] : members) {
    if (!value.empty()) body[member] = value;
  }
  return json::serialize(body);
}

void show_account(const json::value& account) {
  say(false, "cli.account.line",
      {{"id", text_of(account, "id")},
       {"kind", text_of(account, "kind")},
       {"state", text_of(account, "state")},
       {"login", text_of(account, "login")},
       {"name", text_of(account, "name")},
       {"department", text_of(account, "department")}});
}

void show_grant(const json::value& grant) {
  say(false, "cli.account.grant",
      {{"id", text_of(grant, "id")},
       {"role", text_of(grant, "role")},
       {"title", text_of(grant, "role_title")},
       {"region", text_of(grant, "region")},
       {"region_name", text_of(grant, "region_name")},
       {"department", text_of(grant, "department")},
       {"until", text_of(grant, "until")},
       {"ended", text_of(grant, "ended_at")}});
}

Result<void> list(const Asked& asked) {
  JW_ASSIGN(
      const json::value page,
      ask_json(asked.common.data, "GET",
               accounts + "?limit=200" + (asked.kind.empty() ? "" : "&kind=" + percent_encoded(asked.kind))));
  if (printed_as_json(asked.common, page)) return {};
  for (const auto& account : page.at("items").as_array()) show_account(account);
  return {};
}

Result<void> show(const Asked& asked) {
  JW_ASSIGN(const json::value account,
            ask_json(asked.common.data, "GET", accounts + "/" + percent_encoded(asked.id)));
  if (printed_as_json(asked.common, account)) return {};
  show_account(account);
  for (const auto& grant : account.at("grants").as_array()) show_grant(grant);
  return {};
}

Result<void> show_created(const Asked& asked, const json::value& made) {
  if (printed_as_json(asked.common, made)) return {};
  show_account(made.at("account"));
  if (!made.at("password").is_null())
    say(false, "cli.account.password", {{"password", text_of(made, "password")}});
  return {};
}

Result<void> add(const Asked& asked) {
  JW_ASSIGN(const json::value made, ask_json(asked.common.data, "POST", accounts,
                                             body_of({{"kind", asked.kind},
                                                      {"login", asked.login},
                                                      {"name", asked.name},
                                                      {"phone", asked.phone},
                                                      {"department", asked.department}})));
  return show_created(asked, made);
}

Result<void> reset(const Asked& asked) {
  JW_ASSIGN(const json::value made,
            ask_json(asked.common.data, "POST", accounts + "/" + percent_encoded(asked.id) + "/reset"));
  return show_created(asked, made);
}

Result<void> set_state(const Asked& asked, const char* state) {
  JW_ASSIGN(const json::value account,
            ask_json(asked.common.data, "PATCH", accounts + "/" + percent_encoded(asked.id),
                     body_of({{"state", state}})));
  if (!printed_as_json(asked.common, account)) show_account(account);
  return {};
}

Result<void> close(const Asked& asked) {
  return set_state(asked, "closed");
}

Result<void> open(const Asked& asked) {
  return set_state(asked, "open");
}

Result<void> grant(const Asked& asked) {
  JW_ASSIGN(const json::value made,
            ask_json(asked.common.data, "POST", accounts + "/" + percent_encoded(asked.id) + "/grants",
                     body_of({{"role", asked.role},
                              {"region", asked.region},
                              {"department", asked.department},
                              {"until", asked.until},
                              {"reason", asked.reason}})));
  if (!printed_as_json(asked.common, made)) show_grant(made);
  return {};
}

Result<void> revoke(const Asked& asked) {
  JW_TRY(ask_json(asked.common.data, "DELETE", "/api/v1/grants/" + percent_encoded(asked.id)));
  say(asked.common.json, "cli.account.revoked", {{"id", asked.id}});
  return {};
}

Result<void> make_key(const Asked& asked) {
  const json::object body{{"label", asked.label}, {"days", asked.days}};
  JW_ASSIGN(const json::value made,
            ask_json(asked.common.data, "POST", accounts + "/" + percent_encoded(asked.id) + "/keys",
                     json::serialize(body)));
  if (printed_as_json(asked.common, made)) return {};
  say(false, "cli.account.key",
      {{"key", text_of(made, "key")}, {"until", text_of(made.at("token"), "ends_at")}});
  return {};
}

Result<void> roles(const Asked& asked) {
  JW_ASSIGN(const json::value all, ask_json(asked.common.data, "GET", "/api/v1/roles"));
  if (printed_as_json(asked.common, all)) return {};
  const char* language = terminal_language() == Language::zh ? "zh" : "en";
  for (const auto& role : all.at("items").as_array()) {
    std::string permissions;
    for (const auto& one : role.at("permissions").as_array())
      permissions += (permissions.empty() ? "" : " ") + std::string(one.as_string());
    say(false, "cli.role.line",
        {{"id", text_of(role, "id")},
         {"title", text_of(role.at("title"), language)},
         {"permissions", permissions}});
  }
  return {};
}

}  // namespace

void add_account(CLI::App& app, int& exit_code) {
  CLI::App* group = app.add_subcommand("account", sentence("cli.help.account"));
  group->require_subcommand(1);
  const auto with_id = [&](const char* name, const char* help, Result<void> (*doing)(const Asked&),
                           const char* what = "cli.help.account_id") {
    auto added = add_server_command<Asked>(*group, exit_code, name, help, doing);
    added.first->add_option("id", added.second->id, sentence(what))->required();
    return added;
  };
  {
    auto [sub, asked] = add_server_command<Asked>(*group, exit_code, "list", "cli.help.account_list", list);
    asked->kind.clear();
    sub->add_option("--kind", asked->kind, sentence("cli.help.account_kind"));
  }
  with_id("show", "cli.help.account_show", show);
  {
    auto [sub, asked] = add_server_command<Asked>(*group, exit_code, "add", "cli.help.account_add", add);
    sub->add_option("name", asked->name, sentence("cli.help.account_name"))->required();
    sub->add_option("--login", asked->login, sentence("cli.help.account_login"));
    sub->add_option("--kind", asked->kind, sentence("cli.help.account_kind"))->capture_default_str();
    sub->add_option("--phone", asked->phone, sentence("cli.help.account_phone"));
    sub->add_option("--department", asked->department, sentence("cli.help.account_department"));
  }
  with_id("reset", "cli.help.account_reset", reset);
  with_id("close", "cli.help.account_close", close);
  with_id("open", "cli.help.account_open", open);
  {
    auto [sub, asked] = with_id("grant", "cli.help.account_grant", grant);
    sub->add_option("role", asked->role, sentence("cli.help.account_role"))->required();
    sub->add_option("region", asked->region, sentence("cli.help.account_region"))->required();
    sub->add_option("--department", asked->department, sentence("cli.help.account_department"));
    sub->add_option("--until", asked->until, sentence("cli.help.account_until"));
    sub->add_option("--reason", asked->reason, sentence("cli.help.account_reason"));
  }
  with_id("revoke", "cli.help.account_revoke", revoke, "cli.help.account_grant_id");
  {
    auto [sub, asked] = with_id("key", "cli.help.account_key", make_key);
    sub->add_option("--label", asked->label, sentence("cli.help.account_label"))->required();
    sub->add_option("--days", asked->days, sentence("cli.help.account_days"))->capture_default_str();
  }
  add_provider(*group, exit_code);
  auto [sub, unused] = add_server_command<Asked>(app, exit_code, "role", "cli.help.role", roles);
  static_cast<void>(sub);
}

}  // namespace jingwei::app::cli
