// What the synthetic city brings to a city service: forms with made-up values, and what is done with each
// afterwards. Deterministic by seed; everything is invented.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace jingwei::sim {

// How one value is made: the first that is filled counts.
struct MadeValue {
  std::vector<std::pair<std::string, double>> pick;  // value, weight
  std::vector<std::string> say;                      // one of these
  std::string from;  // number, person_name, phone, citizen_id, address, grid, day, time, household, flat
  double least = 0, most = 0;  // whole numbers between
};

// Steps stand in the order in which they may be taken. Of alternatives the first that comes is taken: one
// that does not lead on from where a case stands then is passed over by whoever plays it.
struct ServiceStep {
  std::string action, as;
  double share = 1;               // of the cases in which it can be taken when its turn comes
  std::chrono::minutes after{0};  // the last step, at the soonest; at the latest half as much again
  std::map<std::string, MadeValue> with;
};

struct ServiceFeed {
  std::string id;  // of the process or the resource
  int number = 0;  // among the feeds of one id: each has chances of its own
  double per_10000_a_day = 1;
  int from_hour = 0, to_hour = 24;
  std::map<std::string, MadeValue> fields;
  std::vector<ServiceStep> steps;
};

// A time on the city's clocks, as if they showed UTC.
using LocalMinute = std::chrono::sys_time<std::chrono::minutes>;

struct MadeStep {
  std::string action, as;
  std::chrono::minutes after{0};
  std::map<std::string, std::string> with;
};

struct MadeForm {
  Day day;
  int minute = 0;  // of the day
  std::string grid;
  std::map<std::string, std::string> values;
  std::vector<MadeStep> steps;  // those that chance gave it

  LocalMinute at() const { return LocalMinute(day) + std::chrono::minutes{minute}; }
};

// Where things happen, and for how many people.
struct FeedCity {
  std::int64_t people = 0;
  std::vector<std::string> grids;  // codes; not empty
  Day last_day;
  int days = 1;
  std::uint64_t seed = 7;
};

// All of one feed, by day and minute. The number of a day is the rate's whole part and, by chance, one more.
std::vector<MadeForm> make_forms(const ServiceFeed& feed, const FeedCity& city);

// When somebody comes to do what is due at `at`: then, or when the feed's hours begin next.
LocalMinute within_hours(const ServiceFeed& feed, LocalMinute at);

}  // namespace jingwei::sim
