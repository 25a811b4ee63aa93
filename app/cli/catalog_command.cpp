#include "app/cli/cli.h"
#include "app/cli/server_json.h"
#include "base/file_system.h"
#include "base/limits.h"
#include "base/percent.h"

namespace jingwei::app::cli {

namespace {

namespace json = boost::json;

// What one call of `jingwei catalog` asks for.
struct Asked {
  Common common;
  std::string id, text, state, file, actor, reason, breaking;
  std::int64_t version = 0;  // 0: the one under way
  std::vector<std::pair<std::string, std::string>> facets;
};

const std::string root = "/api/v1/resources";

Result<json::value> ask(const Asked& asked, const std::string& method, const std::string& target,
                        const std::string& body = {}) {
  return ask_json(asked.common.data, method, target, body);
}

const json::array& items_of(const json::value& answer, const char* name = "items") {
  return answer.at(name).as_array();
}

void show_version(const json::value& version) {
  say(false, "cli.catalog.version",
      {{"version", text_of(version, "version")},
       {"state", text_of(version, "state")},
       {"author", text_of(version, "author")},
       {"submitted_by", text_of(version, "submitted_by")},
       {"reviewed_by", text_of(version, "reviewed_by")},
       {"published_by", text_of(version, "published_by")},
       {"reason", text_of(version, "reason")}});
}

void show_line(const json::value& resource) {
  say(false, "cli.catalog.line",
      {{"id", text_of(resource, "id")},
       {"version", text_of(resource, "version")},
       {"state", text_of(resource, "state")},
       {"title", text_of(resource, "title")},
       {"provider", text_of(resource.at("provider"), "title")},
       {"records", text_of(resource, "records")}});
}

void print_json(const json::value& answer) {
  std::printf("%s\n", json::serialize(answer).c_str());
}

Result<void> list(const Asked& asked) {
  std::string target = root + "?q=" + percent_encoded(asked.text);
  if (!asked.state.empty()) target += "&state=" + percent_encoded(asked.state);
  for (const auto& [name, value] : asked.facets) {
    if (!value.empty()) target += "&" + name + "=" + percent_encoded(value);
  }
  JW_ASSIGN(const json::value answer, ask(asked, "GET", target));
  if (asked.common.json) {
    print_json(answer);
    return {};
  }
  for (const auto& item : items_of(answer)) show_line(item);
  say(false, "cli.catalog.found", {{"total", text_of(answer, "total")}});
  return {};
}

Result<void> show(const Asked& asked) {
  const std::string target = root + "/" + percent_encoded(asked.id);
  JW_ASSIGN(const json::value resource, ask(asked, "GET", target));
  JW_ASSIGN(const json::value versions, ask(asked, "GET", target + "/versions"));
  if (asked.common.json) {
    print_json(json::object{{"resource", resource}, {"versions", versions.at("items")}});
    return {};
  }
  show_line(resource);
  for (const auto& field : items_of(resource, "fields")) {
    const bool required = field.at("required").as_bool();
    say(false, "cli.catalog.field",
        {{"name", text_of(field, "name")},
         {"title", text_of(field, "title")},
         {"type", text_of(field, "type")},
         {"required", sentence(required ? "cli.catalog.required" : "cli.catalog.optional")},
         {"personal", text_of(field, "personal")}});
  }
  for (const auto& version : items_of(versions)) show_version(version);
  return {};
}

// The version that is in one of `states`, newest first; the one that was named, whatever its state.
Result<std::string> version_for(const Asked& asked, const std::vector<std::string>& states) {
  if (asked.version > 0) return std::to_string(asked.version);
  JW_ASSIGN(const json::value versions,
            ask(asked, "GET", root + "/" + percent_encoded(asked.id) + "/versions"));
  for (const auto& version : items_of(versions)) {
    const std::string state = text_of(version, "state");
    if (states.empty() || std::find(states.begin(), states.end(), state) != states.end())
      return text_of(version, "version");
  }
  return Error(ErrorCode::not_found, "app.no_version").with("resource", asked.id);
}

std::string actor_of(const Asked& asked) {
  if (!asked.actor.empty()) return asked.actor;
  const char* login = std::getenv("USER");  // NOLINT(concurrency-mt-unsafe)
  return login == nullptr ? "" : login;
}

Result<void> step(const Asked& asked, const std::string& step, const std::vector<std::string>& states) {
  JW_ASSIGN(const std::string version, version_for(asked, states));
  json::object body{{"actor", actor_of(asked)}, {"step", step}};
  if (!asked.reason.empty()) body["reason"] = asked.reason;
  if (!asked.breaking.empty()) body["breaking"] = asked.breaking;
  JW_ASSIGN(const json::value answer,
            ask(asked, "POST", root + "/" + percent_encoded(asked.id) + "/versions/" + version + "/steps",
                json::serialize(body)));
  if (asked.common.json) {
    print_json(answer);
  } else {
    show_version(answer);
  }
  return {};
}

Result<void> draft(const Asked& asked) {
  JW_ASSIGN(const std::string yaml, read_text(real_file_system(), asked.file, limits::yaml_bytes));
  JW_ASSIGN(const json::value answer,
            ask(asked, "POST", "/api/v1/resource-files",
                json::serialize(json::object{{"actor", actor_of(asked)}, {"yaml", yaml}})));
  if (asked.common.json) {
    print_json(answer);
    return {};
  }
  for (const auto& version : items_of(answer)) show_version(version);
  return {};
}

Result<void> diff(const Asked& asked) {
  JW_ASSIGN(const std::string version, version_for(asked, {}));
  JW_ASSIGN(const json::value answer,
            ask(asked, "GET", root + "/" + percent_encoded(asked.id) + "/versions/" + version));
  if (asked.common.json) {
    print_json(answer);
    return {};
  }
  say(false, "cli.catalog.compared",
      {{"resource", asked.id}, {"version", version}, {"before", text_of(answer, "compared_with")}});
  const auto& differences = items_of(answer, "differences");
  if (differences.empty()) say(false, "cli.catalog.same");
  for (const auto& one : differences) {
    say(false, "cli.catalog.change",
        {{"kind", text_of(one, "kind")},
         {"path", text_of(one, "path")},
         {"before", text_of(one, "before")},
         {"after", text_of(one, "after")}});
  }
  const auto& breaks = items_of(answer, "breaks");
  if (!breaks.empty()) say(false, "cli.catalog.breaks");
  for (const auto& one : breaks) std::printf("  %s\n", text_of(one, "sentence").c_str());
  return {};
}

Result<void> overlaps(const Asked& asked) {
  const std::string of = asked.id.empty() ? "" : "?resource=" + percent_encoded(asked.id);
  JW_ASSIGN(const json::value answer, ask(asked, "GET", "/api/v1/overlaps" + of));
  if (asked.common.json) {
    print_json(answer);
    return {};
  }
  if (items_of(answer).empty()) say(false, "cli.catalog.none");
  for (const auto& one : items_of(answer)) std::printf("%s\n", text_of(one, "sentence").c_str());
  return {};
}

Result<void> dcat(const Asked& asked) {
  JW_ASSIGN(const std::string document, ask_server(asked.common.data, "GET", "/api/v1/catalog.jsonld"));
  if (asked.file.empty()) {
    std::printf("%s\n", document.c_str());
    return {};
  }
  JW_TRY(write_text_durably(real_file_system(), asked.file, document));
  say(asked.common.json, "cli.catalog.exported", {{"file", asked.file}});
  return {};
}

using Doing = std::function<Result<void>(const Asked&)>;

struct Command {
  CLI::App* app;
  std::shared_ptr<Asked> asked;
};

Command add_one(CLI::App& group, int& exit_code, const char* name, const char* help, Doing doing) {
  auto asked = std::make_shared<Asked>();
  CLI::App* sub = group.add_subcommand(name, sentence(help));
  add_data_option(*sub, asked->common);
  add_json_option(*sub, asked->common);
  sub->callback([asked, doing = std::move(doing), &exit_code] {
    if (const auto done = doing(*asked); !done) exit_code = report(done.error(), asked->common.json);
  });
  return {sub, asked};
}

// A step of a version, by whoever acts.
Command add_step(CLI::App& group, int& exit_code, const char* name, const char* help, Doing doing) {
  Command command = add_one(group, exit_code, name, help, std::move(doing));
  command.app->add_option("id", command.asked->id, sentence("cli.help.catalog_id"))->required();
  command.app->add_option("--version", command.asked->version, sentence("cli.help.catalog_version"));
  command.app->add_option("--actor", command.asked->actor, sentence("cli.help.catalog_actor"));
  return command;
}

void add_reading(CLI::App& group, int& exit_code) {
  Command one = add_one(group, exit_code, "list", "cli.help.catalog_list", list);
  one.app->add_option("--state", one.asked->state, sentence("cli.help.catalog_state"));

  one = add_one(group, exit_code, "show", "cli.help.catalog_show", show);
  one.app->add_option("id", one.asked->id, sentence("cli.help.catalog_id"))->required();

  one = add_one(group, exit_code, "search", "cli.help.catalog_search", list);
  one.app->add_option("text", one.asked->text, sentence("cli.help.catalog_text"));
  one.app->add_option("--state", one.asked->state, sentence("cli.help.catalog_state"));
  for (const char* facet : {"provider", "sharing", "purpose", "personal", "subject", "update", "package"})
    one.asked->facets.emplace_back(facet, "");
  for (auto& [name, value] : one.asked->facets)
    one.app->add_option("--" + name, value, sentence("cli.help.catalog_facet"));

  one = add_one(group, exit_code, "diff", "cli.help.catalog_diff", diff);
  one.app->add_option("id", one.asked->id, sentence("cli.help.catalog_id"))->required();
  one.app->add_option("--version", one.asked->version, sentence("cli.help.catalog_version"));

  one = add_one(group, exit_code, "overlaps", "cli.help.catalog_overlaps", overlaps);
  one.app->add_option("id", one.asked->id, sentence("cli.help.catalog_id"));

  one = add_one(group, exit_code, "export", "cli.help.catalog_export", dcat);
  one.app->add_option("--out", one.asked->file, sentence("cli.help.catalog_out"));
}

void add_steps(CLI::App& group, int& exit_code) {
  Command one = add_one(group, exit_code, "draft", "cli.help.catalog_draft", draft);
  one.app->add_option("file", one.asked->file, sentence("cli.help.catalog_file"))->required();
  one.app->add_option("--actor", one.asked->actor, sentence("cli.help.catalog_actor"));

  one = add_step(group, exit_code, "submit", "cli.help.catalog_submit",
                 [](const Asked& asked) { return step(asked, "submit", {"draft"}); });
  one.app->add_option("--breaking", one.asked->breaking, sentence("cli.help.catalog_breaking"));

  one = add_step(group, exit_code, "review", "cli.help.catalog_review", [](const Asked& asked) {
    if (asked.reason.empty()) return step(asked, "review", {"submitted"});
    return step(asked, "refuse", {"submitted", "reviewed"});
  });
  one.app->add_option("--refuse", one.asked->reason, sentence("cli.help.catalog_refuse"));

  one = add_step(group, exit_code, "publish", "cli.help.catalog_publish",
                 [](const Asked& asked) { return step(asked, "publish", {"reviewed"}); });
  one.app->add_option("--breaking", one.asked->breaking, sentence("cli.help.catalog_breaking"));

  one = add_step(group, exit_code, "retire", "cli.help.catalog_retire",
                 [](const Asked& asked) { return step(asked, "retire", {"published"}); });
  one.app->add_option("--reason", one.asked->reason, sentence("cli.help.catalog_reason"))->required();
}

}  // namespace

void add_catalog(CLI::App& app, int& exit_code) {
  CLI::App* group = app.add_subcommand("catalog", sentence("cli.help.catalog"));
  group->require_subcommand(1);
  add_reading(*group, exit_code);
  add_steps(*group, exit_code);
}

}  // namespace jingwei::app::cli
