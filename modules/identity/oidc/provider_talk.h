// What the hub asks of a sign-in service, and what it remembers of its answers.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <semaphore>
#include <string>
#include <vector>

#include "modules/identity/oidc/id_token.h"
#include "modules/identity/oidc/provider.h"
#include "modules/identity/oidc/web.h"

namespace jingwei::identity {

// Thread-safe; asks without holding a lock.
class ProviderTalk {
 public:
  ProviderTalk(Web web, const Clock& clock) : web_(std::move(web)), clock_(clock) {}

  // Remembered for an hour. Errors: unavailable "identity.provider_down" (nothing or trouble came), invalid
  // "identity.service_answer".
  Result<ServiceMetadata> metadata(const Provider& provider);
  // The ID token for a code. Errors: unauthenticated "identity.code_refused", and metadata's.
  Result<std::string> exchange(const Provider& provider, const std::string& code,
                               const std::string& verifier);
  // Keys are remembered for ten minutes; a token by one that is not among them has them asked for again, at
  // most every ten seconds, so that keys may be changed there at any time. Errors: unauthenticated
  // "identity.id_token_refused", and metadata's.
  Result<Claims> verify(const Provider& provider, const std::string& token, const std::string& nonce);
  // Asks anew for everything, and tells how many keys there are.
  Result<std::size_t> try_out(const Provider& provider);

 private:
  struct Known {
    std::optional<std::chrono::nanoseconds> failed_at;  // it did not answer when it was asked what it is
    std::optional<ServiceMetadata> metadata;
    std::chrono::nanoseconds metadata_at{0};
    std::vector<NamedKey> keys;
    std::optional<std::chrono::nanoseconds> keys_at;
  };
  Result<std::string> fetch(const Provider& provider, const WebCall& call) const;
  Result<std::vector<NamedKey>> keys(const Provider& provider, bool again);

  Web web_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Known> known_;  // by issuer
  // Half of the threads that serve: a service that keeps silent does not hold up the hub.
  mutable std::counting_semaphore<> asking_{4};
};

}  // namespace jingwei::identity
