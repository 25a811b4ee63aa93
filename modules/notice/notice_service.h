// Notices (通知): what is said to people by place and role, what comes back, and what everybody may read.
#pragma once

#include <memory>

#include "modules/notice/alerts.h"
#include "modules/notice/delivery.h"
#include "modules/notice/limits.h"
#include "modules/notice/loads.h"
#include "modules/notice/notices.h"
#include "modules/notice/rumours.h"

namespace jingwei::notice {

// All must outlive the service.
struct ServiceParts {
  storage::Store& store;
  const region::Regions& regions;
  identity::IdentityService& identity;
  const storage::Sealer& sealer;
  const Clock& clock;
  const Zone& zone;
  std::function<RegionId()> hub_region;
  std::string hub_name;      // for people: "珠海市"
  std::string sender;        // CAP's sender: "jingwei.440400"
  std::string outbox;        // folder of the gateways' files
  bool webhook = false;      // whether a program takes webhooks.jsonl
  PeopleFinder people = {};  // people of the registry; absent: audiences over subjects are refused
  Outgoing outgoing = {};    // by which a program is told over HTTP; absent: none is
};

// Thread-safe.
class NoticeService {
 public:
  explicit NoticeService(ServiceParts parts);

  // Before the runners start. What talks to other machines goes to `slow`, so that nobody else's timers wait.
  void on_timers(storage::TimerRunner& timers, storage::TimerRunner& slow);

  Notices& notices() { return notices_; }
  Loads& loads() { return loads_; }
  Rumours& rumours() { return rumours_; }
  Alerts& alerts() { return alerts_; }
  Webhooks& webhooks() { return webhooks_; }
  const NoticeParts& notice_parts() const { return notice_parts_; }
  const ServiceParts& parts() const { return parts_; }

 private:
  ServiceParts parts_;
  std::unique_ptr<Directory> directory_;
  NoticeParts notice_parts_;
  Loads loads_;
  Notices notices_;
  Webhooks webhooks_;
  Delivery delivery_;
  Rumours rumours_;
  Alerts alerts_;
};

}  // namespace jingwei::notice
