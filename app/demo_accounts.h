// One account per role in a synthetic city, so that every page can be tried.
#pragma once

#include <string>
#include <vector>

#include "app/hub.h"

namespace jingwei::app {

struct DemoAccount {
  std::string login;
  std::string zh, en;  // what they are
};

// The password of all of them: it opens nothing but invented data.
inline constexpr const char* demo_password = "jing-wei-demo-2020";

const std::vector<DemoAccount>& demo_accounts();
// Makes those that are not there yet. Errors: those of Accounts, not_found (a region of the demo city is
// missing).
Result<void> make_demo_accounts(Hub& hub);

}  // namespace jingwei::app
