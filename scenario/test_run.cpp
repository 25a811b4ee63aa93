#include "scenario/test_run.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/messages.h"
#include "base/text.h"
#include "scenario/cross_checks.h"
#include "scenario/rule_book.h"
#include "scenario/test_regions.gen.h"

namespace jingwei::scenario {

using schema::YamlKind;
using schema::YamlNode;

namespace {

StageValues values_of(const YamlNode* node) {
  StageValues values;
  if (node == nullptr) return values;
  for (const auto& pair : node->pairs) values[pair.key.scalar] = pair.value.scalar;
  return values;
}

std::string plain_number(double number) {
  if (number == std::floor(number) && std::abs(number) < 1e15)
    return std::to_string(static_cast<std::int64_t>(number));
  return std::to_string(number);
}

std::string joined(const std::vector<std::string>& words) {
  return words.empty() ? "–" : quoted_list(words);
}

// The value at or below `at` that the error tells of, such as the region that there is not; else `at` itself.
const YamlNode& told_of(const YamlNode& at, const Error& error) {
  const auto told = [&](const YamlNode& node) {
    return node.kind == YamlKind::scalar && !node.scalar.empty() &&
           std::any_of(error.arguments.begin(), error.arguments.end(),
                       [&](const auto& one) { return one.second == node.scalar; });
  };
  if (told(at)) return at;
  for (const auto& item : at.items) {
    if (const YamlNode& found = told_of(item, error); told(found)) return found;
  }
  for (const auto& pair : at.pairs) {
    if (const YamlNode& found = told_of(pair.value, error); told(found)) return found;
  }
  return at;
}

// "2020-03-10T09:00" in the zone.
std::string local_text(Instant instant, const Zone& zone) {
  const std::string utc = to_rfc3339(instant + zone.offset_at(instant));
  return utc.substr(0, 16);
}

class Play {
 public:
  Play(const Shelf& shelf, const Package& package, const YamlNode& test, Stage& stage,
       std::vector<Error>& failures)
      : shelf_(shelf), package_(package), test_(test), stage_(stage), failures_(failures) {}

  void run() {
    if (!given()) return;
    for (const auto& step : test_.find("steps")->items) {
      if (!play(step)) return;
    }
  }

 private:
  void fail(const YamlNode& at, std::string message,
            std::vector<std::pair<std::string, std::string>> arguments = {}) {
    Error error(ErrorCode::invalid, std::move(message));
    error.arguments = std::move(arguments);
    error.arguments.emplace_back("place", at.place());
    error.field = at.place();
    failures_.push_back(std::move(error));
  }

  // A call that must succeed.
  bool went(const YamlNode& at, const Result<void>& done) {
    if (done.ok()) return true;
    fail(told_of(at, done.error()), "scenario.test_failed_step", {{"told", render_both(done.error())}});
    return false;
  }

  static std::string render_both(const Error& error) {
    std::string told = render(error, Language::en);
    for (const auto& cause : error.causes) {
      if (const std::string more = render(cause, Language::en); more != told) told += " / " + more;
    }
    return told;
  }

  bool given() {
    const YamlNode& given = *test_.find("given");
    if (const YamlNode* people = given.find("people")) {
      for (const auto& pair : people->pairs) {
        StagePerson person;
        person.name = pair.key.scalar;
        person.role = text_of(pair.value, "role");
        person.region = text_of(pair.value, "region");
        person.department = text_of(pair.value, "department");
        person.duty = text_of(pair.value, "duty");
        if (const std::string kind = text_of(pair.value, "kind"); !kind.empty()) person.kind = kind;
        if (!went(pair.value, stage_.add_person(person))) return false;
      }
    }
    if (const YamlNode* records = given.find("records")) {
      for (const auto& record : records->items) {
        if (!went(record, stage_.record(text_of(record, "resource"), values_of(record.find("values")))))
          return false;
      }
    }
    return true;
  }

  std::string case_of(const YamlNode& when) const {
    const YamlNode* named = when.find("case");
    if (named == nullptr) return last_;
    const auto found = cases_.find(named->scalar);
    return found == cases_.end() ? std::string() : found->second;
  }

  // Those of the package's folder that the step brings; a check has seen that they are there.
  StagePictures pictures_of(const YamlNode& when) const {
    StagePictures pictures;
    for (const YamlNode* name : scalars_of(when.find("photos"))) {
      const auto found = package_.files.find(name->scalar);
      if (found != package_.files.end()) pictures.push_back(found->second);
    }
    return pictures;
  }

