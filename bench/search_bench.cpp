// Search over the persons of a city in memory: building it from a stream, memory, what a search takes by what
// is typed, beside SQLite's full-text index of three-character pieces (FTS5 trigram) over the same persons,
// asked for what it can answer: fragments as they stand. All persons are invented.
//
// search_bench [PEOPLE [SEARCHES [without-peer]]]. JSON lines.
#include <sqlite3.h>

#include <map>

#include "base/random.h"
#include "base/text.h"
#include "bench/measure.h"
#include "engines/search/search_index.h"
#include "storage/temporary_folder.h"

namespace {

using namespace jingwei;
using bench::at_share, bench::give_up, bench::Peer, bench::Reporter, bench::seconds_since;
using bench::Steady;

const Reporter report("search", "people");

constexpr std::u32string_view surname_characters =
    U"王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚"
    U"卢姜崔"
    U"钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤";
constexpr std::u32string_view given_characters =
    U"伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文玉兰建国志红梅春海燕波辉玲林飞鹏宇浩然梓涵子轩雨欣怡"
    U"佳琪诗"
    U"雅俊峰晨阳雪婷思远天佑安宁嘉乐一诺若曦语彤可馨沐宸泽睿博瑞晓东东升永福德胜金凤银花翠莲素珍巧云彩霞月娥"
    U"淑贞慧"
    U"兵斌凯亮健康庆祥瑞年成龙虎啸林森木水生土根发财旺富贵荣宗耀祖光宗";
constexpr std::array<std::string_view, 24> roads = {
    "景山路",   "人民东路", "迎宾南路", "吉大路", "凤凰北路", "海滨大道", "九洲大道", "银桦路",
    "翠微西路", "梅华东路", "兴业路",   "柠溪路", "红山路",   "敬业路",   "前山路",   "明珠南路",
    "粤华路",   "珠海大道", "南湾北路", "昌盛路", "联安路",   "桂花南路", "侨光路",   "莲花路"};

struct Person {
  std::string name, phone, number, address;
  std::uint32_t region = 0;
};

// Shares fall like one over the place, as those of names do.
char32_t drawn(Random& random, std::u32string_view from) {
  const double unit = random.unit();
  const auto place = static_cast<std::size_t>(static_cast<double>(from.size() + 1) * unit * unit);
  return from[std::min(place, from.size() - 1)];
}

std::string two(std::uint64_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string digits(Random& random, std::size_t count) {
  std::string text;
  for (std::size_t at = 0; at < count; ++at) text += static_cast<char>('0' + random.below(10));
  return text;
}

Person person(Random& random) {
  Person one;
  text::append_code_point(one.name, drawn(random, surname_characters));
  text::append_code_point(one.name, drawn(random, given_characters));
  if (random.chance(0.85)) text::append_code_point(one.name, drawn(random, given_characters));
  one.phone = "1" + std::to_string(30 + random.below(70)) + digits(random, 8);
  one.number = "9901" + two(1 + random.below(24)) + std::to_string(1935 + random.below(85)) +
               two(1 + random.below(12)) + two(1 + random.below(28)) + digits(random, 4);
  one.address = "香洲区" + std::string(roads[random.below(roads.size())]) +
                std::to_string(1 + random.below(400)) + "号" + std::to_string(1 + random.below(12)) + "栋" +
                std::to_string(100 * (1 + random.below(30)) + 1 + random.below(4)) + "室";
  one.region = static_cast<std::uint32_t>(random.below(1'500));
  return one;
}

search::Entry entry_of(const Person& one) {
  using search::Kind;
  return {{one.region},
          {{Kind::name, one.name},
           {Kind::phone, one.phone},
           {Kind::identifier, one.number},
           {Kind::address, one.address}}};
}

// Who person `number` is: the same on every call, so that nobody's data need be kept beside the index.
Person person_at(std::uint64_t number) {
  SeededRandom random(number * 7'919 + 17);
  return person(random);
}

struct Way {
  std::string name;
  std::function<std::string(const Person&, Random&)> text;
  bool by_peer = false;  // three characters or more, as they stand
  bool in_region = false;
};

std::string spoiled(std::string text, std::size_t at) {
  text[at] = text[at] == '5' ? '6' : '5';
  return text;
}

std::vector<Way> ways() {
  const auto points = [](std::string_view text, std::size_t from, std::size_t count) {
    return text::from_code_points(std::u32string_view(text::code_points(text)).substr(from, count));
  };
  return {
      {"name", [](const Person& one, Random&) { return one.name; }},
      {"name_in_region", [](const Person& one, Random&) { return one.name; }, false, true},
      {"surname", [points](const Person& one, Random&) { return points(one.name, 0, 1); }},
      {"pinyin", [](const Person& one, Random&) { return text::pinyin_joined(one.name); }},
      {"pinyin_mistyped",
       [](const Person& one, Random& random) {
         std::string typed = text::pinyin_joined(one.name);
         const std::size_t at = 1 + random.below(typed.size() - 1);
         std::swap(typed[at], typed[at - 1]);
         return typed;
       }},
      {"initials", [](const Person& one, Random&) { return text::pinyin_initials(one.name); }},
      {"phone_end", [](const Person& one, Random&) { return one.phone.substr(7); }, true},
      {"phone_part", [](const Person& one, Random&) { return one.phone.substr(3, 6); }, true},
      {"phone_masked",
       [](const Person& one, Random&) { return one.phone.substr(0, 3) + "****" + one.phone.substr(7); }},
      {"phone_mistyped",
       [](const Person& one, Random& random) { return spoiled(one.phone, 2 + random.below(8)); }},
      {"number_part", [](const Person& one, Random&) { return one.number.substr(6, 10); }, true},
      {"number_mistyped",
       [](const Person& one, Random& random) { return spoiled(one.number, 4 + random.below(13)); }},
      {"address", [points](const Person& one, Random&) { return points(one.address, 3, 40); }, true},
      {"address_road", [points](const Person& one, Random&) { return points(one.address, 3, 7); }, true},
      {"address_district", [points](const Person& one, Random&) { return points(one.address, 0, 3); }},
      {"address_district_in_region",
       [points](const Person& one, Random&) { return points(one.address, 0, 3); }, false, true},
      {"name_and_phone_end", [](const Person& one, Random&) { return one.name + " " + one.phone.substr(7); }},
      {"pinyin_and_address",
       [points](const Person& one, Random&) {
         return text::pinyin_joined(one.name) + " " + points(one.address, 3, 7);
       }},
  };
}

// --- the peer ---

class Trigrams {
 public:
  explicit Trigrams(const std::string& path) {
    if (sqlite3_open(path.c_str(), &database_) != SQLITE_OK) give_up("sqlite3 does not open");
    run("PRAGMA journal_mode = OFF");
    run("PRAGMA synchronous = OFF");
    run("PRAGMA cache_size = -262144");
    run("CREATE VIRTUAL TABLE person USING fts5(name, phone, number, address, tokenize = 'trigram')");
    run("BEGIN");
    insert_ = prepared("INSERT INTO person VALUES (?, ?, ?, ?)");
    find_ = prepared("SELECT rowid FROM person WHERE person MATCH ? ORDER BY rank LIMIT 20");
  }
  ~Trigrams() {
    sqlite3_finalize(insert_);
    sqlite3_finalize(find_);
    sqlite3_close(database_);
  }
  Trigrams(const Trigrams&) = delete;
  Trigrams& operator=(const Trigrams&) = delete;

  void add(const Person& one) {
    int column = 0;
    for (const std::string* text : {&one.name, &one.phone, &one.number, &one.address})
      sqlite3_bind_text(insert_, ++column, text->c_str(), static_cast<int>(text->size()), SQLITE_TRANSIENT);
    if (sqlite3_step(insert_) != SQLITE_DONE) give_up(sqlite3_errmsg(database_));
    sqlite3_reset(insert_);
  }
  void finish() {
    run("COMMIT");
    run("INSERT INTO person(person) VALUES ('optimize')");
  }
  std::size_t find(const std::string& text) {
    const std::string phrase = "\"" + text + "\"";
    sqlite3_bind_text(find_, 1, phrase.c_str(), static_cast<int>(phrase.size()), SQLITE_TRANSIENT);
    std::size_t found = 0;
    while (sqlite3_step(find_) == SQLITE_ROW) ++found;
    sqlite3_reset(find_);
    return found;
  }

 private:
  void run(const char* statement) {
    if (sqlite3_exec(database_, statement, nullptr, nullptr, nullptr) != SQLITE_OK)
      give_up(sqlite3_errmsg(database_));
  }
  sqlite3_stmt* prepared(const char* statement) {
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v2(database_, statement, -1, &made, nullptr) != SQLITE_OK)
      give_up(sqlite3_errmsg(database_));
    return made;
  }

  sqlite3* database_ = nullptr;
  sqlite3_stmt *insert_ = nullptr, *find_ = nullptr;
};

void measure_searches(const search::SearchIndex& index, Trigrams* peer, std::size_t people,
                      std::size_t searches) {
  SeededRandom random(99);
  std::vector<double> all;
  for (const Way& way : ways()) {
    std::vector<double> ours, theirs;
    std::size_t found = 0;
    for (std::size_t at = 0; at < searches; ++at) {
      const std::uint64_t who = random.below(people);
      const Person one = person_at(who);
      const std::string text = way.text(one, random);
      search::Query query{text};
      const std::uint32_t below = one.region / 150 * 150;
      const std::vector<search::RegionInterval> within = {{below, below + 150}};
      if (way.in_region) query.within = &within;
      const auto start = Steady::now();
      const search::Answer answer = index.search(query);
      ours.push_back(1000 * seconds_since(start));
      for (const auto& hit : answer.hits) found += hit.subject == who ? 1 : 0;
      if (peer == nullptr || !way.by_peer) continue;
      const auto begun = Steady::now();
      peer->find(text);
      theirs.push_back(1000 * seconds_since(begun));
    }
    all.insert(all.end(), ours.begin(), ours.end());
    const char* name = "SQLite FTS5 trigram";
    report(way.name + "_ms_p50", at_share(ours, 0.5), "ms", people,
           {name, theirs.empty() ? 0 : at_share(theirs, 0.5)});
    report(way.name + "_ms_p99", at_share(ours, 0.99), "ms", people,
           {name, theirs.empty() ? 0 : at_share(theirs, 0.99)});
    report(way.name + "_found_among_20", static_cast<double>(found) / static_cast<double>(searches), "1",
           people);
  }
  report("search_ms_p50", at_share(all, 0.5), "ms, all ways together", people);
  report("search_ms_p99", at_share(all, 0.99), "ms, all ways together", people);
  report("search_ms_most", at_share(all, 1), "ms, all ways together", people);
}

// Words of which one stands with one person and one with another, as where they stand in two records of one:
// nobody answers both, the rarest leads, and all who answer it are asked with four others each, as if these
// were their further records. What the links take that tell whose records are one is not in it.
void measure_together(const search::SearchIndex& index, std::size_t people, std::size_t searches) {
  constexpr std::size_t records_each = 5;
  SeededRandom random(55);
  std::vector<double> all;
  std::size_t asked_in_all = 0;
  for (std::size_t at = 0; at < searches; ++at) {
    const Person one = person_at(random.below(people)), other = person_at(random.below(people));
    const std::string text = one.name + " " + other.phone.substr(7);
    search::Query query{text};
    const auto start = Steady::now();
    index.search(query);
    query.most = search::leading_most;
    std::vector<search::SubjectId> asked;
    for (const auto lead : index.leading(query)) {
      for (std::size_t further = 0; further < records_each; ++further)
        asked.push_back((lead + further) % people);
    }
    const auto scores = index.scores(query, asked);
    all.push_back(1000 * seconds_since(start));
    asked_in_all += scores.size();
  }
  report("together_ms_p50", at_share(all, 0.5), "ms, without links", people);
  report("together_ms_p99", at_share(all, 0.99), "ms, without links", people);
  report("together_asked", static_cast<double>(asked_in_all) / static_cast<double>(searches),
         "records a search", people);
}

void measure_changes(search::SearchIndex& index, std::size_t people, std::size_t changes) {
  SeededRandom random(7);
  const auto start = Steady::now();
  for (std::size_t at = 0; at < changes; ++at) {
    const std::uint64_t who = random.below(people);
    Person one = person_at(who);
    one.phone = person(random).phone;
    index.add(who, entry_of(one));
  }
  report("changes", static_cast<double>(changes) / seconds_since(start), "changes/s", people);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t people = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2'400'000;
  const std::size_t searches = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 300;
  const bool with_peer = argc <= 3;
  search::SearchIndex index;
  double seconds = 0;
  // What it takes to make the persons up is not the index's time.
  constexpr std::size_t portion = 10'000;
  for (std::size_t from = 0; from < people; from += portion) {
    std::vector<search::Entry> entries;
    for (std::size_t who = from; who < std::min(people, from + portion); ++who)
      entries.push_back(entry_of(person_at(who)));
    const auto start = Steady::now();
    for (std::size_t at = 0; at < entries.size(); ++at) index.add(from + at, entries[at]);
    seconds += seconds_since(start);
  }
  storage::TemporaryFolder folder;
  std::unique_ptr<Trigrams> peer;
  double peer_seconds = 0;
  if (with_peer) {
    peer = std::make_unique<Trigrams>(folder.path() + "/peer.sqlite");
    for (std::size_t from = 0; from < people; from += portion) {
      std::vector<Person> persons;
      for (std::size_t who = from; who < std::min(people, from + portion); ++who)
        persons.push_back(person_at(who));
      const auto start = Steady::now();
      for (const auto& one : persons) peer->add(one);
      peer_seconds += seconds_since(start);
    }
    const auto start = Steady::now();
    peer->finish();
    peer_seconds += seconds_since(start);
  }
  report("build_seconds", seconds, "s, one thread", people, {"SQLite FTS5 trigram", peer_seconds});
  report("memory", static_cast<double>(index.memory()) / 1e6, "MB of the index", people);
  measure_searches(index, peer.get(), people, searches);
  measure_together(index, people, searches);
  measure_changes(index, people, std::min<std::size_t>(people, 50'000));
  return 0;
}
