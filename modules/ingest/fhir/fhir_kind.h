// Whether a file is FHIR, told from its text.
#pragma once

#include <cstdint>
#include <string_view>

namespace jingwei::ingest {

enum class FhirKind : std::uint8_t {
  none,
  document,  // one resource, or a JSON array of them
  lines,     // NDJSON: one resource a line
  xml,       // FHIR, but in XML
};

// `begin` is the text's beginning. JSON is FHIR when its object (or the
// first of its array, or the first entry of its bundle) has a `resourceType` that R4 knows.
FhirKind fhir_kind(std::string_view begin);

// Whether R4 has a resource of this name.
bool is_fhir_type(std::string_view name);

// An element of an Observation or a DiagnosticReport that other versions of FHIR have and R4 has not.
bool is_foreign_element(std::string_view type, std::string_view element);

}  // namespace jingwei::ingest
