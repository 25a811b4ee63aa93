// The OpenAPI document of a running hub: the kernel's operations and, from the catalogue, each resource's
// record as a schema.
#pragma once

#include <string>

#include "modules/catalog/catalog_service.h"

namespace jingwei::app {

// `document` is the kernel's (openapi_document()). Adds components.schemas.<ResourceId>Record and, per
// resource, the concrete path /api/v1/resources/<id>/records with that schema as its body; everything else
// stays as it is.
std::string with_resources(std::string_view document, const catalog::Catalog& catalog);

}  // namespace jingwei::app
