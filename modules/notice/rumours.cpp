#include "modules/notice/rumours.h"

#include <array>
#include <boost/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "modules/catalog/repeatable.h"
#include "modules/notice/limits.h"
#include "modules/notice/sql.gen.h"

namespace jingwei::notice {

namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 3> state_names = {"draft", "published", "withdrawn"};
constexpr std::array<std::string_view, 4> verdict_names = {"false", "misleading", "unproven", "true"};

std::string sources_text(const std::vector<RumourSource>& sources) {
  JsonWriter out;
  out.begin_array();
  for (const auto& source : sources) {
    out.begin_object();
    out.member("title", source.title);
    out.member("url", source.url);
    out.end_object();
  }
  out.end_array();
  return out.take();
}

std::vector<RumourSource> sources_of_text(std::string_view text) {
  std::vector<RumourSource> sources;
  boost::system::error_code fault;
  const json::value value = json::parse(text, fault);
  if (fault || !value.is_array()) return sources;
  for (const auto& one : value.get_array()) {
    if (!one.is_object()) continue;
    const auto word = [&](const char* name) {
      const json::value* const found = one.get_object().if_contains(name);
      return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
    };
    sources.push_back({word("title"), word("url")});
  }
  return sources;
}

Rumour rumour_of_row(const storage::Row& row) {
  Rumour rumour;
  rumour.id = RumourId(row.integer(0));
  for (std::size_t at = 0; at < state_names.size(); ++at) {
    if (row.text(1) == state_names[at]) rumour.state = static_cast<RumourState>(at);
  }
  rumour.claim = row.text(2);
  rumour.seen_at = row.text(3);
  if (!row.is_null(4)) rumour.claimed_on = from_days(static_cast<std::int32_t>(row.integer(4)));
  rumour.verdict = verdict_named(row.text(5)).value_or(Verdict::unproven);
  rumour.explanation = row.text(6);
  rumour.sources = sources_of_text(row.text(7));
  rumour.written_by = row.text(8);
  rumour.written_at = from_micros(row.integer(9));
  rumour.decided_by = row.text(10);
  if (!row.is_null(11)) rumour.published_at = from_micros(row.integer(11));
  if (!row.is_null(12)) rumour.withdrawn_at = from_micros(row.integer(12));
  rumour.row_version = row.integer(13);
  return rumour;
}

bool is_address(std::string_view url) {
  return url.size() <= 500 && (url.starts_with("https://") || url.starts_with("http://")) &&
         url.find_first_of(" \"<>\n\r\t") == std::string_view::npos;
}

Result<std::string> words(const std::string& given, std::size_t most, const char* field, bool needed) {
  std::string kept = text::squeeze(given);
  if (needed && kept.empty())
    return Error(ErrorCode::invalid, "notice.words_missing").with("what", field + 1).at(field);
  if (text::code_points(kept).size() > most)
    return Error(ErrorCode::invalid, "notice.too_long")
        .with("what", field + 1)
        .with("most", std::to_string(most))
        .at(field);
  return kept;
}

Result<void> check(Rumour& wanted) {
  JW_ASSIGN(wanted.claim, words(wanted.claim, 500, "/claim", true));
  JW_ASSIGN(wanted.seen_at, words(wanted.seen_at, 500, "/seen_at", false));
  JW_ASSIGN(wanted.explanation, words(wanted.explanation, limits::body_length, "/explanation", true));
  if (wanted.sources.empty() || wanted.sources.size() > limits::rumour_sources)
    return Error(ErrorCode::invalid, "notice.sources_missing")
        .with("most", std::to_string(limits::rumour_sources))
        .at("/sources");
  for (auto& source : wanted.sources) {
    JW_ASSIGN(source.title, words(source.title, 200, "/sources", true));
    if (!source.url.empty() && !is_address(source.url))
      return Error(ErrorCode::invalid, "notice.bad_address").with("url", source.url).at("/sources");
  }
  return {};
}

void tell(const Rumour& rumour, const char* step, const std::string& actor, storage::Change& change) {
  change.events.push_back(
      {"rumour.step", "{\"rumour\":\"" + rumour.id.to_string() + "\",\"step\":\"" + step + "\"}"});
  change.audit.push_back({actor, std::string("rumour.") + step, "rumour:" + rumour.id.to_string(), "{}"});
}

storage::Value instant_or_null(const std::optional<Instant>& at) {
  if (at) return to_micros(*at);
  return storage::Null{};
}

}  // namespace

std::string_view name_of(RumourState state) {
  return state_names[static_cast<std::size_t>(state)];
}
std::string_view name_of(Verdict verdict) {
  return verdict_names[static_cast<std::size_t>(verdict)];
}
std::optional<Verdict> verdict_named(std::string_view name) {
  for (std::size_t at = 0; at < verdict_names.size(); ++at) {
    if (verdict_names[at] == name) return static_cast<Verdict>(at);
  }
  return std::nullopt;
}

