// Carrying out what a resident asked for and was granted: a copy of their records, objections to what is
// wrong, and what is to go erased.
#pragma once

#include <functional>
#include <memory>
#include <semaphore>
#include <string>
#include <vector>

#include "base/json.h"
#include "modules/ingest/ingest_service.h"
#include "modules/purpose/erasures.h"
#include "modules/purpose/rights.h"
#include "modules/purpose/view.h"

namespace jingwei::purpose {

// One datum that its provider is asked about.
struct OwnDatum {
  std::string resource;
  RecordId record;
  std::int64_t version = 0;
  std::string field;
};

// What is to be said of one record to its provider.
struct Correction {
  std::string resource;
  RecordId record;
  std::string field;
  std::string proposed;  // what it should say
};

// Records of one person, resource by resource; `resource` empty: in all. What a law keeps sealed, or is being
// destroyed, is told by `kept` instead. Errors: the store's, those of `take`.
using TakeOwn = std::function<Result<void>(const catalog::Entry& entry, const ingest::Record& record)>;
using FindOwn = std::function<Result<void>(const std::string& identifier, const std::string& resource,
                                           const TakeOwn& take, std::vector<std::string>& kept)>;

// Looks through all records; a registry that knows whose they are may stand in its place. Errors: exhausted
// "purpose.too_many_records" beyond own_records_looked_at_most.
inline constexpr std::size_t own_records_looked_at_most = 5'000'000;
FindOwn look_through(const catalog::Catalog& catalog, const ingest::IngestService& ingest);

// Raises an objection with the provider, who answers by the clock; gives its id, or that of the one that is
// open already.
using Raise =
    std::function<Result<std::string>(const OwnDatum& datum, const std::string& reason,
                                      const std::optional<std::string>& proposed, const std::string& actor)>;

// What became of a request: no personal data.
struct Outcome {
  std::int64_t records = 0;                         // of the person that were found
  std::vector<std::string> objections;              // raised with the providers
  std::vector<std::string> kept;                    // resources that a law keeps, whatever is asked
  std::map<std::string, std::int64_t> erased = {};  // records that went for good, by resource
};
std::string outcome_json(const Outcome& outcome, const View& view, const catalog::Catalog& catalog);

// All must outlive it. Thread-safe.
class Carrying {
 public:
  Carrying(Rights& rights, Erasures& erasures, FindOwn find, Raise raise)
      : rights_(rights), erasures_(erasures), find_(std::move(find)), raise_(std::move(raise)) {}

  static constexpr std::size_t objections_most = 200;

  // Of a request that was granted: for a copy the records are counted, and the copy is to be had for thirty
  // days; to delete, each record that no law keeps is erased, but that one which names somebody else too goes
  // to its provider as an objection; to object, an objection to each record goes to its provider; to correct,
  // one for each correction, which must be of the person's own records; a guardian speaks for the child from
  // then on
  // (`born`: as Rights::carried). Errors: not_found; conflict "purpose.not_granted",
  // "purpose.carried_already"; denied "purpose.same_person"; invalid "purpose.corrections_missing",
  // "purpose.not_their_record"; exhausted.
  Result<RightsRequest> carry_out(RightsId id, const std::vector<Correction>& corrections,
                                  std::optional<Day> born, const View& view, const catalog::Catalog& catalog,
                                  const catalog::WriteRequest& request);
  // The records of the person, as `write` shows each. Errors: not_found; conflict "purpose.no_copy" (not
  // carried out, or no copy was asked for); gone "purpose.copy_over"; unavailable "purpose.copy_busy".
  Result<std::string> copy(
      RightsId id, Instant now,
      const std::function<void(JsonWriter&, const catalog::Entry&, const ingest::Record&)>& write);

 private:
  Rights& rights_;
  Erasures& erasures_;
  FindOwn find_;
  Raise raise_;
  std::counting_semaphore<> copying_{1};
};

}  // namespace jingwei::purpose
