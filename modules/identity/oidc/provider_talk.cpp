#include "modules/identity/oidc/provider_talk.h"

#include "base/log.h"
#include "base/percent.h"
#include "crypto/base64url.h"

namespace jingwei::identity {

namespace {

constexpr std::chrono::hours metadata_kept{1};
constexpr std::chrono::minutes keys_kept{10};
constexpr std::chrono::seconds keys_pause{10};
constexpr std::size_t issuers_known = 100;

Error provider_down() {
  return Error(ErrorCode::unavailable, "identity.provider_down");
}

}  // namespace

Result<std::string> ProviderTalk::fetch(const Provider& provider, const WebCall& call) const {
  if (!web_) return Error(ErrorCode::unavailable, "identity.no_way_out");
  if (!asking_.try_acquire()) return provider_down();
  WebReply reply;
  {
    const std::shared_ptr<void> asked(nullptr, [this](void*) { asking_.release(); });
    reply = web_(call);
  }
  if (reply.status == 200) return std::move(reply.body);
  log::warn("identity.provider_trouble",
            {{"provider", provider.id}, {"status", reply.status}, {"trouble", reply.trouble}});
  const bool refused = reply.status >= 400 && reply.status < 500 && reply.status != 429;
  if (refused && !call.form.empty()) return Error(ErrorCode::unauthenticated, "identity.code_refused");
  return provider_down();
}

Result<ServiceMetadata> ProviderTalk::metadata(const Provider& provider) {
  const auto now = clock_.monotonic();
  {
    const std::lock_guard lock(mutex_);
    const auto place = known_.find(provider.issuer);
    if (place != known_.end() && place->second.metadata && now - place->second.metadata_at < metadata_kept)
      return *place->second.metadata;
    if (place != known_.end() && place->second.failed_at && now - *place->second.failed_at < keys_pause)
      return provider_down();
  }
  const bool slash = provider.issuer.ends_with('/');
  const std::string address = provider.issuer.substr(0, provider.issuer.size() - (slash ? 1 : 0)) +
                              "/.well-known/openid-configuration";
  const auto text = fetch(provider, {address, {}, {}});
  if (!text) {
    const std::lock_guard lock(mutex_);
    known_[provider.issuer].failed_at = clock_.monotonic();
    return text.error();
  }
  JW_ASSIGN(ServiceMetadata found, parse_metadata(*text, provider.issuer));
  const std::lock_guard lock(mutex_);
  if (known_.size() >= issuers_known) known_.clear();
  Known& known = known_[provider.issuer];
  known.metadata = found;
  known.metadata_at = now;
  known.failed_at.reset();
  return found;
}

Result<std::vector<NamedKey>> ProviderTalk::keys(const Provider& provider, bool again) {
  const auto now = clock_.monotonic();
  {
    const std::lock_guard lock(mutex_);
    const Known& known = known_[provider.issuer];
    if (known.keys_at && now - *known.keys_at < (again ? std::chrono::nanoseconds(keys_pause)
                                                       : std::chrono::nanoseconds(keys_kept)))
      return known.keys;
  }
  JW_ASSIGN(const auto service, metadata(provider));
  JW_ASSIGN(const std::string text, fetch(provider, {service.jwks_uri, {}, {}}));
  JW_ASSIGN(auto found, parse_keys(text));
  const std::lock_guard lock(mutex_);
  Known& known = known_[provider.issuer];
  known.keys = found;
  known.keys_at = now;
  return found;
}

Result<std::string> ProviderTalk::exchange(const Provider& provider, const std::string& code,
                                           const std::string& verifier) {
  JW_ASSIGN(const auto service, metadata(provider));
  WebCall call;
  call.url = service.token_endpoint;
  call.form = "grant_type=authorization_code&code=" + percent_encoded(code) +
              "&redirect_uri=" + percent_encoded(provider.return_address) +
              "&code_verifier=" + percent_encoded(verifier);
  // RFC 6749 §2.3.1.
  if (!provider.client_secret.empty() && service.takes_basic) {
    call.authorization = "Basic " + crypto::base64(percent_encoded(provider.client_id) + ":" +
                                                   percent_encoded(provider.client_secret));
  } else {
    call.form += "&client_id=" + percent_encoded(provider.client_id);
    if (!provider.client_secret.empty())
      call.form += "&client_secret=" + percent_encoded(provider.client_secret);
  }
  JW_ASSIGN(const std::string answer, fetch(provider, call));
  return parse_token_answer(answer);
}

Result<Claims> ProviderTalk::verify(const Provider& provider, const std::string& text,
                                    const std::string& nonce) {
  JW_ASSIGN(const UncheckedToken token, parse_token(text));
  std::optional<std::string> payload;
  for (const bool again : {false, true}) {
    JW_ASSIGN(const auto known, keys(provider, again));
    JW_ASSIGN(payload, check_signature(token, known));
    if (payload) break;
  }
  if (!payload) return id_token_refused("key");
  return check_claims(*payload, {provider.issuer, provider.client_id, nonce, clock_.now()});
}

Result<std::size_t> ProviderTalk::try_out(const Provider& provider) {
  {
    const std::lock_guard lock(mutex_);
    known_.erase(provider.issuer);
  }
  JW_ASSIGN(const auto found, keys(provider, false));
  return found.size();
}

}  // namespace jingwei::identity
