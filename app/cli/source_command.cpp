#include <boost/json.hpp>

#include "app/cli/cli.h"
#include "app/cli/server_client.h"
#include "app/hub.h"

namespace jingwei::app::cli {

namespace {

namespace json = boost::json;

// What one call of `jingwei source` asks for.
struct Asked {
  Common common;
  std::string id;
  std::string kind, title, resource, schedule, agreement, signed_on, valid_until, why;
  std::vector<std::string> settings;  // name=value
  std::vector<std::string>
      secrets;  // name=variable of the environment: values would stand in the shell's history
};

// Sources are looked after by the running server, so it is asked.
Result<json::value> ask(const Asked& asked, const std::string& method, const std::string& target,
                        const std::string& body = {}) {
  JW_ASSIGN(const std::string answer, ask_server(asked.common.data, method, target, body));
  if (answer.empty()) return json::value(nullptr);
  json::error_code fault;
  auto parsed = json::parse(answer, fault);
  if (fault) return Error(ErrorCode::unavailable, "app.server_refused").with("sentence", answer);
  return parsed;
}

std::string text_of(const json::value& object, const char* name) {
  const auto* found = object.as_object().if_contains(name);
  if (found == nullptr || found->is_null()) return "-";
  return found->is_string() ? std::string(found->as_string()) : json::serialize(*found);
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

Result<json::object> pairs_of(const std::vector<std::string>& pairs, bool from_environment) {
  json::object object;
  for (const auto& pair : pairs) {
    const std::size_t at = pair.find('=');
    if (at == std::string::npos || at == 0)
      return Error(ErrorCode::invalid, "app.source_pair").with("pair", pair.substr(0, at));
    std::string value = pair.substr(at + 1);
    if (from_environment) {
      const char* held = std::getenv(value.c_str());  // NOLINT(concurrency-mt-unsafe)
      if (held == nullptr) return Error(ErrorCode::invalid, "app.source_variable").with("name", value);
      value = held;
    }
    object[pair.substr(0, at)] = value;
  }
  return object;
}

Result<std::string> body_of(const Asked& asked) {
  json::object body;
  body["kind"] = asked.kind;
  body["title"] = asked.title;
  body["resource"] = asked.resource;
  JW_ASSIGN(body["settings"], pairs_of(asked.settings, false));
  JW_ASSIGN(body["secrets"], pairs_of(asked.secrets, true));
  body["schedule"] = asked.schedule;
  json::object terms;
  terms["agreement"] = asked.agreement;
  if (!asked.signed_on.empty()) terms["signed_on"] = asked.signed_on;
  if (!asked.valid_until.empty()) terms["valid_until"] = asked.valid_until;
  body["terms"] = terms;
  return json::serialize(body);
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
                            return ask(one, method, "/api/v1/sources/" + url_encoded(one.id) + below);
                          });
  sub->add_option("id", asked->id, sentence("cli.help.source_id"))->required();
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
  add->add_option("resource", asked->resource, sentence("cli.help.source_resource"))->required();
  add->add_option("--title", asked->title, sentence("cli.help.source_title"))->required();
  add->add_option("--set", asked->settings, sentence("cli.help.source_set"));
  add->add_option("--secret", asked->secrets, sentence("cli.help.source_secret"));
  add->add_option("--schedule", asked->schedule, sentence("cli.help.source_schedule"));
  add->add_option("--agreement", asked->agreement, sentence("cli.help.source_agreement"));
  add->add_option("--signed-on", asked->signed_on, sentence("cli.help.source_signed"));
  add->add_option("--valid-until", asked->valid_until, sentence("cli.help.source_until"));

  auto revoked = std::make_shared<Asked>();
  CLI::App* revoke =
      add_one(*group, exit_code, "revoke", "cli.help.source_revoke", revoked, [](const Asked& one) {
        return ask(one, "POST", "/api/v1/sources/" + url_encoded(one.id) + "/revocation",
                   json::serialize(json::object{{"why", one.why}}));
      });
  revoke->add_option("id", revoked->id, sentence("cli.help.source_id"))->required();
  revoke->add_option("--why", revoked->why, sentence("cli.help.source_why"))->required();
}

}  // namespace jingwei::app::cli
