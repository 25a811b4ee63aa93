#include "modules/notice/webhook.h"

#include "crypto/base64url.h"
#include "crypto/message_code.h"
#include "modules/notice/limits.h"
#include "modules/notice/sql.gen.h"

namespace jingwei::notice {

namespace {

constexpr std::string_view table = "notice_webhook";
constexpr std::string_view secret_mark = "whsec_";
constexpr std::size_t secret_bytes = 32;

storage::Cell secret_cell() {
  return {table, 1, "secret"};
}

bool is_web_address(const std::string& url) {
  const bool web = url.starts_with("https://") || url.starts_with("http://");
  return web && url.size() > url.find("//") + 2 && url.find_first_of("# \"\\@") == std::string::npos;
}

std::string new_secret() {
  SecureRandom random;
  std::string bytes(secret_bytes, '\0');
  random.fill(std::as_writable_bytes(std::span(bytes)));
  return std::string(secret_mark) + crypto::base64(bytes);
}

}  // namespace

Signed sign(const std::string& secret, const std::string& id, Instant at, const std::string& body) {
  const auto key = crypto::from_base64(std::string_view(secret).substr(secret_mark.size()));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  Signed made{id, std::to_string(seconds), ""};
  made.signature =
      "v1," + crypto::base64(crypto::hmac_sha256(key.value_or(""), id + "." + made.timestamp + "." + body));
  return made;
}

Result<std::optional<std::pair<Webhook, std::string>>> Webhooks::read() const {
  JW_ASSIGN(auto reader, parts_.store.read());
  std::optional<std::pair<Webhook, std::string>> found;
  JW_TRY(reader->query(sql::webhook_now, {}, [&](const storage::Row& row) {
    Webhook one;
    one.url = row.text(0);
    one.changed_by = row.text(2);
    one.changed_at = from_micros(row.integer(3));
    one.handed = row.integer(4);
    one.failures = row.integer(5);
    one.error = row.text(6);
    if (!row.is_null(7)) one.error_at = from_micros(row.integer(7));
    if (!row.is_null(8)) one.last_ok_at = from_micros(row.integer(8));
    found.emplace(std::move(one), std::string(row.blob(1)));
    return true;
  }));
  return found;
}

Result<std::optional<Webhook>> Webhooks::find() const {
  JW_ASSIGN(auto found, read());
  if (!found) return std::optional<Webhook>();
  return std::optional<Webhook>(std::move(found->first));
}

Result<std::string> Webhooks::put(const std::string& url, bool keep_secret, const std::string& actor) {
  if (!is_web_address(url)) return Error(ErrorCode::invalid, "notice.bad_webhook").at("/url");
  JW_TRY(parts_.sealer.prepare(table));
  JW_ASSIGN(const auto standing, read());
  if (keep_secret && !standing) return Error(ErrorCode::conflict, "notice.no_webhook");
  const std::string secret = keep_secret ? std::string() : new_secret();
  storage::Change change;
  change.writes.push_back(
      {&sql::put_webhook,
       {url, storage::Blob{keep_secret ? standing->second : parts_.sealer.seal(secret_cell(), secret)}, actor,
        to_micros(parts_.clock.now())},
       1});
  change.audit.push_back({actor, "notice.webhook", "notice:webhook", R"({"step":"put"})"});
  JW_TRY(parts_.store.commit(std::move(change)));
  return secret;
}

Result<void> Webhooks::remove(const std::string& actor) {
  storage::Change change;
  change.writes.push_back({&sql::remove_webhook, {}, std::nullopt});
  change.audit.push_back({actor, "notice.webhook", "notice:webhook", R"({"step":"remove"})"});
  JW_TRY(parts_.store.commit(std::move(change)));
  return {};
}

std::string Webhooks::send(const std::string& id, const std::string& body, std::string& why) const {
  const auto found = read();
  if (!found) {
    why = "store";
    return "waiting";
  }
  if (!*found) return "unreachable";
  const auto secret = parts_.sealer.open(secret_cell(), (*found)->second);
  if (!secret) {
    why = "secret";
    return "waiting";
  }
  const Signed made = sign(*secret, id, parts_.clock.now(), body);
  OutgoingCall call;
  call.method = "POST";
  call.url = (*found)->first.url;
  call.headers = {{"Content-Type", "application/json"},
                  {"webhook-id", made.id},
                  {"webhook-timestamp", made.timestamp},
                  {"webhook-signature", made.signature}};
  call.body = body;
  call.patience = limits::webhook_patience;
  const OutgoingReply reply = outgoing_(call);
  if (reply.trouble.empty() && reply.status >= 200 && reply.status < 300) return "handed";
  if (reply.status == 410) return "unreachable";
  why = reply.trouble.empty() ? std::to_string(reply.status) : reply.trouble;
  return "waiting";
}

storage::Write Webhooks::note(std::int64_t handed, const std::string& why) const {
  return {&sql::note_webhook, {handed, why, to_micros(parts_.clock.now())}, std::nullopt};
}

}  // namespace jingwei::notice
