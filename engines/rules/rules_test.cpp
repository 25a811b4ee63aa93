// Goal: the jingwei dialect answers where CertLogic would stop, stays within its limits, and says where a
// rule is wrong.
#include <gtest/gtest.h>

#include <set>

#include "base/random.h"
#include "engines/rules/document.h"
#include "engines/rules/evaluator.h"
#include "engines/rules/explain.h"
#include "engines/rules/messages.gen.h"

namespace jingwei::rules {
namespace {

using std::chrono::hours;

Instant at(std::string_view text) {
  return *parse_rfc3339(text);
}

// Monday to Friday, 09:00 to 17:00 UTC.
class OfficeHours final : public WorkingTime {
 public:
  bool is_working(Day day) const override {
    const std::chrono::weekday weekday{day};
    return weekday != std::chrono::Saturday && weekday != std::chrono::Sunday;
  }
  std::chrono::microseconds day_length() const override { return hours(8); }
  Instant add(Instant from, std::chrono::microseconds working) const override {
    while (true) {
      const Day day = std::chrono::floor<std::chrono::days>(from);
      const Instant begin = Instant{day} + hours(9), end = Instant{day} + hours(17);
      if (is_working(day) && from < end) {
        from = std::max(from, begin);
        if (working <= end - from) return from + working;
        working -= end - from;
      }
      from = Instant{day + std::chrono::days(1)};
    }
  }
  std::chrono::microseconds between(Instant from, Instant to) const override {
    std::chrono::microseconds sum{};
    for (Day day = std::chrono::floor<std::chrono::days>(from); Instant{day} < to;
         day += std::chrono::days(1)) {
      const Instant begin = std::max(from, Instant{day} + hours(9)),
                    end = std::min(to, Instant{day} + hours(17));
      if (is_working(day) && end > begin) sum += end - begin;
    }
    return sum;
  }
};

// A code lies within every code that it begins with; codes of other letters are unknown.
class PrefixTree final : public RegionTree {
 public:
  std::optional<bool> within(std::string_view region, std::string_view ancestor) const override {
    if (!region.starts_with("44") || !ancestor.starts_with("44")) return std::nullopt;
    return region.starts_with(ancestor);
  }
};

class Jingwei : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { register_messages(); }
  void SetUp() override {
    with_.now = at("2020-02-10T10:00:00Z");  // a Monday
    with_.working_time = &office_;
    with_.regions = &tree_;
  }

  Result<Answer> answer(std::string_view rule, std::string_view data = "{}") {
    auto program = compile(rule, options_);
    if (!program) return program.error();
    auto document = Document::parse(data);
    EXPECT_TRUE(document.ok()) << data;
    data_.push_back(std::move(document).value());
    programs_.push_back(*program);
    return evaluator_.evaluate(programs_.back(), data_.back().root(), with_);
  }
  // The answer as JSON, or the id of what went wrong.
  std::string told(std::string_view rule, std::string_view data = "{}") {
    const auto found = answer(rule, data);
    return found ? to_json(found->value) : found.error().message;
  }
  std::string next_change(std::string_view rule, std::string_view data = "{}") {
    with_.watch_clock = true;
    const auto found = answer(rule, data);
    with_.watch_clock = false;
    if (!found) return found.error().message;
    return found->may_change_at ? to_rfc3339(*found->may_change_at) : "never";
  }

