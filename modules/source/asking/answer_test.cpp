// Goal: an answer is what the department plainly said; everything else is unknown, with why.
#include "modules/source/asking/answer.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace jingwei::source {
namespace {

Question yes_no(std::vector<std::string> yes = {"true"}, std::vector<std::string> no = {"false"}) {
  Question question;
  question.pointer = "/data/found";
  question.yes = std::move(yes);
  question.no = std::move(no);
  return question;
}

Question value(AnswerType type) {
  Question question;
  question.answer = type;
  question.pointer = "/v";
  return question;
}

Verdict said(std::string text) {
  return {AnswerKind::value, std::move(text), Reason::none};
}

TEST(Answer, YesAndNoAreTheDeclaredWordsAndNothingElse) {
  const Question question = yes_no({"1", "true", "有"}, {"0", "无"});
  EXPECT_EQ(read_answer(question, R"({"data":{"found":1}})").kind, AnswerKind::yes);
  EXPECT_EQ(read_answer(question, R"({"data":{"found":true}})").kind, AnswerKind::yes);
  EXPECT_EQ(read_answer(question, R"({"data":{"found":"有"}})").kind, AnswerKind::yes);
  EXPECT_EQ(read_answer(question, R"({"data":{"found":"0"}})").kind, AnswerKind::no);
  EXPECT_EQ(read_answer(question, R"({"data":{"found":"无"}})").kind, AnswerKind::no);
  for (const char* body :
       {R"({"data":{"found":false}})", R"({"data":{"found":"yes"}})", R"({"data":{"found":""}})",
        R"({"data":{"found":2}})", R"({"data":{"found":1.0}})", R"({"data":{"found":[1]}})", R"({"data":{}})",
        R"({"found":1})", R"([])", "1", "", "{", R"({"data":{"found":1}} x)", "<html></html>", "\xff\xfe"}) {
    EXPECT_EQ(read_answer(question, body), Verdict::unknown(Reason::malformed)) << body;
  }
  EXPECT_EQ(read_answer(question, R"({"data":{"found":null}})"), Verdict::unknown(Reason::not_told));
}

TEST(Answer, ANameThatStandsTwiceCouldMeanEither) {
  EXPECT_EQ(read_answer(yes_no(), R"({"data":{"found":true,"found":false}})"),
            Verdict::unknown(Reason::malformed));
  EXPECT_EQ(read_answer(yes_no(), R"({"data":{"found":false},"data":{"found":true}})"),
            Verdict::unknown(Reason::malformed));
}

TEST(Answer, ValuesAreOfTheirType) {
  EXPECT_EQ(read_answer(value(AnswerType::integer), R"({"v":12})"), said("12"));
  EXPECT_EQ(read_answer(value(AnswerType::integer), R"({"v":"012"})"), said("12"));
  EXPECT_EQ(read_answer(value(AnswerType::integer), R"({"v":1.5})"), Verdict::unknown(Reason::malformed));
  EXPECT_EQ(read_answer(value(AnswerType::integer), R"({"v":"12 "})"), Verdict::unknown(Reason::malformed));
  EXPECT_EQ(read_answer(value(AnswerType::number), R"({"v":1.5})"), said("1.5"));
  EXPECT_EQ(read_answer(value(AnswerType::number), R"({"v":"36.6"})"), said("36.6"));
  EXPECT_EQ(read_answer(value(AnswerType::number), R"({"v":1e999})"), Verdict::unknown(Reason::malformed));
  EXPECT_EQ(read_answer(value(AnswerType::number), R"({"v":"nan"})"), Verdict::unknown(Reason::malformed));
  EXPECT_EQ(read_answer(value(AnswerType::date), R"({"v":"2020-01-21"})"), said("2020-01-21"));
  EXPECT_EQ(read_answer(value(AnswerType::date), R"({"v":"2020-02-30"})"),
            Verdict::unknown(Reason::malformed));
  EXPECT_EQ(read_answer(value(AnswerType::text), R"({"v":"在保"})"), said("在保"));
  EXPECT_EQ(read_answer(value(AnswerType::text), R"({"v":""})"), Verdict::unknown(Reason::malformed));
  EXPECT_EQ(read_answer(value(AnswerType::text), R"({"v":"a\u0000b"})"), Verdict::unknown(Reason::malformed));
  EXPECT_EQ(read_answer(value(AnswerType::text), R"({"v":7})"), Verdict::unknown(Reason::malformed));
  const std::string longest(limits::question_value_characters + 1, 'x');
  EXPECT_EQ(read_answer(value(AnswerType::text), R"({"v":")" + longest + "\"}"),
            Verdict::unknown(Reason::malformed));
}

TEST(Answer, SizeAndDepthHaveLimits) {
  const std::size_t depth = limits::question_answer_depth + 1;
  Question question = yes_no();
  question.pointer = "";
  EXPECT_EQ(read_answer(question, std::string(depth, '[') + std::string(depth, ']')),
            Verdict::unknown(Reason::malformed));
  EXPECT_EQ(read_answer(question, "true").kind, AnswerKind::yes);
  const std::string spaces(limits::question_answer_bytes, ' ');
  EXPECT_EQ(read_answer(question, "true" + spaces), Verdict::unknown(Reason::too_large));
}

TEST(Answer, OnlyStatus200IsAnAnswer) {
  const std::string_view body = R"({"data":{"found":true}})";
  EXPECT_EQ(read_reply(yes_no(), 200, body).kind, AnswerKind::yes);
  EXPECT_EQ(read_reply(yes_no(), 302, body), Verdict::unknown(Reason::redirected));
  EXPECT_EQ(read_reply(yes_no(), 404, body), Verdict::unknown(Reason::rejected));
  EXPECT_EQ(read_reply(yes_no(), 204, ""), Verdict::unknown(Reason::rejected));
  EXPECT_EQ(read_reply(yes_no(), 429, body), Verdict::unknown(Reason::failing));
  EXPECT_EQ(read_reply(yes_no(), 503, body), Verdict::unknown(Reason::failing));
}

TEST(Answer, WhatIsKeptComesBackAsItWas) {
  for (const Verdict& verdict : {said("a\nb"), Verdict{AnswerKind::yes, "", Reason::none}}) {
    const auto again = verdict_of_kept(kept_text(verdict));
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(*again, verdict);
  }
  EXPECT_FALSE(verdict_of_kept("unknown\n").ok());
  EXPECT_FALSE(verdict_of_kept("").ok());
}

}  // namespace
}  // namespace jingwei::source
