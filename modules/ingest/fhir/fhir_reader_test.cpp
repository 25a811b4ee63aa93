// Goal: every form in which laboratories send FHIR R4 becomes one row a result, with all that it refers to,
// and what is no such thing says what it is.
#include "modules/ingest/fhir/fhir_reader.h"

#include "base/limits.h"
#include "modules/ingest/fhir/fhir_testing.h"

namespace jingwei::ingest {
namespace {

using namespace testing;

std::string observation(const std::string& id, const std::string& more = "") {
  return R"({"resourceType":"Observation","id":")" + id + R"(","status":"final","code":{"text":"t"})" + more +
         "}";
}

std::string bundle(const std::string& resources, const std::string& type = "collection") {
  return R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[)" + resources + "]}";
}

std::string entry(const std::string& resource, const std::string& url = "") {
  return "{" + (url.empty() ? "" : R"("fullUrl":")" + url + R"(",)") + R"("resource":)" + resource + "}";
}

TEST(FhirReaderTest, a_report_in_a_bundle_gives_a_row_for_each_result_with_all_it_refers_to) {
  const auto rows = fhir_rows(lab_bundle);
  ASSERT_EQ(rows.size(), 2U);
  const Cells& first = rows[0];
  const Cells expected = {{"id", "o1"},
                          {"fullUrl", "http://lab.example/fhir/Observation/o1"},
                          {"code.coding.code", "N1"},
                          {"code.coding[1].code", "94500-6"},
                          {"code.coding[1].system", "http://loinc.org"},
                          {"effective.dateTime", "2020-01-31T16:00:00+08:00"},
                          {"value.codeableConcept.coding.code", "260373001"},
                          {"subject.reference", "urn:uuid:22222222-2222-4222-8222-222222222222"},
                          {"subject.display", "王小明"},
                          {"subject.resourceType", "Patient"},
                          {"subject.name.family", "王"},
                          {"subject.name.given", "小"},
                          {"subject.name.given[1]", "明"},
                          {"subject.identifier.value", "H-7"},
                          {"subject.identifier[1].value", "980101198005060012"},
                          {"subject.managingOrganization.reference", "Organization/none"},
                          {"specimen.type.text", "咽拭子"},
                          {"specimen.collection.collected.dateTime", "2020-01-31T15:40:00+08:00"},
                          {"report.identifier.value", "R-0001"},
                          {"report.issued", "2020-02-01T08:30:00+08:00"},
                          {"report.performer.name", "市疾控中心"},
                          {"report.result.reference", "Observation/o1"},
                          {"bundle.timestamp", "2020-02-01T09:00:00+08:00"}};
  for (const auto& [column, text] : expected) {
    ASSERT_TRUE(first.contains(column)) << column;
    EXPECT_EQ(first.at(column), text) << column;
  }
  EXPECT_FALSE(first.contains("report.result[1].reference")) << "another row's result";
  EXPECT_FALSE(first.contains("report.subject.name.family")) << "the patient stands under subject already";
  EXPECT_EQ(rows[1].at("value.quantity.value"), "1.50") << "as it was written";
  EXPECT_EQ(rows[1].at("report.result.display"), "抗体");
  EXPECT_FALSE(rows[1].contains("specimen.type.text"));
}

TEST(FhirReaderTest, numbers_keep_their_digits) {
  const auto rows = fhir_rows(observation("o", R"(,"valueQuantity":{"value":1.0000000000000000000001e-3})"));
  EXPECT_EQ(rows.at(0).at("value.quantity.value"), "1.0000000000000000000001e-3");
}

