// A program that is told of notices by HTTP: signed messages, each under an id of its own.
#pragma once

#include <optional>
#include <string>

#include "base/outgoing.h"
#include "base/random.h"
#include "modules/notice/notices.h"

namespace jingwei::notice {

struct Webhook {
  std::string url;
  std::string changed_by;
  Instant changed_at{};
  std::int64_t handed = 0;
  std::int64_t failures = 0;  // looks in a row that ended with a message not taken
  std::string error;          // why, as a word: "unreachable", "timeout", "500", …
  std::optional<Instant> error_at, last_ok_at;
};

// Headers and signature are those of Standard Webhooks (github.com/standard-webhooks): webhook-id stays the
// same however often a message comes, webhook-timestamp is when it was sent, webhook-signature is "v1," +
// base64(HMAC-SHA-256(secret, id + "." + timestamp + "." + body)).
struct Signed {
  std::string id, timestamp, signature;
};
// `secret` as it is shown: "whsec_" and base64.
Signed sign(const std::string& secret, const std::string& id, Instant at, const std::string& body);

// Thread-safe; everything must outlive it.
class Webhooks {
 public:
  Webhooks(const NoticeParts& parts, Outgoing outgoing) : parts_(parts), outgoing_(std::move(outgoing)) {}

  // Nothing when there is none. Errors: the store's.
  Result<std::optional<Webhook>> find() const;
  // Sets it with a new secret, which is returned and never shown again; with `keep_secret` it returns nothing
  // and the secret that stands goes on. Errors: invalid "notice.bad_webhook"; conflict "notice.no_webhook"
  // (none whose secret could be kept).
  Result<std::string> put(const std::string& url, bool keep_secret, const std::string& actor);
  Result<void> remove(const std::string& actor);

  // "handed", "waiting" (not taken: it comes again), "unreachable" (none is set, or it wants no more: 410).
  // `why` tells of waiting.
  std::string send(const std::string& id, const std::string& body, std::string& why) const;
  // How a look at the waiting messages went, as a write.
  storage::Write note(std::int64_t handed, const std::string& why) const;

 private:
  Result<std::optional<std::pair<Webhook, std::string>>> read() const;

  const NoticeParts& parts_;
  Outgoing outgoing_;
};

}  // namespace jingwei::notice
