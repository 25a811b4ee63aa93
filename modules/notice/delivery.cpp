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

constexpr std::chrono::minutes gateway_rest{1};

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

std::string Delivery::hand_over(const Notice& notice, AccountId account, const std::string& channel) const {
  const auto state = [](const Result<void>& done) { return std::string(done ? "handed" : "waiting"); };
  if (channel == "webhook") {
    if (!gateways_.webhook) return "unreachable";
    JsonWriter json;
    json.begin_object();
    json.member("notice", notice.id.to_string());
    json.member("kind", name_of(notice.kind));
    json.member("title", notice.title);
    json.member("account", account.to_string());
    json.member("reminders", notice.reminders);
    json.end_object();
    return state(gateways_.webhook(json.take()));
  }
  const auto& gateway = channel == "text" ? gateways_.text : gateways_.voice;
  if (!gateway) return "unreachable";
  const auto contact = parts_.directory.contact(account);
  if (!contact) return contact.error().code == ErrorCode::unavailable ? "waiting" : "unreachable";
  if (contact->phone.empty()) return "unreachable";
  return state(gateway(contact->phone, shortened(notice)));
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
  if (!found) return change;
  if (!found->ok()) return found->error();
  const Notice& notice = **found;
  if (notice.ended) return change;
  struct Waiting {
    AccountId account;
    std::string channel;
    std::int64_t attempts;
  };
  std::vector<Waiting> waiting;
  const std::array<storage::Value, 2> parameters = {id->value,
                                                    static_cast<std::int64_t>(limits::delivery_step)};
  JW_TRY(reader->query(sql::waiting_deliveries, parameters, [&](const storage::Row& row) {
    waiting.push_back({AccountId(row.integer(0)), std::string(row.text(1)), row.integer(2)});
    return true;
  }));
  reader.reset();
  const Instant now = parts_.clock.now();
  bool away = false;
  for (const auto& one : waiting) {
    std::string state = away ? "waiting" : hand_over(notice, one.account, one.channel);
    const std::int64_t attempts = one.attempts + (away ? 0 : 1);
    if (state == "waiting" && attempts >= limits::delivery_attempts) state = "failed";
    away = away || state == "waiting";
    storage::Value handed_at = storage::Null{};
    if (state == "handed") handed_at = to_micros(now);
    change.writes.push_back(
        {&sql::change_delivery,
         {id->value, one.account.value, one.channel, state, attempts, std::move(handed_at)},
         std::nullopt});
  }
  if (away || waiting.size() == limits::delivery_step) {
    JW_ASSIGN(const std::int64_t next, parts_.store.allocate_ids());
    change.writes.push_back(storage::add_timer(TimerId(next), away ? now + gateway_rest : now,
                                               std::string(delivery_timer), id->to_string()));
  }
  return change;
}

}  // namespace jingwei::notice
