// What the synthetic city brings to a city service: forms with made-up values, and what is done with each
// afterwards. Deterministic by seed; everything is invented.
#pragma once

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

struct ServiceStep {
  std::string action, as;
  double share = 1;  // of the cases that came so far
  std::map<std::string, MadeValue> with;
};

struct ServiceFeed {
  std::string id;  // of the process or the resource
  double per_10000_a_day = 1;
  int from_hour = 0, to_hour = 24;
  std::map<std::string, MadeValue> fields;
  std::vector<ServiceStep> steps;
};

struct MadeStep {
  std::string action, as;
  std::map<std::string, std::string> with;
};

struct MadeForm {
  Day day;
  int minute = 0;  // of the day
  std::string grid;
  std::map<std::string, std::string> values;
  std::vector<MadeStep> steps;
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

}  // namespace jingwei::sim
