#include <algorithm>
#include <set>

#include "modules/identity/identity_service.h"
#include "modules/notice/directory.h"
#include "modules/notice/limits.h"

namespace jingwei::notice {

namespace {

bool names(const std::vector<std::string>& list, std::string_view word) {
  return list.empty() || std::find(list.begin(), list.end(), word) != list.end();
}

class AccountDirectory final : public Directory {
 public:
  AccountDirectory(identity::IdentityService& identity, const region::Regions& regions)
      : identity_(identity), regions_(regions) {}

  Result<std::vector<Recipient>> find(storage::Reader& reader, const Audience& audience,
                                      const region::Scope& within, bool whole_area,
                                      Instant now) const override {
    const auto tree = regions_.tree();
    JW_ASSIGN(const auto scopes, scopes_of(*tree, audience.regions));
    for (const auto& role : audience.roles) {
      if (!identity_.roles().find(role))
        return Error(ErrorCode::not_found, "notice.no_role").with("role", role).at("/audience/roles");
    }
    std::vector<Recipient> found;
    const auto consider = [&](const identity::Holder& holder) {
      if (!found.empty() && found.back().account.value == holder.account.value) return;
      if (!names(audience.kinds, identity::name_of(holder.kind)) || !names(audience.roles, holder.role))
        return;
      if (!names(audience.departments, holder.department) &&
          !names(audience.departments, holder.home_department))
        return;
      const region::Node node = holder.region ? tree->find(holder.region) : region::no_node;
      const bool placed = node != region::no_node;
      // Whoever has no place is reached only by a notice to everybody, or by name.
      const bool inside = placed ? within.contains(node) : whole_area;
      const bool asked =
          scopes.empty() || (placed && std::any_of(scopes.begin(), scopes.end(),
                                                   [&](const auto& scope) { return scope.contains(node); }));
      if (!inside || !asked || found.size() > limits::recipients) return;
      found.push_back({AccountId(holder.account.value), holder.region, holder.role});
    };
    if (audience.accounts.empty()) {
      JW_TRY(identity::each_holder(reader, now, consider));
    } else {
      std::set<identity::AccountId> named;  // each once, in order
      for (const std::int64_t account : audience.accounts) named.emplace(account);
      const std::vector<identity::AccountId> accounts(named.begin(), named.end());
      JW_TRY(identity::each_holder_of(reader, accounts, now, consider));
    }
    if (found.size() > limits::recipients)
      return Error(ErrorCode::too_large, "notice.too_many")
          .with("most", std::to_string(limits::recipients))
          .at("/audience");
    return found;
  }

  Result<Contact> contact(AccountId id) const override {
    JW_ASSIGN(const auto account, identity_.accounts().get(identity::AccountId(id.value)));
    Contact contact{account.name, account.phone, account.kind == identity::AccountKind::resident};
    JW_ASSIGN(contact.pseudonym, identity_.elsewhere().documents().pseudonym_behind(account.id));
    return contact;
  }

 private:
  static Result<std::vector<region::Scope>> scopes_of(const region::Tree& tree,
                                                      const std::vector<std::string>& codes) {
    std::vector<region::Scope> scopes;
    for (const auto& code : codes) {
      auto scope = tree.scope(code);
      if (!scope)
        return Error(ErrorCode::not_found, "region.not_found").with("code", code).at("/audience/regions");
      scopes.push_back(std::move(*scope));
    }
    return scopes;
  }

  identity::IdentityService& identity_;
  const region::Regions& regions_;
};

}  // namespace

std::unique_ptr<Directory> account_directory(identity::IdentityService& identity,
                                             const region::Regions& regions) {
  return std::make_unique<AccountDirectory>(identity, regions);
}

}  // namespace jingwei::notice
