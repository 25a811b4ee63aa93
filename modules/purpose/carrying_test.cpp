// Goal: a granted deletion erases the person's records and nobody else's, leaves what a law keeps, is on
// record, and holds against data that are older than it.
#include "modules/purpose/carrying.h"

#include "modules/purpose/purpose_testing.h"

namespace jingwei::purpose {
namespace {

using namespace jingwei::purpose::testing;

// The packing backends show single records in slices, the others in the table.
template <typename Backend>
class CarryingWorld : public PurposeWorld<Backend> {
 protected:
  void SetUp() override {
    PurposeWorld<Backend>::SetUp();
    if (this->IsSkipped()) return;
    must(this->declare());
    must(this->purposes().reload());
    this->load("people", people(0, 30));
    this->load("clinics", this->patients(0, 30));
  }
  RightsId granted(RightsKind kind, const std::string& resource = "") {
    NewRights one;
    one.kind = kind;
    one.resource = resource;
    one.name = "张三";
    one.identifier = citizen_id(7);
    one.words = "请删除";
    const auto made = must(this->purposes().rights().open(one, {"Lin", std::nullopt}));
    must(this->purposes().rights().take(made.id, RightsStep::grant, "", {"Mei", std::nullopt}));
    return made.id;
  }
  Result<RightsRequest> carry(RightsId id, const std::string& actor = "Mei") {
    Carrying carrying(this->purposes().rights(), this->purposes().erasures(),
                      look_through(*this->node_.catalog, *this->node_.ingest),
                      [this](const OwnDatum& datum, const std::string&, const std::optional<std::string>&,
                             const std::string&) -> Result<std::string> {
                        raised_.push_back(datum.record);
                        return std::string("1");
                      });
    return carrying.carry_out(id, {}, std::nullopt, *this->purposes().view(), *this->node_.catalog,
                              {actor, std::nullopt});
  }
  bool has(const std::string& resource, int number) {
    for (const auto& record : this->records(resource)) {
      if (record.values[1] == storage::Value(citizen_id(number))) return true;
    }
    return false;
  }
  std::vector<RecordId> raised_;
};
TYPED_TEST_SUITE(CarryingWorld, PackingBackends, BackendNames);

TYPED_TEST(CarryingWorld, ADeletionErasesThePersonsRecordsAndKeepsWhatALawKeeps) {
  const RightsId id = this->granted(RightsKind::delete_);
  EXPECT_EQ(this->carry(id, "Lin").error().message, "purpose.same_person");
  const RightsRequest done = must(this->carry(id));
  EXPECT_FALSE(this->has("people", 7));
  EXPECT_EQ(this->records("people").size(), 29U);
  EXPECT_TRUE(this->has("clinics", 7)) << "a law keeps it";
  EXPECT_TRUE(this->raised_.empty());
  EXPECT_NE(done.outcome.find(R"("erased":[{"resource":"people")"), std::string::npos) << done.outcome;
  EXPECT_NE(done.outcome.find(R"("records":1})"), std::string::npos) << done.outcome;
  EXPECT_NE(done.outcome.find("病历管理规定"), std::string::npos) << "with the law";
  EXPECT_EQ(this->carry(id).error().message, "purpose.carried_already");
}

TYPED_TEST(CarryingWorld, AnObjectionErasesNothing) {
  must(this->carry(this->granted(RightsKind::object, "people")));
  EXPECT_EQ(this->raised_.size(), 1U);
  EXPECT_TRUE(this->has("people", 7));
}

// The data are those of a backup from before the deletion: the ledger, which is never older, names the
// record.
TYPED_TEST(CarryingWorld, DataFromBeforeTheDeletionLoseTheRecordAgain) {
  RecordId record;
  for (const auto& one : this->records("people")) {
    if (one.values[1] == storage::Value(citizen_id(7))) record = one.id;
  }
  const auto mark = must(this->node_.ingest->record_erasing().mark_of("people", record));
  ASSERT_TRUE(mark.has_value());
  crypto::ErasedRecord noted{"people", record.value, *mark, this->clock_.now(), "rights:12"};
  must(this->office_.keystore->note_erased(std::span(&noted, 1)));
  // A number that was given again tells another record, and one whose resource is not known here nothing.
  crypto::ErasedRecord other = noted;
  other.record = this->records("people").front().id.value;
  must(this->office_.keystore->note_erased(std::span(&other, 1)));
  other.resource = "forgotten";
  must(this->office_.keystore->note_erased(std::span(&other, 1)));
  this->restart("restored");
  must(this->purposes().reload());
  ASSERT_TRUE(this->has("people", 7)) << "as the old data have it";
  EXPECT_EQ(must(this->purposes().erasures().replay()), 1);
  EXPECT_FALSE(this->has("people", 7));
  EXPECT_EQ(this->records("people").size(), 29U);
  EXPECT_EQ(must(this->purposes().erasures().replay()), 0) << "once";
}

// Stopped between the ledger and its records: the same order goes on and reports all of them.
TYPED_TEST(CarryingWorld, AnOrderThatWasCutShortGoesOnAndReportsEverything) {
  this->load("shared", this->patients(0, 10));
  const RightsId id = this->granted(RightsKind::delete_);
  this->node_.writes->fail_write(2, FailingStore::When::before);
  EXPECT_FALSE(this->carry(id).ok());
  const RightsRequest done = must(this->carry(id));
  EXPECT_FALSE(this->has("people", 7));
  EXPECT_FALSE(this->has("shared", 7));
  EXPECT_NE(done.outcome.find(R"({"resource":"people")"), std::string::npos);
  EXPECT_NE(done.outcome.find(R"({"resource":"shared")"), std::string::npos);
}

}  // namespace
}  // namespace jingwei::purpose
