#include "sim/people.h"

#include "sim/place_words.h"
#include "sim/streams.h"

namespace jingwei::sim {

namespace {

constexpr int origin_regions =
    31;  // 990201 … 990231: where migrants were registered, as fictional as the city
constexpr std::int64_t venue_phones_from = 40'000'000;
constexpr std::int64_t enterprise_phones_from = 50'000'000;

enum class Kind : std::uint8_t {
  old_alone,
  old_couple,
  couple,
  family,
  three_generations,
  single,
  sharers,
  one_parent
};
constexpr std::array<std::uint32_t, 8> kind_weights = {8, 8, 15, 37, 12, 10, 7, 3};

constexpr std::array<std::string_view, 10> ethnicities = {"汉",     "壮",   "回", "满",   "苗",
                                                          "维吾尔", "土家", "彝", "蒙古", "藏"};
constexpr std::array<std::uint32_t, 10> ethnicity_weights = {9550, 120, 70, 60, 60, 30, 45, 35, 15, 15};
constexpr std::array<std::string_view, 8> uyghur_male = {"艾力",   "买买提", "阿卜杜拉", "吐尔逊",
                                                         "库尔班", "艾山",   "玉素甫",   "热合曼"};
constexpr std::array<std::string_view, 6> uyghur_female = {"阿依古丽", "古丽娜尔", "热依汗",
                                                           "帕提古丽", "迪丽努尔", "米热古丽"};
constexpr std::array<std::string_view, 8> tibetan = {"扎西", "次仁", "卓玛", "达瓦",
                                                     "央金", "格桑", "尼玛", "旺堆"};
constexpr std::array<std::string_view, 8> foreign_last = {"SMITH", "GARCIA", "TANAKA", "MULLER",
                                                          "ROSSI", "KIM",    "NOVAK",  "SILVA"};
constexpr std::array<std::string_view, 8> foreign_first = {"ANNA",  "DAVID", "YUKI",  "MARIA",
                                                           "PETER", "JAMES", "ELENA", "LUCAS"};

constexpr std::array<std::string_view, 14> occupations = {"工人",   "店员",   "司机",   "教师", "护士",
                                                          "医生",   "工程师", "会计",   "保安", "厨师",
                                                          "快递员", "销售",   "技术员", "客服"};
struct Industry {
  std::string_view name;
  std::string_view word;
};
constexpr std::array<Industry, 16> industries = {{{"制造业", "电子"},
                                                  {"制造业", "精密制造"},
                                                  {"批发和零售业", "商贸"},
                                                  {"住宿和餐饮业", "餐饮管理"},
                                                  {"信息技术服务业", "信息技术"},
                                                  {"建筑业", "建筑工程"},
                                                  {"交通运输业", "物流"},
                                                  {"房地产业", "物业服务"},
                                                  {"居民服务业", "家政服务"},
                                                  {"教育", "教育咨询"},
                                                  {"卫生", "健康管理"},
                                                  {"批发和零售业", "百货"},
                                                  {"农林牧渔业", "水产"},
                                                  {"制造业", "食品"},
                                                  {"文化体育娱乐业", "文化传播"},
                                                  {"科学技术服务业", "生物科技"}}};
constexpr std::string_view brand_characters =
    "鑫海盛达恒昌宏远瑞丰嘉泰华信诚安博康新源汇通天和隆兴佳美星辰云帆启明顺凯利德";

struct VenueKind {
  std::string_view kind;
  std::string_view word;
  int smallest;
  int largest;
};
constexpr std::array<VenueKind, 10> venue_kinds = {{{"农贸市场", "农贸市场", 80, 600},
                                                    {"超市", "生活超市", 30, 400},
                                                    {"学校", "小学", 300, 1800},
                                                    {"学校", "中学", 500, 2600},
                                                    {"幼儿园", "幼儿园", 90, 420},
                                                    {"药店", "大药房", 8, 30},
                                                    {"宾馆", "酒店", 40, 360},
                                                    {"餐馆", "酒楼", 20, 200},
                                                    {"公园", "公园", 200, 5000},
                                                    {"车站", "客运站", 200, 3000}}};

std::string word(std::string_view words, std::uint64_t index, std::size_t characters = 1) {
  return std::string(
      words.substr(index % (words.size() / (3 * characters)) * 3 * characters, 3 * characters));
}

std::string brand(std::int64_t number) {
  const std::uint64_t bits = mix(static_cast<std::uint64_t>(number));
  return word(brand_characters, bits & 0xffff) + word(brand_characters, (bits >> 16) & 0xffff);
}

// Districts first, in code order; then the places migrants come from.
std::vector<std::string> origins_of(const Places& places) {
  std::vector<std::string> origins;
  for (const Place& place : places.all) {
    if (place.level == 3) origins.push_back(place.code);
  }
  for (int i = 1; i <= origin_regions; ++i)
    origins.push_back("9902" + std::string(i < 10 ? "0" : "") + std::to_string(i));
  return origins;
}

int year_of(Day day) {
  return static_cast<int>(std::chrono::year_month_day{day}.year());
}

}  // namespace

std::int64_t enterprises_for(std::int64_t people) {
  return people / 28 + 1;
}
std::int64_t venues_for(std::int64_t people) {
  return people / 150 + 1;
}

Population::Population(const Places& places, std::int64_t people, std::uint64_t seed)
    : places_(places), people_(people), seed_(seed), numbers_(origins_of(places)) {
  for (const Place& place : places.all) districts_ += place.level == 3 ? 1 : 0;
  std::int64_t sum = 0;
  for (const GridPlace& grid : places.grids) weight_sums_.push_back(sum += grid.weight);
  std::int64_t given = 0;
  __extension__ using Wide = __int128;
  for (const std::int64_t upto : weight_sums_) {
    const auto target = static_cast<std::int64_t>(static_cast<Wide>(people) * upto / sum);
    quota_.push_back(target - given);
    given = target;
  }
}

bool Population::next(Household& household) {
  while (grid_ < quota_.size() && grid_done_ >= quota_[grid_]) {
    ++grid_;
    grid_done_ = in_grid_ = 0;
  }
  if (grid_ >= quota_.size()) return false;
  const std::string& code = places_.at(places_.grids[grid_].place).code;
  district_ = static_cast<std::size_t>((code[4] - '0') * 10 + code[5] - '0' - 1);
  SeededRandom random = stream_of(seed_, Draw::household, grid_, static_cast<std::uint64_t>(in_grid_));
  household = Household{};
  household.number = ++households_;
  household.grid = static_cast<int>(grid_);
  settle(household, random);
  fill(household, random, static_cast<int>(std::min<std::int64_t>(quota_[grid_] - grid_done_, 12)));
  ++in_grid_;
  grid_done_ += static_cast<std::int64_t>(household.people.size());
  return true;
}

void Population::settle(Household& household, Random& random) const {
  const GridPlace& grid = places_.grids[static_cast<std::size_t>(household.grid)];
  const auto compounds = static_cast<std::int64_t>(grid.compounds.size());
  const std::int64_t n = in_grid_ / compounds;  // the n-th door of its compound
  household.compound = grid.compounds[static_cast<std::size_t>(in_grid_ % compounds)];
  const Place& community = places_.at(places_.at(grid.place).parent);
  const std::string full = places_.path_name(places_.at(grid.place).parent, 2);
  const int number = 1 + static_cast<int>(in_grid_ % compounds) * 6 + household.grid % 5;
  if (grid.village) {
    household.flat = std::to_string(n + 1) + "号";
    household.address = full + household.compound + household.flat;
    household.short_address = community.name + household.flat;
    household.old_address =
        std::string(city_name) + "老" + community.name.substr(0, 6) + "大队" + household.flat;
    return;
  }
  const int floors = grid.dense ? 18 : 6;
  const int doors = 4;
  const std::int64_t per_unit = floors * doors;
  household.building = std::to_string(n / (per_unit * 2) + 1) + "栋";
  household.unit = std::to_string(n / per_unit % 2 + 1) + "单元";
  household.flat = std::to_string(n % per_unit / doors + 1) + "0" + std::to_string(n % doors + 1);
  const std::string inside = household.compound + household.building + household.unit + household.flat;
  household.address = full + grid.road + std::to_string(number) + "号" + inside;
  household.short_address = household.compound + household.building + "-" +
                            household.unit.substr(0, household.unit.size() - 6) + "-" + household.flat;
  household.old_address = std::string(city_name) + community.name.substr(0, 6) + "居委会" +
                          word(community_first, mix(static_cast<std::uint64_t>(n)) & 0xff) + "街" +
                          std::to_string(number) + "号" + household.flat + "室";
  household.rented = random.chance(grid.dense ? 0.28 : 0.16);
}

void Population::fill(Household& household, Random& random, int room) {
  const auto kind = static_cast<Kind>(pick_weighted(random, std::span<const std::uint32_t>(kind_weights)));
  const bool migrant = household.rented ? random.chance(0.8) : random.chance(0.06);
  const std::string father = surname(random);
  const auto add = [&](Role role, bool male, int age, const std::string& name) {
    if (static_cast<int>(household.people.size()) >= room) return;
    household.people.push_back(person(random, role, male, std::min(age, 103), migrant, name));
  };
  const auto add_couple = [&](int age) {
    const int younger = between(random, -2, 5);
    add(Role::head, true, age, father);
    add(Role::spouse, false, std::max(20, age - younger), surname(random));
  };
  const auto add_children = [&](int parent_age) {
    const int children = random.chance(0.62) ? 1 : random.chance(0.9) ? 2 : 3;
    for (int i = 0; i < children; ++i) {
      const bool son = random.chance(0.525);
      add(Role::child, son, std::clamp(parent_age - between(random, 23, 33) - 3 * i, 0, 30), father);
    }
  };
  switch (kind) {
    case Kind::old_alone: {
      const bool male = random.chance(0.36);
      add(Role::head, male, 60 + between(random, 0, 16) + between(random, 0, 16), father);
      break;
    }
    case Kind::old_couple:
      add_couple(60 + between(random, 0, 12) + between(random, 0, 12));
      break;
    case Kind::couple:
      add_couple(random.chance(0.5) ? between(random, 24, 34) : between(random, 45, 62));
      break;
    case Kind::family: {
      const int age = between(random, 27, 52);
      add_couple(age);
      add_children(age);
      break;
    }
    case Kind::three_generations: {
      const int age = between(random, 27, 46);
      add_couple(age);
      add_children(age);
      const int old = age + between(random, 23, 30);
      add(Role::parent, false, old, surname(random));
      if (random.chance(0.6)) add(Role::parent, true, old + between(random, 0, 5), father);
      break;
    }
    case Kind::single: {
      const bool male = random.chance(0.58);
      add(Role::head, male, between(random, 21, 45), father);
      break;
    }
    case Kind::sharers:
      for (int i = between(random, 2, 5); i > 0; --i) {
        const bool male = random.chance(0.6);
        const int age = between(random, 18, 42);
        add(household.people.empty() ? Role::head : Role::tenant, male, age, surname(random));
      }
      break;
    case Kind::one_parent: {
      const int age = between(random, 28, 48);
      const bool male = random.chance(0.25);
      add(Role::head, male, age, father);
      add_children(age);
      break;
    }
  }
  const bool all_old = std::all_of(household.people.begin(), household.people.end(),
                                   [](const Person& p) { return p.age >= 60; });
  for (Person& member : household.people) {
    if (all_old && member.age >= 65)
      member.care = household.people.size() == 1 ? Care::alone : Care::empty_nest;
    if (random.chance(0.012)) member.care = Care::disabled;
    if (random.chance(0.010)) member.care = Care::low_income;
    if (member.age < 16 && random.chance(0.001)) member.care = Care::orphan;
    if (member.age >= 60 && random.chance(0.004)) member.care = Care::destitute;
  }
}

Person Population::person(Random& random, Role role, bool male, int age, bool migrant,
                          const std::string& family) {
  Person made;
  made.number = ++persons_;
  made.role = role;
  made.male = male;
  made.age = age;
  made.migrant = migrant;
  made.born = city_today - std::chrono::days{age * 36525 / 100 + 1 + between(random, 0, 363)};
  made.ethnicity = ethnicities[pick_weighted(random, std::span<const std::uint32_t>(ethnicity_weights))];
  made.name = family + given_name(random, male, year_of(made.born));
  if (made.ethnicity == "维吾尔") {
    made.name = male ? pick(random, uyghur_male) : pick(random, uyghur_female);
    made.name += "·";
    made.name += pick(random, uyghur_male);
  } else if (made.ethnicity == "藏") {
    made.name = pick(random, tibetan);
    made.name += pick(random, tibetan);
  }
  const std::size_t origin = migrant ? districts_ + random.below(origin_regions) : district_;
  made.citizen_id = numbers_.issue(origin, made.born, male);
  if (migrant && age >= 18 && random.chance(0.004)) {
    made.foreigner = true;
    made.ethnicity = "外国籍";
    made.name = pick(random, foreign_last);
    made.name += " ";
    made.name += pick(random, foreign_first);
    made.citizen_id = "X" + made.citizen_id.substr(9, 8);
  }
  if (age >= 10 && !random.chance(age >= 75 ? 0.35 : 0.02)) made.phone = phone_number(made.number);
  if (age >= 18 && age < 60 && random.chance(0.74)) {
    const double u = random.unit();
    const std::int64_t all = enterprises_for(people_);
    made.enterprise = std::min(all - 1, static_cast<std::int64_t>(u * u * u * static_cast<double>(all)));
    made.occupation = pick(random, occupations);
  } else {
    made.occupation = age < 6 ? "学龄前" : age < 22 ? "学生" : age >= 58 ? "退休" : "无业";
  }
  return made;
}

int Population::grid_by_weight(Random& random) const {
  const auto draw = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(weight_sums_.back())));
  return static_cast<int>(std::upper_bound(weight_sums_.begin(), weight_sums_.end(), draw) -
                          weight_sums_.begin());
}

