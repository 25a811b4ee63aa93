#include "app/cli/cli.h"
#include "base/clock.h"
#include "base/json.h"
#include "sim/city.h"

namespace jingwei::app::cli {

namespace {

struct SimCommand {
  Common common;
  sim::CityPlan plan;
  std::string shape = "8/24/318/1317";
};

void tell(const SimCommand& command, const sim::CitySummary& city, double seconds) {
  if (!command.common.json) {
    for (const auto& file : city.files) {
      if (!file.resource.empty()) std::printf("%12s  %s\n", grouped(file.rows).c_str(), file.path.c_str());
    }
    say(false, "cli.sim.done",
        {{"city", city.name},
         {"people", grouped(city.people)},
         {"rows", grouped(city.rows)},
         {"folder", command.plan.out},
         {"time", duration_text(seconds)}});
    return;
  }
  JsonWriter json;
  json.begin_object();
  json.member("city", city.name);
  json.member("synthetic", true);
  json.member("people", city.people);
  json.member("households", city.households);
  json.member("enterprises", city.enterprises);
  json.member("rows", city.rows);
  json.member("seconds", seconds);
  json.key("files");
  json.begin_array();
  for (const auto& file : city.files) {
    json.begin_object();
    json.member("path", file.path);
    json.member("resource", file.resource);
    json.member("rows", file.rows);
    json.member("bytes", file.bytes);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  std::printf("%s\n", json.text().c_str());
}

int run(SimCommand& command) {
  const SystemClock clock;
  const auto began = clock.monotonic();
  const auto shape = sim::parse_shape(command.shape);
  if (!shape) return report(shape.error(), command.common.json);
  command.plan.shape = *shape;
  const auto city = sim::build_city(command.plan, real_file_system(), [&](const sim::Progress& progress) {
    show_progress(command.common.json,
                  sentence("cli.sim.progress", {{"people", grouped(progress.people_done)},
                                                {"all", grouped(progress.people_all)}}));
  });
  if (!city) return report(city.error(), command.common.json);
  end_progress(command.common.json);
  tell(command, *city, std::chrono::duration<double>(clock.monotonic() - began).count());
  return 0;
}

}  // namespace

void add_sim(CLI::App& app, int& exit_code) {
  auto command = std::make_shared<SimCommand>();
  CLI::App* sub = app.add_subcommand("sim", sentence("cli.help.sim"));
  sub->require_subcommand(1);
  CLI::App* city = sub->add_subcommand("city", sentence("cli.help.sim_city"));
  add_json_option(*city, command->common);
  city->add_option("--people", command->plan.people, sentence("cli.option.people"))->capture_default_str();
  city->add_option("--seed", command->plan.seed, sentence("cli.option.seed"))->capture_default_str();
  city->add_option("--shape", command->shape, sentence("cli.option.shape"))->capture_default_str();
  city->add_option("--out", command->plan.out, sentence("cli.option.out"))->required()->type_name("DIR");
  city->callback([command, &exit_code] { exit_code = run(*command); });
}

}  // namespace jingwei::app::cli
