// For tests of FHIR: rows by column, and a report of a laboratory as such programs send it.
#pragma once

#include <map>

#include "modules/ingest/reading/reading_testing.h"

namespace jingwei::ingest::testing {

using Cells = std::map<std::string, std::string>;

// What stands in the row, by column; the problem under "!" where there is one.
inline Cells cells_of_row(const RowReader& reader, const Row& row) {
  Cells cells;
  if (row.problem != RowProblem::none) cells["!"] = message_of(row.problem);
  if (!row.problem_column.empty()) cells["!column"] = row.problem_column;
  for (std::size_t at = 0; at < row.cells.size(); ++at)
    if (row.cells[at].kind != CellKind::absent) cells[reader.columns()[at]] = row.cells[at].text;
  return cells;
}

inline std::vector<Cells> fhir_rows(RowReader& reader) {
  std::vector<Cells> rows;
  Row row;
  for (;;) {
    auto more = reader.next(row);
    if (!more) ADD_FAILURE() << more.error().to_log();
    if (!more || !*more) return rows;
    rows.push_back(cells_of_row(reader, row));
  }
}

inline std::vector<Cells> fhir_rows(const std::string& bytes) {
  auto reader = opened(bytes);
  EXPECT_EQ(format_text(*reader), "fhir");
  return fhir_rows(*reader);
}

// A bundle with one report of two results of one patient; the patient by "urn:uuid", the laboratory
// contained.
inline const std::string lab_bundle = R"({
  "resourceType": "Bundle", "type": "collection", "timestamp": "2020-02-01T09:00:00+08:00",
  "entry": [
    {"fullUrl": "urn:uuid:11111111-1111-4111-8111-111111111111",
     "resource": {"resourceType": "DiagnosticReport", "id": "r1", "status": "final",
       "contained": [{"resourceType": "Organization", "id": "lab", "name": "市疾控中心"}],
       "identifier": [{"system": "http://lab.example/reports", "value": "R-0001"}],
       "code": {"text": "新型冠状病毒检测"},
       "subject": {"reference": "urn:uuid:22222222-2222-4222-8222-222222222222"},
       "issued": "2020-02-01T08:30:00+08:00",
       "performer": [{"reference": "#lab"}],
       "result": [{"reference": "Observation/o1"}, {"reference": "Observation/o2", "display": "抗体"}]}},
    {"fullUrl": "http://lab.example/fhir/Observation/o1",
     "resource": {"resourceType": "Observation", "id": "o1", "status": "final",
       "code": {"coding": [{"system": "http://local.example", "code": "N1"},
                           {"system": "http://loinc.org", "code": "94500-6", "display": "SARS-CoV-2 RNA"}]},
       "subject": {"reference": "urn:uuid:22222222-2222-4222-8222-222222222222", "display": "王小明"},
       "effectiveDateTime": "2020-01-31T16:00:00+08:00",
       "specimen": {"reference": "Specimen/s1"},
       "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "260373001"}]}}},
    {"fullUrl": "http://lab.example/fhir/Observation/o2",
     "resource": {"resourceType": "Observation", "id": "o2", "status": "final",
       "code": {"coding": [{"system": "http://loinc.org", "code": "94563-4"}]},
       "subject": {"reference": "urn:uuid:22222222-2222-4222-8222-222222222222"},
       "valueQuantity": {"value": 1.50, "unit": "S/CO"},
       "interpretation": [{"coding": [{"code": "NEG"}]}]}},
    {"fullUrl": "http://lab.example/fhir/Specimen/s1",
     "resource": {"resourceType": "Specimen", "id": "s1", "type": {"text": "咽拭子"},
       "collection": {"collectedDateTime": "2020-01-31T15:40:00+08:00"}}},
    {"fullUrl": "urn:uuid:22222222-2222-4222-8222-222222222222",
     "resource": {"resourceType": "Patient", "id": "p1", "gender": "male", "birthDate": "1980-05-06",
       "identifier": [{"system": "http://hospital.example", "value": "H-7"},
                      {"type": {"coding": [{"code": "NNCHN"}]}, "value": "980101198005060012"}],
       "name": [{"family": "王", "given": ["小", "明"]}],
       "telecom": [{"system": "phone", "value": "13800000000"}],
       "managingOrganization": {"reference": "Organization/none"}}}
  ]})";

}  // namespace jingwei::ingest::testing
