// The registry (主体库): one file per person, household, enterprise, venue, vehicle and device, linked as
// records arrive.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "modules/registry/comparisons.h"
#include "modules/registry/decisions.h"
#include "modules/registry/file.h"
#include "modules/registry/foretelling.h"
#include "modules/registry/link_runner.h"
#include "modules/registry/models.h"
#include "modules/registry/parts.h"
#include "modules/registry/people_index.h"
#include "modules/registry/resources.h"
#include "modules/registry/typed.h"
#include "modules/registry/why.h"

namespace jingwei::registry {

// How far linking has come.
struct RegistryStatus {
  State state;
  LinkRunner::Progress progress;
  bool caught_up =
      false;  // whatever ingest took until now is linked by the model in force, by whichever process
  std::int64_t links = 0, subjects = 0;
  struct OfResource {
    std::string resource;
    bool done = false;  // what stood before the registry did is linked
    std::int64_t certain = 0, probable = 0;
    TypedCount typed;  // of the last thirty days
  };
  std::vector<OfResource> resources;
  std::map<std::string, std::int64_t> reviews;  // by state
  std::vector<ModelWarning> warnings;           // of the model in force, when it was learned
  // Blocks of it, in this process, that grew too large to be used: a new model is due.
  std::int64_t overfull_blocks = 0;
};

// A subject as a search shows it.
struct Found {
  SubjectId id;
  FileEntry entry;           // the record that speaks for it
  std::int64_t records = 0;  // that answer, each alone or all together
};

// A number as records give it: a document of a person, a credit code, a household's, venue's or device's own.
struct SubjectNumber {
  Kind kind = Kind::person;
  std::string scheme;  // as Part's; of persons told by the number itself
  std::string text;    // of several fields, one behind another with \x1f between
};

struct SubjectQuery {
  std::string text;  // a whole number, also of a household, venue or device; or words: name, pinyin, part of
                     // a phone or number, address
  std::optional<Kind> kind;
  std::optional<std::string> under;  // region code
  std::size_t most = 20;
};

struct FoundSubjects {
  std::vector<Found> items;
  bool ready = false;                // names, phones and addresses were looked through
  std::vector<std::string> classes;  // of personal data that the reader may search by; whole numbers besides
};

struct NewRelation {
  SubjectId subject, other;
  RelationKind kind = RelationKind::carer;
  std::optional<Day> from, to;
};

// Thread-safe.
class RegistryService {
 public:
  explicit RegistryService(RegistryParts parts);
  ~RegistryService();

  const RegistryParts& parts() const { return parts_; }
  Decisions& decisions() { return *decisions_; }
  Models& models() { return *models_; }
  Comparisons& comparisons() { return *comparisons_; }
  const Files& files() const { return *files_; }
  const Whys& whys() const { return *whys_; }
  const Foretelling& foretelling() const { return *foretelling_; }
  Resources& resources() { return resources_; }
  LinkRunner& runner() { return *runner_; }

  // Numbers the resources. Before anything else. Errors: the store's.
  Result<void> open();
  // Before the runner starts.
  void on_timers(storage::TimerRunner& timers) { comparisons_->on_timers(timers); }
  // Links on a thread of its own until stop().
  void start();
  void stop();

