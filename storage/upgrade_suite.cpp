#include "storage/upgrade_suite.h"

#include <deque>

namespace jingwei::storage {

namespace {

// Statements must outlive the stores that prepared them.
const Statement& keep(const std::string& text) {
  static std::mutex mutex;
  static std::deque<Statement> kept;
  std::lock_guard lock(mutex);
  return kept.emplace_back(Statement{"upgrade", text, text});
}

Result<std::string> dump(Store& store, const std::vector<std::string>& selects) {
  JW_ASSIGN(auto reader, store.read());
  std::string text;
  for (const std::string& select : selects) {
    text += select + '\n';
    JW_TRY(reader->query(keep(select), {}, [&](const Row& row) {
      for (int column = 0; column < row.columns(); ++column) {
        text += row.is_null(column) ? "NULL" : std::string(row.text(column));
        text += column + 1 == row.columns() ? '\n' : '\t';
      }
      return true;
    }));
  }
  return text;
}

Result<std::string> upgraded_from(std::size_t step, const UpgradeCase& upgrade,
                                  const std::function<Result<std::unique_ptr<Store>>()>& open) {
  JW_ASSIGN(auto store, open());
  JW_TRY(store->migrate(upgrade.before));
  JW_TRY(store->migrate(std::span(upgrade.steps).first(step + 1)));
  Change rows;
  for (const std::string& insert : upgrade.sample(upgrade.steps[step].number))
    rows.writes.push_back({&keep(insert), {}, {}});
  JW_ASSIGN([[maybe_unused]] const auto committed, store->commit(std::move(rows)));
  JW_TRY(store->migrate(upgrade.steps));
  return dump(*store, upgrade.dumps);
}

}  // namespace

Result<void> check_upgrades(const UpgradeCase& upgrade,
                            const std::function<Result<std::unique_ptr<Store>>()>& open) {
  if (upgrade.steps.empty()) return {};
  JW_ASSIGN(const std::string expected, upgraded_from(upgrade.steps.size() - 1, upgrade, open));
  for (std::size_t step = 0; step + 1 < upgrade.steps.size(); ++step) {
    JW_ASSIGN(const std::string found, upgraded_from(step, upgrade, open));
    if (found != expected) {
      return Error(ErrorCode::internal, "storage.fault")
          .because("upgrading " + upgrade.steps[step].module + " from step " +
                   std::to_string(upgrade.steps[step].number) + " gives\n" + found + "instead of\n" +
                   expected);
    }
  }
  return {};
}

}  // namespace jingwei::storage
