// The catalogue's things as JSON, for routes, the command line and the DCAT-AP document.
#pragma once

#include <string>

#include "base/json.h"
#include "modules/catalog/catalog_search.h"
#include "modules/catalog/demand.h"
#include "modules/catalog/holdings.h"
#include "modules/catalog/resource_json.h"
#include "modules/catalog/responsibility.h"

namespace jingwei::catalog {

// Members of an open object.
void write_summary(JsonWriter& json, const Listed& listed, const Holdings& holdings, Language language);
void write_resource(JsonWriter& json, const Listed& listed, const Holdings& holdings,
                    const std::optional<Steward>& steward, Language language);

// Whole values.
void write_facets(JsonWriter& json, const std::vector<Facet>& facets, Language language);
void write_version(JsonWriter& json, const Definition& definition, Language language);
void write_steps(JsonWriter& json, const std::vector<StepTaken>& steps);
void write_differences(JsonWriter& json, const std::vector<Difference>& found);
void write_overlaps(JsonWriter& json, const std::vector<Overlap>& overlaps,
                    const std::map<std::string, Steward>& stewards, Language language);
void write_breaks(JsonWriter& json, const std::vector<Break>& breaks, Language language);
void write_dependents(JsonWriter& json, const std::vector<Dependent>& dependents);
void write_notice(JsonWriter& json, const Notice& notice, const Catalog& catalog, Language language);
void write_collection(JsonWriter& json, const Collection& collection, Language language);
void write_department(JsonWriter& json, const DepartmentSummary& summary, Language language);
void write_steward(JsonWriter& json, const std::optional<Steward>& steward, Language language);
void write_demand(JsonWriter& json, const Demand& demand, const Catalog& catalog, Day today,
                  Language language);
void write_suggestions(JsonWriter& json, const std::vector<Suggestion>& suggestions, Language language);

}  // namespace jingwei::catalog