TEST(FhirReaderTest, a_report_alone_with_contained_results) {
  const auto rows = fhir_rows(
      R"({"resourceType":"DiagnosticReport","status":"final","contained":[)" + observation("a") + "," +
      observation("b", R"(,"performer":[{"reference":"#lab"}])") +
      R"(,{"resourceType":"Organization","id":"lab","name":"L"},{"resourceType":"Device","id":"unused"}],)"
      R"("result":[{"reference":"#a"},{"reference":"#b"}]})");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].at("id"), "a");
  EXPECT_EQ(rows[0].at("report.status"), "final");
  EXPECT_EQ(rows[0].at("rest"),
            R"({"report.contained[3].resourceType":"Device","report.contained[3].id":"unused"})");
  EXPECT_EQ(rows[1].at("performer.name"), "L");
}

TEST(FhirReaderTest, a_bare_observation_with_a_patient_inside) {
  const auto rows =
      fhir_rows(observation("o", R"(,"contained":[{"resourceType":"Patient","id":"p","gender":"female"}],)"
                                 R"("subject":{"reference":"#p"})"));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].at("subject.gender"), "female");
  EXPECT_FALSE(rows[0].contains("report.status"));
}

TEST(FhirReaderTest, a_report_without_any_of_its_results_is_a_row_of_its_own) {
  auto reader = opened(R"({"resourceType":"DiagnosticReport","id":"r","conclusion":"c",)"
                       R"("result":[{"reference":"Observation/x"},{"reference":"Observation/y"}]})");
  const auto rows = fhir_rows(*reader);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].at("report.conclusion"), "c");
  EXPECT_EQ(rows[0].at("report.result[1].reference"), "Observation/y");
  ASSERT_EQ(reader->notes().size(), 1U);
  EXPECT_EQ(reader->notes()[0].message, "ingest.note.fhir_unresolved");
  EXPECT_EQ(reader->notes()[0].arguments[0].second, "2");
}

TEST(FhirReaderTest, members_of_a_panel_have_the_report_of_their_panel) {
  const auto rows = fhir_rows(bundle(
      entry(R"({"resourceType":"DiagnosticReport","id":"r","result":[{"reference":"Observation/panel"}]})") +
      "," + entry(observation("panel", R"(,"hasMember":[{"reference":"Observation/m"}])")) + "," +
      entry(observation("m", R"(,"hasMember":[{"reference":"Observation/panel"}])"))));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].at("id"), "m");
  EXPECT_EQ(rows[1].at("report.id"), "r");
}

TEST(FhirReaderTest, an_observation_of_two_reports_is_a_row_of_each) {
  const std::string report =
      R"({"resourceType":"DiagnosticReport","id":"%","result":[{"reference":"Observation/o"}]})";
  auto named = [&](const std::string& id) { return std::string(report).replace(report.find('%'), 1, id); };
  const auto rows =
      fhir_rows(bundle(entry(named("r1")) + "," + entry(named("r2")) + "," + entry(observation("o"))));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].at("report.id"), "r1");
  EXPECT_EQ(rows[1].at("report.id"), "r2");
}

TEST(FhirReaderTest, references_are_met_by_url_by_type_and_id_and_never_guessed) {
  const std::string a = R"({"resourceType":"Patient","id":"1","gender":"male"})";
  const std::string b = R"({"resourceType":"Patient","id":"1","gender":"female"})";
  const std::string said = R"(,"subject":{"reference":"Patient/1/_history/2"})";
  // The patient of the observation's own server is meant.
  const auto rows = fhir_rows(bundle(entry(a, "http://a.example/fhir/Patient/1") + "," +
                                     entry(b, "http://b.example/fhir/Patient/1") + "," +
                                     entry(observation("o", said), "http://b.example/fhir/Observation/o") +
                                     "," + entry(observation("u", said), "urn:uuid:1")));
  EXPECT_EQ(rows.at(0).at("subject.gender"), "female");
  EXPECT_FALSE(rows.at(1).contains("subject.gender")) << "either patient could be meant";
  EXPECT_EQ(rows.at(1).at("subject.reference"), "Patient/1/_history/2");
}

