// How batches, refused rows, records and what cleaning does look in JSON.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/messages.h"
#include "modules/ingest/ingest_service.h"
#include "modules/ingest/synonyms/synonyms.h"

namespace jingwei::ingest {

void write_batch(JsonWriter& json, const BatchView& view, const catalog::Catalog& catalog, Language language);
std::string batch_json(const BatchView& view, const catalog::Catalog& catalog, Language language);

struct Withdrawal;
struct WithdrawalPlan;
// `withdrawal` none: not asked for; then `plan` tells what it would do.
std::string withdrawal_json(BatchId batch, const Withdrawal* withdrawal, const WithdrawalPlan* plan,
                            const catalog::Resource& resource, Language language);

struct Upload;
std::string upload_json(const Upload& upload);

// Reasons and originals as a person reads them.
void write_refused_row(JsonWriter& json, const RefusedRow& row,
                       const std::vector<std::pair<std::string, std::string>>& fields, Language language);

// Personal fields come masked (catalog::masked); choices, regions, dates and times in their readable forms.
void write_record(JsonWriter& json, const Record& record, const catalog::Resource& resource,
                  const region::Tree& tree, Language language);
// What ends, and what stands again in its place.
void write_withdrawn_record(JsonWriter& json, const WithdrawnRecord& record,
                            const catalog::Resource& resource, const region::Tree& tree, Language language);

// A field's synonym list beside its choices.
void write_synonyms(JsonWriter& json, const SynonymList& list, const catalog::Resource& resource,
                    Language language);

// {"items":[{id, changes, sentence, kind, sent, becomes}]} in the order of the table; "becomes" is null when
// the value is refused.
std::string cleaning_rules_json(Language language);

struct CleaningTrial {
  std::string kind;   // name of a CleanType but choice, whose words belong to a resource
  std::string unit;   // what the field counts in; may be empty
  std::string value;  // as it was sent
};

// Where a value is tried: as a load at that time would take it.
struct CleaningPlace {
  std::shared_ptr<const region::Tree> tree;
  RegionId hub_region;  // names are looked for here first; none: in the whole country
  Gazetteers& gazetteers;
  Instant now;
  const Zone& zone;
  std::vector<std::string> synthetic_id_prefixes;
};

// {status, text, region, parts, refusal, rules} of the value; `parts` of an address, else null. Nothing is
// kept. Errors: invalid "ingest.unknown_kind".
Result<std::string> cleaning_trial_json(const CleaningTrial& trial, const CleaningPlace& place,
                                        Language language);

}  // namespace jingwei::ingest
