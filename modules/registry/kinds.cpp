#include "modules/registry/kinds.h"

#include <array>

namespace jingwei::registry {

namespace {

constexpr std::array<std::string_view, 6> kind_names = {"person", "household", "enterprise",
                                                        "venue",  "vehicle",   "device"};
constexpr std::array<std::string_view, 6> relation_names = {"member", "tenant",   "employee",
                                                            "owner",  "guardian", "carer"};

template <typename Enum, std::size_t count>
std::optional<Enum> named(const std::array<std::string_view, count>& names, std::string_view name) {
  for (std::size_t at = 0; at < count; ++at) {
    if (names[at] == name) return static_cast<Enum>(at);
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(Kind kind) {
  return kind_names[static_cast<std::size_t>(kind)];
}

std::optional<Kind> kind_named(std::string_view name) {
  return named<Kind>(kind_names, name);
}

Kind kind_of(Role role) {
  return role == Role::head ? Kind::person : static_cast<Kind>(role);
}

std::string_view name_of(RelationKind kind) {
  return relation_names[static_cast<std::size_t>(kind)];
}

std::optional<RelationKind> relation_named(std::string_view name) {
  return named<RelationKind>(relation_names, name);
}

std::optional<RelationKind> relation_between(Role subject, Role other) {
  if (kind_of(subject) != Kind::person) return std::nullopt;
  if (other == Role::household) return RelationKind::member;
  if (other == Role::enterprise) return RelationKind::employee;
  return std::nullopt;
}

std::string_view name_of(Certainty certainty) {
  return certainty == Certainty::certain ? "certain" : "probable";
}

}  // namespace jingwei::registry
