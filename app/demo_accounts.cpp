#include "app/demo_accounts.h"

namespace jingwei::app {

namespace {

struct Place {
  const char* login;
  const char* name;
  const char* role;
  region::Level level;     // the first region of it in the hub's tree
  const char* department;  // empty: none
};

using region::Level;

constexpr Place places[] = {
    {"sysadmin", "演示 系统", "system-admin", Level::city, ""},
    {"security", "演示 安全", "security-admin", Level::city, ""},
    {"auditor", "演示 审计", "audit-admin", Level::city, ""},
    {"leader", "演示 指挥", "leader", Level::city, ""},
    {"catalogue", "演示 目录", "catalogue-officer", Level::city, ""},
    {"rights", "演示 保护", "rights-officer", Level::city, ""},
    {"registry", "演示 主体", "registry-officer", Level::city, ""},
    {"health", "演示 卫健", "data-officer", Level::city, "health-commission"},
    {"police", "演示 公安", "data-officer", Level::city, "public-security"},
    {"street", "演示 街道", "street-staff", Level::street, ""},
    {"community", "演示 社区", "community-staff", Level::community, ""},
    {"grid", "演示 网格", "grid-worker", Level::grid, ""},
    {"dispatch", "演示 派遣", "dispatcher", Level::district, ""},
    {"handler", "演示 城管", "case-handler", Level::district, "city-management"},
    {"volunteer", "演示 志愿", "volunteer", Level::district, ""},
    {"doctor", "演示 医生", "doctor", Level::city, ""},
    {"checkpoint", "演示 卡点", "checkpoint", Level::city, ""},
    {"screen", "演示 大屏", "wall-screen", Level::city, ""},
};

// The hub's own region, or the first below it of a level.
std::string region_of(Hub& hub, Level level) {
  const auto tree = hub.regions().tree();
  const region::Node own = tree->find(hub.settings().region);
  if (own == region::no_node || level == Level::city) return hub.settings().region;
  const region::Interval below = tree->subtree(own);
  for (region::Node node = below.begin; node < below.end; ++node) {
    if (tree->level(node) == level) return tree->code(node);
  }
  return hub.settings().region;
}

}  // namespace

const std::vector<DemoAccount>& demo_accounts() {
  static const std::vector<DemoAccount> all = {
      {"sysadmin", "系统管理员", "system administrator"},
      {"security", "安全管理员", "security administrator"},
      {"auditor", "审计管理员", "audit administrator"},
      {"leader", "指挥中心", "command centre"},
      {"catalogue", "目录管理员", "catalogue officer"},
      {"rights", "个人信息保护专员", "personal-data officer"},
      {"registry", "主体库管理员", "registry officer"},
      {"health", "卫健委数据管理员", "data officer, Health Commission"},
      {"police", "公安局数据管理员", "data officer, Public Security"},
      {"street", "街道工作人员", "street office staff"},
      {"community", "社区工作人员", "community staff"},
      {"grid", "网格员", "grid worker"},
      {"dispatch", "派遣员", "dispatcher"},
      {"handler", "城管处置人员", "case handler, City Management"},
      {"volunteer", "志愿者", "volunteer"},
      {"doctor", "医生", "doctor"},
      {"checkpoint", "卡点人员", "checkpoint staff"},
      {"screen", "大屏", "wall screen"},
  };
  return all;
}

Result<void> make_demo_accounts(Hub& hub) {
  auto& accounts = hub.identity().accounts();
  const identity::WriteRequest request{"cli"};
  for (const auto& place : places) {
    JW_ASSIGN(const auto standing, accounts.find_by_login(place.login));
    if (standing) continue;
    identity::NewAccount wanted;
    wanted.login = place.login;
    wanted.name = place.name;
    wanted.department = place.department;
    wanted.password = demo_password;
    JW_ASSIGN(const auto made, accounts.create(wanted, request));
    identity::NewGrant grant;
    grant.account = made.account.id;
    grant.role = place.role;
    grant.region = region_of(hub, place.level);
    grant.department = place.department;
    JW_TRY(accounts.grant(grant, request));
  }
  return {};
}

}  // namespace jingwei::app
