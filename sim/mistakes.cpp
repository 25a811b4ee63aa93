#include "sim/mistakes.h"

#include <charconv>
#include <optional>

#include "base/clock.h"

namespace jingwei::sim {

namespace {

// Characters of one sound, and characters of one look; groups between spaces.
constexpr std::string_view homophones =
    "张章彰 王汪 李黎里理 陈程成晨辰诚城承 杨阳洋扬 周舟州 徐许旭 朱竹 胡湖 林琳霖临 何河荷和 伟玮维 静婧敬 "
    "丽莉俐 艳燕雁彦 芳方 军君钧 明铭鸣 "
    "华桦花 建健剑 国果 涛滔 超朝 欣新心馨 怡宜仪 梓子紫 涵函寒 雨宇语羽玉 轩萱宣 浩昊皓 佳嘉家 慧惠会 平萍 "
    "秀绣 英瑛莹颖 兰岚蓝 珍真贞 辉晖 "
    "志智治 刚钢 飞菲 婷庭 晴清情 依伊一 琪奇祺 思诗斯 博波 杰捷 俊峻 海孩 洪红宏鸿 文雯 雅亚 可柯 娟鹃 霞侠 "
    "彤桐童 云芸 福富 贵桂 永勇 娜纳 "
    "高皋 吴武伍 郭国 郑正 谢解 唐堂 冯逢 于余俞 董懂 曹草 袁原元 邓登 沈审 曾增 吕旅 苏素 蒋讲 蔡菜 魏卫 "
    "薛雪 潘攀 钟忠 姜江 范饭 谭谈 邱秋丘";
constexpr std::string_view look_alikes =
    "晴睛清倩 未末 己已 天夭 王玉 大太 土士 人入 波坡 梁粱 竞竟 浩诰 杨扬 林淋 丽雨 伟纬 婷停 敏毓 瑞端 思恩 "
    "佳桂 洁浩 娜挪 琴琹 刚则 侯候 郭敦 "
    "陈阵 刘列 李季 张弘 孙孩 徐除 胡湖 高亭 何向 罗萝 宋宗 郑邦 谢射 韩朝 唐糖 冯马 董重 程呈 曹漕 袁衰 "
    "邓郊 许评 傅博 沈沉 曾会 彭膨 苏芬 卢户";

constexpr std::size_t character_bytes = 3;

std::vector<std::string> characters_of(std::string_view text) {
  std::vector<std::string> characters;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    characters.emplace_back(text.substr(i, bytes));
    i += bytes;
  }
  return characters;
}

std::string joined(const std::vector<std::string>& characters) {
  std::string text;
  for (const std::string& character : characters) text += character;
  return text;
}

// Another character of the same group, if there is one.
std::optional<std::string> sibling(std::string_view groups, const std::string& character, Random& random) {
  if (character.size() != character_bytes) return std::nullopt;
  const std::size_t at = groups.find(character);
  if (at == std::string_view::npos) return std::nullopt;
  const std::size_t begin = groups.rfind(' ', at) == std::string_view::npos ? 0 : groups.rfind(' ', at) + 1;
  const std::size_t end = std::min(groups.find(' ', at), groups.size());
  const std::size_t count = (end - begin) / character_bytes;
  if (count < 2) return std::nullopt;
  const std::size_t mine = (at - begin) / character_bytes;
  const std::size_t other = (mine + 1 + random.below(count - 1)) % count;
  return std::string(groups.substr(begin + other * character_bytes, character_bytes));
}

bool replace_sibling(std::string& name, std::string_view groups, Random& random) {
  std::vector<std::string> characters = characters_of(name);
  const std::size_t from = characters.empty() ? 0 : random.below(characters.size());
  for (std::size_t i = 0; i < characters.size(); ++i) {
    std::string& character = characters[(from + i) % characters.size()];
    if (const auto other = sibling(groups, character, random)) {
      character = *other;
      name = joined(characters);
      return true;
    }
  }
  return false;
}

bool mistype(std::string& name, Random& random) {
  if (random.chance(0.7) && replace_sibling(name, look_alikes, random)) return true;
  std::vector<std::string> characters = characters_of(name);
  if (characters.size() < 3) return replace_sibling(name, look_alikes, random);
  const std::size_t last = characters.size() - 1;
  if (random.chance(0.5) && characters[last] != characters[last - 1]) {
    std::swap(characters[last], characters[last - 1]);
  } else {
    characters.pop_back();
  }
  name = joined(characters);
  return true;
}

std::string full_width(std::string_view text) {
  std::string wide;
  for (const char c : text) {
    if (c > ' ' && c < 0x7f) {
      const unsigned point = 0xFF00U + static_cast<unsigned>(c) - 0x20U;
      wide += static_cast<char>(0xE0U | (point >> 12));
      wide += static_cast<char>(0x80U | ((point >> 6) & 0x3FU));
      wide += static_cast<char>(0x80U | (point & 0x3FU));
    } else {
      wide += c;
    }
  }
  return wide;
}

void add_space(std::string& text, Random& random) {
  const std::vector<std::string> characters = characters_of(text);
  const std::string space = random.chance(0.3) ? "　" : " ";
  switch (random.below(3)) {
    case 0:
      text = space + text;
      return;
    case 1:
      text += space;
      return;
    default: {
      std::vector<std::string> parts = characters;
      parts.insert(parts.begin() + static_cast<std::ptrdiff_t>(characters.size() / 2), space);
      text = joined(parts);
    }
  }
}

std::string date_text(std::string_view iso, DateForm form) {
  const auto day = parse_iso_day(iso);
  if (!day) return std::string(iso);
  const std::chrono::year_month_day date{*day};
  const std::string year = std::to_string(static_cast<int>(date.year()));
  const std::string month = std::to_string(static_cast<unsigned>(date.month()));
  const std::string number = std::to_string(static_cast<unsigned>(date.day()));
  switch (form) {
    case DateForm::iso:
      return std::string(iso);
    case DateForm::dotted:
      return year + "." + month + "." + number;
    case DateForm::chinese:
      return year + "年" + month + "月" + number + "日";
    case DateForm::serial:
      return std::to_string(to_days(*day) + 25'569);  // Excel's day 1 is 1900-01-01, with its false leap day
    case DateForm::compact:
      return year + (month.size() < 2 ? "0" : "") + month + (number.size() < 2 ? "0" : "") + number;
    case DateForm::american:
      return month + "/" + number + "/" + year;
  }
  return std::string(iso);
}

std::string datetime_text(const std::string& plain, DateForm form) {
  const std::string day = plain.substr(0, 10);
  const std::string minute = plain.substr(11, 5);
  switch (form) {
    case DateForm::iso:
      return plain;
    case DateForm::dotted:
      return day + "T" + plain.substr(11) + "+08:00";
    case DateForm::american:
    case DateForm::compact:
    case DateForm::serial:
      return day.substr(0, 4) + "/" + day.substr(5, 2) + "/" + day.substr(8) + " " + minute;
    case DateForm::chinese:
      return date_text(day, DateForm::chinese) + " " + minute;
  }
  return plain;
}

class Spoiler {
 public:
  Spoiler(Row& row, const std::vector<Column>& columns, const RowSubject& subject, const Rates& rates,
          Random& random)
      : row_(row), columns_(columns), subject_(subject), rates_(rates), random_(random) {}

  Mistakes run(DateForm form) {
    names();
    numbers();
    regions();
    choices();
    dates(form);
    shared();
    return std::move(done_);
  }

 private:
  bool draw(Mistake mistake) { return rates_[mistake] > 0 && random_.chance(rates_[mistake]); }
  void note(Mistake mistake) { done_.push_back(mistake); }

  // The first filled field of a role, or nothing.
  std::string* field(ColumnRole role) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].role == role && !row_[i].empty()) return &row_[i];
    }
    return nullptr;
  }

  void names() {
    std::string* name = field(ColumnRole::name);
    if (name == nullptr) return;
    if (draw(Mistake::name_typo) && mistype(*name, random_)) note(Mistake::name_typo);
    if (draw(Mistake::name_homophone) && replace_sibling(*name, homophones, random_))
      note(Mistake::name_homophone);
  }

  void numbers() {
    if (std::string* id = field(ColumnRole::citizen_id)) spoil_id(*id);
    if (std::string* code = field(ColumnRole::credit_code); code != nullptr && draw(Mistake::id_checksum)) {
      code->back() = code->back() == '0' ? '1' : '0';
      note(Mistake::id_checksum);
    }
    if (std::string* phone = field(ColumnRole::phone)) spoil_phone(*phone);
    if (std::string* number = field(ColumnRole::number); number != nullptr && draw(Mistake::number_unit)) {
      *number += number->find('.') != std::string::npos ? "℃" : "人";
      note(Mistake::number_unit);
    }
  }

  void spoil_id(std::string& id) {
    if (id.size() != 18) return;
    if (draw(Mistake::id_checksum)) {
      char& digit = id[14 + random_.below(3)];
      digit = digit == '9' ? '0' : static_cast<char>(digit + 1);
      note(Mistake::id_checksum);
    } else if (draw(Mistake::id_15) && id.substr(6, 2) == "19" && id.substr(14, 3) < "996") {
      id = id.substr(0, 6) + id.substr(8, 9);
      note(Mistake::id_15);
    } else if (draw(Mistake::id_excel)) {
      id = id.substr(0, 1) + "." + id.substr(1, 5) + "E+17";
      note(Mistake::id_excel);
    }
  }

  void spoil_phone(std::string& phone) {
    if (draw(Mistake::phone_excel)) {
      phone = "1.54E+10";
      note(Mistake::phone_excel);
    } else if (draw(Mistake::phone_form)) {
      const std::string dashed = phone.substr(0, 3) + "-" + phone.substr(3, 4) + "-" + phone.substr(7);
      phone = random_.chance(0.4) ? dashed : random_.chance(0.5) ? "+86 " + phone : phone + ".0";
      note(Mistake::phone_form);
    } else if (draw(Mistake::phone_short)) {
      phone.erase(3 + random_.below(8), 1);
      note(Mistake::phone_short);
    }
  }

  void regions() {
    if (std::string* region = field(ColumnRole::region)) {
      if (draw(Mistake::region_name)) {
        *region = subject_.region_name;
        note(Mistake::region_name);
      } else if (draw(Mistake::region_short) && region->size() == 15) {
        region->resize(12);
        note(Mistake::region_short);
      } else if (draw(Mistake::region_wrong)) {
        region->replace(4, 2, "99");
        note(Mistake::region_wrong);
      }
    }
    if (std::string* address = field(ColumnRole::address)) {
      if (!subject_.old_address.empty() && draw(Mistake::old_address)) {
        *address = subject_.old_address;
        note(Mistake::old_address);
      } else if (!subject_.short_address.empty() && draw(Mistake::short_address)) {
        *address = subject_.short_address;
        note(Mistake::short_address);
      }
    }
  }

  void choices() {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].synonyms == nullptr) continue;
      for (const Synonyms& synonyms : *columns_[i].synonyms) {
        if (row_[i] != synonyms.value || !draw(Mistake::choice_synonym)) continue;
        row_[i] = pick(random_, synonyms.also);
        note(Mistake::choice_synonym);
        break;
      }
    }
    if (std::string* choice = field(ColumnRole::choice); choice != nullptr && draw(Mistake::choice_unknown)) {
      *choice = random_.chance(0.5) ? "不详" : "？";
      note(Mistake::choice_unknown);
    }
  }

  void dates(DateForm form) {
    const bool other = draw(Mistake::date_form);
    const DateForm used =
        other ? static_cast<DateForm>((static_cast<std::uint64_t>(form) + 1 + random_.below(5)) % 6) : form;
    bool found = false;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (row_[i].empty()) continue;
      if (columns_[i].role == ColumnRole::date) row_[i] = date_text(row_[i], used);
      if (columns_[i].role == ColumnRole::datetime) row_[i] = datetime_text(row_[i], used);
      found |= columns_[i].role == ColumnRole::date || columns_[i].role == ColumnRole::datetime;
    }
    if (other && found) note(Mistake::date_form);
    if (std::string* date = field(ColumnRole::date); date != nullptr && draw(Mistake::date_impossible)) {
      *date = "2020-02-30";
      note(Mistake::date_impossible);
    }
  }

  void shared() {
    std::string* name = field(ColumnRole::name);
    std::string* phone = field(ColumnRole::phone);
    std::string* id = field(ColumnRole::citizen_id);
    if (draw(Mistake::full_width) && (phone != nullptr || id != nullptr)) {
      std::string& wide = id == nullptr || (phone != nullptr && random_.chance(0.5)) ? *phone : *id;
      wide = full_width(wide);
      note(Mistake::full_width);
    }
    if (draw(Mistake::stray_space) && (name != nullptr || id != nullptr)) {
      add_space(id == nullptr || (name != nullptr && random_.chance(0.7)) ? *name : *id, random_);
      note(Mistake::stray_space);
    }
    if (name != nullptr && phone != nullptr && draw(Mistake::fields_swapped)) {
      std::swap(*name, *phone);
      note(Mistake::fields_swapped);
    }
    if (draw(Mistake::missing_value)) {
      std::string& gone = row_[random_.below(row_.size())];
      if (!gone.empty()) note(Mistake::missing_value);
      gone.clear();
    }
  }

  Row& row_;
  const std::vector<Column>& columns_;
  const RowSubject& subject_;
  const Rates& rates_;
  Random& random_;
  Mistakes done_;
};

}  // namespace