Enterprise Population::enterprise(std::int64_t number) const {
  SeededRandom random = stream_of(seed_, Draw::enterprise, static_cast<std::uint64_t>(number));
  Enterprise made;
  made.number = number;
  const Industry& industry = pick(random, industries);
  made.industry = industry.name;
  made.name = std::string(city_name) + brand(number) + std::string(industry.word) +
              (random.chance(0.9) ? "有限公司" : "股份有限公司");
  made.code = credit_code(number);
  made.owner = adult_name(random, 0.68);
  made.phone = phone_number(enterprise_phones_from + number);
  // Staff as the cubed draw of a worker's enterprise spreads it: d(u³) gives n^(-2/3) at the n-th.
  const double share = (static_cast<double>(number) + 1) / static_cast<double>(enterprises_for(people_));
  made.staff = 1 + static_cast<int>(4.5 / (share + 0.002)) + between(random, 0, 6);
  made.founded = city_today - std::chrono::days{between(random, 90, 9000)};
  made.grid = grid_by_weight(random);
  const GridPlace& grid = places_.grids[static_cast<std::size_t>(made.grid)];
  made.address = places_.path_name(places_.at(grid.place).parent, 2) + grid.road +
                 std::to_string(between(random, 1, 260)) + "号";
  return made;
}

Venue Population::venue(std::int64_t number) const {
  SeededRandom random = stream_of(seed_, Draw::venue, static_cast<std::uint64_t>(number));
  Venue made;
  made.number = number;
  const VenueKind& kind = pick(random, venue_kinds);
  made.grid = grid_by_weight(random);
  const GridPlace& grid = places_.grids[static_cast<std::size_t>(made.grid)];
  const Place& community = places_.at(places_.at(grid.place).parent);
  made.kind = kind.kind;
  made.name =
      community.name.substr(0, 6) + (random.chance(0.5) ? brand(number) : "") + std::string(kind.word);
  made.manager = adult_name(random, 0.5);
  made.phone = phone_number(venue_phones_from + number);
  made.capacity = between(random, kind.smallest, kind.largest) / 10 * 10 + 10;
  made.address = places_.path_name(places_.at(grid.place).parent, 2) + grid.road +
                 std::to_string(between(random, 1, 260)) + "号";
  return made;
}

}  // namespace jingwei::sim
