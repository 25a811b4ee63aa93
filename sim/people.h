// Households and persons of the synthetic city, made one household at a time from streams of their own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "sim/identity.h"
#include "sim/places.h"

namespace jingwei::sim {

inline constexpr Day city_today = std::chrono::sys_days{std::chrono::year{2020} / 3 / 10};
inline constexpr Day city_first_day = std::chrono::sys_days{std::chrono::year{2020} / 1 / 10};
inline constexpr int city_days = static_cast<int>((city_today - city_first_day).count()) + 1;  // 61

enum class Role : std::uint8_t { head, spouse, child, parent, tenant };
enum class Care : std::uint8_t { none, alone, empty_nest, disabled, low_income, orphan, destitute };

struct Person {
  std::int64_t number = 0;  // from 1, in the order of writing
  Role role = Role::head;
  bool male = false;
  bool migrant = false;    // household registration elsewhere
  bool foreigner = false;  // passport in citizen_id
  int age = 0;
  Day born;
  Care care = Care::none;
  std::string name;
  std::string ethnicity;
  std::string citizen_id;
  std::string phone;             // empty for small children
  std::int64_t enterprise = -1;  // where employed
  std::string occupation;
};

struct Household {
  std::int64_t number = 0;
  int grid = 0;                                // index in Places::grids
  std::string compound, building, unit, flat;  // building and unit empty in a village
  std::string address;  // 云汐市望汐区听澜街道金港社区云港路12号翡翠花园3栋2单元501
  std::string old_address;  // under names the places had before
  std::string short_address;
  bool rented = false;
  std::vector<Person> people;
};

struct Enterprise {
  std::int64_t number = 0;
  std::string name, code, owner, phone, industry, address;
  int staff = 0;
  Day founded;
  int grid = 0;
};

struct Venue {
  std::int64_t number = 0;
  std::string name, kind, manager, phone, address;
  int capacity = 0;
  int grid = 0;
};

std::int64_t enterprises_for(std::int64_t people);
std::int64_t venues_for(std::int64_t people);

// Makes everybody, in order. Not thread-safe: numbers are handed out as households are made.
class Population {
 public:
  Population(const Places& places, std::int64_t people, std::uint64_t seed);
  // The next household, or false when everybody is made. People of all households add up to `people` exactly.
  bool next(Household& household);
  // Entities made from their number alone.
  Enterprise enterprise(std::int64_t number) const;
  Venue venue(std::int64_t number) const;

 private:
  void settle(Household& household, Random& random) const;
  void fill(Household& household, Random& random, int room);
  Person person(Random& random, Role role, bool male, int age, bool migrant, const std::string& surname);
  int grid_by_weight(Random& random) const;

  const Places& places_;
  std::int64_t people_;
  std::uint64_t seed_;
  CitizenNumbers numbers_;
  std::vector<std::int64_t> quota_;        // people of each grid
  std::vector<std::int64_t> weight_sums_;  // running sums of grid weights
  std::size_t districts_ = 0;
  std::size_t district_ = 0;  // of the household being made
  std::size_t grid_ = 0;
  std::int64_t grid_done_ = 0;
  std::int64_t in_grid_ = 0;  // households made in this grid
  std::int64_t persons_ = 0;
  std::int64_t households_ = 0;
};

// A name of the synthetic population. The year of birth decides which characters are in fashion.
std::string given_name(Random& random, bool male, int year);
std::string surname(Random& random);
// Both together, for somebody of 1955 to 1992.
std::string adult_name(Random& random, double male_share);

}  // namespace jingwei::sim