  // What the step does; its error is what a person would be told.
  Result<void> act(const YamlNode& when) {
    const std::string person = text_of(when, "as");
    if (const YamlNode* create = when.find("create")) {
      JW_ASSIGN(last_, stage_.open_case(create->scalar, person, values_of(when.find("with")),
                                        text_of(when, "at"), pictures_of(when)));
      if (const YamlNode* name = when.find("case")) cases_[name->scalar] = last_;
      return {};
    }
    if (const YamlNode* matter = when.find("bring")) {
      JW_ASSIGN(last_, stage_.bring(matter->scalar, person, values_of(when.find("with"))));
      if (const YamlNode* name = when.find("case")) cases_[name->scalar] = last_;
      return {};
    }
    if (const YamlNode* step = when.find("take"))
      return stage_.take(case_of(when), step->scalar, person, values_of(when.find("with")));
    if (const YamlNode* doing = when.find("do"))
      return stage_.act(case_of(when), doing->scalar, person, values_of(when.find("with")),
                        text_of(when, "to"), pictures_of(when));
    if (const YamlNode* words = when.find("comment"))
      return stage_.comment(case_of(when), person, words->scalar);
    if (const YamlNode* record = when.find("record"))
      return stage_.record(record->scalar, values_of(when.find("with")));
    if (const YamlNode* advance = when.find("advance"))
      return stage_.advance(std::chrono::minutes(minutes_of(advance->scalar, false)));
    if (const YamlNode* until = when.find("until")) {
      const auto instant = local_instant(until->scalar, stage_.zone());
      if (!instant || *instant < stage_.now())
        return Error(ErrorCode::invalid, "scenario.test_past").with("moment", until->scalar);
      return stage_.advance(std::chrono::ceil<std::chrono::minutes>(*instant - stage_.now()));
    }
    if (const YamlNode* rule = when.find("rule")) {
      JW_ASSIGN(given_, evaluate_rule(shelf_, rule->scalar, *when.find("facts"), stage_.now()));
      return {};
    }
    return {};
  }

  bool play(const YamlNode& step) {
    const YamlNode& when = *step.find("when");
    const YamlNode* then = step.find("then");
    const YamlNode* refused = then == nullptr ? nullptr : then->find("refused");
    const auto done = act(when);
    if (refused == nullptr) {
      if (!went(when, done)) return false;
    } else if (done.ok()) {
      fail(*refused, "scenario.test_not_refused");
      return false;
    } else if (refused->scalar != "true" && refused->scalar != done.error().message &&
               refused->scalar != name_of(done.error().code)) {
      fail(*refused, "scenario.test_refused_otherwise",
           {{"expected", refused->scalar},
            {"found", done.error().message},
            {"told", render_both(done.error())}});
    }
    if (then != nullptr) check(when, *then);
    return true;
  }

  void expect(const YamlNode& at, const std::string& what, const std::string& expected,
              const std::string& found) {
    if (expected != found)
      fail(at, "scenario.test_differs", {{"what", what}, {"expected", expected}, {"found", found}});
  }

  void check(const YamlNode& when, const YamlNode& then) {
    const std::string one = case_of(when);
    constexpr std::array<std::string_view, 10> of_case = {
        "photos", "state", "stage", "assignee", "owner", "deadline", "overdue", "closed", "may", "may_not"};
    const bool asks = std::any_of(of_case.begin(), of_case.end(),
                                  [&](std::string_view key) { return then.find(key) != nullptr; });
    if (asks) check_case(one, then);
    check_counts(then);
    if (const YamlNode* gives = then.find("gives")) expect(*gives, "gives", json_of(*gives), given_);
  }

