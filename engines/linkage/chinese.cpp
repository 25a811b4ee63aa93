#include "engines/linkage/chinese.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <unordered_set>

#include "base/text.h"

namespace jingwei::linkage {

namespace {

constexpr char32_t first_unified = 0x4E00, last_unified = 0x9FA5;
// Strokes are not told by the order alone; characters this near in one radical have the same or nearly the
// same number of them, mostly.
constexpr char32_t neighbours = 2;

// Taken for each other in handwriting and in print, and far apart in Unicode's order.
constexpr std::u32string_view look_alike_groups =
    U"日曰目|未末|土士|己已巳|戊戌戍戎|人入八|千干于|刀力|大太犬|天夭夫|王玉主|木本|田由甲申|午牛|贝见|今令|"
    U"兔免|鸟乌|拔拨|侯候|洒酒|折拆|暑署|壁璧|梁粱|徒徙|赢羸|汩汨|晴睛|栗粟|茶荼|崇祟|博搏|辨辩|菅管|"
    U"幻幼|师帅|冶治|沈沉|亨享|眯咪|杨扬|肖俏|历厉|旦且|丘兵|毫亳|盲肓|枚枝|宣宜|冼洗|准淮|凤风|"
    U"晓晄|佳住|萍苹|兰三|丽而|敏敝|婷停|娜那|琳林|颖频|伟纬|燕蒸|莹萤|彬杉|岚风|昊吴|轩斩|宇字|卉井|"
    U"尧晓|玮伟|瑞端|涵函|浩洁|洋样|睿容|珍玲|娟捐|勤勒|慧惠|芳芬|静净|霞露|杰木|志忘|鹏朋";

const std::vector<char32_t>& radical_starts() {
  static const std::vector<char32_t> starts = [] {
    std::vector<char32_t> found;
    for (char32_t radical = 0x2F00; radical <= 0x2FD5; ++radical) {
      std::string text;
      text::append_code_point(text, radical);
      const auto folded = text::code_points(text::nfkc(text));
      if (folded.size() == 1 && folded[0] >= first_unified && folded[0] <= last_unified)
        found.push_back(folded[0]);
    }
    std::sort(found.begin(), found.end());
    return found;
  }();
  return starts;
}

std::size_t radical_of(char32_t point) {
  const auto& starts = radical_starts();
  return static_cast<std::size_t>(std::upper_bound(starts.begin(), starts.end(), point) - starts.begin());
}

std::uint64_t pair_of(char32_t a, char32_t b) {
  return static_cast<std::uint64_t>(std::min(a, b)) << 32 | std::max(a, b);
}

bool in_one_group(char32_t a, char32_t b) {
  static const std::unordered_set<std::uint64_t> pairs = [] {
    std::unordered_set<std::uint64_t> all;
    for (std::u32string_view rest = look_alike_groups; !rest.empty();) {
      const auto group = rest.substr(0, rest.find(U'|'));
      for (const char32_t one : group) {
        for (const char32_t other : group) all.insert(pair_of(one, other));
      }
      rest.remove_prefix(std::min(group.size() + 1, rest.size()));
    }
    return all;
  }();
  return pairs.contains(pair_of(a, b));
}

// A syllable with what dialects do not tell apart folded: zh ch sh → z c s, l → n at the beginning, ng → n.
std::string folded_syllable(std::string syllable) {
  if (syllable.size() > 1 && syllable[1] == 'h' &&
      (syllable[0] == 'z' || syllable[0] == 'c' || syllable[0] == 's'))
    syllable.erase(1, 1);
  if (!syllable.empty() && syllable[0] == 'l') syllable[0] = 'n';
  if (syllable.ends_with("ng")) syllable.pop_back();
  return syllable;
}

// Up to six letters, five bits each.
std::uint64_t packed(std::string_view syllable) {
  std::uint64_t bits = 0;
  for (const char c : syllable.substr(0, 6)) bits = bits << 5 | static_cast<std::uint64_t>(c - 'a' + 1);
  return bits;
}

// A character's syllable and its folded form, packed; 0 where there is no reading. Remembered, since looking
// one up is slow; any thread may be first.
std::uint64_t sounds_of(char32_t point) {
  constexpr char32_t first = 0x3400, count = 0xA000 - 0x3400;
  constexpr std::uint64_t looked_up = std::uint64_t{1} << 63;
  static std::array<std::atomic<std::uint64_t>, count> known{};
  if (point < first || point >= first + count) return 0;
  auto& place = known[point - first];
  if (const std::uint64_t found = place.load(std::memory_order_relaxed); found != 0)
    return found & ~looked_up;
  std::string text;
  text::append_code_point(text, point);
  const std::string syllable = text::pinyin_joined(text);
  const std::uint64_t sounds = packed(syllable) << 30 | packed(folded_syllable(syllable));
  place.store(sounds | looked_up, std::memory_order_relaxed);
  return sounds;
}

bool is_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

char check_character(std::string_view seventeen) {
  constexpr std::array<int, 17> weights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) sum += (seventeen[i] - '0') * weights[i];
  return "10X98765432"[sum % 11];
}

bool is_possible_date(std::string_view eight) {
  const int year =
      (eight[0] - '0') * 1000 + (eight[1] - '0') * 100 + (eight[2] - '0') * 10 + (eight[3] - '0');
  const int month = (eight[4] - '0') * 10 + (eight[5] - '0'), day = (eight[6] - '0') * 10 + (eight[7] - '0');
  return year >= 1850 && year < 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

}  // namespace

SoundLikeness sound_likeness(char32_t a, char32_t b) {
  constexpr std::uint64_t folded = (std::uint64_t{1} << 30) - 1;
  const std::uint64_t first = sounds_of(a), second = sounds_of(b);
  if (first == 0 || second == 0) return SoundLikeness::none;
  if (first == second) return SoundLikeness::same;
  return (first & folded) == (second & folded) ? SoundLikeness::near : SoundLikeness::none;
}

bool look_alike(char32_t a, char32_t b) {
  if (a == b) return true;
  if (in_one_group(a, b)) return true;
  if (std::min(a, b) < first_unified || std::max(a, b) > last_unified) return false;
  return std::max(a, b) - std::min(a, b) <= neighbours && radical_of(a) == radical_of(b);
}

std::string sound_of(std::string_view text) {
  return text::pinyin_joined(text);
}

std::string eighteen_digits(std::string_view identifier) {
  if (identifier.size() != 15 || !is_digits(identifier)) return std::string(identifier);
  std::string whole(identifier);
  whole.insert(6, "19");
  if (!is_possible_date(std::string_view(whole).substr(6, 8))) return std::string(identifier);
  whole.push_back(check_character(whole));
  return whole;
}

bool is_valid_citizen_number(std::string_view identifier) {
  if (identifier.size() != 18 || !is_digits(identifier.substr(0, 17))) return false;
  return is_possible_date(identifier.substr(6, 8)) && identifier[17] == check_character(identifier);
}

}  // namespace jingwei::linkage
