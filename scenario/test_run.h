// The tests of a package, played on a stage.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "scenario/checker.h"
#include "scenario/test_stage.h"

namespace jingwei::scenario {

struct TestOutcome {
  std::string place;  // file:line:column of the test
  schema::Title name;
  std::vector<Error> failures;  // each with the place of what did not hold; none: it passed
  bool passed() const { return failures.empty(); }
};

// A fresh stage whose clock stands at the local time `now` ("2020-03-10T09:00"), with the packages of the
// shelf.
using StageMaker = std::function<Result<std::unique_ptr<Stage>>(const std::string& now)>;

// Plays the tests of one package, of `only` those whose name in either language has these words (ASCII
// letters in either case); empty: every one. A stage that cannot be made is a failure of its test.
std::vector<TestOutcome> run_tests(const Shelf& shelf, const std::string& package, const StageMaker& make,
                                   const std::string& only = {});

// The instant of a local time such as "2020-03-10T09:00". Nothing when it is none.
std::optional<Instant> local_instant(const std::string& local, const Zone& zone);

}  // namespace jingwei::scenario