  void check_case(const std::string& one, const YamlNode& then) {
    const auto looked = stage_.look(one);
    if (!looked) {
      went(then, looked.error());
      return;
    }
    const StageCase& found = *looked;
    for (const auto& pair : then.pairs) {
      const std::string& key = pair.key.scalar;
      const YamlNode& value = pair.value;
      if (key == "state") expect(value, key, value.scalar, found.state);
      if (key == "stage") expect(value, key, value.scalar, found.stage);
      if (key == "assignee")
        expect(value, key, value.scalar, found.assignee.empty() ? "none" : found.assignee);
      if (key == "overdue") expect(value, key, value.scalar, found.overdue ? "true" : "false");
      if (key == "closed") expect(value, key, value.scalar, found.open ? "false" : "true");
      if (key == "photos") expect(value, key, value.scalar, std::to_string(found.photos));
      if (key == "deadline")
        expect(value, key, value.scalar, found.due_at ? local_text(*found.due_at, stage_.zone()) : "none");
      if (key == "owner") {
        if (const YamlNode* region = value.find("region"))
          expect(*region, "owner.region", region->scalar, found.owner_region);
        if (const YamlNode* level = value.find("level"))
          expect(*level, "owner.level", level->scalar, found.owner_level);
        if (const YamlNode* department = value.find("department"))
          expect(*department, "owner.department", department->scalar, found.department);
      }
      if (key == "may" || key == "may_not") check_may(one, value, key == "may");
    }
  }

  void check_may(const std::string& one, const YamlNode& map, bool may) {
    for (const auto& pair : map.pairs) {
      const auto actions = stage_.actions(one, pair.key.scalar);
      if (!actions) {
        went(pair.key, actions.error());
        continue;
      }
      for (const auto& item : pair.value.items) {
        const bool offered = std::find(actions->begin(), actions->end(), item.scalar) != actions->end();
        if (offered != may)
          fail(item, may ? "scenario.test_may" : "scenario.test_may_not",
               {{"person", pair.key.scalar}, {"action", item.scalar}, {"found", joined(*actions)}});
      }
    }
  }

  template <typename Ask>
  void check_map(const YamlNode& then, std::string_view key, Ask ask) {
    const YamlNode* map = then.find(key);
    if (map == nullptr) return;
    for (const auto& pair : map->pairs) {
      const auto found = ask(pair.key.scalar);
      if (!found) {
        went(pair.key, found.error());
      } else {
        const double expected = schema::yaml_number(pair.value).value_or(std::nan(""));
        expect(pair.value, std::string(key) + "." + pair.key.scalar, plain_number(expected),
               plain_number(static_cast<double>(*found)));
      }
    }
  }

  void check_counts(const YamlNode& then) {
    check_map(then, "inbox", [&](const std::string& person) { return stage_.inbox(person); });
    check_map(then, "metrics", [&](const std::string& metric) { return stage_.metric(metric); });
    check_map(then, "records", [&](const std::string& resource) { return stage_.records(resource); });
    if (const YamlNode* notices = then.find("notices")) {
      const auto told = stage_.notices();
      if (!told) {
        went(*notices, told.error());
        return;
      }
      expect(*notices, "notices", notices->scalar, std::to_string(*told - notices_before_));
      notices_before_ = *told;
    }
  }

  const Shelf& shelf_;
  const Package& package_;
  const YamlNode& test_;
  Stage& stage_;
  std::vector<Error>& failures_;
  std::map<std::string, std::string> cases_;
  std::string last_;
  std::string given_;  // what the last rule gave, as JSON
  std::int64_t notices_before_ = 0;
};

}  // namespace

std::string_view stage_regions() {
  return test_region_sources[0].second;
}

std::optional<Instant> local_instant(const std::string& local, const Zone& zone) {
  const auto day = parse_iso_day(local.substr(0, 10));
  const auto utc = parse_rfc3339(local + (local.size() == 16 ? ":00Z" : "Z"));
  if (!day || !utc) return std::nullopt;
  return *utc - zone.offset_at(zone.start_of(*day));
}

std::vector<TestOutcome> run_tests(const Shelf& shelf, const std::string& package, const StageMaker& make,
                                   const std::string& only) {
  const std::string wanted = text::lower_ascii(only);
  std::vector<TestOutcome> outcomes;
  const ParsedPackage* parsed = shelf.find(package);
  if (parsed == nullptr) return outcomes;
  for (const auto& test : parsed->list("tests.yaml", "tests")) {
    TestOutcome outcome;
    outcome.place = test.place();
    outcome.name = {text_of(*test.find("name"), "zh"), text_of(*test.find("name"), "en")};
    if (text::lower_ascii(outcome.name.zh).find(wanted) == std::string::npos &&
        text::lower_ascii(outcome.name.en).find(wanted) == std::string::npos)
      continue;
    const auto stage = make(text_of(*test.find("given"), "now"));
    if (stage) {
      Play(shelf, shelf.source_of(package), test, **stage, outcome.failures).run();
    } else {
      outcome.failures.push_back(stage.error());
    }
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

}  // namespace jingwei::scenario
