// How batches, refused rows and records look in JSON.
#pragma once

#include <string>

#include "base/json.h"
#include "base/messages.h"
#include "modules/ingest/ingest_service.h"

namespace jingwei::ingest {

void write_batch(JsonWriter& json, const BatchView& view, const catalog::Catalog& catalog, Language language);
std::string batch_json(const BatchView& view, const catalog::Catalog& catalog, Language language);

struct Upload;
std::string upload_json(const Upload& upload);

// Reasons and originals as a person reads them.
void write_refused_row(JsonWriter& json, const RefusedRow& row,
                       const std::vector<std::pair<std::string, std::string>>& fields, Language language);

// Personal fields come masked (catalog::masked); choices, regions, dates and times in their readable forms.
void write_record(JsonWriter& json, const Record& record, const catalog::Resource& resource,
                  const region::Tree& tree, Language language);

}  // namespace jingwei::ingest
