#include "sim/extracts.h"

namespace jingwei::sim {

namespace {

constexpr int day_names = 64;

// Chances that a person or household appears in an extract; docs/formats/synthetic-city.md repeats them.
constexpr double registered = 0.97;
constexpr double fever_seen = 0.075;
constexpr double in_care_list = 0.96;
constexpr double back_at_work = 0.78;
constexpr double travelled = 0.24;
constexpr double home_visited_again = 0.45;

constexpr std::array<std::string_view, 6> hospitals = {"云汐市第一人民医院", "云汐市中心医院",
                                                       "云汐市中医院",       "云汐市妇幼保健院",
                                                       "望汐区人民医院",     "听澜区人民医院"};
constexpr std::array<std::string_view, 6> symptoms = {"发热",       "发热、咳嗽",       "发热、乏力",
                                                      "发热、咽痛", "发热、咳嗽、气促", "发热、腹泻"};
constexpr std::array<std::string_view, 6> origins = {"澜屿市", "岚津市", "星芜市",
                                                     "沐澜市", "霁川市", "栖原市"};
constexpr std::array<std::uint32_t, 6> origin_weights = {30, 24, 18, 12, 10, 6};
constexpr std::array<std::string_view, 5> transports = {"火车", "长途客车", "自驾", "飞机", "客轮"};
constexpr std::array<std::uint32_t, 5> transport_weights = {42, 22, 24, 8, 4};
constexpr std::array<std::string_view, 5> visit_results = {"正常", "无人应答", "有外来人员", "需要帮助",
                                                           "有发热"};
constexpr std::array<std::uint32_t, 5> visit_result_weights = {820, 120, 35, 20, 5};

std::string iso(Day day) {
  return to_iso(day);
}
Day day_at(int index) {
  return city_first_day + std::chrono::days{index};
}

// Days are drawn from curves of whole numbers. `peak` day, `width` in days, over a floor; Cauchy's shape
// needs no exponent.
std::array<std::uint32_t, city_days> curve(int peak, int width, std::uint32_t height, std::uint32_t floor) {
  std::array<std::uint32_t, city_days> weights{};
  for (int day = 0; day < city_days; ++day) {
    const int far = day - peak;
    weights[static_cast<std::size_t>(day)] =
        floor + height * static_cast<std::uint32_t>(width * width) /
                    static_cast<std::uint32_t>(width * width + far * far);
  }
  return weights;
}

// The epidemic: fever visits rise with January's end and ebb in February.
const auto& fever_curve() {
  static const auto weights = curve(23, 6, 100, 6);
  return weights;
}
// Travel: home before Spring Festival (25 January 2020), back to work from 10 February on.
const auto& arrival_curve() {
  static const auto weights = [] {
    auto home = curve(11, 4, 100, 4);
    const auto back = curve(44, 9, 70, 0);
    for (std::size_t i = 0; i < home.size(); ++i)
      home[i] = i >= 15 && i < 31 ? home[i] / 4 + 2 : home[i] + back[i];
    return home;
  }();
  return weights;
}
const auto& visit_curve() {
  static const auto weights = curve(30, 12, 100, 3);
  return weights;
}

template <typename Curve>
Day draw_day(Random& random, const Curve& weights) {
  return day_at(static_cast<int>(pick_weighted(random, std::span<const std::uint32_t>(weights))));
}

// Tenths of a degree Celsius as 36.5.
std::string degrees(int tenths) {
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

std::string two(int number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string clock_time(Random& random, int from_hour, int to_hour) {
  std::string text = two(between(random, from_hour, to_hour));
  for (int i = 0; i < 2; ++i) text += ":" + two(between(random, 0, 59));
  return text;
}

std::string_view role_name(const Person& person) {
  switch (person.role) {
    case Role::head:
      return "户主";
    case Role::spouse:
      return "配偶";
    case Role::child:
      return person.male ? "子" : "女";
    case Role::parent:
      return person.male ? "父" : "母";
    case Role::tenant:
      return "合租人";
  }
  return "其他";
}

std::string_view care_name(Care care) {
  constexpr std::array<std::string_view, 7> names = {"",         "独居老人", "空巢老人", "残疾人",
                                                     "低保对象", "孤儿",     "特困人员"};
  return names[static_cast<std::size_t>(care)];
}

std::string_view sex_name(const Person& person) {
  return person.male ? "男" : "女";
}

}  // namespace

Result<std::unique_ptr<Departments>> Departments::open(FileSystem& files, const std::string& folder,
                                                       const Places& places, const Population& population,
                                                       std::uint64_t seed, RowLog& log) {
  std::unique_ptr<Departments> made(new Departments(places, population, seed));
  for (const ExtractKind& kind : extract_kinds()) {
    const bool daily = kind.id == ExtractId::self_declarations;
    for (int day = 0; day < (daily ? declaration_days : 1); ++day) {
      std::string path = "extracts/" + std::string(kind.file);
      if (daily) path += iso(city_today - std::chrono::days{declaration_days - 1 - day});
      path += kind.format == Format::csv ? ".synthetic.csv" : ".synthetic.jsonl";
      const std::uint64_t own = mix(seed * day_names + static_cast<std::uint64_t>(day));
      JW_ASSIGN(auto file, ExtractFile::create(files, folder, kind, std::move(path), own, log));
      made->files_.push_back(std::move(file));
    }
  }
  return made;
}

const std::string& Departments::grid_code(int grid) const {
  return places_.at(places_.grids[static_cast<std::size_t>(grid)].place).code;
}

void Departments::tell(const Household& household) {
  SeededRandom random = stream_of(seed_, Draw::day, static_cast<std::uint64_t>(household.number), 1);
  subject_.old_address = household.old_address;
  subject_.short_address = household.short_address;
  subject_.region_name = places_.path_name(places_.grids[static_cast<std::size_t>(household.grid)].place, 2);
  subject_.id = "H" + std::to_string(household.number);
  visit_home(household, random);
  for (const Person& person : household.people) {
    subject_.id = "P" + std::to_string(person.number);
    tell(person, household);
  }
}

void Departments::tell(const Person& person, const Household& household) {
  SeededRandom random = stream_of(seed_, Draw::day, static_cast<std::uint64_t>(person.number));
  register_resident(person, household, random);
  visit_clinic(person, household, random);
  care_for(person, household, random);
  employ(person, household, random);
  arrive(person, household, random);
  declare(person, household, random);
}

void Departments::register_resident(const Person& person, const Household& household, Random& random) {
  if (!random.chance(registered)) return;
  file(ExtractId::resident_register)
      .add({person.name, std::string(sex_name(person)), person.ethnicity, person.citizen_id, iso(person.born),
            person.migrant ? "流动人口" : "户籍人口", std::string(role_name(person)),
            "H" + std::to_string(household.number), person.phone, household.address,
            grid_code(household.grid), iso(draw_day(random, visit_curve()))},
           subject_);
}

void Departments::visit_clinic(const Person& person, const Household& household, Random& random) {
  if (!random.chance(person.age >= 60 || person.age < 10 ? fever_seen * 1.6 : fever_seen * 0.8)) return;
  const Day day = draw_day(random, fever_curve());
  const std::string_view test = random.chance(0.22) ? (random.chance(0.04) ? "阳性" : "阴性") : "未检测";
  file(ExtractId::fever_visits)
      .add({"F" + std::to_string(person.number) + "-" + std::to_string(to_days(day)),
            std::string(pick(random, hospitals)), person.name, person.citizen_id,
            std::string(sex_name(person)), std::to_string(person.age), person.phone, iso(day),
            degrees(between(random, 373, 392)), std::string(pick(random, symptoms)), std::string(test),
            grid_code(household.grid)},
           subject_);
}

void Departments::care_for(const Person& person, const Household& household, Random& random) {
  if (person.care == Care::none || !random.chance(in_care_list)) return;
  std::string contact = household.people.size() > 1
                            ? household.people[person.number == household.people[0].number ? 1 : 0].name
                            : adult_name(random, 0.5);
  file(ExtractId::elderly_care)
      .add({person.name, std::string(sex_name(person)), person.citizen_id, std::to_string(person.age),
            std::string(care_name(person.care)), person.phone, std::move(contact),
            std::to_string(between(random, 1, 7)), household.address, grid_code(household.grid),
            iso(draw_day(random, visit_curve()))},
           subject_);
}

void Departments::employ(const Person& person, const Household& household, Random& random) {
  if (person.enterprise < 0 || !random.chance(back_at_work)) return;
  const Enterprise enterprise = population_.enterprise(person.enterprise);
  const Day insured =
      std::max(enterprise.founded, city_today - std::chrono::days{between(random, 120, 4000)});
  const Day returned = day_at(31 + std::min({between(random, 0, 29), between(random, 0, 29)}));
  RowSubject subject = subject_;
  subject.region_name = places_.path_name(places_.grids[static_cast<std::size_t>(enterprise.grid)].place, 2);
  file(ExtractId::employment)
      .add({enterprise.name, enterprise.code, person.name, person.citizen_id, person.phone, person.occupation,
            std::to_string(between(random, 34, 180) * 100), iso(insured), iso(returned),
            grid_code(enterprise.grid)},
           subject);
  static_cast<void>(household);
}

void Departments::arrive(const Person& person, const Household& household, Random& random) {
  if (!random.chance(person.migrant ? travelled * 2.2 : person.age > 70 ? travelled * 0.3 : travelled))
    return;
  const Day day = draw_day(random, arrival_curve());
  const auto transport = pick_weighted(random, std::span<const std::uint32_t>(transport_weights));
  std::string trip;
  std::string seat;
  if (transport == 0) {
    trip = "Y" + std::to_string(between(random, 100, 148));
    seat = two(between(random, 1, 16)) + "车";
    seat += std::to_string(between(random, 1, 17));
    seat += "ABCDF"[random.below(5)];
  } else if (transport == 1) {
    trip = "K" + std::to_string(between(random, 20, 99));
    seat = std::to_string(between(random, 1, 49));
  } else if (transport == 3) {
    trip = "YX" + std::to_string(between(random, 1001, 1040));
    seat = std::to_string(between(random, 1, 31));
    seat += "ABCDEF"[random.below(6)];
  } else if (transport == 4) {
    trip = "云轮" + std::to_string(between(random, 1, 8));
  }
  file(ExtractId::arrivals)
      .add({"A" + std::to_string(person.number), person.name, person.citizen_id, person.phone,
            std::string(origins[pick_weighted(random, std::span<const std::uint32_t>(origin_weights))]),
            std::string(transports[transport]), std::move(trip), std::move(seat),
            iso(day) + " " + clock_time(random, 5, 23), iso(day), grid_code(household.grid),
            degrees(between(random, 360, 371))},
           subject_);
}

// Two people in five use the daily declaration; each has a habit, and more join as the weeks pass.
void Departments::declare(const Person& person, const Household& household, Random& random) {
  if (person.age < 6 || person.phone.empty()) return;
  const double habit = random.unit();
  if (habit > 0.30) return;
  const int joins = between(random, -8, declaration_days - 1);
  for (int day = std::max(0, joins); day < declaration_days; ++day) {
    const Day date = city_today - std::chrono::days{declaration_days - 1 - day};
    const bool weekend = std::chrono::weekday{date}.iso_encoding() >= 6;
    if (!random.chance(weekend ? 0.48 : 0.66)) continue;
    const bool ill = random.chance(0.012 - 0.0004 * day);
    declarations(day).add(
        {person.name, person.citizen_id, person.phone, grid_code(household.grid),
         degrees(ill ? between(random, 373, 389) : between(random, 361, 370)),
         ill ? std::string(pick(random, symptoms)) : "无", random.chance(0.003) ? "是" : "否",
         random.chance(0.01) ? "是" : "否", iso(date), iso(date) + " " + clock_time(random, 6, 22)},
        subject_);
  }
}

void Departments::visit_home(const Household& household, Random& random) {
  const int visits = random.chance(home_visited_again) ? 2 : 1;
  const Person& head = household.people.front();
  const GridPlace& grid = places_.grids[static_cast<std::size_t>(household.grid)];
  // A grid has one worker, whose name hangs on the grid alone.
  SeededRandom worker = stream_of(seed_, Draw::names, 99, static_cast<std::uint64_t>(household.grid));
  const std::string worker_name = adult_name(worker, 0.4);
  for (int visit = 1; visit <= visits; ++visit) {
    const Day day = draw_day(random, visit_curve());
    file(ExtractId::household_visits)
        .add({"V" + std::to_string(household.number) + "-" + std::to_string(visit),
              places_.at(grid.place).code, household.compound, household.building, household.unit,
              household.flat, head.name, head.phone, std::to_string(household.people.size()),
              household.rented ? "是" : "否", household.address, iso(day),
              std::string(
                  visit_results[pick_weighted(random, std::span<const std::uint32_t>(visit_result_weights))]),
              worker_name},
             subject_);
  }
}

void Departments::tell(const Enterprise& enterprise) {
  SeededRandom random = stream_of(seed_, Draw::enterprise, static_cast<std::uint64_t>(enterprise.number), 1);
  const std::string region =
      places_.path_name(places_.grids[static_cast<std::size_t>(enterprise.grid)].place, 2);
  file(ExtractId::enterprises)
      .add({enterprise.name, enterprise.code, enterprise.owner, enterprise.phone, enterprise.industry,
            std::to_string(enterprise.staff), iso(enterprise.founded), enterprise.address,
            grid_code(enterprise.grid),
            random.chance(0.83) ? iso(day_at(29 + std::min(between(random, 0, 31), between(random, 0, 31))))
                                : ""},
           {"E" + std::to_string(enterprise.number + 1), "", "", region});
}

void Departments::tell(const Venue& venue) {
  SeededRandom random = stream_of(seed_, Draw::venue, static_cast<std::uint64_t>(venue.number), 1);
  const std::string region = places_.path_name(places_.grids[static_cast<std::size_t>(venue.grid)].place, 2);
  file(ExtractId::venues)
      .add({"C" + std::to_string(venue.number + 1), venue.name, venue.kind, std::to_string(venue.capacity),
            venue.manager, venue.phone, venue.address, grid_code(venue.grid),
            iso(draw_day(random, visit_curve()))},
           {"C" + std::to_string(venue.number + 1), "", "", region});
}

Result<void> Departments::close() {
  for (const auto& file : files_) JW_TRY(file->close());
  return {};
}

}  // namespace jingwei::sim
