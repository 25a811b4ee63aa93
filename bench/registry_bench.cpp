// From files to linked files: a synthetic city's extracts are loaded by ingest while the registry links what
// comes, then a model is learned, compared and put in force, then single records arrive, in quiet and while a
// file is loading, then two lists are compared. Records a second, how long a record waits for its link,
// memory, and how right the links are.
//
// registry_bench [PEOPLE [embedded|postgres [SINGLE_RECORDS]]]. JSON lines. All people are invented.
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "app/hub.h"
#include "app/modules.h"
#include "app/settings.h"
#include "bench/measure.h"
#include "sim/city.h"
#include "sim/people.h"
#include "storage/postgres/test_server.h"
#include "storage/temporary_folder.h"
#include "storage/timer_runner.h"

namespace {

using namespace jingwei;
using app::Hub;
using bench::at_share, bench::must, bench::peak_megabytes, bench::Reporter, bench::seconds_since,
    bench::Steady;

const Reporter report("registry", "people");
const ingest::WriteRequest writer{"bench", std::nullopt};

struct Run {
  std::size_t people = 100'000;
  std::string store = "embedded";
  std::size_t single = 300;
  storage::TemporaryFolder folder;
  sim::CitySummary city;
  SystemClock clock;
  std::unique_ptr<Hub> hub;
  std::string name(const std::string& metric) const { return store + "/" + metric; }
  void tell(const std::string& metric, double value, const char* unit) const {
    report(name(metric), value, unit, people);
  }
};

std::int64_t load(Run& run, const sim::WrittenFile& file) {
  const auto view = must(
      run.hub->ingest().submit(file.resource, run.folder.path() + "/city/" + file.path, file.path, writer));
  must(run.hub->ingest().load(view.batch.id));
  return must(run.hub->ingest().find_batch(view.batch.id)).batch.counts.rows_read;
}

void wait_until_linked(Run& run) {
  while (!must(run.hub->registry().caught_up())) std::this_thread::sleep_for(std::chrono::milliseconds{5});
}

app::Share share() {
  const char* named = std::getenv("JINGWEI_REGION_FILE");
  const std::string regions = named == nullptr ? "build/release/share/regions.jwrt" : named;
  if (!std::filesystem::exists(regions)) bench::give_up("no regions.jwrt: set JINGWEI_REGION_FILE");
  return {regions, std::filesystem::current_path().string() + "/scenarios", ""};
}

void open_hub(Run& run) {
  sim::CityPlan plan;
  plan.people = static_cast<std::int64_t>(run.people);
  plan.seed = 731;
  plan.out = run.folder.path() + "/city";
  run.city = must(sim::build_city(plan, real_file_system()));
  app::Settings settings;
  settings.name = run.city.name;
  settings.store = run.store == "embedded" ? "embedded" : storage::TestServer::instance().fresh_uri();
  settings.region = "990100";
  settings.synthetic_id_prefixes = {"9901", "9902"};
  settings.synthetic_today = sim::city_today;
  run.hub = must(Hub::create(run.folder.path() + "/data", settings, share(), run.clock));
  must(run.hub->load_regions(plan.out + "/city/regions.jsonl"));
  must(app::write_settings(real_file_system(), run.folder.path() + "/data", settings));
}

// All files but the last, which is kept for later.
void load_and_link(Run& run, std::vector<sim::WrittenFile>& kept) {
  run.hub->registry().start();
  const auto began = Steady::now();
  std::int64_t rows = 0;
  std::vector<sim::WrittenFile> files;
  for (const auto& file : run.city.files) {
    if (!file.resource.empty()) files.push_back(file);
  }
  kept.assign(files.end() - 2, files.end());
  files.resize(files.size() - 2);
  for (const auto& file : files) rows += load(run, file);
  const double loaded = seconds_since(began);
  wait_until_linked(run);
  const double linked = seconds_since(began);
  run.tell("rows", static_cast<double>(rows), "rows");
  run.tell("rows_loaded_per_second", static_cast<double>(rows) / loaded, "rows/s");
  run.tell("rows_loaded_and_linked_per_second", static_cast<double>(rows) / linked, "rows/s");
  run.tell("links", static_cast<double>(must(run.hub->registry().status()).links), "links");
  run.tell("memory_identifiers", peak_megabytes(), "MB");
}

void learn_and_relink(Run& run) {
  auto& models = run.hub->registry().models();
  auto began = Steady::now();
  const auto version = must(models.learn(writer)).version;
  models.wait();
  run.tell("model_learned", seconds_since(began), "s");
  began = Steady::now();
  must(models.compare(version, writer));
  models.wait();
  run.tell("model_compared", seconds_since(began), "s");
  const auto compared = must(models.find(version));
  if (!compared.changes) bench::give_up("the model was not compared");
  run.tell("model_would_merge", static_cast<double>(compared.changes->merged), "persons");
  run.tell("model_would_split", static_cast<double>(compared.changes->split), "persons");
  began = Steady::now();
  must(models.activate(version, writer));
  wait_until_linked(run);
  const double seconds = seconds_since(began);
  run.tell("linked_anew", seconds, "s");
  run.tell("linked_anew_per_second", static_cast<double>(compared.records) / seconds, "records/s");
}

// From when ingest has a record until its link stands, one after another.
std::vector<double> waits(Run& run, std::size_t from, std::size_t count) {
  std::vector<double> milliseconds;
  const auto& some =
      must(run.hub->ingest().list_records("resident-register", {.most = count}, access::Sight::whole()));
  const auto entry = must(run.hub->catalog().find_readable("resident-register"));
  const auto text = [&](const ingest::Record& record, const char* field) {
    const auto& value = record.values[static_cast<std::size_t>(entry->resource.index_of(field))];
    return std::holds_alternative<std::string>(value) ? std::get<std::string>(value) : std::string();
  };
  const auto tree = run.hub->regions().tree();
  for (std::size_t at = 0; at < std::min(count, some.size()); ++at) {
    const auto& person = some[at];
    const auto added =
        must(run.hub->ingest().add_record("arrivals",
                                          {{"arrival_no", "BENCH-" + std::to_string(from + at)},
                                           {"name", text(person, "name")},
                                           {"citizen_id", text(person, "citizen_id")},
                                           {"phone", text(person, "phone")},
                                           {"arrived_on", "2020-03-05"},
                                           {"grid", std::string(tree->code(tree->find(person.region)))}},
                                          writer));
    const auto began = Steady::now();
    for (;;) {
      auto reader = must(run.hub->store().read());
      if (!must(registry::links_of_record(*reader, added.id)).empty()) break;
    }
    milliseconds.push_back(1e3 * seconds_since(began));
  }
  return milliseconds;
}

void tell_waits(Run& run, const std::string& when, const std::vector<double>& milliseconds) {
  if (milliseconds.empty()) return;
  run.tell("link_lag_p50_" + when, at_share(milliseconds, 0.5), "ms");
  run.tell("link_lag_p99_" + when, at_share(milliseconds, 0.99), "ms");
}

// Who arrived and stands in the register: asked, approved by another, run by its timer.
void compare_lists(Run& run) {
  auto& comparisons = run.hub->registry().comparisons();
  storage::TimerRunner timers(run.hub->store(), run.hub->clock(), "bench");
  run.hub->registry().on_timers(timers);
  registry::NewComparison wanted;
  wanted.title = "arrivals and register";
  wanted.purpose = "epidemic-control";
  wanted.left = "arrivals";
  wanted.right = "resident-register";
  wanted.reason = "bench";
  wanted.mode = registry::ComparisonMode::list;
  const auto asked = must(comparisons.ask(wanted, access::Caller::local_operator().get(), writer));
  must(comparisons.decide(asked.id, registry::Comparisons::Word::approve, "", {"another", std::nullopt}));
  const auto began = Steady::now();
  while (must(timers.step()) > 0) {
  }
  const auto done = must(comparisons.find(asked.id));
  run.tell("comparison", seconds_since(began), "s");
  run.tell("comparison_subjects", static_cast<double>(done.left_count + done.right_count), "subjects");
  run.tell("comparison_met", static_cast<double>(done.matched), "subjects");
}

// The hub starts anew: until everybody can be searched by name, and linked to.
void start_again(Run& run) {
  run.hub->registry().stop();
  run.hub.reset();
  run.hub = must(Hub::open(run.folder.path() + "/data", share(), run.clock));
  const auto began = Steady::now();
  run.hub->registry().start();
  while (!run.hub->registry().search_ready()) std::this_thread::sleep_for(std::chrono::milliseconds{5});
  run.tell("ready_after_start", seconds_since(began), "s");
}

// Keyed numbers that are sorted once: ten million rows of a city take little room.
using Numbers = std::vector<std::pair<std::int64_t, std::int64_t>>;

std::int64_t number_of(const Numbers& numbers, std::int64_t key) {
  const auto found =
      std::lower_bound(numbers.begin(), numbers.end(), std::pair(key, std::int64_t{INT64_MIN}));
  return found != numbers.end() && found->first == key ? found->second : -1;
}

// Pairs of equal ones.
template <typename Item>
double pairs_among(std::vector<Item> items) {
  std::sort(items.begin(), items.end());
  double pairs = 0;
  for (std::size_t begin = 0, end = 0; begin < items.size(); begin = end) {
    while (end < items.size() && items[end] == items[begin]) ++end;
    pairs += static_cast<double>(end - begin) * static_cast<double>(end - begin - 1) / 2;
  }
  return pairs;
}

constexpr std::int64_t lines_most = std::int64_t{1} << 40;

// By file and line: the number of the person whom a row is of.
Numbers read_truth(const Run& run, std::map<std::string, std::int64_t>& files) {
  Numbers truth;
  std::ifstream file(run.folder.path() + "/city/truth/rows.csv");
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const std::size_t first = line.find(','), second = line.find(',', first + 1),
                      third = line.find(',', second + 1);
    const std::size_t folder_end = line.rfind('/', first) + 1;
    const std::string name = line.substr(folder_end, first - folder_end);
    const auto number = files.emplace(name, static_cast<std::int64_t>(files.size())).first->second;
    truth.emplace_back(number * lines_most + std::atoll(line.c_str() + first + 1),
                       third > second + 2 ? std::atoll(line.c_str() + second + 2) : -1);
  }
  std::sort(truth.begin(), truth.end());
  return truth;
}

