// Goal: people with mistakes in their records are found again without truth; the answer does not depend on
// order, threads or chance; and data that make no sense give a sensible answer in bounded time, with a
// warning.
#include "engines/linkage/linkage.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <set>

#include "tests/support/made_people.h"

namespace jingwei::linkage {
namespace {

using jingwei::testing::agreement;
using jingwei::testing::blocked;
using jingwei::testing::MadeMistakes;
using jingwei::testing::MadePeople;
using jingwei::testing::MadePerson;
using jingwei::testing::MadeRecords;
using jingwei::testing::warns;
using Kind = Warning::Kind;

auto truth_of(const MadeRecords& made) {
  return [&made](std::size_t record) { return made.who(record); };
}

// Clusters as sets of record ids.
std::set<std::set<std::string>> named_clusters(const Records& records, const Linkage& answer) {
  std::map<std::uint32_t, std::set<std::string>> clusters;
  for (std::uint32_t record = 0; record < records.size(); ++record)
    clusters[answer.cluster_of[record]].insert(std::string(records.id(record)));
  std::set<std::set<std::string>> sets;
  for (auto& [first, members] : clusters) sets.insert(std::move(members));
  return sets;
}

TEST(Linkage, FindsPeopleAgainForSeveralSeedsAndMixesOfMistakes) {
  const std::vector<MadeMistakes> mixes = {
      {0.05, 0.10, 0.05}, {0.15, 0.05, 0.3}, {0.02, 0.35, 0.1}, {0, 0, 0}, {0.25, 0.25, 0.25}};
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    for (const auto& mix : mixes) {
      MadePeople people(seed);
      MadeRecords made;
      made.add_people(people, 1'500, mix);
      const auto found = agreement(made.link(), made.size(), truth_of(made));
      EXPECT_GT(found.precision, 0.995) << seed << " " << mix.typo << " " << mix.missing;
      EXPECT_GT(found.recall, 0.985 - mix.missing * mix.missing * 0.5)
          << seed << " " << mix.typo << " " << mix.missing;
    }
  }
}

TEST(Linkage, BlockingLosesHardlyAnything) {
  MadePeople people(9);
  MadeRecords one, other;
  one.add_people(people, 800);
  MadePeople again(9);
  other.add_people(again, 800);
  const Linkage whole = one.link(), parts = other.link(blocked());
  EXPECT_TRUE(whole.report.keys.empty());
  EXPECT_FALSE(parts.report.keys.empty());
  EXPECT_LT(parts.report.compared, whole.report.compared / 20);
  EXPECT_GT(agreement(parts, other.size(), truth_of(other)).f1(), 0.99);
}

TEST(Linkage, DoesNotDependOnOrderThreadsOrRepetition) {
  MadePeople people(4);
  std::vector<std::pair<std::string, MadePerson>> rows;
  for (int at = 0; at < 400; ++at) {
    const MadePerson person = people.person();
    for (std::size_t copy = 1 + people.random().below(3); copy > 0; --copy)
      rows.emplace_back("r" + std::to_string(rows.size()), people.record(person, {0.2, 0.2, 0.2}));
  }
  const auto run = [&](unsigned threads, const LinkOptions& plan) {
    Records records(jingwei::testing::made_fields());
    for (const auto& [id, row] : rows) {
      const std::string name = row.name();
      records.add(
          Side::left, id,
          std::array<std::string_view, 6>{name, row.sex, row.born, row.citizen_id, row.phone, row.address});
    }
    records.prepare(threads);
    LinkOptions options = plan;
    options.threads = threads;
    const Linkage answer = link(records, options);
    std::vector<std::tuple<std::string, std::string, double>> pairs;
    for (const auto& pair : answer.pairs)
      pairs.emplace_back(records.id(pair.left), records.id(pair.right), pair.probability);
    return std::tuple(named_clusters(records, answer), std::move(pairs), answer.model->serialise());
  };
  for (const auto& plan : {LinkOptions(), blocked()}) {
    const auto first = run(1, plan);
    EXPECT_EQ(run(1, plan), first);
    EXPECT_EQ(run(3, plan), first);
    for (int shuffle = 0; shuffle < 3; ++shuffle) {
      for (std::size_t at = rows.size(); at > 1; --at)
        std::swap(rows[at - 1], rows[people.random().below(at)]);
      EXPECT_EQ(run(2, plan), first);
    }
  }
}

TEST(Linkage, ContributionsAddUpToTheWeightAndTheWeightToTheProbability) {
  MadePeople people(6);
  MadeRecords made;
  made.add_people(people, 500);
  const Linkage answer = made.link();
  const Scorer scorer(made.records(), *answer.model);
  ASSERT_FALSE(answer.pairs.empty());
  for (const auto& pair : answer.pairs) {
    std::vector<double> contributions;
    const Score score = explain(made.records(), *answer.model, pair, contributions);
    double sum = 0;
    for (std::size_t field = 0; field < contributions.size(); ++field) {
      sum += contributions[field];
      if (level_at(pair.pattern, field) == Level::missing) {
        EXPECT_EQ(contributions[field], 0);
      }
    }
    EXPECT_NEAR(sum, score.weight, 1e-6);
    EXPECT_NEAR(score.probability, 1 / (1 + std::exp2(-(score.weight + scorer.prior()))), 1e-6);
    EXPECT_GE(pair.probability, answer.report.threshold.probability);
  }
}

// Few names, and e-mail addresses made of them: what agrees for namesakes is one fact, not three.
TEST(Linkage, NamesakesWhoseEmailsAreMadeOfTheirNamesStayApart) {
  for (const double mistakes : {0.0, 0.1}) {
    SeededRandom random(12);
    const auto made_word = [](std::size_t number, const std::string& ending) {
      constexpr std::array<std::string_view, 10> syllables = {"ba", "ke", "li", "mo", "nu",
                                                              "ra", "se", "ti", "vo", "wu"};
      return std::string(syllables[number % 10]) + std::string(syllables[number / 10 % 10]) + ending;
    };
    Records records({{"first", FieldType::given_name},
                     {"last", FieldType::surname},
                     {"born", FieldType::date},
                     {"town", FieldType::locality},
                     {"email", FieldType::email}});
    std::vector<std::size_t> truth;
    for (std::size_t person = 0; person < 1'500; ++person) {
      const std::string first = made_word(random.below(30), "na"), last = made_word(random.below(60), "son");
      const std::string born = std::to_string(1940 + random.below(70)) + "-0" +
                               std::to_string(1 + random.below(9)) + "-1" + std::to_string(random.below(10));
      const std::string town = made_word(random.below(8), "ton");
      const std::string email = first.substr(0, 1) + "." + last + std::to_string(1 + random.below(99)) + "@" +
                                made_word(random.below(40), "mail") + ".com";
      for (std::size_t copy = 1 + random.below(4); copy > 0; --copy) {
        std::array<std::string, 5> row = {first, last, born, town, email};
        for (auto& value : row) {
          if (random.chance(mistakes)) value.erase(random.below(value.size()), 1);
          if (random.chance(mistakes)) value.clear();
        }
        records.add(Side::left, std::to_string(truth.size()),
                    std::array<std::string_view, 5>{row[0], row[1], row[2], row[3], row[4]});
        truth.push_back(person);
      }
    }
    records.prepare(2);
    const auto found = agreement(link(records), truth.size(), [&](std::size_t at) { return truth[at]; });
    EXPECT_GT(found.precision, 0.97) << mistakes;
    EXPECT_GT(found.recall, 0.97) << mistakes;
  }
}

TEST(Linkage, ARareNameSaysMoreThanACommonOne) {
  MadePeople people(8);
  MadeRecords made;
  made.add_people(people, 2'000);
  MadePerson rare = people.person();
  rare.surname = "澹台", rare.given = "鹭洲";
  made.add(rare, 1), made.add(rare, 1);
  const Linkage answer = made.link();
  const Scorer scorer(made.records(), *answer.model);
  const Records& records = made.records();
  Pattern name_alone = with_level(0, 0, Level::exact);
  const auto row = records.row_of(static_cast<std::uint32_t>(records.size() - 1));
  std::uint32_t common = 0;
  for (std::uint32_t other = 0; other < records.rows(); ++other) {
    if (records.column(0).counts[records.row(other)[0]] > records.column(0).counts[records.row(common)[0]])
      common = other;
  }
  EXPECT_GT(scorer.score(row, row, name_alone).weight, scorer.score(common, common, name_alone).weight + 2);
}

// --- what the world sends ---

// The most this process has held.
double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

TEST(BadInput, TwoPeopleWithOneCitizenNumberStayTwo) {
  MadePeople people(21);
  MadeRecords made;
  made.add_people(people, 1'500);
  for (int at = 0; at < 20; ++at) {
    MadePerson one = people.person(), other = people.person();
    other.citizen_id = one.citizen_id;
    made.add(one, made.next_who());
    made.add(other, made.next_who());
  }
  const Linkage answer = made.link();
  const std::size_t first = made.size() - 40;
  int joined = 0;
  for (std::size_t at = first; at < made.size(); at += 2)
    joined += answer.cluster_of[at] == answer.cluster_of[at + 1] ? 1 : 0;
  EXPECT_EQ(joined, 0);
  EXPECT_TRUE(warns(answer, Kind::shared_identifier));
}

TEST(BadInput, AFamilyThatSharesPhoneAndAddressIsNotOnePerson) {
  MadePeople people(22);
  MadeRecords made;
  for (int family = 0; family < 600; ++family) {
    const MadePerson head = people.person();
    for (int member = 0; member < 4; ++member) {
      MadePerson one = people.person();
      one.surname = member == 1 ? one.surname : head.surname;
      one.phone = head.phone, one.address = head.address;
      const std::size_t who = made.next_who();
      for (int copy = 0; copy < 2; ++copy) made.add(people.record(one, {0.05, 0.2, 0}), who);
    }
  }
  const auto found = agreement(made.link(), made.size(), truth_of(made));
  EXPECT_GT(found.precision, 0.99);
  EXPECT_GT(found.recall, 0.97);
}

TEST(BadInput, TwinsStayTwo) {
  MadePeople people(23);
  MadeRecords made;
  made.add_people(people, 2'000);
  const std::size_t first = made.size();
  for (int at = 0; at < 30; ++at) {
    const MadePerson one = people.person();
    MadePerson other = one;
    other.given = "宇航";
    other.citizen_id = people.citizen_id(one.born);
    const std::size_t who = made.next_who(), twin = made.next_who();
    for (int copy = 0; copy < 2; ++copy) {
      made.add(people.record(one, {0, 0, 0}), who);
      made.add(people.record(other, {0, 0, 0}), twin);
    }
  }
  const Linkage answer = made.link();
  for (std::size_t at = first; at < made.size(); at += 4) {
    EXPECT_NE(answer.cluster_of[at], answer.cluster_of[at + 1]);
    EXPECT_EQ(answer.cluster_of[at], answer.cluster_of[at + 2]);
  }
}

TEST(BadInput, NamesOfOneCharacterAreCompared) {
  MadePeople people(24);
  MadeRecords made;
  made.add_people(people, 1'000);
  const std::size_t first = made.size();
  for (int at = 0; at < 20; ++at) {
    MadePerson one = people.person();
    one.surname = at % 2 == 0 ? "王" : "q", one.given.clear();
    const std::size_t who = made.next_who();
    made.add(one, who), made.add(people.record(one, {0, 0, 1}), who);
  }
  const Linkage answer = made.link();
  for (std::size_t at = first; at < made.size(); at += 2)
    EXPECT_EQ(answer.cluster_of[at], answer.cluster_of[at + 1]);
}

TEST(BadInput, TenThousandDefaultBirthDatesAreTakenAsBlank) {
  MadePeople people(25);
  MadeRecords made;
  std::size_t defaults = 0;
  while (defaults < 10'000) {
    const MadePerson one = people.person();
    const std::size_t who = made.next_who();
    for (int copy = 0; copy < 2; ++copy) {
      MadePerson record = people.record(one);
      if (people.random().chance(0.5)) record.born = "1900-01-01", ++defaults;
      made.add(record, who);
    }
  }
  const Linkage answer = made.link();
  EXPECT_TRUE(warns(answer, Kind::default_value, "born"));
  EXPECT_LT(answer.report.compared, 60 * made.size());
  const auto found = agreement(answer, made.size(), truth_of(made));
  EXPECT_GT(found.precision, 0.995);
  EXPECT_GT(found.recall, 0.97);
}

TEST(BadInput, AColumnMappedToTheWrongFieldIsTold) {
  auto fields = jingwei::testing::made_fields();
  fields[0].type = FieldType::date;
  fields[4].type = FieldType::email;
  MadePeople people(26);
  MadeRecords made(fields);
  made.add_people(people, 1'000);
  const Linkage answer = made.link();
  EXPECT_TRUE(warns(answer, Kind::unlike_type, "name"));
  EXPECT_TRUE(warns(answer, Kind::unlike_type, "phone"));
  EXPECT_FALSE(warns(answer, Kind::unlike_type, "born"));
  EXPECT_GT(agreement(answer, made.size(), truth_of(made)).precision, 0.98);
}

TEST(BadInput, ARightFileWithoutAMatchGivesNoneAndSaysSo) {
  for (const bool every_pair : {true, false}) {
    MadePeople people(27);
    MadeRecords made;
    for (int at = 0; at < 1'500; ++at)
      made.add(people.person(), made.next_who(), at % 2 == 0 ? Side::left : Side::right);
    const MadePerson twice = people.person();
    made.add(twice, 1, Side::right), made.add(twice, 1, Side::right);
    const Linkage answer = made.link(every_pair ? LinkOptions() : blocked());
    EXPECT_LE(answer.pairs.size(), 1U);
    EXPECT_EQ(warns(answer, Kind::no_match), answer.pairs.empty());
    EXPECT_EQ(answer.report.clusters, answer.pairs.size()) << "equal rows of one file are no link";
  }
}

TEST(BadInput, AMillionEqualRowsAreOneClusterWithPairsInLine) {
  MadePeople people(28);
  const MadePerson one = people.person();
  const double before = peak_megabytes();
  MadeRecords made;
  for (int at = 0; at < 1'000'000; ++at) made.add(one, 1);
  const Linkage answer = made.link();
  EXPECT_LT(peak_megabytes() - before, 1'000);
  EXPECT_EQ(answer.pairs.size(), made.size() - 1);
  EXPECT_EQ(answer.report.clusters, 1U);
  EXPECT_TRUE(warns(answer, Kind::equal_rows));
  EXPECT_TRUE(warns(answer, Kind::large_cluster));
  EXPECT_EQ(answer.report.compared, 0U);
}

TEST(BadInput, RowsThatDifferInOneColumnOnlyCostNoMoreThanOthers) {
  MadePeople people(29);
  const MadePerson one = people.person();
  MadeRecords made;
  for (int at = 0; at < 20'000; ++at) {
    MadePerson row = one;
    row.address = people.address();
    made.add(row, 1);
  }
  const Linkage answer = made.link();
  EXPECT_LT(answer.report.compared, 60 * made.size());
}

TEST(BadInput, NothingOrNearlyNothingIsLinkedWithoutFault) {
  for (std::size_t count = 0; count < 4; ++count) {
    MadePeople people(30);
    MadeRecords made;
    for (std::size_t at = 0; at < count; ++at) made.add(people.person(), made.next_who());
    const Linkage answer = made.link();
    EXPECT_TRUE(answer.pairs.empty());
    EXPECT_EQ(answer.cluster_of.size(), count);
  }
  MadeRecords blank;
  for (int at = 0; at < 500; ++at) blank.add({}, blank.next_who());
  EXPECT_TRUE(blank.link().pairs.empty()) << "rows that say nothing are not copies of each other";
}

TEST(BadInput, FieldsThatCannotTellPersonsApartLinkNobody) {
  Records records({{"sex", FieldType::category}, {"town", FieldType::locality}});
  MadePeople people(31);
  for (int at = 0; at < 4'000; ++at) {
    const std::string town = "镇" + std::to_string(people.random().below(20));
    records.add(Side::left, std::to_string(at),
                std::array<std::string_view, 2>{at % 2 == 0 ? "男" : "女", town});
  }
  records.prepare(2);
  const Linkage answer = link(records);
  EXPECT_TRUE(answer.pairs.empty());
  EXPECT_TRUE(warns(answer, Kind::no_match));
}

}  // namespace
}  // namespace jingwei::linkage
