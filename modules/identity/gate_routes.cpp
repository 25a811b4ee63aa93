#include "modules/identity/gate_routes.h"

#include "crypto/signing.h"
#include "modules/identity/request_signature.h"
#include "modules/identity/sql.gen.h"
#include "storage/digest.h"

namespace jingwei::identity {

namespace {

constexpr std::string_view bearer = "Bearer ";
constexpr std::size_t nonces_most = 200'000;
constexpr std::chrono::milliseconds watch_rhythm{1'000};

bool is_write(http::Method method) {
  return method > http::Method::head && method != http::Method::options;
}

// What a page of figures asks for, besides what a grant allows: geography, which pages there are, who is
// signed in.
bool shows_figures(const http::Route& route, const access::Permission& permission) {
  return permission.reach > access::Reach::self || permission.id == "region.read" ||
         route.operation == "get_me" || route.operation == "list_pages";
}

bool brings_body(const http::Request& request) {
  const std::string_view length = request.header("Content-Length");
  return (!length.empty() && length != "0") || !request.header("Transfer-Encoding").empty();
}

crypto::PublicKey key_of(const std::string& bytes) {
  crypto::PublicKey key{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), key.size()), key.begin());
  return key;
}

// Before anybody looks at what was sent.
Result<void> check_digest(const http::Request& request, FileSystem& files) {
  if (!brings_body(request)) return {};
  storage::Sha256 digest;
  if (request.spool_path.empty()) {
    digest.add(request.body);
  } else {
    JW_ASSIGN(const auto file, files.open(request.spool_path, OpenMode::read));
    std::string piece(64 << 10, '\0');
    for (std::uint64_t at = 0;;) {
      JW_ASSIGN(const std::size_t got, file->read(at, std::as_writable_bytes(std::span(piece))));
      if (got == 0) break;
      digest.add(std::string_view(piece).substr(0, got));
      at += got;
    }
  }
  if (!digest_fits(request.header("Content-Digest"), digest.finish())) return signature_refused("digest");
  return {};
}

// In whatever process it comes again.
Result<void> spend_nonce(const http::Request& request, IdentityService& identity) {
  const auto read = parse_signature(request.header("Signature-Input"), request.header("Signature"));
  if (!read) return read.error();
  storage::Change change;
  const Instant until = from_micros((read->created + 2 * signature_window.count()) * 1'000'000);
  change.writes.push_back(
      {&sql::spend,
       {storage::Blob{storage::sha256("signature\n" + read->key_id + "\n" + read->nonce)}, to_micros(until)},
       1});
  auto committed = identity.parts().store.commit(std::move(change));
  if (committed) return {};
  if (committed.error().code == ErrorCode::conflict) return signature_refused("replayed");
  return std::move(committed).error();
}

}  // namespace

std::string_view token_of(const http::Request& request) {
  const std::string_view given = request.header("Authorization");
  if (given.starts_with(bearer)) return given.substr(bearer.size());
  if (!given.empty()) return {};
  return http::cookie_of(request, session_cookie);
}

// Who lapsed signs in again and goes on. Where somebody ended the session, a page that kept data under it is
// told so by the error's own code (`identity.session_ended` at /session) and removes them: the way to take
// back a lost phone's.
Error Gate::unknown(std::string_view token) const {
  if (token.empty()) return Error(ErrorCode::unauthenticated, "access.sign_in");
  const auto ended = identity_.tokens().was_ended(token);
  if (ended && *ended) return Error(ErrorCode::unauthenticated, "identity.session_ended").at("/session");
  return Error(ErrorCode::unauthenticated, "identity.session_over");
}

bool is_signed(const http::Request& request) {
  return !request.remote.empty() && !request.header("Signature").empty() &&
         !request.header("Signature-Input").empty() && token_of(request).empty();
}

Result<void> Gate::note_nonce(const std::string& nonce, Instant now) {
  const std::lock_guard lock(mutex_);
  if (nonces_.size() >= nonces_most)
    std::erase_if(nonces_, [&](const auto& entry) { return entry.second < now; });
  if (nonces_.size() >= nonces_most)
    return Error(ErrorCode::rate_limited, "identity.wait")
        .with("seconds", std::to_string(signature_window.count()));
  const auto [place, fresh] = nonces_.emplace(nonce, now + 2 * signature_window);
  if (fresh) return {};
  if (place->second >= now) return signature_refused("replayed");
  place->second = now + 2 * signature_window;
  return {};
}

Result<std::shared_ptr<const SignedIn>> Gate::who_signed(const http::Request& request) {
  JW_ASSIGN(const RequestSignature signature,
            parse_signature(request.header("Signature-Input"), request.header("Signature")));
  const Instant now = identity_.parts().clock.now();
  JW_TRY(check_time(signature, now));
  // What was signed before this process began may have been answered by the one before it.
  if (from_micros((signature.created + 1) * 1'000'000) <= started_) return signature_refused("time");
  const SignedParts parts{http::name_of(request.method), request.target, request.header("Host"),
                          [&](std::string_view name) { return std::string(request.header(name)); },
                          brings_body(request)};
  JW_ASSIGN(const std::string base, signature_base(signature, parts));
  auto who = identity_.tokens().find_signer(signature.key_id);
  if (!who || who->public_key.empty()) return signature_refused("key");
  crypto::Signature bytes{};
  std::copy_n(signature.signature.begin(), bytes.size(), bytes.begin());
  if (!crypto::verify(base, bytes, key_of(who->public_key))) return signature_refused("signature");
  JW_TRY(note_nonce(signature.key_id + "\n" + signature.nonce, now));
  return who;
}

