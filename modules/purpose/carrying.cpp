#include "modules/purpose/carrying.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace jingwei::purpose {

namespace {

constexpr std::size_t page_records = 500;
constexpr std::chrono::days copy_kept{30};
constexpr std::size_t copy_bytes = 16 << 20;
constexpr std::size_t objection_words = 1'000;  // that an objection takes

std::vector<std::size_t> identifiers_of(const catalog::Resource& resource) {
  std::vector<std::size_t> fields;
  for (std::size_t at = 0; at < resource.fields.size(); ++at) {
    if (resource.fields[at].personal == catalog::Personal::identifier) fields.push_back(at);
  }
  return fields;
}

bool is_of(const ingest::Record& record, const std::vector<std::size_t>& fields,
           const std::string& identifier) {
  return std::any_of(fields.begin(), fields.end(), [&](std::size_t at) {
    const auto* value = std::get_if<std::string>(&record.values[at]);
    return value != nullptr && *value == identifier;
  });
}

// Whether another person's number stands in it: what is theirs is not erased with the one's.
bool names_another(const ingest::Record& record, const std::vector<std::size_t>& fields,
                   const std::string& identifier) {
  return std::any_of(fields.begin(), fields.end(), [&](std::size_t at) {
    const auto* value = std::get_if<std::string>(&record.values[at]);
    return value != nullptr && !value->empty() && *value != identifier;
  });
}

Result<void> look_into(const ingest::IngestService& ingest, const catalog::Entry& entry,
                       const std::string& identifier, std::size_t& looked, const TakeOwn& take) {
  const auto fields = identifiers_of(entry.resource);
  ingest::RecordQuery query;
  query.most = page_records;
  for (bool more = !fields.empty(); more;) {
    JW_ASSIGN(const auto page, ingest.list_records(entry.resource.id, query, access::Sight::whole()));
    looked += page.size();
    if (looked > own_records_looked_at_most) return Error(ErrorCode::exhausted, "purpose.too_many_records");
    for (const auto& record : page) {
      if (is_of(record, fields, identifier)) JW_TRY(take(entry, record));
    }
    more = page.size() == page_records;
    if (more) query.before = page.back().id;
  }
  return {};
}

const FindOwn find_nothing = [](const std::string&, const std::string&, const TakeOwn&,
                                std::vector<std::string>&) { return Result<void>(); };

}  // namespace

FindOwn look_through(const catalog::Catalog& catalog, const ingest::IngestService& ingest) {
  return [&catalog, &ingest](const std::string& identifier, const std::string& resource, const TakeOwn& take,
                             std::vector<std::string>& kept) -> Result<void> {
    std::size_t looked = 0;
    for (const auto& entry : catalog.entries()) {
      if (!resource.empty() && entry.resource.id != resource) continue;
      const auto readable = catalog.find_readable(entry.resource.id);
      if (!readable && readable.error().code == ErrorCode::denied) continue;
      if (!readable) {
        kept.push_back(entry.resource.id);
        continue;
      }
      JW_TRY(look_into(ingest, entry, identifier, looked, take));
    }
    return {};
  };
}

