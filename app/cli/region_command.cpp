#include <boost/json.hpp>

#include "app/cli/cli.h"
#include "app/cli/server_client.h"
#include "app/hub.h"
#include "app/serve.h"
#include "base/percent.h"
#include "modules/region/region_json.h"

namespace jingwei::app::cli {

namespace {

struct RegionCommand {
  Common common;
  std::string code, text, under;
  std::string level;
  std::size_t most = limits::page_size_default;
};

// The national tree; with a data folder also its own regions. Errors: conflict "storage.locked" while a
// server holds the folder.
Result<std::shared_ptr<const region::Tree>> open_tree(const RegionCommand& command) {
  static const SystemClock clock;
  const Share share = find_share();
  JW_ASSIGN(const bool has_data, real_file_system().exists(command.common.data + "/jingwei.yaml"));
  if (has_data) {
    JW_ASSIGN(const auto hub, Hub::open(command.common.data, share, clock));
    return hub->regions().tree();
  }
  JW_ASSIGN(auto file, load_national_regions(real_file_system(), share));
  return region::Tree::from_file(std::move(file));
}

Result<region::Resolution> resolve(const region::Tree& tree, const std::string& code) {
  auto found = tree.resolve(code);
  if (found.node == region::no_node && found.retired == nullptr) {
    return Error(ErrorCode::not_found, "region.not_found").with("code", code);
  }
  return found;
}

// "440402 香洲区 区县 · 广东省 / 珠海市 / 香洲区 · 24"
void print_line(const region::Tree& tree, region::Node node) {
  std::printf("%-15s %s  (%s) %s", tree.code(node).c_str(), std::string(tree.name(node)).c_str(),
              std::string(region::title_of(tree.level(node), terminal_language())).c_str(),
              tree.path_text(node, region::Tree::Self::left_out).c_str());
  if (tree.child_count(node) > 0) std::printf("  [%s]", grouped(tree.child_count(node)).c_str());
  std::printf("\n");
}

int show(const RegionCommand& command, const region::Tree& tree) {
  const auto found = resolve(tree, command.code);
  if (!found) return report(found.error(), command.common.json);
  if (command.common.json) {
    std::printf("%s\n", region::region_json(tree, *found, terminal_language()).c_str());
  } else if (found->node != region::no_node) {
    print_line(tree, found->node);
  }
  return 0;
}

int path(const RegionCommand& command, const region::Tree& tree) {
  const auto found = resolve(tree, command.code);
  if (!found) return report(found.error(), command.common.json);
  if (found->node == region::no_node) return 0;
  if (command.common.json) {
    std::printf("%s\n", region::path_json(tree, found->node, terminal_language()).c_str());
    return 0;
  }
  for (const region::Node node : tree.path(found->node)) print_line(tree, node);
  return 0;
}

int children(const RegionCommand& command, const region::Tree& tree) {
  const auto found = resolve(tree, command.code);
  if (!found) return report(found.error(), command.common.json);
  if (found->node == region::no_node) return 0;
  if (command.common.json) {
    std::printf("%s\n",
                region::children_json(tree, found->node, {0, command.most}, terminal_language()).c_str());
    return 0;
  }
  for (const region::Node node : tree.children(found->node)) print_line(tree, node);
  return 0;
}

int find(const RegionCommand& command, const region::Tree& tree) {
  region::Search search;
  search.text = command.text;
  search.most = command.most;
  if (!command.under.empty()) {
    search.under = tree.scope(command.under);
    if (!search.under) {
      return report(Error(ErrorCode::not_found, "region.not_found").with("code", command.under),
                    command.common.json);
    }
  }
  const auto nodes = tree.search(search);
  if (command.common.json) {
    std::printf("%s\n", region::summaries_json(tree, nodes, {0, command.most}, terminal_language()).c_str());
  } else {
    for (const region::Node node : nodes) print_line(tree, node);
    if (nodes.empty()) say(false, "cli.region.nothing", {{"text", command.text}});
  }
  return 0;
}

// What the commands ask of a running server, which knows the folder's own regions.
std::string target_of(const RegionCommand& command, const std::string& action) {
  const std::string regions = "/api/v1/regions";
  const std::string limit = "limit=" + std::to_string(command.most);
  if (action == "find") {
    return regions + "?q=" + percent_encoded(command.text) +
           (command.under.empty() ? "" : "&under=" + percent_encoded(command.under)) + "&" + limit;
  }
  const std::string one = regions + "/" + percent_encoded(command.code);
  if (action == "show") return one;
  return one + "/" + action + (action == "children" ? "?" + limit : "");
}

void print_item(const boost::json::object& item) {
  const auto text = [&](const char* key) {
    return item.contains(key) && item.at(key).is_string() ? std::string(item.at(key).as_string())
                                                          : std::string();
  };
  std::printf("%-15s %s  (%s) %s\n", text("code").c_str(), text("name").c_str(), text("level_name").c_str(),
              text("path_text").c_str());
}

int ask_server(const RegionCommand& command, const std::string& action) {
  const auto answer = ServerClient(socket_path(command.common.data)).get(target_of(command, action));
  if (!answer) return report(answer.error(), command.common.json);
  boost::json::error_code fault;
  const auto body = boost::json::parse(answer->body, fault);
  if (fault || !body.is_object())
    return report(Error(ErrorCode::unavailable, "app.server_silent"), command.common.json);
  if (answer->status == 404)
    return report(Error(ErrorCode::not_found, "region.not_found").with("code", command.code),
                  command.common.json);
  if (command.common.json) {
    std::printf("%s\n", answer->body.c_str());
  } else if (const auto* items = body.as_object().if_contains("items")) {
    for (const auto& item : items->as_array()) print_item(item.as_object());
  } else {
    print_item(body.as_object());
  }
  return 0;
}

using Action = int (*)(const RegionCommand&, const region::Tree&);

CLI::App* add_action(CLI::App& parent, const std::shared_ptr<RegionCommand>& command, const std::string& name,
                     Action action, int& exit_code) {
  CLI::App* sub = parent.add_subcommand(name, sentence("cli.help.region_" + name));
  add_data_option(*sub, command->common);
  add_json_option(*sub, command->common);
  sub->callback([command, name, action, &exit_code] {
    const auto tree = open_tree(*command);
    if (tree) {
      exit_code = action(*command, **tree);
    } else if (tree.error().message == "storage.locked") {
      exit_code = ask_server(*command, name);
    } else {
      exit_code = report(tree.error(), command->common.json);
    }
  });
  return sub;
}

}  // namespace

void add_region(CLI::App& app, int& exit_code) {
  auto command = std::make_shared<RegionCommand>();
  CLI::App* sub = app.add_subcommand("region", sentence("cli.help.region"));
  sub->require_subcommand(1);
  sub->footer(sentence("cli.help.region_footer"));
  for (const auto& [name, action] :
       {std::pair{"show", &show}, std::pair{"path", &path}, std::pair{"children", &children}}) {
    CLI::App* made = add_action(*sub, command, name, action, exit_code);
    made->add_option("code", command->code, sentence("cli.option.code"))->required()->type_name("CODE");
    if (action == &children)
      made->add_option("--limit", command->most, sentence("cli.option.limit"))->capture_default_str();
  }
  CLI::App* finding = add_action(*sub, command, "find", &find, exit_code);
  finding->add_option("text", command->text, sentence("cli.option.text"))->required()->type_name("TEXT");
  finding->add_option("--under", command->under, sentence("cli.option.under"))->type_name("CODE");
  finding->add_option("--limit", command->most, sentence("cli.option.limit"))->capture_default_str();
}

}  // namespace jingwei::app::cli
