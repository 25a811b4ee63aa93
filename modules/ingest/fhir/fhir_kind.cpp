#include "modules/ingest/fhir/fhir_kind.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/limits.h"

namespace jingwei::ingest {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view blanks = " \t\r\n";

// hl7.org/fhir/R4/resourcelist.html
constexpr std::array types = {
    "Account"sv, "ActivityDefinition"sv, "AdverseEvent"sv, "AllergyIntolerance"sv, "Appointment"sv,
    "AppointmentResponse"sv, "AuditEvent"sv, "Basic"sv, "Binary"sv, "BiologicallyDerivedProduct"sv,
    "BodyStructure"sv, "Bundle"sv, "CapabilityStatement"sv, "CarePlan"sv, "CareTeam"sv, "CatalogEntry"sv,
    "ChargeItem"sv, "ChargeItemDefinition"sv, "Claim"sv, "ClaimResponse"sv, "ClinicalImpression"sv,
    "CodeSystem"sv, "Communication"sv, "CommunicationRequest"sv, "CompartmentDefinition"sv, "Composition"sv,
    "ConceptMap"sv, "Condition"sv, "Consent"sv, "Contract"sv, "Coverage"sv, "CoverageEligibilityRequest"sv,
    "CoverageEligibilityResponse"sv, "DetectedIssue"sv, "Device"sv, "DeviceDefinition"sv, "DeviceMetric"sv,
    "DeviceRequest"sv, "DeviceUseStatement"sv, "DiagnosticReport"sv, "DocumentManifest"sv,
    "DocumentReference"sv, "EffectEvidenceSynthesis"sv, "Encounter"sv, "Endpoint"sv, "EnrollmentRequest"sv,
    "EnrollmentResponse"sv, "EpisodeOfCare"sv, "EventDefinition"sv, "Evidence"sv, "EvidenceVariable"sv,
    "ExampleScenario"sv, "ExplanationOfBenefit"sv, "FamilyMemberHistory"sv, "Flag"sv, "Goal"sv,
    "GraphDefinition"sv, "Group"sv, "GuidanceResponse"sv, "HealthcareService"sv, "ImagingStudy"sv,
    "Immunization"sv, "ImmunizationEvaluation"sv, "ImmunizationRecommendation"sv, "ImplementationGuide"sv,
    "InsurancePlan"sv, "Invoice"sv, "Library"sv, "Linkage"sv, "List"sv, "Location"sv, "Measure"sv,
    "MeasureReport"sv, "Media"sv, "Medication"sv, "MedicationAdministration"sv, "MedicationDispense"sv,
    "MedicationKnowledge"sv, "MedicationRequest"sv, "MedicationStatement"sv, "MedicinalProduct"sv,
    "MedicinalProductAuthorization"sv, "MedicinalProductContraindication"sv, "MedicinalProductIndication"sv,
    "MedicinalProductIngredient"sv, "MedicinalProductInteraction"sv, "MedicinalProductManufactured"sv,
    "MedicinalProductPackaged"sv, "MedicinalProductPharmaceutical"sv, "MedicinalProductUndesirableEffect"sv,
    "MessageDefinition"sv, "MessageHeader"sv, "MolecularSequence"sv, "NamingSystem"sv, "NutritionOrder"sv,
    "Observation"sv, "ObservationDefinition"sv, "OperationDefinition"sv, "OperationOutcome"sv,
    "Organization"sv, "OrganizationAffiliation"sv, "Parameters"sv, "Patient"sv, "PaymentNotice"sv,
    "PaymentReconciliation"sv, "Person"sv, "PlanDefinition"sv, "Practitioner"sv, "PractitionerRole"sv,
    "Procedure"sv, "Provenance"sv, "Questionnaire"sv, "QuestionnaireResponse"sv, "RelatedPerson"sv,
    "RequestGroup"sv, "ResearchDefinition"sv, "ResearchElementDefinition"sv, "ResearchStudy"sv,
    "ResearchSubject"sv, "RiskAssessment"sv, "RiskEvidenceSynthesis"sv, "Schedule"sv, "SearchParameter"sv,
    "ServiceRequest"sv, "Slot"sv, "Specimen"sv, "SpecimenDefinition"sv, "StructureDefinition"sv,
    "StructureMap"sv, "Subscription"sv, "Substance"sv, "SubstanceNucleicAcid"sv, "SubstancePolymer"sv,
    "SubstanceProtein"sv, "SubstanceReferenceInformation"sv, "SubstanceSourceMaterial"sv,
    "SubstanceSpecification"sv, "SupplyDelivery"sv, "SupplyRequest"sv, "Task"sv, "TerminologyCapabilities"sv,
    "TestReport"sv, "TestScript"sv, "ValueSet"sv, "VerificationResult"sv, "VisionPrescription"sv};

static_assert(std::is_sorted(types.begin(), types.end()));

// Of DSTU2 and STU3, then of R5.
constexpr std::array observation_strangers = {"comment"sv,       "comments"sv,    "context"sv,
                                              "related"sv,       "bodyStructure"sv, "instantiatesCanonical"sv,
                                              "instantiatesReference"sv, "triggeredBy"sv};
constexpr std::array report_strangers = {"codedDiagnosis"sv, "context"sv,        "image"sv, "composition"sv,
                                         "note"sv,           "supportingInfo"sv, "requestDetail"sv};

// Walks over JSON up to the first key "resourceType" that stands where a resource has it.
class TypeFinder {
 public:
  explicit TypeFinder(std::string_view text) : text_(text) {}

