// Goal: a person is found by whatever of them is known, however it is typed, and the best answer comes first;
// nobody is shown outside the regions the asker may see.
#include "engines/search/search_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/random.h"
#include "tests/support/made_people.h"

namespace jingwei::search {
namespace {

using Subjects = std::vector<SubjectId>;

class SearchTest : public ::testing::Test {
 protected:
  void add(SubjectId subject, const std::vector<std::string>& names, const std::string& phone = "",
           const std::string& number = "", const std::string& address = "", std::uint32_t region = 5) {
    Entry entry;
    entry.regions = {region};
    for (const auto& name : names) entry.texts.emplace_back(Kind::name, name);
    entry.texts.emplace_back(Kind::phone, phone);
    entry.texts.emplace_back(Kind::identifier, number);
    entry.texts.emplace_back(Kind::address, address);
    index_.add(subject, entry);
  }
  // The city of these tests: invented people.
  void SetUp() override {
    add(1, {"张伟"}, "13800138000", "990102198001011234", "香洲区景山路12号3栋401室");
    add(2, {"章伟"}, "13911112222", "990102197502020018", "香洲区景山路112号");
    add(3, {"张卫国"}, "13733334444", "", "吉大街道海滨南路9号");
    add(4, {"欧阳娜娜", "歐陽小姐"}, "0756-8123456");
    add(5, {"买买提·艾力"}, "", "H12345678");
    add(6, {"John Smith", "约翰·史密斯"}, "+86 135 5555 6666");
    add(7, {"單雄信"}, "15012345678");
    add(8, {"王㛃"}, "15912340000");
    add(9, {"李秀英"}, "18612345678", "99010219600303002X", "拱北街道迎宾南路1088号");
    add(10, {"李秀莹"});
    add(11, {"Anna-Maria Müller"});
    add(12, {"吕布"});
  }
  Subjects find(std::string_view text) const {
    Subjects found;
    for (const auto& hit : index_.search({text})) found.push_back(hit.subject);
    return found;
  }
  SubjectId best(std::string_view text) const {
    const Subjects found = find(text);
    return found.empty() ? 0 : found[0];
  }
  bool finds(std::string_view text, SubjectId subject) const {
    const Subjects found = find(text);
    return std::find(found.begin(), found.end(), subject) != found.end();
  }

