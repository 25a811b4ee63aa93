// Goal: a department that gives no copies is asked for a purpose, audited, answered honestly, and kept no
// longer than the purpose allows.
#include "modules/source/asking/question_service.h"

#include <thread>

#include "modules/source/asking/asking_testing.h"
#include "modules/source/kinds/settings.h"

namespace jingwei::source {
namespace {

using jingwei::testing::Department;
using testing::must;
using testing::says_yes;

template <typename Backend>
class Questions : public testing::AskingWorld<Backend> {};
TYPED_TEST_SUITE(Questions, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(Questions, AreAnsweredByTheDepartmentWithItsSecretAndItsTime) {
  const Answer answer = this->ask("12 34");
  EXPECT_EQ(answer.verdict.kind, AnswerKind::yes);
  EXPECT_EQ(answer.from, AnsweredFrom::source);
  EXPECT_EQ(answer.as_of, this->clock_.now());
  const std::string request = this->department_.last();
  EXPECT_TRUE(request.starts_with("GET /insured?id=12%2034 HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("Authorization: Bearer s3cret\r\n"), std::string::npos) << request;
  this->department_.answer_with(
      [](const std::string&) { return Department::json(R"({"data":{"insured":"0"}})"); });
  EXPECT_EQ(this->ask("5678").verdict.kind, AnswerKind::no);
  EXPECT_EQ(must(this->sources_->find(this->source_)).health, Health::well);
}

TYPED_TEST(Questions, LeaveAnAuditEntryWithoutWhatWasStatedOrAnswered) {
  this->ask("44058219800101");
  this->ask("44058219800101");
  this->ask("44058219800101", "elderly-care");
  EXPECT_FALSE(this->try_asking("44058219800101", "payments").ok());
  this->department_.answer_with([](const std::string&) { return std::string("nonsense"); });
  this->ask("98765432109876");
  const auto entries = this->audited();
  ASSERT_EQ(entries.size(), 5U);
  const std::string id = this->source_.to_string();
  const std::string pseudonym = entries[0].substr(0, entries[0].find(" {"));
  EXPECT_TRUE(pseudonym.starts_with("tester person:")) << pseudonym;
  EXPECT_EQ(
      entries[0],
      pseudonym + R"( {"source":")" + id +
          R"(","question":"insured","purpose":"epidemic-control","outcome":"answered","from":"source"})");
  EXPECT_EQ(
      entries[1],
      pseudonym + R"( {"source":")" + id +
          R"(","question":"insured","purpose":"epidemic-control","outcome":"answered","from":"cache"})");
  EXPECT_NE(entries[2].find(R"("elderly-care","outcome":"answered","from":"source")"), std::string::npos);
  EXPECT_EQ(entries[3], pseudonym + R"( {"source":")" + id +
                            R"(","question":"insured","purpose":"payments","outcome":"denied"})");
  EXPECT_FALSE(entries[4].starts_with(pseudonym)) << "another person, another pseudonym";
  EXPECT_NE(entries[4].find(R"("outcome":"unknown","reason":"malformed"})"), std::string::npos) << entries[4];
  for (const auto& entry : entries) {
    EXPECT_EQ(entry.find("4405821"), std::string::npos);
    EXPECT_EQ(entry.find("9876543"), std::string::npos);
  }
}

TYPED_TEST(Questions, AreDeniedWithoutAPurposeThatMayAskNow) {
  EXPECT_EQ(this->try_asking("1", "payments").error().message, "source.purpose_denied")
      << "not of this question";
  EXPECT_EQ(this->try_asking("1", "curiosity").error().message, "source.purpose_denied")
      << "not of the terms";
  EXPECT_EQ(this->try_asking("1", "").error().code, ErrorCode::denied);
  EXPECT_TRUE(this->try_asking("1").ok());
  // Its last day is 2020-03-11 in the hub's zone, which ends at 16:00 UTC.
  this->clock_.jump_to(*parse_rfc3339("2020-03-11T15:59:59Z"));
  EXPECT_TRUE(this->try_asking("1").ok());
  this->clock_.jump_to(*parse_rfc3339("2020-03-11T16:00:00Z"));
  EXPECT_EQ(this->try_asking("1").error().message, "source.purpose_ended");
  EXPECT_TRUE(this->try_asking("1", "elderly-care").ok());
  const int asked = this->department_.asked();
  EXPECT_FALSE(this->try_asking("2").ok());
  EXPECT_EQ(this->department_.asked(), asked) << "nothing left the hub";
}