// By record, of those that came in files: the person whom it is of.
Numbers people_of_records(Run& run) {
  std::map<std::string, std::int64_t> numbers;
  const Numbers truth = read_truth(run, numbers);
  std::map<BatchId, std::int64_t> files;
  for (const auto& view : must(run.hub->ingest().list_batches("", BatchId(), 10'000))) {
    const auto number = numbers.find(view.batch.filename.substr(view.batch.filename.rfind('/') + 1));
    if (number != numbers.end()) files[view.batch.id] = number->second;
  }
  Numbers people;
  for (const auto& resource : run.hub->registry().resources().all()) {
    ingest::RecordQuery query;
    query.most = 20'000;
    for (;;) {
      const auto records = must(run.hub->ingest().list_records(resource.id, query, access::Sight::whole()));
      for (const auto& record : records) {
        const auto file = files.find(record.batch);
        if (file == files.end()) continue;
        const std::int64_t person = number_of(truth, file->second * lines_most + record.line);
        if (person >= 0) people.emplace_back(record.id.value, person);
      }
      if (records.size() < query.most) break;
      query.before = records.back().id;
    }
  }
  std::sort(people.begin(), people.end());
  return people;
}

// By the truth of the city, of records that came in files.
void tell_agreement(Run& run) {
  const Numbers people = people_of_records(run);
  Numbers linked;  // subject, person
  constexpr std::size_t page = 100'000;
  for (RecordId from;;) {
    auto reader = must(run.hub->store().read());
    const auto links = must(registry::links_between(*reader, from, RecordId(INT64_MAX), page));
    const bool last = links.size() < page;
    for (const auto& link : links) {
      // The links of the last record may go on behind the page.
      if (!last && link.record == links.back().record) break;
      const std::int64_t person = number_of(people, link.record.value);
      if (link.role == registry::Role::person && person >= 0) linked.emplace_back(link.subject.value, person);
    }
    if (last) break;
    from = links.back().record;
  }
  std::vector<std::int64_t> subjects, persons;
  for (const auto& [subject, person] : linked) {
    subjects.push_back(subject);
    persons.push_back(person);
  }
  const double together = pairs_among(std::move(subjects)), in_truth = pairs_among(std::move(persons)),
               right = pairs_among(linked);
  run.tell("records_of_persons", static_cast<double>(linked.size()), "records");
  run.tell("precision", together > 0 ? right / together : 1, "share");
  run.tell("recall", in_truth > 0 ? right / in_truth : 1, "share");
}

}  // namespace

int main(int argc, char** argv) {
  Run run;
  if (argc > 1) run.people = static_cast<std::size_t>(std::atoll(argv[1]));
  if (argc > 2) run.store = argv[2];
  if (argc > 3) run.single = static_cast<std::size_t>(std::atoll(argv[3]));
  app::register_all_messages();
  open_hub(run);
  std::vector<sim::WrittenFile> kept;
  load_and_link(run, kept);
  learn_and_relink(run);
  run.tell("memory_model", peak_megabytes(), "MB");
  tell_waits(run, "quiet", waits(run, 0, run.single));
  std::thread loading([&] {
    for (const auto& file : kept) load(run, file);
  });
  std::atomic<bool> loads = true;
  std::thread watch([&] {
    loading.join();
    loads = false;
  });
  std::vector<double> while_loading;
  for (std::size_t from = run.single; loads; from += 10) {
    const auto some = waits(run, from, 10);
    while_loading.insert(while_loading.end(), some.begin(), some.end());
  }
  watch.join();
  tell_waits(run, "while_loading", while_loading);
  wait_until_linked(run);
  compare_lists(run);
  tell_agreement(run);
  start_again(run);
  run.tell("memory", peak_megabytes(), "MB");
  run.hub->registry().stop();
  return 0;
}
