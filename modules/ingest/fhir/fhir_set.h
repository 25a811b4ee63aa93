// The resources of a FHIR document (or of lines read together), what refers to what, and the results among
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "modules/ingest/fhir/json_tree.h"

namespace jingwei::ingest {

using FhirId = std::uint32_t;  // of a resource in its set
inline constexpr FhirId no_fhir = ~FhirId{0};

struct FhirResource {
  JsonId json = no_json;
  std::string_view type, id, full_url;
  FhirId root = no_fhir;     // the resource it is contained in, or itself
  bool referred_to = false;  // by its container, when contained
  bool kept = false;         // of lines before: known, but no row comes of it any more…
  bool waits = false;        // …except of a report that has waited for its results to the last
  bool answered = false;     // of a report: a result of it is here, or was in lines before
  bool used = false;         // stands in some row
};

// A row to be: an observation, its report, or a report none of whose results are here.
struct FhirResult {
  FhirId observation = no_fhir;
  FhirId report = no_fhir;
  RowProblem problem = RowProblem::none;
  std::string_view problem_column;
  JsonId json = no_json;  // what is at fault, when it is no resource
};

// Not thread-safe. Views live as long as the tree's.
class FhirSet {
 public:
  explicit FhirSet(const JsonTree& tree) : tree_(tree) {}

  // Adds what a document holds: a bundle's entries, the elements of an array, or one resource.
  // Errors: too_large ("ingest.fhir_many"), unsupported ("ingest.fhir_bundle_type", "ingest.fhir_wrong_type"
  // of a lone resource that is neither a report nor an observation).
  Result<void> add_document(JsonId root);
  // Adds one resource, as a line of NDJSON holds it. Errors: as above, without fhir_wrong_type.
  Result<FhirId> add_resource(JsonId json, std::string_view full_url = {});
  // Finds the reports' results once everything is added. A report without any of its results gives a row of
  // its own; one that waits does so only when these are the `last` resources.
  // Errors: too_large ("ingest.fhir_many").
  Result<void> find_results(bool last);
  void clear();

  const std::vector<FhirResult>& results() const { return results_; }
  FhirResource& resource(FhirId id) { return resources_[id]; }
  const std::vector<FhirResource>& resources() const { return resources_; }
  bool is_root(const FhirResource& resource) const { return &resources_[resource.root] == &resource; }
  // The document's bundle; no_json when it is none.
  JsonId bundle() const { return bundle_; }
  // A bundle that is one page of an answer in several.
  bool has_next_page() const { return next_page_; }

  // What `reference` means when `from` says it: "#id", an absolute URL or URN, or "Type/id". no_fhir when it
  // leads to nothing here, or to more than one.
  FhirId resolve(std::string_view reference, FhirId from) const;

 private:
  Result<FhirId> take(JsonId json, std::string_view full_url, FhirId root);
  void mark_contained(JsonId json, FhirId root);
  void know(std::string name, FhirId id);
  void add_results_of(FhirId report, std::vector<std::vector<FhirId>>& reports_of, std::size_t& pairs);
  std::optional<FhirResult> fault_of(FhirId id) const;

  const JsonTree& tree_;
  std::vector<FhirResource> resources_;
  std::vector<FhirResult> results_, not_resources_;
  std::unordered_map<std::string, FhirId> known_;  // by full URL, "Type/id", and "root#id"
  JsonId bundle_ = no_json;
  bool next_page_ = false;
};

}  // namespace jingwei::ingest
