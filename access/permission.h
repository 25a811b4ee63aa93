// Every permission there is. Operations of api.yaml name one of them; roles are sets of them.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/messages.h"

namespace jingwei::access {

// How far a grant's region and department bound what the permission opens.
enum class Reach : std::uint8_t {
  anyone,      // no sign-in is needed
  self,        // everybody who is signed in, about themselves or about nothing personal
  everywhere,  // any grant, whatever its region and department: reference data and counts
  department,  // the grant's department, or all where it names none
  rows,        // records below the grant's region and of its department
  hub,         // a grant for the hub's whole area, bound to no department
};

// The three administrations that no account may join (GB/T 22239: system, security and audit administrators);
// `work` is everybody else's.
enum class Duty : std::uint8_t { work, system, security, audit };

struct Permission {
  std::string_view id;  // "record.read"
  Reach reach;
  Duty duty;
};

inline constexpr std::size_t permissions_most = 128;

std::span<const Permission> permissions();
// Position in permissions(); nothing for a name that is not there.
std::optional<std::size_t> find_permission(std::string_view id);
// "读取记录" / "Read records".
std::string title_of(const Permission& permission, Language language);

std::string_view name_of(Reach reach);
std::string_view name_of(Duty duty);

using PermissionSet = std::bitset<permissions_most>;

}  // namespace jingwei::access
