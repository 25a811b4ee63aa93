// Surnames by rough frequency and given names by fashion; lists of our own.
#include "sim/people.h"
#include "sim/streams.h"

namespace jingwei::sim {

namespace {

constexpr std::string_view common_surnames =
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘"
    "杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康"
    "毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文";
constexpr std::string_view rare_surnames =
    "庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗"
    "凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁"
    "隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来苟全褚廉简娄盖符奚木穆党"
    "燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢"
    "冷卓花仇艾蓝都巩稽井练仲虞卞封竺应支";
constexpr std::string_view compound_surnames =
    "欧阳上官司马诸葛夏侯东方皇甫尉迟公孙慕容司徒令狐宇文长孙轩辕端木百里南宫";

constexpr std::string_view male_old =
    "国建德明福贵生根富荣华金水宝庆祥忠义文武才发财旺兴有成长春树林海山保全";
constexpr std::string_view male_reform = "建国军伟强勇志刚明平华永红卫东海峰涛斌鹏辉超波杰磊洪亮林飞";
constexpr std::string_view male_young = "浩宇轩子涵博文俊杰天泽睿晨皓铭昊一诺嘉豪梓梁奕辰思远启航沐阳承泽霖";
constexpr std::string_view female_old = "秀英兰珍凤桂芳玉淑琴翠花莲香美娥梅菊素云月金娣银彩妹";
constexpr std::string_view female_reform = "丽敏静艳红霞娟芳燕萍玲娜娟梅婷雪慧颖琳洁莉倩莹玉华晓春";
constexpr std::string_view female_young =
    "梓涵欣怡诗雨思彤佳琪一诺可馨雅萱语桐若曦子墨沐晴依依婉清安然妍悦宁";

std::string_view character(std::string_view words, std::size_t index) {
  return words.substr(index % (words.size() / 3) * 3, 3);
}

}  // namespace

std::string surname(Random& random) {
  const std::uint64_t draw = random.below(1000);
  if (draw < 4)
    return std::string(compound_surnames.substr(random.below(compound_surnames.size() / 6) * 6, 6));
  if (draw < 160) return std::string(character(rare_surnames, random.below(1000)));
  // Close to the country's figures: 王 7 %, then falling as 1/(rank + 9).
  static const std::vector<std::uint32_t> weights = [] {
    std::vector<std::uint32_t> made;
    for (std::size_t rank = 0; rank < common_surnames.size() / 3; ++rank) {
      made.push_back(static_cast<std::uint32_t>(1'000'000 / (rank < 3 ? 9 : rank + 9)));
    }
    return made;
  }();
  return std::string(
      character(common_surnames, pick_weighted(random, std::span<const std::uint32_t>(weights))));
}

std::string given_name(Random& random, bool male, int year) {
  const std::string_view words = year < 1962   ? (male ? male_old : female_old)
                                 : year < 1992 ? (male ? male_reform : female_reform)
                                               : (male ? male_young : female_young);
  const std::uint64_t first = random.below(words.size() / 3);
  std::string name(character(words, first));
  const double single = year < 1962 ? 0.10 : year < 1992 ? 0.24 : 0.08;
  if (random.chance(single)) return name;
  std::uint64_t second = random.below(words.size() / 3);
  if (second == first && !random.chance(0.15)) ++second;  // 丽丽 and 婷婷 do occur
  name += character(words, second);
  return name;
}

std::string adult_name(Random& random, double male_share) {
  const bool male = random.chance(male_share);
  const int year = between(random, 1955, 1992);
  std::string name = surname(random);
  name += given_name(random, male, year);
  return name;
}

}  // namespace jingwei::sim