  // Subjects that the query tells of and the reader may see, likeliest first: by whole numbers, else by words
  // of the classes of personal data that are open to the reader under their purpose. Of persons, those come
  // last whose words stand in several records. Errors: invalid "registry.query_too_short", not_found
  // (region), the store's.
  Result<FoundSubjects> search(const SubjectQuery& query, const Reader& reader) const;
  // Purposes that the reader may name: those under which records of some resource open for them, sorted.
  std::vector<std::string> purposes_of(const Reader& reader) const;
  // Names, phones and addresses can be looked for; until then documents alone.
  bool search_ready() const { return people()->ready(); }
  // What names a subject to the reader: the newest record of it that they may see, linked at least so surely;
  // nothing when there is none.
  Result<std::optional<FileEntry>> best_entry(SubjectId subject, const Reader& reader,
                                              Certainty least = Certainty::probable) const;
  // A record as it tells of a subject of a kind; nothing when it may not be seen. Errors: the store's.
  Result<std::optional<FileEntry>> entry_of(RecordId record, Kind kind, const Reader& reader) const;
  // Who or what these numbers are of for certain, each at its number's place; none where nobody is, or
  // several are. Errors: the store's.
  Result<std::vector<SubjectId>> subjects_of(std::span<const SubjectNumber> numbers) const;
  // Whom a document's number is of for certain; none when nobody is, or several are. Errors: the store's.
  Result<SubjectId> person_of(const std::string& document) const;
  // The file of who bears these documents, for themselves (Files::own_file). Errors: not_found
  // "registry.no_own_file" (nobody is that for certain, or several are); the store's.
  Result<SubjectFile> own_file(const std::vector<std::string>& documents) const;
  // A subject that a record tells of, for certain or probably: to show, not to act on. Errors: not_found.
  Result<SubjectId> subject_of(RecordId record, Kind kind) const;
  // Whom a record tells of for certain: whoever acts on a person asks this. Errors: not_found.
  Result<SubjectId> certain_subject_of(RecordId record, Kind kind = Kind::person) const;
  // Enters a relation that no record tells. Errors: not_found, invalid "registry.relation_itself",
  // "registry.relation_backwards"; the store's.
  Result<RelationId> relate(const NewRelation& relation, const ingest::WriteRequest& request);
  // Errors: not_found.
  Result<Relation> find_relation(RelationId relation) const;
  // It holds no longer. Errors: not_found.
  Result<void> end_relation(RelationId relation, const ingest::WriteRequest& request);
  Result<RegistryStatus> status() const;
  // RegistryStatus::caught_up alone, without counting links.
  Result<bool> caught_up() const;

  // Under which names the audit log knows whom this document's number is of: by itself, first, and by every
  // other number that is linked for certain to the same person. For those who show a resident who looked at
  // them. Errors: the store's, the sealer's.
  Result<std::vector<std::string>> pseudonyms_of_resident(const std::string& document) const;

 private:
  struct Scope;
  struct Together;
  using Candidates = std::vector<std::pair<SubjectId, std::vector<Link>>>;
  Scope scope_of(const Reader& reader, const std::optional<std::string>& under) const;
  Result<std::string> number_behind(const Link& link) const;
  Result<SubjectId> subject_linked(RecordId record, Kind kind, Certainty least) const;
  enum class Numbers : std::uint8_t { everybodys, somebodys_own };
  Result<Candidates> by_number(const SubjectQuery& query, Numbers numbers) const;
  Result<Candidates> by_words(const SubjectQuery& query, const Scope& scope) const;
  Result<std::vector<Together>> by_words_together(const SubjectQuery& query, const Scope& scope) const;
  Result<std::optional<Found>> seen_together(const Together& one, const SubjectQuery& query,
                                             const Reader& reader) const;
  Result<std::optional<FileEntry>> entry_under(const Link& link, const SubjectQuery& query,
                                               const Reader& reader) const;
  // The matcher of the model in force, filled. By the runner's thread.
  Result<void> prepare(Filling filling);
  Result<void> learn_first(const State& state);
  std::shared_ptr<PeopleIndex> people() const;

  RegistryParts parts_;
  Resources resources_;
  std::mutex turn_;  // of the matcher
  mutable std::mutex swap_;
  std::shared_ptr<PeopleIndex> people_;
  std::atomic<bool> stopping_{false};
  std::int64_t first_version_ = 0;  // being learned by itself; the runner's thread
  bool first_done_ = false;
  std::unique_ptr<LinkRunner> runner_;
  std::unique_ptr<Decisions> decisions_;
  std::unique_ptr<Files> files_;
  std::unique_ptr<Foretelling> foretelling_;
  std::unique_ptr<Comparisons> comparisons_;
  std::unique_ptr<Models> models_;
  std::unique_ptr<Whys> whys_;
};

}  // namespace jingwei::registry
