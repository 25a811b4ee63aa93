#include "modules/open311/places.h"

namespace jingwei::open311 {

void fill_regions(const catalog::Resource& form, const region::Tree& tree, cases::NewCase& fresh) {
  std::string code = fresh.region;
  if (fresh.longitude && fresh.latitude) {
    const region::Node at = tree.locate({*fresh.longitude, *fresh.latitude});
    if (at != region::no_node) code = tree.code(at);
  }
  if (code.empty()) return;
  for (const auto& field : form.fields) {
    if (field.type == catalog::FieldType::region && field.required) fresh.form.emplace(field.name, code);
  }
}

}  // namespace jingwei::open311
