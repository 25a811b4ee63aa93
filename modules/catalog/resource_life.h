// The life of a resource's definition: drafted, submitted, reviewed and published by different people;
// refused with a reason at each step; a published version never changes, what changes is the next version.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/messages.h"
#include "modules/catalog/breaking.h"
#include "modules/catalog/catalog_service.h"
#include "modules/catalog/notice.h"
#include "modules/catalog/overlap.h"

namespace jingwei::catalog {

enum class LifeStep : std::uint8_t { submit, review, publish, refuse, withdraw, retire };
std::string_view name_of(LifeStep step);

// Who asks, under which Idempotency-Key, and in which language titles stand in a refusal.
struct WriteRequest {
  std::string actor;
  std::optional<std::string> idempotency_key;
  Language language = Language::zh;
};

// The actor's name as kept: squeezed and width-folded. Errors: invalid "catalog.actor_missing" (empty, over
// 64 characters, or one of those kept for packages).
Result<std::string> clean_actor(std::string_view actor);
// Whether two kept names are one person's, by whatever case they were typed.
bool same_actor(std::string_view a, std::string_view b);

// Thread-safe; everything outlives it. The rule of different people: of submitting, reviewing and publishing
// one version, an actor does at most one; who submitted does not refuse.
class ResourceLife {
 public:
  // Who uses a resource from outside the catalogue (sources); given by whoever knows.
  using Users = std::function<Result<std::vector<Dependent>>(const std::string& resource)>;

  ResourceLife(Catalog& catalog, storage::Store& store, const Clock& clock, Users users = {})
      : catalog_(catalog), store_(store), clock_(clock), users_(std::move(users)) {}

  // A draft of a new resource or of a resource's next version. Errors: conflict "catalog.version_open" when
  // one is under way, too_large, invalid (actor).
  Result<Definition> draft(Resource resource, const WriteRequest& request);
  // The same for several at once: all or none.
  Result<std::vector<Definition>> draft_all(std::vector<Resource> resources, const WriteRequest& request);
  // Changes a draft; a refused version becomes a draft again. Errors: not_found, conflict
  // "catalog.not_editable", invalid when the ids differ.
  Result<Definition> edit(Resource resource, std::int64_t version, const WriteRequest& request);

  // Takes a version one step on. `reason` must stand for refuse and retire.
  // submit (draft → submitted), review (submitted → reviewed), publish (reviewed → published; the version
  // before is replaced, the record table made or extended while serving), refuse (submitted or reviewed →
  // refused), withdraw (submitted or reviewed → draft), retire (published → retired). Errors: not_found;
  // conflict "catalog.step_not_now" (somebody was first, told who), "catalog.overlaps" (causes per field:
  // where to get the data) and "catalog.breaks" (causes: what breaks); denied "catalog.same_person"; invalid
  // "catalog.reason_missing"; unavailable "catalog.table_not_ready" when it is published but its table could
  // not be made yet (tried again by itself). A version that breaks what stands (breaking.h) is submitted and
  // published only when `breaking` says why, at either step; its publication tells everybody who uses the
  // resource (notice.h).
  Result<Definition> step(const std::string& resource, std::int64_t version, LifeStep step,
                          const std::string& reason, const WriteRequest& request,
                          const std::string& breaking = {});

  // Newest first. Errors: not_found.
  Result<std::vector<Definition>> versions(const std::string& resource) const;
  Result<Definition> version(const std::string& resource, std::int64_t version) const;
  Result<std::vector<StepTaken>> steps(const std::string& resource, std::int64_t version) const;

  // What a version would break of the one that stands, and who would be told. Nothing when none stands, or
  // when this one does.
  Result<std::vector<Break>> breaks(const Definition& definition) const;
  Result<std::vector<Dependent>> dependents(const std::string& resource) const;
  // Newest first.
  Result<std::vector<Notice>> notices() const;

  // What a definition asks people that published resources hold already, those allowed marked. Views into
  // `resource` and into the catalogue's entries.
  Result<std::vector<Overlap>> overlaps_of(const Resource& resource) const;
  // What a package's published resources ask that others hold, without what is allowed: packages are
  // published with a warning, not refused.
  Result<std::vector<Overlap>> overlaps_of_package(const std::string& package) const;
  // Every pair of published resources, each overlap once.
  Result<std::vector<Overlap>> all_overlaps() const;
  // Errors: not_found (no such resource or field), invalid (reason or authority missing).
  Result<void> exempt(Exemption exemption, const WriteRequest& request);

  const Catalog& catalog() const { return catalog_; }

 private:
  Result<void> add_draft(storage::Reader& reader, Definition& fresh, storage::Change& change);
  struct StepAsked {
    LifeStep step = LifeStep::submit;
    std::string reason;
    std::string breaking;
    std::string actor;
    const WriteRequest& request;
  };
  Result<storage::Change> decide_step(storage::Reader& reader, Definition& definition,
                                      const StepAsked& asked) const;
  Result<std::vector<Break>> breaks_in(storage::Reader& reader, const Definition& definition) const;
  Result<std::vector<Dependent>> dependents_in(storage::Reader& reader, const std::string& resource) const;
  Result<void> check_breaks(storage::Reader& reader, Definition& definition, const StepAsked& asked) const;
  Result<void> tell_of_breaks(storage::Reader& reader, const Definition& definition,
                              storage::Change& change) const;
  Result<void> check_publishable(storage::Reader& reader, const Resource& resource,
                                 const WriteRequest& request) const;
  Result<storage::Change> decide_exemption(Exemption& exemption) const;

  Catalog& catalog_;
  storage::Store& store_;
  const Clock& clock_;
  Users users_;
};

// What people have allowed to be asked again. Errors: the store's.
Result<std::vector<Exemption>> read_exemptions(storage::Reader& reader);

// The sentence that refuses a field: what it asks, which resource of which provider has it, under which
// sharing class and for which purposes, whom to ask, and where.
std::string refusal_of(const Overlap& overlap, const std::string& steward, Language language);

}  // namespace jingwei::catalog
