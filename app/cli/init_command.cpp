#include "app/cli/cli.h"
#include "app/demo_feed.h"
#include "app/hub.h"
#include "base/json.h"
#include "sim/city.h"
#include "sim/people.h"

namespace jingwei::app::cli {

namespace {

constexpr std::string_view city_code = "990100";
constexpr int case_days = 7;  // how far back the city's cases go

struct InitCommand {
  Common common;
  std::int64_t people = 100'000;
  std::uint64_t seed = 7;
  std::string shape = "8/24/318/1317";
  std::string store = "embedded";
  std::string crypto = "standard";
  bool queue = false;
};

struct InitOutcome {
  std::string city;
  std::size_t files = 0;
  std::int64_t rows = 0, accepted = 0, refused = 0;
  FeedOutcome cases;
  double seconds = 0;
};

Result<sim::CitySummary> build_city(const InitCommand& command, const std::string& folder) {
  JW_ASSIGN(const sim::Shape shape, sim::parse_shape(command.shape));
  sim::CityPlan plan;
  plan.people = command.people;
  plan.seed = command.seed;
  plan.shape = shape;
  plan.out = folder;
  return sim::build_city(plan, real_file_system(), [&](const sim::Progress& progress) {
    show_progress(command.common.json,
                  sentence("cli.sim.progress", {{"people", grouped(progress.people_done)},
                                                {"all", grouped(progress.people_all)}}));
  });
}

// Loads one queued batch and keeps the figures up with it.
Result<void> load(Hub& hub, const InitCommand& command, BatchId batch, InitOutcome& outcome) {
  JW_TRY(hub.ingest().load(batch, [&](const ingest::BatchView& view) {
    const std::string left = view.pace.seconds_left ? duration_text(*view.pace.seconds_left) : "…";
    show_progress(command.common.json,
                  sentence("cli.ingest.progress",
                           {{"file", view.batch.filename},
                            {"rows", grouped(view.batch.counts.rows_read)},
                            {"refused", grouped(view.batch.counts.refused)},
                            {"pace", grouped(static_cast<std::int64_t>(view.pace.rows_per_second))},
                            {"left", left}}));
  }));
  for (;;) {
    JW_ASSIGN(const bool folded, hub.metrics().step(metrics::MetricsService::Saving::yes));
    if (!folded) break;
  }
  JW_ASSIGN(const auto view, hub.ingest().find_batch(batch));
  const auto& counts = view.batch.counts;
  outcome.rows += counts.rows_read;
  outcome.accepted += counts.accepted;
  outcome.refused += counts.refused;
  say(command.common.json, "cli.ingest.done",
      {{"file", view.batch.filename},
       {"batch", batch.to_string()},
       {"rows", grouped(counts.rows_read)},
       {"accepted", grouped(counts.accepted)},
       {"cleaned", grouped(counts.cleaned)},
       {"unchanged", grouped(counts.unchanged)},
       {"refused", grouped(counts.refused)},
       {"pace", grouped(static_cast<std::int64_t>(view.pace.rows_per_second))}});
  return {};
}

Result<InitOutcome> run(const InitCommand& command) {
  // The city's cases happened in the week behind it: its hub begins a week ago and comes forward with them.
  static const SystemClock real;
  static FeedClock clock(real, std::chrono::days{case_days});
  const auto began = clock.monotonic();
  const std::string& data = command.common.data;
  JW_ASSIGN(const bool taken, real_file_system().exists(data + "/jingwei.yaml"));
  if (taken) return Error(ErrorCode::conflict, "app.data_folder_taken").with("data", data);

  JW_TRY(real_file_system().make_private_folder(data));
  const std::string folder = data + "/demo";
  JW_ASSIGN(const sim::CitySummary city, build_city(command, folder));
  say(command.common.json, "cli.init.city",
      {{"city", city.name},
       {"people", grouped(city.people)},
       {"rows", grouped(city.rows)},
       {"folder", folder}});

  Settings settings;
  settings.name = city.name;
  settings.store = command.store;
  settings.region = city_code;
  settings.synthetic = true;
  settings.crypto = crypto::suite_of(command.crypto).value_or(crypto::Suite::standard);
  settings.synthetic_id_prefixes = {"9901", "9902"};
  settings.synthetic_today = sim::city_today;
  JW_ASSIGN(const auto hub, Hub::create(data, settings, find_share(), clock));
  JW_TRY(hub->load_regions(folder + "/city/regions.jsonl"));

  // First every file is a batch, then they are read: a stop in between loses none.
  InitOutcome outcome;
  outcome.city = city.name;
  std::vector<BatchId> batches;
  for (const auto& file : city.files) {
    if (file.resource.empty()) continue;
    JW_ASSIGN(const auto view, hub->ingest().submit(file.resource, folder + "/" + file.path, file.path,
                                                    {"cli", std::nullopt}));
    batches.push_back(view.batch.id);
  }
  outcome.files = batches.size();
  JW_TRY(write_settings(real_file_system(), data, settings));
  if (!command.queue) {
    for (const BatchId batch : batches) JW_TRY(load(*hub, command, batch, outcome));
  }
  JW_ASSIGN(outcome.cases, feed_services(*hub, FeedPlan{command.people, case_days, command.seed, &clock}));
  outcome.seconds = std::chrono::duration<double>(clock.monotonic() - began).count();
  return outcome;
}

void tell(const InitCommand& command, const InitOutcome& outcome) {
  if (command.common.json) {
    JsonWriter json;
    json.begin_object();
    json.member("city", outcome.city);
    json.member("synthetic", true);
    json.member("files", outcome.files);
    json.member("queued", command.queue);
    json.member("rows", outcome.rows);
    json.member("accepted", outcome.accepted);
    json.member("refused", outcome.refused);
    json.member("cases", outcome.cases.opened);
    json.member("seconds", outcome.seconds);
    json.end_object();
    std::printf("%s\n", json.text().c_str());
    return;
  }
  say(false, command.queue ? "cli.init.queued" : "cli.init.done",
      {{"city", outcome.city},
       {"files", std::to_string(outcome.files)},
       {"rows", grouped(outcome.rows)},
       {"accepted", grouped(outcome.accepted)},
       {"refused", grouped(outcome.refused)},
       {"time", duration_text(outcome.seconds)},
       {"data", command.common.data}});
}

}  // namespace

void add_init(CLI::App& app, int& exit_code) {
  auto command = std::make_shared<InitCommand>();
  CLI::App* sub = app.add_subcommand("init", sentence("cli.help.init"));
  add_data_option(*sub, command->common);
  add_json_option(*sub, command->common);
  sub->add_option("--people", command->people, sentence("cli.option.people"))
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{1}, sim::people_most));
  sub->add_option("--seed", command->seed, sentence("cli.option.seed"))->capture_default_str();
  sub->add_option("--shape", command->shape, sentence("cli.option.shape"))->capture_default_str();
  sub->add_option("--store", command->store, sentence("cli.option.store"))
      ->capture_default_str()
      ->type_name("embedded|postgresql://…");
  sub->add_option("--crypto", command->crypto, sentence("cli.option.crypto"))
      ->capture_default_str()
      ->check(CLI::IsMember({"standard", "sm"}));
  sub->add_flag("--queue", command->queue, sentence("cli.option.queue"));
  sub->callback([command, &exit_code] {
    const auto outcome = run(*command);
    if (outcome) {
      tell(*command, *outcome);
    } else {
      exit_code = report(outcome.error(), command->common.json);
    }
  });
}

}  // namespace jingwei::app::cli
