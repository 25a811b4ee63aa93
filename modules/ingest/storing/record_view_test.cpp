// Goal: whoever asks sees exactly the rows and the personal fields that one part of their sight opens,
// wherever a record stands: nothing leaks upward, sideways, or out of another grant.
#include "modules/ingest/storing/record_view.h"

#include "tests/support/ingest_world.h"

namespace jingwei::ingest {
namespace {

using namespace jingwei::testing;

template <typename Backend>
class RecordViews : public IngestWorld<Backend> {
 protected:
  void SetUp() override {
    IngestWorld<Backend>::SetUp();
    if (this->IsSkipped()) return;
    this->load("people", people(0, 300));
    for (int number = 0; number < 300; number += 7) {  // these leave their slice
      must(this->node_.ingest->add_record("people",
                                          {{"name", "张三"},
                                           {"citizen_id", citizen_id(number)},
                                           {"kind", "流动"},
                                           {"grid", grid_code(number + 1)}},
                                          {"tester", std::nullopt}));
    }
    whole_ = list(access::Sight::whole());
    ASSERT_EQ(whole_.size(), 300U);
  }

  std::map<std::int64_t, Record> list(const access::Sight& sight, std::optional<std::string> under = {}) {
    std::map<std::int64_t, Record> seen;
    RecordId before;
    for (;;) {
      auto page = must(this->node_.ingest->list_records("people", {under, before, 37}, sight));
      for (auto& record : page) EXPECT_TRUE(seen.emplace(record.id.value, record).second) << "seen twice";
      if (page.size() < 37) return seen;
      before = page.back().id;
    }
  }
  RegionId region(const std::string& code) {
    const auto tree = this->node_.regions->tree();
    return tree->id(tree->find(code));
  }
  bool lies_under(RegionId inner, RegionId outer) {
    const auto tree = this->node_.regions->tree();
    return tree->contains(tree->find(outer), tree->find(inner));
  }

  std::map<std::int64_t, Record> whole_;
};

TYPED_TEST_SUITE(RecordViews, PackingBackends, BackendNames);

TYPED_TEST(RecordViews, ShowWhatOnePartOpensAndNothingElse) {
  const std::vector<std::string> places = {"980000",          "980100",         "980101",
                                           "980102",          "980101001002",   "980101001002001",
                                           "980101001002002", "980101001002003"};
  const std::vector<std::string> classes = {"name", "identifier", "contact"};
  const auto& fields = (*this->node_.catalog->find("people"))->resource.fields;
  SeededRandom random(23);
  for (int round = 0; round < 60; ++round) {
    access::Sight sight;
    for (std::uint64_t count = random.below(4); count > 0; --count) {
      auto& part = sight.parts.emplace_back();
      part.whole_area = random.chance(0.1);
      part.region = this->region(places[random.below(places.size())]);
      for (const auto& one : classes) {
        if (random.chance(0.4)) part.classes.insert(one);
      }
    }
    std::optional<std::string> under;
    if (random.chance(0.3)) under = places[random.below(places.size())];
    const auto seen = this->list(sight, under);
    for (const auto& [id, record] : this->whole_) {
      std::set<std::string> open;
      bool covered = false;
      for (const auto& part : sight.parts) {
        if (!part.whole_area && !this->lies_under(record.region, part.region)) continue;
        covered = true;
        open.insert(part.classes.begin(), part.classes.end());
      }
      if (under && !this->lies_under(record.region, this->region(*under))) covered = false;
      const auto found = seen.find(id);
      ASSERT_EQ(found != seen.end(), covered) << "record " << id << " in round " << round;
      if (!covered) continue;
      for (std::size_t at = 0; at < fields.size(); ++at) {
        const std::string one(catalog::name_of(fields[at].personal));
        const bool plain = one == "none" || open.contains(one);
        ASSERT_EQ(found->second.closed[at], !plain);
        if (plain) {
          ASSERT_EQ(found->second.values[at], record.values[at]);
        } else if (const auto* text = std::get_if<std::string>(&record.values[at])) {
          const auto& shown = std::get<std::string>(found->second.values[at]);
          ASSERT_NE(shown, *text);
          ASSERT_NE(shown.find('*'), std::string::npos);
        }
      }
    }
  }
}

TYPED_TEST(RecordViews, FindNoRecordOutsideTheirRegions) {
  access::Sight sight;
  sight.parts.push_back(
      {.whole_area = false, .region = this->region("980101001002001"), .every_class = true, .classes = {}});
  int seen = 0;
  for (const auto& [id, record] : this->whole_) {
    const auto found = this->node_.ingest->find_record("people", RecordId(id), sight);
    const bool inside = record.region == this->region("980101001002001");
    ASSERT_EQ(found.ok(), inside);
    if (inside) {
      ++seen;
      EXPECT_TRUE(found->subject.starts_with("person:"));
    } else {
      EXPECT_EQ(found.error().code, ErrorCode::not_found) << "as if it were not there";
    }
  }
  EXPECT_GT(seen, 50);
}

TYPED_TEST(RecordViews, LetNobodyWriteIntoOrOutOfARegionThatIsNotTheirs) {
  const auto add = [&](int number, const std::string& grid, const std::string& own) {
    WriteRequest request{"tester", std::nullopt};
    request.within.emplace().parts.push_back(
        {.whole_area = false, .region = this->region(own), .classes = {}});
    const auto receipt = this->node_.ingest->add_record(
        "people", {{"name", "李四"}, {"citizen_id", citizen_id(number)}, {"kind", "户籍"}, {"grid", grid}},
        request);
    return receipt ? std::string("done") : receipt.error().message;
  };
  const std::string mine = "980101001002001", other = "980101001002002";
  EXPECT_EQ(add(900, mine, mine), "done");
  EXPECT_EQ(add(901, other, mine), "ingest.region_not_yours");
  EXPECT_EQ(add(901, other, other), "done");
  EXPECT_EQ(add(901, mine, mine), "ingest.region_not_yours") << "it stood in another grid until now";
  EXPECT_EQ(add(901, mine, "980101001002"), "done") << "both are below the community";
}

TYPED_TEST(RecordViews, CutABatchesRecordsToo) {
  const auto batches = must(this->node_.ingest->list_batches("people", {}, 10));
  ASSERT_EQ(batches.size(), 1U);
  access::Sight sight;
  sight.parts.push_back(
      {.whole_area = false, .region = this->region("980101001002001"), .every_class = false, .classes = {}});
  const auto of_batch = [&](const access::Sight& whose) {
    std::set<std::int64_t> ids;
    RecordId before;
    for (;;) {
      const auto page =
          must(this->node_.ingest->list_records("people", {{}, before, 20, batches.front().batch.id}, whose));
      for (const auto& record : page) ids.insert(record.id.value);
      if (page.size() < 20) return ids;
      before = page.back().id;
    }
  };
  std::set<std::int64_t> expected;
  for (const std::int64_t id : of_batch(access::Sight::whole())) {
    if (this->whole_.at(id).region == this->region("980101001002001")) expected.insert(id);
  }
  EXPECT_GT(expected.size(), 50U);
  EXPECT_EQ(of_batch(sight), expected);
}

}  // namespace
}  // namespace jingwei::ingest
