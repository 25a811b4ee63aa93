// Pairs for people to look at: reading, offering and leasing them.
#include "modules/registry/decisions.h"
#include "modules/registry/limits.h"
#include "modules/registry/sql.gen.h"

namespace jingwei::registry {

namespace {

using storage::Value;

constexpr std::array<std::string_view, 4> state_names = {"open", "same", "different", "unsure"};

Review review_of(const storage::Row& row) {
  Review one;
  one.id = ReviewId(row.integer(0));
  one.a = RecordId(row.integer(1));
  one.b = RecordId(row.integer(2));
  one.role = static_cast<Role>(row.integer(3));
  one.resource_a = row.integer(4);
  one.resource_b = row.integer(5);
  one.region_a = RegionId(row.integer(6));
  one.region_b = RegionId(row.integer(7));
  one.probability = row.real(8);
  one.weights = row.text(9);
  one.state = review_state_named(row.text(10)).value_or(ReviewState::open);
  one.lease_owner = row.text(11);
  one.lease_until = from_micros(row.integer(12));
  one.decided_by = row.text(13);
  if (!row.is_null(14)) one.decided_at = from_micros(row.integer(14));
  one.event = EventId(row.integer(15));
  return one;
}

Result<std::vector<Review>> read_reviews(storage::Reader& reader, const storage::Statement& statement,
                                         std::span<const Value> parameters) {
  std::vector<Review> all;
  JW_TRY(reader.query(statement, parameters, [&](const storage::Row& row) {
    all.push_back(review_of(row));
    return true;
  }));
  return all;
}

}  // namespace

std::string_view name_of(ReviewState state) {
  return state_names[static_cast<std::size_t>(state)];
}

std::optional<ReviewState> review_state_named(std::string_view name) {
  for (std::size_t at = 0; at < state_names.size(); ++at) {
    if (state_names[at] == name) return static_cast<ReviewState>(at);
  }
  return std::nullopt;
}

Result<Review> Decisions::read_review(storage::Reader& reader, ReviewId id) const {
  const Value key = id.value;
  JW_ASSIGN(auto found, read_reviews(reader, sql::review_by_id, std::span(&key, 1)));
  if (found.empty())
    return Error(ErrorCode::not_found, "registry.review_not_found").with("id", id.to_string());
  return std::move(found.front());
}

Result<std::optional<Review>> Decisions::review_decided_as(EventId event) const {
  const Value key = event.value;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(auto found, read_reviews(*reader, sql::review_of_event, std::span(&key, 1)));
  if (found.empty()) return std::optional<Review>();
  return std::optional(std::move(found.front()));
}

Result<Review> Decisions::find_review(ReviewId id) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  return read_review(*reader, id);
}

Result<std::vector<Review>> Decisions::reviews(std::optional<ReviewState> state, ReviewId before,
                                               std::size_t most) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  const std::array<Value, 3> parameters = {before ? before.value : INT64_MAX, static_cast<std::int64_t>(most),
                                           state ? std::string(name_of(*state)) : std::string()};
  return read_reviews(*reader, sql::page_of_reviews, parameters);
}

Result<std::int64_t> Decisions::count(ReviewState state) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  const Value key = std::string(name_of(state));
  JW_ASSIGN(const auto count,
            storage::query_integer(*reader, sql::count_reviews_in_state, std::span(&key, 1)));
  return count.value_or(0);
}

Result<std::optional<Review>> Decisions::likeliest(
    const std::string& actor, Instant now, const std::function<Result<bool>(const Review&)>& may_see) const {
  constexpr double above_all = 2;  // no probability is
  std::array<Value, 5> parameters = {
      to_micros(now), actor, static_cast<std::int64_t>(limits::reviews_offered), above_all, std::int64_t{0}};
  for (int page = 0; page < limits::review_pages; ++page) {
    std::vector<Review> open;
    {
      JW_ASSIGN(auto reader, parts_.store.read());
      JW_ASSIGN(open, read_reviews(*reader, sql::next_reviews, parameters));
    }
    for (auto& one : open) {
      JW_ASSIGN(const bool seen, may_see(one));
      if (seen) return std::optional(std::move(one));
    }
    if (open.size() < limits::reviews_offered) break;
    parameters[3] = open.back().probability;
    parameters[4] = open.back().id.value;
  }
  return std::optional<Review>();
}

Result<std::optional<Review>> Decisions::next_review(
    const std::string& actor, const std::function<Result<bool>(const Review&)>& may_see,
    const std::function<std::string()>& told) {
  for (int attempt = 0; attempt < limits::overtaken_attempts; ++attempt) {
    const Instant now = parts_.clock.now();
    JW_ASSIGN(auto offered, likeliest(actor, now, may_see));
    if (!offered) return offered;
    const Instant until = now + limits::review_lease;
    storage::Change change;
    change.writes.push_back(
        {&sql::lease_review,
         {offered->id.value, actor, to_micros(until), offered->lease_owner, to_micros(offered->lease_until)},
         1});
    change.audit.push_back({actor, "review.show", "review:" + offered->id.to_string(), told()});
    const auto committed = parts_.store.commit(std::move(change));
    if (!committed && committed.error().code == ErrorCode::conflict) continue;  // another took it
    if (!committed) return committed.error();
    offered->lease_owner = actor;
    offered->lease_until = until;
    return offered;
  }
  return std::optional<Review>();
}

Result<Event> Decisions::event_by_id(storage::Reader& reader, EventId id) const {
  JW_ASSIGN(auto found, read_events(reader, sql::event_by_id, std::vector<Value>{id.value}));
  if (found.empty())
    return Error(ErrorCode::not_found, "registry.event_not_found").with("id", id.to_string());
  return std::move(found.front());
}

Result<Event> Decisions::find_event(EventId id) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  return event_by_id(*reader, id);
}

Result<std::vector<Event>> Decisions::events(SubjectId subject, EventId before, std::size_t most) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  const auto limit = static_cast<std::int64_t>(most);
  if (subject) return read_events(*reader, sql::events_of_subject, {subject.value, limit});
  return read_events(*reader, sql::page_of_events, {before ? before.value : INT64_MAX, limit});
}

Result<std::vector<Event>> Decisions::read_events(storage::Reader& reader,
                                                  const storage::Statement& statement,
                                                  const std::vector<Value>& parameters) const {
  std::vector<Event> all;
  std::optional<Error> fault;
  JW_TRY(reader.query(statement, parameters, [&](const storage::Row& row) {
    Event event;
    event.id = EventId(row.integer(0));
    event.kind = row.text(1);
    event.kept = SubjectId(row.integer(2));
    event.gone = SubjectId(row.integer(3));
    event.actor = row.text(4);
    event.model = row.integer(5);
    event.weights = row.text(6);
    auto reason = parts_.sealer.open({"registry_event", event.id.value, "reason"}, row.blob(7));
    if (!reason && reason.error().code != ErrorCode::gone) fault = reason.error();
    if (reason) event.reason = std::move(*reason);
    event.at = from_micros(row.integer(8));
    if (!row.is_null(9)) event.undone_at = from_micros(row.integer(9));
    event.undone_by = row.text(10);
    all.push_back(std::move(event));
    return !fault;
  }));
  if (fault) return *fault;
  return all;
}

}  // namespace jingwei::registry
