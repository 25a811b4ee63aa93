#include "modules/identity/oidc/documents.h"

#include "base/text.h"
#include "modules/identity/sql.gen.h"
#include "storage/pseudonym.h"

namespace jingwei::identity {

namespace {

constexpr std::string_view document_table = "identity_document";
constexpr std::size_t least = 5, most = 20;

}  // namespace

std::string document_key(std::string_view typed) {
  std::string key;
  for (const char c : text::half_width(typed)) {
    if (c >= 'a' && c <= 'z') {
      key += static_cast<char>(c - 'a' + 'A');
    } else if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
      key += c;
    } else if (c != ' ' && c != '-') {
      return {};
    }
  }
  return key.size() < least || key.size() > most ? std::string() : key;
}

storage::Value Documents::hash_of(std::string_view number) const {
  return storage::Blob{storage::bytes_of(parts_.sealer.equality_hash(document_table, "number", number))};
}

Result<std::vector<Document>> Documents::of(AccountId account) const {
  std::vector<Document> all;
  std::optional<Error> fault;
  const storage::Value key = account.value;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(reader->query(sql::documents_of_account, std::span(&key, 1), [&](const storage::Row& row) {
    Document one;
    one.account = AccountId(row.integer(1));
    one.kind = row.text(2);
    auto number = parts_.sealer.open({document_table, row.integer(0), "number"}, row.blob(3));
    auto name = parts_.sealer.open({document_table, row.integer(0), "name"}, row.blob(4));
    if (!number || !name) {
      fault = number ? name.error() : number.error();
      return false;
    }
    one.number = std::move(*number);
    one.name = std::move(*name);
    one.provider = row.text(5);
    one.verified_at = from_micros(row.integer(6));
    all.push_back(std::move(one));
    return true;
  }));
  if (fault) return *fault;
  return all;
}

Result<std::optional<AccountId>> Documents::find(const std::string& number) const {
  JW_TRY(parts_.sealer.prepare(document_table));
  const storage::Value key = hash_of(number);
  std::optional<AccountId> found;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(reader->query(sql::account_of_document, std::span(&key, 1), [&](const storage::Row& row) {
    found = AccountId(row.integer(0));
    return false;
  }));
  return found;
}

Result<std::vector<std::string>> Documents::pseudonyms_of(AccountId account) const {
  JW_ASSIGN(const auto all, of(account));
  std::vector<std::string> names;
  if (!all.empty()) JW_TRY(parts_.sealer.prepare("audit_entry"));
  for (const auto& one : all) names.push_back(storage::pseudonym_of(parts_.sealer, one.number));
  return names;
}

Result<std::string> Documents::pseudonym_behind(AccountId account) const {
  JW_ASSIGN(auto names, pseudonyms_of(account));
  return names.empty() ? std::string() : std::move(names.back());
}

std::string Documents::pseudonym_of(const std::string& typed) const {
  const std::string number = document_key(typed);
  if (number.empty() || !parts_.sealer.prepare("audit_entry")) return {};
  return storage::pseudonym_of(parts_.sealer, number);
}

Result<void> Documents::keep(const Document& document, storage::Change& change) const {
  JW_TRY(parts_.sealer.prepare(document_table));
  JW_TRY(parts_.sealer.prepare("identity_account"));
  JW_ASSIGN(const std::int64_t id, parts_.store.allocate_ids());
  change.writes.push_back(
      {&sql::put_document,
       {hash_of(document.number), id, document.account.value, document.kind,
        storage::Blob{parts_.sealer.seal({document_table, id, "number"}, document.number)},
        storage::Blob{parts_.sealer.seal({document_table, id, "name"}, document.name)}, document.provider,
        to_micros(document.verified_at)},
       1});
  change.writes.push_back(
      {&sql::name_account,
       {document.account.value, storage::Blob{parts_.sealer.seal(
                                    {"identity_account", document.account.value, "name"}, document.name)}},
       1});
  return {};
}

}  // namespace jingwei::identity