  OfficeHours office_;
  PrefixTree tree_;
  CompileOptions options_;
  Surroundings with_;
  Evaluator evaluator_;
  std::vector<Document> data_;
  std::vector<Program> programs_;
};

TEST_F(Jingwei, LogicAnswersAsJsonLogicDoes) {
  EXPECT_EQ(told(R"({"or":[false,0,"x"]})"), "\"x\"");
  EXPECT_EQ(told(R"({"or":[false,{"and":[1,[]]}]})"), "[]");
  EXPECT_EQ(told(R"({"if":[false,1,false,2,3]})"), "3");
  EXPECT_EQ(told(R"({"if":[false,1]})"), "null");
  EXPECT_EQ(told(R"({"!":{"var":"x"}})"), "true");
  EXPECT_EQ(told(R"({"!!":[[0]]})"), "true");
  EXPECT_EQ(told(R"({"var":["a.b",7]})", R"({"a":{}})"), "7");
  EXPECT_EQ(told(R"({"missing":["a","b.c"]})", R"({"a":1,"b":{"c":""}})"), R"(["b.c"])");
  EXPECT_EQ(told(R"({"==":[{"var":"a"},{"var":"b"}]})", R"({"a":[1,{"x":2}],"b":[1.0,{"x":2}]})"), "true");
  EXPECT_EQ(told(R"({"==":[1,"1"]})"), "false");
}

TEST_F(Jingwei, WhatIsNotKnownMakesComparisonsFalseAndArithmeticNull) {
  EXPECT_EQ(told(R"({"<":[{"var":"x"},1]})"), "false");
  EXPECT_EQ(told(R"({">=":[{"var":"x"},1]})"), "false");
  EXPECT_EQ(told(R"({"not-after":[{"var":"x"},{"now":[]}]})"), "false");
  EXPECT_EQ(told(R"({"+":[1,{"var":"x"}]})"), "null");
  EXPECT_EQ(told(R"({"max":[{"var":"x"},3,2]})"), "3");
  EXPECT_EQ(told(R"({"sum":[[1,null,2.5]]})"), "3.5");
  EXPECT_EQ(told(R"({"count":[{"var":"nothing"}]})"), "0");
}

TEST_F(Jingwei, DivisionByZeroAnswersNull) {
  EXPECT_EQ(told(R"({"/":[1,0]})"), "null");
  EXPECT_EQ(told(R"({"%":[5,0]})"), "null");
  EXPECT_EQ(told(R"({"/":[7,2]})"), "3.5");
  EXPECT_EQ(told(R"({"%":[-9223372036854775808,-1]})"), "0");
  EXPECT_EQ(told(R"({"*":[9223372036854775807,2]})"), "18446744073709551616");
  EXPECT_EQ(told(R"({">":[{"/":[1,0]},5]})"), "false");
  EXPECT_EQ(told(R"({"round":[2.346,2]})"), "2.35");
}

TEST_F(Jingwei, ListsAreWalkedWithTheItemAsVarAndTheWholeAsFact) {
  const auto* const data = R"({"limit":2,"visits":[{"n":1},{"n":2},{"n":3}]})";
  EXPECT_EQ(told(R"({"filter":[{"var":"visits"},{">=":[{"var":"n"},{"fact":"limit"}]}]})", data),
            R"([{"n":2},{"n":3}])");
  EXPECT_EQ(told(R"({"map":[{"var":"visits"},{"*":[{"var":"n"},10]}]})", data), "[10,20,30]");
  EXPECT_EQ(told(R"({"all":[{"var":"visits"},{">":[{"var":"n"},0]}]})", data), "true");
  EXPECT_EQ(told(R"({"all":[[],true]})"), "false");
  EXPECT_EQ(told(R"({"some":[{"var":"visits"},{">":[{"var":"n"},2]}]})", data), "true");
  EXPECT_EQ(told(R"({"none":[{"var":"visits"},{">":[{"var":"n"},3]}]})", data), "true");
  EXPECT_EQ(told(R"({"count":[{"var":"visits"},{">":[{"var":"n"},1]}]})", data), "2");
  EXPECT_EQ(told(R"({"sum":[{"var":"visits"},{"var":"n"}]})", data), "6");
  EXPECT_EQ(
      told(R"({"reduce":[{"var":"visits"},{"+":[{"var":"accumulator"},{"var":"current.n"}]},100]})", data),
      "106");
  EXPECT_EQ(told(R"({"distinct":[[1,2,1.0,"1"]]})"), R"([1,2,"1"])");
  EXPECT_EQ(told(R"({"merge":[1,[2,[3]]]})"), "[1,2,[3]]");
  EXPECT_EQ(told(R"({"cat":["第",3,"网格"]})"), "\"第3网格\"");
  EXPECT_EQ(told(R"({"length":["网格"]})"), "2");
  EXPECT_EQ(told(R"({"in":["b",["a","b"]]})"), "true");
}

TEST_F(Jingwei, WindowsHoldTheFactsOfTheTimeUpToNow) {
  const auto* const tests =
      R"({"tests":[{"on":"2020-02-10T09:00:00Z"},{"on":"2020-02-07T10:00:00Z"},{"on":"2020-02-07T10:00:00.000001Z"},{"on":"2020-02-11"},{}]})";
  EXPECT_EQ(told(R"({"count":[{"within":[{"var":"tests"},3,"day","on"]}]})", tests), "2");
  EXPECT_EQ(told(R"({"var":"tests"})", "{}"), "null");
  EXPECT_EQ(told(R"({"latest":[{"var":"tests"},"on"]})", tests), R"({"on":"2020-02-11"})");
  EXPECT_EQ(told(R"({"earliest":[{"var":"tests"},"on"]})", tests), R"({"on":"2020-02-07T10:00:00Z"})");
  // The one of the 7th goes out first; the one of the 11th would come in after it.
  EXPECT_EQ(next_change(R"({"count":[{"within":[{"var":"tests"},3,"day","on"]}]})", tests),
            "2020-02-10T10:00:00.000001Z");
  EXPECT_EQ(next_change(R"({"count":[{"within":[{"var":"tests"},30,"day","on"]}]})", tests),
            "2020-02-11T00:00:00.000000Z");
}

TEST_F(Jingwei, WorkingTimeFollowsTheCalendarThatIsHandedIn) {
  EXPECT_EQ(told(R"({"plus-working-time":["2020-02-07T16:00:00Z",2,"hour"]})"),
            "\"2020-02-10T10:00:00.000Z\"");
  EXPECT_EQ(told(R"({"plus-working-time":[{"now":[]},5,"day"]})"), "\"2020-02-17T10:00:00.000Z\"");
  EXPECT_EQ(told(R"({"working-time":["2020-02-07T16:00:00Z",{"now":[]},"hour"]})"), "2");
  EXPECT_EQ(told(R"({"is-working-day":["2020-02-09"]})"), "false");
  // Due Friday 10:00: five working days before that is the Friday before, 10:00.
  EXPECT_EQ(next_change(R"({"after":[{"plus-working-time":[{"now":[]},5,"day"]},"2020-02-18T09:30:00Z"]})"),
            "2020-02-11T09:30:00.000000Z");
  with_.working_time = nullptr;
  EXPECT_EQ(told(R"({"is-working-day":["2020-02-09"]})"), "rules.no_calendar");
}

TEST_F(Jingwei, RegionsAreLookedUpInTheTreeThatIsHandedIn) {
  EXPECT_EQ(told(R"({"region-within":["440402001","4404"]})"), "true");
  EXPECT_EQ(told(R"({"region-within":["440402001",["4401","4404"]]})"), "true");
  EXPECT_EQ(told(R"({"region-within":[{"var":"region"},"4404"]})"), "false");
  EXPECT_EQ(told(R"({"region-within":["99","4404"]})"), "rules.unknown_region");
  with_.regions = nullptr;
  EXPECT_EQ(told(R"({"region-within":["44","44"]})"), "rules.no_regions");
}

TEST_F(Jingwei, MonthsStayInTheirMonthAndPeopleAgeOnTheirBirthday) {
  EXPECT_EQ(told(R"({"plusTime":["2020-01-31",1,"month"]})"), "\"2020-02-29T00:00:00.000Z\"");
  EXPECT_EQ(told(R"({"age":["2002-02-10"]})"), "18");
  EXPECT_EQ(told(R"({"age":["2002-02-11"]})"), "17");
  EXPECT_EQ(next_change(R"({">=":[{"age":["2002-02-11"]},18]})"), "2020-02-11T00:00:00.000000Z");
  EXPECT_EQ(told(R"({"elapsed":["2020-01-31","2020-02-29","month"]})"), "1");
  EXPECT_EQ(told(R"({"elapsed":["2020-02-10T10:00:01Z",{"now":[]},"day"]})"), "-1");
  Zone shanghai("Asia/Shanghai");
  with_.zone = &shanghai;
  with_.now = at("2020-02-09T16:00:00Z");  // midnight in Shanghai
  EXPECT_EQ(told(R"({"age":["2002-02-10"]})"), "18");
  EXPECT_EQ(told(R"({"start-of-day":[{"now":[]}]})"), "\"2020-02-09T16:00:00.000Z\"");
}

TEST_F(Jingwei, TheNextChangeIsWhenAComparisonWithNowTurns) {
  EXPECT_EQ(next_change(R"({"after":[{"now":[]},"2020-02-12"]})"), "2020-02-12T00:00:00.000000Z");
  EXPECT_EQ(next_change(R"({"not-before":[{"now":[]},"2020-02-12"]})"), "2020-02-12T00:00:00.000000Z");
  EXPECT_EQ(next_change(R"({"after":[{"now":[]},"2020-02-01"]})"), "never");
  EXPECT_EQ(next_change(R"({"before":[{"plusTime":[{"now":[]},-14,"day"]},"2020-02-03"]})"),
            "2020-02-17T00:00:00.000000Z");
  EXPECT_EQ(next_change(R"({"and":[false,{"after":[{"now":[]},"2020-02-12"]}]})"), "never");
  EXPECT_EQ(next_change(R"({"after":["2020-02-12","2020-02-11"]})"), "never");
  EXPECT_EQ(next_change(R"({"elapsed":["2020-02-10T08:30:00Z",{"now":[]},"hour"]})"),
            "2020-02-10T10:30:00.000000Z");
  EXPECT_EQ(next_change(R"({"now":[]})"), "2020-02-10T10:00:00.000001Z");
}

// Random comparisons of moving instants, the clock turned a little at a time: an answer never changes before
// the instant it named.
TEST_F(Jingwei, NoAnswerChangesBeforeTheInstantItNamed) {
  SeededRandom random(7);
  const std::vector<std::string> units = {"hour", "day", "week", "month", "year"};
  const std::vector<std::string> relations = {"before", "not-after", "after", "not-before"};
  with_.watch_clock = true;
  for (int round = 0; round < 300; ++round) {
    const auto number = [&](std::uint64_t most) { return random.next() % most; };
    const std::string moving = R"({"plusTime":[{"now":[]},)" +
                               std::to_string(static_cast<int>(number(41)) - 20) + ",\"" + units[number(5)] +
                               "\"]}";
    const std::string date = to_iso(from_days(18'302 + static_cast<int>(number(80)) - 40));
    const std::string rule =
        number(3) == 0 ? R"({"elapsed":[")" + date + R"(",)" + moving + ",\"" + units[number(5)] + "\"]}"
                       : R"({")" + relations[number(4)] + R"(":[)" + moving + ",\"" + date + "\"]}";
    const auto program = compile(rule, options_);
    ASSERT_TRUE(program.ok()) << rule;
    with_.now = at("2020-02-10T10:00:00Z");
    const auto at_now = [&] {
      const auto found = evaluator_.evaluate(*program, Value(), with_);
      EXPECT_TRUE(found.ok()) << rule << found.error().to_log();
      return std::pair(to_json(found->value), found->may_change_at);
    };
    auto [value, next] = at_now();
    for (int step = 0; step < 60; ++step) {
      with_.now += std::chrono::hours(7 + step);
      const Instant later = with_.now;
      for (int hops = 0; next && *next <= later && hops < 2'000; ++hops) {
        with_.now = *next;
        std::tie(value, next) = at_now();
      }
      with_.now = later;
      ASSERT_EQ(at_now().first, value) << rule << " at " << to_rfc3339(later);
    }
  }
}

TEST_F(Jingwei, ARuleThatWouldRunForeverRunsOutOfFuel) {
  // Three lists of 200 inside each other: eight million steps.
  std::string list = "[0";
  for (int i = 0; i < 199; ++i) list += ",0";
  list += "]";
  const std::string rule =
      R"({"map":[{"var":"l"},{"map":[{"fact":"l"},{"map":[{"fact":"l"},{"+":[1,2]}]}]}]})";
  EXPECT_EQ(told(rule, "{\"l\":" + list + "}"), "rules.out_of_fuel");
  const auto found = answer(rule, "{\"l\":" + list + "}");
  EXPECT_EQ(found.error().code, ErrorCode::exhausted);
  // A value of shared parts that would be 2^100 parts written down.
  EXPECT_EQ(told(R"({"reduce":[{"var":"l"},[{"var":"accumulator"},{"var":"accumulator"}],0]})",
                 "{\"l\":[" + std::string("0") +
                     [] {
                       std::string more;
                       for (int i = 0; i < 100; ++i) more += ",0";
                       return more;
                     }() +
                     "]}"),
            "rules.out_of_fuel");
  EXPECT_EQ(told(R"({"reduce":[{"var":"l"},[{"var":"accumulator"}],0]})", "{\"l\":" +
                                                                              [] {
                                                                                std::string more = "[0";
                                                                                for (int i = 0; i < 300; ++i)
                                                                                  more += ",0";
                                                                                return more + "]";
                                                                              }() +
                                                                              "}"),
            "rules.value_too_deep");
}

TEST_F(Jingwei, FaultsNameTheirPlaceAllOfThem) {
  options_.file = "rule.json";
  const auto program =
      compile("{\"and\": [\n  {\"befor\": [1, 2]},\n  {\"var\": 1.5},\n  {\"if\": [true]}\n]}", options_);
  ASSERT_FALSE(program.ok());
  const auto& faults = program.error().causes;
  ASSERT_EQ(faults.size(), 3u);
  EXPECT_EQ(faults[0].field, "/and/0");
  EXPECT_EQ(render(faults[0], Language::en),
            "rule.json:2:3: there is no operator `befor`; did you mean `before`?");
  EXPECT_EQ(faults[1].message, "rules.variable_form");
  EXPECT_EQ(render(faults[2], Language::zh), "rule.json:4:3：`if` 应有 ≥ 2 个操作数，这里有 1 个。");
  EXPECT_EQ(render(compile("{\"a\": [1,\n 2", options_).error(), Language::en),
            "rule.json:2:3: this is not valid JSON; expected , ] here");
  EXPECT_EQ(compile(R"({"!":[1],"!":[2]})", options_).error().message, "rules.duplicate_key");
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "[";
  EXPECT_EQ(compile(deep, options_).error().message, "rules.too_deep");
  EXPECT_EQ(told(R"({"+":[1,"2"]})"), "rules.not_a_number");
}

TEST_F(Jingwei, AJudgementThatFailsNamesNodeAndKindButNoData) {
  options_.file = "rule.json";
  const auto found = answer(R"({"and":[true,{"<":[{"var":"name"},3]}]})", R"({"name":"secret"})");
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().message, "rules.not_comparable");
  EXPECT_EQ(found.error().field, "/and/1");
  EXPECT_EQ(found.error().to_log().find("secret"), std::string::npos);
}

std::vector<Fact> declared() {
  Fact tests{"tests", FactType::list, {{"on", FactType::instant}, {"result", FactType::text}}, {}};
  tests.sources.push_back({"lab-tests", {"taken_at", "result"}, "self"});
  Fact household{"household_cases", FactType::number, {}, {}};
  household.sources.push_back({"confirmed-cases", {}, "household"});
  household.sources.push_back({"residents", {"household"}, "self"});
  return {tests, household, {"born", FactType::instant, {}, {{"residents", {"born"}, "self"}}}};
}

TEST_F(Jingwei, TheCompilerTellsWhatIsReadAndWhoIsConcernedByAnEvent) {
  const auto facts = declared();
  options_.facts = facts;
  const auto program = compile(
      R"({"or":[{">":[{"var":"household_cases"},0]},{"some":[{"within":[{"var":"tests"},14,"day","on"]},{"==":[{"var":"result"},"positive"]}]}]})",
      options_);
  ASSERT_TRUE(program.ok()) << program.error().to_log();
  ASSERT_EQ(program->facts().size(), 2u);
  EXPECT_EQ(program->facts()[0].fact, "household_cases");
  EXPECT_EQ(program->facts()[1].fact, "tests");
  EXPECT_EQ(program->facts()[1].fields, (std::vector<std::string>{"on", "result"}));
  EXPECT_TRUE(program->reads_clock());
  const std::vector<std::string> result_changed{"result"}, note_changed{"note"}, born_changed{"born"};
  EXPECT_EQ(program->concerned("lab-tests", result_changed), std::vector<std::string>{"self"});
  EXPECT_TRUE(program->concerned("lab-tests", note_changed).empty());
  EXPECT_EQ(program->concerned("lab-tests", {}), std::vector<std::string>{"self"});
  EXPECT_EQ(program->concerned("confirmed-cases", note_changed), std::vector<std::string>{"household"});
  EXPECT_TRUE(program->concerned("residents", born_changed).empty());
  EXPECT_TRUE(program->concerned("stays", {}).empty());
}

TEST_F(Jingwei, ReadsOfWhatIsNotDeclaredAreRefused) {
  const auto facts = declared();
  options_.facts = facts;
  EXPECT_EQ(compile(R"({"var":"test"})", options_).error().message, "rules.unknown_fact");
  EXPECT_EQ(compile(R"({"some":[{"var":"tests"},{"var":"outcome"}]})", options_).error().message,
            "rules.unknown_field");
  EXPECT_EQ(compile(R"({"var":"tests.0.outcome"})", options_).error().message, "rules.unknown_field");
  EXPECT_EQ(compile(R"({"latest":[{"var":"tests"},"at"]})", options_).error().message, "rules.unknown_field");
  EXPECT_EQ(compile(R"({"count":[{"var":"household_cases"}]})", options_).error().message,
            "rules.fact_is_no_list");
  EXPECT_TRUE(compile(R"({"some":[{"var":"tests"},{">":[{"fact":"household_cases"},1]}]})", options_).ok());
}

TEST_F(Jingwei, ATraceSaysWhyInBothLanguages) {
  Trace trace;
  with_.trace = &trace;
  const auto program =
      compile(R"({"and":[{">=":[{"var":"age"},18]},{"in":[{"var":"kind"},["a","b"]]}]})", options_);
  const auto data = Document::parse(R"({"age":17,"kind":"a"})");
  ASSERT_TRUE(evaluator_.evaluate(*program, data->root(), with_).ok());
  EXPECT_EQ(because(*program, trace, Language::en), std::vector<std::string>{"age (17) is at least 18: no"});
  EXPECT_EQ(because(*program, trace, Language::zh), std::vector<std::string>{"age（17）不小于18：否"});
  const auto adult = Document::parse(R"({"age":20,"kind":"a"})");
  ASSERT_TRUE(evaluator_.evaluate(*program, adult->root(), with_).ok());
  EXPECT_EQ(because(*program, trace, Language::en).size(), 2u);
  const auto all = explain(*program, trace, Language::en);
  EXPECT_EQ(all[0].path, "");
  EXPECT_EQ(all[1].path, "/and/0");
  EXPECT_EQ(all[2].depth, 2u);
}

TEST(Documents, JsonIsReadStrictly) {
  for (const auto* bad : {"", "{", "[1,]", "01", "1.", "-", "\"\\x\"", "\"\\ud800\"", "nul", "{\"a\" 1}",
                          "1 2", "\"\n\"", "\xff"})
    EXPECT_FALSE(Document::parse(bad).ok()) << bad;
  const auto good =
      Document::parse(R"( {"a":[1,-2.5e1,"\u4e2d\ud83d\ude00"],"b":{"c":null},"a2":12345678901234567890} )");
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(to_json(good->root()), R"({"a":[1,-25,"中😀"],"b":{"c":null},"a2":12345678901234567168})");
}

}  // namespace
}  // namespace jingwei::rules
