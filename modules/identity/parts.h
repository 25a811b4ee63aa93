// What identity needs from around it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/messages.h"
#include "crypto/password.h"
#include "modules/identity/oidc/web.h"
#include "modules/region/region_service.h"
#include "storage/sealer.h"
#include "storage/store.h"

namespace jingwei::identity {

enum class SecondFactor : std::uint8_t {
  optional,        // whoever wants one
  administrators,  // staff who hold one of the three administrations do nothing before they have set one up
  staff,           // nor does anybody of the staff
};

// How long sessions live and what signing in takes.
struct Policy {
  SecondFactor second_factor = SecondFactor::optional;
  crypto::PasswordCost password_cost;
  std::chrono::minutes staff_idle{30};     // without a request
  std::chrono::hours staff_session{12};    // in all
  std::chrono::hours other_session{720};   // of residents and enterprises, without a request
  std::chrono::hours other_longest{8760};  // and in all
  std::chrono::days device_known{180};
  std::chrono::days screen_idle{7};       // a wall screen that nobody has switched on for a week
  std::chrono::days screen_session{400};  // and in all
};

// All must outlive the service.
struct IdentityParts {
  storage::Store& store;
  const region::Regions& regions;
  const storage::Sealer& sealer;
  const Clock& clock;
  std::function<RegionId()>
      hub_region;             // grants for it are for the whole area; none until its regions are loaded
  std::string owner;          // this process, for leases
  std::string outbox_folder;  // where text messages are put for a gateway to send
  Policy policy = {};
  Web web = {};  // how sign-in services are reached; none are where it is empty
  // How a department is called; empty for one that is not there. None: departments have no names here.
  std::function<std::string(const std::string& department, Language language)> department_title = {};
};

// Who asks for a write, and under which Idempotency-Key.
struct WriteRequest {
  std::string actor;
  std::optional<std::string> idempotency_key = {};
  std::string confirmed_by = {};  // a second person, for what nobody does alone (account_orders.h)
};

// Whether it comes of one account without a second person's word. This machine's operator needs none.
bool acts_alone(const WriteRequest& request);

// Makes a write safe to send again: `told` is everything the request says, in an order that stays. Nothing
// where the request carries no key.
std::optional<storage::Idempotency> repeatable(const WriteRequest& request, std::string_view operation,
                                               const std::vector<std::string>& told, std::string answer);

// Of the feed, so that every process forgets what it knew: {"account":"17"}, {"role":"doctor"},
// {"token":"5"}.
inline constexpr std::string_view account_event = "identity.account";
inline constexpr std::string_view role_event = "identity.role";
inline constexpr std::string_view token_event = "identity.token";

storage::FeedEvent event_of(std::string_view kind, std::string_view member, std::string_view id);

}  // namespace jingwei::identity
