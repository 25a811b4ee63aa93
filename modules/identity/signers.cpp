#include "modules/identity/signers.h"

#include <algorithm>

#include "crypto/base64url.h"
#include "modules/identity/sql.gen.h"

namespace jingwei::identity {

namespace {

constexpr std::size_t key_bytes = 32;

}  // namespace

Signer signer_of(const storage::Row& row) {
  Signer one;
  one.id = TokenId(row.integer(0));
  one.account = AccountId(row.integer(1));
  one.public_key = row.blob(2);
  one.label = row.text(3);
  one.made_at = from_micros(row.integer(4));
  one.ends_at = from_micros(row.integer(5));
  if (!row.is_null(6)) one.ended_at = from_micros(row.integer(6));
  return one;
}

Result<Signer> Signers::add(const Account& account, const std::string& public_key, const std::string& label,
                            Instant ends_at, const WriteRequest& request) {
  const auto bytes = crypto::from_base64(public_key);
  const bool weak = bytes && std::all_of(bytes->begin(), bytes->end(), [](char c) { return c == '\0'; });
  if (!bytes || bytes->size() != key_bytes || weak)
    return Error(ErrorCode::invalid, "identity.bad_public_key").at("/public_key");
  JW_ASSIGN(const std::int64_t id, parts_.store.allocate_ids());
  const Signer one{TokenId(id), account.id, *bytes, label, parts_.clock.now(), ends_at, std::nullopt};
  storage::Change change;
  change.writes.push_back(
      {&sql::add_signer,
       {id, account.id.value, storage::Blob{*bytes}, label, to_micros(one.made_at), to_micros(ends_at)},
       1});
  change.audit.push_back(
      {request.actor, "signer.create", account.actor(), "{\"signer\":\"" + one.id.to_string() + "\"}"});
  auto committed = parts_.store.commit(std::move(change));
  if (committed) return one;
  if (committed.error().code == ErrorCode::conflict)
    return Error(ErrorCode::conflict, "identity.public_key_taken").at("/public_key");
  return std::move(committed).error();
}

Result<void> Signers::end(AccountId account, TokenId id, const WriteRequest& request) {
  storage::Change change;
  change.writes.push_back({&sql::end_signer, {id.value, account.value, to_micros(parts_.clock.now())}, 1});
  change.events.push_back(event_of(token_event, "token", id.to_string()));
  change.audit.push_back({request.actor, "signer.end", actor_of(account),
                          "{\"signer\":\"" + id.to_string() + "\"}"});
  auto committed = parts_.store.commit(std::move(change));
  if (committed) return {};
  if (committed.error().code == ErrorCode::conflict)
    return Error(ErrorCode::not_found, "identity.no_session").with("session", id.to_string());
  return std::move(committed).error();
}

Result<std::vector<Signer>> Signers::of(AccountId account) const {
  std::vector<Signer> all;
  const storage::Value key = account.value;
  const Instant now = parts_.clock.now();
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(reader->query(sql::signers_of_account, std::span(&key, 1), [&](const storage::Row& row) {
    Signer one = signer_of(row);
    if (!one.ended_at && now < one.ends_at) all.push_back(std::move(one));
    return true;
  }));
  return all;
}

}  // namespace jingwei::identity
