#include "sim/city.h"

#include <charconv>

#include "base/json.h"
#include "sim/extracts.h"
#include "sim/geometry.h"
#include "sim/people.h"
#include "sim/places.h"

namespace jingwei::sim {

namespace {

constexpr int districts_most = 99;
constexpr int children_most = 99;  // of one town code range or community code range, on average
constexpr std::int64_t progress_every_people = 1'000;

std::string shape_text(const Shape& shape) {
  return std::to_string(shape.districts) + "/" + std::to_string(shape.towns) + "/" +
         std::to_string(shape.communities) + "/" + std::to_string(shape.grids);
}

void append_degrees(std::string& out, std::int32_t millionths) {
  const std::string digits = std::to_string(millionths);
  out += digits.substr(0, digits.size() - 6) + "." + digits.substr(digits.size() - 6);
}

std::string polygon(const Outline& outline) {
  std::string out = R"({"type":"Polygon","coordinates":[)";
  for (std::size_t r = 0; r < outline.size(); ++r) {
    out += r > 0 ? ",[" : "[";
    for (std::size_t i = 0; i <= outline[r].size(); ++i) {
      const Point& point = outline[r][i % outline[r].size()];
      out += i > 0 ? ",[" : "[";
      append_degrees(out, point.lon_e6);
      out += ',';
      append_degrees(out, point.lat_e6);
      out += ']';
    }
    out += ']';
  }
  return out + "]}";
}

// A file that is not an extract: lines are counted and it is listed at the end.
class Plain {
 public:
  static Result<std::unique_ptr<Plain>> create(FileSystem& files, const std::string& folder, std::string path,
                                               std::string format) {
    JW_ASSIGN(auto out, OutFile::create(files, folder + "/" + path, Encoding::utf8));
    std::unique_ptr<Plain> made(new Plain);
    made->out_ = std::move(out);
    made->listed_ = {std::move(path), "", "utf-8", std::move(format), "", 0, 0};
    return made;
  }
  void line(const std::string& text) {
    out_->append(text + "\n");
    ++listed_.rows;
  }
  OutFile& out() { return *out_; }
  Result<WrittenFile> close(std::int64_t more_rows = 0) {
    JW_TRY(out_->close());
    listed_.rows += more_rows;
    listed_.bytes = out_->bytes();
    return listed_;
  }

