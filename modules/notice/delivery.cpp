#include "modules/notice/delivery.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <mutex>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "modules/notice/limits.h"
#include "modules/notice/notice_rows.h"
#include "modules/notice/sql.gen.h"

namespace jingwei::notice {

namespace {

// Appends a line that the gateway takes away by renaming the file. One write, so lines never mix.
Result<void> append_line(const std::string& folder, const char* name, std::string line) {
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  std::error_code fault;
  std::filesystem::create_directories(folder, fault);
  const std::string path = folder + "/" + name;
  line += '\n';
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return Error(ErrorCode::unavailable, "notice.gateway_away").with("gateway", name);
  const bool written =
      ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fsync(file) == 0;
  ::close(file);
  if (!written) return Error(ErrorCode::unavailable, "notice.gateway_away").with("gateway", name);
  return {};
}

std::string shortened(const Notice& notice) {
  std::u32string points =
      text::code_points(notice.body.empty() ? notice.title : notice.title + "：" + notice.body);
  if (points.size() > limits::text_message_length) {
    points.resize(limits::text_message_length - 1);
    points += U'…';
  }
  return text::from_code_points(points);
}

}  // namespace

std::function<Result<void>(const std::string&, const std::string&)> voice_file(std::string folder) {
  return [folder = std::move(folder)](const std::string& phone, const std::string& words) {
    JsonWriter line;
    line.begin_object();
    line.member("to", phone);
    line.member("words", words);
    line.end_object();
    return append_line(folder, "calls.jsonl", line.take());
  };
}

std::function<Result<void>(const std::string&)> webhook_file(std::string folder) {
  return [folder = std::move(folder)](const std::string& json) {
    return append_line(folder, "webhooks.jsonl", json);
  };
}

void Delivery::on_timers(storage::TimerRunner& timers) {
  timers.on(std::string(delivery_timer), [this](const storage::Timer& timer) { return timer_fell(timer); });
}

std::string Delivery::tell_program(const Notice& notice, AccountId account, std::string& why) const {
  JsonWriter json;
  json.begin_object();
  json.member("notice", notice.id.to_string());
  json.member("kind", name_of(notice.kind));
  json.member("title", notice.title);
  json.member("account", account.to_string());
  json.member("reminders", notice.reminders);
  json.end_object();
  const std::string body = json.take();
  if (gateways_.web != nullptr) {
    const auto set = gateways_.web->find();
    if (!set) {
      why = "store";
      return "waiting";
    }
    if (*set) {
      const std::string id = "notice-" + notice.id.to_string() + "-" + account.to_string() + "-" +
                             std::to_string(notice.reminders);
      return gateways_.web->send(id, body, why);
    }
  }
  if (!gateways_.webhook) return "unreachable";
  return gateways_.webhook(body) ? "handed" : "waiting";
}

std::string Delivery::hand_over(const Notice& notice, AccountId account, const std::string& channel,
                                std::string& why) const {
  if (channel == "webhook") return tell_program(notice, account, why);
  const auto& gateway = channel == "text" ? gateways_.text : gateways_.voice;
  if (!gateway) return "unreachable";
  const auto contact = contact_of(parts_, notice.id, account);
  if (!contact) return contact.error().code == ErrorCode::unavailable ? "waiting" : "unreachable";
  if (contact->phone.empty()) return "unreachable";
  return gateway(contact->phone, shortened(notice)) ? "handed" : "waiting";
}

Result<Delivery::Looked> Delivery::deliver(const Notice& notice, const std::string& channel,
                                           storage::Change& change) const {
  struct Waiting {
    AccountId account;
    std::int64_t attempts = 0;
  };
  const bool web = channel == "webhook";
  const std::size_t step = web ? limits::webhook_step : limits::delivery_step;
  JW_ASSIGN(auto reader, parts_.store.read());
  std::vector<Waiting> waiting;
  const std::array<storage::Value, 3> parameters = {notice.id.value, channel,
                                                    static_cast<std::int64_t>(step)};
  JW_TRY(reader->query(sql::waiting_deliveries, parameters, [&](const storage::Row& row) {
    waiting.push_back({AccountId(row.integer(0)), row.integer(2)});
    return true;
  }));
  reader.reset();
  Looked looked;
  looked.more = waiting.size() == step;
  std::int64_t handed = 0;
  std::string why;
  const auto begun = parts_.clock.monotonic();
  for (const auto& one : waiting) {
    if (parts_.clock.monotonic() - begun > limits::delivery_look) {
      looked.more = true;
      break;
    }
    // One that was not taken holds the rest of its channel back: they would fare no better now.
    std::string state = hand_over(notice, one.account, channel, why);
    const std::int64_t attempts = one.attempts + 1;
    looked.away = state == "waiting";
    if (looked.away) looked.attempts = attempts;
    if (looked.away && attempts >= (web ? limits::webhook_attempts : limits::delivery_attempts))
      state = "failed";
    storage::Value handed_at = storage::Null{};
    if (state == "handed") {
      handed_at = to_micros(parts_.clock.now());
      ++handed;
    }
    change.writes.push_back(
        {&sql::change_delivery,
         {notice.id.value, one.account.value, channel, state, attempts, std::move(handed_at)},
         std::nullopt});
    if (looked.away) break;
  }
  if (web && gateways_.web != nullptr && (handed > 0 || looked.away))
    change.writes.push_back(gateways_.web->note(handed, looked.away ? why : std::string()));
  return looked;
}

Result<storage::Change> Delivery::timer_fell(const storage::Timer& timer) {
  storage::Change change;
  const auto id = NoticeId::parse(timer.body);
  if (!id) return change;
  JW_ASSIGN(auto reader, parts_.store.read());
  const storage::Value key = id->value;
  std::optional<Result<Notice>> found;
  JW_TRY(reader->query(sql::notice_by_id, std::span(&key, 1), [&](const storage::Row& row) {
    found = notice_of_row(row);
    return true;
  }));
  reader.reset();
  if (!found) return change;
  if (!found->ok()) return found->error();
  const Notice& notice = **found;
  if (notice.ended) return change;
  std::optional<Instant> again;
  const Instant now = parts_.clock.now();
  for (const char* const channel : {"text", "voice", "webhook"}) {
    JW_ASSIGN(const Looked looked, deliver(notice, channel, change));
    if (!looked.away && !looked.more) continue;
    std::chrono::minutes rest{0};
    if (looked.away) {
      rest = limits::delivery_rest;
      for (std::int64_t at = 1; at < looked.attempts && rest < limits::delivery_rest_most; ++at) rest *= 2;
      rest = std::min(rest, limits::delivery_rest_most);
    }
    again = std::min(again.value_or(now + rest), now + rest);
  }
  if (again) {
    JW_ASSIGN(const std::int64_t next, parts_.store.allocate_ids());
    change.writes.push_back(
        storage::add_timer(TimerId(next), *again, std::string(delivery_timer), id->to_string()));
  }
  return change;
}

}  // namespace jingwei::notice