  struct Searcher {
    SearchIndex index;
    void add(SubjectId subject, const Entry& entry) { index.add(subject, entry); }
    std::vector<Hit> search(const Query& query) const { return index.search(query).hits; }
  };
  Searcher index_;
};

TEST_F(SearchTest, NamesInEitherSetOfCharacters) {
  EXPECT_EQ(best("张伟"), 1U);
  EXPECT_EQ(best("張偉"), 1U);
  EXPECT_EQ(best("欧阳小姐"), 4U);
  EXPECT_EQ(best("单雄信"), 7U);
  EXPECT_EQ(best("王㛃"), 8U);
  EXPECT_EQ(best("买买提艾力"), 5U);
  EXPECT_EQ(best("买买提•艾力"), 5U);
  EXPECT_EQ(best("艾力"), 5U);
  EXPECT_EQ(best("史密斯"), 6U);
}

TEST_F(SearchTest, ExactBeforeBeginningBeforeSoundAlike) {
  const Subjects found = find("张伟");
  ASSERT_GE(found.size(), 2U);
  EXPECT_EQ(found[0], 1U);
  EXPECT_EQ(found[1], 2U);
  EXPECT_EQ(best("章伟"), 2U);
  EXPECT_EQ(best("张卫"), 3U);
  const Subjects sisters = find("李秀英");
  ASSERT_EQ(sisters.size(), 2U);
  EXPECT_EQ(sisters[0], 9U);
}

TEST_F(SearchTest, PinyinWholeInPartAndInitials) {
  EXPECT_TRUE(finds("zhangwei", 1));
  EXPECT_TRUE(finds("zhang wei", 1));
  EXPECT_TRUE(finds("wei zhang", 1));
  EXPECT_TRUE(finds("ZhangW", 1));
  EXPECT_TRUE(finds("zw", 1));
  EXPECT_TRUE(finds("zhw", 1));
  EXPECT_EQ(best("zhangweiguo"), 3U);
  EXPECT_EQ(best("zwg"), 3U);
  EXPECT_EQ(best("oynn"), 4U);
  EXPECT_EQ(best("ouyangnana"), 4U);
  EXPECT_EQ(best("张wg"), 3U);
  EXPECT_EQ(best("李xiuying"), 9U);
  // As a surname, and as the character is read elsewhere.
  EXPECT_EQ(best("shanxiongxin"), 7U);
  EXPECT_EQ(best("sxx"), 7U);
}

TEST_F(SearchTest, MistakesInNames) {
  EXPECT_TRUE(finds("zangwei", 1)) << "a letter left out";
  EXPECT_TRUE(finds("zhangwie", 1)) << "letters exchanged";
  EXPECT_TRUE(finds("欧阳娜那", 4));
  EXPECT_TRUE(finds("欧阳娜", 4));
  EXPECT_TRUE(finds("李秀瑛", 9)) << "another character of one sound";
  EXPECT_TRUE(finds("国卫张", 3)) << "characters exchanged";
  EXPECT_TRUE(finds("张？国", 3)) << "a character nobody could read";
  EXPECT_TRUE(finds("王?", 8));
  EXPECT_TRUE(finds("Jon Smith", 6) || finds("John Smyth", 6));
  EXPECT_TRUE(finds("Smith", 6));
  EXPECT_EQ(best("smith john"), 6U);
  EXPECT_TRUE(finds("Smyth", 6));
  EXPECT_TRUE(finds("müller", 11));
}

TEST_F(SearchTest, FragmentsOfNumbers) {
  EXPECT_EQ(best("13800138000"), 1U);
  EXPECT_EQ(best("+86 13800138000"), 0U) << "two pieces: the code alone says nothing";
  EXPECT_EQ(best("8613800138000"), 1U);
  EXPECT_EQ(best("8000"), 1U);
  EXPECT_EQ(best("138****8000"), 1U);
  EXPECT_EQ(best("138-0013-8000"), 1U);
  EXPECT_TRUE(find("138****8001").empty());
  EXPECT_EQ(best("13800138001"), 1U) << "one digit wrong";
  EXPECT_EQ(best("1380138000"), 1U) << "one digit left out";
  EXPECT_EQ(best("990102198001011234"), 1U);
  EXPECT_EQ(best("19800101"), 1U);
  EXPECT_EQ(best("300002x"), 0U);
  EXPECT_EQ(best("303002x"), 9U);
  EXPECT_EQ(best("h12345678"), 5U);
  EXPECT_EQ(best("8123456"), 4U);
  EXPECT_TRUE(find("138").empty()) << "three digits say too little";
}

TEST_F(SearchTest, PartsOfAddresses) {
  EXPECT_EQ(best("景山路12号"), 1U) << "not 112";
  EXPECT_EQ(best("景山路112号"), 2U);
  EXPECT_TRUE(finds("景山路", 1) && finds("景山路", 2));
  EXPECT_EQ(best("景山路12号3栋401"), 1U);
  EXPECT_EQ(best("香洲区景山路 401"), 1U);
  EXPECT_TRUE(finds("香洲区景上路12号3栋", 1)) << "a wrong character";
  EXPECT_TRUE(finds("拱北街道迎賓南路", 9));
}

TEST_F(SearchTest, EveryPieceMustBeAnswered) {
  EXPECT_EQ(find("张伟 景山路"), (Subjects{1, 2}));
  EXPECT_EQ(find("张伟 401"), Subjects{1});
  EXPECT_EQ(best("景山路 张伟"), 1U);
  EXPECT_EQ(find("张伟 8000"), Subjects{1});
  EXPECT_EQ(find("zhangwei,2222"), Subjects{2});
  EXPECT_TRUE(find("张伟 9999").empty());
  EXPECT_TRUE(find("").empty());
  EXPECT_TRUE(find(" ,、 ").empty());
}

TEST_F(SearchTest, NobodyIsShownOutsideTheAskersRegions) {
  add(20, {"赵云"}, "13600000001", "", "", 7);
  add(21, {"赵云"}, "13600000002", "", "", 9);
  index_.add(22, {{}, {{Kind::name, "赵云"}}});
  index_.add(23, {{3, 8}, {{Kind::name, "赵云"}}});
  const auto seen = [&](std::vector<RegionInterval> within) {
    Query query{"赵云"};
    query.within = &within;
    Subjects found;
    for (const auto& hit : index_.search(query)) found.push_back(hit.subject);
    return found;
  };
  EXPECT_EQ(find("赵云"), (Subjects{20, 21, 22, 23}));
  EXPECT_EQ(seen({{7, 9}}), (Subjects{20, 23}));
  EXPECT_EQ(seen({{9, 10}}), (Subjects{21}));
  EXPECT_EQ(seen({{0, 3}, {9, 20}}), (Subjects{21}));
  EXPECT_EQ(seen({}), Subjects{}) << "nothing granted, nothing shown";
}

TEST_F(SearchTest, OnlyByWhatTheAskerMaySearchBy) {
  Query query{"13800138000"};
  query.by = {true, false, true, true};
  EXPECT_TRUE(index_.search(query).empty());
  query.text = "张伟 8000";
  EXPECT_TRUE(index_.search(query).empty()) << "a piece that may not be asked is not passed over";
}

TEST_F(SearchTest, WhatIsTakenAwayIsNotFound) {
  EXPECT_TRUE(index_.index.remove(1));
  EXPECT_FALSE(index_.index.remove(1));
  EXPECT_FALSE(finds("张伟", 1));
  EXPECT_TRUE(find("13800138000").empty());
  add(2, {"章伟平"});
  EXPECT_TRUE(find("13911112222").empty()) << "replaced";
  EXPECT_EQ(best("章伟平"), 2U);
  EXPECT_GT(index_.index.wasted(), 0);
  index_.index.compact();
  EXPECT_EQ(index_.index.wasted(), 0);
  EXPECT_EQ(best("章伟平"), 2U);
  EXPECT_EQ(best("oynn"), 4U);
  EXPECT_EQ(best("98001"), 0U);
}

TEST_F(SearchTest, TheBestComeFirstAndNoMoreThanAsked) {
  for (SubjectId subject = 100; subject < 400; ++subject) add(subject, {"陈静"});
  Query query{"陈静"};
  query.most = 7;
  const Answer answer = index_.index.search(query);
  ASSERT_EQ(answer.hits.size(), 7U);
  EXPECT_TRUE(answer.more);
  for (std::size_t at = 0; at < 7; ++at) EXPECT_EQ(answer.hits[at].subject, 100 + at);
  ASSERT_EQ(answer.hits[0].matches.size(), 1U);
  EXPECT_EQ(answer.hits[0].matches[0].first, Kind::name);
  EXPECT_EQ(answer.hits[0].matches[0].second.likeness, Likeness::exact);
}

// Whoever has several subjects that are one: what leads to them, and what each of them answers.
TEST_F(SearchTest, WhatFewAnswerLeadsWhateverTheySayToTheRest) {
  const auto leading = [&](const Query& query) { return index_.index.leading(query); };
  EXPECT_EQ(leading({"张伟 宾南路1088"}), Subjects{9});
  EXPECT_EQ(leading({"5678 约翰"}), Subjects{6}) << "three have the number";
  EXPECT_EQ(leading({"张伟 9999"}), Subjects{}) << "nobody has the number";
  EXPECT_EQ(leading({"张伟"}), Subjects{}) << "one piece is what search() answers";
  EXPECT_EQ(leading({"zhang wei"}), Subjects{}) << "likewise";
  Query query{"章伟 1088"};
  query.by = {true, false, false, false};
  EXPECT_EQ(leading(query), Subjects{}) << "a piece that may not be asked";
  const std::vector<RegionInterval> elsewhere = {{6, 9}};
  query = {"张伟 宾南路1088", &elsewhere};
  EXPECT_EQ(leading(query), Subjects{});
}

TEST_F(SearchTest, OneNameOfManyDoesNotLead) {
  for (SubjectId subject = 1'000; subject < 1'000 + 2 * leading_most; ++subject)
    add(subject, {"赵云"}, "", "", subject < 1'050 ? "红山路" + std::to_string(subject) + "号" : "");
  Query query{"赵云 红山路"};
  query.most = leading_most;
  EXPECT_EQ(index_.index.leading(query).size(), 50U);
  query.most = 7;
  EXPECT_EQ(index_.index.leading(query).size(), 7U);
  query = {"赵云 赵云"};
  query.most = 10 * leading_most;
  EXPECT_EQ(index_.index.leading(query).size(), leading_most);
}

TEST_F(SearchTest, EachSubjectIsAskedForEachPieceByKind) {
  const std::vector<SubjectId> subjects = {9, 1, 999};
  const auto scores = index_.index.scores({"张伟 1380"}, subjects);
  ASSERT_EQ(scores.size(), 3U);
  ASSERT_EQ(scores[0].size(), 2U);
  ASSERT_EQ(scores[1].size(), 2U);
  EXPECT_TRUE(scores[2].empty());
  const auto at = [&](std::size_t subject, std::size_t piece, Kind kind) {
    return scores[subject][piece][static_cast<std::size_t>(kind)];
  };
  EXPECT_EQ(at(0, 0, Kind::name), 0);
  EXPECT_EQ(at(1, 0, Kind::name), 1);
  EXPECT_EQ(at(1, 0, Kind::phone), 0);
  EXPECT_GT(at(1, 1, Kind::phone), 0);
  EXPECT_EQ(at(1, 1, Kind::identifier), 0);
  Query query{"张伟 1380"};
  query.by = {true, false, false, false};
  for (const auto& one : index_.index.scores(query, subjects)) EXPECT_TRUE(one.empty());
}

// Thousands of made-up people: what each is found by, against looking at all of them.
TEST(SearchIndex, FindsEveryoneByWhatTheyHave) {
  testing::MadePeople people(3);
  SearchIndex index;
  std::vector<testing::MadePerson> truth;
  for (SubjectId subject = 0; subject < 4'000; ++subject) {
    truth.push_back(people.person());
    const auto& one = truth.back();
    index.add(subject, {{0},
                        {{Kind::name, one.name()},
                         {Kind::phone, one.phone},
                         {Kind::identifier, one.citizen_id},
                         {Kind::address, one.address}}});
  }
  for (SubjectId subject = 0; subject < 4'000; subject += 37) {
    const auto& one = truth[subject];
    const auto first = [&](const std::string& text) {
      const auto hits = index.search({text}).hits;
      return hits.empty() ? ~SubjectId{0} : hits[0].subject;
    };
    EXPECT_EQ(first(one.phone), subject);
    EXPECT_EQ(first(one.citizen_id), subject);
    EXPECT_EQ(first(one.name() + " " + one.phone.substr(7)), subject);
    std::string wrong = one.citizen_id;
    wrong[8] = wrong[8] == '1' ? '2' : '1';
    EXPECT_EQ(first(wrong), subject);
    // By name: as many as have it, all of them before any other.
    const std::size_t namesakes = static_cast<std::size_t>(std::count_if(
        truth.begin(), truth.end(), [&](const auto& other) { return other.name() == one.name(); }));
    const std::string name = one.name();
    Query query{name};
    query.most = hits_most;
    const auto hits = index.search(query).hits;
    for (std::size_t at = 0; at < std::min(namesakes, hits_most); ++at)
      EXPECT_EQ(truth[hits[at].subject].name(), one.name());
  }
}

TEST(SearchIndex, AnswersDoNotDependOnWhatCameAndWent) {
  SeededRandom random(8);
  testing::MadePeople people(5);
  std::map<SubjectId, Entry> entries;
  SearchIndex lived, fresh;
  for (int step = 0; step < 6'000; ++step) {
    const SubjectId subject = random.below(900);
    if (random.chance(0.3)) {
      EXPECT_EQ(lived.remove(subject), entries.erase(subject) == 1);
      continue;
    }
    const auto one = people.person();
    const Entry entry{{static_cast<std::uint32_t>(random.below(50))},
                      {{Kind::name, one.name()}, {Kind::phone, one.phone}, {Kind::address, one.address}}};
    lived.add(subject, entry);
    entries[subject] = entry;
    if (step == 3'000) lived.compact();
  }
  for (const auto& [subject, entry] : entries) fresh.add(subject, entry);
  EXPECT_EQ(lived.size(), entries.size());
  const std::vector<RegionInterval> within = {{10, 30}};
  for (const auto& [subject, entry] : entries) {
    for (const auto& [kind, text] : entry.texts) {
      Query query{text};
      query.most = hits_most;
      query.within = &within;
      const auto one = lived.search(query).hits, other = fresh.search(query).hits;
      ASSERT_EQ(one.size(), other.size()) << text;
      for (std::size_t at = 0; at < one.size(); ++at) {
        EXPECT_EQ(one[at].subject, other[at].subject);
        EXPECT_EQ(one[at].score, other[at].score);
      }
    }
  }
}

// Everybody lives in the district: the search says that there are more, and who sees one street only finds
// those of the street all the same.
TEST(SearchIndex, APieceThatAllAddressesAnswerEndsWithSome) {
  SearchIndex index;
  constexpr SubjectId everybody = texts_looked_at + 20'000;
  for (SubjectId subject = 0; subject < everybody; ++subject)
    index.add(subject, {{subject + 1 == everybody ? 7U : 1U},
                        {{Kind::address, "香洲区景山路" + std::to_string(subject) + "号"}}});
  Query query{"香洲区"};
  const Answer answer = index.search(query);
  EXPECT_EQ(answer.hits.size(), query.most);
  EXPECT_TRUE(answer.more);
  const std::vector<RegionInterval> street = {{7, 8}};
  query.within = &street;
  const Answer seen = index.search(query);
  ASSERT_EQ(seen.hits.size(), 1U);
  EXPECT_EQ(seen.hits[0].subject, everybody - 1);
  EXPECT_FALSE(seen.more);
}

TEST(SearchIndex, AHundredThousandEqualEntriesCostNoMoreThanTheirHolders) {
  SearchIndex index;
  for (SubjectId subject = 0; subject < 100'000; ++subject)
    index.add(subject, {{1}, {{Kind::name, "王伟"}, {Kind::phone, "13900000000"}}});
  EXPECT_LT(index.memory(), 40U << 20);
  EXPECT_EQ(index.search({"王伟"}).hits.size(), 20U);
  for (SubjectId subject = 0; subject < 100'000; ++subject) index.remove(subject);
  EXPECT_EQ(index.size(), 0U);
  EXPECT_TRUE(index.search({"王伟"}).hits.empty());
}

}  // namespace
}  // namespace jingwei::search
