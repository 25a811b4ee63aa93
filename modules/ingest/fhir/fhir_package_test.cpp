// Goal: the package lab-reports alone, without any code that knows a laboratory, makes records of what
// laboratories send; they correct, void and mend their results.
#include "modules/ingest/fhir/fhir_testing.h"
#include "modules/ingest/refused_cells.h"
#include "tests/support/ingest_world.h"

namespace jingwei::ingest {
namespace {

using namespace jingwei::testing;

template <typename Backend>
class FhirPackage : public IngestWorld<Backend> {
 protected:
  void SetUp() override {
    const std::string folder = this->folder_.path() + "/scenarios/lab-reports";
    std::filesystem::create_directories(folder);
    std::filesystem::copy_file(JINGWEI_SOURCE_DIR "/scenarios/lab-reports/resources.yaml",
                               folder + "/resources.yaml");
    IngestWorld<Backend>::SetUp();
  }
  // The laboratory's bundle with a number of the sample country.
  static std::string report() { return replaced(testing::lab_bundle, "980101198005060012", citizen_id(1)); }
  static std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  }
  // The record of a result, by field; texts and numbers as text.
  std::map<std::string, std::string> result(const std::string& number) {
    const auto& resource = must(this->node_.catalog->find("lab-results"))->resource;
    for (const Record& record : this->records("lab-results")) {
      std::map<std::string, std::string> fields;
      for (std::size_t at = 0; at < record.values.size(); ++at) {
        if (const auto* text = std::get_if<std::string>(&record.values[at]))
          fields[resource.fields[at].name] = *text;
        if (const auto* real = std::get_if<double>(&record.values[at]))
          fields[resource.fields[at].name] = std::to_string(*real);
      }
      fields["day"] = to_iso(record.day);
      fields["version"] = std::to_string(record.version);
      if (fields["result_no"] == number) return fields;
    }
    return {};
  }
};

TYPED_TEST_SUITE(FhirPackage, Backends, BackendNames);

const std::string first = "http://lab.example/fhir/Observation/o1";
const std::string second = "http://lab.example/fhir/Observation/o2";

TYPED_TEST(FhirPackage, ABundleBecomesRecordsByTheDeclaredPaths) {
  const Batch batch = this->load("lab-results", this->report());
  EXPECT_EQ(batch.format, "fhir");
  EXPECT_EQ(batch.counts.accepted, 2);
  EXPECT_EQ(batch.counts.refused, 0);
  const auto fields = this->result(first);
  const std::map<std::string, std::string> expected = {
      {"report_no", "R-0001"},  {"laboratory", "市疾控中心"}, {"status", "final"},
      {"test", "nucleic-acid"}, {"result", "positive"},       {"specimen", "咽拭子"},
      {"name", "王小明"},       {"document", citizen_id(1)},  {"sex", "male"},
      {"phone", "13800000000"}, {"day", "2020-02-01"}};
  for (const auto& [name, text] : expected) {
    ASSERT_TRUE(fields.contains(name)) << name;
    EXPECT_EQ(fields.at(name), text) << name;
  }
  const auto other = this->result(second);
  EXPECT_EQ(other.at("test"), "antibody");
  EXPECT_EQ(other.at("result"), "negative");
  EXPECT_EQ(other.at("value"), "1.500000");
  EXPECT_EQ(other.at("value_unit"), "S/CO");
  // The same report again changes nothing.
  EXPECT_EQ(this->load("lab-results", this->report() + "\n").counts.unchanged, 2);
}

TYPED_TEST(FhirPackage, AResultThatIsWithdrawnNoLongerCounts) {
  this->load("lab-results", this->report());
  std::string voided = this->replaced(this->report(), R"("id": "o1", "status": "final")",
                                      R"("id": "o1", "status": "entered-in-error")");
  const Batch batch = this->load("lab-results", voided);
  EXPECT_EQ(batch.counts.updated, 1);
  EXPECT_EQ(batch.counts.unchanged, 1);
  EXPECT_EQ(this->result(first).at("result"), "void");
  EXPECT_EQ(this->result(first).at("version"), "2");
}

TYPED_TEST(FhirPackage, CodesNobodyDeclaredAreRefusedAndMendedByTheirColumns) {
  const Batch batch =
      this->load("lab-results", this->replaced(this->report(), R"("code": "260373001")", R"("code": "1")"));
  EXPECT_EQ(batch.counts.accepted, 1);
  const auto refused = must(this->node_.ingest->list_refused(batch.id, 0, 10));
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].field, "result");
  EXPECT_EQ(refused[0].reason, "refuse.choice.unknown");
  EXPECT_EQ(refused[0].line, 1);
  // What the page shows to be mended comes by the same paths and conditions.
  std::map<std::string, std::string> shown;
  for (const auto& [field, text] :
       must(this->node_.ingest->refused_cutter(batch)).fields_of(refused[0].original))
    shown[field] = text;
  EXPECT_EQ(shown["result"], "1");
  EXPECT_EQ(shown["document"], citizen_id(1));
  EXPECT_EQ(shown["name"], "王 小 明");
  // As the workbook of refused rows is sent back: the file's columns, and the marks of the first try.
  const auto columns = must(this->node_.ingest->columns_of(batch.id));
  const auto cells = cells_of(refused[0].original, columns);
  ASSERT_TRUE(cells.has_value());
  std::string header, row;
  for (std::size_t at = 0; at < columns.size(); ++at) {
    header += columns[at] + ",";
    std::string text = columns[at] == "value.codeableConcept.coding.code" ? "260373001"
                       : at < cells->size()                               ? (*cells)[at]
                                                                          : "";
    for (std::size_t quote = text.find('"'); quote != std::string::npos; quote = text.find('"', quote + 2))
      text.insert(quote, 1, '"');
    row += '"' + text + "\",";
  }
  const std::string csv = header + "_批次,_行号,_校验\n" + row + batch.id.to_string() + ",1," +
                          refused_check(batch.id, 1, "lab-results") + "\n";
  const Batch mended = this->load("lab-results", csv);
  EXPECT_EQ(mended.counts.accepted, 1);
  EXPECT_EQ(this->result(first).at("result"), "positive");
  EXPECT_EQ(must(this->node_.ingest->list_refused(batch.id, 0, 10))[0].state, RefusedState::mended);
}

