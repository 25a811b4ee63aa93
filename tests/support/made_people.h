// Made-up people with citizen numbers, phones and addresses, and records of them with mistakes, for tests of
// linkage.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "engines/linkage/linkage.h"

namespace jingwei::testing {

struct MadePerson {
  std::string surname, given, sex, born, citizen_id, phone, address;
  std::string name() const { return surname + given; }
};

// How often a record of a person goes wrong.
struct MadeMistakes {
  double typo = 0.05;     // a character of the name, a digit of the number or the phone
  double missing = 0.10;  // of each of number, phone, date
  double moved = 0.05;
};

class MadePeople {
 public:
  explicit MadePeople(std::uint64_t seed) : random_(seed) {}

  MadePerson person() {
    static const std::vector<std::string> surnames = {
        "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱",
        "胡", "郭", "何", "高", "林", "罗", "郑", "梁", "谢", "宋", "唐", "许", "韩", "冯"};
    MadePerson one;
    one.surname = surnames[random_.below(surnames.size()) * random_.below(surnames.size()) / surnames.size()];
    one.given = given();
    one.sex = random_.below(2) == 0 ? "男" : "女";
    one.born = std::to_string(1940 + random_.below(75)) + "-" + two(1 + random_.below(12)) + "-" +
               two(1 + random_.below(28));
    one.citizen_id = citizen_id(one.born);
    one.phone = "1" + digits(10);
    one.address = address();
    return one;
  }
  std::string given() {
    static const std::vector<std::string> words = {
        "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛",
        "明", "超", "秀", "霞", "平", "刚", "桂", "英", "华", "文", "玉", "兰", "建", "国", "志"};
    std::string text = words[random_.below(words.size())];
    if (random_.chance(0.8)) text += words[random_.below(words.size())];
    return text;
  }
  std::string address() {
    static const std::vector<std::string> roads = {"景山路", "人民东路", "迎宾南路",
                                                   "吉大路", "凤凰北路", "海滨大道"};
    return "香洲区" + roads[random_.below(roads.size())] + std::to_string(1 + random_.below(300)) + "号" +
           std::to_string(1 + random_.below(9)) + "栋" + std::to_string(101 + random_.below(2'000)) + "室";
  }
  // With the right check character.
  std::string citizen_id(const std::string& born) {
    std::string id = "9901" + two(1 + random_.below(8)) + born.substr(0, 4) + born.substr(5, 2) +
                     born.substr(8, 2) + digits(3);
    constexpr std::array<int, 17> weights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (std::size_t i = 0; i < 17; ++i) sum += (id[i] - '0') * weights[i];
    return id + "10X98765432"[sum % 11];
  }
  // The person as a department would have written them.
  MadePerson record(const MadePerson& truth, const MadeMistakes& mistakes = {}) {
    MadePerson one = truth;
    if (random_.chance(mistakes.typo))
      one.given = given().substr(0, 3) + one.given.substr(std::min<std::size_t>(3, one.given.size()));
    if (random_.chance(mistakes.typo)) spoil(one.citizen_id);
    if (random_.chance(mistakes.typo)) spoil(one.phone);
    if (random_.chance(mistakes.missing)) one.citizen_id.clear();
    if (random_.chance(mistakes.missing)) one.phone.clear();
    if (random_.chance(mistakes.missing)) one.born.clear();
    if (random_.chance(mistakes.moved)) one.address = address();
    return one;
  }
  std::string digits(std::size_t count) {
    std::string text;
    for (std::size_t at = 0; at < count; ++at) text += static_cast<char>('0' + random_.below(10));
    return text;
  }
  Random& random() { return random_; }

 private:
  static std::string two(std::uint64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }
  void spoil(std::string& text) {
    if (text.empty()) return;
    text[random_.below(text.size())] = static_cast<char>('0' + random_.below(10));
  }

  SeededRandom random_;
};

inline std::vector<linkage::Field> made_fields() {
  using linkage::FieldType;
  return {{"name", FieldType::full_name}, {"sex", FieldType::category},
          {"born", FieldType::date},      {"citizen_id", FieldType::identifier},
          {"phone", FieldType::phone},    {"address", FieldType::address}};
}

// Records in the order they were added, with who each is.
class MadeRecords {
 public:
  explicit MadeRecords(std::vector<linkage::Field> fields = made_fields()) : records_(std::move(fields)) {}

  void add(const MadePerson& person, std::size_t who, linkage::Side side = linkage::Side::left) {
    const std::string name = person.name();
    const std::array<std::string_view, 6> values = {
        name, person.sex, person.born, person.citizen_id, person.phone, person.address};
    records_.add(side, std::to_string(truth_.size()), values);
    truth_.push_back(who);
  }
  // `people` persons, each with one to three records.
  void add_people(MadePeople& people, std::size_t count, const MadeMistakes& mistakes = {}) {
    for (std::size_t at = 0; at < count; ++at) {
      const MadePerson truth = people.person();
      const std::size_t who = next_who();
      for (std::size_t copy = 1 + people.random().below(3); copy > 0; --copy)
        add(people.record(truth, mistakes), who);
    }
  }
  std::size_t next_who() { return 1'000'000 + whos_++; }

  linkage::Records& records() { return records_; }
  std::size_t size() const { return truth_.size(); }
  std::size_t who(std::size_t record) const { return truth_[record]; }
  linkage::Linkage link(const linkage::LinkOptions& options = {}) {
    records_.prepare(2);
    return linkage::link(records_, options);
  }

 private:
  linkage::Records records_;
  std::vector<std::size_t> truth_;
  std::size_t whos_ = 0;
};

struct Agreement {
  double precision = 1, recall = 1;
  double f1() const { return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0; }
};

// Pairs linked against pairs that are one person; `who(record)` tells the truth.
template <typename Who>
Agreement agreement(const linkage::Linkage& answer, std::size_t records, const Who& who) {
  std::map<std::decay_t<decltype(who(0))>, double> persons;
  for (std::size_t record = 0; record < records; ++record) ++persons[who(record)];
  double all = 0, right = 0;
  for (const auto& [person, count] : persons) all += count * (count - 1) / 2;
  for (const auto& pair : answer.pairs) right += who(pair.left) == who(pair.right) ? 1 : 0;
  return {answer.pairs.empty() ? 1 : right / static_cast<double>(answer.pairs.size()),
          all > 0 ? right / all : 1};
}

inline bool warns(const linkage::Linkage& answer, linkage::Warning::Kind kind, std::string_view field = "") {
  return std::any_of(answer.report.warnings.begin(), answer.report.warnings.end(),
                     [&](const linkage::Warning& warning) {
                       return warning.kind == kind && (field.empty() || warning.field == field);
                     });
}

// Blocks from the first pair on, in sets small enough to compare every pair too.
inline linkage::LinkOptions blocked() {
  linkage::LinkOptions options;
  options.blocking.every_pair_below = 0;
  return options;
}

}  // namespace jingwei::testing
