// Upgrades tried step by step: data written by every earlier state of a module's tables must arrive whole in
// the newest.
#pragma once

#include "storage/store.h"

namespace jingwei::storage {

// What a module says about its tables, for `check_upgrades` in its tests.
struct UpgradeCase {
  std::vector<Migration> before;  // other modules' steps that this one leans on
  std::vector<Migration> steps;   // this module's, in order
  // Plain INSERT statements (both dialects) of sample rows as the tables stood after step `number`.
  std::function<std::vector<std::string>(int number)> sample;
  // SELECT statements (both dialects, with ORDER BY) over the newest tables; their rows are compared as text.
  std::vector<std::string> dumps;
};

// For each step k: an empty database from `open` is brought to step k, filled with sample(k), brought to the
// newest step, and dumped; the dump must be that of a database made at the newest step. `open` is called once
// per step. Errors: those of the store; internal, with the differing dump in `detail`, when the rows differ.
Result<void> check_upgrades(const UpgradeCase& upgrade,
                            const std::function<Result<std::unique_ptr<Store>>()>& open);

}  // namespace jingwei::storage
