// Goal: what is told of an erasure is what went, whoever writes while it goes on, and nothing stands when it
// is complete.
#include "modules/ingest/erasure/erasure.h"

#include "tests/support/ingest_world.h"

namespace jingwei::ingest {
namespace {

using namespace jingwei::testing;

template <typename Backend>
class ErasingWorld : public IngestWorld<Backend> {
 protected:
  Erasing& erasing() { return this->node_.ingest->erasing(); }
  void enter(int number, const std::string& kind) {
    must(this->node_.ingest->add_record(
        "people",
        {{"name", "张三"}, {"citizen_id", citizen_id(number)}, {"kind", kind}, {"grid", grid_code(number)}},
        {"tester", std::nullopt}));
  }
  // Until nothing is left; `between` what a step has seen and what it writes, once it has come so far.
  Remains erase(Erasing::Left when, std::function<void()> between) {
    Remains told;
    for (;;) {
      const auto left = erasing().step(
          "people", std::nullopt,
          [&](storage::Change change, const Remains& taken, Erasing::Left left) -> Result<void> {
            if (left == when && (left == Erasing::Left::nothing || taken.versions > 0)) {
              if (const auto act = std::exchange(between, {})) act();
            }
            auto committed = this->node_.store->commit(std::move(change));
            if (!committed) return std::move(committed).error();
            told.add(taken);
            return {};
          });
      if (!left) {
        EXPECT_EQ(left.error().code, ErrorCode::conflict);
      } else if (*left == Erasing::Left::nothing) {
        return told;
      }
    }
  }
};
TYPED_TEST_SUITE(ErasingWorld, Backends, BackendNames);

TYPED_TEST(ErasingWorld, WhatIsChangedMeanwhileIsCountedAsItWent) {
  // More than go in one step, so that a version more pushes another into the next.
  for (int first = 0; first < 2'100; first += 150) this->load("people", people(first, 150));
  ASSERT_EQ(this->tabled("people"), 2'100);
  const Remains told = this->erase(Erasing::Left::more, [&] {
    for (int number = 0; number < 2'100; number += 100) this->enter(number, "户籍");
  });
  EXPECT_EQ(told.records, 2'100);
  EXPECT_EQ(told.versions, 2'121);
}

TYPED_TEST(ErasingWorld, NothingStandsWhenItIsComplete) {
  this->load("people", people(1, 40));
  const Remains told = this->erase(Erasing::Left::nothing, [&] { this->enter(50, "户籍"); });
  EXPECT_EQ(told.records, 41);
  EXPECT_TRUE(this->records("people").empty());
  EXPECT_FALSE(must(this->erasing().count("people", std::nullopt)).any());
}

}  // namespace
}  // namespace jingwei::ingest
