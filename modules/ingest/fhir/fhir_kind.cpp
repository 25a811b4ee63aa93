#include "modules/ingest/fhir/fhir_kind.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/limits.h"

namespace jingwei::ingest {

namespace {

constexpr std::string_view blanks = " \t\r\n";

// hl7.org/fhir/R4/resourcelist.html
constexpr std::string_view types =
    " Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse "
    "AuditEvent Basic Binary BiologicallyDerivedProduct BodyStructure Bundle CapabilityStatement CarePlan "
    "CareTeam CatalogEntry ChargeItem ChargeItemDefinition Claim ClaimResponse ClinicalImpression "
    "CodeSystem Communication CommunicationRequest CompartmentDefinition Composition ConceptMap Condition "
    "Consent Contract Coverage CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue "
    "Device DeviceDefinition DeviceMetric DeviceRequest DeviceUseStatement DiagnosticReport "
    "DocumentManifest DocumentReference EffectEvidenceSynthesis Encounter Endpoint EnrollmentRequest "
    "EnrollmentResponse EpisodeOfCare EventDefinition Evidence EvidenceVariable ExampleScenario "
    "ExplanationOfBenefit FamilyMemberHistory Flag Goal GraphDefinition Group GuidanceResponse "
    "HealthcareService ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation "
    "ImplementationGuide InsurancePlan Invoice Library Linkage List Location Measure MeasureReport Media "
    "Medication MedicationAdministration MedicationDispense MedicationKnowledge MedicationRequest "
    "MedicationStatement MedicinalProduct MedicinalProductAuthorization MedicinalProductContraindication "
    "MedicinalProductIndication MedicinalProductIngredient MedicinalProductInteraction "
    "MedicinalProductManufactured MedicinalProductPackaged MedicinalProductPharmaceutical "
    "MedicinalProductUndesirableEffect MessageDefinition MessageHeader MolecularSequence NamingSystem "
    "NutritionOrder Observation ObservationDefinition OperationDefinition OperationOutcome Organization "
    "OrganizationAffiliation Parameters Patient PaymentNotice PaymentReconciliation Person PlanDefinition "
    "Practitioner PractitionerRole Procedure Provenance Questionnaire QuestionnaireResponse RelatedPerson "
    "RequestGroup ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject "
    "RiskAssessment RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot Specimen "
    "SpecimenDefinition StructureDefinition StructureMap Subscription Substance SubstanceNucleicAcid "
    "SubstancePolymer SubstanceProtein SubstanceReferenceInformation SubstanceSourceMaterial "
    "SubstanceSpecification SupplyDelivery SupplyRequest Task TerminologyCapabilities TestReport "
    "TestScript ValueSet VerificationResult VisionPrescription ";

// Of DSTU2 and STU3, then of R5.
constexpr std::string_view observation_strangers =
    " comment comments context related bodyStructure instantiatesCanonical instantiatesReference "
    "triggeredBy ";
constexpr std::string_view report_strangers =
    " codedDiagnosis context image composition note supportingInfo requestDetail ";

// Whether the list, of words between spaces, has `word`.
bool is_among(std::string_view list, std::string_view word) {
  if (word.empty() || word.find(' ') != std::string_view::npos) return false;
  for (std::size_t at = list.find(word); at != std::string_view::npos; at = list.find(word, at + 1))
    if (list[at - 1] == ' ' && list[at + word.size()] == ' ') return true;
  return false;
}

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
  return is_among(types, name);
}

bool is_foreign_element(std::string_view type, std::string_view element) {
  if (type == "Observation") return is_among(observation_strangers, element);
  return type == "DiagnosticReport" && is_among(report_strangers, element);
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
