#include "modules/ingest/fhir/fhir_set.h"

#include <algorithm>

#include "base/limits.h"
#include "modules/ingest/fhir/fhir_kind.h"

namespace jingwei::ingest {

namespace {

// Without the version ("…/_history/3"): one version of a resource is here at most.
std::string_view versionless(std::string_view reference) {
  return reference.substr(0, reference.find("/_history/"));
}

// The end "Type/id" of a URL as servers form it, or all of a relative reference; empty when it has none.
std::string_view type_and_id(std::string_view url) {
  const std::size_t id = url.rfind('/');
  if (id == std::string_view::npos || id == 0) return {};
  const std::size_t type = url.rfind('/', id - 1);
  const std::string_view end = type == std::string_view::npos ? url : url.substr(type + 1);
  return is_fhir_type(end.substr(0, end.find('/'))) ? end : std::string_view{};
}

Error many() {
  return Error(ErrorCode::too_large, "ingest.fhir_many").with("most", std::to_string(limits::fhir_resources));
}

bool is_absolute(std::string_view reference) {
  return reference.find(':') != std::string_view::npos;
}

}  // namespace

void FhirSet::clear() {
  resources_.clear();
  results_.clear();
  not_resources_.clear();
  known_.clear();
  bundle_ = no_json;
  next_page_ = false;
}

void FhirSet::know(std::string name, FhirId id) {
  const auto [known, is_new] = known_.emplace(std::move(name), id);
  // Of two with one name neither is meant for sure.
  if (!is_new && known->second != id) known->second = no_fhir;
}

Result<FhirId> FhirSet::take(JsonId json, std::string_view full_url, FhirId root) {
  if (resources_.size() + not_resources_.size() == limits::fhir_resources) return many();
  const std::string_view type = tree_.text(json, "resourceType");
  if (!is_fhir_type(type)) {
    not_resources_.push_back({no_fhir, no_fhir, RowProblem::fhir_resource, {}, json});
    return no_fhir;
  }
  const auto id = static_cast<FhirId>(resources_.size());
  FhirResource resource;
  resource.json = json;
  resource.type = type;
  resource.id = tree_.text(json, "id");
  resource.full_url = full_url;
  resource.root = root == no_fhir ? id : root;
  resources_.push_back(resource);
  if (root != no_fhir) {
    know(std::to_string(root) + "#" + std::string(resource.id), id);
  } else {
    if (!full_url.empty()) know(std::string(versionless(full_url)), id);
    if (!resource.id.empty()) know(std::string(type) + "/" + std::string(resource.id), id);
  }
  return id;
}

Result<FhirId> FhirSet::add_resource(JsonId json, std::string_view full_url) {
  JW_ASSIGN(const FhirId root, take(json, full_url, no_fhir));
  if (root == no_fhir) return root;
  const JsonId contained = tree_.member(json, "contained");
  if (contained == no_json || tree_[contained].kind != JsonKind::array) return root;
  for (JsonId inner = tree_[contained].first; inner != no_json; inner = tree_[inner].next)
    JW_TRY(take(inner, {}, root));
  mark_contained(json, root);
  return root;
}

// A contained resource lives by the references to it.
void FhirSet::mark_contained(JsonId json, FhirId root) {
  for (JsonId inner = tree_[json].first; inner != no_json; inner = tree_[inner].next) {
    const JsonNode& node = tree_[inner];
    if (node.kind == JsonKind::text && node.key == "reference" && node.text.starts_with('#')) {
      const FhirId meant = resolve(node.text, root);
      if (meant != no_fhir) resources_[meant].referred_to = true;
    } else if (node.kind == JsonKind::object || node.kind == JsonKind::array) {
      mark_contained(inner, root);
    }
  }
}

Result<void> FhirSet::add_document(JsonId root) {
  const auto each = [this](JsonId array, auto&& take_one) -> Result<void> {
    for (JsonId inner = tree_[array].first; inner != no_json; inner = tree_[inner].next)
      JW_TRY(take_one(inner));
    return {};
  };
  const auto plain = [this](JsonId json) -> Result<void> {
    JW_TRY(add_resource(json));
    return {};
  };
  if (tree_[root].kind == JsonKind::array) return each(root, plain);
  const std::string_view type = tree_.text(root, "resourceType");
  if (type != "Bundle") {
    if (type != "Observation" && type != "DiagnosticReport")
      return Error(ErrorCode::unsupported, "ingest.fhir_wrong_type").with("type", std::string(type));
    return plain(root);
  }
  bundle_ = root;
  // A history holds several versions of one resource, and what was deleted.
  if (const std::string_view kind = tree_.text(root, "type"); kind == "history")
    return Error(ErrorCode::unsupported, "ingest.fhir_bundle_type").with("type", std::string(kind));
  for (JsonId part = tree_[root].first; part != no_json; part = tree_[part].next) {
    if (tree_[part].kind != JsonKind::array) continue;
    if (tree_[part].key == "link") {
      JW_TRY(each(part, [this](JsonId link) -> Result<void> {
        next_page_ = next_page_ || tree_.text(link, "relation") == "next";
        return {};
      }));
    }
    if (tree_[part].key != "entry") continue;
    JW_TRY(each(part, [this](JsonId entry) -> Result<void> {
      const JsonId resource = tree_.member(entry, "resource");
      // An entry may say only what was done (the answer to a transaction) or is to be deleted.
      if (resource == no_json) return {};
      JW_TRY(add_resource(resource, tree_.text(entry, "fullUrl")));
      return {};
    }));
  }
  return {};
}

FhirId FhirSet::resolve(std::string_view reference, FhirId from) const {
  const auto look = [this](const std::string& name) {
    const auto found = known_.find(name);
    return found == known_.end() ? no_fhir : found->second;
  };
  const FhirId root = resources_[from].root;
  if (reference == "#") return root;
  if (reference.starts_with('#')) return look(std::to_string(root) + std::string(reference));
  reference = versionless(reference);
  if (reference.empty()) return no_fhir;
  if (is_absolute(reference)) return look(std::string(reference));
  // Relative to the server of whoever says it, then to anybody here.
  const std::string_view own = resources_[root].full_url;
  const std::string_view end = type_and_id(own);
  if (!end.empty() && is_absolute(own)) {
    const std::string_view base = own.substr(0, own.size() - end.size());
    if (const FhirId found = look(std::string(base) + std::string(reference)); found != no_fhir) return found;
  }
  return look(std::string(reference));
}

// Notes the report with each observation it names, and with those that its panels name.
void FhirSet::add_results_of(FhirId report, std::vector<std::vector<FhirId>>& reports_of,
                             std::size_t& pairs) {
  std::vector<FhirId> open;
  const auto open_references = [&](FhirId from, std::string_view key) {
    const JsonId list = tree_.member(resources_[from].json, key);
    if (list == no_json || tree_[list].kind != JsonKind::array) return;
    for (JsonId item = tree_[list].first; item != no_json; item = tree_[item].next) {
      const FhirId meant = resolve(tree_.text(item, "reference"), from);
      if (meant == no_fhir || resources_[meant].type != "Observation") continue;
      auto& reports = reports_of[meant];
      if (!reports.empty() && reports.back() == report) continue;
      if (pairs++ == limits::fhir_resources) return;
      reports.push_back(report);
      open.push_back(meant);
    }
  };
  open_references(report, "result");
  if (!open.empty()) resources_[report].answered = true;
  while (!open.empty()) {
    const FhirId panel = open.back();
    open.pop_back();
    open_references(panel, "hasMember");
  }
}

std::optional<FhirResult> FhirSet::fault_of(FhirId id) const {
  const FhirResource& resource = resources_[id];
  FhirResult result;
  (resource.type == "Observation" ? result.observation : result.report) = id;
  if (tree_[resource.json].doubled) {
    // The object in which it happens, by its key: the reader sees where to look.
    JsonId at = resource.json;
    for (JsonId inner = tree_[at].first; inner != no_json;) {
      if (!tree_[inner].doubled) {
        inner = tree_[inner].next;
        continue;
      }
      at = inner;
      inner = tree_[at].first;
    }
    std::vector<std::string_view> keys;
    for (JsonId inner = tree_[at].first; inner != no_json; inner = tree_[inner].next) {
      if (std::ranges::find(keys, tree_[inner].key) != keys.end()) result.problem_column = tree_[inner].key;
      keys.push_back(tree_[inner].key);
    }
    result.problem = RowProblem::duplicate_key;
    return result;
  }
  for (JsonId inner = tree_[resource.json].first; inner != no_json; inner = tree_[inner].next) {
    if (!is_foreign_element(resource.type, tree_[inner].key)) continue;
    result.problem = RowProblem::fhir_version;
    result.problem_column = tree_[inner].key;
    return result;
  }
  return std::nullopt;
}

Result<void> FhirSet::find_results(bool last) {
  std::vector<std::vector<FhirId>> reports_of(resources_.size());
  std::size_t pairs = 0;
  for (FhirId id = 0; id < resources_.size(); ++id)
    if (resources_[id].type == "DiagnosticReport") add_results_of(id, reports_of, pairs);
  if (pairs > limits::fhir_resources) return many();
  for (FhirId id = 0; id < resources_.size(); ++id) {
    const FhirResource& resource = resources_[id];
    const bool report = resource.type == "DiagnosticReport";
    if (!report && resource.type != "Observation") continue;
    if (resource.kept && !(report && last && resource.waits && !resource.answered)) continue;
    if (const auto fault = fault_of(id)) {
      results_.push_back(*fault);
      resources_[id].answered = true;  // it gives no other row
    } else if (!report && reports_of[id].empty()) {
      results_.push_back({id, no_fhir, RowProblem::none, {}, no_json});
    } else if (!report) {
      for (const FhirId one : reports_of[id]) results_.push_back({id, one, RowProblem::none, {}, no_json});
    } else if (!resource.answered && (last || !resource.waits)) {
      results_.push_back({no_fhir, id, RowProblem::none, {}, no_json});
    }
  }
  for (const FhirResult& fault : not_resources_) results_.push_back(fault);
  return {};
}

}  // namespace jingwei::ingest
