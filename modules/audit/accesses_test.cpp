// Goal: a person sees every look at them, with office and purpose, but what a lawful order delays until it
// ends; the list cannot be thinned unnoticed; words of an entry go only when two people agree.
#include "modules/audit/accesses.h"

#include "modules/audit/audit_testing.h"
#include "modules/audit/destruction_orders.h"

namespace jingwei::audit {
namespace {

const std::string me = "person:" + std::string(32, 'a');
const std::string other = "person:" + std::string(32, 'b');

template <typename Backend>
class Looks : public AuditFixture<Backend> {
 protected:
  void look(const std::string& actor, const std::string& subject,
            const std::string& purpose = "grid-services") {
    storage::Change change;
    change.audit.push_back(
        {actor, "record.read", subject,
         R"({"purpose":")" + purpose + R"(","resource":"resident-register","outcome":"answered"})"});
    must(this->store_->commit(std::move(change)));
    this->clock_.advance(std::chrono::seconds{1});
  }
  AccessPage shown(std::size_t most = 50, std::optional<storage::FeedPosition> before = {}) {
    must(this->service_->settle());
    return must(accesses().list(
        {me},
        [](const std::string& actor) -> Result<std::string> {
          return actor == "account:1" ? "police" : std::string();
        },
        before, most));
  }
  std::vector<std::string> actors(const AccessPage& page) {
    std::vector<std::string> all;
    for (const auto& one : page.items) all.push_back(one.entry.actor);
    return all;
  }
  Accesses accesses() { return Accesses(*this->store_, this->clock_); }
  Delay delay(const std::string& department, std::chrono::hours time) {
    Delay wanted;
    wanted.subject = me;
    wanted.department = department;
    wanted.authority = "云汐市监察委员会";
    wanted.order = "监 2020-1";
    wanted.from = this->clock_.now() - std::chrono::hours{1};
    wanted.until = this->clock_.now() + time;
    return must(accesses().order(wanted, "account:9"));
  }
};

TYPED_TEST_SUITE(Looks, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(Looks, EveryLookAtOnesOwnPersonIsListedNewestFirstAndNobodyElses) {
  this->look("account:1", me);
  this->look("account:2", other);
  this->look("account:2", me);
  this->record(3);
  const auto page = this->shown();
  EXPECT_EQ(this->actors(page), (std::vector<std::string>{"account:2", "account:1"}));
  EXPECT_EQ(page.items[1].department, "police");
  EXPECT_EQ(facts_of(page.items[0].entry).purpose, "grid-services");
  EXPECT_FALSE(page.next);
}

TYPED_TEST(Looks, PagesBringEachLookOnce) {
  for (int at = 0; at < 25; ++at) this->look("account:" + std::to_string(at), me);
  std::vector<std::string> all;
  std::optional<storage::FeedPosition> before;
  do {
    const auto page = this->shown(10, before);
    for (const auto& actor : this->actors(page)) all.push_back(actor);
    before = page.next;
  } while (before);
  EXPECT_EQ(all.size(), 25U);
  EXPECT_EQ(all.front(), "account:24");
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 25U);
}

TYPED_TEST(Looks, AnOrderDelaysTheLooksOfOneOfficeUntilItsEndAndSaysSoThen) {
  this->look("account:1", me);
  this->look("account:2", me);
  this->delay("police", std::chrono::hours{48});
  EXPECT_EQ(this->actors(this->shown()), std::vector<std::string>{"account:2"})
      << "another office's look is shown";
  EXPECT_EQ(must(this->accesses().count()).in_force, 1);
  this->clock_.advance(std::chrono::hours{49});
  const auto page = this->shown();
  EXPECT_EQ(this->actors(page), (std::vector<std::string>{"account:2", "account:1"}));
  ASSERT_TRUE(page.items[1].delayed);
  EXPECT_EQ(page.items[1].delayed->authority, "云汐市监察委员会");
  EXPECT_FALSE(page.items[0].delayed);
  const auto count = must(this->accesses().count());
  EXPECT_EQ(count.in_force, 0);
  EXPECT_EQ(count.ever, 1);
  EXPECT_FALSE(count.last_ends);
}

TYPED_TEST(Looks, AnOrderWithoutAuthorityOrEndIsNoneAndOneThatIsLiftedShowsAtOnce) {
  Delay wanted;
  wanted.subject = me;
  wanted.from = this->clock_.now();
  wanted.until = this->clock_.now() + std::chrono::hours{1};
  wanted.order = "1";
  EXPECT_EQ(this->accesses().order(wanted, "a").error().field, "/authority");
  wanted.authority = "监委";
  wanted.order = "";
  EXPECT_EQ(this->accesses().order(wanted, "a").error().field, "/order");
  wanted.order = "1";
  wanted.until = this->clock_.now();
  EXPECT_EQ(this->accesses().order(wanted, "a").error().field, "/until");
  wanted.until = this->clock_.now() + std::chrono::hours{24 * 400};
  EXPECT_EQ(this->accesses().order(wanted, "a").error().field, "/until");
  this->look("account:1", me);
  const Delay standing = this->delay("", std::chrono::hours{48});
  EXPECT_TRUE(this->shown().items.empty());
  must(this->accesses().lift(standing.id, "account:9"));
  EXPECT_EQ(this->shown().items.size(), 1U);
  EXPECT_EQ(this->accesses().lift(standing.id, "account:9").error().code, ErrorCode::gone);
  // Each order and its end are entries themselves, without the person's name in the log.
  must(this->service_->settle());
  const auto orders = must(this->service_->search({.event = "audit.delay."}, std::nullopt, 10)).entries;
  EXPECT_EQ(orders.size(), 1U);
  const auto all = must(this->service_->search({.event = "audit.delay"}, std::nullopt, 10)).entries;
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].entry.detail.find(me), std::string::npos);
}

