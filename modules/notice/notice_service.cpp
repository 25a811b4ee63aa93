#include "modules/notice/notice_service.h"

#include "modules/identity/identity_service.h"

namespace jingwei::notice {

namespace {

Gateways gateways_of(const ServiceParts& parts, const Webhooks& webhooks) {
  Gateways gateways;
  gateways.text = [&texts = parts.identity.texts()](const std::string& phone, const std::string& words) {
    return texts.send(phone, words, std::nullopt);
  };
  gateways.voice = voice_file(parts.outbox);
  if (parts.webhook) gateways.webhook = webhook_file(parts.outbox);
  if (parts.outgoing) gateways.web = &webhooks;
  return gateways;
}

}  // namespace

NoticeService::NoticeService(ServiceParts parts)
    : parts_(std::move(parts)),
      directory_(account_directory(parts_.identity, parts_.regions)),
      notice_parts_{parts_.store, parts_.regions, *directory_,       parts_.sealer,
                    parts_.clock, parts_.zone,    parts_.hub_region, parts_.people},
      loads_(parts_.store, parts_.regions, parts_.clock, parts_.zone),
      notices_(notice_parts_, loads_),
      webhooks_(notice_parts_, parts_.outgoing),
      delivery_(notice_parts_, gateways_of(parts_, webhooks_)),
      rumours_(parts_.store, parts_.clock),
      alerts_(notice_parts_, parts_.sender) {}

void NoticeService::on_timers(storage::TimerRunner& timers, storage::TimerRunner& slow) {
  notices_.on_timers(timers);
  delivery_.on_timers(slow);
}

}  // namespace jingwei::notice
