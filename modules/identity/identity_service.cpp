#include "modules/identity/identity_service.h"

#include <boost/json.hpp>
#include <set>

#include "base/log.h"
#include "base/messages.h"
#include "modules/identity/holders.h"
#include "modules/identity/sql.gen.h"
#include "storage/bare_words.h"

namespace jingwei::identity {

namespace {

constexpr std::chrono::minutes saving_pause{1};
constexpr int rounds_a_day = 1'440;

std::string member_of(const std::string& body, std::string_view member) {
  boost::json::error_code fault;
  const boost::json::value parsed = boost::json::parse(body, fault);
  if (fault || !parsed.is_object()) return {};
  const auto* value = parsed.as_object().if_contains(member);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

}  // namespace

IdentityService::IdentityService(IdentityParts parts)
    : parts_(std::move(parts)),
      roles_(parts_),
      accounts_(parts_, roles_),
      orders_(parts_, roles_, accounts_),
      tokens_(parts_, accounts_, roles_),
      gateway_(parts_.outbox_folder, parts_.clock),
      sign_in_(parts_, accounts_, tokens_, gateway_),
      elsewhere_(parts_, accounts_, sign_in_, parts_.web),
      signers_(parts_) {
  accounts_.on_change([this](AccountId account) { tokens_.forget_account(account); });
  roles_.on_change([this] { tokens_.forget_all(); });
}

IdentityService::~IdentityService() {
  stop();
}

Result<void> IdentityService::open() {
  for (const storage::BareWords& words :
       {storage::BareWords{"identity_grant", "reason", &sql::bare_grant_reasons, &sql::seal_grant_reason},
        storage::BareWords{"identity_account_order", "reason", &sql::bare_order_reasons,
                           &sql::seal_order_reason}}) {
    JW_ASSIGN(const std::size_t sealed, storage::seal_bare(parts_.store, parts_.sealer, words));
    if (sealed > 0) log::info("identity.reasons_sealed", {{"table", words.table}, {"rows", sealed}});
  }
  return roles_.reload();
}

Result<void> IdentityService::follow(const storage::FeedEntry& event) {
  if (event.kind == account_event) {
    if (const auto id = AccountId::parse(member_of(event.body, "account"))) tokens_.forget_account(*id);
  } else if (event.kind == token_event) {
    if (const auto id = TokenId::parse(member_of(event.body, "token"))) tokens_.forget_token(*id);
  } else if (event.kind == role_event) {
    JW_TRY(roles_.reload());
    tokens_.forget_all();
  }
  return {};
}

void IdentityService::start() {
  saving_.start([this] {
    saving_.pause(std::chrono::duration_cast<std::chrono::milliseconds>(saving_pause));
    const auto saved = tokens_.save_seen();
    if (!saved) log::warn("identity.seen_unsaved", {{"error", saved.error().to_log()}});
    const auto expired = gateway_.expire();
    if (!expired) log::warn("identity.texts_not_expired", {{"error", expired.error().to_log()}});
    if (expired && *expired > 0) log::warn("identity.texts_expired", {{"texts", *expired}});
    if (++rounds_ % rounds_a_day != 1) return;
    storage::Change tries;
    sign_in_.drop_old(tries);
    const auto dropped = tokens_.drop_old(std::move(tries));
    if (!dropped) log::warn("identity.seen_unsaved", {{"error", dropped.error().to_log()}});
  });
}

Result<void> IdentityService::text_holders(const std::function<bool(const access::Role&)>& of, AccountId but,
                                           const std::string& words) {
  std::set<std::int64_t> holders;
  {
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_TRY(each_holder(*reader, parts_.clock.now(), [&](const Holder& holder) {
      const auto role = roles_.find(holder.role);
      if (role && of(*role) && holder.account != but) holders.insert(holder.account.value);
    }));
  }
  for (const std::int64_t id : holders) {
    JW_ASSIGN(const Account holder, accounts_.get(AccountId(id)));
    if (!holder.phone.empty()) JW_TRY(gateway_.send(holder.phone, words, std::nullopt));
  }
  return {};
}

void IdentityService::alarm(const Account& who, const HeldGrant& grant) {
  log::warn("identity.glass_broken", {{"grant", grant.id.to_string()}, {"account", who.id.to_string()}});
  const auto tree = parts_.regions.tree();
  const region::Node node = tree->find(grant.region);
  const std::string place = node == region::no_node ? grant.region.to_string() : tree->path_text(node);
  const std::vector<std::pair<std::string, std::string>> filled = {{"name", who.name}, {"place", place}};
  const std::string words = render("identity.glass_text", filled, Language::zh) + " " +
                            render("identity.glass_text", filled, Language::en);
  const auto told =
      text_holders([](const access::Role& role) { return role.holds("account.write"); }, who.id, words);
  if (!told)
    log::error("identity.alarm_unsent", {{"grant", grant.id.to_string()}, {"fault", told.error().to_log()}});
}

void IdentityService::tell_of_suspension(const Account& who, const std::string& by) {
  log::warn("identity.suspended", {{"account", who.id.to_string()}, {"by", by}});
  const auto id = account_of(by);
  const auto suspender = id ? accounts_.get(*id) : Result<Account>(Error());
  const std::vector<std::pair<std::string, std::string>> filled = {{"name", who.name},
                                                                   {"by", suspender ? suspender->name : by}};
  const std::string words = render("identity.suspension_text", filled, Language::zh) + " " +
                            render("identity.suspension_text", filled, Language::en);
  const auto told = text_holders([](const access::Role& role) { return role.duty() == access::Duty::audit; },
                                 who.id, words);
  if (!told)
    log::error("identity.alarm_unsent", {{"account", who.id.to_string()}, {"fault", told.error().to_log()}});
}

void IdentityService::stop() {
  saving_.stop();
}

}  // namespace jingwei::identity
