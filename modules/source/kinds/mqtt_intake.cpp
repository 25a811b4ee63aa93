#include "modules/source/kinds/mqtt_intake.h"

#include <deque>
#include <mutex>
#include <unordered_set>

#include "base/random.h"
#include "modules/source/handover.h"
#include "modules/source/kinds/mqtt_payload.h"
#include "modules/source/kinds/mqtt_session.h"
#include "modules/source/kinds/mqtt_spool.h"
#include "modules/source/kinds/settings.h"
#include "modules/source/sql.gen.h"

namespace jingwei::source {

namespace {

constexpr std::chrono::milliseconds rounds_apart{1'000};

// Messages that were taken, newest groups kept.
class KnownMessages {
 public:
  bool contains(const std::string& identity) const { return all_.contains(identity); }
  void add_group(std::string identities) {
    for (std::size_t at = 0; at + identity_bytes <= identities.size(); at += identity_bytes)
      all_.insert(identities.substr(at, identity_bytes));
    groups_.push_back(std::move(identities));
    while (all_.size() > limits::mqtt_remembered_messages && groups_.size() > 1) {
      const std::string& oldest = groups_.front();
      for (std::size_t at = 0; at + identity_bytes <= oldest.size(); at += identity_bytes)
        all_.erase(oldest.substr(at, identity_bytes));
      groups_.pop_front();
    }
  }

 private:
  std::unordered_set<std::string> all_;
  std::deque<std::string> groups_;
};

class MqttIntake final : public Intake {
 public:
  MqttIntake(const SourceParts& parts, const Source& source)
      : parts_(parts),
        id_(source.id),
        id_field_(text_of(source.settings, "id_field")),
        group_time_(number_of(source.settings, "group_seconds")) {}

  std::chrono::milliseconds rhythm() const override { return rounds_apart; }

  Result<bool> look(const Source& source, const std::function<bool()>& alive) override {
    if (!spool_) JW_TRY(begin(source));
    JW_TRY(close_group());
    bool took = false;
    std::vector<std::string> segments;
    {
      const std::lock_guard lock(mutex_);
      JW_ASSIGN(segments, spool_->segments());
    }
    for (const auto& path : segments) {
      if (!alive()) break;
      JW_TRY(take(source, path));
      took = true;
    }
    if (const auto fault = session_->fault()) return *fault;
    return took;
  }

 private:
  Result<void> begin(const Source& source) {
    JW_ASSIGN(pattern_, TopicPattern::parse(text_of(source.settings, "topic")));
    JW_TRY(load_known());
    JW_ASSIGN(const Settings settings, opened_settings(parts_, source));
    JW_ASSIGN(spool_, MqttSpool::open(parts_.files, parts_.folder + "/" + id_.to_string()));
    group_since_ = parts_.clock.monotonic();
    session_ = std::make_unique<MqttSession>(
        broker_of(settings),
        [this](std::string_view topic, std::string_view payload) {
          const std::lock_guard lock(mutex_);
          if (spool_->messages() == 0 && !spool_->unsynced()) group_since_ = parts_.clock.monotonic();
          spool_->append(topic, payload);
        },
        [this]() -> Result<void> {
          const std::lock_guard lock(mutex_);
          if (!spool_->unsynced()) return {};
          // A broker keeps what is not acknowledged; better there than on a disk that fills.
          JW_ASSIGN(const auto waiting, spool_->segments());
          if (waiting.size() >= limits::mqtt_waiting_groups) {
            spool_->drop_unsynced();
            return Error(ErrorCode::exhausted, "source.spool_full");
          }
          JW_TRY(spool_->sync());
          if (spool_->messages() < limits::mqtt_group_messages &&
              spool_->bytes() < limits::mqtt_segment_bytes)
            return {};
          return spool_->close_segment(next_sequence());
        });
    return {};
  }

  Result<void> load_known() {
    std::vector<std::string> groups;
    std::size_t messages = 0;
    const std::array<storage::Value, 2> parameters = {
        id_.value, static_cast<std::int64_t>(limits::mqtt_remembered_groups)};
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_TRY(reader->query(sql::message_groups, parameters, [&](const storage::Row& row) {
      groups.emplace_back(row.blob(2));
      messages += groups.back().size() / identity_bytes;
      oldest_kept_ = row.integer(0);
      return messages < limits::mqtt_remembered_messages;
    }));
    for (auto group = groups.rbegin(); group != groups.rend(); ++group) known_.add_group(std::move(*group));
    return {};
  }

  Result<void> close_group() {
    const std::lock_guard lock(mutex_);
    if (spool_->messages() == 0 || parts_.clock.monotonic() - group_since_ < group_time_) return {};
    JW_TRY(spool_->close_segment(next_sequence()));
    group_since_ = parts_.clock.monotonic();
    return {};
  }

  // With the lock held.
  std::int64_t next_sequence() {
    sequence_ = std::max(sequence_ + 1, to_micros(parts_.clock.now()));
    return sequence_;
  }

  Result<void> take(const Source& source, const std::string& path) {
    JW_ASSIGN(const auto messages, MqttSpool::read_segment(parts_.files, path));
    std::string lines, identities;
    std::int64_t items = 0, repeated = 0;
    std::unordered_set<std::string> here;
    for (const auto& message : messages) {
      for (const auto& mapped : map_payload(*pattern_, id_field_, message.topic, message.payload)) {
        if (known_.contains(mapped.identity) || !here.insert(mapped.identity).second) {
          ++repeated;
          continue;
        }
        lines += mapped.line + '\n';
        identities += mapped.identity;
        ++items;
      }
    }
    Load load;
    JW_ASSIGN(load.run, fresh_run(parts_));
    if (items > 0) {
      const std::string name = path.substr(path.rfind('/') + 1);
      load.source = id_;
      load.resource = source.resource;
      load.path = fresh_upload(parts_, source.resource);
      load.filename = "mqtt-" + id_.to_string() + "-" + load.run.to_string() + ".jsonl";
      load.detail = source.settings.at("topic");
      load.identity = "source:" + id_.to_string() + ":" + name;
      load.items = items;
      load.repeated = repeated;
      load.writes.push_back(
          {&sql::add_message_group, {load.run.value, id_.value, items, storage::Blob{identities}}, 1});
      load.writes.push_back({&sql::forget_message_groups, {id_.value, oldest_kept_}, std::nullopt});
      JW_TRY(write_text_durably(parts_.files, load.path, lines));
      const std::string written = load.path;
      if (auto run = hand_over(parts_, std::move(load)); !run) {
        static_cast<void>(parts_.files.remove(written));
        return std::move(run).error();
      }
      known_.add_group(std::move(identities));
    } else if (repeated > 0) {
      JW_TRY(tell_repeated(source, load.run, repeated));
    }
    const std::lock_guard lock(mutex_);
    return spool_->remove_segment(path);
  }

  Result<void> tell_repeated(const Source& source, RunId id, std::int64_t repeated) {
    Run run;
    run.id = id;
    run.source = id_;
    run.started_at = parts_.clock.now();
    run.finished_at = run.started_at;
    run.outcome = Outcome::repeated;
    run.detail = source.settings.at("topic");
    run.repeated = repeated;
    storage::Change change;
    change.origin = storage::Origin::hub;
    change.writes.push_back(add_run(run));
    change.writes.push_back(
        {&sql::source_took,
         {id_.value, to_micros(run.started_at), std::int64_t{0}, std::int64_t{0}, repeated},
         1});
    auto committed = parts_.store.commit(std::move(change));
    if (!committed) return std::move(committed).error();
    return {};
  }

  const SourceParts& parts_;
  SourceId id_;
  std::string id_field_;
  std::chrono::seconds group_time_;
  std::optional<TopicPattern> pattern_;
  KnownMessages known_;
  std::int64_t oldest_kept_ = 0;
  std::mutex mutex_;  // guards the spool, which the session's thread writes
  std::unique_ptr<MqttSpool> spool_;
  std::chrono::nanoseconds group_since_{0};
  std::int64_t sequence_ = 0;
  std::unique_ptr<MqttSession> session_;  // last: ends before what its thread uses
};

}  // namespace

std::unique_ptr<Intake> listen_to_broker(const SourceParts& parts, const Source& source) {
  return std::make_unique<MqttIntake>(parts, source);
}

Result<Trial> try_broker(const Settings& settings) {
  BrokerAddress address = broker_of(settings);
  address.client_id = fresh_client_id();
  const std::string filter = address.filter;
  JW_TRY(MqttSession::greet(std::move(address)));
  return Trial{{filter}};
}

std::string fresh_client_id() {
  SecureRandom random;
  return "jingwei-" + random_credential(random).substr(0, 12);
}

}  // namespace jingwei::source
