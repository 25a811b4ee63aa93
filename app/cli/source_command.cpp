#include "app/cli/cli.h"
#include "app/cli/server_json.h"
#include "app/cli/source_requests.h"
#include "app/hub.h"
#include "base/percent.h"

namespace jingwei::app::cli {

namespace {

namespace json = boost::json;

// What one call of `jingwei source` asks for.
struct Asked {
  Common common;
  std::string id;
  std::string kind, title, resource, schedule, agreement, legal_basis, contact, signed_on, valid_until, why;
  std::vector<std::string> purposes;  // id|title|legal basis|last day
  std::vector<std::string> settings;  // name=value
  std::vector<std::string>
      secrets;  // name=variable of the environment: values would stand in the shell's history
};

// Sources are looked after by the running server, so it is asked.
Result<json::value> ask(const Asked& asked, const std::string& method, const std::string& target,
                        const std::string& body = {}) {
  return ask_json(asked.common.data, method, target, body);
}

void show_source(const json::value& source) {
  say(false, "cli.source.line",
      {{"id", text_of(source, "id")},
       {"kind", text_of(source, "kind")},
       {"title", text_of(source, "title")},
       {"resource", text_of(source.at("resource"), "id")},
       {"health", text_of(source, "health")},
       {"taken", text_of(source, "taken")},
       {"refused", text_of(source, "refused")},
       {"error", text_of(source, "error")}});
}

void show(const Asked& asked, const json::value& answer) {
  if (asked.common.json) {
    std::printf("%s\n", json::serialize(answer).c_str());
    return;
  }
  if (answer.is_null()) {
    say(false, "cli.source.removed");
    return;
  }
  const auto& object = answer.as_object();
  if (const auto* found = object.if_contains("found")) {
    say(false, "cli.source.reached");
    for (const auto& name : found->as_array()) std::printf("  %s\n", name.as_string().c_str());
    return;
  }
  const auto* items = object.if_contains("items");
  if (items == nullptr) return show_source(answer);
  if (items->as_array().empty()) say(false, "cli.source.none");
  for (const auto& item : items->as_array()) {
    if (item.as_object().contains("kind")) {
      show_source(item);
      continue;
    }
    say(false, "cli.source.run",
        {{"at", text_of(item, "started_at")},
         {"outcome", text_of(item, "outcome")},
         {"detail", text_of(item, "detail")},
         {"taken", text_of(item, "taken")},
         {"refused", text_of(item, "refused")},
         {"error", text_of(item, "error")}});
  }
}

// "id|title|legal basis|2020-12-31".
Result<json::array> purposes_of(const std::vector<std::string>& given) {
  json::array purposes;
  for (const auto& one : given) {
    std::vector<std::string> parts;
    std::size_t at = 0;
    for (std::size_t bar; (bar = one.find('|', at)) != std::string::npos; at = bar + 1)
      parts.push_back(one.substr(at, bar - at));
    parts.push_back(one.substr(at));
    if (parts.size() != 4) return Error(ErrorCode::invalid, "app.source_purpose").with("purpose", one);
    purposes.push_back(json::object{
        {"id", parts[0]}, {"title", parts[1]}, {"legal_basis", parts[2]}, {"valid_until", parts[3]}});
  }
  return purposes;
}

// Lays what was given over `terms`.
Result<void> lay_over(const Asked& asked, json::object& terms) {
  const auto put = [&](const char* name, const std::string& value) {
    if (!value.empty()) terms[name] = value;
  };
  put("agreement", asked.agreement);
  put("legal_basis", asked.legal_basis);
  put("contact", asked.contact);
  put("signed_on", asked.signed_on);
  put("valid_until", asked.valid_until);
  if (asked.purposes.empty()) return {};
  JW_ASSIGN(terms["purposes"], purposes_of(asked.purposes));
  return {};
}

Result<json::object> pairs_of(const std::vector<std::string>& pairs, PairValues values) {
  JW_ASSIGN(const std::string text, object_of_pairs(pairs, values));
  return json::parse(text).as_object();
}

Result<std::string> body_of(const Asked& asked) {
  json::object body;
  body["kind"] = asked.kind;
  body["title"] = asked.title;
  body["resource"] = asked.resource;
  JW_ASSIGN(body["settings"], pairs_of(asked.settings, PairValues::plain_or_file));
  JW_ASSIGN(body["secrets"], pairs_of(asked.secrets, PairValues::variable));
  body["schedule"] = asked.schedule;
  json::object terms;
  JW_TRY(lay_over(asked, terms));
  body["terms"] = terms;
  return json::serialize(body);
}

// What stands, with what was given laid over it.
Result<json::value> edit(const Asked& asked) {
  const std::string target = "/api/v1/sources/" + percent_encoded(asked.id);
  JW_ASSIGN(const json::value now, ask(asked, "GET", target));
  json::object body;
  body["title"] = asked.title.empty() ? now.at("title") : json::value(asked.title);
  body["schedule"] = asked.schedule.empty() ? now.at("schedule") : json::value(asked.schedule);
  json::object settings = now.at("settings").as_object();
  JW_ASSIGN(const json::object given, pairs_of(asked.settings, PairValues::plain_or_file));
  for (const auto& pair : given) settings[pair.key()] = pair.value();
  body["settings"] = settings;
  JW_ASSIGN(body["secrets"], pairs_of(asked.secrets, PairValues::variable));
  json::object terms = now.at("terms").as_object();
  terms.erase("revoked_at");
  terms.erase("revoked_why");
  JW_TRY(lay_over(asked, terms));
  body["terms"] = terms;
  return ask(asked, "PUT", target, json::serialize(body));
}

using Asking = std::function<Result<json::value>(const Asked&)>;

CLI::App* add_one(CLI::App& group, int& exit_code, const char* name, const char* help,
                  const std::shared_ptr<Asked>& asked, Asking asking) {
  CLI::App* sub = group.add_subcommand(name, sentence(help));
  add_data_option(*sub, asked->common);
  add_json_option(*sub, asked->common);
  sub->callback([asked, asking = std::move(asking), &exit_code] {
    auto answer = asking(*asked);
    if (answer) {
      show(*asked, *answer);
    } else {
      exit_code = report(answer.error(), asked->common.json);
    }
  });
  return sub;
}

void add_for_one(CLI::App& group, int& exit_code, const char* name, const char* help, const char* method,
                 const char* below) {
  auto asked = std::make_shared<Asked>();
  CLI::App* sub = add_one(group, exit_code, name, help, asked,
                          [method = std::string(method), below = std::string(below)](const Asked& one) {
                            return ask(one, method, "/api/v1/sources/" + percent_encoded(one.id) + below);
                          });
  sub->add_option("id", asked->id, sentence("cli.help.source_id"))->required();
}

void add_details(CLI::App& command, Asked& asked) {
  command.add_option("--title", asked.title, sentence("cli.help.source_title"));
  command.add_option("--set", asked.settings, sentence("cli.help.source_set"));
  command.add_option("--secret", asked.secrets, sentence("cli.help.source_secret"));
  command.add_option("--schedule", asked.schedule, sentence("cli.help.source_schedule"));
  command.add_option("--agreement", asked.agreement, sentence("cli.help.source_agreement"));
  command.add_option("--legal-basis", asked.legal_basis, sentence("cli.help.source_basis"));
  command.add_option("--contact", asked.contact, sentence("cli.help.source_contact"));
  command.add_option("--purpose", asked.purposes, sentence("cli.help.source_purpose"));
  command.add_option("--signed-on", asked.signed_on, sentence("cli.help.source_signed"));
  command.add_option("--valid-until", asked.valid_until, sentence("cli.help.source_until"));
}

}  // namespace

void add_source(CLI::App& app, int& exit_code) {
  CLI::App* group = app.add_subcommand("source", sentence("cli.help.source"));
  group->require_subcommand(1);
  add_one(*group, exit_code, "list", "cli.help.source_list", std::make_shared<Asked>(),
          [](const Asked& one) { return ask(one, "GET", "/api/v1/sources"); });
  add_for_one(*group, exit_code, "show", "cli.help.source_show", "GET", "");
  add_for_one(*group, exit_code, "runs", "cli.help.source_runs", "GET", "/runs");
  add_for_one(*group, exit_code, "run", "cli.help.source_run", "POST", "/run");
  add_for_one(*group, exit_code, "try", "cli.help.source_try", "POST", "/trial");
  add_for_one(*group, exit_code, "pause", "cli.help.source_pause", "POST", "/pause");
  add_for_one(*group, exit_code, "resume", "cli.help.source_resume", "POST", "/resume");
  add_for_one(*group, exit_code, "remove", "cli.help.source_remove", "DELETE", "");

  auto asked = std::make_shared<Asked>();
  CLI::App* add = add_one(*group, exit_code, "add", "cli.help.source_add", asked,
                          [](const Asked& one) -> Result<json::value> {
                            JW_ASSIGN(const std::string body, body_of(one));
                            return ask(one, "POST", "/api/v1/sources", body);
                          });
  add->add_option("kind", asked->kind, sentence("cli.help.source_kind"))->required();
  add->add_option("resource", asked->resource, sentence("cli.help.source_resource"));
  add_details(*add, *asked);
  add->get_option("--title")->required();

  auto changed = std::make_shared<Asked>();
  CLI::App* change = add_one(*group, exit_code, "edit", "cli.help.source_edit", changed, edit);
  change->add_option("id", changed->id, sentence("cli.help.source_id"))->required();
  add_details(*change, *changed);

  auto revoked = std::make_shared<Asked>();
  CLI::App* revoke =
      add_one(*group, exit_code, "revoke", "cli.help.source_revoke", revoked, [](const Asked& one) {
        return ask(one, "POST", "/api/v1/sources/" + percent_encoded(one.id) + "/revocation",
                   json::serialize(json::object{{"why", one.why}}));
      });
  revoke->add_option("id", revoked->id, sentence("cli.help.source_id"))->required();
  revoke->add_option("--why", revoked->why, sentence("cli.help.source_why"))->required();
}

}  // namespace jingwei::app::cli
