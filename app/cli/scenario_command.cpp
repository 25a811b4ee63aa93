#include "app/cli/scenario_command.h"

#include <filesystem>

#include "app/settings.h"
#include "base/json.h"
#include "modules/catalog/catalog_service.h"
#include "scenario/graph.h"
#include "scenario/new_package.h"
#include "scenario/shape.h"
#include "scenario/shape_schema.h"

namespace jingwei::app::cli {

namespace {

namespace fs = std::filesystem;

std::string name_of_folder(const std::string& folder) {
  fs::path path(folder);
  if (!path.has_filename()) path = path.parent_path();
  return path.filename().string();
}

Result<void> make_new(const ScenarioAsked& asked) {
  FileSystem& files = real_file_system();
  JW_ASSIGN(const bool present, files.exists(asked.folder));
  if (present) return Error(ErrorCode::conflict, "cli.scenario.exists").with("path", asked.folder);
  const std::string name = name_of_folder(asked.folder);
  const std::string shelf = find_share().scenarios_folder;
  JW_ASSIGN(const bool taken, shelf.empty() ? Result<bool>(false) : files.exists(shelf + "/" + name));
  if (taken) return Error(ErrorCode::conflict, "cli.scenario.taken").with("name", name);
  JW_ASSIGN(const auto texts, scenario::new_package(name));
  JW_TRY(files.make_folders(asked.folder + "/.schema"));
  for (const auto& [name, text] : texts) JW_TRY(write_text_durably(files, asked.folder + "/" + name, text));
  say(asked.common.json, "cli.scenario.made",
      {{"path", asked.folder}, {"files", std::to_string(texts.size())}});
  return {};
}

Result<void> write_schemas(const ScenarioAsked& asked) {
  FileSystem& files = real_file_system();
  JW_TRY(files.make_folders(asked.folder));
  const scenario::Shapes& shapes = scenario::Shapes::built_in();
  for (const auto& file : shapes.files()) {
    JW_TRY(write_text_durably(files, asked.folder + "/" + scenario::schema_name(file),
                              scenario::json_schema_of(shapes, file)));
  }
  say(asked.common.json, "cli.scenario.schemas",
      {{"path", asked.folder}, {"files", std::to_string(shapes.files().size())}});
  return {};
}

void print_found(const std::vector<Error>& faults, const std::vector<catalog::AskedAgain>& warnings,
                 bool json) {
  const auto place_of = [](const catalog::AskedAgain& one) { return one.resource + "." + one.field; };
  if (!json) {
    for (const auto& fault : faults) std::printf("%s\n", render(fault, terminal_language()).c_str());
    for (const auto& one : warnings)
      say(false, "cli.scenario.warning", {{"place", place_of(one)}, {"sentence", one.sentence}});
    return;
  }
  JsonWriter out;
  out.begin_object();
  out.key("faults");
  out.begin_array();
  for (const auto& fault : faults) {
    out.begin_object();
    out.member("place", fault.field);
    out.member("id", fault.message);
    out.member("sentence", render(fault, terminal_language()));
    out.end_object();
  }
  out.end_array();
  out.key("warnings");
  out.begin_array();
  for (const auto& one : warnings) {
    out.begin_object();
    out.member("place", place_of(one));
    out.member("other", one.other + "." + one.other_field);
    out.member("sentence", one.sentence);
    out.end_object();
  }
  out.end_array();
  out.end_object();
  std::printf("%s\n", out.text().c_str());
}

// What each package has in its resources.yaml, by package.
std::map<std::string, std::string> resources_of(const scenario::Shelf& shelf) {
  std::map<std::string, std::string> yaml_of;
  for (const auto& package : shelf.packages()) {
    const auto& files = shelf.source_of(package.id).files;
    if (const auto yaml = files.find("resources.yaml"); yaml != files.end())
      yaml_of.emplace(package.id, yaml->second);
  }
  return yaml_of;
}

Result<void> check(const ScenarioAsked& asked) {
  JW_ASSIGN(const Beside beside, packages_beside(asked.folder, asked.scenarios));
  const auto yaml_of = resources_of(*beside.shelf);
  std::vector<Error> faults;
  std::vector<catalog::AskedAgain> warnings;
  for (const auto& id : beside.asked) {
    auto of_one = beside.shelf->check(id, asked.roles);
    // Of a package with faults nothing is said beyond them.
    if (of_one.empty()) {
      JW_ASSIGN(const auto again, catalog::asked_again(yaml_of, id, terminal_language()));
      warnings.insert(warnings.end(), again.begin(), again.end());
    }
    faults.insert(faults.end(), std::make_move_iterator(of_one.begin()),
                  std::make_move_iterator(of_one.end()));
  }
  print_found(faults, warnings, asked.common.json);
  if (!faults.empty())
    return Error(ErrorCode::invalid, "cli.scenario.faults").with("count", std::to_string(faults.size()));
  say(asked.common.json, "cli.scenario.sound", {{"count", std::to_string(beside.asked.size())}});
  return {};
}

Result<void> graph(const ScenarioAsked& asked) {
  const auto form = scenario::graph_form_named(asked.form);
  if (!form) return Error(ErrorCode::invalid, "cli.scenario.bad_form").with("form", asked.form);
  JW_ASSIGN(const Beside beside, packages_beside(asked.folder, asked.scenarios));
  std::string drawn;
  for (const auto& id : beside.asked) {
    for (const auto& process : beside.shelf->find(id)->list("process.yaml", "processes")) {
      const scenario::Graph one = scenario::graph_of(process, terminal_language());
      if (!asked.process.empty() && one.id != asked.process) continue;
      if (!drawn.empty() && form == scenario::GraphForm::svg)
        return Error(ErrorCode::invalid, "cli.scenario.one_process").with("path", asked.folder);
      drawn += scenario::draw(one, *form);
    }
  }
  if (drawn.empty()) return Error(ErrorCode::not_found, "cli.scenario.no_process").with("path", asked.folder);
  if (!asked.out.empty()) return write_text_durably(real_file_system(), asked.out, drawn);
  std::printf("%s\n", drawn.c_str());
  return {};
}

std::string in_language(const scenario::Feature& feature) {
  return terminal_language() == Language::zh ? feature.zh : feature.en;
}

Result<void> coverage(const ScenarioAsked& asked) {
  const std::string folder = asked.folder.empty() ? find_share().scenarios_folder : asked.folder;
  JW_ASSIGN(auto packages, scenario::read_packages(real_file_system(), folder));
  const scenario::Shelf shelf(std::move(packages));
  std::map<std::string, std::vector<std::string>> covered;
  for (const auto& package : shelf.packages()) {
    for (const auto& row : package.list("scenario.yaml", "covers")) covered[row.scalar].push_back(package.id);
  }
  JsonWriter out;
  out.begin_array();
  std::size_t rows = 0;
  for (const auto& feature : scenario::feature_list()) {
    const auto found = covered.find(feature.id);
    if (found != covered.end()) ++rows;
    std::string by;
    if (found != covered.end()) {
      for (const auto& id : found->second) by += (by.empty() ? "" : ", ") + id;
    }
    out.begin_object();
    out.member("id", feature.id);
    out.member("title", in_language(feature));
    out.member("packages", by);
    out.end_object();
    if (asked.common.json || (asked.covered && by.empty())) continue;
    say(false, "cli.scenario.row",
        {{"id", feature.id}, {"title", in_language(feature)}, {"packages", by.empty() ? "–" : by}});
  }
  out.end_array();
  if (asked.common.json) std::printf("%s\n", out.text().c_str());
  say(asked.common.json, "cli.scenario.rows",
      {{"covered", std::to_string(rows)}, {"all", std::to_string(scenario::feature_list().size())}});
  return {};
}

using Doing = std::function<Result<void>(const ScenarioAsked&)>;

struct Command {
  CLI::App* app;
  std::shared_ptr<ScenarioAsked> asked;
};

Command add_one(CLI::App& group, int& exit_code, const char* name, const char* help, Doing doing) {
  auto asked = std::make_shared<ScenarioAsked>();
  CLI::App* sub = group.add_subcommand(name, sentence(help));
  add_json_option(*sub, asked->common);
  sub->callback([asked, doing = std::move(doing), &exit_code] {
    const auto done = doing(*asked);
    if (done) return;
    exit_code = report(done.error(), asked->common.json);
  });
  return {sub, asked};
}

void add_beside(const Command& one) {
  one.app->add_option("--scenarios", one.asked->scenarios, sentence("cli.help.scenario_beside"))
      ->type_name("DIR");
}

}  // namespace

Result<void> check_is_folder(const std::string& path) {
  std::error_code fault;
  if (!fs::is_regular_file(path, fault)) return {};
  const fs::path folder = fs::path(path).parent_path();
  return Error(ErrorCode::invalid, "scenario.not_folder")
      .with("path", path)
      .with("folder", folder.empty() ? std::string(".") : folder.string());
}

Result<Beside> packages_beside(const std::string& folder, const std::string& scenarios) {
  FileSystem& files = real_file_system();
  Beside beside;
  std::vector<scenario::Package> packages;
  JW_ASSIGN(const bool present, files.exists(folder));
  if (!present) return Error(ErrorCode::not_found, "scenario.no_folder").with("path", folder);
  JW_TRY(check_is_folder(folder));
  JW_ASSIGN(auto inside, scenario::read_packages(files, folder, folder));
  if (inside.empty()) {
    JW_ASSIGN(auto one, scenario::read_package(files, folder));
    if (one.id == "." || one.id.empty())
      one.id = fs::absolute(folder).lexically_normal().parent_path().filename().string();
    inside.push_back(std::move(one));
  }
  for (auto& package : inside) {
    beside.asked.push_back(package.id);
    packages.push_back(std::move(package));
  }
  const std::string shelf = scenarios.empty() ? find_share().scenarios_folder : scenarios;
  JW_ASSIGN(const bool shelved, files.exists(shelf));
  if (shelved) {
    JW_ASSIGN(auto others, scenario::read_packages(files, shelf));
    for (auto& other : others) {
      if (std::find(beside.asked.begin(), beside.asked.end(), other.id) == beside.asked.end())
        packages.push_back(std::move(other));
    }
  }
  beside.shelf = std::make_unique<scenario::Shelf>(std::move(packages));
  return beside;
}

void add_scenario(CLI::App& app, int& exit_code) {
  CLI::App* group = app.add_subcommand("scenario", sentence("cli.help.scenario"));
  group->require_subcommand(1);

  Command one = add_one(*group, exit_code, "new", "cli.help.scenario_new", make_new);
  one.app->add_option("folder", one.asked->folder, sentence("cli.help.scenario_folder"))->required();

  one = add_one(*group, exit_code, "check", "cli.help.scenario_check", check);
  one.app->add_option("folder", one.asked->folder, sentence("cli.help.scenario_folder"))->required();
  one.app->add_option("--role", one.asked->roles, sentence("cli.help.scenario_role"));
  add_beside(one);

  one = add_one(*group, exit_code, "test", "cli.help.scenario_test", play_scenarios);
  one.app->add_option("folder", one.asked->folder, sentence("cli.help.scenario_folder"))->required();
  one.app->add_option("--role", one.asked->roles, sentence("cli.help.scenario_role"));
  one.app->add_option("--only", one.asked->only, sentence("scenario.help_only"))->type_name("WORDS");
  add_beside(one);

  one = add_one(*group, exit_code, "graph", "cli.help.scenario_graph", graph);
  one.app->add_option("folder", one.asked->folder, sentence("cli.help.scenario_folder"))->required();
  one.app->add_option("--process", one.asked->process, sentence("cli.help.scenario_process"));
  one.app->add_option("--as", one.asked->form, sentence("cli.help.scenario_form"))->capture_default_str();
  one.app->add_option("--out", one.asked->out, sentence("cli.help.scenario_out"))->type_name("FILE");
  add_beside(one);

  one = add_one(*group, exit_code, "coverage", "cli.help.scenario_coverage", coverage);
  one.app->add_option("folder", one.asked->folder, sentence("cli.help.scenario_packages"));
  one.app->add_flag("--covered", one.asked->covered, sentence("cli.help.scenario_covered"));

  one = add_one(*group, exit_code, "schema", "cli.help.scenario_schema", write_schemas);
  one.app->add_option("folder", one.asked->folder, sentence("cli.help.scenario_out"))->required();

  add_scenario_server(*group, exit_code);
}

}  // namespace jingwei::app::cli