TEST(FhirReaderTest, a_logical_reference_gives_its_identifier) {
  const auto alone = fhir_rows(observation("o", R"(,"subject":{"identifier":{"value":"7"},"display":"N"})"));
  EXPECT_EQ(alone.at(0).at("subject.identifier.value"), "7");
  const auto both = fhir_rows(bundle(
      entry(R"({"resourceType":"Patient","id":"1","identifier":[{"value":"a"},{"value":"b"}]})") + "," +
      entry(
          observation("o", R"(,"subject":{"reference":"Patient/1","identifier":{"value":"7"},"id":"x"})"))));
  EXPECT_EQ(both.at(0).at("subject.identifier[1].value"), "b");
  EXPECT_EQ(both.at(0).at("subject.identifier[2].value"), "7");
  EXPECT_EQ(both.at(0).at("rest"), R"({"subject.reference.id":"x"})");
}

TEST(FhirReaderTest, what_has_no_column_stands_in_the_rest) {
  std::string notes;
  for (std::size_t i = 0; i <= limits::fhir_elements; ++i)
    notes += std::string(i ? "," : "") + R"({"text":"n"})";
  const auto rows =
      fhir_rows(observation("o", R"(,"text":{"status":"generated","div":"<p>\"x\"</p>"},"note":[)" + notes +
                                     R"(],"valueInteger":7,"value":{"integer":8.0})"));
  EXPECT_EQ(
      rows.at(0).at("rest"),
      R"({"text.status":"generated","text.div":"<p>\"x\"</p>","note[32].text":"n","value.integer":8.0})");
  EXPECT_EQ(rows.at(0).at("note[31].text"), "n");
  EXPECT_EQ(rows.at(0).at("value.integer"), "7");
}

TEST(FhirReaderTest, columns_have_an_end_and_the_rest_takes_what_comes_later_but_for_paths_fields_ask_for) {
  std::string all;
  for (int file = 0; file < 20; ++file) {
    std::string more;
    for (int i = 0; i < 100; ++i) more += ",\"x" + std::to_string(file) + "_" + std::to_string(i) + "\":1";
    if (file == 19) more += R"(,"method":{"coding":[{"code":"a"},{"code":"b"}]})";
    all += std::string(file ? "," : "") + entry(observation(std::to_string(file), more));
  }
  ReadOptions options;
  options.paths = {"method.coding.code"};
  auto reader = opened(bundle(all), options);
  const auto rows = fhir_rows(*reader);
  ASSERT_EQ(rows.size(), 20U);
  EXPECT_EQ(reader->columns().size(), limits::fhir_open_columns + 2);
  EXPECT_NE(rows.back().at("rest").find("\"x19_99\":1"), std::string::npos);
  EXPECT_EQ(rows.back().at("id"), "19");
  EXPECT_EQ(rows.back().at("method.coding[1].code"), "b");
}

TEST(FhirReaderTest, every_kind_of_bundle_and_an_array_are_read_but_no_history) {
  for (const char* type : {"collection", "message", "transaction", "batch", "searchset", "document"})
    EXPECT_EQ(fhir_rows(bundle(entry(observation("o")), type)).size(), 1U) << type;
  EXPECT_EQ(fhir_rows("[" + observation("a") + ",\n" + observation("b") + "]").size(), 2U);
  EXPECT_EQ(opening_error(bundle(entry(observation("o")), "history")).message, "ingest.fhir_bundle_type");
  // Keys in any order; a bundle whose type comes last.
  EXPECT_EQ(
      fhir_rows(R"({"entry":[{"resource":)" + observation("o") + R"(}],"resourceType":"Bundle"})").size(),
      1U);
}

TEST(FhirReaderTest, what_no_result_refers_to_and_further_pages_are_told) {
  auto reader = opened(
      R"({"resourceType":"Bundle","type":"searchset","link":[{"relation":"next","url":"u"}],"entry":[)" +
      entry(observation("o")) + "," + entry(R"({"resourceType":"Immunization"})") + "," +
      entry(R"({"resourceType":"Immunization"})") + R"(,{"response":{"status":"204"}}]})");
  EXPECT_EQ(fhir_rows(*reader).size(), 1U);
  EXPECT_EQ(note_ids(*reader),
            (std::vector<std::string>{"ingest.note.fhir_passed", "ingest.note.fhir_next_page"}));
  EXPECT_EQ(reader->notes()[0].arguments[0].second, "Immunization (2)");
}

