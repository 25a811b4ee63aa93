#include "modules/catalog/meaning.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace jingwei::catalog {

namespace {

// Words that mean the same question, in plain_title's form. A meaning whose answer follows from another
// stands with it: whoever holds the date of birth need not ask the age.
struct Synonyms {
  std::string_view meaning;
  std::string_view words;  // separated by '|'
};
constexpr std::array synonyms = {
    Synonyms{"alias",
             "曾用名|曾用姓名|别名|又名|小名|其他姓名|formername|formernames|previousname|alias|aliases|"
             "othername|alsoknownas"},
    Synonyms{"phone",
             "电话|手机|手机号|手机号码|联系电话|联系方式|移动电话|电话号码|phone|mobile|telephone|"
             "phonenumber|mobilenumber"},
    Synonyms{"address",
             "住址|地址|详细地址|居住地址|现住址|家庭住址|家庭地址|居住地|居住地点|address|homeaddress|"
             "residence|residentialaddress"},
    Synonyms{"born", "出生日期|出生年月|出生年月日|生日|年龄|周岁|dateofbirth|born|birthday|age"},
    Synonyms{"sex", "性别|sex|gender"},
    Synonyms{"ethnicity", "民族|ethnicity|ethnicgroup|nationality"},
    Synonyms{"temperature", "体温|今日体温|测量体温|额温|temperature|bodytemperature"},
    Synonyms{"symptoms", "症状|主要症状|身体症状|健康状况|身体状况|symptoms|health|healthstate"},
    Synonyms{"registration", "户籍|户籍类型|户口性质|户口类型|registration|householdregistration"},
    Synonyms{"marriage", "婚姻|婚姻状况|婚姻状态|maritalstatus|marriage"},
    Synonyms{"education", "学历|文化程度|教育程度|education"},
    Synonyms{"occupation", "职业|岗位|工种|从事职业|occupation|post|job"},
    Synonyms{"employer", "工作单位|单位名称|单位|就业单位|用人单位|employer|workplace|company"},
    Synonyms{"relation", "与户主关系|户主关系|家庭关系|relationtothehead|relation"},
    Synonyms{"household", "户号|户编号|家庭编号|householdnumber"},
    Synonyms{"household-size",
             "居住人数|家庭人口|家庭人口数|常住人数|人口数|同住人数|peoplelivinghere|"
             "householdsize"},
    Synonyms{"rented", "租住|租房|出租|房屋性质|住房性质|rented|tenure"},
    Synonyms{"travel", "离市|离开本市|外出|行程|旅居史|leftthecity|travel|travelhistory"},
    Synonyms{"contact-with-case", "接触病例|接触确诊病例|接触史|密切接触|contactwithacase|contacthistory"},
    Synonyms{"plate", "车牌|车牌号|车牌号码|号牌|plate|licenceplate|licenseplate"},
    Synonyms{"staff", "从业人数|员工人数|职工人数|在岗人数|staff|employees|headcount"},
    Synonyms{"industry", "行业|所属行业|行业类别|industry|sector"},
};

constexpr std::array filler = {
    std::string_view("本人"),    std::string_view("当前"),   std::string_view("目前"),
    std::string_view("您的"),    std::string_view("是否"),   std::string_view("有无"),
    std::string_view("填报"),    std::string_view("居民"),   std::string_view("your"),
    std::string_view("present"), std::string_view("current")};

std::string synonym_of(const std::string& plain) {
  if (plain.empty()) return {};
  for (const auto& group : synonyms) {
    std::string_view words = group.words;
    while (!words.empty()) {
      const std::size_t end = std::min(words.find('|'), words.size());
      if (words.substr(0, end) == plain) return std::string(group.meaning);
      words.remove_prefix(std::min(end + 1, words.size()));
    }
  }
  return {};
}

enum class Answer : std::uint8_t { words, quantity, moment, place };

Answer answer_of(FieldType type) {
  switch (type) {
    case FieldType::integer:
    case FieldType::number:
      return Answer::quantity;
    case FieldType::date:
    case FieldType::datetime:
      return Answer::moment;
    case FieldType::region:
    case FieldType::address:
      return Answer::place;
    default:
      return Answer::words;
  }
}

}  // namespace

std::string plain_title(std::string_view title) {
  const std::string folded = text::lower_ascii(text::to_simplified(text::nfkc(title)));
  std::string plain;
  int depth = 0;
  for (std::size_t at = 0; at < folded.size();) {
    const char32_t point = text::next_code_point(folded, at);
    if (point == U'(' || point == U'（' || point == U'[') {
      ++depth;
    } else if (point == U')' || point == U'）' || point == U']') {
      depth = std::max(0, depth - 1);
    } else if (depth == 0 && (text::is_han(point) || (point >= U'a' && point <= U'z') ||
                              (point >= U'0' && point <= U'9'))) {
      text::append_code_point(plain, point);
    }
  }
  for (const auto& word : filler) {
    const std::size_t at = plain.find(word);
    if (at != std::string::npos && plain.size() > word.size()) plain.erase(at, word.size());
  }
  return plain;
}

std::string meaning_of_words(std::string_view words) {
  return synonym_of(plain_title(words));
}

std::string meaning_of(const Field& field) {
  if (!field.meaning.empty()) return field.meaning;
  switch (field.type) {
    case FieldType::phone:
      return "phone";
    case FieldType::citizen_id:
    case FieldType::identity_document:
      return "citizen-id";
    case FieldType::credit_code:
      return "credit-code";
    case FieldType::address:
      return "address";
    default:
      break;
  }
  const std::string plain = plain_title(field.title.zh);
  if (auto known = synonym_of(plain); !known.empty()) return known;
  if (auto known = synonym_of(plain_title(field.title.en)); !known.empty()) return known;
  for (const auto& column : field.columns) {
    if (auto known = synonym_of(plain_title(column)); !known.empty()) return known;
  }
  return plain.empty() ? "" : "zh:" + plain;
}

bool may_answer_alike(const Field& a, const Field& b) {
  const Answer one = answer_of(a.type);
  const Answer other = answer_of(b.type);
  // An age is had from a date of birth; an address may be typed as plain text.
  const bool words = one == Answer::words || other == Answer::words;
  const bool born = meaning_of(a) == "born" && meaning_of(b) == "born";
  if (one != other && !words && !born) return false;
  return (a.personal == Personal::none) == (b.personal == Personal::none) || words || born;
}

bool identifies(const Resource& resource, const Field& field) {
  const auto holds = [&](const std::vector<std::string>& names) {
    return std::find(names.begin(), names.end(), field.name) != names.end();
  };
  if (field.personal == Personal::identifier || field.personal == Personal::name) return true;
  if (field.type == FieldType::citizen_id || field.type == FieldType::credit_code) return true;
  return holds(resource.key) || holds(resource.region_fields) || resource.day_field == field.name;
}

}  // namespace jingwei::catalog
