#include "modules/quality/score.h"

#include <algorithm>

namespace jingwei::quality {

namespace {

double share(std::int64_t part, std::int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

std::optional<double> share_if_any(std::int64_t good, std::int64_t bad) {
  if (good + bad == 0) return std::nullopt;
  return share(good, good + bad);
}

std::optional<double> value_of(Part part, const Tally& tally) {
  switch (part) {
    case Part::accuracy:
      return share(std::max<std::int64_t>(tally.accepted - tally.upheld, 0), tally.rows());
    case Part::repair:
      return tally.refused == 0 ? 1 : std::min(1.0, share(tally.mended, tally.refused));
    case Part::timeliness:
      return share_if_any(tally.on_time, tally.late);
    case Part::objections:
      return share_if_any(tally.answered_in_time, tally.answers_missed);
  }
  return std::nullopt;
}

constexpr std::int64_t Tally::*all_counts[] = {
    &Tally::accepted,  &Tally::updated,          &Tally::unchanged,     &Tally::cleaned,
    &Tally::refused,   &Tally::mended,           &Tally::loads,         &Tally::on_time,
    &Tally::late,      &Tally::objected,         &Tally::upheld,        &Tally::declined,
    &Tally::withdrawn, &Tally::answered_in_time, &Tally::answers_missed};
static_assert(sizeof(Tally) == sizeof(all_counts) / sizeof(all_counts[0]) * sizeof(std::int64_t));

}  // namespace

Tally& Tally::operator+=(const Tally& other) {
  for (const auto count : all_counts) this->*count += other.*count;
  return *this;
}

Tally& Tally::operator-=(const Tally& other) {
  for (const auto count : all_counts) this->*count -= other.*count;
  return *this;
}

std::string_view name_of(Part part) {
  constexpr std::string_view names[] = {"accuracy", "repair", "timeliness", "objections"};
  return names[static_cast<int>(part)];
}

int weight_of(Part part) {
  constexpr int weights[] = {50, 15, 20, 15};
  return weights[static_cast<int>(part)];
}

Score score_of(const Tally& tally) {
  Score score;
  const bool came = tally.rows() > 0;
  int weights = 0;
  for (const Part part : all_parts) {
    PartScore& one = score.parts[static_cast<std::size_t>(part)];
    one.part = part;
    if (came) one.value = value_of(part, tally);
    if (one.value) weights += weight_of(part);
  }
  if (!came) return score;
  double points = 0;
  for (PartScore& one : score.parts) {
    if (!one.value) continue;
    const double most = 100.0 * weight_of(one.part) / weights;
    points += most * *one.value;
    one.lost = most * (1 - *one.value);
  }
  score.points = std::clamp(points, 0.0, 100.0);
  return score;
}

}  // namespace jingwei::quality