TYPED_TEST(Looks, ALookTakenOutOfTheListIsFound) {
  this->look("account:1", me);
  this->look("account:2", me);
  must(this->service_->settle());
  EXPECT_TRUE(this->verified().whole());
  this->run(
      "DELETE FROM audit_subject WHERE sequence = (SELECT max(sequence) FROM audit_subject) AND xact = "
      "(SELECT max(xact) FROM audit_subject)");
  EXPECT_EQ(this->found(), std::vector<std::string>{"subject_unlisted 1 " + me});
}

TYPED_TEST(Looks, AnOrderOfDelayThatDoesNotStandAsItWasGivenIsFound) {
  this->record(2);
  const Delay standing = this->delay("police", std::chrono::hours{48});
  const std::string id = standing.id.to_string();
  EXPECT_TRUE(this->verified().whole()) << "its entry waits for its leaf";
  must(this->service_->settle());
  EXPECT_TRUE(this->verified().whole());
  must(this->accesses().lift(standing.id, "account:9"));
  EXPECT_TRUE(this->verified().whole());
  must(this->service_->settle());
  EXPECT_TRUE(this->verified().whole());
  const auto tried = [&](const std::string& change, const std::string& back) {
    this->run(change);
    const auto found = this->found();
    this->run(back);
    return found;
  };
  const std::string row = " WHERE id = " + id;
  EXPECT_EQ(tried("UPDATE audit_delay SET subject = '" + other + "'" + row,
                  "UPDATE audit_delay SET subject = '" + me + "'" + row),
            std::vector<std::string>{"delay_changed " + id});
  EXPECT_EQ(tried("UPDATE audit_delay SET lifted_by = '', lifted_at = NULL" + row,
                  "UPDATE audit_delay SET lifted_by = 'account:9', lifted_at = " +
                      std::to_string(to_micros(this->clock_.now())) + row),
            std::vector<std::string>{"delay_changed " + id})
      << "a lifting was taken back";
  EXPECT_TRUE(this->verified().whole());
  this->run(
      "INSERT INTO audit_delay (id, subject, department, authority, order_number, begins_at, ends_at, "
      "ordered_by, ordered_at, lifted_by) VALUES (77, '" +
      me + "', '', 'nobody', '1', 0, 9000000000000000, 'x', 0, '')");
  EXPECT_EQ(this->found(), std::vector<std::string>{"delay_unordered 77"});
  this->run("DELETE FROM audit_delay");
  EXPECT_EQ(this->found(), std::vector<std::string>{"delay_missing 2"});
}

// As orders were put on record before they were bound to whom they are about.
TYPED_TEST(Looks, AnOrderOfBeforeTheMarksIsComparedByWhatItsEntrySays) {
  this->run(
      "INSERT INTO audit_delay (id, subject, department, authority, order_number, begins_at, ends_at, "
      "ordered_by, ordered_at, lifted_by) VALUES (77, '" +
      me + "', '', 'court', '1', 0, 1000000, 'account:9', 0, '')");
  storage::Change change;
  change.audit.push_back(
      {"account:9", "audit.delay", "delay:77",
       R"({"delay":"77","authority":"court","order":"1","from":"1970-01-01T00:00:00.000000Z",)"
       R"("until":"1970-01-01T00:00:01.000000Z"})"});
  must(this->store_->commit(std::move(change)));
  must(this->service_->settle());
  EXPECT_TRUE(this->verified().whole());
  this->run("UPDATE audit_delay SET ends_at = 2000000");
  EXPECT_EQ(this->found(), std::vector<std::string>{"delay_changed 77"});
}