 private:
  std::unique_ptr<OutFile> out_;
  WrittenFile listed_;
};

std::string region_line(const Places& places, const Place& place) {
  JsonWriter json;
  json.begin_object();
  json.member("code", place.code);
  json.member("parent", place.parent < 0 ? std::string("100000") : places.at(place.parent).code);
  json.member("name", place.name);
  json.member("level", place.level);
  json.member("kind", place.kind);
  json.key("boundary");
  json.raw(polygon(*place.outline));
  json.member("synthetic", true);
  json.end_object();
  return json.take();
}

std::string person_line(const Person& person, const Household& household, const Places& places) {
  constexpr std::array<std::string_view, 5> roles = {"head", "spouse", "child", "parent", "tenant"};
  constexpr std::array<std::string_view, 7> cares = {"none",       "alone",  "empty_nest", "disabled",
                                                     "low_income", "orphan", "destitute"};
  JsonWriter json;
  json.begin_object();
  json.member("id", "P" + std::to_string(person.number));
  json.member("household", "H" + std::to_string(household.number));
  json.member("name", person.name);
  json.member("sex", person.male ? "male" : "female");
  json.member("born", to_iso(person.born));
  json.member("citizen_id", person.citizen_id);
  json.member("foreigner", person.foreigner);
  json.member("ethnicity", person.ethnicity);
  json.member("phone", person.phone);
  json.member("role", roles[static_cast<std::size_t>(person.role)]);
  json.member("care", cares[static_cast<std::size_t>(person.care)]);
  json.member("migrant", person.migrant);
  json.member("occupation", person.occupation);
  json.member("enterprise",
              person.enterprise < 0 ? std::string() : "E" + std::to_string(person.enterprise + 1));
  json.member("grid", places.at(places.grids[static_cast<std::size_t>(household.grid)].place).code);
  json.end_object();
  return json.take();
}

std::string household_line(const Household& household, const Places& places) {
  JsonWriter json;
  json.begin_object();
  json.member("id", "H" + std::to_string(household.number));
  json.member("grid", places.at(places.grids[static_cast<std::size_t>(household.grid)].place).code);
  json.member("compound", household.compound);
  json.member("building", household.building);
  json.member("unit", household.unit);
  json.member("flat", household.flat);
  json.member("address", household.address);
  json.member("rented", household.rented);
  json.member("people", static_cast<std::int64_t>(household.people.size()));
  json.end_object();
  return json.take();
}

std::string enterprise_line(const Enterprise& enterprise, const Places& places) {
  JsonWriter json;
  json.begin_object();
  json.member("id", "E" + std::to_string(enterprise.number + 1));
  json.member("name", enterprise.name);
  json.member("credit_code", enterprise.code);
  json.member("owner", enterprise.owner);
  json.member("phone", enterprise.phone);
  json.member("industry", enterprise.industry);
  json.member("staff", enterprise.staff);
  json.member("founded", to_iso(enterprise.founded));
  json.member("address", enterprise.address);
  json.member("grid", places.at(places.grids[static_cast<std::size_t>(enterprise.grid)].place).code);
  json.end_object();
  return json.take();
}

std::string manifest(const CityPlan& plan, const CitySummary& summary) {
  JsonWriter json;
  json.begin_object();
  json.member("synthetic", true);
  json.member(
      "notice_zh",
      "本文件夹内容全部由程序虚构：城市、人员、企业、号码均不存在，不得当作真实疫情或真实个人信息使用。");
  json.member(
      "notice_en",
      "Everything in this folder is invented by a program: the city, people, firms and numbers do not exist. "
      "Do not use it as news of a real epidemic or as data of real persons.");
  json.member("name", summary.name);
  json.member("seed", std::to_string(plan.seed));
  json.member("people", plan.people);
  json.member("households", summary.households);
  json.member("enterprises", summary.enterprises);
  json.member("shape", shape_text(plan.shape));
  json.member("today", to_iso(city_today));
  json.member("root_region", city_code);
  json.key("files");
  json.begin_array();
  for (const WrittenFile& file : summary.files) {
    json.begin_object();
    json.member("path", file.path);
    json.member("resource", file.resource);
    json.member("encoding", file.encoding);
    json.member("format", file.format);
    json.member("rows", file.rows);
    json.member("bytes", file.bytes);
    json.member("provider", file.provider);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take() + "\n";
}

Error too_few(const char* field, int wanted, int above) {
  return Error(ErrorCode::invalid, "sim.shape_few")
      .with("level", field)
      .with("count", std::to_string(wanted))
      .with("above", std::to_string(above))
      .at(std::string("/shape/") + field);
}

Error too_many(const char* field, int wanted, int most) {
  return Error(ErrorCode::invalid, "sim.shape_many")
      .with("level", field)
      .with("count", std::to_string(wanted))
      .with("most", std::to_string(most))
      .at(std::string("/shape/") + field);
}

// Everything about people, streamed household by household.
Result<void> write_people(const CityPlan& plan, FileSystem& files, const Places& places, CitySummary& summary,
                          const std::function<void(const Progress&)>& progress) {
  JW_ASSIGN(auto persons, Plain::create(files, plan.out, "truth/persons.jsonl", "jsonl"));
  JW_ASSIGN(auto homes, Plain::create(files, plan.out, "truth/households.jsonl", "jsonl"));
  JW_ASSIGN(auto firms, Plain::create(files, plan.out, "truth/enterprises.jsonl", "jsonl"));
  JW_ASSIGN(auto rows, Plain::create(files, plan.out, "truth/rows.csv", "csv"));
  rows->out().append("file,line,subject,mistakes\n");
  RowLog log(rows->out());
  Population population(places, plan.people, plan.seed);
  JW_ASSIGN(auto departments, Departments::open(files, plan.out, places, population, plan.seed, log));

  for (std::int64_t n = 0; n < enterprises_for(plan.people); ++n) {
    const Enterprise enterprise = population.enterprise(n);
    firms->line(enterprise_line(enterprise, places));
    departments->tell(enterprise);
    ++summary.enterprises;
  }
  for (std::int64_t n = 0; n < venues_for(plan.people); ++n) departments->tell(population.venue(n));
  Household household;
  std::int64_t told = 0;
  while (population.next(household)) {
    homes->line(household_line(household, places));
    for (const Person& person : household.people) persons->line(person_line(person, household, places));
    departments->tell(household);
    ++summary.households;
    summary.people += static_cast<std::int64_t>(household.people.size());
    if (progress && (summary.people - told >= progress_every_people || summary.people == plan.people)) {
      told = summary.people;
      progress({summary.people, plan.people, log.rows()});
    }
  }
  JW_TRY(departments->close());
  for (const auto& file : departments->files()) {
    const ExtractKind& kind = file->kind();
    summary.files.push_back({file->path(), std::string(kind.resource), std::string(name_of(kind.encoding)),
                             kind.format == Format::csv ? "csv" : "jsonl", std::string(kind.provider),
                             file->rows(), file->bytes()});
  }
  summary.rows = log.rows();
  for (Plain* plain : {persons.get(), homes.get(), firms.get(), rows.get()}) {
    JW_ASSIGN(auto listed, plain->close(plain == rows.get() ? log.rows() : 0));
    summary.files.push_back(std::move(listed));
  }
  return {};
}

}  // namespace

Result<Shape> parse_shape(const std::string& text) {
  Shape shape;
  const char* at = text.data();
  const char* const end = at + text.size();
  int slashes = 0;
  for (int* count : {&shape.districts, &shape.towns, &shape.communities, &shape.grids}) {
    if (slashes > 0 && (at == end || *at++ != '/'))
      return Error(ErrorCode::invalid, "sim.shape_text").with("text", text).at("/shape");
    const auto [stop, fault] = std::from_chars(at, end, *count);
    if (fault != std::errc{})
      return Error(ErrorCode::invalid, "sim.shape_text").with("text", text).at("/shape");
    at = stop;
    ++slashes;
  }
  if (at != end) return Error(ErrorCode::invalid, "sim.shape_text").with("text", text).at("/shape");
  JW_TRY(check_shape(shape));
  return shape;
}

Result<void> check_shape(const Shape& shape) {
  if (shape.districts < 1) return too_few("districts", shape.districts, 1);
  if (shape.towns < shape.districts) return too_few("towns", shape.towns, shape.districts);
  if (shape.communities < shape.towns) return too_few("communities", shape.communities, shape.towns);
  if (shape.grids < shape.communities) return too_few("grids", shape.grids, shape.communities);
  if (shape.districts > districts_most) return too_many("districts", shape.districts, districts_most);
  if (shape.towns > shape.districts * 40) return too_many("towns", shape.towns, shape.districts * 40);
  if (shape.communities > shape.towns * children_most)
    return too_many("communities", shape.communities, shape.towns * children_most);
  const int grids = std::min(grids_most, shape.communities * children_most);
  if (shape.grids > grids) return too_many("grids", shape.grids, grids);
  return {};
}

Result<CitySummary> build_city(const CityPlan& plan, FileSystem& files,
                               const std::function<void(const Progress&)>& progress) {
  JW_TRY(check_shape(plan.shape));
  if (plan.people < 1 || plan.people > people_most) {
    return Error(ErrorCode::invalid, "sim.people")
        .with("count", std::to_string(plan.people))
        .with("most", std::to_string(people_most))
        .at("/people");
  }
  for (const char* folder : {"", "/city", "/extracts", "/truth"})
    JW_TRY(files.make_folders(plan.out + folder));
  const std::string manifest_path = plan.out + "/MANIFEST.json";
  JW_ASSIGN(const bool finished_before, files.exists(manifest_path));
  if (finished_before) JW_TRY(files.remove(manifest_path));

  const CityMap map = draw_city(plan.shape, plan.seed);
  const Places places = name_places(map, plan.seed);
  CitySummary summary;
  summary.name = city_name;
  JW_ASSIGN(auto regions, Plain::create(files, plan.out, "city/regions.jsonl", "jsonl"));
  for (const Place& place : places.all) regions->line(region_line(places, place));
  JW_ASSIGN(auto listed, regions->close());
  summary.files.push_back(std::move(listed));
  JW_TRY(write_people(plan, files, places, summary, progress));
  JW_ASSIGN(auto last, OutFile::create(files, manifest_path, Encoding::utf8));
  last->append(manifest(plan, summary));
  JW_TRY(last->close());
  return summary;
}

}  // namespace jingwei::sim
