// The file of a subject (一人一册): what stands about it in all resources, cut to what the reader may see.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/caller.h"
#include "modules/registry/links.h"
#include "modules/registry/parts.h"
#include "modules/registry/resources.h"

namespace jingwei::registry {

// Who reads, and what for.
struct Reader {
  std::shared_ptr<const access::Caller> caller;  // null where nobody has to be known
  std::string purpose;                           // as the Jingwei-Purpose header names it; empty: none
};

struct FileEntry {
  Link link;
  const catalog::Entry* entry = nullptr;
  ingest::Record record;  // as the reader may see it
};

struct Relation {
  RelationId id;  // none: told by a record
  RelationKind kind = RelationKind::member;
  SubjectId subject, other;     // `subject` is the member, tenant, employee …
  std::optional<Day> from, to;  // the first and last day it is known to hold; a record tells no day to come
  RecordId record;              // that tells it, the newest
  Certainty certainty = Certainty::certain;  // of the links it rests on; what was entered is certain
  std::string resource;
  std::string actor;  // who entered it
};

struct SubjectFile {
  SubjectId id;
  Kind kind = Kind::person;
  std::vector<SubjectId> aliases;  // others that became this one
  std::vector<FileEntry> entries;  // newest first
  std::vector<Relation> relations;
  bool cut_short = false;  // more records stand than limits::file_records
  std::string pseudonym;   // for the audit log; empty when no record gives a document
};

// What of a form's fields the hub knows already.
struct Prefilled {
  std::string field;  // of the form's resource
  storage::Value value;
  std::string text;  // as people read it
  const catalog::Entry* source = nullptr;
  std::string source_field;
  RecordId record;
  Day day{};
  Certainty certainty = Certainty::certain;
  std::string person;  // pseudonym of whom that record names by a document, where the value is personal
};

// The parts of a form's resource by whose numbers its rows say whom they are about (Part::scheme,
// Part::identifier): what the form is about itself first, then the person a document names.
std::vector<Part> naming_parts_of(const catalog::Resource& form);

// Thread-safe. One place, deny by default: every record passes ingest's sight of the caller (decision 024).
class Files {
 public:
  Files(const RegistryParts& parts, const Resources& resources) : parts_(parts), resources_(resources) {}

  // Errors: not_found "registry.subject_not_found" (also when nothing of it may be seen), the store's.
  Result<SubjectFile> file(SubjectId subject, const Reader& reader, Language language) const;
  // A copy for whom it is about, as an official who answers them may see it: what own_file holds, no more.
  // Errors: as file(); denied "registry.copy_purpose_missing".
  Result<SubjectFile> copy_for(SubjectId subject, const Reader& reader, Language language) const;
  // What stands about a person for certain, for themselves: whole, without what records tell of others. No
  // relations: those are others' too. Errors: not_found "registry.subject_not_found", the store's.
  Result<SubjectFile> own_file(SubjectId subject) const;
  // What records say of a subject of a kind itself, without those that merely name it, the newest of each
  // resource, and no relations: enough to answer a form. Errors: as file().
  Result<SubjectFile> said_of(SubjectId subject, Kind kind, const Reader& reader) const;
  // The record as the reader may see it; nothing when they may not. Errors: the store's.
  Result<std::optional<FileEntry>> entry(const Link& link, const Reader& reader) const;
  // Fields of a resource's form that the file answers, each by the newest record that does; certain links
  // alone. A field that `from` names is filled by the resource it names there alone. None where the form asks
  // about other kinds of subjects. Errors: not_found (form).
  using From = std::map<std::string, std::string, std::less<>>;
  Result<std::vector<Prefilled>> prefill(const SubjectFile& file, const std::string& form, Language language,
                                         const From& from = {}) const;

 private:
  class Sights;
  Result<std::optional<FileEntry>> seen(const Link& link, Sights& sights) const;
  // Relations of a file: those that its records tell and told before, those of whom records told before that
  // they belong to it, those that somebody entered (relations.cpp).
  Result<void> add_relations(SubjectFile& file) const;
  Result<void> add_former(SubjectFile& file, Sights& sights) const;
  Result<void> add_entered(SubjectFile& file) const;

  const RegistryParts& parts_;
  const Resources& resources_;
};

}  // namespace jingwei::registry