TEST(FhirReaderTest, other_versions_doubled_keys_and_no_resources_are_refused_alone) {
  const auto rows = fhir_rows(bundle(
      entry(observation("stu3", R"(,"related":[{"type":"has-member"}])")) + "," +
      entry(observation("r5", R"(,"triggeredBy":[])")) + "," +
      entry(observation("twice", R"(,"method":{"text":"a","text":"b"})")) + "," + entry(R"({"id":"?"})") +
      "," + entry(R"({"resourceType":"Blutwert"})") + "," + entry(observation("good"))));
  ASSERT_EQ(rows.size(), 6U);
  EXPECT_EQ(rows[0].at("!"), "refuse.row.fhir_version");
  EXPECT_EQ(rows[0].at("!column"), "related");
  EXPECT_EQ(rows[1].at("!column"), "triggeredBy");
  EXPECT_EQ(rows[2].at("!"), "refuse.row.duplicate_key");
  EXPECT_EQ(rows[2].at("!column"), "text");
  EXPECT_EQ(rows[3].at("id"), "good");
  EXPECT_EQ(rows[4].at("!"), "refuse.row.fhir_resource");
  EXPECT_EQ(rows[5].at("resourceType"), "Blutwert");
}

TEST(FhirReaderTest, files_that_are_something_else_say_what) {
  const std::map<std::string, std::string> files = {
      {R"({"resourceType":"Patient","id":"1"})", "ingest.fhir_wrong_type"},
      {bundle(entry(R"({"resourceType":"Patient","id":"1"})")), "ingest.fhir_no_results"},
      {R"({"resourceType":"Bundle","type":"collection"})", "ingest.fhir_no_results"},
      {"{\"resourceType\":\"Patient\"}\n{\"resourceType\":\"Group\"}\n", "ingest.fhir_no_results"},
      {R"(<?xml version="1.0"?><Observation xmlns="http://hl7.org/fhir"><id value="1"/></Observation>)",
       "ingest.fhir_xml"},
      {lab_bundle.substr(0, lab_bundle.size() - 30), "ingest.fhir_broken"},
      {lab_bundle + "x", "ingest.fhir_broken"},
      {observation("o", R"(,"valueQuantity":{"value":01})"), "ingest.fhir_broken"},
      {observation("o", ",\"note\":[{\"text\":\"\xFF\xFE\"}]"), "ingest.fhir_broken"},
      {observation("o",
                   ",\"x\":" + std::string(limits::fhir_depth, '[') + std::string(limits::fhir_depth, ']')),
       "ingest.fhir_deep"}};
  for (const auto& [file, id] : files) {
    const Error error = opening_error(file);
    EXPECT_EQ(error.message, id) << file.substr(0, 100);
    for (const Language language : {Language::zh, Language::en})
      EXPECT_EQ(render(error, language).find('{'), std::string::npos) << id;
  }
  // A table that has a column of that name is none of FHIR's.
  EXPECT_EQ(
      format_text(*opened("{\"resourceType\":\"病床\",\"n\":1}\n{\"resourceType\":\"呼吸机\",\"n\":2}\n")),
      "json-lines");
  EXPECT_EQ(format_text(*opened(R"([{"n":{"resourceType":"Observation"}}])")), "json");
}

