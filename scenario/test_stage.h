// Where the tests of a package are played: a hub with an injected clock, the regions of
// scenario/test_regions.jsonl and nothing else in it. The app gives one on each storage.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace jingwei::scenario {

struct StagePerson {
  std::string name;  // in the test
  std::string kind = "staff";
  std::string role, region, department, duty;  // region: a code
};

struct StageCase {
  std::string state, stage;
  std::string assignee;  // the person's name in the test; empty: nobody
  std::string owner_region, owner_level, department;
  std::optional<Instant> due_at;
  bool overdue = false, open = true;
  std::int64_t photos = 0;
};

using StageValues = std::map<std::string, std::string>;
// The bytes of each, as a phone would send them.
using StagePictures = std::vector<std::string>;

// One test's hub. Used by one thread. Errors of its calls are the services' own: what a person would be told.
class Stage {
 public:
  virtual ~Stage() = default;
  virtual const Zone& zone() const = 0;
  virtual Instant now() const = 0;

  virtual Result<void> add_person(const StagePerson& person) = 0;
  // Gives the case's name for the other calls.
  virtual Result<std::string> open_case(const std::string& process, const std::string& person,
                                        const StageValues& form, const std::string& region,
                                        const StagePictures& pictures) = 0;
  // A thing of another module, which opens a case; the same as open_case then.
  virtual Result<std::string> bring(const std::string& matter, const std::string& person,
                                    const StageValues& values) = 0;
  // A step of what the case is about, taken where that is kept.
  virtual Result<void> take(const std::string& one, const std::string& step, const std::string& person,
                            const StageValues& values) = 0;
  virtual Result<void> act(const std::string& one, const std::string& action, const std::string& person,
                           const StageValues& inputs, const std::string& assignee,
                           const StagePictures& pictures) = 0;
  virtual Result<void> comment(const std::string& one, const std::string& person,
                               const std::string& words) = 0;
  virtual Result<void> record(const std::string& resource, const StageValues& values) = 0;
  // Turns the clock on, and lets the hub do what is due on the way.
  virtual Result<void> advance(std::chrono::minutes by) = 0;

  virtual Result<StageCase> look(const std::string& one) = 0;
  virtual Result<std::vector<std::string>> actions(const std::string& one, const std::string& person) = 0;
  virtual Result<std::int64_t> inbox(const std::string& person) = 0;
  virtual Result<double> metric(const std::string& metric) = 0;
  virtual Result<std::int64_t> records(const std::string& resource) = 0;
  // Effects with the hook `notice` that have been told so far.
  virtual Result<std::int64_t> notices() = 0;
};

// The regions every stage has, as a file of Regions::load.
std::string_view stage_regions();
// Code of the region all others stand below.
inline constexpr std::string_view stage_city = "990100";

}  // namespace jingwei::scenario
