#include "modules/quality/board.h"

#include <algorithm>

#include "modules/quality/sql.gen.h"

namespace jingwei::quality {

namespace {

// Above every score.
constexpr double behind_all = 101;

using Standings = std::map<std::string, Standing>;

Tally tally_of(const storage::Row& row) {
  Tally tally;
  int column = 3;
  for (std::int64_t* count :
       {&tally.accepted, &tally.updated, &tally.unchanged, &tally.cleaned, &tally.refused, &tally.mended,
        &tally.loads, &tally.on_time, &tally.late, &tally.objected, &tally.upheld, &tally.declined,
        &tally.withdrawn, &tally.answered_in_time, &tally.answers_missed})
    *count = row.integer(column++);
  return tally;
}

Standing& standing_of(Standings& standings, const std::string& id) {
  const auto [found, fresh] = standings.try_emplace(id);
  if (fresh) found->second.id = found->second.title.zh = found->second.title.en = id;
  return found->second;
}

void add_day(Standing& standing, Day day, const Tally& tally) {
  standing.tally += tally;
  if (standing.days.empty() || standing.days.back().day != day) standing.days.push_back({day, {}, {}});
  standing.days.back().tally += tally;
}

void name_all(const catalog::Catalog& catalog, Standings& resources, Standings& providers) {
  for (const auto& entry : catalog.entries()) {
    const catalog::Resource& resource = entry.resource;
    if (entry.retired && !resources.contains(resource.id)) continue;
    Standing& one = standing_of(resources, resource.id);
    one.title = resource.title;
    one.provider_id = resource.provider_id;
    one.provider = resource.provider;
    standing_of(providers, resource.provider_id).title = resource.provider;
  }
  for (auto& [id, one] : providers) {
    one.provider_id = id;
    one.provider = one.title;
  }
}

void settle(Standing& standing) {
  standing.tally.late += standing.missed_now;
  standing.score = score_of(standing.tally);
  for (auto& day : standing.days) day.score = score_of(day.tally);
}

std::vector<Standing> in_order(Standings standings) {
  std::vector<Standing> all;
  for (auto& [id, one] : standings) {
    settle(one);
    all.push_back(std::move(one));
  }
  std::stable_sort(all.begin(), all.end(), [](const Standing& a, const Standing& b) {
    return a.score.points.value_or(behind_all) < b.score.points.value_or(behind_all);
  });
  return all;
}

}  // namespace

Result<std::map<std::string, Instant>> read_receipts(storage::Reader& reader) {
  std::map<std::string, Instant> received;
  JW_TRY(reader.query(sql::all_receipts, {}, [&](const storage::Row& row) {
    received[std::string(row.text(0))] = from_micros(row.integer(1));
    return true;
  }));
  return received;
}

Result<Board> read_board(const catalog::Catalog& catalog, storage::Store& store, const Clock& clock,
                         const Zone& zone, Day from, Day to) {
  Standings resources, providers;
  std::map<std::string, Instant> received;
  {
    JW_ASSIGN(auto reader, store.read());
    const storage::Value first = std::int64_t{to_days(from)};
    JW_TRY(reader->query(sql::days_from, std::span(&first, 1), [&](const storage::Row& row) {
      const Day day = from_days(static_cast<std::int32_t>(row.integer(2)));
      if (day > to) return true;
      const Tally tally = tally_of(row);
      if (tally == Tally{}) return true;  // all of it was withdrawn
      add_day(standing_of(resources, std::string(row.text(0))), day, tally);
      add_day(standing_of(providers, std::string(row.text(1))), day, tally);
      return true;
    }));
    JW_TRY(reader->query(sql::refused_groups_from, std::span(&first, 1), [&](const storage::Row& row) {
      const std::string group(row.text(2));
      if (row.integer(3) == 0) return true;
      standing_of(resources, std::string(row.text(0))).reasons[group] += row.integer(3);
      standing_of(providers, std::string(row.text(1))).reasons[group] += row.integer(3);
      return true;
    }));
    JW_ASSIGN(received, read_receipts(*reader));
  }
  name_all(catalog, resources, providers);
  JW_ASSIGN(const auto owed, read_owed(catalog, store, clock));
  for (auto& [id, one] : resources) {
    if (const auto found = received.find(id); found != received.end()) one.last_received = found->second;
    const auto rhythm = owed.find(id);
    if (rhythm == owed.end()) continue;
    const Timing timing = timing_of(rhythm->second, one.last_received, clock.now(), zone);
    one.due = timing.due;
    one.missed_now = timing.missed;
    Standing& provider = standing_of(providers, one.provider_id);
    provider.missed_now += timing.missed;
    if (one.last_received)
      provider.last_received = std::max(provider.last_received.value_or(Instant{}), *one.last_received);
  }
  return Board{from, to, in_order(std::move(resources)), in_order(std::move(providers))};
}

}  // namespace jingwei::quality
