// Reading and cleaning rows on one thread: a person CSV of ten columns, every field type of a register.
//
// ingest_bench [ROWS]. One JSON line: median of the rounds. The file is made in memory from a seed.
#include <cstdio>
#include <cstdlib>

#include "base/json.h"
#include "base/random.h"
#include "modules/ingest/cleaning/clean_identity.h"
#include "modules/ingest/cleaning/cleaning.h"

namespace {

using namespace jingwei;
using namespace jingwei::ingest;
using Steady = std::chrono::steady_clock;

constexpr int rounds = 5;

std::string two(std::uint64_t n) {
  return (n < 10 ? "0" : "") + std::to_string(n);
}

// One row in twenty is written the way people write: spaces in names, slashes in dates, +86 before phones.
std::string person_csv(std::size_t rows) {
  SeededRandom random(7);
  const char* const surnames[] = {"张", "王", "李", "赵", "陈", "欧阳"};
  const char* const given[] = {"伟", "秀英", "建国", "子涵", "明"};
  const char* const roads[] = {"吉大路", "情侣中路", "迎宾南路", "人民东路"};
  std::string text = "姓名,性别,身份证号,联系电话,出生日期,登记时间,住址,家庭人口,体温,常住\n";
  for (std::size_t i = 0; i < rows; ++i) {
    const bool messy = random.below(20) == 0;
    const std::string year = std::to_string(1940 + random.below(75));
    const std::string month = two(1 + random.below(12)), day = two(1 + random.below(28));
    std::string id = "440402" + year + month + day + std::to_string(100 + random.below(900));
    id += citizen_id_check(id);
    text += surnames[random.below(6)];
    if (messy) text += "  ";
    text += given[random.below(5)];
    text += random.below(2) == 0 ? ",男," : ",女,";
    text += id;
    text += messy ? ",+86 139" : ",139";
    text += std::to_string(10'000'000 + random.below(90'000'000)) + ",";
    text += messy ? year + "/" + month + "/" + day : year + "-" + month + "-" + day;
    text += ",2020-02-" + two(1 + random.below(28)) + " " + two(random.below(24)) + ":" +
            two(random.below(60)) + ":00,";
    text +=
        "珠海市香洲区" + std::string(roads[random.below(4)]) + std::to_string(1 + random.below(300)) + "号,";
    text += std::to_string(1 + random.below(6)) + ",36." + std::to_string(random.below(10)) +
            (messy ? ",是\n" : ",true\n");
  }
  return text;
}

std::vector<FieldCleaner> person_fields() {
  std::vector<FieldSpec> specs{
      {.name = "姓名", .type = CleanType::person_name, .required = true},
      {.name = "性别",
       .type = CleanType::choice,
       .choices = {{"male", {"男", "M"}}, {"female", {"女", "F"}}}},
      {.name = "身份证号", .type = CleanType::citizen_id, .required = true},
      {.name = "联系电话", .type = CleanType::phone},
      {.name = "出生日期", .type = CleanType::date},
      {.name = "登记时间", .type = CleanType::datetime},
      {.name = "住址", .type = CleanType::address, .max_length = 200},
      {.name = "家庭人口", .type = CleanType::integer, .min = 0, .max = 50},
      {.name = "体温", .type = CleanType::number},
      {.name = "常住", .type = CleanType::boolean},
  };
  std::vector<FieldCleaner> fields;
  for (auto& spec : specs) fields.push_back(FieldCleaner::make(std::move(spec)).value());
  return fields;
}

struct Round {
  double read_seconds = 0;   // reading alone
  double clean_seconds = 0;  // reading and cleaning
  std::size_t refused = 0;
};

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

Round run(std::string_view text, std::span<const FieldCleaner> fields, const Zone& zone, std::size_t rows) {
  Round round;
  Row row;
  auto start = Steady::now();
  auto reader = open_rows(source_of(text)).value();
  std::size_t read = 0;
  while (reader->next(row).value()) ++read;
  round.read_seconds = seconds_since(start);
  JW_ASSERT(read == rows);
  start = Steady::now();
  reader = open_rows(source_of(text)).value();
  CleanContext context(*parse_rfc3339("2020-03-01T00:00:00Z"), zone);
  RowCleaner cleaner(fields);
  cleaner.bind(std::vector<std::string>(reader->columns().begin(), reader->columns().end()));
  while (reader->next(row).value()) round.refused += cleaner.clean(row, context).refused;
  round.clean_seconds = seconds_since(start);
  return round;
}

}  // namespace

int main(int count, char** arguments) {
  const std::size_t rows = count > 1 ? static_cast<std::size_t>(std::atoll(arguments[1])) : 500'000;
  const std::string text = person_csv(rows);
  const std::vector<FieldCleaner> fields = person_fields();
  const Zone zone("Asia/Shanghai");
  std::vector<Round> all;
  for (int i = 0; i < rounds; ++i) all.push_back(run(text, fields, zone, rows));
  std::sort(all.begin(), all.end(),
            [](const Round& a, const Round& b) { return a.clean_seconds < b.clean_seconds; });
  const Round& middle = all[rounds / 2];
  JsonWriter out;
  out.begin_object();
  out.member("bench", "ingest");
  out.member("what", "parse_rows");
  out.member("value", static_cast<double>(rows) / middle.clean_seconds);
  out.member("unit", "rows/s, 10 columns, read and cleaned, one thread");
  out.member("read_only", static_cast<double>(rows) / middle.read_seconds);
  out.member("mb_per_s", static_cast<double>(text.size()) / middle.clean_seconds / 1e6);
  out.member("rows", rows);
  out.member("refused", middle.refused);
  out.end_object();
  std::printf("%s\n", out.text().c_str());
  return 0;
}
