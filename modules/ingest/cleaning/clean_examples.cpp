#include "modules/ingest/cleaning/clean_examples.h"

#include <array>

namespace jingwei::ingest {

std::span<const RuleExample> rule_examples() {
  static constexpr std::array examples = {
#define JINGWEI_RULE(name, id, field, sent, becomes) RuleExample{Rule::name, #field, sent, becomes},
#include "modules/ingest/cleaning/clean_rules.def"
  };
  return examples;
}

FieldSpec example_field(std::string_view key) {
  FieldSpec spec;
  spec.name = std::string(key);
  const auto type = clean_type_named(key == "document" ? "identity_document" : key);
  if (type) {
    spec.type = *type;
  } else if (key == "required") {
    spec.required = true;
  } else if (key == "short_text") {
    spec.min_length = 2;
    spec.max_length = 5;
    spec.pattern = "[A-Z]+";
  } else if (key == "age") {
    spec.type = CleanType::integer;
    spec.min = 0;
    spec.max = 150;
  } else if (key == "kilograms") {
    spec.type = CleanType::number;
    spec.unit = "kg";
  } else if (key == "place") {
    spec.type = CleanType::address;
    spec.gives_region = true;
  } else if (key == "building") {
    spec.part_of = "place";
    spec.part = AddressPart::building;
  } else if (key == "synonyms") {
    spec.type = CleanType::choice;
  }
  if (spec.type == CleanType::choice) {
    spec.choices = {{"male", {"男", "Male"}, {}}, {"female", {"女", "Female"}, {}}};
    if (key == "synonyms") spec.choices.front().synonyms = {"男同志"};
  }
  return spec;
}

}  // namespace jingwei::ingest
