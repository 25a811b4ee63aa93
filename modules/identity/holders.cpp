#include "modules/identity/holders.h"

#include "modules/identity/sql.gen.h"

namespace jingwei::identity {

Result<void> each_holder(storage::Reader& reader, Instant now,
                         const std::function<void(const Holder&)>& holder) {
  const storage::Value at = to_micros(now);
  return reader.query(sql::all_holders, std::span(&at, 1), [&](const storage::Row& row) {
    Holder one;
    one.account = AccountId(row.integer(0));
    one.kind = account_kind_named(row.text(1)).value_or(AccountKind::staff);
    one.home_department = row.text(2);
    one.role = row.text(3);
    one.region = RegionId(row.integer(4));
    one.department = row.text(5);
    holder(one);
    return true;
  });
}

}  // namespace jingwei::identity
