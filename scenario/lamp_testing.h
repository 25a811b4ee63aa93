// The package that `jingwei scenario new lamp` makes, for tests.
#pragma once

#include "scenario/messages.gen.h"
#include "scenario/new_package.h"
#include "scenario/package.h"
#include "schema/messages.gen.h"
#include "tests/support/backends.h"

namespace jingwei::scenario {

inline Package lamp_package() {
  schema::register_messages();
  register_messages();
  Package package;
  package.id = package.place = "lamp";
  for (auto& [name, text] : jingwei::testing::must(new_package("lamp"))) {
    if (!name.starts_with(".schema/")) package.files.emplace(name, text);
  }
  return package;
}

}  // namespace jingwei::scenario