TEST(FhirReaderTest, too_large_a_document_and_too_many_resources_are_refused) {
  EXPECT_EQ(
      opening_error(observation("o", R"(,"note":")" + std::string(limits::fhir_bytes, 'x') + '"')).message,
      "ingest.fhir_large");
  std::string many;
  for (std::size_t i = 0; i <= limits::fhir_resources; ++i)
    many += std::string(i ? "," : "") + R"({"resource":{"resourceType":"Basic"}})";
  EXPECT_EQ(opening_error(bundle(many)).message, "ingest.fhir_many");
  // Few resources that refer to each other a great many times.
  std::string reports, results;
  for (int i = 0; i < 300; ++i) {
    results += (i ? "," : "") + std::string(R"({"reference":"Observation/)") + std::to_string(i) + "\"}";
    reports += "," + entry(observation(std::to_string(i)));
  }
  for (int i = 0; i < 300; ++i)
    reports += "," + entry(R"({"resourceType":"DiagnosticReport","result":[)" + results + "]}");
  EXPECT_EQ(opening_error(bundle(reports.substr(1))).message, "ingest.fhir_many");
  // A row of more values than any laboratory sends.
  std::string leaves;
  for (std::size_t i = 0; i <= limits::fhir_leaves; ++i) leaves += std::string(i ? "," : "") + "1";
  const auto rows =
      fhir_rows(bundle(entry(observation("o", ",\"x\":[" + leaves + "]")) + "," + entry(observation("p"))));
  EXPECT_EQ(rows.at(0).at("!"), "refuse.row.too_long");
  EXPECT_EQ(rows.at(1).at("id"), "p");
}

const std::string export_lines =
    R"({"resourceType":"Observation","id":"1","subject":{"reference":"Patient/p"}})"
    "\n"
    R"({"resourceType":"DiagnosticReport","id":"r","result":[{"reference":"Observation/2"}]})"
    "\r\n"
    "\n"
    R"({"resourceType":"Observation","id":"2","subject":{"reference":"Patient/none"}})"
    "\n"
    R"({"resourceType":"Observation","id":)"
    "\n"
    R"({"resourceType":"DiagnosticReport","id":"lone"})"
    "\n"
    R"({"resourceType":"Patient","id":"p","gender":"male"})";

TEST(FhirReaderTest, lines_of_a_bulk_export_are_read_together) {
  auto reader = opened(export_lines);
  EXPECT_EQ(format_text(*reader), "fhir");
  const auto rows = fhir_rows(*reader);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].at("subject.gender"), "male") << "the patient comes later";
  EXPECT_EQ(rows[1].at("report.id"), "r");
  EXPECT_EQ(rows[2].at("report.id"), "lone");
  EXPECT_EQ(rows[3].at("!"), "refuse.row.bad_json");
  EXPECT_EQ(note_ids(*reader), (std::vector<std::string>{"ingest.note.fhir_unresolved"}));
}

// Long enough that its lines are read in several parts.
std::string long_export() {
  std::string text =
      R"({"resourceType":"Patient","id":"p","gender":"male"})"
      "\n"
      R"({"resourceType":"DiagnosticReport","id":"early","result":[{"reference":"Observation/19"}]})"
      "\n"
      R"({"resourceType":"DiagnosticReport","id":"lone","result":[{"reference":"Observation/x"}]})"
      "\n";
  for (int i = 0; i < 20; ++i)
    text += observation(std::to_string(i), R"(,"subject":{"reference":"Patient/p"},"note":[{"text":")" +
                                               std::string(900'000, 'n') + R"("}])") +
            "\n";
  return text;
}

TEST(FhirReaderTest, what_lines_refer_to_is_kept_for_the_lines_far_behind) {
  const std::string text = long_export();
  ASSERT_GT(text.size(), 2 * limits::fhir_lines_bytes);
  auto reader = opened(text);
  const auto rows = fhir_rows(*reader);
  ASSERT_EQ(rows.size(), 21U);
  EXPECT_EQ(rows[19].at("subject.gender"), "male");
  EXPECT_EQ(rows[19].at("report.id"), "early");
  EXPECT_EQ(rows[20].at("report.id"), "lone") << "it waited to the end";
  EXPECT_EQ(rows[0].count("report.id"), 0U);
}

TEST(FhirReaderTest, of_more_than_can_be_kept_the_latest_are_and_waiting_reports_give_their_rows) {
  const std::string filler(900'000, 'n');
  std::string text =
      R"({"resourceType":"DiagnosticReport","id":"waits","result":[{"reference":"Observation/x"}]})"
      "\n"
      R"({"resourceType":"Patient","id":"first"})"
      "\n";
  for (int i = 0; i < 20; ++i)
    text += R"({"resourceType":"Patient","id":")" + std::to_string(i) + R"(","gender":"male","x":")" +
            filler + "\"}\n";
  text.insert(0, R"({"resourceType":"Organization","id":"lab","name":"L"})"
                 "\n" +
                     observation("near", R"(,"performer":[{"reference":"Organization/lab"}])") + "\n");
  text += observation("late", R"(,"subject":{"reference":"Patient/19"})") + "\n";
  text += observation(
              "far",
              R"(,"subject":{"reference":"Patient/first"},"performer":[{"reference":"Organization/lab"}])") +
          "\n";
  auto reader = opened(text);
  const auto rows = fhir_rows(*reader);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].at("id"), "near");
  EXPECT_EQ(rows[1].at("report.id"), "waits");
  EXPECT_EQ(rows[2].at("subject.gender"), "male");
  EXPECT_FALSE(rows[3].contains("subject.id")) << "let go";
  EXPECT_EQ(rows[3].at("performer.name"), "L") << "kept, for it was used";
  const auto notes = note_ids(*reader);
  EXPECT_NE(std::ranges::find(notes, "ingest.note.fhir_not_kept"), notes.end());
}

