// A source that answers questions, with its department beside it, for the tests of this folder.
#pragma once

#include "modules/source/source_testing.h"
#include "tests/support/department.h"

namespace jingwei::source::testing {

using jingwei::testing::Department;

// "1" to whoever asks.
inline std::string says_yes(const std::string&) {
  return Department::json(R"({"data":{"insured":1}})");
}

template <typename Backend>
class AskingWorld : public SourceWorld<Backend> {
 protected:
  void SetUp() override {
    SourceWorld<Backend>::SetUp();
    if (this->IsSkipped()) return;
    source_ = this->add(registration()).source.id;
  }

  static std::string questions(const std::string& more = "") {
    return R"(
- id: insured
  title: {zh: 是否参保, en: Is the person insured}
  answer: yes_no
  path: /insured?id={id_number}
  headers: {Authorization: "Bearer {secret.token}"}
  pointer: /data/insured
  yes: ["1"]
  no: ["0"]
  timeout_ms: 5000
  inputs:
    - {name: id_number, title: {zh: 证件号, en: Id number}, personal: identifier, subject: true}
  purposes: {epidemic-control: 3600, elderly-care: 60, audits: 0}
)" + more;
  }

  // Of the test's day, 2020-03-10.
  static Terms terms() {
    Terms terms;
    terms.agreement = "2020-7";
    terms.legal_basis = "Social Insurance Law, art. 74";
    terms.contact = "Office of data, 555-0100";
    terms.signed_on = parse_iso_day("2020-01-01");
    terms.valid_until = parse_iso_day("2020-12-31");
    terms.purposes = {{"epidemic-control", "Epidemic control", "art. 12", *parse_iso_day("2020-03-11")},
                      {"elderly-care", "Care of the elderly", "art. 13", *parse_iso_day("2020-12-31")},
                      {"audits", "Audits", "art. 14", *parse_iso_day("2020-12-31")},
                      {"payments", "Payments", "art. 15", *parse_iso_day("2020-12-31")}};
    return terms;
  }

  NewSource registration() const {
    NewSource source;
    source.kind = Kind::question;
    source.title = "social insurance";
    source.settings = {{"address", "http://127.0.0.1:" + std::to_string(department_.port())},
                       {"questions", questions()}};
    source.secrets = {{"token", "s3cret"}};
    source.terms = terms();
    return source;
  }

  Asked asked(const std::string& id_number = "1234", const std::string& purpose = "epidemic-control") const {
    return {source_, "insured", purpose, {{"id_number", id_number}}, "tester"};
  }
  Result<Answer> try_asking(const std::string& id_number = "1234",
                            const std::string& purpose = "epidemic-control") {
    return this->sources_->questions().ask(asked(id_number, purpose));
  }
  Answer ask(const std::string& id_number = "1234", const std::string& purpose = "epidemic-control") {
    return must(try_asking(id_number, purpose));
  }
  // The same, where a purpose that keeps nothing asks: each goes out.
  Reason reason_for(const std::string& raw) {
    department_.answer_with([raw](const std::string&) { return raw; });
    return ask("1234", "audits").verdict.reason;
  }

  std::vector<std::string> column(const std::string& sql) {
    static std::deque<storage::Statement> kept;
    kept.push_back({"column", sql, sql});
    std::vector<std::string> all;
    auto reader = must(this->node_.store->read());
    must(reader->query(kept.back(), {}, [&](const storage::Row& row) {
      all.emplace_back(row.text(0));
      return true;
    }));
    return all;
  }
  std::vector<std::string> audited() {
    return column(
        "SELECT actor || ' ' || subject || ' ' || detail FROM audit_entry WHERE event = 'source.ask' "
        "ORDER BY xact, sequence");
  }
  std::size_t kept_answers() { return column("SELECT purpose FROM source_answer").size(); }

  Department department_{says_yes};
  SourceId source_;
};

}  // namespace jingwei::source::testing
