// Goal: what a city's departments send goes through ingest into the registry as it comes, and the records of
// one person stand in one file, nobody else's with them; the batch engine with the same model says the same.
// JINGWEI_CITY_PEOPLE sets the size.
#include <gtest/gtest.h>

#include "engines/linkage/linkage.h"
#include "tests/registry/city_world.h"

namespace jingwei::app::testing {
namespace {

std::int64_t people() {
  const char* told = std::getenv("JINGWEI_CITY_PEOPLE");  // NOLINT(concurrency-mt-unsafe)
  return told == nullptr ? 5'000 : std::atoll(told);
}

// As the batch engine groups the same records by the same model: by record, a cluster.
std::map<RecordId, std::uint32_t> in_one_batch(const Linked& linked,
                                               std::shared_ptr<const linkage::Model> model) {
  linkage::Records records(registry::model_fields());
  std::vector<RecordId> ids;
  for (const auto& telling : linked.tellings()) {
    if (registry::kind_of(telling.role) != registry::Kind::person) continue;
    records.add(linkage::Side::left, telling.record.to_string(), registry::values_of(telling));
    ids.push_back(telling.record);
  }
  const auto defaults = model->defaults();
  records.prepare(2, &defaults);
  const auto answer = linkage::link(records, model);
  std::map<RecordId, std::uint32_t> clusters;
  for (std::size_t at = 0; at < ids.size(); ++at) clusters[ids[at]] = answer.cluster_of[at];
  return clusters;
}

// Records whose companions differ between the two, the first of them by name.
std::pair<std::size_t, std::string> differing(const City& city, const Linked& linked,
                                              const std::map<RecordId, std::uint32_t>& clusters) {
  std::map<registry::SubjectId, std::set<RecordId>> by_subject;
  std::map<std::uint32_t, std::set<RecordId>> by_cluster;
  std::map<RecordId, registry::SubjectId> subject_of;
  for (const auto& [key, link] : linked.links()) {
    if (registry::kind_of(link.role) != registry::Kind::person) continue;
    by_subject[link.subject].insert(key.first);
    subject_of[key.first] = link.subject;
  }
  for (const auto& [record, cluster] : clusters) {
    if (subject_of.contains(record)) by_cluster[cluster].insert(record);
  }
  const auto say = [&](const std::set<RecordId>& records) {
    std::string text;
    for (const RecordId record : records) {
      const auto& row = linked.rows().at(record);
      const auto person = city.truth.find(row);
      text += ' ' + row.first + ':' + std::to_string(row.second) + '=' +
              (person == city.truth.end() ? "?" : person->second);
    }
    return text;
  };
  std::size_t count = 0;
  std::string first;
  for (const auto& [record, subject] : subject_of) {
    const auto cluster = clusters.find(record);
    const auto& in_batch = cluster == clusters.end() ? std::set<RecordId>() : by_cluster[cluster->second];
    if (in_batch == by_subject[subject]) continue;
    ++count;
    if (first.empty()) first = "online" + say(by_subject[subject]) + "\n in batch" + say(in_batch);
  }
  return {count, first};
}

template <typename Backend>
class CityOnline : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { register_all_messages(); }
  void SetUp() override {
    if (const std::string reason = Backend::missing(); !reason.empty()) GTEST_SKIP() << reason;
    if (const std::string reason = missing_country(); !reason.empty()) GTEST_SKIP() << reason;
  }
  SystemClock clock_;
};

TYPED_TEST_SUITE(CityOnline, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(CityOnline, RecordsOfOnePersonStandInOneFile) {
  const City city(people(), 990'731);
  const auto files = city.extracts();
  TypeParam place;
  const auto hub = make_hub(place, city, this->clock_);
  auto& runner = hub->registry().runner();
  // Half of the files stand when the first model is learned; the others come one by one.
  for (std::size_t at = 0; at < files.size(); at += 2) load(*hub, city, files[at]);
  must(runner.catch_up());
  const auto by_numbers = agreement_with(city, Linked(*hub));
  EXPECT_GE(by_numbers.precision, 0.999);
  const auto learned = learn_and_activate(*hub);
  EXPECT_FALSE(must(hub->registry().status()).caught_up) << "all that stands is to be gone through again";
  must(runner.catch_up());
  EXPECT_TRUE(must(hub->registry().status()).caught_up);
  for (std::size_t at = 1; at < files.size(); at += 2) {
    load(*hub, city, files[at]);
    must(runner.catch_up());
  }
  const auto status = must(hub->registry().status());
  EXPECT_TRUE(status.caught_up);
  EXPECT_EQ(status.state.model, learned.version);
  for (const auto& one : status.resources) EXPECT_TRUE(one.done) << one.resource;

  const Linked linked(*hub);
  const auto found = agreement_with(city, linked);
  EXPECT_EQ(linked.twice(), 0);
  EXPECT_GT(found.records, static_cast<std::size_t>(3 * people()));
  EXPECT_GE(found.precision, 0.999);
  EXPECT_GE(found.recall, 0.985);
  const auto clusters = in_one_batch(linked, must(hub->registry().models().load(learned.version)));
  const auto [differ, first] = differing(city, linked, clusters);
  EXPECT_EQ(differ, 0U) << differ << " of " << linked.links().size() << " links; " << first;
  // And as the product tells it: the model in force would change nothing.
  auto& models = hub->registry().models();
  must(models.compare(learned.version, {"test", std::nullopt}));
  models.wait();
  const auto changes = must(models.find(learned.version)).changes;
  ASSERT_TRUE(changes);
  EXPECT_EQ(changes->merged + changes->split + changes->rearranged, 0);
  EXPECT_EQ(changes->pairs_gained + changes->pairs_lost, 0);
  std::printf(
      "%zu records of persons; identifiers alone: precision %.5f recall %.5f; model: precision %.5f recall "
      "%.5f\n",
      found.records, by_numbers.precision, by_numbers.recall, found.precision, found.recall);
}

}  // namespace
}  // namespace jingwei::app::testing