  // The type's name; nothing when there is none or it lies beyond the text.
  std::optional<std::string_view> find() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        const std::string_view word = string();
        if (word == "resourceType" && stands_in_resource()) return value();
        if (is_key()) key_[depth_] = word;
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') {
        if (++depth_ == limits::fhir_depth) return std::nullopt;
        key_[depth_] = {};
      }
      if (c == '}' || c == ']') {
        if (depth_-- <= 1) return std::nullopt;
      }
    }
    return std::nullopt;
  }

 private:
  std::string_view string() {
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    const std::size_t end = std::min(at_, text_.size());
    at_ = end + 1;
    return text_.substr(begin, end - begin);
  }
  bool is_key() {
    const std::size_t next = text_.find_first_not_of(blanks, std::min(at_, text_.size()));
    return next != std::string_view::npos && text_[next] == ':';
  }
  // The root, an element of the root array, or the resource of a bundle's entry.
  bool stands_in_resource() {
    if (!is_key()) return false;
    const bool array = text_.find_first_not_of(blanks) == text_.find('[');
    if (depth_ == (array ? 2U : 1U)) return true;
    return depth_ == 4 && !array && key_[1] == "entry" && key_[3] == "resource";
  }
  std::optional<std::string_view> value() {
    at_ = std::min(text_.find(':', at_), text_.size() - 1) + 1;
    at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size());
    if (at_ == text_.size() || text_[at_] != '"') return std::nullopt;
    return string();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::array<std::string_view, limits::fhir_depth + 1> key_{};  // the last one of each level
};

// Whether the first line is a whole object and something stands behind it.
bool is_lines(std::string_view begin) {
  const std::size_t end = begin.find('\n');
  if (end == std::string_view::npos) return false;
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < end; ++at) {
    const char c = begin[at];
    if (quoted) {
      if (c == '\\') ++at;
      if (c == '"') quoted = false;
      continue;
    }
    if (c == '"') quoted = true;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && depth > 0) --depth;
  }
  return depth == 0 && begin.find_first_not_of(blanks, end) != std::string_view::npos;
}

}  // namespace

bool is_fhir_type(std::string_view name) {
  return std::binary_search(types.begin(), types.end(), name);
}

bool is_foreign_element(std::string_view type, std::string_view element) {
  const auto among = [&](const auto& names) { return std::find(names.begin(), names.end(), element) != names.end(); };
  if (type == "Observation") return among(observation_strangers);
  return type == "DiagnosticReport" && among(report_strangers);
}

FhirKind fhir_kind(std::string_view begin) {
  begin.remove_prefix(std::min(begin.find_first_not_of(blanks), begin.size()));
  if (begin.starts_with('<')) {
    constexpr std::size_t look_bytes = 4'096;
    return begin.substr(0, look_bytes).find("http://hl7.org/fhir") == std::string_view::npos ? FhirKind::none
                                                                                             : FhirKind::xml;
  }
  if (!begin.starts_with('{') && !begin.starts_with('[')) return FhirKind::none;
  const auto type = TypeFinder(begin).find();
  if (!type || !is_fhir_type(*type)) return FhirKind::none;
  return begin.starts_with('{') && is_lines(begin) ? FhirKind::lines : FhirKind::document;
}

}  // namespace jingwei::ingest
