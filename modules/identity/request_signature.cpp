#include "modules/identity/request_signature.h"

#include <algorithm>
#include <charconv>

#include "crypto/base64url.h"

namespace jingwei::identity {

namespace {

constexpr std::size_t header_most = 2'000;
constexpr std::size_t components_most = 20;
constexpr std::size_t text_most = 128;
constexpr std::size_t nonce_least = 16;
constexpr std::size_t signature_bytes = 64;

// Reads a header from left to right; false as soon as something else stands there.
class Reading {
 public:
  explicit Reading(std::string_view text) : rest_(text) {}
  std::string_view rest() const { return rest_; }
  bool done() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool name(std::string& into) {
    const std::size_t end =
        std::min(rest_.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-.*"), rest_.size());
    if (end == 0 || end > text_most) return false;
    into = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return true;
  }
  // A quoted string without escapes (RFC 8941 §3.3.3 allows them; no component or key of ours needs one).
  bool quoted(std::string& into) {
    if (!take('"')) return false;
    const std::size_t end = rest_.find('"');
    if (end == std::string_view::npos || end > text_most) return false;
    into = rest_.substr(0, end);
    const bool plain =
        std::all_of(into.begin(), into.end(), [](char c) { return c >= ' ' && c < 0x7f && c != '\\'; });
    rest_.remove_prefix(end + 1);
    return plain;
  }
  bool number(std::int64_t& into) {
    const auto [stop, fault] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), into);
    if (fault != std::errc{} || into < 0) return false;
    rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
    return true;
  }

 private:
  std::string_view rest_;
};

bool read_components(Reading& in, std::vector<std::string>& components) {
  if (!in.take('(')) return false;
  while (!in.take(')')) {
    if (!components.empty() && !in.take(' ')) return false;
    std::string name;
    if (components.size() == components_most || !in.quoted(name)) return false;
    if (std::find(components.begin(), components.end(), name) != components.end()) return false;
    components.push_back(std::move(name));
  }
  return true;
}

// False: not in the subset. An algorithm that is not ours is told apart.
bool read_parameters(Reading& in, RequestSignature& into, bool& other_algorithm) {
  bool created = false;
  while (!in.done()) {
    std::string name, text;
    if (!in.take(';') || !in.name(name) || !in.take('=')) return false;
    if (name == "created") {
      if (created || !in.number(into.created)) return false;
      created = true;
    } else if (name == "expires") {
      std::int64_t expires = 0;
      if (into.expires || !in.number(expires)) return false;
      into.expires = expires;
    } else if (name == "keyid" || name == "nonce" || name == "alg") {
      if (!in.quoted(text)) return false;
      std::string& member = name == "keyid" ? into.key_id : into.nonce;
      if (name == "alg") {
        other_algorithm = other_algorithm || text != "ed25519";
      } else if (!member.empty()) {
        return false;
      } else {
        member = text;
      }
    } else {
      return false;
    }
  }
  return created && !into.key_id.empty() && into.nonce.size() >= nonce_least;
}

bool covers(const RequestSignature& signature, std::string_view component) {
  return std::find(signature.components.begin(), signature.components.end(), component) !=
         signature.components.end();
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::optional<std::string> value_of(const std::string& component, const SignedParts& request) {
  const std::size_t query = std::min(request.target.find('?'), request.target.size());
  if (component == "@method") return std::string(request.method);
  if (component == "@request-target") return std::string(request.target);
  if (component == "@path") return std::string(request.target.substr(0, query));
  if (component == "@query")
    return query == request.target.size() ? std::string("?") : std::string(request.target.substr(query));
  if (component == "@authority") return lower(request.authority);
  if (component.empty() || component.front() == '@' || component != lower(component)) return std::nullopt;
  std::string value = request.header(component);
  if (value.empty()) return std::nullopt;
  return value;
}

}  // namespace

Error signature_refused(const char* why) {
  return Error(ErrorCode::unauthenticated, "identity.signature_refused").with("why", why);
}

Result<RequestSignature> parse_signature(std::string_view input, std::string_view signature) {
  if (input.size() > header_most || signature.size() > header_most) return signature_refused("form");
  RequestSignature read;
  std::string label, same;
  bool other_algorithm = false;
  Reading in(input);
  if (!in.name(label) || !in.take('=')) return signature_refused("form");
  read.parameters = in.rest();
  if (!read_components(in, read.components) || !read_parameters(in, read, other_algorithm))
    return signature_refused("form");
  if (other_algorithm) return signature_refused("algorithm");
  Reading bytes(signature);
  if (!bytes.name(same) || same != label || !bytes.take('=') || !bytes.take(':'))
    return signature_refused("form");
  const std::string_view rest = bytes.rest();
  if (!rest.ends_with(':')) return signature_refused("form");
  const auto decoded = crypto::from_base64(rest.substr(0, rest.size() - 1));
  if (!decoded || decoded->size() != signature_bytes) return signature_refused("form");
  read.signature = *decoded;
  return read;
}

Result<std::string> signature_base(const RequestSignature& signature, const SignedParts& request) {
  const bool target =
      covers(signature, "@request-target") || (covers(signature, "@path") && covers(signature, "@query"));
  if (!covers(signature, "@method") || !target) return signature_refused("uncovered");
  if (request.has_body && !covers(signature, "content-digest")) return signature_refused("uncovered");
  for (const char* name : {"jingwei-purpose", "idempotency-key"}) {
    if (!request.header(name).empty() && !covers(signature, name)) return signature_refused("uncovered");
  }
  std::string base;
  for (const auto& component : signature.components) {
    const auto value = value_of(component, request);
    if (!value || value->find('\n') != std::string::npos) return signature_refused("component");
    base += "\"" + component + "\": " + *value + "\n";
  }
  return base + "\"@signature-params\": " + signature.parameters;
}

Result<void> check_time(const RequestSignature& signature, Instant now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const bool far = signature.created > seconds + signature_window.count() ||
                   signature.created < seconds - signature_window.count();
  if (far || (signature.expires && *signature.expires <= seconds)) return signature_refused("time");
  return {};
}

bool digest_fits(std::string_view header, std::string_view sha256) {
  constexpr std::string_view name = "sha-256=:";
  const std::size_t at = header.find(name);
  if (at == std::string_view::npos || header.size() > header_most) return false;
  const std::string_view rest = header.substr(at + name.size());
  const auto told = crypto::from_base64(rest.substr(0, rest.find(':')));
  return told && *told == sha256;
}

}  // namespace jingwei::identity
