#include "modules/region/place_readings.h"

#include "base/text.h"

namespace jingwei::region {
namespace {

struct KnownReading {
  std::string_view text;
  std::string_view syllables;  // one per character, spaces between
};

// Longest match first within a starting character; readings after the gazetteers of the places themselves.
constexpr KnownReading known_readings[] = {
    {"大城县", "dai cheng xian"},
    {"重庆", "chong qing"},
    {"厦门", "xia men"},
    {"厦坑", "xia keng"},
    {"长子县", "zhang zi xian"},
    {"长", "chang"},
    {"都", "du"},
    {"蚌埠", "beng bu"},
    {"六安", "lu an"},
    {"六合", "lu he"},
    {"亳", "bo"},
    {"丽水", "li shui"},
    {"丽江", "li jiang"},
    {"东阿", "dong e"},
    {"阿胶", "e jiao"},
    {"乐清", "yue qing"},
    {"乐亭", "lao ting"},
    {"乐陵", "lao ling"},
    {"单县", "shan xian"},
    {"单城", "shan cheng"},
    {"莘县", "shen xian"},
    {"洪洞", "hong tong"},
    {"尉犁", "yu li"},
    {"番禺", "pan yu"},
    {"大埔", "da bu"},
    {"黄埔", "huang pu"},
    {"铅山", "yan shan"},
    {"歙县", "she xian"},
    {"涡阳", "guo yang"},
    {"浚县", "xun xian"},
    {"泌阳", "bi yang"},
    {"柏乡", "bai xiang"},
    {"牟平", "mu ping"},
    {"中牟", "zhong mu"},
    {"会稽", "kuai ji"},
    {"朝阳", "chao yang"},
    {"句容", "ju rong"},
    {"盱眙", "xu yi"},
    {"甪直", "lu zhi"},
    {"宕昌", "tan chang"},
    {"犍为", "qian wei"},
    {"筠连", "jun lian"},
    {"什邡", "shi fang"},
    {"荥经", "ying jing"},
    {"荥阳", "xing yang"},
    {"蔚县", "yu xian"},
    {"井陉", "jing xing"},
    {"行唐", "xing tang"},
    {"获鹿", "huo lu"},
    {"渑池", "mian chi"},
    {"漯河", "luo he"},
    {"吴堡", "wu bu"},
    {"柞水", "zha shui"},
    {"沈阳", "shen yang"},
    {"繁峙", "fan shi"},
    {"枞阳", "zong yang"},
    {"东莞", "dong guan"},
    {"莞城", "guan cheng"},
    {"嵊", "sheng"},
    {"闽侯", "min hou"},
    {"侯马", "hou ma"},
    {"勐", "meng"},
    {"巴音郭楞", "ba yin guo leng"},
    {"喀什", "ka shi"},
    {"吐鲁番", "tu lu fan"},
    {"西藏", "xi zang"},
    {"藏族", "zang zu"},
    {"台州", "tai zhou"},
    {"天台", "tian tai"},
    {"曾都", "zeng du"},
    {"增城", "zeng cheng"},
    {"任丘", "ren qiu"},
    {"任泽", "ren ze"},
    {"隗", "wei"},
    {"圩", "wei"},
    {"和平", "he ping"},
    {"行政", "xing zheng"},
    {"银行", "yin hang"},
    {"解放", "jie fang"},
    {"盛泽", "sheng ze"},
    {"秘鲁", "bi lu"},
    {"氹仔", "dang zai"},
    {"区", "qu"},
    {"石景山", "shi jing shan"},
    {"万", "wan"},
    {"车", "che"},
    {"沙", "sha"},
    {"石", "shi"},
    {"合", "he"},
    {"南", "nan"},
    {"北", "bei"},
    {"葛", "ge"},
    {"盖州", "gai zhou"},
    {"屯", "tun"},
    {"尼", "ni"},
    {"弥", "mi"},
    {"洞", "dong"},
    {"济南", "ji nan"},
    {"济宁", "ji ning"},
    {"济源", "ji yuan"},
};

void add_syllable(Reading& reading, std::string_view syllable) {
  bool first = true;
  for (const char c : syllable) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if ((lower < 'a' || lower > 'z') && (lower < '0' || lower > '9')) continue;
    reading.joined.push_back(lower);
    if (first) reading.initials.push_back(lower);
    first = false;
  }
}

void add_syllables(Reading& reading, std::string_view syllables) {
  while (!syllables.empty()) {
    const std::size_t space = syllables.find(' ');
    add_syllable(reading, syllables.substr(0, space));
    syllables.remove_prefix(space == std::string_view::npos ? syllables.size() : space + 1);
  }
}

std::size_t character_bytes(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// The longest known reading at the start of `text`; null when none.
const KnownReading* known_at(std::string_view text) {
  const KnownReading* best = nullptr;
  for (const KnownReading& known : known_readings) {
    if (text.starts_with(known.text) && (best == nullptr || known.text.size() > best->text.size()))
      best = &known;
  }
  return best;
}

}  // namespace

Reading read_place_name(std::string_view name) {
  Reading reading;
  std::size_t plain_from = 0;
  const auto read_plain = [&](std::size_t to) {
    if (to == plain_from) return;
    for (const std::string& syllable : text::pinyin(name.substr(plain_from, to - plain_from)))
      add_syllable(reading, syllable);
  };
  std::size_t at = 0;
  while (at < name.size()) {
    if (const KnownReading* known = known_at(name.substr(at))) {
      read_plain(at);
      add_syllables(reading, known->syllables);
      at += known->text.size();
      plain_from = at;
    } else {
      at = std::min(name.size(), at + character_bytes(name[at]));
    }
  }
  read_plain(name.size());
  return reading;
}

}  // namespace jingwei::region
