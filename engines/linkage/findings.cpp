#include "engines/linkage/findings.h"

#include <algorithm>

#include "base/text.h"
#include "engines/linkage/normal_form.h"

namespace jingwei::linkage {

namespace {

// Below so many rows a field's shares say nothing.
constexpr std::size_t rows_least = 20;
constexpr std::size_t looked_at_values = 20'000;

using text::is_digit;

// Whether a normal form could be of its type; the empty one could not.
bool looks_like(FieldType type, std::string_view value) {
  const auto digits = static_cast<std::size_t>(std::count_if(value.begin(), value.end(), is_digit));
  switch (type) {
    case FieldType::given_name:
    case FieldType::surname:
    case FieldType::full_name:
      return !value.empty() && value.find('@') == value.npos;
    case FieldType::date:
      return value.size() == 8 && digits == 8 && value.substr(4, 2) <= "12" && value.substr(6) <= "31";
    case FieldType::identifier:
    case FieldType::postcode:
      return digits > 0 && (type == FieldType::identifier || value.size() <= 12);
    case FieldType::phone:
      return digits >= 5 && digits <= 15;
    case FieldType::email:
      return value.find('@') != value.npos;
    case FieldType::number:
      return digits > 0 && value.size() <= 12;
    default:
      return !value.empty();
  }
}

class Finder {
 public:
  Finder(const Records& records, Linkage& answer) : records_(records), answer_(answer) {}

  void run() {
    look_at_telling();
    for (std::size_t field = 0; field < records_.fields(); ++field) look_at_field(field);
    look_at_rows();
    look_at_clusters();
    if (answer_.report.shared_identifiers > 0)
      add({Warning::Kind::shared_identifier, "", "", answer_.report.shared_identifiers});
    if (answer_.pairs.empty() && records_.size() > 0) add({Warning::Kind::no_match, "", "", 0});
    auto& warnings = answer_.report.warnings;
    std::stable_sort(warnings.begin(), warnings.end(),
                     [](const Warning& a, const Warning& b) { return a.kind < b.kind; });
    if (warnings.size() > warnings_most) warnings.resize(warnings_most);
  }

 private:
  void add(Warning warning) { answer_.report.warnings.push_back(std::move(warning)); }

  // Agreement in every field, with values as common as they usually are.
  void look_at_telling() {
    if (records_.rows() < rows_least) return;
    Pattern pattern = 0;
    for (std::size_t field = 0; field < records_.fields(); ++field) {
      if (records_.column(field).filled > 0) pattern = with_level(pattern, field, Level::exact);
    }
    if (answer_.model->mixture().match_probability(pattern) < 0.5)
      add({Warning::Kind::nothing_telling, "", "", 0});
  }

  void look_at_field(std::size_t field) {
    const Column& column = records_.column(field);
    const std::string& name = column.field.name;
    for (const auto& [value, rows] : column.defaults) {
      if (rows > 0) add({Warning::Kind::default_value, name, std::string(column.values[value]), rows});
    }
    std::size_t said = 0, unlike = 0;
    for (const std::uint32_t record : records_.different_raws(field)) {
      const std::string_view raw = records_.raw(record, field);
      if (raw.empty() || said >= looked_at_values) continue;
      ++said;
      unlike += looks_like(column.field.type, normal_form(column.field.type, raw)) ? 0 : 1;
    }
    if (said >= 5 && unlike * 2 > said)
      add({Warning::Kind::unlike_type, name, std::string(linkage::name_of(column.field.type)),
           100 * unlike / said});
    if (records_.rows() < rows_least) return;
    if (column.filled * 20 < records_.rows()) {
      add({Warning::Kind::empty_field, name, "", column.filled});
    } else if (column.chance_of_agreement >= 1) {
      for (ValueId value = 1; value < column.counts.size(); ++value) {
        if (column.counts[value] > 0)
          add({Warning::Kind::constant_field, name, std::string(column.values[value]), column.filled});
      }
    }
  }

  void look_at_rows() {
    std::size_t most = 0;
    for (std::uint32_t row = 0; row < records_.rows(); ++row)
      most = std::max(most, records_.copies(row).size());
    if (most >= 100 && most * 100 >= records_.size()) add({Warning::Kind::equal_rows, "", "", most});
  }

  void look_at_clusters() {
    std::size_t most = 0, run = 0;
    for (std::size_t at = 0; at < answer_.order.size(); ++at) {
      const bool same =
          at > 0 && answer_.cluster_of[answer_.order[at]] == answer_.cluster_of[answer_.order[at - 1]];
      run = same ? run + 1 : 1;
      most = std::max(most, run);
    }
    if (most > LinkOptions().cluster_records_in_full) add({Warning::Kind::large_cluster, "", "", most});
  }

  const Records& records_;
  Linkage& answer_;
};

}  // namespace

std::string_view name_of(Warning::Kind kind) {
  constexpr std::array<std::string_view, 9> names = {"nothing_telling", "unlike_type",       "default_value",
                                                     "empty_field",     "constant_field",    "equal_rows",
                                                     "large_cluster",   "shared_identifier", "no_match"};
  return names[static_cast<std::size_t>(kind)];
}

void find_warnings(const Records& records, Linkage& answer) {
  Finder(records, answer).run();
}

}  // namespace jingwei::linkage