TYPED_TEST(Questions, AreNotAskedUnderTermsThatStandNoLonger) {
  this->ask();
  EXPECT_EQ(this->kept_answers(), 1U);
  must(this->sources_->pause(this->source_, "tester"));
  EXPECT_EQ(this->try_asking().error().message, "source.paused");
  must(this->sources_->resume(this->source_, "tester"));
  EXPECT_EQ(this->ask().from, AnsweredFrom::cache);
  this->clock_.jump_to(*parse_rfc3339("2020-12-31T16:00:00Z"));
  EXPECT_EQ(this->try_asking("1234", "elderly-care").error().message, "source.terms_lapsed");
  EXPECT_EQ(must(this->sources_->find(this->source_)).health, Health::stopped);
  this->clock_.jump_to(*parse_rfc3339("2020-03-10T08:00:00Z"));
  must(this->sources_->revoke(this->source_, "over", "tester"));
  EXPECT_EQ(this->try_asking().error().message, "source.terms_revoked");
  EXPECT_EQ(this->kept_answers(), 0U);
  EXPECT_EQ(this->department_.asked(), 1);
}

TYPED_TEST(Questions, KeepAnAnswerForOnePurposeAndOneSubjectUntilItLapses) {
  const Answer first = this->ask();
  this->department_.answer_with(
      [](const std::string&) { return Department::json(R"({"data":{"insured":0}})"); });
  this->clock_.advance(std::chrono::seconds{3'599});
  const Answer second = this->ask();
  EXPECT_EQ(second.from, AnsweredFrom::cache);
  EXPECT_EQ(second.verdict.kind, AnswerKind::yes);
  EXPECT_EQ(second.as_of, first.as_of) << "when the department said so, not when it was read";
  EXPECT_EQ(this->ask("1234", "elderly-care").verdict.kind, AnswerKind::no)
      << "another purpose asks for itself";
  EXPECT_EQ(this->ask("1235").verdict.kind, AnswerKind::no);
  this->clock_.advance(std::chrono::seconds{1});
  const Answer third = this->ask();
  EXPECT_EQ(third.from, AnsweredFrom::source);
  EXPECT_EQ(third.verdict.kind, AnswerKind::no);
  EXPECT_EQ(this->ask("1234", "audits").from, AnsweredFrom::source);
  EXPECT_EQ(this->ask("1234", "audits").from, AnsweredFrom::source) << "zero seconds keep nothing";
}

TYPED_TEST(Questions, KeptAnswersAreSealedAndErasedWhenTheyLapse) {
  this->ask("44058219800101");
  this->ask("44058219800101", "elderly-care");
  this->ask("44058219800101", "audits");
  EXPECT_EQ(this->kept_answers(), 2U);
  static const storage::Statement rows{"rows", "SELECT inputs, answer FROM source_answer",
                                       "SELECT inputs, answer FROM source_answer"};
  std::set<std::string> hashes;
  {
    auto reader = must(this->node_.store->read());
    must(reader->query(rows, {}, [&](const storage::Row& row) {
      hashes.insert(std::string(row.blob(0)));
      EXPECT_EQ(row.blob(1).find("yes"), std::string::npos);
      EXPECT_EQ(row.blob(0).find("44058219800101"), std::string::npos);
      return true;
    }));
  }
  EXPECT_EQ(hashes.size(), 2U) << "two purposes cannot be laid side by side";
  this->look(std::chrono::seconds{61});
  EXPECT_EQ(this->kept_answers(), 1U);
  this->look(std::chrono::seconds{3'600});
  EXPECT_EQ(this->kept_answers(), 0U);
}

TYPED_TEST(Questions, AnAnswerIsKeptNoLongerThanItsPurposeLasts) {
  this->clock_.jump_to(*parse_rfc3339("2020-03-11T15:59:00Z"));
  this->ask();
  this->look(std::chrono::seconds{30});
  EXPECT_EQ(this->kept_answers(), 1U);
  this->look(std::chrono::seconds{30});
  EXPECT_EQ(this->kept_answers(), 0U);
}

TYPED_TEST(Questions, UnknownAnswersAreNotKept) {
  this->department_.answer_with([](const std::string&) { return Department::json("{}"); });
  EXPECT_EQ(this->ask().verdict.reason, Reason::malformed);
  EXPECT_EQ(this->kept_answers(), 0U);
  this->department_.answer_with(says_yes);
  EXPECT_EQ(this->ask().verdict.kind, AnswerKind::yes);
}

TYPED_TEST(Questions, OtherQuestionsUnderOtherSettingsForgetWhatWasKept) {
  this->ask();
  auto changed = this->registration();
  changed.secrets.clear();
  changed.title = "renamed";
  must(this->sources_->edit(this->source_, changed, "tester"));
  EXPECT_EQ(this->kept_answers(), 0U);
  this->ask();
  EXPECT_NE(this->department_.last().find("s3cret"), std::string::npos) << "secrets not given stay";
  must(this->sources_->remove(this->source_, "tester"));
  EXPECT_EQ(this->kept_answers(), 0U);
  EXPECT_EQ(this->try_asking().error().code, ErrorCode::not_found);
}

TYPED_TEST(Questions, AnAnswerThatComesAfterARevocationIsToldToNobody) {
  this->department_.hold();
  Result<Answer> answer = Error(ErrorCode::internal, "");
  std::thread asker([&] { answer = this->try_asking(); });
  ASSERT_TRUE(this->department_.wait_for(1));
  must(this->sources_->revoke(this->source_, "over", "tester"));
  this->department_.release();
  asker.join();
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().message, "source.changed_meanwhile");
  EXPECT_EQ(this->kept_answers(), 0U);
  EXPECT_NE(this->audited().back().find(R"("outcome":"dropped")"), std::string::npos);
}

TYPED_TEST(Questions, EqualOnesAskedAtOnceGoOutOnceAndEachIsAudited) {
  this->department_.hold();
  std::vector<std::thread> askers;
  std::vector<Answer> answers(4);
  for (auto& answer : answers) askers.emplace_back([&] { answer = this->ask(); });
  ASSERT_TRUE(this->department_.wait_for(1));
  while (this->sources_->questions().under_way() < answers.size()) std::this_thread::yield();
  this->department_.release();
  for (auto& asker : askers) asker.join();
  EXPECT_EQ(this->department_.asked(), 1);
  for (const auto& answer : answers) EXPECT_EQ(answer.verdict.kind, AnswerKind::yes);
  EXPECT_EQ(this->audited().size(), answers.size());
  EXPECT_EQ(this->kept_answers(), 1U);
}

TYPED_TEST(Questions, OfDifferentPurposesNeverShareAnAnswer) {
  this->department_.hold();
  std::thread one([&] { this->ask("1234", "epidemic-control"); });
  std::thread other([&] { this->ask("1234", "elderly-care"); });
  EXPECT_TRUE(this->department_.wait_for(2));
  this->department_.release();
  one.join();
  other.join();
  EXPECT_EQ(this->department_.asked(), 2);
}

TYPED_TEST(Questions, AreAskedSoManyAtOnceAndNoMore) {
  auto changed = this->registration();
  changed.settings["at_once"] = "2";
  must(this->sources_->edit(this->source_, changed, "tester"));
  this->department_.hold();
  std::thread one([&] { this->ask("1"); });
  std::thread other([&] { this->ask("2"); });
  EXPECT_TRUE(this->department_.wait_for(2));
  EXPECT_EQ(this->ask("3").verdict, Verdict::unknown(Reason::busy));
  this->department_.release();
  one.join();
  other.join();
  EXPECT_EQ(this->ask("3").verdict.kind, AnswerKind::yes);
}

TYPED_TEST(Questions, OneProcessWaitsForSoManyInAllAndNoMore) {
  this->department_.hold();
  std::vector<std::thread> askers;
  for (std::size_t at = 0; at < limits::questions_under_way; ++at)
    askers.emplace_back([&] { this->ask("1"); });
  while (this->sources_->questions().under_way() < limits::questions_under_way) std::this_thread::yield();
  EXPECT_EQ(this->ask("2").verdict, Verdict::unknown(Reason::busy));
  this->department_.release();
  for (auto& asker : askers) asker.join();
}

TYPED_TEST(Questions, AreAskedSoOftenAMinute) {
  auto changed = this->registration();
  changed.settings["questions"] += "  per_minute: 2\n";
  must(this->sources_->edit(this->source_, changed, "tester"));
  this->ask("1");
  this->ask("2");
  EXPECT_EQ(this->try_asking("3").error().code, ErrorCode::rate_limited);
  EXPECT_EQ(this->ask("1").from, AnsweredFrom::cache) << "kept answers cost the department nothing";
  this->clock_.advance(std::chrono::seconds{30});
  EXPECT_TRUE(this->try_asking("3").ok());
  EXPECT_FALSE(this->try_asking("4").ok());
}

TYPED_TEST(Questions, ADepartmentInTroubleIsLeftAloneAndTriedAgainByItself) {
  this->department_.answer_with([](const std::string&) { return Department::json("{}", 503); });
  for (int at = 0; at < limits::question_failures_to_open; ++at)
    EXPECT_EQ(this->ask().verdict.reason, Reason::failing);
  EXPECT_EQ(this->ask().verdict.reason, Reason::breaker_open);
  EXPECT_EQ(this->department_.asked(), limits::question_failures_to_open) << "the last one did not go out";
  const auto view = must(this->sources_->questions().view(this->source_));
  EXPECT_EQ(view.breaker, BreakerState::open);
  EXPECT_EQ(view.probe_at, this->clock_.now() + limits::question_rest);
  EXPECT_EQ(must(this->sources_->find(this->source_)).health, Health::failing);
  this->clock_.advance(limits::question_rest);
  EXPECT_EQ(this->ask().verdict.reason, Reason::failing) << "the probe";
  EXPECT_EQ(this->ask().verdict.reason, Reason::breaker_open);
  this->clock_.advance(limits::question_rest * 2);
  this->department_.answer_with(says_yes);
  EXPECT_EQ(this->ask().verdict.kind, AnswerKind::yes);
  EXPECT_EQ(must(this->sources_->questions().view(this->source_)).breaker, BreakerState::closed);
  EXPECT_EQ(must(this->sources_->find(this->source_)).health, Health::well);
}

TYPED_TEST(Questions, HowTheyFareIsCounted) {
  this->ask();
  this->ask();
  this->department_.answer_with([](const std::string&) { return Department::json("{}", 404); });
  this->ask("9");
  const auto view = must(this->sources_->questions().view(this->source_));
  ASSERT_EQ(view.questions.size(), 1U);
  const QuestionCounts& counts = view.questions.front().counts;
  EXPECT_EQ(counts.answered, 1);
  EXPECT_EQ(counts.kept, 1);
  EXPECT_EQ(counts.unknown, 1);
  EXPECT_EQ(counts.last_reason, Reason::rejected);
  EXPECT_EQ(counts.last_answered_at, this->clock_.now());
  EXPECT_EQ(view.purposes.size(), 4U);
}

TYPED_TEST(Questions, AreDeclaredWithinTheTermsAndTheHostsAllowed) {
  auto bad = this->registration();
  bad.terms.purposes.pop_back();
  bad.terms.purposes.pop_back();
  EXPECT_EQ(this->sources_->add(bad, "tester").error().message, "source.purpose_not_in_terms");
  bad = this->registration();
  bad.secrets.clear();
  EXPECT_EQ(this->sources_->add(bad, "tester").error().field, "/settings/token");
  bad = this->registration();
  bad.secrets["token"] = "a\r\nX: y";
  EXPECT_FALSE(this->sources_->add(bad, "tester").ok());
  bad = this->registration();
  bad.settings["address"] = "https://169.254.169.254";
  EXPECT_EQ(this->sources_->add(bad, "tester").error().message, "source.host_not_allowed");
  bad = this->registration();
  bad.settings["questions"] = "[]";
  EXPECT_EQ(this->sources_->add(bad, "tester").error().field, "/settings/questions");
  bad = this->registration();
  bad.terms.purposes.front().legal_basis.clear();
  EXPECT_EQ(this->sources_->add(bad, "tester").error().message, "source.purpose_without_basis");
  bad = this->registration();
  bad.schedule = "every 15m";
  EXPECT_EQ(this->sources_->add(bad, "tester").error().message, "source.schedule_for_pulls");
  EXPECT_EQ(this->sources_->run_now(this->source_, "tester").error().message, "source.only_answers");
  EXPECT_TRUE(this->sources_->try_out(this->source_).ok());
  EXPECT_EQ(this->department_.asked(), 0) << "trying asks nothing";
}

TYPED_TEST(Questions, WithoutEncryptionOnlyThisMachineIsAskedUnlessTheOperatorSaysOtherwise) {
  Allowed allowed{{}, {"legacy.example", "http://old.example:8080", "localhost"}, {}};
  Settings settings{{"address", "http://legacy.example"}, {"questions", this->questions()}};
  Settings secrets{{"token", "t"}};
  EXPECT_EQ(check_settings(Kind::question, settings, secrets, allowed).error().message,
            "source.plain_not_allowed");
  settings["address"] = "https://legacy.example";
  EXPECT_TRUE(check_settings(Kind::question, settings, secrets, allowed).ok());
  settings["address"] = "http://old.example:8080/api";
  EXPECT_TRUE(check_settings(Kind::question, settings, secrets, allowed).ok());
  settings["address"] = "http://old.example:8081";
  EXPECT_FALSE(check_settings(Kind::question, settings, secrets, allowed).ok());
  settings["address"] = "http://localhost:9";
  EXPECT_TRUE(check_settings(Kind::question, settings, secrets, allowed).ok());
}

TYPED_TEST(Questions, OfAnotherKindOfSourceThereAreNone) {
  const auto folder = this->add_folder().source.id;
  EXPECT_EQ(this->sources_->questions().view(folder).error().message, "source.answers_no_questions");
  EXPECT_EQ(this->sources_->questions().ask({folder, "insured", "audits", {}, "tester"}).error().code,
            ErrorCode::invalid);
}

}  // namespace
}  // namespace jingwei::source
