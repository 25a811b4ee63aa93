#include "schema/datum.h"

namespace jingwei::schema {

const std::string& Datum::text() const {
  if (const auto* chosen = std::get_if<ChoiceIndex>(&value_)) return type_->choices[chosen->index].id;
  return get<std::string>();
}

const Datum& Datum::operator[](std::size_t field) const {
  const auto& fields = get<std::vector<Datum>>();
  JW_ASSERT(field < fields.size());
  return fields[field];
}

const Datum& Datum::operator[](std::string_view field) const {
  JW_ASSERT(type_ != nullptr && type_->kind == Kind::object);
  const auto index = type_->field_index(field);
  JW_ASSERT(index.has_value());
  return (*this)[*index];
}

void Datum::write(JsonWriter& out) const {
  if (!present()) return out.null();
  switch (type_->kind) {
    case Kind::text:
    case Kind::choice:
      return out.value(text());
    case Kind::integer:
      return out.value(integer());
    case Kind::id:
      return out.value(std::to_string(integer()));
    case Kind::number:
      return out.value(number());
    case Kind::boolean:
      return out.value(boolean());
    case Kind::date:
      return out.value(to_iso(day()));
    case Kind::datetime:
      return out.value(to_rfc3339(instant()));
    case Kind::json:
      return out.raw(json());
    case Kind::list:
      out.begin_array();
      for (const auto& item : items()) item.write(out);
      return out.end_array();
    case Kind::object: {
      out.begin_object();
      const auto fields = items();
      for (std::size_t index = 0; index < fields.size(); ++index) {
        if (fields[index].absent()) continue;
        out.key(type_->fields[index].name);
        fields[index].write(out);
      }
      return out.end_object();
    }
  }
}

}  // namespace jingwei::schema
