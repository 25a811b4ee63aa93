// The one place where a request is let in or not, before its handler runs; and where open streams are ended
// when who opened them may see them no more.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "http/route.h"
#include "modules/identity/identity_service.h"
#include "storage/loop.h"

namespace jingwei::identity {

enum class Cookies : std::uint8_t { plain, secure };  // secure: only over TLS

inline constexpr std::string_view session_cookie = "jingwei_session";
inline constexpr std::string_view device_cookie = "jingwei_device";
inline constexpr std::string_view asker_cookie = "jingwei_asker";  // who was sent a code (sign_in.h)

// The token a request carries: of the Authorization header, else of the cookie; empty for none.
std::string_view token_of(const http::Request& request);
// Whether it is signed instead (request_signature.h). Whoever carries a token is known by that.
bool is_signed(const http::Request& request);

// For http::Options::authorise. Sets the request's caller: the local operator on the local socket, else who
// is behind the token, or who signed. Memory only, but for the first request of a token in this process.
// Thread-safe. Errors: unauthenticated, denied (a permission no grant holds; a write under a cookie of which
// nobody says where it comes from; a wall screen that writes or asks for more than figures).
class Gate {
 public:
  explicit Gate(IdentityService& identity) : identity_(identity) {}
  Result<void> let_in(http::Request& request, const http::Route& route);

 private:
  Error unknown(std::string_view token) const;
  Result<std::shared_ptr<const SignedIn>> who_signed(const http::Request& request);
  // Errors: unauthenticated, `why` replayed; rate_limited where too many are remembered.
  Result<void> note_nonce(const std::string& nonce, Instant now);

  IdentityService& identity_;
  std::mutex mutex_;
  std::map<std::string, Instant> nonces_;  // of signatures, until when each is remembered
  Instant started_ = identity_.parts().clock.now();
};

// Lays around every route what the gate cannot do on the network thread: of a signed request the body is
// compared with its digest, and the nonce of one that writes is spent in the store, for all processes.
// `files` reads spooled bodies.
void check_signed_requests(std::vector<http::Route>& routes, IdentityService& identity, FileSystem& files);

// Streams that are open, each with who opened it. Thread-safe.
class StreamWatch {
 public:
  explicit StreamWatch(IdentityService& identity) : identity_(identity) {}
  ~StreamWatch() { stop(); }

  // Lays itself around every route that streams. Before anything is served; must outlive the routes.
  void watch(std::vector<http::Route>& routes);
  // Ends streams whose session has ended or was revoked, or whose owner's grants have changed or lapsed:
  // whoever may still see them opens them again, under what they may see now. Returns how many.
  std::size_t step();
  // Steps every second in a thread of its own.
  void start();
  void stop();
  std::size_t size() const;

 private:
  struct Open {
    std::weak_ptr<http::EventStream> stream;
    std::string token;   // as it was carried
    std::string signer;  // the key's id, where the request was signed
    std::shared_ptr<const access::Caller> caller;
    std::string permission;
  };
  bool may_go_on(const Open& one) const;

  IdentityService& identity_;
  mutable std::mutex mutex_;
  std::vector<Open> open_;
  storage::Loop loop_;
};

}  // namespace jingwei::identity