Result<void> Gate::let_in(http::Request& request, const http::Route& route) {
  const auto place = access::find_permission(route.permission);
  if (!place) return Error(ErrorCode::denied, "access.not_granted").with("permission", route.permission);
  const access::Permission& permission = access::permissions()[*place];
  if (request.remote.empty()) {
    request.caller = access::Caller::local_operator();
    return {};
  }
  std::shared_ptr<const SignedIn> who;
  const std::string_view token = token_of(request);
  if (is_signed(request)) {
    JW_ASSIGN(who, who_signed(request));
  } else if (!token.empty()) {
    who = identity_.tokens().find(token);
  }
  const bool screen = who && who->token.manner == Manner::screen;
  // Whoever walks by a wall screen does what is open to everybody as nobody.
  if (who && !(screen && permission.reach == access::Reach::anyone)) request.caller = who->caller;
  if (permission.reach == access::Reach::anyone) return {};
  if (!who) return unknown(token);
  // Nobody sits at it: it shows figures, and nothing of whoever made it one.
  if (screen && route.operation != "sign_out" &&
      (is_write(request.method) || !shows_figures(route, permission)))
    return Error(ErrorCode::denied, "identity.screen_only_shows");
  // Whoever writes under a cookie says where from: every browser does, and the server has compared it with
  // the host.
  if (is_write(request.method) && who->public_key.empty() && request.header("Authorization").empty() &&
      request.header("Origin").empty() && request.header("Sec-Fetch-Site").empty())
    return Error(ErrorCode::denied, "identity.origin_missing");
  auto allowed = request.caller->may(*place, identity_.parts().clock.now());
  if (allowed) return {};
  Error error = std::move(allowed).error();
  for (auto& [name, value] : error.arguments) {
    if (name == "permission") value = access::title_of(permission, request.language);
  }
  return error;
}

void check_signed_requests(std::vector<http::Route>& routes, IdentityService& identity, FileSystem& files) {
  for (auto& route : routes) {
    // What is answered from memory on the network thread brings no body and writes nothing.
    if (route.runs != http::Runs::pool) continue;
    route.handle = [handle = std::move(route.handle), writes = is_write(route.method), &identity, &files](
                       const http::Request& request, const http::PathValues& values,
                       http::Responder respond) {
      if (is_signed(request)) {
        auto checked = check_digest(request, files);
        if (checked && writes) checked = spend_nonce(request, identity);
        if (!checked) return respond(http::problem(checked.error(), request.language));
      }
      handle(request, values, std::move(respond));
    };
  }
}

void StreamWatch::watch(std::vector<http::Route>& routes) {
  for (auto& route : routes) {
    if (route.runs != http::Runs::stream) continue;
    route.handle_stream = [this, permission = route.permission, handle = std::move(route.handle_stream)](
                              const http::Request& request, const http::PathValues& values,
                              std::shared_ptr<http::EventStream> stream) {
      const std::string_view token = token_of(request);
      std::string signer;
      if (is_signed(request)) {
        const auto read = parse_signature(request.header("Signature-Input"), request.header("Signature"));
        if (read) signer = read->key_id;
      }
      if (request.caller && !request.caller->is_local() && !(token.empty() && signer.empty())) {
        const std::lock_guard lock(mutex_);
        open_.push_back({stream, std::string(token), std::move(signer), request.caller, permission});
      }
      handle(request, values, std::move(stream));
    };
  }
}

bool StreamWatch::may_go_on(const Open& one) const {
  const auto who =
      one.signer.empty() ? identity_.tokens().look(one.token) : identity_.tokens().find_signer(one.signer);
  // Another caller stands behind the token as soon as something about the account or its grants has changed.
  return who && who->caller == one.caller &&
         one.caller->may(one.permission, identity_.parts().clock.now()).ok();
}

std::size_t StreamWatch::step() {
  std::vector<Open> all;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(open_, [](const Open& one) {
      const auto stream = one.stream.lock();
      return !stream || !stream->open();
    });
    all = open_;
  }
  std::size_t ended = 0;
  for (const auto& one : all) {
    if (may_go_on(one)) continue;
    if (const auto stream = one.stream.lock()) {
      stream->close();
      ++ended;
    }
  }
  if (ended > 0) {
    const std::lock_guard lock(mutex_);
    std::erase_if(open_, [](const Open& one) {
      const auto stream = one.stream.lock();
      return !stream || !stream->open();
    });
  }
  return ended;
}

void StreamWatch::start() {
  loop_.start([this] {
    loop_.pause(watch_rhythm);
    if (!loop_.stopping()) step();
  });
}

void StreamWatch::stop() {
  loop_.stop();
}

std::size_t StreamWatch::size() const {
  const std::lock_guard lock(mutex_);
  return open_.size();
}

}  // namespace jingwei::identity
