// Goal: when its purposes are over, a resource's data are gone from store, files and keys, whatever stops in
// between; what a law keeps is sealed, what another purpose keeps is not touched, and the report says all of
// it.
#include <fstream>
#include <sstream>

#include "base/random.h"
#include "modules/ingest/repair/refused_seal.h"
#include "modules/ingest/uploads.h"
#include "modules/purpose/purpose_testing.h"
#include "storage/digest.h"

namespace jingwei::purpose {
namespace {

using namespace jingwei::purpose::testing;

template <typename Backend>
class Destroying : public PurposeWorld<Backend> {
 protected:
  static std::string bad_row(int number) {
    return "王五," + citizen_id(number) + ",12,户籍," + grid_code(number) + ",2020-01-21\n";
  }

  // Records old and new, versions, refused rows, a batch that waits, an upload half there, in every kind of
  // resource.
  void fill() {
    must(this->declare());
    this->load("people", people(0, 1'200) + bad_row(900) + bad_row(901));
    this->load("people", people_with_kind(0, 60));  // versions of their own, in the table
    this->load("clinics", this->patients(0, 700));
    this->load("shared", this->patients(0, 400));
    this->load("services", this->patients(0, 300));
    waiting_ = this->submit("people", people(2'000, 300)).batch.id;
    upload_ =
        must(this->node_.ingest->uploads().start({"people", "张三.csv", 1'000, ""}, {"tester", std::nullopt}))
            .id;
    const std::string piece = this->uploads() + "/piece.incoming";
    auto file = must(this->office_.files->open(piece, OpenMode::update));
    must(file->write(0, std::as_bytes(std::span(std::string_view("张三,half a file")))));
    file.reset();
    must(this->node_.ingest->uploads().put(upload_, {0, piece, ""}));
    must(this->office_.files->remove(piece));
  }
  static std::string people_with_kind(int first, int count) {
    std::string csv(people_header);
    for (int number = first; number < first + count; ++number)
      csv += person(number, number % 4 == 0 ? "户籍" : "流动");
    return csv;
  }
  EmergencyId standing() { return this->purposes().view()->emergencies.front().id; }

  // Everything that could tell of the records, as it stands.
  std::string told() {
    std::ostringstream out;
    for (const char* resource : {"people", "clinics", "shared", "services", "daily", "notes"}) {
      const auto left = this->remains(resource);
      out << resource << ' ' << left.records << ' ' << left.versions << ' ' << left.refused << ' '
          << left.batches << ' ' << left.files << '\n';
    }
    for (const auto& one : this->destructions()) out << one.report << '\n' << one.hash << '\n';
    out << this->living_keys("people") << ' ' << this->living_keys("shared") << ' ' << files_left() << '\n';
    return out.str();
  }
  std::size_t files_left() {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(this->uploads()), {}));
  }
  bool read_is(const std::string& resource, const std::string& wanted) {
    const auto read = this->node_.ingest->list_records(resource, {.most = 10}, access::Sight::whole());
    return (read ? std::string("open") : read.error().message) == wanted;
  }

  BatchId waiting_;
  UploadId upload_;
};

TYPED_TEST_SUITE(Destroying, PackingBackends, BackendNames);

TYPED_TEST(Destroying, TheEndOfAnEmergencyDestroysWhatItAloneKeptAndSealsWhatALawKeeps) {
  this->fill();
  const EmergencyId id = this->standing();
  const Forecast forecast = must(this->purposes().foretell_end(id));
  ASSERT_EQ(forecast.resources.size(), 2U);
  EXPECT_EQ(forecast.records(), 1'200);
  for (const auto& one : forecast.resources) {
    EXPECT_EQ(one.action, one.resource == "clinics" ? Action::seal : Action::destroy) << one.resource;
    if (one.resource == "people") EXPECT_EQ(one.remains.refused, 2);
  }
  EXPECT_EQ(this->purposes().end(id, "2号", 7, {"Mayor", std::nullopt}).error().message,
            "purpose.forecast_changed");
  EXPECT_EQ(this->purposes().end(id, " ", 1'200, {"Mayor", std::nullopt}).error().message,
            "purpose.order_missing");
  EXPECT_TRUE(this->read_is("people", "open"));
  const auto figures = this->figures("people");
  this->end(id);
  EXPECT_TRUE(this->read_is("people", "purpose.over")) << "nothing is read from the moment of the end";
  this->work();

  const auto all = this->destructions();
  ASSERT_EQ(all.size(), 1U);
  const Destruction done = must(this->purposes().destructions().find(all.front().id));
  EXPECT_EQ(done.state, DestructionState::done);
  EXPECT_EQ(done.ordered_by, "Mayor");
  EXPECT_EQ(done.order_number, "市政发2号");
  EXPECT_EQ(done.cause, thing_of(id));
  EXPECT_EQ(done.hash, storage::sha256_hex(done.report));
  ASSERT_EQ(done.items.size(), 2U);
  const auto& sealed = done.items[0];
  const auto& destroyed = done.items[1];
  EXPECT_EQ(sealed.resource, "clinics");
  EXPECT_EQ(sealed.basis.zh, "病历管理规定");
  EXPECT_EQ(sealed.taken.records + sealed.keys, 0);
  EXPECT_EQ(destroyed.taken.records, 1'200);
  EXPECT_GE(destroyed.taken.versions, 1'260);
  EXPECT_EQ(destroyed.taken.refused, 2);
  EXPECT_EQ(destroyed.taken.batches, 3);
  EXPECT_EQ(destroyed.taken.files, 2) << "the batch that waited and the upload";
  EXPECT_EQ(destroyed.keys, 6)
      << "this month's and that of hashes: of records, of refused rows, of files that wait";

  EXPECT_FALSE(this->remains("people").any());
  EXPECT_EQ(this->remains("clinics").records, 700);
  EXPECT_EQ(this->remains("shared").records, 400);
  EXPECT_TRUE(this->read_is("clinics", "purpose.sealed"));
  EXPECT_TRUE(this->read_is("shared", "open"));
  EXPECT_TRUE(this->read_is("services", "open"));
  EXPECT_EQ(this->living_keys("people"), 0U);
  EXPECT_EQ(this->living_keys("clinics"), 1U);
  EXPECT_EQ(this->figures("people"), figures) << "figures count no persons";
  const auto seals =
      must(this->purposes().destructions().sealed(*this->purposes().view(), this->clock_.now()));
  ASSERT_EQ(seals.size(), 1U);
  EXPECT_EQ(seals.front().resource, "clinics");
  const auto batch = must(this->node_.ingest->find_batch(this->waiting_)).batch;
  EXPECT_EQ(batch.state, ingest::BatchState::failed);
  EXPECT_EQ(batch.filename, "");
  const auto sent = this->node_.ingest->add_record("people", {{"name", "张三"}}, {"tester", std::nullopt});
  EXPECT_EQ(sent.error().message, "purpose.over");
}

// Finds no byte of the rows in any file, and no key that would open a copy of them.
TYPED_TEST(Destroying, NoFileHoldsThemAndNoKeyOpensACopy) {
  this->fill();
  // What a thief, or a backup, has of a record before the end.
  std::vector<std::pair<std::int64_t, std::string>> copies;
  {
    auto reader = must(this->node_.store->read());
    for (const auto& head :
         must(catalog::standing_slices(*reader, "people", this->clock_.now() + std::chrono::hours{1}, 100)))
      copies.emplace_back(head.first_id, must(catalog::slice_block(*reader, "people", head.first_id, 0)));
  }
  std::vector<std::pair<ingest::RefusedSeal, std::string>> refused;
  {
    static const std::string sql = "SELECT batch, line, original FROM refused_row ORDER BY batch, line";
    static const storage::Statement all{"all_refused", sql, sql};
    auto reader = must(this->node_.store->read());
    must(reader->query(all, {}, [&](const storage::Row& row) {
      refused.emplace_back(ingest::RefusedSeal{"people", BatchId(row.integer(0)), row.integer(1)},
                           std::string(row.blob(2)));
      return true;
    }));
  }
  ASSERT_EQ(refused.size(), 2U);
  const std::string pieces =
      must(this->node_.ingest->uploads().path_of(must(this->node_.ingest->uploads().find(this->upload_))));
  const std::string copy = this->folder_.path() + "/copy";
  std::filesystem::copy_file(pieces, copy);
  // What of all that opens, put back where it was.
  const auto others_opened = [&] {
    int open = 0;
    for (const auto& [place, sealed] : refused)
      open += place.open(*this->office_.sealer, "original", sealed).ok() ? 1 : 0;
    const std::string back = this->uploads() + "/back.people.pieces";
    std::filesystem::copy_file(copy, back, std::filesystem::copy_options::overwrite_existing);
    open += read_text(*this->office_.files, back, 1'000).ok() ? 1 : 0;
    std::filesystem::remove(back);
    return open;
  };
  EXPECT_EQ(others_opened(), 3);
  const auto opened = [&] {
    std::size_t open = 0;
    for (const auto& [id, body] : copies) {
      crypto::KeyId key = 0;
      std::copy_n(body.data() + 1, sizeof key, reinterpret_cast<char*>(&key));
      open += this->office_.keystore->find(key).ok() ? 1 : 0;
    }
    return open;
  };
  ASSERT_GT(copies.size(), 0U);
  EXPECT_EQ(opened(), copies.size());
  this->end(this->standing());
  this->work();
  this->restart("after");
  EXPECT_EQ(opened(), 0U);
  EXPECT_EQ(others_opened(), 0) << "refused rows and files that waited, as a backup has them";
  for (const std::string& place : {this->folder_.path(), this->backend_->place.path()}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(place)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(file)), {});
      for (const std::string& word :
           {std::string("张三"), citizen_id(5), phone(5), citizen_id(2'005), phone(2'005)})
        EXPECT_EQ(bytes.find(word), std::string::npos) << entry.path() << " holds " << word;
    }
  }
  EXPECT_EQ(this->files_left(), 0U);
}

TYPED_TEST(Destroying, AfterAStopAnotherProcessGoesOnAndTheReportIsTheSame) {
  this->fill();
  this->end(this->standing());
  std::int64_t stops = 0;
  for (bool more = true; more && stops < 200; ++stops) {
    // Each process gets one write further: the next is lost, or it is done but never told of.
    const bool lost = stops % 2 == 0;
    this->node_.writes->fail_write(lost ? 2 : 1,
                                   lost ? FailingStore::When::before : FailingStore::When::after);
    for (;;) {
      const auto step = this->purposes().destructions().step();
      if (!step) break;
      more = *step;
      if (!more) break;
    }
    if (more) this->restart("node" + std::to_string(stops));
  }
  EXPECT_GT(stops, 10);
  EXPECT_LT(stops, 200);
  const auto all = this->destructions();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().state, DestructionState::done);
  const auto& destroyed = all.front().items.back();
  EXPECT_EQ(destroyed.taken.records, 1'200);
  EXPECT_EQ(destroyed.taken.refused, 2);
  EXPECT_EQ(destroyed.taken.batches, 3);
  EXPECT_EQ(destroyed.taken.files, 2);
  EXPECT_EQ(destroyed.keys, 6);
  EXPECT_FALSE(this->remains("people").any());
  EXPECT_EQ(this->files_left(), 0U);
  EXPECT_EQ(this->remains("shared").records, 400);
}

TYPED_TEST(Destroying, ASecondEmergencyInTimeSparesWhatTheFirstWouldHaveLost) {
  this->fill();
  this->clock_.advance(std::chrono::days{31});  // nobody extended it
  this->work();
  auto all = this->destructions();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().state, DestructionState::waiting);
  EXPECT_EQ(all.front().due_at, this->clock_.now() + this->purposes().parts().grace);
  EXPECT_TRUE(this->read_is("people", "purpose.over"));
  must(this->declare());
  EXPECT_TRUE(this->read_is("people", "open"));
  this->clock_.advance(std::chrono::hours{80});
  this->work();
  all = this->destructions();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().state, DestructionState::done);
  for (const auto& item : all.front().items) EXPECT_EQ(item.state, ItemState::spared) << item.resource;
  EXPECT_EQ(this->remains("people").records, 1'200);
  EXPECT_TRUE(this->read_is("clinics", "open"));
}

TYPED_TEST(Destroying, AnotherEmergencyFindsTheResourceEmptyAndReadyForTheSameFile) {
  this->fill();
  this->end(this->standing());
  this->work();
  must(this->declare());
  EXPECT_TRUE(this->read_is("people", "open"));
  EXPECT_TRUE(this->read_is("clinics", "open")) << "sealed only while nothing opens it";
  EXPECT_TRUE(this->records("people").empty());
  const auto batch = this->load("people", people(0, 1'200));
  EXPECT_EQ(batch.counts.accepted, 1'200);
  EXPECT_EQ(batch.counts.unchanged, 0);
  EXPECT_EQ(this->records("people").size(), 1'200U);
  const auto again = this->load("people", people(0, 1'200) + person(5'000));
  EXPECT_EQ(again.counts.unchanged, 1'200);
}

TYPED_TEST(Destroying, AnotherProcessSealsNothingUnderADestroyedKey) {
  if constexpr (TypeParam::shared) {
    this->fill();
    Node other = this->start_node("other");
    Office office = this->start_office(other, "other");
    const auto load = [&](int first, int count) {
      must(other.ingest->load(this->submit(other, "people", people(first, count)).batch.id));
    };
    load(5'000, 10);  // has the keys at hand
    this->end(this->standing());
    this->work();
    must(this->declare());
    storage::FeedEntry told;
    told.kind = purpose_event_kind;
    must(office.purposes->follow(told));
    load(5'000, 300);
    office = {};
    other = {};
    this->restart("after");
    EXPECT_EQ(this->records("people").size(), 300U);
    this->load("people", people(5'000, 300));
    EXPECT_EQ(this->records("people").size(), 300U) << "known by the same hashes";
  }
}

TYPED_TEST(Destroying, ALawThatComesInTimeSealsInsteadOfDestroying) {
  this->fill();
  this->clock_.advance(std::chrono::days{31});
  this->work();  // over, and waiting for its grace
  IngestWorld<TypeParam>::write(
      this->scenarios() + "/sample/purposes.yaml",
      std::string(sample_purposes) + "  - resource: people\n    legal_basis: {zh: 新法, en: New law}\n");
  this->restart("lawful");
  this->clock_.advance(std::chrono::hours{100});
  this->work();
  EXPECT_EQ(this->remains("people").records, 1'200);
  EXPECT_TRUE(this->read_is("people", "purpose.sealed"));
  // The round of the next night orders it sealed, which is carried out when its grace is over.
  this->clock_.advance(std::chrono::hours{24});
  this->work();
  this->clock_.advance(std::chrono::hours{72});
  this->work();
  EXPECT_EQ(must(this->purposes().destructions().sealed(*this->purposes().view(), this->clock_.now())).size(),
            2U);
}

TYPED_TEST(Destroying, TwoEmergenciesKeepWhatEitherOpens) {
  this->fill();
  const EmergencyId first = this->standing();
  const Emergency second = must(this->declare("980101"));
  EXPECT_TRUE(must(this->purposes().foretell_end(first)).resources.empty());
  this->end(first);
  this->work();
  EXPECT_TRUE(this->destructions().empty());
  EXPECT_EQ(this->remains("people").records, 1'200);
  EXPECT_EQ(this->end(second.id).state, EmergencyState::ended);
  this->work();
  EXPECT_FALSE(this->remains("people").any());
}

TYPED_TEST(Destroying, APurposeThatEndsByItsLastDayTakesItsDataWithIt) {
  this->fill();
  const auto ends = this->zone_.start_of(*parse_iso_day("2021-01-01"));
  must(this->purposes().extend(this->standing(), ends + std::chrono::days{30}, "3号",
                               {"Mayor", std::nullopt}));
  this->clock_.jump_to(ends - std::chrono::seconds{1});
  EXPECT_TRUE(this->read_is("services", "open"));
  this->clock_.jump_to(ends);
  EXPECT_TRUE(this->read_is("services", "purpose.over"));
  EXPECT_TRUE(this->read_is("shared", "open")) << "the emergency stands";
  this->work();
  this->clock_.advance(std::chrono::hours{73});
  this->work();
  EXPECT_EQ(this->purposes().view()->find("daily-services")->state, PurposeState::ended);
  EXPECT_FALSE(this->remains("services").any());
  EXPECT_EQ(this->remains("shared").records, 400);
}

TYPED_TEST(Destroying, RetentionByDayTakesWhatIsTooOldAndNothingElse) {
  must(this->declare("980100", {"epidemic-control"}, std::chrono::days{360}));
  this->load("services", this->patients(0, 300));  // kept for 90 days
  this->load("clinics", this->patients(0, 50));    // for 30, but that a law keeps it
  this->load("services", this->patients(0, 300) + "李四," + citizen_id(9) + ",12," + grid_code(9) + '\n');
  this->clock_.advance(std::chrono::days{40});
  this->load("services", this->patients(1'000, 200));
  this->clock_.advance(std::chrono::days{50});
  this->work();
  EXPECT_TRUE(this->destructions().empty()) << "the ninetieth day is not over";
  this->clock_.advance(std::chrono::days{1});
  this->work();
  auto all = this->destructions();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().cause, "retention");
  EXPECT_EQ(all.front().state, DestructionState::done);
  ASSERT_EQ(all.front().items.size(), 1U);
  EXPECT_EQ(all.front().items.front().taken.records, 300);
  EXPECT_EQ(all.front().items.front().taken.refused, 1);
  EXPECT_EQ(this->records("services").size(), 200U);
  EXPECT_EQ(this->living_keys("services"), 2U) << "the first month's key stays for a month";
  this->clock_.advance(std::chrono::days{1});
  this->work();
  EXPECT_EQ(this->destructions().size(), 1U) << "nothing new, no report";
  this->clock_.advance(std::chrono::days{60});
  this->work();
  EXPECT_TRUE(this->records("services").empty());
  EXPECT_EQ(this->living_keys("services"), 1U) << "of the second month";
  EXPECT_EQ(this->remains("clinics").records, 50);
}

// Cases of a form, as another module holds them: 250, of which some ended early; they go by hundreds.
class SampleCases final : public HeldBeside {
 public:
  std::int64_t ended = 250, photos_each = 2;
  std::optional<Instant> since;
  bool moves = false;  // one is handled while it is erased
  Result<std::int64_t> count(const std::string& resource, std::optional<Instant>) const override {
    return resource == "services" ? ended - gone_ : 0;
  }
  Result<Slice> next(const std::string& resource, std::optional<Instant>) const override {
    Slice slice;
    if (resource != "services") return slice;
    slice.cases = std::min<std::int64_t>(100, ended - gone_);
    slice.photos = slice.cases * photos_each;
    if (moves && !moved_) {
      moved_ = true;
      static const std::string sql = "UPDATE destruction SET state = state WHERE id < 0";
      static const storage::Statement nobody{"nobody", sql, sql};
      slice.change.writes.push_back({&nobody, {}, 1});
      return slice;
    }
    gone_ += slice.cases;
    return slice;
  }
  Result<Sealed> sealed_since(const std::string& resource) const override {
    if (resource != "services") return Sealed();
    return Sealed{{"services", since}};
  }

 private:
  mutable std::int64_t gone_ = 0;
  mutable bool moved_ = false;
};

TYPED_TEST(Destroying, CasesGoWithTheFormTheyWereOpenedWithAndStandInTheReport) {
  SampleCases cases;
  cases.moves = true;
  this->purposes().set_beside(cases);
  this->clock_.advance(std::chrono::days{1});
  this->work();
  const auto all = this->destructions();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().cause, "retention");
  EXPECT_EQ(all.front().foretold, 250);
  EXPECT_EQ(all.front().state, DestructionState::done);
  const Destruction done = must(this->purposes().destructions().find(all.front().id));
  ASSERT_EQ(done.items.size(), 1U);
  EXPECT_EQ(done.items.front().resource, "services");
  EXPECT_EQ(done.items.front().cases, 250) << "counted once, whoever handled one meanwhile";
  EXPECT_EQ(done.items.front().photos, 500);
  EXPECT_NE(done.report.find(R"("cases":250,"photos":500)"), std::string::npos) << done.report;
  this->clock_.advance(std::chrono::days{1});
  this->work();
  EXPECT_EQ(this->destructions().size(), 1U);
}

TYPED_TEST(Destroying, KeysThatStandingCasesNeedStay) {
  SampleCases cases;
  cases.ended = 0;
  cases.since = this->clock_.now();  // one of the first day is still under way
  this->purposes().set_beside(cases);
  this->load("services", this->patients(0, 300));
  this->clock_.advance(std::chrono::days{160});
  this->work();
  EXPECT_TRUE(this->records("services").empty());
  EXPECT_EQ(this->living_keys("services"), 1U);
  cases.since = std::nullopt;
  this->load("services", this->patients(0, 1));
  this->clock_.advance(std::chrono::days{100});
  this->work();
  EXPECT_EQ(this->living_keys("services"), 1U) << "of the second load alone";
}

// Random ends and declarations over the resources: whatever an open purpose may use is as it was.
TYPED_TEST(Destroying, NothingOfAStillOpenPurposeIsTouched) {
  SeededRandom random(23);
  must(this->declare("980100", {"epidemic-control"}, std::chrono::days{2}));
  std::map<std::string, std::int64_t> loaded;
  int destroyed = 0;
  for (int round = 0; round < 12; ++round) {
    for (const char* resource : {"people", "shared", "services"}) {
      const auto entry = must(this->node_.catalog->find(resource));
      if (!this->purposes().check_use(entry->resource, catalog::Catalog::Use::receive)) continue;
      const int first = static_cast<int>(random.below(4)) * 100;
      this->load(resource,
                 std::string(resource) == "people" ? people(first, 100) : this->patients(first, 100));
    }
    switch (random.below(4)) {
      case 0:
        must(this->declare("980101", {"epidemic-control"},
                           std::chrono::days{1 + static_cast<int>(random.below(3))}));
        break;
      case 1:
        for (const auto& one : this->purposes().view()->emergencies) {
          if (!one.stands(this->clock_.now())) continue;
          this->end(one.id);
          break;
        }
        break;
      default:
        this->clock_.advance(std::chrono::hours{20 + static_cast<int>(random.below(40))});
    }
    std::map<std::string, std::int64_t> before;
    for (const char* resource : {"people", "shared", "services"})
      before[resource] = this->remains(resource).records;
    this->work();
    for (const char* resource : {"people", "shared", "services"}) {
      const auto entry = must(this->node_.catalog->find(resource));
      const auto view = this->purposes().view();
      const bool over =
          is_over(entry->resource, view->purposes, this->clock_.now(), view->emergencies, this->zone_);
      const auto left = this->remains(resource).records;
      EXPECT_TRUE(over || left == before[resource]) << resource << " in round " << round;
      if (over && left < before[resource]) ++destroyed;
    }
  }
  EXPECT_GT(destroyed, 0);
}

}  // namespace
}  // namespace jingwei::purpose