std::string_view name_of(Mistake mistake) {
  constexpr std::array<std::string_view, mistake_kinds> names = {
      "name_typo",       "name_homophone", "fields_swapped", "full_width",      "stray_space",
      "old_address",     "short_address",  "missing_value",  "id_checksum",     "id_15",
      "id_excel",        "phone_excel",    "phone_form",     "phone_short",     "date_form",
      "date_impossible", "region_name",    "region_short",   "region_wrong",    "choice_synonym",
      "choice_unknown",  "number_unit",    "column_count",   "duplicate_exact", "duplicate_near"};
  return names[static_cast<std::size_t>(mistake)];
}

Rates usual_rates() {
  return Rates{}
      .with(Mistake::name_typo, 0.006)
      .with(Mistake::name_homophone, 0.006)
      .with(Mistake::fields_swapped, 0.001)
      .with(Mistake::full_width, 0.010)
      .with(Mistake::stray_space, 0.012)
      .with(Mistake::old_address, 0.015)
      .with(Mistake::short_address, 0.015)
      .with(Mistake::missing_value, 0.008)
      .with(Mistake::id_checksum, 0.006)
      .with(Mistake::id_15, 0.004)
      .with(Mistake::phone_form, 0.010)
      .with(Mistake::phone_short, 0.003)
      .with(Mistake::date_form, 0.020)
      .with(Mistake::date_impossible, 0.001)
      .with(Mistake::region_name, 0.004)
      .with(Mistake::region_short, 0.006)
      .with(Mistake::region_wrong, 0.002)
      .with(Mistake::choice_synonym, 0.020)
      .with(Mistake::choice_unknown, 0.001)
      .with(Mistake::column_count, 0.0005)
      .with(Mistake::duplicate_exact, 0.006)
      .with(Mistake::duplicate_near, 0.004);
}

Mistakes spoil(Row& row, const std::vector<Column>& columns, const RowSubject& subject, const Rates& rates,
               DateForm form, Random& random) {
  return Spoiler(row, columns, subject, rates, random).run(form);
}

}  // namespace jingwei::sim
