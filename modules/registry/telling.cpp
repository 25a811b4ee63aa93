#include "modules/registry/telling.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "modules/catalog/meaning.h"
#include "modules/registry/papers.h"

namespace jingwei::registry {

namespace {

using catalog::Field;
using catalog::FieldType;
using catalog::Personal;
using catalog::Resource;
using catalog::Subject;

constexpr std::string_view hashes_of = "registry_link";

template <typename Test>
int first_field(const Resource& resource, const Test& test) {
  for (std::size_t at = 0; at < resource.fields.size(); ++at) {
    if (test(resource.fields[at])) return static_cast<int>(at);
  }
  return -1;
}

int of_type(const Resource& resource, FieldType type) {
  return first_field(resource, [&](const Field& field) { return field.type == type; });
}

int meaning(const Resource& resource, std::string_view wanted) {
  return first_field(resource, [&](const Field& field) { return catalog::meaning_of(field) == wanted; });
}

// The first of a type that is not said to mean something else, as an emergency contact's phone is.
int of_type_and_meaning(const Resource& resource, FieldType type, std::string_view wanted) {
  return first_field(resource, [&](const Field& field) {
    return field.type == type && catalog::meaning_of(field) == wanted;
  });
}
int phone_of(const Resource& resource) {
  return of_type_and_meaning(resource, FieldType::phone, "phone");
}
int address_of(const Resource& resource) {
  return of_type_and_meaning(resource, FieldType::address, "address");
}

bool is_alias(const Field& field) {
  return field.type == FieldType::person_name && catalog::meaning_of(field) == "alias";
}

// The name of whom the record is about stands before others'; what they also go by is not it.
int person_name(const Resource& resource) {
  return first_field(
      resource, [](const Field& field) { return field.type == FieldType::person_name && !is_alias(field); });
}

int document(const Resource& resource) {
  return first_field(resource, [](const Field& field) {
    return field.personal == Personal::identifier &&
           (field.type == FieldType::citizen_id || field.type == FieldType::identity_document);
  });
}

Part person_part(const Resource& resource, Role role) {
  Part part;
  part.role = role;
  const int number = document(resource);
  if (number >= 0) {
    part.scheme = "citizen_id";
    part.identifier = {number};
  }
  auto& traits = part.traits;
  const auto put = [&](Trait trait, int field) { traits[static_cast<std::size_t>(trait)] = field; };
  put(Trait::name, person_name(resource));
  put(Trait::document, number);
  put(Trait::phone, phone_of(resource));
  const int born = meaning(resource, "born");
  if (born >= 0 && resource.fields[static_cast<std::size_t>(born)].type == FieldType::date)
    put(Trait::born, born);
  put(Trait::sex, meaning(resource, "sex"));
  put(Trait::address, address_of(resource));
  for (std::size_t at = 0; at < resource.fields.size(); ++at) {
    const int field = static_cast<int>(at);
    if (is_alias(resource.fields[at])) part.aliases.push_back(field);
    if (field != number && is_further_paper(resource.fields[at])) part.further.push_back(field);
  }
  return part;
}

// Numbered by its own resource's key, or by one field of it.
Part keyed_part(const Resource& resource, Role role, std::string_view word) {
  Part part;
  part.role = role;
  part.scheme = std::string(word) + "/" + resource.id;
  for (const auto& name : resource.key) part.identifier.push_back(resource.index_of(name));
  return part;
}

bool in_key(const Resource& resource, int field) {
  const auto& name = resource.fields[static_cast<std::size_t>(field)].name;
  return std::find(resource.key.begin(), resource.key.end(), name) != resource.key.end();
}

std::string text_of(const storage::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return {};
}

// Spaces and middle dots aside, simplified, in small letters: as one name is written here and there.
std::string plain_name(std::string_view name) {
  std::string plain;
  const std::string folded = text::lower_ascii(text::to_simplified(text::nfkc(name)));
  for (std::size_t at = 0; at < folded.size();) {
    const char32_t point = text::next_code_point(folded, at);
    if (point != U' ' && point != U'·' && point != U'•' && point != U'.')
      text::append_code_point(plain, point);
  }
  return plain;
}

}  // namespace

std::string_view name_of(Trait trait) {
  constexpr std::array<std::string_view, trait_count> names = {"name", "document", "phone", "born",
                                                               "sex",  "address",  "place"};
  return names[static_cast<std::size_t>(trait)];
}

std::vector<Part> parts_of(const Resource& resource) {
  std::vector<Part> parts;
  const Subject about = resource.subject;
  if (resource.sharing == catalog::Sharing::secret || about == Subject::figure || about == Subject::place)
    return parts;
  const bool about_person = about == Subject::person || (about == Subject::other && document(resource) >= 0);
  if (about_person || document(resource) >= 0) {
    parts.push_back(person_part(resource, Role::person));
  } else if (about == Subject::household && person_name(resource) >= 0) {
    parts.push_back(person_part(resource, Role::head));
  }
  if (const int household = meaning(resource, "household"); household >= 0) {
    parts.push_back({Role::household, "household/" + resource.provider_id, {household}, {}, {}, {}});
  }
  const int credit_code = of_type(resource, FieldType::credit_code);
  if (credit_code >= 0 && (about == Subject::enterprise || in_key(resource, credit_code) || about_person)) {
    parts.push_back({Role::enterprise, "credit_code", {credit_code}, {}, {}, {}});
  }
  if (const int plate = meaning(resource, "plate"); plate >= 0)
    parts.push_back({Role::vehicle, "plate", {plate}, {}, {}, {}});
  if (about == Subject::venue && !resource.key.empty())
    parts.push_back(keyed_part(resource, Role::venue, "venue"));
  if (about == Subject::device && !resource.key.empty())
    parts.push_back(keyed_part(resource, Role::device, "device"));
  for (auto& part : parts) {
    const bool person = kind_of(part.role) == Kind::person;
    if (person) continue;
    part.traits.fill(-1);
    // What it is searched by; it is linked by its number alone.
    const bool own =
        (part.role == Role::enterprise && about == Subject::enterprise) || part.role == Role::venue;
    if (!own) continue;
    part.traits[static_cast<std::size_t>(Trait::name)] = name_field_of(resource);
    part.traits[static_cast<std::size_t>(Trait::phone)] = phone_of(resource);
    part.traits[static_cast<std::size_t>(Trait::address)] = address_of(resource);
    if (part.role == Role::enterprise)
      part.traits[static_cast<std::size_t>(Trait::document)] = part.identifier.front();
  }
  return parts;
}

int name_field_of(const Resource& resource) {
  if (const int named = resource.index_of("name"); named >= 0) return named;
  return first_field(resource, [](const Field& field) { return field.title.zh.ends_with("名称"); });
}

std::string_view scheme_of_document(std::string_view number) {
  const bool citizen = number.size() == 18 && std::all_of(number.begin(), number.begin() + 17,
                                                          [](char c) { return c >= '0' && c <= '9'; });
  return citizen ? "citizen_id" : "document";
}

std::string plain_number(std::string_view text) {
  std::string plain;
  for (const char c : text::nfkc(text)) {
    if (c == ' ' || c == '-') continue;
    plain += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return plain;
}

std::string identifier_hash(const storage::Sealer& sealer, std::string_view scheme,
                            std::string_view identifier) {
  return storage::bytes_of(sealer.equality_hash(hashes_of, scheme, identifier));
}

std::vector<Telling> tellings_of(const ingest::Record& record, const std::vector<Part>& parts,
                                 std::int64_t resource, const storage::Sealer& sealer,
                                 const region::Tree& tree) {
  std::vector<Telling> tellings;
  for (const auto& part : parts) {
    Telling telling;
    telling.record = record.id;
    telling.role = part.role;
    telling.resource = resource;
    telling.batch = record.batch;
    telling.region = record.region;
    std::string number;
    for (const int field : part.identifier) {
      const std::string text = text_of(record.values[static_cast<std::size_t>(field)]);
      if (text.empty()) number.clear();
      if (text.empty()) break;
      number += (number.empty() ? "" : "\x1f") + text;
    }
    const bool person = kind_of(part.role) == Kind::person;
    if (!number.empty()) {
      const std::string_view scheme = person ? scheme_of_document(number) : std::string_view(part.scheme);
      telling.identifier = identifier_hash(sealer, scheme, number);
    }
    for (std::size_t trait = 0; trait < trait_count; ++trait) {
      if (part.traits[trait] >= 0)
        telling.traits[trait] = text_of(record.values[static_cast<std::size_t>(part.traits[trait])]);
    }
    for (const int alias : part.aliases) {
      std::string name = text_of(record.values[static_cast<std::size_t>(alias)]);
      if (!name.empty()) telling.aliases.push_back(std::move(name));
    }
    for (const int field : part.further) {
      const std::string further = text_of(record.values[static_cast<std::size_t>(field)]);
      if (further.empty()) continue;
      telling.further.push_back({identifier_hash(sealer, scheme_of_document(further), further), further});
    }
    if (person) {
      // Days are kept as numbers.
      const int born = part.traits[static_cast<std::size_t>(Trait::born)];
      const auto* day =
          born < 0 ? nullptr : std::get_if<std::int64_t>(&record.values[static_cast<std::size_t>(born)]);
      if (day != nullptr)
        telling.traits[static_cast<std::size_t>(Trait::born)] =
            to_iso(from_days(static_cast<std::int32_t>(*day)));
      const region::Node node = record.region ? tree.find(record.region) : region::no_node;
      if (node != region::no_node) telling.traits[static_cast<std::size_t>(Trait::place)] = tree.code(node);
    }
    const std::string name = plain_name(telling.traits[static_cast<std::size_t>(Trait::name)]);
    if (!name.empty() && person) {
      const auto hash = sealer.equality_hash(hashes_of, "name", name);
      std::memcpy(&telling.name, hash.data(), sizeof telling.name);
    }
    if (telling.identifier.empty() && telling.name == 0) continue;
    tellings.push_back(std::move(telling));
  }
  return tellings;
}

}  // namespace jingwei::registry
