#include "app/notice_people.h"

#include <algorithm>
#include <set>

namespace jingwei::app {

namespace {

constexpr std::size_t page = 500;
constexpr std::size_t people_most = 5'000;

// Which fields of a resource say what of a person; -1: none.
struct Places {
  int name = -1, phone = -1, address = -1, document = -1, birth = -1, asked = -1;
};

Places places_of(const catalog::Resource& resource, const notice::SubjectQuery& query) {
  Places at;
  const auto first = [](int& place, std::size_t index) {
    if (place < 0) place = static_cast<int>(index);
  };
  for (std::size_t index = 0; index < resource.fields.size(); ++index) {
    const auto& field = resource.fields[index];
    if (field.type == catalog::FieldType::person_name) first(at.name, index);
    if (field.type == catalog::FieldType::phone) first(at.phone, index);
    if (field.type == catalog::FieldType::address) first(at.address, index);
    if (field.type == catalog::FieldType::citizen_id) first(at.document, index);
    if (field.type == catalog::FieldType::date && field.personal == catalog::Personal::basic)
      first(at.birth, index);
    if (field.name == query.field) at.asked = static_cast<int>(index);
  }
  return at;
}

bool is_closed(const ingest::Record& record, int place) {
  const auto at = static_cast<std::size_t>(place);
  return place >= 0 && at < record.closed.size() && record.closed[at];
}

std::string text_at(const ingest::Record& record, int place) {
  if (place < 0 || is_closed(record, place)) return {};
  const auto& value = record.values[static_cast<std::size_t>(place)];
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return {};
}

// GB 11643: digits 7 to 14 are the day of birth.
std::optional<Day> born_on(const ingest::Record& record, const Places& at) {
  const std::string document = text_at(record, at.document);
  if (document.size() == 18)
    return parse_iso_day(document.substr(6, 4) + "-" + document.substr(10, 2) + "-" + document.substr(12, 2));
  if (at.birth < 0 || is_closed(record, at.birth)) return std::nullopt;
  const auto* days = std::get_if<std::int64_t>(&record.values[static_cast<std::size_t>(at.birth)]);
  return days == nullptr ? std::nullopt : std::optional(from_days(static_cast<std::int32_t>(*days)));
}

std::int64_t full_years(Day born, Day today) {
  const std::chrono::year_month_day from{born}, to{today};
  const auto years = static_cast<int>(to.year()) - static_cast<int>(from.year());
  const bool before = to.month() < from.month() || (to.month() == from.month() && to.day() < from.day());
  return years - (before ? 1 : 0);
}

class Finder {
 public:
  Finder(const PeopleSources& sources, const notice::SubjectQuery& query,
         const std::shared_ptr<const access::Caller>& caller)
      : sources_(sources), query_(query), reader_{caller, query.purpose} {}

  Result<std::vector<notice::Person>> find(std::vector<std::string> under) {
    JW_ASSIGN(const catalog::Entry* entry, sources_.catalog.find_readable(query_.resource));
    const auto& resource = entry->resource;
    const Places at = places_of(resource, query_);
    if (at.name < 0)
      return Error(ErrorCode::invalid, "notice.no_person_fields")
          .with("resource", resource.id)
          .at("/audience/subjects");
    if (!query_.field.empty() && at.asked < 0)
      return Error(ErrorCode::invalid, "notice.no_subject_field")
          .with("field", query_.field)
          .at("/audience/subjects");
    JW_ASSIGN(const access::Sight sight,
              sources_.ingest.sight_of(reader_.caller.get(), resource, query_.purpose));
    std::vector<std::optional<std::string>> regions;
    for (auto& code : under) regions.emplace_back(std::move(code));
    if (regions.empty()) regions.emplace_back();
    for (const auto& region : regions) JW_TRY(walk(resource, at, region, sight));
    return std::move(found_);
  }

 private:
  Result<void> walk(const catalog::Resource& resource, const Places& at,
                    const std::optional<std::string>& under, const access::Sight& sight) {
    for (RecordId before;;) {
      JW_ASSIGN(const auto records, sources_.ingest.list_records(resource.id, {under, before, page}, sight));
      for (const auto& record : records) JW_TRY(take(at, record));
      if (records.size() < page) return {};
      before = records.back().id;
    }
  }