// Who reads a list looks at everybody on it whose data it opens.
TYPED_TEST(Looks, ALookInTheCompanyOfOthersIsListedToo) {
  storage::Change change;
  change.audit.push_back({"account:1", "record.list", "/api/v1/resources/residents/records",
                          R"({"outcome":"answered","persons":[")" + other + R"(",")" + me + R"("]})"});
  must(this->store_->commit(std::move(change)));
  const auto page = this->shown();
  EXPECT_EQ(this->actors(page), std::vector<std::string>{"account:1"});
  EXPECT_EQ(must(this->accesses().list(
                     {other}, [](const std::string&) { return std::string(); }, {}, 9))
                .items.size(),
            1U);
  EXPECT_TRUE(this->verified().whole());
  this->run("DELETE FROM audit_subject WHERE subject = '" + me + "'");
  EXPECT_EQ(this->found(), std::vector<std::string>{"subject_unlisted 0 " + me});
}

// Somebody who is known by two numbers may stand in one look under both.
TYPED_TEST(Looks, ALookUnderTwoOfOnesNumbersIsListedOnce) {
  storage::Change change;
  change.audit.push_back({"account:1", "subject.merge.read", "/api/v1/registry/reviews/1",
                          R"({"outcome":"answered","persons":[")" + me + R"(",")" + other + R"("]})"});
  must(this->store_->commit(std::move(change)));
  this->look("account:2", other);
  must(this->service_->settle());
  const auto office = [](const std::string&) -> Result<std::string> { return std::string(); };
  const auto page = must(this->accesses().list({me, other}, office, {}, 9));
  EXPECT_EQ(this->actors(page), (std::vector<std::string>{"account:2", "account:1"}));
}

TYPED_TEST(Looks, WordsGoByTwoPeopleAndTheListWithThem) {
  this->look("account:1", me);
  must(this->service_->settle());
  DestructionOrders orders(*this->service_, *this->store_, *this->sealer_, this->clock_);
  const auto asked = must(orders.ask(0, "Order 2026-9", "a name stands in it", "account:7"));
  EXPECT_EQ(orders.ask(0, "Order 2026-9", "again", "account:8").error().message, "audit.asked_already");
  EXPECT_EQ(must(orders.list(OrderId(), 9)).front().reason, "a name stands in it");
  // What is to be destroyed may be said in the reason: it goes into no entry, which nobody could destroy
  // again.
  must(this->service_->settle());
  const auto entry = must(this->service_->search({.event = "audit.destroy.ask"}, std::nullopt, 1)).entries;
  ASSERT_EQ(entry.size(), 1U);
  EXPECT_EQ(entry[0].entry.detail.find("a name"), std::string::npos);
  EXPECT_NE(entry[0].entry.detail.find("Order 2026-9"), std::string::npos);
  EXPECT_EQ(orders.decide(asked.id, OrderState::done, "account:7").error().message, "audit.same_person");
  EXPECT_EQ(must(orders.decide(asked.id, OrderState::done, "account:8")).state, OrderState::done);
  EXPECT_EQ(orders.decide(asked.id, OrderState::dropped, "account:8").error().message, "audit.order_decided");
  EXPECT_EQ(orders.ask(0, "Order 2026-10", "again", "account:7").error().message, "audit.destroyed_already");
  EXPECT_TRUE(this->shown().items.empty());
  EXPECT_TRUE(this->verified().whole());
}

TYPED_TEST(Looks, ReasonsThatStoodReadableAreSealedAtTheNextStart) {
  this->run(
      "INSERT INTO audit_order (id, position, order_number, reason, state, asked_by, asked_at, decided_by) "
      "VALUES (77, 0, 'Order 2026-9', 'a name stands in it', 'asked', 'account:7', 0, '')");
  DestructionOrders orders(*this->service_, *this->store_, *this->sealer_, this->clock_);
  EXPECT_EQ(must(orders.list(OrderId(), 9)).front().reason, "a name stands in it") << "read as it stands";
  EXPECT_EQ(must(seal_reasons(*this->store_, *this->sealer_)), 1U);
  EXPECT_EQ(must(seal_reasons(*this->store_, *this->sealer_)), 0U);
  EXPECT_EQ(must(orders.list(OrderId(), 9)).front().reason, "a name stands in it");
  static const storage::Statement bare{"test", "SELECT count(*) FROM audit_order WHERE reason <> ''",
                                       "SELECT count(*) FROM audit_order WHERE reason <> ''"};
  auto reader = must(this->store_->read());
  EXPECT_EQ(must(storage::query_integer(*reader, bare, {})), 0);
}

TYPED_TEST(Looks, OfManyWhoDecideAtOnceOneDoes) {
  this->look("account:1", me);
  must(this->service_->settle());
  DestructionOrders orders(*this->service_, *this->store_, *this->sealer_, this->clock_);
  const auto asked = must(orders.ask(0, "Order 2026-9", "a name stands in it", "account:7"));
  std::atomic<int> done = 0;
  std::vector<std::thread> people;
  for (int at = 0; at < 4; ++at)
    people.emplace_back([&, at] {
      done += orders.decide(asked.id, OrderState::done, "account:" + std::to_string(at)).ok() ? 1 : 0;
    });
  for (auto& person : people) person.join();
  EXPECT_EQ(done, 1);
}

}  // namespace
}  // namespace jingwei::audit