Result<Rumour> Rumours::add(Rumour wanted, const Asker& asker) {
  JW_TRY(check(wanted));
  const std::string day = wanted.claimed_on ? to_iso(*wanted.claimed_on) : "";
  auto row = catalog::idempotency_of(asker.idempotency_key, asker.actor, "add_rumour",
                                     {wanted.claim, wanted.seen_at, day, std::string(name_of(wanted.verdict)),
                                      wanted.explanation, sources_text(wanted.sources)});
  const auto decided = [&](storage::Reader&) -> Result<storage::Change> {
    JW_ASSIGN(const std::int64_t id, store_.allocate_ids());
    wanted.id = RumourId(id);
    wanted.written_by = asker.actor;
    wanted.written_at = clock_.now();
    wanted.row_version = 1;
    if (row) row->answer = wanted.id.to_string();
    storage::Value claimed_on = storage::Null{};
    if (wanted.claimed_on) claimed_on = std::int64_t{to_days(*wanted.claimed_on)};
    storage::Change change;
    change.writes.push_back(
        {&sql::add_rumour,
         {id, wanted.claim, wanted.seen_at, std::move(claimed_on), std::string(name_of(wanted.verdict)),
          wanted.explanation, sources_text(wanted.sources), wanted.written_by, to_micros(wanted.written_at)},
         1});
    tell(wanted, "add", asker.actor, change);
    return change;
  };
  JW_ASSIGN(const auto committed, catalog::commit_once(store_, row, decided));
  if (committed.earlier_answer) return find(RumourId::parse(*committed.earlier_answer).value_or(RumourId()));
  return wanted;
}

Result<Rumour> Rumours::read_one(storage::Reader& reader, RumourId id) const {
  const storage::Value key = id.value;
  std::optional<Rumour> found;
  JW_TRY(reader.query(sql::rumour_by_id, std::span(&key, 1), [&](const storage::Row& row) {
    found = rumour_of_row(row);
    return true;
  }));
  if (!found) return Error(ErrorCode::not_found, "notice.no_rumour").with("id", id.to_string());
  return std::move(*found);
}

Result<Rumour> Rumours::find(RumourId id) const {
  JW_ASSIGN(auto reader, store_.read());
  return read_one(*reader, id);
}

Result<std::vector<Rumour>> Rumours::list(std::optional<RumourState> state, RumourId before,
                                          std::size_t most) const {
  const std::array<storage::Value, 3> parameters = {before ? before.value : INT64_MAX,
                                                    static_cast<std::int64_t>(most),
                                                    state ? std::string(name_of(*state)) : std::string()};
  std::vector<Rumour> found;
  JW_ASSIGN(auto reader, store_.read());
  JW_TRY(reader->query(sql::page_of_rumours, parameters, [&](const storage::Row& row) {
    found.push_back(rumour_of_row(row));
    return true;
  }));
  return found;
}

Result<Rumour> Rumours::step(RumourId id, RumourStep step, const Asker& asker) {
  Rumour rumour;
  const bool publish = step == RumourStep::publish;
  auto row = catalog::idempotency_of(asker.idempotency_key, asker.actor, "step_rumour",
                                     {id.to_string(), publish ? "publish" : "withdraw"}, id.to_string());
  const auto decided = [&](storage::Reader& reader) -> Result<storage::Change> {
    JW_ASSIGN(rumour, read_one(reader, id));
    if (rumour.state != (publish ? RumourState::draft : RumourState::published))
      return Error(ErrorCode::conflict, "notice.rumour_step")
          .with("state", std::string(name_of(rumour.state)));
    if (publish && asker.actor == rumour.written_by) return Error(ErrorCode::denied, "notice.same_person");
    rumour.state = publish ? RumourState::published : RumourState::withdrawn;
    rumour.decided_by = asker.actor;
    (publish ? rumour.published_at : rumour.withdrawn_at) = clock_.now();
    storage::Change change;
    change.writes.push_back(
        {&sql::change_rumour,
         {id.value, rumour.row_version, std::string(name_of(rumour.state)), rumour.decided_by,
          instant_or_null(rumour.published_at), instant_or_null(rumour.withdrawn_at)},
         1});
    tell(rumour, publish ? "publish" : "withdraw", asker.actor, change);
    return change;
  };
  JW_ASSIGN(const auto committed, catalog::commit_once(store_, row, decided));
  if (committed.earlier_answer) return find(id);
  ++rumour.row_version;
  return rumour;
}

std::string claim_review(const Rumour& rumour, const std::string& publisher, const std::string& address,
                         Language language) {
  constexpr std::array<int, 4> ratings = {1, 2, 3, 5};
  JsonWriter out;
  out.begin_object();
  out.member("@context", "https://schema.org");
  out.member("@type", "ClaimReview");
  out.member("@id", address);
  out.member("url", address);
  if (rumour.published_at) out.member("datePublished", to_rfc3339(*rumour.published_at).substr(0, 10));
  out.member("claimReviewed", rumour.claim);
  out.member("reviewBody", rumour.explanation);
  out.key("author");
  out.begin_object();
  out.member("@type", "GovernmentOrganization");
  out.member("name", publisher);
  out.end_object();
  out.key("reviewRating");
  out.begin_object();
  out.member("@type", "Rating");
  out.member("ratingValue", ratings[static_cast<std::size_t>(rumour.verdict)]);
  out.member("worstRating", 1);
  out.member("bestRating", 5);
  out.member("alternateName", render("notice.verdict." + std::string(name_of(rumour.verdict)), {}, language));
  out.end_object();
  out.key("itemReviewed");
  out.begin_object();
  out.member("@type", "Claim");
  if (rumour.claimed_on) out.member("datePublished", to_iso(*rumour.claimed_on));
  if (!rumour.seen_at.empty()) {
    out.key("appearance");
    out.begin_object();
    out.member("@type", "CreativeWork");
    out.member(is_address(rumour.seen_at) ? "url" : "name", rumour.seen_at);
    out.end_object();
  }
  out.end_object();
  out.key("citation");
  out.begin_array();
  for (const auto& source : rumour.sources) {
    out.begin_object();
    out.member("@type", "CreativeWork");
    out.member("name", source.title);
    if (!source.url.empty()) out.member("url", source.url);
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return out.take();
}

}  // namespace jingwei::notice
