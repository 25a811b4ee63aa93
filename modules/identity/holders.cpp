#include "modules/identity/holders.h"

#include "modules/identity/sql.gen.h"

namespace jingwei::identity {

namespace {

Holder holder_of(const storage::Row& row) {
  Holder one;
  one.account = AccountId(row.integer(0));
  one.kind = account_kind_named(row.text(1)).value_or(AccountKind::staff);
  one.home_department = row.text(2);
  one.role = row.text(3);
  one.region = RegionId(row.integer(4));
  one.department = row.text(5);
  return one;
}

}  // namespace

Result<void> each_holder(storage::Reader& reader, Instant now,
                         const std::function<void(const Holder&)>& holder) {
  const storage::Value at = to_micros(now);
  return reader.query(sql::all_holders, std::span(&at, 1), [&](const storage::Row& row) {
    holder(holder_of(row));
    return true;
  });
}

Result<void> each_holder_of(storage::Reader& reader, std::span<const AccountId> accounts, Instant now,
                            const std::function<void(const Holder&)>& holder) {
  std::vector<std::vector<storage::Value>> asked;
  for (const AccountId account : accounts) asked.push_back({to_micros(now), account.value});
  return reader.query_each(sql::holders_of_account, asked,
                           [&](std::size_t, const storage::Row& row) { holder(holder_of(row)); });
}

}  // namespace jingwei::identity
