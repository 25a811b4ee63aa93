#include "sim/service_feed.h"

#include <algorithm>
#include <cmath>

#include "sim/identity.h"
#include "sim/people.h"
#include "sim/streams.h"

namespace jingwei::sim {

namespace {

constexpr int forms_most = 200'000;  // of one feed

// One draw in a million parts.
double share_of(Random& random) {
  return static_cast<double>(random.below(1'000'000)) / 1'000'000;
}

std::uint64_t number_of(const ServiceFeed& feed) {
  std::uint64_t number = 1'469'598'103'934'665'603ULL;
  for (const char c : feed.id) number = (number ^ static_cast<unsigned char>(c)) * 1'099'511'628'211ULL;
  return number + static_cast<std::uint64_t>(feed.number);
}

std::string picked(const MadeValue& made, Random& random) {
  double all = 0;
  for (const auto& [value, weight] : made.pick) all += weight;
  double at = share_of(random) * all;
  for (const auto& [value, weight] : made.pick) {
    if (at < weight) return value;
    at -= weight;
  }
  return made.pick.back().first;
}

class Maker {
 public:
  explicit Maker(const ServiceFeed& feed, const FeedCity& city)
      : feed_(feed), city_(city), numbers_({"990101", "990102"}) {}

  MadeForm form(Day day, int index) {
    SeededRandom random =
        stream_of(city_.seed, Draw::service, number_of(feed_), static_cast<std::uint64_t>(index));
    MadeForm made;
    made.day = day;
    made.minute =
        between(random, feed_.from_hour * 60, std::max(feed_.from_hour * 60, feed_.to_hour * 60 - 1));
    made.grid = city_.grids[random.below(city_.grids.size())];
    index_ = index;
    for (const auto& [name, value] : feed_.fields) made.values[name] = text(value, made, random);
    for (const auto& step : feed_.steps) {
      if (share_of(random) >= step.share) continue;
      MadeStep taken{step.action, step.as, step.after, {}};
      taken.after += std::chrono::minutes{between(random, 0, static_cast<int>(step.after.count() / 2))};
      for (const auto& [name, value] : step.with) taken.with[name] = text(value, made, random);
      made.steps.push_back(std::move(taken));
    }
    return made;
  }

 private:
  std::string text(const MadeValue& value, const MadeForm& form, Random& random) {
    if (!value.pick.empty()) return picked(value, random);
    if (!value.say.empty()) return value.say[random.below(value.say.size())];
    if (value.from.empty())
      return std::to_string(between(random, static_cast<int>(value.least), static_cast<int>(value.most)));
    return from(value.from, form, random);
  }

  std::string from(const std::string& what, const MadeForm& form, Random& random) {
    if (what == "grid") return form.grid;
    if (what == "day") return to_iso(form.day);
    if (what == "person_name") return adult_name(random, 0.5);
    if (what == "phone") return phone_number(static_cast<std::int64_t>(random.below(100'000'000)));
    if (what == "citizen_id") {
      Day born = city_.last_day - std::chrono::days{between(random, 20 * 365, 80 * 365)};
      return numbers_.issue(random.below(2), born, random.below(2) == 0);
    }
    if (what == "household") return form.grid + "-" + std::to_string(between(random, 1, 450));
    if (what == "flat")
      return std::to_string(between(random, 1, 30)) + "0" + std::to_string(between(random, 1, 4));
    if (what == "address")
      return "合成路" + std::to_string(between(random, 1, 300)) + "号" +
             std::to_string(between(random, 1, 20)) + "栋" + std::to_string(between(random, 1, 30)) + "01";
    if (what == "time") {
      const int hour = form.minute / 60, minute = form.minute % 60;
      return to_iso(form.day) + (hour < 10 ? "T0" : "T") + std::to_string(hour) + (minute < 10 ? ":0" : ":") +
             std::to_string(minute);
    }
    return std::to_string(index_ + 1);
  }

  const ServiceFeed& feed_;
  const FeedCity& city_;
  CitizenNumbers numbers_;
  int index_ = 0;
};

}  // namespace

std::vector<MadeForm> make_forms(const ServiceFeed& feed, const FeedCity& city) {
  std::vector<MadeForm> all;
  Maker maker(feed, city);
  const double rate = feed.per_10000_a_day * static_cast<double>(city.people) / 10'000;
  int index = 0;
  for (int back = city.days - 1; back >= 0; --back) {
    const Day day = city.last_day - std::chrono::days{back};
    SeededRandom random =
        stream_of(city.seed, Draw::service_day, number_of(feed), static_cast<std::uint64_t>(back));
    int count = static_cast<int>(std::floor(rate));
    if (share_of(random) < rate - std::floor(rate)) ++count;
    for (int at = 0; at < count && index < forms_most; ++at, ++index) all.push_back(maker.form(day, index));
  }
  std::stable_sort(all.begin(), all.end(), [](const MadeForm& a, const MadeForm& b) {
    return std::pair(a.day, a.minute) < std::pair(b.day, b.minute);
  });
  return all;
}

LocalMinute within_hours(const ServiceFeed& feed, LocalMinute at) {
  const Day day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::hours opens{feed.from_hour}, closes{std::max(feed.from_hour + 1, feed.to_hour)};
  const std::chrono::minutes time = at - LocalMinute(day);
  if (time < opens) return LocalMinute(day) + opens;
  if (time >= closes) return LocalMinute(day) + std::chrono::days{1} + opens;
  return at;
}

}  // namespace jingwei::sim
