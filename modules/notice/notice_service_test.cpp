// Goal: a notice reaches exactly those who were meant, what they read and answer is counted once, nobody is
// asked for more than the cap allows however many ask at once, and messages survive gateways that are away.
#include <gtest/gtest.h>

#include <fstream>
#include <pugixml.hpp>
#include <thread>

#include "modules/identity/identity_testing.h"
#include "modules/notice/messages.gen.h"
#include "modules/notice/notice_json.h"
#include "modules/notice/notice_service.h"
#include "modules/notice/sql.gen.h"
#include "modules/source/asking/outgoing.h"
#include "tests/support/department.h"
#include "tests/support/failing_store.h"

namespace jingwei::notice {
namespace {

using jingwei::testing::must;

template <typename Backend>
class NoticeTest : public identity::IdentityFixture<Backend> {
 protected:
  static void SetUpTestSuite() {
    identity::register_messages();
    register_messages();
  }
  void SetUp() override {
    identity::IdentityFixture<Backend>::SetUp();
    if (this->IsSkipped()) return;
    std::vector<storage::Migration> all;
    for (const auto migrations : {storage::sql::migrations(), identity::sql::migrations(), sql::migrations()})
      all.insert(all.end(), migrations.begin(), migrations.end());
    must(this->store_->migrate(all));
    notices_ = over(*this->store_);
    timers_ = std::make_unique<storage::TimerRunner>(*this->store_, this->clock_, "one");
    notices_->on_timers(*timers_, *timers_);
  }
  void TearDown() override {
    timers_.reset();
    notices_.reset();
    identity::IdentityFixture<Backend>::TearDown();
  }

  std::unique_ptr<NoticeService> over(storage::Store& store) {
    return std::make_unique<NoticeService>(
        ServiceParts{store, this->regions_, *this->service_, *this->sealer_, this->clock_, zone_,
                     [this] { return this->region("9801"); }, "测试市", "jingwei.9801", this->folder_.path(),
                     true, finder(), source::outgoing_calls(allowed_)});
  }
  std::int64_t times_told(const char* what) {
    std::int64_t times = 0;
    storage::FeedPosition after;
    for (int empty = 0; empty < 3;) {
      const auto page = must(this->store_->read_feed(after, 1'000));
      if (page.empty()) this->store_->wait_for_feed(after, std::chrono::milliseconds{20});
      empty = page.empty() ? empty + 1 : 0;
      for (const auto& entry : page) {
        after = entry.position;
        times += entry.body.find(what) == std::string::npos ? 0 : 1;
      }
    }
    return times;
  }

  Notices& notices() { return notices_->notices(); }
  // The hub's own operator.
  Asker hub(std::optional<std::string> key = {}) const { return {nullptr, "local", std::move(key)}; }
  Asker asker(const identity::Account& account) {
    const std::string token = must(this->sign_in(login_of_.at(account.id.value))).opened.text;
    return {this->service_->tokens().find(token)->caller, account.actor(), {}};
  }
  identity::Account person(const std::string& login, const std::string& role, const std::string& region) {
    const auto account = this->account(login);
    login_of_[account.id.value] = login;
    this->grant(account, role, region);
    return account;
  }
  static AccountId id(const identity::Account& account) { return AccountId(account.id.value); }
  NewNotice order(const std::string& title, const std::string& region) const {
    NewNotice wanted;
    wanted.kind = NoticeKind::order;
    wanted.title = title;
    wanted.audience.regions = {region};
    wanted.audience.roles = {"grid-worker"};
    wanted.questions = {{"done", "做完了吗", Question::Type::yes_no, true, {}},
                        {"litres", "升", Question::Type::number, false, {}}};
    return wanted;
  }
  void run_timers() {
    while (must(timers_->step()) > 0) {
    }
  }
  template <typename T>
  std::string why(const Result<T>& result) {
    return result ? "done" : result.error().message;
  }

  std::map<std::string, std::int64_t> delivered(NoticeId notice) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& one : must(notices().deliveries(notice)))
      counts[one.channel + " " + one.state] = one.count;
    return counts;
  }
  static std::string header(const std::string& request, const std::string& name) {
    const std::size_t at = request.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const std::size_t begin = at + name.size() + 4;
    return request.substr(begin, request.find("\r\n", begin) - begin);
  }

