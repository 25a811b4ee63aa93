// Hands notices to gateways: text messages, calls, and programs that asked to be told.
#pragma once

#include <functional>
#include <string>

#include "modules/notice/notices.h"
#include "modules/notice/webhook.h"

namespace jingwei::notice {

// What stands between the hub and people's phones. One that is not there leaves its messages "unreachable". A
// message is handed over at least once.
struct Gateways {
  std::function<Result<void>(const std::string& phone, const std::string& words)> text;
  std::function<Result<void>(const std::string& phone, const std::string& words)> voice;
  std::function<Result<void>(const std::string& json)> webhook;  // one JSON object for each recipient
  const Webhooks* web = nullptr;  // the same by HTTP, where an address is set: before the file
};

// A file of calls to be made, {"to","words"} a line, as text messages are put for their gateway.
std::function<Result<void>(const std::string&, const std::string&)> voice_file(std::string folder);
// The same for a program: one object a line in webhooks.jsonl.
std::function<Result<void>(const std::string&)> webhook_file(std::string folder);

// Thread-safe; everything must outlive it.
class Delivery {
 public:
  Delivery(const NoticeParts& parts, Gateways gateways) : parts_(parts), gateways_(std::move(gateways)) {}

  // Before the runner starts.
  void on_timers(storage::TimerRunner& timers);

 private:
  struct Looked {
    bool away = false;  // a message was not taken, and those behind it were not tried
    bool more = false;  // there may be more than one look takes
    std::int64_t attempts = 0;
  };
  Result<storage::Change> timer_fell(const storage::Timer& timer);
  Result<Looked> deliver(const Notice& notice, const std::string& channel, storage::Change& change) const;
  // "handed", "waiting" (a gateway is out of reach: it comes again) or "unreachable" (no phone, no gateway).
  std::string hand_over(const Notice& notice, AccountId account, const std::string& channel,
                        std::string& why) const;
  std::string tell_program(const Notice& notice, AccountId account, std::string& why) const;

  const NoticeParts& parts_;
  Gateways gateways_;
};

}  // namespace jingwei::notice