  Result<void> take(const Places& at, const ingest::Record& record) {
    if (is_closed(record, at.name) || is_closed(record, at.address))
      return Error(ErrorCode::denied, "notice.names_closed").at("/audience/subjects");
    if (!query_.field.empty() && text_at(record, at.asked) != asked_value()) return {};
    if (query_.age_from || query_.age_to) {
      const auto born = born_on(record, at);
      if (!born) return {};
      const std::int64_t age = full_years(*born, sources_.zone.day_of(sources_.clock.now()));
      if (age < query_.age_from.value_or(0) || age > query_.age_to.value_or(1'000)) return {};
    }
    // Nobody is written to on a guess.
    const auto subject = sources_.registry.certain_subject_of(record.id);
    if (!subject && subject.error().code != ErrorCode::not_found) return subject.error();
    if (!query_.relation.empty()) return subject ? take_related(*subject) : Result<void>();
    // A record that is not linked yet, or only probably, stands for itself.
    return add(subject ? subject->to_string() : "record:" + record.id.to_string(), at, record);
  }

  // Truths stand as 0 and 1.
  std::string asked_value() const {
    if (query_.value == "true") return "1";
    return query_.value == "false" ? "0" : query_.value;
  }

  Result<void> take_related(registry::SubjectId subject) {
    const auto file = sources_.registry.files().file(subject, reader_, Language::zh);
    if (!file && file.error().code == ErrorCode::not_found) return {};
    if (!file) return file.error();
    for (const auto& relation : file->relations) {
      if (!counts(relation)) continue;
      if (relation.other == file->id) JW_TRY(add_related(relation.subject));
      // Whoever is a member of something stands to it, not to others: asked for are those who are so as well.
      if (relation.subject == file->id && is_of_a_place(relation.kind))
        JW_TRY(take_members(relation.other, file->id));
    }
    return {};
  }

  Result<void> take_members(registry::SubjectId place, registry::SubjectId but) {
    const auto file = sources_.registry.files().file(place, reader_, Language::zh);
    if (!file && file.error().code == ErrorCode::not_found) return {};
    if (!file) return file.error();
    for (const auto& relation : file->relations) {
      if (counts(relation) && relation.other == file->id && relation.subject != but)
        JW_TRY(add_related(relation.subject));
    }
    return {};
  }

  Result<void> add_related(registry::SubjectId other) {
    JW_ASSIGN(const auto best, sources_.registry.best_entry(other, reader_, registry::Certainty::certain));
    if (!best) return {};
    const Places at = places_of(best->entry->resource, {});
    return at.name < 0 ? Result<void>() : add(other.to_string(), at, best->record);
  }

  // The relation asked for, as it stands for certain today.
  bool counts(const registry::Relation& relation) const {
    const Day today = sources_.zone.day_of(sources_.clock.now());
    return relation.certainty == registry::Certainty::certain &&
           registry::name_of(relation.kind) == query_.relation &&
           (!relation.from || *relation.from <= today) && (!relation.to || today <= *relation.to);
  }
  static bool is_of_a_place(registry::RelationKind kind) {
    return kind != registry::RelationKind::carer && kind != registry::RelationKind::guardian;
  }

  Result<void> add(std::string subject, const Places& at, const ingest::Record& record) {
    if (!known_.insert(subject).second) return {};
    if (known_.size() > people_most)
      return Error(ErrorCode::too_large, "notice.too_many")
          .with("most", std::to_string(people_most))
          .at("/audience/subjects");
    found_.push_back({std::move(subject), record.region, text_at(record, at.name), text_at(record, at.phone),
                      text_at(record, at.address), record.subject});
    return {};
  }

  const PeopleSources& sources_;
  const notice::SubjectQuery& query_;
  registry::Reader reader_;
  std::set<std::string> known_;
  std::vector<notice::Person> found_;
};

}  // namespace

notice::PeopleFinder people_of_registry(PeopleSources sources) {
  return [sources](const notice::SubjectQuery& query, const std::vector<std::string>& under,
                   const std::shared_ptr<const access::Caller>& caller) {
    return Finder(sources, query, caller).find(under);
  };
}

}  // namespace jingwei::app