TYPED_TEST(FhirPackage, ABatchThatWasCutOffGoesOnBehindItsLastRow) {
  std::string lines;
  for (int i = 0; i < 5'000; ++i)
    lines += R"({"resourceType":"Observation","id":")" + std::to_string(i) +
             R"(","issued":"2020-02-01T08:30:00+08:00","identifier":[{"value":"n)" + std::to_string(i) +
             R"("}],"code":{"text":"核酸"},"valueString":"阴性","subject":{"reference":"Patient/p"}})"
             "\n";
  lines +=
      R"({"resourceType":"Patient","id":"p","identifier":[{"type":{"coding":[{"code":"NNCHN"}]},"value":")" +
      citizen_id(7) + R"("}]})";
  const auto view = this->submit("lab-results", lines);
  this->node_.writes->fail_write(2, FailingStore::When::before);
  EXPECT_FALSE(this->node_.ingest->load(view.batch.id).ok());
  this->restart();
  must(this->node_.ingest->load(view.batch.id));
  const Batch batch = must(this->node_.ingest->find_batch(view.batch.id)).batch;
  EXPECT_EQ(batch.state, BatchState::done);
  EXPECT_EQ(batch.counts.rows_read, 5'000);
  EXPECT_EQ(batch.counts.accepted, 5'000);
  EXPECT_EQ(this->records("lab-results").size(), 5'000U);
}

}  // namespace
}  // namespace jingwei::ingest
