#include "modules/registry/file.h"

#include <algorithm>
#include <map>
#include <set>

#include "modules/catalog/meaning.h"
#include "modules/registry/limits.h"

namespace jingwei::registry {

namespace {

bool is_hidden(ErrorCode code) {
  return code == ErrorCode::not_found || code == ErrorCode::denied || code == ErrorCode::gone;
}

bool is_about(const catalog::Resource& resource, Kind kind) {
  using catalog::Subject;
  switch (kind) {
    case Kind::person:
      return resource.subject == Subject::person;
    case Kind::household:
      return resource.subject == Subject::household;
    case Kind::enterprise:
      return resource.subject == Subject::enterprise;
    case Kind::venue:
      return resource.subject == Subject::venue;
    case Kind::vehicle:
      return resource.subject == Subject::vehicle;
    case Kind::device:
      return resource.subject == Subject::device;
  }
  return false;
}

// Whether a form asks about such subjects; of a household, its head.
bool tells_of(const catalog::Resource& form, Kind kind) {
  const auto parts = parts_of(form);
  return std::any_of(parts.begin(), parts.end(), [&](const Part& part) {
    return kind_of(part.role) == kind && (kind == Kind::person || is_about(form, kind));
  });
}

// Whether what a record says is said of the subject itself: what an employee's record says is not said of the
// employer, nor what a visit tells of a household of its head.
bool speaks_for(const FileEntry& entry, Kind kind) {
  if (kind == Kind::person) return entry.link.role == Role::person;
  return kind_of(entry.link.role) == kind && is_about(entry.entry->resource, kind);
}

// What a record answers to a form's field; nothing when it does not, or the reader may not see it.
std::optional<Prefilled> answer_of(const FileEntry& entry, const catalog::Field& field,
                                   const region::Tree& tree, Language language) {
  const auto& resource = entry.entry->resource;
  const std::string meaning = catalog::meaning_of(field);
  // What another asks about its own business is no answer: dates and numbers only where the meaning has a
  // name.
  const bool own_business =
      field.type == catalog::FieldType::date || field.type == catalog::FieldType::datetime ||
      field.type == catalog::FieldType::integer || field.type == catalog::FieldType::number;
  if (own_business && meaning.starts_with("zh:")) return std::nullopt;
  const auto known =
      std::find_if(resource.fields.begin(), resource.fields.end(),
                   [&](const catalog::Field& one) { return catalog::meaning_of(one) == meaning; });
  if (known == resource.fields.end() || known->type != field.type ||
      !catalog::may_answer_alike(*known, field))
    return std::nullopt;
  const auto at = static_cast<std::size_t>(known - resource.fields.begin());
  const auto& value = entry.record.values[at];
  const bool closed = !entry.record.closed.empty() && entry.record.closed[at];
  if (closed || std::holds_alternative<storage::Null>(value)) return std::nullopt;
  return Prefilled{field.name,
                   value,
                   ingest::readable(value, *known, tree, language).value_or(""),
                   entry.entry,
                   known->name,
                   entry.record.id,
                   entry.record.day,
                   entry.link.certainty,
                   known->personal == catalog::Personal::none ? std::string() : entry.record.subject};
}

// A guess shows nobody another's records, nor does what a visit tells of a household.
bool is_ones_own(const Link& link) {
  return link.role == Role::person && link.certainty == Certainty::certain;
}

void sort_newest_first(SubjectFile& file) {
  std::stable_sort(file.entries.begin(), file.entries.end(), [](const FileEntry& a, const FileEntry& b) {
    return std::pair(a.record.day, a.record.id) > std::pair(b.record.day, b.record.id);
  });
}

}  // namespace

std::vector<Part> naming_parts_of(const catalog::Resource& form) {
  std::vector<Part> parts = parts_of(form);
  std::erase_if(parts, [&](const Part& part) {
    const Kind kind = kind_of(part.role);
    return part.identifier.empty() || (kind != Kind::person && !is_about(form, kind));
  });
  std::stable_partition(parts.begin(), parts.end(),
                        [](const Part& part) { return kind_of(part.role) != Kind::person; });
  return parts;
}

// What the reader may see of each resource, found out once.
class Files::Sights {
 public:
  Sights(const RegistryParts& parts, const Resources& resources, const Reader& reader)
      : parts_(parts), resources_(resources), reader_(reader) {}

