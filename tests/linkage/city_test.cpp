// Goal: in a synthetic city the records that six departments have of one person come together, and nobody
// else's: 100,000 people, a seed that no code was developed with.
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "app/modules.h"
#include "base/file_system.h"
#include "modules/ingest/reading/file_rows.h"
#include "sim/city.h"
#include "storage/temporary_folder.h"
#include "tests/support/made_people.h"

namespace jingwei::app {
namespace {

// Which column of a department's file is which field; an empty name: it does not send that.
struct Department {
  std::string file;  // extracts begin with it
  std::array<std::string, 7> columns;
};

const std::vector<Department> departments = {
    {"01-", {"姓名", "性别", "公民身份号码", "出生日期", "联系电话", "住址", "网格编码"}},
    {"02-", {"患者姓名", "性别", "证件号码", "", "手机号", "", "居住网格"}},
    {"03-", {"姓名", "性别", "身份证号", "", "联系电话", "住址", "网格编码"}},
    {"04-", {"姓名", "", "证件号码", "", "移动电话", "", ""}},
    {"07-", {"姓名", "", "证件号", "", "手机", "", "目的地网格"}},
    {"09-", {"name", "", "citizen_id", "", "phone", "", "grid"}},
};

std::vector<linkage::Field> fields() {
  using linkage::FieldType;
  return {{"name", FieldType::full_name}, {"sex", FieldType::category}, {"citizen_id", FieldType::identifier},
          {"born", FieldType::date},      {"phone", FieldType::phone},  {"address", FieldType::address},
          {"grid", FieldType::locality}};
}

struct CityRecords {
  linkage::Records records{fields()};
  std::vector<std::string> people;    // by record
  std::vector<std::string> mistakes;  // by record
};

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == ',') {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

// truth/rows.csv: file, line, subject, mistakes.
std::map<std::pair<std::string, std::uint64_t>, std::pair<std::string, std::string>> read_truth(
    const std::string& folder) {
  std::map<std::pair<std::string, std::uint64_t>, std::pair<std::string, std::string>> truth;
  std::ifstream file(folder + "/truth/rows.csv");
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const auto cells = cells_of(line);
    truth[{cells[0], std::stoull(cells[1])}] = {cells[2], cells[3]};
  }
  return truth;
}

void read_file(
    const std::string& folder, const std::string& path, const Department& department,
    const std::map<std::pair<std::string, std::uint64_t>, std::pair<std::string, std::string>>& truth,
    CityRecords& city) {
  auto file = real_file_system().open(folder + "/" + path, OpenMode::read);
  ASSERT_TRUE(file) << file.error().to_log();
  auto reader = ingest::open_file(std::move(*file));
  ASSERT_TRUE(reader) << reader.error().to_log();
  ingest::Row row;
  while (*(*reader)->next(row)) {
    const auto known = truth.find({path, row.line});
    if (row.problem != ingest::RowProblem::none || known == truth.end()) continue;
    std::array<std::string_view, 7> values;
    for (std::size_t field = 0; field < values.size(); ++field) {
      const auto columns = (*reader)->columns();
      const auto column = std::find(columns.begin(), columns.end(), department.columns[field]);
      const auto at = static_cast<std::size_t>(column - columns.begin());
      if (!department.columns[field].empty() && at < row.cells.size()) values[field] = row.cells[at].text;
    }
    city.records.add(linkage::Side::left, path + ":" + std::to_string(row.line), values);
    city.people.push_back(known->second.first);
    city.mistakes.push_back(known->second.second);
  }
}

// Which mistakes stand in the records of pairs that were not found, most often first.
std::string missed(const CityRecords& city, const linkage::Linkage& answer) {
  std::map<std::string, std::vector<std::uint32_t>> by_person;
  for (std::uint32_t record = 0; record < city.records.size(); ++record)
    by_person[city.people[record]].push_back(record);
  std::map<std::string, std::size_t> counts;
  for (const auto& [person, records] : by_person) {
    for (const std::uint32_t record : records) {
      const bool alone = std::none_of(records.begin(), records.end(), [&](std::uint32_t other) {
        return other != record && answer.cluster_of[other] == answer.cluster_of[record];
      });
      if (alone && records.size() > 1) ++counts[city.mistakes[record]];
    }
  }
  std::vector<std::pair<std::size_t, std::string>> order;
  for (const auto& [mistake, count] : counts) order.emplace_back(count, mistake.empty() ? "(none)" : mistake);
  std::sort(order.rbegin(), order.rend());
  std::string text;
  for (const auto& [count, mistake] : order) text += "  " + std::to_string(count) + "  " + mistake + "\n";
  return text;
}

TEST(City, SixDepartmentsRecordsComeTogether) {
  register_all_messages();
  storage::TemporaryFolder folder;
  sim::CityPlan plan;
  plan.people = 100'000;
  plan.seed = 990'731;
  plan.out = folder.path();
  const auto built = sim::build_city(plan, real_file_system());
  ASSERT_TRUE(built) << built.error().to_log();
  const auto truth = read_truth(folder.path());
  CityRecords city;
  for (const auto& file : built->files) {
    for (const auto& department : departments) {
      if (file.path.starts_with("extracts/" + department.file))
        read_file(folder.path(), file.path, department, truth, city);
    }
  }
  ASSERT_GT(city.records.size(), 300'000U);
  city.records.prepare(2);
  const auto answer = linkage::link(city.records);
  const auto found =
      testing::agreement(answer, city.records.size(), [&](std::size_t at) { return city.people[at]; });
  EXPECT_GE(found.precision, 0.999);
  EXPECT_GE(found.recall, 0.985);
  std::printf("%zu records, precision %.5f, recall %.5f; records left alone by the mistakes in them:\n%s",
              city.records.size(), found.precision, found.recall, missed(city, answer).c_str());
}

}  // namespace
}  // namespace jingwei::app
