#include "modules/catalog/breaking.h"

#include <algorithm>
#include <regex>

#include "base/text.h"
#include "modules/catalog/record_slices.h"

namespace jingwei::catalog {

namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

const Metric* metric_of(const Resource& resource, const std::string& id) {
  for (const auto& metric : resource.metrics) {
    if (metric.id == id) return &metric;
  }
  return nullptr;
}

bool same_counting(const Metric& a, const Metric& b) {
  return a.kind == b.kind && a.field == b.field && a.where_field == b.where_field &&
         a.where_value == b.where_value;
}

bool lists(const std::vector<Choice>& choices, std::string_view id) {
  return std::any_of(choices.begin(), choices.end(), [&](const Choice& choice) { return choice.id == id; });
}

// Whether a value that keeps `before` may break `after`; required is asked for itself.
bool narrower(const Field& before, const Field& after) {
  const auto least = [](const auto& was, const auto& now) { return now && (!was || *now > *was); };
  const auto most = [](const auto& was, const auto& now) { return now && (!was || *now < *was); };
  const bool fewer = std::any_of(before.choices.begin(), before.choices.end(),
                                 [&](const Choice& choice) { return !lists(after.choices, choice.id); });
  return fewer || least(before.min, after.min) || most(before.max, after.max) ||
         least(before.min_length, after.min_length) || most(before.max_length, after.max_length) ||
         (!after.pattern.empty() && after.pattern != before.pattern);
}

// The rules over stored values that are not sealed.
class Rules {
 public:
  explicit Rules(const Field& field) : field_(field) {
    if (!field.pattern.empty()) pattern_ = std::regex(field.pattern);
  }
  bool allow(const storage::Row& row) const {
    if (field_.type == FieldType::integer || field_.type == FieldType::number) {
      const double value =
          field_.type == FieldType::integer ? static_cast<double>(row.integer(0)) : row.real(0);
      return (!field_.min || value >= *field_.min) && (!field_.max || value <= *field_.max);
    }
    const bool as_text = field_.type != FieldType::date && field_.type != FieldType::datetime &&
                         field_.type != FieldType::boolean && field_.type != FieldType::region;
    if (!as_text) return true;
    const std::string_view value = row.text(0);
    if (field_.type == FieldType::choice) return lists(field_.choices, value);
    const auto length = static_cast<std::int64_t>(text::code_points(value).size());
    if (field_.min_length && length < *field_.min_length) return false;
    if (field_.max_length && length > *field_.max_length) return false;
    return field_.pattern.empty() || std::regex_match(value.begin(), value.end(), pattern_);
  }

 private:
  const Field& field_;
  std::regex pattern_;
};

struct Counted {
  std::int64_t empty = 0;
  std::int64_t refused = 0;   // by the new rules
  std::int64_t unopened = 0;  // sealed
};

Result<Counted> count(storage::Reader& reader, const Entry& before, std::size_t at, const Field& after) {
  Counted counted;
  const bool sealed = before.resource.fields[at].personal != Personal::none;
  const Rules rules(after);
  JW_TRY(reader.query(before.table->values(at), {}, [&](const storage::Row& row) {
    if (row.is_null(0)) {
      ++counted.empty;
    } else if (sealed) {
      ++counted.unopened;
    } else if (!rules.allow(row)) {
      ++counted.refused;
    }
    return true;
  }));
  return counted;
}

}  // namespace

std::vector<Break> breaks_between(const Resource& before, const Resource& after) {
  std::vector<Break> found;
  for (const auto& field : before.fields) {
    const Field* now = after.field(field.name);
    if (now == nullptr) {
      found.push_back({BreakKind::field_dropped, field.name, field.title, "", "", 0});
      continue;
    }
    const bool moved = column_of(before, field) != column_of(after, *now);
    if (now->type != field.type || now->unit != field.unit || moved) {
      const auto told = [&](const Field& one) {
        return std::string(name_of(one.type)) + (one.unit.empty() ? "" : " " + one.unit) +
               (moved ? " / " + std::string(name_of(one.personal)) : "");
      };
      found.push_back({moved ? BreakKind::field_moved : BreakKind::field_retyped, field.name, field.title,
                       told(field), told(*now), 0});
    }
  }
  if (before.key != after.key)
    found.push_back({BreakKind::key_changed, "", {}, joined(before.key), joined(after.key), 0});
  for (const auto& metric : before.metrics) {
    const Metric* now = metric_of(after, metric.id);
    if (now == nullptr) {
      found.push_back({BreakKind::metric_dropped, metric.id, metric.title, "", "", 0});
    } else if (!same_counting(metric, *now)) {
      found.push_back({BreakKind::metric_changed, metric.id, metric.title, "", "", 0});
    }
  }
  return found;
}

Result<std::vector<Break>> breaks_of(storage::Reader& reader, const Entry& before, const Resource& after) {
  std::vector<Break> found = breaks_between(before.resource, after);
  std::int64_t records = 0;
  JW_TRY(reader.query(before.table->summary(), {}, [&](const storage::Row& row) {
    records = row.integer(0);
    return false;
  }));
  JW_ASSIGN(const std::int64_t packed, packed_records(reader, before.resource.id));
  records += packed;
  for (auto& one : found) one.records = records;
  if (records == 0) return found;
  for (const auto& field : after.fields) {
    const int at = before.resource.index_of(field.name);
    if (at < 0) {
      if (field.required)
        found.push_back({BreakKind::field_required, field.name, field.title, "", "", records});
      continue;
    }
    const Field& was = before.resource.fields[static_cast<std::size_t>(at)];
    if (was.type != field.type) continue;  // told already
    const bool tighter = narrower(was, field);
    if (!tighter && (was.required || !field.required)) continue;
    JW_ASSIGN(Counted counted, count(reader, before, static_cast<std::size_t>(at), field));
    counted.unopened += packed;  // slices are sealed as a whole
    const bool unsure = tighter || (packed > 0 && field.required && !was.required);
    if (field.required && counted.empty > 0)
      found.push_back({BreakKind::field_required, field.name, field.title, "", "", counted.empty});
    if (counted.refused > 0)
      found.push_back({BreakKind::values_refused, field.name, field.title, "", "", counted.refused});
    if (unsure && counted.unopened > 0)
      found.push_back({BreakKind::values_unopened, field.name, field.title, "", "", counted.unopened});
  }
  return found;
}

std::string sentence_of(const Break& found, Language language) {
  constexpr std::string_view names[] = {
      "catalog.break_field_dropped",   "catalog.break_field_retyped",  "catalog.break_field_moved",
      "catalog.break_key_changed",     "catalog.break_field_required", "catalog.break_values_refused",
      "catalog.break_values_unopened", "catalog.break_metric_dropped", "catalog.break_metric_changed"};
  const std::string& title = found.title.in(language);
  const std::vector<std::pair<std::string, std::string>> arguments = {
      {"field", title.empty() ? found.field : title},
      {"name", found.field},
      {"was", found.was.empty() ? "—" : found.was},
      {"now", found.now.empty() ? "—" : found.now},
      {"records", std::to_string(found.records)}};
  return render(names[static_cast<int>(found.kind)], arguments, language);
}

}  // namespace jingwei::catalog
