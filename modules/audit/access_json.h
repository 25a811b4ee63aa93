// Looks at a person, orders of delay and of destruction as JSON (api.yaml).
#pragma once

#include "base/json.h"
#include "base/messages.h"
#include "modules/audit/accesses.h"
#include "modules/audit/destruction_orders.h"

namespace jingwei::audit {

// What the log does not know by itself, given by the hub.
struct People {
  // Pseudonyms of the person behind an account; none while no document says who they are. With `ward`, those
  // of that child they speak for now. Errors: the store's; not_found for a child they do not speak for.
  std::function<Result<std::vector<std::string>>(std::int64_t account, std::optional<std::int64_t> ward)>
      pseudonyms;
  // The pseudonym of whoever has the number of a document; empty where it is no such number.
  std::function<std::string(const std::string& identifier)> pseudonym_of;
  OfficeOf office;
  // Titles by id; empty for what is not there (any more).
  using TitleOf = std::function<std::string(const std::string& id, Language language)>;
  TitleOf department, resource, purpose;
};

void write_access(JsonWriter& json, const Access& one, const People& people, Language language);
void write_delay(JsonWriter& json, const Delay& one, Instant now);
void write_order(JsonWriter& json, const DestructionOrder& one);
std::string count_json(const DelayCount& count);

}  // namespace jingwei::audit
