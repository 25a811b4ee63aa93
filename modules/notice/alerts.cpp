#include "modules/notice/alerts.h"

#include <algorithm>
#include <array>

#include "base/random.h"
#include "base/text.h"
#include "modules/catalog/repeatable.h"
#include "modules/notice/limits.h"
#include "modules/notice/sql.gen.h"

namespace jingwei::notice {

namespace {

constexpr std::array<std::string_view, 3> statuses = {"Actual", "Exercise", "Test"};
constexpr std::array<std::string_view, 12> categories = {"Geo",       "Met",   "Safety", "Security",
                                                         "Rescue",    "Fire",  "Health", "Env",
                                                         "Transport", "Infra", "CBRNE",  "Other"};
constexpr std::array<std::string_view, 5> urgencies = {"Immediate", "Expected", "Future", "Past", "Unknown"};
constexpr std::array<std::string_view, 5> severities = {"Extreme", "Severe", "Moderate", "Minor", "Unknown"};
constexpr std::array<std::string_view, 5> certainties = {"Observed", "Likely", "Possible", "Unlikely",
                                                         "Unknown"};

Alert alert_of_row(const storage::Row& row) {
  Alert alert;
  alert.id = AlertId(row.integer(0));
  alert.identifier = row.text(1);
  alert.kind = row.text(2);
  alert.status = row.text(3);
  alert.category = row.text(4);
  alert.event = row.text(5);
  alert.urgency = row.text(6);
  alert.severity = row.text(7);
  alert.certainty = row.text(8);
  alert.headline = row.text(9);
  alert.description = row.text(10);
  alert.instruction = row.text(11);
  std::string_view words = row.text(12);
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    alert.areas.emplace_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  alert.effective_at = from_micros(row.integer(13));
  alert.expires_at = from_micros(row.integer(14));
  alert.sent_at = from_micros(row.integer(15));
  alert.sent_by = row.text(16);
  alert.update_of = AlertId(row.integer(17));
  alert.replaced_by = AlertId(row.integer(18));
  alert.row_version = row.integer(19);
  return alert;
}

Result<void> check_words(std::string& kept, std::size_t most, const char* field, bool needed) {
  kept = text::squeeze(kept);
  if (needed && kept.empty())
    return Error(ErrorCode::invalid, "notice.words_missing").with("what", field + 1).at(field);
  if (text::code_points(kept).size() > most)
    return Error(ErrorCode::invalid, "notice.too_long")
        .with("what", field + 1)
        .with("most", std::to_string(most))
        .at(field);
  return {};
}

Result<void> check_word(std::string_view list, const std::string& word) {
  const auto words = cap_words(list);
  if (std::find(words.begin(), words.end(), word) != words.end()) return {};
  return Error(ErrorCode::invalid, "notice.bad_cap_word")
      .with("list", std::string(list))
      .with("word", word)
      .at("/" + std::string(list));
}

}  // namespace

std::span<const std::string_view> cap_words(std::string_view list) {
  if (list == "status") return statuses;
  if (list == "category") return categories;
  if (list == "urgency") return urgencies;
  if (list == "severity") return severities;
  return certainties;
}

Result<void> Alerts::check(Alert& wanted, const Asker& asker) const {
  JW_TRY(check_words(wanted.event, 60, "/event", true));
  JW_TRY(check_words(wanted.headline, 160, "/headline", true));
  JW_TRY(check_words(wanted.description, limits::body_length, "/description", true));
  JW_TRY(check_words(wanted.instruction, limits::body_length, "/instruction", false));
  JW_TRY(check_word("status", wanted.status));
  JW_TRY(check_word("category", wanted.category));
  JW_TRY(check_word("urgency", wanted.urgency));
  JW_TRY(check_word("severity", wanted.severity));
  JW_TRY(check_word("certainty", wanted.certainty));
  const Instant now = parts_.clock.now();
  if (wanted.effective_at == Instant{}) wanted.effective_at = now;
  if (wanted.expires_at <= std::max(now, wanted.effective_at) ||
      wanted.expires_at > now + limits::alert_longest)
    return Error(ErrorCode::invalid, "notice.bad_expiry").at("/expires_at");
  if (wanted.areas.empty() || wanted.areas.size() > limits::audience_items)
    return Error(ErrorCode::invalid, "notice.areas_missing")
        .with("most", std::to_string(limits::audience_items))
        .at("/areas");
  const auto tree = parts_.regions.tree();
  for (const auto& code : wanted.areas) {
    if (tree->find(code) == region::no_node)
      return Error(ErrorCode::not_found, "region.not_found").with("code", code).at("/areas");
  }
  return check_areas(wanted.areas, asker, now);
}

// That the asker may issue alerts for all of them.
Result<void> Alerts::check_areas(const std::vector<std::string>& areas, const Asker& asker,
                                 Instant now) const {
  const auto tree = parts_.regions.tree();
  JW_ASSIGN(const Authority authority, authority_of(asker.caller.get(), "alert.issue", *tree, now));
  for (const auto& code : areas) {
    const region::Node node = tree->find(code);
    if (!authority.whole_area && (node == region::no_node || !authority.scope.contains(node)))
      return Error(ErrorCode::denied, "notice.not_your_region").with("code", code).at("/areas");
  }
  return {};
}

Result<Alert> Alerts::issue(Alert wanted, const Asker& asker) {
  wanted.kind = "Alert";
  return add(std::move(wanted), std::nullopt, asker);
}

Result<Alert> Alerts::replace(AlertId id, Alert wanted, const Asker& asker) {
  return add(std::move(wanted), id, asker);
}

Result<Alert> Alerts::add(Alert wanted, std::optional<AlertId> replaces, const Asker& asker) {
  JW_TRY(check(wanted, asker));
  std::string areas;
  for (const auto& code : wanted.areas) areas += (areas.empty() ? "" : " ") + code;
  auto row = catalog::idempotency_of(
      asker.idempotency_key, asker.actor, "issue_alert",
      {wanted.kind, wanted.status, wanted.category, wanted.event, wanted.urgency, wanted.severity,
       wanted.certainty, wanted.headline, wanted.description, wanted.instruction, areas,
       replaces ? replaces->to_string() : "", to_rfc3339(wanted.expires_at)});
  const auto decided = [&](storage::Reader& reader) -> Result<storage::Change> {
    JW_ASSIGN(const std::int64_t id, parts_.store.allocate_ids());
    wanted.id = AlertId(id);
    SecureRandom random;
    wanted.identifier = sender_ + "." + random_credential(random);
    wanted.sent_at = parts_.clock.now();
    wanted.sent_by = asker.actor;
    wanted.row_version = 1;
    storage::Change change;
    storage::Value update_of = storage::Null{};
    if (replaces) {
      JW_ASSIGN(const Alert before, read_one(reader, *replaces));
      if (!before.stands(wanted.sent_at))
        return Error(ErrorCode::conflict, "notice.alert_replaced").with("id", replaces->to_string());
      // Who ends or changes what was said to an area answers for all of it.
      JW_TRY(check_areas(before.areas, asker, wanted.sent_at));
      wanted.update_of = *replaces;
      update_of = replaces->value;
      change.writes.push_back({&sql::replace_alert, {before.id.value, before.row_version, id}, 1});
    }
    if (row) row->answer = wanted.id.to_string();
    change.writes.push_back(
        {&sql::add_alert,
         {id, wanted.identifier, wanted.kind, wanted.status, wanted.category, wanted.event, wanted.urgency,
          wanted.severity, wanted.certainty, wanted.headline, wanted.description, wanted.instruction, areas,
          to_micros(wanted.effective_at), to_micros(wanted.expires_at), to_micros(wanted.sent_at),
          wanted.sent_by, std::move(update_of)},
         1});
    const std::string body = "{\"alert\":\"" + wanted.id.to_string() + "\",\"kind\":\"" + wanted.kind + "\"}";
    change.events.push_back({"alert.issued", body});
    change.audit.push_back({asker.actor, "alert.issue", "alert:" + wanted.id.to_string(), body});
    return change;
  };
  JW_ASSIGN(const auto committed, catalog::commit_once(parts_.store, row, decided));
  if (committed.earlier_answer) return find(AlertId::parse(*committed.earlier_answer).value_or(AlertId()));
  return wanted;
}

Result<Alert> Alerts::read_one(storage::Reader& reader, AlertId id) const {
  const storage::Value key = id.value;
  std::optional<Alert> found;
  JW_TRY(reader.query(sql::alert_by_id, std::span(&key, 1), [&](const storage::Row& row) {
    found = alert_of_row(row);
    return true;
  }));
  if (!found) return Error(ErrorCode::not_found, "notice.no_alert").with("id", id.to_string());
  return std::move(*found);
}

Result<Alert> Alerts::find(AlertId id) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  return read_one(*reader, id);
}

Result<std::vector<Alert>> Alerts::list() const {
  const std::array<storage::Value, 2> parameters = {to_micros(parts_.clock.now()),
                                                    static_cast<std::int64_t>(limits::public_items)};
  std::vector<Alert> found;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(reader->query(sql::alerts_not_expired, parameters, [&](const storage::Row& row) {
    found.push_back(alert_of_row(row));
    return true;
  }));
  return found;
}

}  // namespace jingwei::notice
