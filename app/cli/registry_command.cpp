#include <chrono>
#include <thread>

#include "app/cli/server_json.h"
#include "base/percent.h"

namespace jingwei::app::cli {

namespace {

namespace json = boost::json;

// What one call of `jingwei subject` or `jingwei registry` asks for.
struct Asked {
  Common common;
  std::string text, id, with, reason, kind, version, form, from, to, record;
  bool activate = false;
};

void show_summary(const json::value& one) {
  const json::value& region = one.at("region");
  say(false, "cli.subject.line",
      {{"id", text_of(one, "id")},
       {"kind", text_of(one, "kind")},
       {"name", text_of(one, "name")},
       {"identifier", text_of(one, "identifier")},
       {"region", region.is_object() ? text_of(region, "name") : std::string("-")}});
}

Result<void> find(const Asked& asked) {
  std::string target = "/api/v1/subjects?limit=50&q=" + percent_encoded(asked.text);
  if (!asked.kind.empty()) target += "&kind=" + percent_encoded(asked.kind);
  JW_ASSIGN(const json::value found, ask_json(asked.common.data, "GET", target));
  if (printed_as_json(asked.common, found)) return {};
  for (const auto& one : found.at("items").as_array()) show_summary(one);
  if (found.at("items").as_array().empty()) say(false, "cli.subject.none");
  if (!found.at("ready").as_bool()) say(false, "cli.subject.not_ready");
  return {};
}

Result<void> show(const Asked& asked) {
  JW_ASSIGN(const json::value file,
            ask_json(asked.common.data, "GET", "/api/v1/subjects/" + percent_encoded(asked.id)));
  if (printed_as_json(asked.common, file)) return {};
  say(false, "cli.subject.head",
      {{"id", text_of(file, "id")},
       {"kind", text_of(file, "kind")},
       {"name", text_of(file, "name")},
       {"identifier", text_of(file, "identifier")}});
  for (const auto& entry : file.at("entries").as_array()) {
    say(false, "cli.subject.entry",
        {{"day", text_of(entry, "day")},
         {"resource", text_of(entry.at("resource"), "title")},
         {"record", text_of(entry, "record")},
         {"certainty", text_of(entry, "certainty")}});
  }
  for (const auto& relation : file.at("relations").as_array()) {
    say(false, "cli.subject.relation",
        {{"kind", text_of(relation, "kind")},
         {"direction", text_of(relation, "direction")},
         {"other", text_of(relation, "other")},
         {"name", text_of(relation, "other_name")}});
  }
  return {};
}

// Why a record stands in a file: by what, and how alike it is to the record it hangs on, trait by trait.
Result<void> why(const Asked& asked) {
  JW_ASSIGN(const json::value told, ask_json(asked.common.data, "GET",
                                             "/api/v1/subjects/" + percent_encoded(asked.id) + "/links/" +
                                                 percent_encoded(asked.record) + "/why"));
  if (printed_as_json(asked.common, told)) return {};
  const json::value& other = told.at("other");
  say(false, "cli.subject.why",
      {{"record", text_of(told, "record")},
       {"basis", text_of(told, "basis")},
       {"model", text_of(told, "model")},
       {"certainty", text_of(told, "certainty")},
       {"other", other.is_object() ? text_of(other, "record") : std::string("-")},
       {"weight", text_of(told, "weight")},
       {"probability", text_of(told, "probability")}});
  for (const auto& field : told.at("fields").as_array()) {
    say(false, "cli.subject.why_field",
        {{"title", text_of(field, "title")},
         {"level", text_of(field, "level")},
         {"weight", text_of(field, "weight")},
         {"a", text_of(field, "a")},
         {"b", text_of(field, "b")}});
  }
  for (const auto& decision : told.at("decisions").as_array()) {
    say(false, "cli.subject.why_decision",
        {{"actor", text_of(decision, "actor")},
         {"at", text_of(decision, "at")},
         {"reason", text_of(decision, "reason")}});
  }
  return {};
}

void show_event(const json::value& event) {
  say(false, "cli.subject.event",
      {{"id", text_of(event, "id")},
       {"kind", text_of(event, "kind")},
       {"kept", text_of(event, "kept")},
       {"gone", text_of(event, "gone")},
       {"actor", text_of(event, "actor")},
       {"undone", text_of(event, "undone_at")}});
}

Result<void> merge(const Asked& asked) {
  const json::object body{{"with", asked.with}, {"reason", asked.reason}};
  JW_ASSIGN(const json::value event,
            ask_json(asked.common.data, "POST", "/api/v1/subjects/" + percent_encoded(asked.id) + "/merge",
                     json::serialize(body)));
  if (!printed_as_json(asked.common, event)) show_event(event);
  return {};
}

Result<void> unmerge(const Asked& asked) {
  JW_ASSIGN(
      const json::value event,
      ask_json(asked.common.data, "POST", "/api/v1/subject-events/" + percent_encoded(asked.id) + "/undo"));
  if (!printed_as_json(asked.common, event)) show_event(event);
  return {};
}

Result<void> relate(const Asked& asked) {
  json::object body{{"with", asked.with}, {"kind", asked.kind}};
  if (!asked.from.empty()) body["from"] = asked.from;
  if (!asked.to.empty()) body["to"] = asked.to;
  JW_ASSIGN(const json::value made,
            ask_json(asked.common.data, "POST",
                     "/api/v1/subjects/" + percent_encoded(asked.id) + "/relations", json::serialize(body)));
  if (!printed_as_json(asked.common, made)) say(false, "cli.subject.related", {{"id", text_of(made, "id")}});
  return {};
}

Result<void> unrelate(const Asked& asked) {
  JW_ASSIGN([[maybe_unused]] const json::value ended,
            ask_json(asked.common.data, "DELETE", "/api/v1/subject-relations/" + percent_encoded(asked.id)));
  say(asked.common.json, "cli.subject.unrelated", {{"id", asked.id}});
  return {};
}

// What of a form the file answers, with source and day.
Result<void> prefill(const Asked& asked) {
  JW_ASSIGN(const json::value known, ask_json(asked.common.data, "GET",
                                              "/api/v1/subjects/" + percent_encoded(asked.id) +
                                                  "/prefill?form=" + percent_encoded(asked.form)));
  if (printed_as_json(asked.common, known)) return {};
  for (const auto& one : known.at("known").as_array()) {
    say(false, "cli.subject.known",
        {{"title", text_of(one, "title")},
         {"value", text_of(one, "value")},
         {"source", text_of(one.at("source"), "title")},
         {"day", text_of(one, "day")}});
  }
  return {};
}

constexpr std::chrono::milliseconds between_looks{500};

void show_model(const json::value& model) {
  const json::value& changes = model.at("changes");
  say(false, "cli.registry.model",
      {{"version", text_of(model, "version")},
       {"state", text_of(model, "state")},
       {"records", text_of(model, "records")},
       {"in_force", text_of(model, "in_force")},
       {"merged", changes.is_object() ? text_of(changes, "merged") : std::string("-")},
       {"split", changes.is_object() ? text_of(changes, "split") : std::string("-")}});
}

// Looks again until the work on a version is done.
Result<json::value> wait_for(const Asked& asked, const std::string& version) {
  const std::string target = "/api/v1/registry/models/" + percent_encoded(version);
  for (;;) {
    JW_ASSIGN(json::value model, ask_json(asked.common.data, "GET", target));
    const std::string state = text_of(model, "state");
    if (state != "learning" && state != "comparing") {
      end_progress(asked.common.json);
      return model;
    }
    const int percent = static_cast<int>(100 * model.at("progress").to_number<double>());
    show_progress(asked.common.json,
                  sentence("cli.registry.working", {{"state", state}, {"percent", std::to_string(percent)}}));
    std::this_thread::sleep_for(between_looks);
  }
}

Result<void> train(const Asked& asked) {
  JW_ASSIGN(json::value model, ask_json(asked.common.data, "POST", "/api/v1/registry/models"));
  const std::string version = text_of(model, "version");
  JW_ASSIGN(model, wait_for(asked, version));
  if (asked.activate && text_of(model, "state") == "ready") {
    const std::string target = "/api/v1/registry/models/" + percent_encoded(version);
    JW_ASSIGN([[maybe_unused]] const json::value begun,
              ask_json(asked.common.data, "POST", target + "/compare"));
    JW_ASSIGN(model, wait_for(asked, version));
    JW_ASSIGN(model, ask_json(asked.common.data, "POST", target + "/activate"));
  }
  if (!printed_as_json(asked.common, model)) show_model(model);
  return {};
}

// What a version would change of the links that stand; it changes nothing.
Result<void> compare(const Asked& asked) {
  JW_ASSIGN(json::value model,
            ask_json(asked.common.data, "POST",
                     "/api/v1/registry/models/" + percent_encoded(asked.version) + "/compare"));
  JW_ASSIGN(model, wait_for(asked, asked.version));
  if (!printed_as_json(asked.common, model)) show_model(model);
  return {};
}

Result<void> activate(const Asked& asked) {
  JW_ASSIGN(const json::value model,
            ask_json(asked.common.data, "POST",
                     "/api/v1/registry/models/" + percent_encoded(asked.version) + "/activate"));
  if (!printed_as_json(asked.common, model)) show_model(model);
  return {};
}

Result<void> status(const Asked& asked) {
  JW_ASSIGN(const json::value status, ask_json(asked.common.data, "GET", "/api/v1/registry"));
  if (printed_as_json(asked.common, status)) return {};
  say(false, "cli.registry.status",
      {{"model", text_of(status, "model")},
       {"subjects", text_of(status, "subjects")},
       {"links", text_of(status, "links")},
       {"open", text_of(status, "open_reviews")},
       {"caught_up", text_of(status, "caught_up")}});
  for (const auto& one : status.at("resources").as_array()) {
    say(false, "cli.registry.resource",
        {{"resource", text_of(one.at("resource"), "title")},
         {"certain", text_of(one, "certain")},
         {"probable", text_of(one, "probable")},
         {"linked", text_of(one, "linked")}});
  }
  return {};
}

}  // namespace

void add_registry(CLI::App& app, int& exit_code) {
  CLI::App* subject = app.add_subcommand("subject", sentence("cli.help.subject"));
  subject->require_subcommand(1);
  auto [find_command, found] =
      add_server_command<Asked>(*subject, exit_code, "find", "cli.help.subject_find", find);
  find_command->add_option("text", found->text, sentence("cli.help.subject_text"))->required();
  find_command->add_option("--kind", found->kind, sentence("cli.help.subject_kind"))
      ->check(CLI::IsMember({"person", "household", "enterprise", "venue", "vehicle", "device"}));
  auto [show_command, shown] =
      add_server_command<Asked>(*subject, exit_code, "show", "cli.help.subject_show", show);
  show_command->add_option("id", shown->id, sentence("cli.help.subject_id"))->required();
  auto [why_command, explained] =
      add_server_command<Asked>(*subject, exit_code, "why", "cli.help.subject_why", why);
  why_command->add_option("id", explained->id, sentence("cli.help.subject_id"))->required();
  why_command->add_option("record", explained->record, sentence("cli.help.subject_record"))->required();
  auto [merge_command, merged] =
      add_server_command<Asked>(*subject, exit_code, "merge", "cli.help.subject_merge", merge);
  merge_command->add_option("id", merged->id, sentence("cli.help.subject_id"))->required();
  merge_command->add_option("with", merged->with, sentence("cli.help.subject_with"))->required();
  merge_command->add_option("--reason", merged->reason, sentence("cli.help.subject_reason"))->required();
  auto [unmerge_command, undone] =
      add_server_command<Asked>(*subject, exit_code, "unmerge", "cli.help.subject_unmerge", unmerge);
  unmerge_command->add_option("event", undone->id, sentence("cli.help.subject_event"))->required();
  auto [relate_command, related] =
      add_server_command<Asked>(*subject, exit_code, "relate", "cli.help.subject_relate", relate);
  relate_command->add_option("id", related->id, sentence("cli.help.subject_id"))->required();
  relate_command->add_option("kind", related->kind, sentence("cli.help.subject_relation_kind"))
      ->required()
      ->check(CLI::IsMember({"member", "tenant", "employee", "owner", "guardian", "carer"}));
  relate_command->add_option("with", related->with, sentence("cli.help.subject_other"))->required();
  relate_command->add_option("--from", related->from, sentence("cli.help.subject_from"));
  relate_command->add_option("--to", related->to, sentence("cli.help.subject_to"));
  auto [unrelate_command, unrelated] =
      add_server_command<Asked>(*subject, exit_code, "unrelate", "cli.help.subject_unrelate", unrelate);
  unrelate_command->add_option("relation", unrelated->id, sentence("cli.help.subject_relation"))->required();
  auto [prefill_command, filled] =
      add_server_command<Asked>(*subject, exit_code, "prefill", "cli.help.subject_prefill", prefill);
  prefill_command->add_option("id", filled->id, sentence("cli.help.subject_id"))->required();
  prefill_command->add_option("form", filled->form, sentence("cli.help.subject_form"))->required();

  CLI::App* registry = app.add_subcommand("registry", sentence("cli.help.registry"));
  registry->require_subcommand(1);
  add_server_command<Asked>(*registry, exit_code, "status", "cli.help.registry_status", status);
  auto [train_command, trained] =
      add_server_command<Asked>(*registry, exit_code, "train", "cli.help.registry_train", train);
  train_command->add_flag("--activate", trained->activate, sentence("cli.help.registry_then"));
  auto [compare_command, compared] =
      add_server_command<Asked>(*registry, exit_code, "compare", "cli.help.registry_compare", compare);
  compare_command->add_option("version", compared->version, sentence("cli.help.registry_version"))
      ->required();
  auto [activate_command, activated] =
      add_server_command<Asked>(*registry, exit_code, "activate", "cli.help.registry_activate", activate);
  activate_command->add_option("version", activated->version, sentence("cli.help.registry_version"))
      ->required();
}

}  // namespace jingwei::app::cli