std::string outcome_json(const Outcome& outcome, const View& view, const catalog::Catalog& catalog) {
  JsonWriter json;
  json.begin_object();
  json.member("records", outcome.records);
  json.key("objections");
  json.begin_array();
  for (const auto& id : outcome.objections) json.value(id);
  json.end_array();
  json.key("kept");
  json.begin_array();
  for (const auto& resource : outcome.kept) {
    const auto entry = catalog.find(resource);
    const auto law = view.kept.find(resource);
    json.begin_object();
    json.member("resource", resource);
    json.member("title_zh", entry ? (*entry)->resource.title.zh : resource);
    json.member("title_en", entry ? (*entry)->resource.title.en : resource);
    json.member("basis_zh", law == view.kept.end() ? std::string() : law->second.basis.zh);
    json.member("basis_en", law == view.kept.end() ? std::string() : law->second.basis.en);
    json.end_object();
  }
  json.end_array();
  json.key("erased");
  json.begin_array();
  for (const auto& [resource, records] : outcome.erased) {
    const auto entry = catalog.find(resource);
    json.begin_object();
    json.member("resource", resource);
    json.member("title_zh", entry ? (*entry)->resource.title.zh : resource);
    json.member("title_en", entry ? (*entry)->resource.title.en : resource);
    json.member("records", records);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

Result<RightsRequest> Carrying::carry_out(RightsId id, const std::vector<Correction>& corrections,
                                          std::optional<Day> born, const View& view,
                                          const catalog::Catalog& catalog,
                                          const catalog::WriteRequest& request) {
  JW_ASSIGN(const RightsRequest one, rights_.find(id));
  JW_TRY(rights_.check_carry(one, request.actor));
  const bool corrects = one.asked.kind == RightsKind::correct;
  const bool erases = one.asked.kind == RightsKind::delete_;
  if (corrects && corrections.empty())
    return Error(ErrorCode::invalid, "purpose.corrections_missing").at("/corrections");
  Outcome outcome;
  std::vector<OwnDatum> own;
  std::vector<ErasedOne> gone;
  const auto keep = [&](const std::string& resource) {
    if (std::find(outcome.kept.begin(), outcome.kept.end(), resource) == outcome.kept.end())
      outcome.kept.push_back(resource);
  };
  // That somebody is a guardian changes no record.
  const FindOwn& find = one.asked.kind == RightsKind::guardian ? find_nothing : find_;
  JW_TRY(find(
      one.asked.identifier, one.asked.resource,
      [&](const catalog::Entry& entry, const ingest::Record& record) -> Result<void> {
        ++outcome.records;
        // A law that keeps it stands above a wish to have it gone; what is wrong is corrected all the same.
        if (erases && view.kept.contains(entry.resource.id)) {
          keep(entry.resource.id);
          return {};
        }
        if (own.size() + gone.size() >= objections_most && one.asked.kind != RightsKind::copy)
          return Error(ErrorCode::exhausted, "purpose.too_many_records");
        const auto fields = identifiers_of(entry.resource);
        if (erases && !names_another(record, fields, one.asked.identifier)) {
          gone.push_back({entry.resource.id, record.id});
          return {};
        }
        own.push_back(
            {entry.resource.id, record.id, record.version, entry.resource.fields[fields.front()].name});
        return {};
      },
      outcome.kept));
  const auto points = text::code_points("[rights:" + id.to_string() + "] " + one.asked.words);
  const std::string words = text::from_code_points(std::u32string_view(points).substr(0, objection_words));
  const auto raise = [&](const OwnDatum& datum, const std::optional<std::string>& proposed) -> Result<void> {
    JW_ASSIGN(std::string objection, raise_(datum, words, proposed, request.actor));
    outcome.objections.push_back(std::move(objection));
    return {};
  };
  if (corrects) {
    for (const auto& wanted : corrections) {
      const auto theirs = std::find_if(own.begin(), own.end(), [&](const OwnDatum& datum) {
        return datum.resource == wanted.resource && datum.record == wanted.record;
      });
      if (theirs == own.end())
        return Error(ErrorCode::invalid, "purpose.not_their_record")
            .with("record", wanted.record.to_string())
            .at("/corrections");
      JW_TRY(raise({wanted.resource, wanted.record, theirs->version, wanted.field}, wanted.proposed));
    }
  } else if (erases || one.asked.kind == RightsKind::object) {
    for (const auto& datum : own) JW_TRY(raise(datum, std::nullopt));
  }
  // Last, since nothing brings it back.
  if (erases) {
    JW_ASSIGN(outcome.erased, erasures_.erase(gone, {request.actor, "rights:" + id.to_string()}));
  }
  return rights_.carried(id, outcome_json(outcome, view, catalog), born, request);
}

Result<std::string> Carrying::copy(
    RightsId id, Instant now,
    const std::function<void(JsonWriter&, const catalog::Entry&, const ingest::Record&)>& write) {
  JW_ASSIGN(const RightsRequest one, rights_.find(id));
  if (one.asked.kind != RightsKind::copy || !one.carried_at)
    return Error(ErrorCode::conflict, "purpose.no_copy").with("id", id.to_string());
  if (now - *one.carried_at > copy_kept)
    return Error(ErrorCode::gone, "purpose.copy_over").with("days", std::to_string(copy_kept.count()));
  // It looks through millions of records: one at a time, so that others are served meanwhile.
  if (!copying_.try_acquire()) return Error(ErrorCode::unavailable, "purpose.copy_busy");
  const std::shared_ptr<void> done(nullptr, [this](void*) { copying_.release(); });
  JsonWriter json(64 << 10);
  json.begin_object();
  json.member("format", "jingwei-own-records");
  json.member("request", id.to_string());
  json.member("name", one.asked.name);
  json.member("made_at", to_rfc3339(now));
  json.key("records");
  json.begin_array();
  std::vector<std::string> kept;
  JW_TRY(find_(
      one.asked.identifier, one.asked.resource,
      [&](const catalog::Entry& entry, const ingest::Record& record) -> Result<void> {
        if (json.text().size() > copy_bytes) return Error(ErrorCode::exhausted, "purpose.too_many_records");
        write(json, entry, record);
        return {};
      },
      kept));
  json.end_array();
  json.key("kept");
  json.begin_array();
  for (const auto& resource : kept) json.value(resource);
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace jingwei::purpose
