#include "modules/identity/builtin_roles.h"

#include <initializer_list>

#include "base/result.h"

namespace jingwei::identity {

namespace {

using Words = std::initializer_list<std::string_view>;

struct Made {
  std::string_view id, zh, en;
  Words permissions;
  Words classes = {};
  bool every_purpose = false;
};

std::shared_ptr<const access::Role> made(const Made& given) {
  auto role = std::make_shared<access::Role>();
  role->id = given.id;
  role->zh = given.zh;
  role->en = given.en;
  for (const auto id : given.permissions) {
    const auto place = access::find_permission(id);
    JW_ASSERT(place);
    role->permissions.set(*place);
  }
  for (const auto word : given.classes) role->classes.emplace(word);
  role->every_purpose = given.every_purpose;
  role->built_in = true;
  return role;
}

std::vector<std::shared_ptr<const access::Role>> all() {
  return {
      made({"system-admin",
            "系统管理员",
            "System administrator",
            {"system.operate", "keys.read", "keys.rotate", "keys.destroy", "scenario.read",
             "scenario.install", "region.read", "provider.read", "provider.write", "role.read"}}),
      made({"security-admin",
            "安全管理员",
            "Security administrator",
            {"account.read", "account.write", "role.read", "role.write", "purpose.read", "purpose.write",
             "region.read", "catalog.read", "destruction.read"}}),
      made({"audit-admin",
            "审计管理员",
            "Audit administrator",
            {"audit.read", "audit.prove", "audit.destroy", "region.read", "catalog.read", "role.read",
             "destruction.read", "audit.delay"}}),
      made({"leader", "指挥中心", "Command centre", {"metrics.read",  "quality.read",     "region.read",
                                                     "catalog.read",  "purpose.read",     "emergency.declare",
                                                     "emergency.end", "destruction.read", "registry.read",
                                                     "scenario.read", "case.read",        "case.supervise",
                                                     "duty.read",     "calendar.write",   "notice.send",
                                                     "notice.follow", "rumour.write",     "rumour.publish",
                                                     "alert.issue",   "open311.read",     "role.read"}}),
      made({"catalogue-officer",
            "目录管理员",
            "Catalogue officer",
            {"region.read",    "catalog.read",   "catalog.draft", "catalog.decide", "catalog.demand",
             "catalog.assign", "catalog.exempt", "quality.read",  "metrics.read",   "objection.read",
             "ingest.read",    "source.read",    "purpose.read",  "registry.read",  "scenario.read",
             "notice.follow",  "notice.cap",     "open311.read",  "open311.write",  "role.read"}}),
      made({"registry-officer",
            "主体库管理员",
            "Registry officer",
            {"region.read", "catalog.read", "record.read", "subject.read", "subject.relate", "subject.review",
             "subject.merge", "registry.read", "registry.train", "comparison.read", "comparison.ask",
             "quality.read", "purpose.read", "role.read"},
            {"basic", "name", "identifier", "contact", "address"},
            true}),
      made({"rights-officer",
            "个人信息保护专员",
            "Personal-data officer",
            {"rights.open", "rights.read", "rights.answer", "case.turn", "subject.read", "comparison.read",
             "comparison.approve", "registry.read", "purpose.read", "destruction.read", "record.read",
             "region.read", "catalog.read", "role.read"},
            {"basic", "name", "identifier", "contact", "address"},
            true}),
      made({"data-officer",
            "部门数据管理员",
            "Department data officer",
            {"region.read",     "catalog.read",   "catalog.draft",       "catalog.demand",
             "ingest.read",     "ingest.write",   "ingest.refused.read", "ingest.synonyms.write",
             "ingest.withdraw", "source.read",    "source.write",        "source.run",
             "source.ask",      "record.read",    "record.write",        "subject.read",
             "comparison.read", "comparison.ask", "registry.read",       "metrics.read",
             "quality.read",    "objection.read", "objection.open",      "objection.answer",
             "purpose.read",    "notice.send",    "notice.follow",       "rumour.write",
             "role.read"},
            {"basic", "name", "identifier", "contact", "address", "health"},
            true}),
      made({"data-client",
            "部门接口程序",
            "Department program",
            {"region.read", "catalog.read", "ingest.read", "ingest.write", "ingest.refused.read",
             "record.read", "source.ask"},
            {"basic", "name", "identifier", "contact", "address", "health"},
            true}),
      made({"street-staff",
            "街道工作人员",
            "Street office staff",
            {"region.read",   "catalog.read",   "record.break_glass", "record.read",     "record.write",
             "subject.read",  "subject.relate", "subject.review",     "comparison.read", "comparison.ask",
             "registry.read", "metrics.read",   "quality.read",       "objection.open",  "purpose.read",
             "rights.open",   "case.read",      "case.act",           "case.supervise",  "duty.read",
             "duty.write",    "notice.send",    "notice.follow",      "rumour.write",    "alert.issue",
             "role.read"},
            {"basic", "name", "identifier", "contact", "address"},
            true}),
      made({"community-staff",
            "社区工作人员",
            "Community staff",
            {"region.read", "catalog.read", "record.break_glass", "record.read", "record.write",
             "subject.read", "subject.relate", "metrics.read", "objection.open", "purpose.read",
             "rights.open", "case.read", "case.act", "case.supervise", "duty.read", "duty.write",
             "notice.send", "notice.follow", "role.read"},
            {"basic", "name", "contact", "address"},
            true}),
      made({"grid-worker",
            "网格员",
            "Grid worker",
            {"region.read", "catalog.read", "record.read", "record.write", "subject.read", "metrics.read",
             "objection.open", "case.read", "case.act", "duty.read", "role.read"},
            {"basic", "name", "contact", "address"},
            true}),
      made({"dispatcher",
            "派遣员",
            "Dispatcher",
            {"region.read", "catalog.read", "metrics.read", "case.read", "case.act", "case.supervise",
             "duty.read", "duty.write", "purpose.read", "role.read"},
            {"basic", "name", "contact", "address"},
            true}),
      made({"case-handler",
            "处置人员",
            "Case handler",
            {"region.read", "catalog.read", "case.read", "case.act", "duty.read", "role.read"},
            {"basic", "name", "contact", "address"},
            true}),
      made({"volunteer", "志愿者", "Volunteer", {"region.read"}}),
      made({"doctor",
            "医生",
            "Doctor",
            {"region.read", "catalog.read", "record.break_glass", "record.read", "subject.read",
             "objection.open", "role.read"},
            {"basic", "name", "health"},
            true}),
      made({"checkpoint", "卡点人员", "Checkpoint staff", {"region.read", "catalog.read", "role.read"}}),
      made({"wall-screen", "大屏", "Wall screen", {"region.read", "catalog.read", "metrics.read"}}),
      made({"emergency-reader",
            "紧急查阅",
            "Emergency reading",
            {"record.read", "subject.read", "region.read", "catalog.read"},
            {"basic", "name", "identifier", "contact", "address", "health"},
            true}),
  };
}

}  // namespace

const std::vector<std::shared_ptr<const access::Role>>& builtin_roles() {
  static const auto roles = all();
  return roles;
}

}  // namespace jingwei::identity