  struct Of {
    const catalog::Entry* entry = nullptr;  // null: nothing
    access::Sight sight;
  };
  // Errors: the store's.
  Result<const Of*> of(std::int64_t resource) {
    const auto known = known_.find(resource);
    if (known != known_.end()) return &known->second;
    Of one;
    const auto entry = parts_.catalog.find_readable(resources_.numbered(resource).id);
    if (entry) {
      auto sight = parts_.ingest.sight_of(reader_.caller.get(), (*entry)->resource, reader_.purpose);
      // A resource that does not serve the purpose is shown masked where its rows may be seen without one.
      if (!sight && sight.error().message == "access.purpose_not_served")
        sight = parts_.ingest.sight_of(reader_.caller.get(), (*entry)->resource, "");
      if (!sight && !is_hidden(sight.error().code)) return std::move(sight).error();
      if (sight) one = {*entry, std::move(*sight)};
    } else if (!is_hidden(entry.error().code)) {
      return entry.error();
    }
    return &known_.emplace(resource, std::move(one)).first->second;
  }

 private:
  const RegistryParts& parts_;
  const Resources& resources_;
  const Reader& reader_;
  std::map<std::int64_t, Of> known_;
};

Result<std::optional<FileEntry>> Files::seen(const Link& link, Sights& sights) const {
  JW_ASSIGN(const Sights::Of* of, sights.of(link.resource));
  if (of->entry == nullptr) return std::optional<FileEntry>();
  auto record = parts_.ingest.find_record(of->entry->resource.id, link.record, of->sight);
  if (!record && is_hidden(record.error().code)) return std::optional<FileEntry>();
  if (!record) return std::move(record).error();
  return std::optional(FileEntry{link, of->entry, std::move(*record)});
}

Result<std::optional<FileEntry>> Files::entry(const Link& link, const Reader& reader) const {
  Sights sights(parts_, resources_, reader);
  return seen(link, sights);
}

Result<SubjectFile> Files::file(SubjectId subject, const Reader& reader, Language) const {
  SubjectFile file;
  std::vector<Link> links;
  {
    JW_ASSIGN(auto store, parts_.store.read());
    JW_ASSIGN(file.id, kept_subject(*store, subject));
    JW_ASSIGN(links, links_of_subject(*store, file.id, limits::file_records + 1));
    JW_ASSIGN(const auto aliases, merged_into(*store, file.id));
    for (const auto& [alias, event] : aliases) file.aliases.push_back(alias);
  }
  file.cut_short = links.size() > limits::file_records;
  if (file.cut_short) links.resize(limits::file_records);
  Sights sights(parts_, resources_, reader);
  for (const auto& link : links) {
    JW_ASSIGN(auto entry, seen(link, sights));
    if (!entry) continue;
    file.kind = kind_of(link.role);
    if (file.pseudonym.empty() && file.kind == Kind::person) file.pseudonym = entry->record.subject;
    file.entries.push_back(std::move(*entry));
  }
  if (file.entries.empty()) return no_subject(subject);
  sort_newest_first(file);
  JW_TRY(add_relations(file));
  if (file.kind == Kind::household || file.kind == Kind::enterprise) JW_TRY(add_former(file, sights));
  JW_TRY(add_entered(file));
  return file;
}

Result<SubjectFile> Files::said_of(SubjectId subject, Kind kind, const Reader& reader) const {
  SubjectFile file;
  file.kind = kind;
  std::vector<Link> links;
  {
    JW_ASSIGN(auto store, parts_.store.read());
    JW_ASSIGN(file.id, kept_subject(*store, subject));
    for (const auto& resource : resources_.all()) {
      const auto entry = parts_.catalog.find_readable(resource.id);
      if (!entry && !is_hidden(entry.error().code)) return entry.error();
      if (!entry || (kind != Kind::person && !is_about((*entry)->resource, kind))) continue;
      JW_ASSIGN(const auto of_one,
                links_of_subject_in(*store, file.id, resource.number, limits::said_records));
      for (const auto& link : of_one) {
        if (kind_of(link.role) == kind) links.push_back(link);
      }
    }
  }
  Sights sights(parts_, resources_, reader);
  for (const auto& link : links) {
    JW_ASSIGN(auto entry, seen(link, sights));
    if (!entry) continue;
    if (file.pseudonym.empty() && kind == Kind::person) file.pseudonym = entry->record.subject;
    file.entries.push_back(std::move(*entry));
  }
  if (file.entries.empty()) return no_subject(subject);
  sort_newest_first(file);
  return file;
}

Result<SubjectFile> Files::copy_for(SubjectId subject, const Reader& reader, Language language) const {
  if (reader.purpose.empty()) return Error(ErrorCode::denied, "registry.copy_purpose_missing");
  JW_ASSIGN(SubjectFile copy, file(subject, reader, language));
  std::erase_if(copy.entries, [](const FileEntry& entry) { return !is_ones_own(entry.link); });
  copy.relations.clear();
  if (copy.entries.empty()) return no_subject(subject);
  copy.pseudonym = copy.entries.front().record.subject;
  return copy;
}

Result<SubjectFile> Files::own_file(SubjectId subject) const {
  SubjectFile file;
  std::vector<Link> links;
  {
    JW_ASSIGN(auto store, parts_.store.read());
    JW_ASSIGN(file.id, kept_subject(*store, subject));
    JW_ASSIGN(links, links_of_subject(*store, file.id, limits::file_records + 1));
  }
  file.cut_short = links.size() > limits::file_records;
  if (file.cut_short) links.resize(limits::file_records);
  for (const auto& link : links) {
    if (!is_ones_own(link)) continue;
    const auto entry = parts_.catalog.find_readable(resources_.numbered(link.resource).id);
    if (!entry && is_hidden(entry.error().code)) continue;
    if (!entry) return entry.error();
    auto record = parts_.ingest.find_record((*entry)->resource.id, link.record, access::Sight::whole());
    if (!record && is_hidden(record.error().code)) continue;
    if (!record) return std::move(record).error();
    if (file.pseudonym.empty()) file.pseudonym = record->subject;
    file.entries.push_back({link, *entry, std::move(*record)});
  }
  if (file.entries.empty()) return no_subject(subject);
  sort_newest_first(file);
  return file;
}

Result<std::vector<Prefilled>> Files::prefill(const SubjectFile& file, const std::string& form,
                                              Language language, const From& from) const {
  JW_ASSIGN(const catalog::Entry* wanted, parts_.catalog.find_receiving(form));
  std::vector<Prefilled> filled;
  if (!tells_of(wanted->resource, file.kind)) return filled;
  std::set<std::string> asked;
  for (const auto& field : wanted->resource.fields) {
    // The second phone of a form is somebody else's.
    if (!asked.insert(catalog::meaning_of(field)).second) continue;
    const auto only = from.find(field.name);
    for (const auto& entry : file.entries) {
      if (entry.link.certainty != Certainty::certain || !speaks_for(entry, file.kind)) continue;
      if (only != from.end() && entry.entry->resource.id != only->second) continue;
      auto found = answer_of(entry, field, *parts_.regions.tree(), language);
      if (!found) continue;
      filled.push_back(std::move(*found));
      break;
    }
  }
  return filled;
}

}  // namespace jingwei::registry
