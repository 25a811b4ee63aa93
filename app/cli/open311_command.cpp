#include <cstdlib>
#include <fstream>
#include <sstream>

#include "app/cli/cli.h"
#include "app/cli/server_json.h"
#include "base/percent.h"

namespace jingwei::app::cli {

namespace {

namespace json = boost::json;

constexpr std::string_view base = "/api/v1/open311/connections";

// What one call of `jingwei open311` asks for.
struct Asked {
  Common common;
  std::string id, file, key_variable, state, link, how, request;
};

std::string place(const Asked& asked, const std::string& rest = {}) {
  return std::string(base) + "/" + percent_encoded(asked.id) + rest;
}

void show_line(const json::value& one) {
  say(false, "cli.open311.line",
      {{"id", text_of(one, "id")},
       {"title", text_of(one, "title")},
       {"state", text_of(one, "state")},
       {"breaker", text_of(one, "breaker")},
       {"taken", text_of(one, "taken")},
       {"sent", text_of(one, "sent")},
       {"told", text_of(one, "told")},
       {"refused", text_of(one, "refused")},
       {"conflicts", text_of(one, "conflicts")},
       {"error", text_of(one, "error")}});
}

Result<void> shown(const Asked& asked, const Result<json::value>& answer) {
  if (!answer) return answer.error();
  if (!printed_as_json(asked.common, *answer)) show_line(*answer);
  return {};
}

// The file's object, with the key from the environment: a value would stand in the shell's history.
Result<std::string> body_of(const Asked& asked) {
  std::ifstream file(asked.file, std::ios::binary);
  if (!file) return Error(ErrorCode::not_found, "cli.open311.no_file").with("path", asked.file);
  std::ostringstream text;
  text << file.rdbuf();
  json::error_code fault;
  json::value body = json::parse(text.str(), fault);
  if (fault || !body.is_object())
    return Error(ErrorCode::invalid, "cli.open311.bad_file").with("path", asked.file);
  if (!asked.key_variable.empty()) {
    const char* const key = std::getenv(asked.key_variable.c_str());
    if (key == nullptr)
      return Error(ErrorCode::invalid, "app.source_variable").with("variable", asked.key_variable);
    body.as_object()["key"] = key;
  }
  return json::serialize(body);
}

Result<void> list(const Asked& asked) {
  JW_ASSIGN(const json::value all, ask_json(asked.common.data, "GET", std::string(base)));
  if (printed_as_json(asked.common, all)) return {};
  for (const auto& one : all.at("items").as_array()) show_line(one);
  return {};
}

Result<void> show(const Asked& asked) {
  return shown(asked, ask_json(asked.common.data, "GET", place(asked)));
}

Result<void> add(const Asked& asked) {
  JW_ASSIGN(const std::string body, body_of(asked));
  return shown(asked, ask_json(asked.common.data, "POST", std::string(base), body));
}

Result<void> edit(const Asked& asked) {
  JW_ASSIGN(const std::string body, body_of(asked));
  return shown(asked, ask_json(asked.common.data, "PUT", place(asked), body));
}

Result<void> try_out(const Asked& asked) {
  JW_ASSIGN(const std::string body, body_of(asked));
  JW_ASSIGN(const json::value found,
            ask_json(asked.common.data, "POST", std::string(base) + "/trials", body));
  if (printed_as_json(asked.common, found)) return {};
  for (const auto& one : found.at("services").as_array()) {
    std::printf("%s  %s\n", text_of(one, "code").c_str(), text_of(one, "name").c_str());
    for (const auto& attribute : one.at("attributes").as_array())
      std::printf("  %s  %s\n", text_of(attribute, "name").c_str(), text_of(attribute, "text").c_str());
  }
  return {};
}

Result<void> run(const Asked& asked) {
  return shown(asked, ask_json(asked.common.data, "POST", place(asked, "/run")));
}

Result<void> put_state(const Asked& asked, const char* state) {
  return shown(asked, ask_json(asked.common.data, "PUT", place(asked, "/state"),
                               json::serialize(json::object{{"state", state}})));
}
Result<void> pause(const Asked& asked) {
  return put_state(asked, "paused");
}
Result<void> resume(const Asked& asked) {
  return put_state(asked, "active");
}

Result<void> remove(const Asked& asked) {
  JW_TRY(ask_json(asked.common.data, "DELETE", place(asked)));
  say(asked.common.json, "cli.open311.removed");
  return {};
}

void show_link(const json::value& one) {
  say(false, "cli.open311.link",
      {{"id", text_of(one, "id")},
       {"request", text_of(one, "request")},
       {"case_id", text_of(one, "case")},
       {"state", text_of(one, "state")},
       {"status", text_of(one, "status")},
       {"problem", text_of(one, "problem")}});
}

Result<void> links(const Asked& asked) {
  const std::string query =
      asked.state.empty() ? "?limit=200" : "?limit=200&state=" + percent_encoded(asked.state);
  JW_ASSIGN(const json::value all, ask_json(asked.common.data, "GET", place(asked, "/links" + query)));
  if (printed_as_json(asked.common, all)) return {};
  for (const auto& one : all.at("items").as_array()) show_link(one);
  return {};
}

Result<void> settle(const Asked& asked) {
  const json::object body{{"how", asked.how}, {"request", asked.request}};
  JW_ASSIGN(const json::value one, ask_json(asked.common.data, "POST",
                                            place(asked, "/links/" + percent_encoded(asked.link) + "/settle"),
                                            json::serialize(body)));
  if (!printed_as_json(asked.common, one)) show_link(one);
  return {};
}

}  // namespace

void add_open311(CLI::App& app, int& exit_code) {
  CLI::App* group = app.add_subcommand("open311", sentence("cli.help.open311"));
  group->require_subcommand(1);
  const auto command = [&](const char* name, const char* help, Result<void> (*doing)(const Asked&)) {
    return add_server_command<Asked>(*group, exit_code, name, help, doing);
  };
  const auto with_id = [&](const char* name, const char* help, Result<void> (*doing)(const Asked&)) {
    auto [sub, asked] = command(name, help, doing);
    sub->add_option("id", asked->id, sentence("cli.help.open311_id"))->required();
    return std::pair(sub, asked);
  };
  const auto with_file = [&](CLI::App* sub, const std::shared_ptr<Asked>& asked) {
    sub->add_option("--file", asked->file, sentence("cli.help.open311_file"))->required();
    sub->add_option("--key-from", asked->key_variable, sentence("cli.help.open311_key"));
  };
  command("list", "cli.help.open311_list", list);
  const auto added = command("add", "cli.help.open311_add", add);
  with_file(added.first, added.second);
  const auto tried = command("try", "cli.help.open311_try", try_out);
  with_file(tried.first, tried.second);
  const auto edited = with_id("edit", "cli.help.open311_edit", edit);
  with_file(edited.first, edited.second);
  with_id("show", "cli.help.open311_show", show);
  with_id("run", "cli.help.open311_run", run);
  with_id("pause", "cli.help.open311_pause", pause);
  with_id("resume", "cli.help.open311_resume", resume);
  with_id("remove", "cli.help.open311_remove", remove);
  const auto listed = with_id("links", "cli.help.open311_links", links);
  listed.first->add_option("--state", listed.second->state, sentence("cli.help.open311_state"))
      ->check(CLI::IsMember({"waiting", "unsure", "linked", "refused", "conflict"}));
  const auto settled = with_id("settle", "cli.help.open311_settle", settle);
  settled.first->add_option("link", settled.second->link, sentence("cli.help.open311_link"))->required();
  settled.first->add_option("--how", settled.second->how, sentence("cli.help.open311_how"))
      ->required()
      ->check(CLI::IsMember({"again", "found", "seen"}));
  settled.first->add_option("--request", settled.second->request, sentence("cli.help.open311_request"));
}

}  // namespace jingwei::app::cli
