// The catalogue as DCAT-AP 3 (the EU's profile of W3C DCAT 3) in JSON-LD.
#pragma once

#include <string>

#include "modules/catalog/catalog_service.h"

namespace jingwei::catalog {

// Published resources but the secret ones, each a dcat:Dataset with its records API as distribution; titles
// in both languages. `base` is the address everything is named under, without a slash at its end; `publisher`
// names the hub. Frequencies and access rights are the EU Publications Office's authority tables.
std::string dcat_json(const Definitions& definitions, const std::string& base, const std::string& publisher);

}  // namespace jingwei::catalog