  // Three people of one resource: two in a building, one without a phone in another.
  PeopleFinder finder() {
    return [this](const SubjectQuery& query, const std::vector<std::string>& under,
                  const std::shared_ptr<const access::Caller>&) -> Result<std::vector<Person>> {
      asked_.push_back(query.resource + "/" + query.purpose + "/" + (under.empty() ? "" : under.front()));
      if (query.purpose != "elderly-care") return Error(ErrorCode::denied, "notice.names_closed");
      const RegionId grid = this->region("980101001001");
      return std::vector<Person>{{"1", grid, "王老五", "15400000011", "香洲路1号2栋3单元401", "person:wang"},
                                 {"2", grid, "赵六", "15400000012", "香洲路1号2栋1单元101"},
                                 {"3", grid, "钱七", "", "香洲路1号3栋102"},
                                 {"1", grid, "王老五", "15400000011", "香洲路1号2栋3单元401"}};
    };
  }
  std::vector<std::string> asked_;

  static inline source::Allowed allowed_{{}, {"127.0.0.1"}, {}};
  Zone zone_{"Asia/Shanghai"};
  std::map<std::int64_t, std::string> login_of_;
  std::unique_ptr<NoticeService> notices_;
  std::unique_ptr<storage::TimerRunner> timers_;
};

TYPED_TEST_SUITE(NoticeTest, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(NoticeTest, AnAudienceIsFixedWhenItIsSentAndBoundByTheSendersRegions) {
  const auto one = this->person("one", "grid-worker", "980101001001");
  this->person("clerk", "community-staff", "980101001001");
  const auto street = this->person("office", "street-staff", "980101001");
  NewNotice wanted;
  wanted.title = " 口罩 ";
  wanted.audience.roles = {"grid-worker"};
  const auto sent = must(this->notices().send(wanted, this->asker(street)));
  EXPECT_EQ(sent.title, "口罩");
  EXPECT_EQ(sent.recipients, 1);
  const auto late = this->person("late", "grid-worker", "980101001001");
  EXPECT_EQ(must(this->notices().inbox(this->id(one), {}, 10, true)).size(), 1u);
  EXPECT_TRUE(must(this->notices().inbox(this->id(late), {}, 10, true)).empty());
  wanted.audience.regions = {"9801"};
  EXPECT_EQ(this->why(this->notices().send(wanted, this->asker(street))), "notice.not_your_region");
  wanted.audience.regions = {"980101001"};
  wanted.audience.roles = {"doctor"};
  EXPECT_EQ(this->why(this->notices().send(wanted, this->asker(street))), "notice.nobody");
}

TYPED_TEST(NoticeTest, AnswersCountOnceAndAddUpTheTree) {
  const auto one = this->person("one", "grid-worker", "980101001001");
  const auto two = this->person("two", "grid-worker", "980101001001");
  const auto sent = must(this->notices().send(this->order("消毒", "9801"), this->hub()));
  EXPECT_EQ(this->why(this->notices().answer(sent.id, this->id(one), {{"litres", "5"}}, this->hub())),
            "notice.answer_missing");
  Asker again{nullptr, one.actor(), "k1"};
  const auto answered =
      must(this->notices().answer(sent.id, this->id(one), {{"done", "yes"}, {"litres", "1.5"}}, again));
  EXPECT_TRUE(answered.receipt.read_at);
  EXPECT_TRUE(
      this->notices().answer(sent.id, this->id(one), {{"done", "yes"}, {"litres", "1.5"}}, again).ok());
  EXPECT_EQ(this->why(this->notices().answer(sent.id, this->id(one), {{"done", "no"}}, this->hub())),
            "notice.answered_already");
  must(this->notices().answer(sent.id, this->id(two), {{"done", "no"}, {"litres", "2"}}, this->hub()));
  const auto progress = must(this->notices().progress(sent, "", this->hub()));
  ASSERT_EQ(progress.size(), 1u);
  EXPECT_EQ(progress[0].counts.answered, 2);
  EXPECT_EQ(progress[0].questions.at("done").counts.at("yes"), 1);
  EXPECT_DOUBLE_EQ(progress[0].questions.at("litres").sum, 3.5);
  const auto elsewhere = this->person("elsewhere", "street-staff", "980102");
  EXPECT_EQ(this->why(this->notices().find(sent.id, this->asker(elsewhere))), "done")
      << "the order concerns the whole city";
  EXPECT_TRUE(must(this->notices().receipts(sent, this->asker(elsewhere))).empty());
}

TYPED_TEST(NoticeTest, NothingIsAnsweredBehindItsEnd) {
  const auto one = this->person("one", "grid-worker", "980101001001");
  const auto sent = must(this->notices().send(this->order("消毒", "9801"), this->hub()));
  jingwei::testing::FailingStore between(*this->store_);
  const auto slow = this->over(between);
  between.between([&] { must(this->notices().end(sent.id, this->hub())); });
  EXPECT_EQ(this->why(slow->notices().answer(sent.id, this->id(one), {{"done", "yes"}}, this->hub())),
            "notice.ended_already");
  EXPECT_FALSE(must(this->notices().received(sent.id, this->id(one))).receipt.answered_at);
}

TYPED_TEST(NoticeTest, ThatItWasReadIsToldOnce) {
  const auto one = this->person("one", "grid-worker", "980101001001");
  const auto sent = must(this->notices().send(this->order("消毒", "9801"), this->hub()));
  jingwei::testing::FailingStore between(*this->store_);
  const auto slow = this->over(between);
  between.between([&] { must(this->notices().read(sent.id, this->id(one), one.actor())); });
  EXPECT_TRUE(must(slow->notices().read(sent.id, this->id(one), one.actor())).receipt.read_at);
  EXPECT_EQ(this->times_told("\"read\""), 1);
}

class Everybody final : public Directory {
 public:
  explicit Everybody(std::int64_t people, RegionId region) : people_(people), region_(region) {}
  Result<std::vector<Recipient>> find(storage::Reader&, const Audience&, const region::Scope&, bool,
                                      Instant) const override {
    std::vector<Recipient> all;
    for (std::int64_t at = 1; at <= people_; ++at) all.push_back({AccountId(at), region_, "resident"});
    return all;
  }
  Result<Contact> contact(AccountId) const override { return Contact{}; }

 private:
  const std::int64_t people_;
  const RegionId region_;
};

TYPED_TEST(NoticeTest, AWholeCityIsWrittenToOnEveryChannel) {
  constexpr std::int64_t people = 25'100;  // with three rows each, too many for one write at a time
  const Everybody directory(people, this->region("980101001001"));
  const NoticeParts parts{
      *this->store_, this->regions_, directory, *this->sealer_, this->clock_, this->zone_, [this] {
        return this->region("9801");
      }};
  Notices city(parts, this->notices_->loads());
  NewNotice wanted;
  wanted.title = "台风";
  wanted.channels = {Channel::page, Channel::text, Channel::voice, Channel::webhook};
  const auto sent = must(city.send(wanted, this->hub()));
  std::map<std::string, std::int64_t> waiting;
  for (const auto& count : must(city.deliveries(sent.id))) waiting[count.channel] = count.count;
  EXPECT_EQ(waiting,
            (std::map<std::string, std::int64_t>{{"text", people}, {"voice", people}, {"webhook", people}}));
}

TYPED_TEST(NoticeTest, ReminderRowsReachOnlyThoseWhoAreOpenAndEndWithTheLast) {
  const auto one = this->person("one", "grid-worker", "980101001001");
  const auto two = this->person("two", "grid-worker", "980101001001");
  NewNotice wanted;
  wanted.title = "口罩";
  wanted.audience.roles = {"grid-worker"};
  wanted.remind_hours = 5;
  const auto sent = must(this->notices().send(wanted, this->hub()));
  must(this->notices().read(sent.id, this->id(one), one.actor()));
  this->run_timers();
  EXPECT_EQ(must(this->notices().received(sent.id, this->id(two))).receipt.reminders, 0);
  this->clock_.advance(std::chrono::hours(5));
  this->run_timers();
  EXPECT_EQ(must(this->notices().received(sent.id, this->id(one))).receipt.reminders, 0);
  EXPECT_EQ(must(this->notices().received(sent.id, this->id(two))).receipt.reminders, 1);
  must(this->notices().read(sent.id, this->id(two), two.actor()));
  this->clock_.advance(std::chrono::hours(50));
  this->run_timers();
  EXPECT_EQ(must(this->notices().find(sent.id, this->hub())).reminders, 1);
}

TYPED_TEST(NoticeTest, ACommunityIsNeverAskedForMoreThanItsCapHoweverManyAskAtOnce) {
  this->person("one", "grid-worker", "980101001001");
  must(this->notices_->loads().put_cap(NoticeKind::order, 3, "local"));
  std::atomic<int> taken = 0, refused = 0;
  std::vector<std::thread> senders;
  for (int at = 0; at < 8; ++at) {
    senders.emplace_back([&, at] {
      const auto sent = this->notices().send(this->order("任务 " + std::to_string(at), "9801"), this->hub());
      if (sent) ++taken;
      if (!sent && (sent.error().message == "notice.orders_full" || sent.error().code == ErrorCode::conflict))
        ++refused;
    });
  }
  for (auto& sender : senders) sender.join();
  EXPECT_LE(taken.load(), 3);
  EXPECT_EQ(taken + refused, 8);
  while (taken < 3) {
    must(this->notices().send(this->order("补 " + std::to_string(taken), "9801"), this->hub()));
    ++taken;
  }
  const auto full = this->notices().send(this->order("再来", "9801"), this->hub());
  EXPECT_EQ(this->why(full), "notice.orders_full");
  EXPECT_EQ(full.error().causes.size(), 1u);
  const auto loads = must(this->notices_->loads().of_month(month_of(this->clock_.now(), this->zone_)));
  ASSERT_EQ(loads.size(), 1u);
  EXPECT_EQ(loads[0].orders, 3);
  // A form is counted by itself, and the next month begins anew.
  NewNotice form = this->order("表格", "9801");
  form.kind = NoticeKind::form;
  EXPECT_EQ(this->why(this->notices().send(form, this->hub())), "done");
  this->clock_.advance(std::chrono::hours(24 * 31));
  EXPECT_EQ(this->why(this->notices().send(this->order("下月", "9801"), this->hub())), "done");
}

TYPED_TEST(NoticeTest, MessagesAreHandedToTheirGatewaysAndWhoHasNoPhoneIsToldOf) {
  identity::NewAccount wanted;
  wanted.kind = identity::AccountKind::resident;
  wanted.name = "李四";
  wanted.phone = "15400000001";
  wanted.with_password = false;
  const auto resident = must(this->service_->accounts().create(wanted, {"setup"})).account;
  this->person("one", "grid-worker", "980101001001");
  NewNotice notice;
  notice.title = "停水";
  notice.body = "今晚八点";
  notice.channels = {Channel::text, Channel::voice, Channel::webhook};
  const auto sent = must(this->notices().send(notice, this->hub()));
  EXPECT_EQ(sent.recipients, 2);
  this->run_timers();
  std::map<std::string, std::int64_t> counts;
  for (const auto& one : must(this->notices().deliveries(sent.id)))
    counts[one.channel + " " + one.state] = one.count;
  EXPECT_EQ(counts["text handed"], 1);
  EXPECT_EQ(counts["text unreachable"], 1);
  EXPECT_EQ(counts["voice handed"], 1);
  EXPECT_EQ(counts["webhook handed"], 2);
  std::ifstream calls(this->folder_.path() + "/calls.jsonl");
  std::string line;
  std::getline(calls, line);
  EXPECT_EQ(line, R"({"to":"15400000001","words":"停水：今晚八点"})");
  EXPECT_EQ(resident.phone, "15400000001");
}

TYPED_TEST(NoticeTest, AProgramIsToldByHttpSignedAndUnderOneIdHoweverOftenItFails) {
  std::vector<std::string> requests;
  int status = 500;
  jingwei::testing::Department program([&](const std::string& request) {
    requests.push_back(request);
    return jingwei::testing::Department::json("{}", status);
  });
  this->person("one", "grid-worker", "980101001001");
  auto& webhooks = this->notices_->webhooks();
  const std::string url = "http://127.0.0.1:" + std::to_string(program.port()) + "/in?from=hub";
  const std::string secret = must(webhooks.put(url, false, "local"));
  NewNotice notice;
  notice.title = "停水";
  notice.channels = {Channel::webhook};
  const auto sent = must(this->notices().send(notice, this->hub()));
  this->run_timers();
  EXPECT_EQ(this->delivered(sent.id)["webhook waiting"], 1);
  EXPECT_EQ(must(webhooks.find())->error, "500");
  // Not again before a minute has passed, then before two more have.
  this->run_timers();
  EXPECT_EQ(requests.size(), 1u);
  this->clock_.advance(std::chrono::minutes{1});
  this->run_timers();
  EXPECT_EQ(requests.size(), 2u);
  status = 204;
  this->clock_.advance(std::chrono::minutes{1});
  this->run_timers();
  EXPECT_EQ(requests.size(), 2u);
  this->clock_.advance(std::chrono::minutes{1});
  this->run_timers();
  EXPECT_EQ(this->delivered(sent.id)["webhook handed"], 1);
  ASSERT_EQ(requests.size(), 3u);
  const std::string id = this->header(requests[0], "webhook-id");
  EXPECT_TRUE(id.starts_with("notice-" + sent.id.to_string() + "-"));
  for (const auto& request : requests) {
    EXPECT_EQ(this->header(request, "webhook-id"), id);
    EXPECT_TRUE(request.starts_with("POST /in?from=hub HTTP/1.1\r\n"));
    const std::string body = request.substr(request.find("\r\n\r\n") + 4);
    EXPECT_NE(body.find(R"("title":"停水")"), std::string::npos);
    const Instant at{std::chrono::seconds{std::stoll(this->header(request, "webhook-timestamp"))}};
    EXPECT_EQ(this->header(request, "webhook-signature"), sign(secret, id, at, body).signature);
  }
  EXPECT_NE(this->header(requests[0], "webhook-timestamp"), this->header(requests[2], "webhook-timestamp"));
  // A reminder is another message.
  must(this->notices().remind(sent.id, this->hub()));
  this->run_timers();
  ASSERT_EQ(requests.size(), 4u);
  EXPECT_NE(this->header(requests[3], "webhook-id"), id);
  const auto now = must(webhooks.find());
  EXPECT_EQ(now->handed, 2);
  EXPECT_EQ(now->failures, 0);
  EXPECT_EQ(must(webhooks.put(url, true, "local")), "");
}

// The example of the Standard Webhooks specification.
TEST(Webhook, IsSignedAsTheSpecificationsExample) {
  const Instant at{std::chrono::seconds{1614265330}};
  const auto made = sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", at,
                         R"({"test": 2432232314})");
  EXPECT_EQ(made.signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TYPED_TEST(NoticeTest, AProgramOnAPrivateMachineIsReachedOnlyWhereTheOperatorNamesIt) {
  jingwei::testing::Department program(
      [](const std::string&) { return jingwei::testing::Department::json("{}"); });
  this->allowed_ = {};
  this->TearDown();
  this->SetUp();
  this->allowed_ = {{}, {"127.0.0.1"}, {}};
  this->person("one", "grid-worker", "980101001001");
  NewNotice notice;
  notice.title = "停水";
  notice.channels = {Channel::webhook};
  auto& webhooks = this->notices_->webhooks();
  for (const char* const scheme : {"http", "https"}) {
    must(
        webhooks.put(std::string(scheme) + "://127.0.0.1:" + std::to_string(program.port()), false, "local"));
    const auto sent = must(this->notices().send(notice, this->hub()));
    this->run_timers();
    EXPECT_EQ(this->delivered(sent.id)["webhook waiting"], 1);
    EXPECT_EQ(must(webhooks.find())->error, "not_allowed");
  }
  EXPECT_EQ(program.asked(), 0);
  EXPECT_EQ(this->why(webhooks.put("ftp://x", false, "local")), "notice.bad_webhook");
}

TYPED_TEST(NoticeTest, AProgramThatIsAwayHoldsNoTextMessageBackAndIsGivenUpAfterHalfADay) {
  identity::NewAccount wanted;
  wanted.kind = identity::AccountKind::resident;
  wanted.name = "李四";
  wanted.phone = "15400000001";
  wanted.with_password = false;
  must(this->service_->accounts().create(wanted, {"setup"}));
  must(this->notices_->webhooks().put("http://127.0.0.1:1/", false, "local"));
  NewNotice notice;
  notice.title = "停水";
  notice.channels = {Channel::text, Channel::webhook};
  const auto sent = must(this->notices().send(notice, this->hub()));
  this->run_timers();
  EXPECT_EQ(this->delivered(sent.id)["text handed"], 1);
  EXPECT_EQ(this->delivered(sent.id)["webhook waiting"], 1);
  for (int hours = 0; hours < 12; ++hours) {
    this->clock_.advance(std::chrono::hours{1});
    this->run_timers();
  }
  EXPECT_EQ(this->delivered(sent.id)["webhook failed"], 1);
}

TYPED_TEST(NoticeTest, PeopleWithoutAnAccountAreToldByPhoneOrAtTheDoorAndForgottenAtTheEnd) {
  this->person("one", "grid-worker", "980101001001");
  const auto street = this->person("office", "street-staff", "980101001");
  NewNotice wanted;
  wanted.title = "体检";
  wanted.channels = {Channel::text, Channel::print};
  wanted.audience.regions = {"980101001001"};
  wanted.audience.subjects = {{"elderly", "elderly-care", 65, std::nullopt, "", "", ""}};
  const auto preview =
      must(this->notices().preview(NoticeKind::notice, wanted.audience, this->asker(street)));
  EXPECT_EQ(preview.people, 3);
  EXPECT_EQ(preview.subjects, 3);
  EXPECT_EQ(preview.without_phone, 1);
  EXPECT_EQ(this->asked_.back(), "elderly/elderly-care/980101001001");
  // With a role, those who hold it are addressed as well.
  auto both = wanted.audience;
  both.roles = {"grid-worker"};
  EXPECT_EQ(must(this->notices().preview(NoticeKind::notice, both, this->asker(street))).people, 4);

  const auto sent = must(this->notices().send(wanted, this->asker(street)));
  EXPECT_EQ(sent.recipients, 3);
  this->run_timers();
  EXPECT_EQ(this->delivered(sent.id)["text handed"], 2);
  EXPECT_EQ(this->delivered(sent.id)["text unreachable"], 1);
  const auto receipts = must(this->notices().receipts(sent, this->asker(street)));
  ASSERT_EQ(receipts.size(), 3u);
  const auto& parts = this->notices_->notice_parts();
  const auto first = must(contact_of(parts, sent.id, receipts[0].account));
  EXPECT_EQ(first.name, "王老五");
  EXPECT_TRUE(first.person);
  EXPECT_EQ(building_of(first.address), "香洲路1号2栋");
  EXPECT_EQ(named(receipts[0], first).pseudonym, "person:wang") << "kept with the notice, for the log";
  EXPECT_EQ(must(contact_of(parts, sent.id, receipts[1].account)).pseudonym, "");
  // Whoever goes there takes a sheet for each building.
  std::vector<NamedReceipt> people;
  for (const auto& receipt : receipts)
    people.push_back(named(receipt, contact_of(parts, sent.id, receipt.account)));
  const auto tree = this->regions_.tree();
  const std::string page = printed_list(sent, people, {*tree, Language::zh});
  EXPECT_EQ(page.find("<section>") == page.rfind("<section>"), false);
  EXPECT_NE(page.find("和平村委会 · 香洲路1号2栋，共 2 人"), std::string::npos) << page;
  EXPECT_NE(page.find("和平村委会 · 香洲路1号3栋，共 1 人"), std::string::npos) << page;

  // Told at the door: no reminder goes there any more.
  must(this->notices().told(sent.id, receipts[0].account, this->asker(street)));
  EXPECT_EQ(must(this->notices().remind(sent.id, this->asker(street))), 2);
  this->run_timers();
  EXPECT_EQ(this->why(this->notices().told(sent.id, AccountId(999'999'999), this->asker(street))),
            "notice.not_found");

  must(this->notices().end(sent.id, this->asker(street)));
  EXPECT_EQ(this->why(contact_of(parts, sent.id, receipts[0].account)), "notice.person_gone");
  auto order = this->order("体检", "980101001001");
  order.audience = wanted.audience;
  EXPECT_EQ(this->why(this->notices().send(order, this->asker(street))), "notice.subjects_only_told");
  wanted.audience.subjects[0].purpose = "curiosity";
  EXPECT_EQ(this->why(this->notices().send(wanted, this->asker(street))), "notice.names_closed");
}

TYPED_TEST(NoticeTest, ARumourIsPublishedBySomebodyElse) {
  Rumour wanted;
  wanted.claim = "喝白酒可以预防";
  wanted.verdict = Verdict::is_false;
  wanted.explanation = "没有这样的作用";
  wanted.sources = {{"疾控中心", "https://example.org/a?b=1"}};
  auto& rumours = this->notices_->rumours();
  const auto drafted = must(rumours.add(wanted, {nullptr, "account:1", {}}));
  EXPECT_EQ(this->why(rumours.step(drafted.id, RumourStep::publish, {nullptr, "account:1", {}})),
            "notice.same_person");
  EXPECT_EQ(this->why(rumours.step(drafted.id, RumourStep::withdraw, {nullptr, "account:2", {}})),
            "notice.rumour_step");
  EXPECT_EQ(must(rumours.step(drafted.id, RumourStep::publish, {nullptr, "account:2", {}})).state,
            RumourState::published);
  wanted.sources.clear();
  EXPECT_EQ(this->why(rumours.add(wanted, this->hub())), "notice.sources_missing");
}

// Element names of a CAP alert in the order its schema asks for (OASIS CAP-v1.2, section 3.4).
TYPED_TEST(NoticeTest, AnAlertIsCapInItsOrderAndItsCancellationNamesIt) {
  Alert wanted;
  wanted.event = "疫情";
  wanted.urgency = "Immediate";
  wanted.severity = "Severe";
  wanted.certainty = "Observed";
  wanted.headline = "小区 <封闭> & 管理";
  wanted.description = "请留在家中";
  wanted.instruction = "等候通知";
  wanted.areas = {"980101"};
  wanted.expires_at = this->clock_.now() + std::chrono::hours(24);
  auto& alerts = this->notices_->alerts();
  const auto first = must(alerts.issue(wanted, this->hub()));
  wanted.kind = "Cancel";
  // Who answers for a part of its areas alone neither ends nor changes it.
  const auto street = this->person("office", "street-staff", "980101001");
  Alert part = wanted;
  part.areas = {"980101001"};
  EXPECT_EQ(this->why(alerts.replace(first.id, part, this->asker(street))), "notice.not_your_region");
  const auto second = must(alerts.replace(first.id, wanted, this->hub()));
  EXPECT_EQ(this->why(alerts.replace(first.id, wanted, this->hub())), "notice.alert_replaced");
  const auto tree = this->regions_.tree();
  const CapPlace place{"jingwei.9801", "测试市", "https://hub.example", *tree};
  const auto before = must(alerts.find(first.id));
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(cap_xml(second, &before, place, this->zone_).c_str()));
  const auto names = [](const pugi::xml_node& node) {
    std::string all;
    for (const auto& child : node.children()) all += std::string(child.name()) + " ";
    return all;
  };
  const auto alert = document.child("alert");
  EXPECT_STREQ(alert.attribute("xmlns").value(), "urn:oasis:names:tc:emergency:cap:1.2");
  EXPECT_EQ(names(alert), "identifier sender sent status msgType scope references info ");
  EXPECT_EQ(names(alert.child("info")),
            "language category event urgency severity certainty effective expires senderName headline "
            "description instruction web area ");
  EXPECT_EQ(
      std::string(alert.child("references").text().get()).find("jingwei.9801," + first.identifier + ","), 0u);
  EXPECT_STREQ(alert.child("info").child("headline").text().get(), "小区 <封闭> & 管理");
  const std::string sent = alert.child("sent").text().get();
  EXPECT_EQ(sent.size(), 25u);
  EXPECT_EQ(sent.substr(19), "+08:00");
  EXPECT_STREQ(alert.child("info").child("area").child("geocode").child("value").text().get(), "980101");
  const auto all = must(alerts.list());
  EXPECT_EQ(all.size(), 2u);
  ASSERT_TRUE(document.load_string(cap_feed(all, place, this->clock_.now()).c_str()));
  EXPECT_EQ(std::distance(document.child("feed").children("entry").begin(),
                          document.child("feed").children("entry").end()),
            2);
  this->clock_.advance(std::chrono::hours(25));
  EXPECT_TRUE(must(alerts.list()).empty());
}

}  // namespace
}  // namespace jingwei::notice