TEST(FhirReaderTest, a_line_too_long_is_refused_alone) {
  const auto rows = fhir_rows(observation("a") + "\n" +
                              observation("b", R"(,"x":")" + std::string(limits::row_bytes, 'x') + '"') +
                              "\n" + observation("c") + "\n" +
                              observation("d", ",\"x\":" + std::string(70, '[') + std::string(70, ']')));
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[1].at("id"), "c");
  EXPECT_EQ(rows[2].at("!"), "refuse.row.too_long");
  EXPECT_EQ(rows[3].at("!"), "refuse.row.too_deep");
}

TEST(FhirReaderTest, reading_goes_on_behind_any_row) {
  expect_same_rows_from_everywhere(
      bundle(entry(observation("a")) + "," + entry(observation("b")) + "," + entry(observation("c"))));
  expect_same_rows_from_everywhere(export_lines);
  expect_same_rows_from_everywhere(made_zip({{"1.ndjson", export_lines}, {"2.json", lab_bundle}}));
}

TEST(FhirReaderTest, gzip_zip_and_other_encodings_are_read_like_any_text) {
  EXPECT_EQ(fhir_rows(*opened(made_gzip(lab_bundle))).size(), 2U);
  auto zip =
      opened(made_zip({{"Patient.ndjson", "{\"resourceType\":\"Patient\"}\n{\"resourceType\":\"Patient\"}\n"},
                       {"Observation.ndjson", observation("a") + "\n" + observation("b")}}));
  EXPECT_EQ(fhir_rows(*zip).size(), 2U);
  EXPECT_EQ(note_ids(*zip), (std::vector<std::string>{"ingest.note.files_passed"}));
  EXPECT_EQ(fhir_rows("\xEF\xBB\xBF" + lab_bundle).size(), 2U);
}

TEST(FhirReaderTest, a_gzip_cut_off_gives_its_whole_lines_and_then_says_so) {
  std::string text;
  for (int i = 0; i < 2'000; ++i) text += observation(std::to_string(i * 7919)) + "\n";
  const std::string packed = made_gzip(text);
  auto reader = opened(packed.substr(0, packed.size() / 2));
  Rows rows;
  EXPECT_EQ(read_until_error(*reader, rows).message, "ingest.gzip_truncated");
  EXPECT_GT(rows.size(), 100U);
}

TEST(FhirReaderTest, the_original_is_the_row_by_its_columns) {
  auto reader = opened(observation("o", R"(,"valueQuantity":{"value":1.50},"text":{"div":"d"})"));
  Row row;
  ASSERT_TRUE(reader->next(row).value());
  EXPECT_EQ(row.original, R"({"resourceType":"Observation","id":"o","status":"final","code.text":"t",)"
                          R"("value.quantity.value":1.50,)"
                          R"("rest":"{\"text.div\":\"d\"}"})");
}

}  // namespace
}  // namespace jingwei::ingest
