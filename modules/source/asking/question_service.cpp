#include "modules/source/asking/question_service.h"

#include <condition_variable>

#include "base/json.h"
#include "modules/source/asking/exchange.h"
#include "modules/source/kinds/settings.h"
#include "modules/source/sql.gen.h"

namespace jingwei::source {

namespace {

constexpr std::string_view ask_event = "source.ask";
constexpr std::chrono::milliseconds greeting_time{5'000};

// One more of something counted, while it lasts; refused beyond `most`.
class Place {
 public:
  Place(std::atomic<std::size_t>& count, std::size_t most) : count_(count), got_(count.fetch_add(1) < most) {
    if (!got_) --count_;
  }
  ~Place() {
    if (got_) --count_;
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  bool got() const { return got_; }

 private:
  std::atomic<std::size_t>& count_;
  bool got_;
};

Result<Peer> peer_of(const Allowed& allowed, const Settings& settings) {
  JW_ASSIGN(const Address address, parse_address(text_of(settings, "address")));
  // Asked again with every source that comes alive: the operator may have taken the host off the list since.
  JW_TRY(allowed.check_host(address.host, address.port));
  const bool elsewhere = allowed.permits_plain(address.host, address.port);
  if (!address.tls && !elsewhere && !is_loopback_name(address.host))
    return Error(ErrorCode::denied, "source.plain_not_allowed").with("host", address.host);
  return Peer{address, text_of(settings, "ca_file"), elsewhere};
}

Result<Source> read_source(storage::Reader& reader, SourceId id) {
  const storage::Value key = id.value;
  JW_ASSIGN(auto found, read_sources(reader, sql::find_source, std::span(&key, 1)));
  if (found.empty()) return Error(ErrorCode::not_found, "source.not_found").with("source", id.to_string());
  if (found.front().kind != Kind::question)
    return Error(ErrorCode::invalid, "source.answers_no_questions").with("source", found.front().title);
  return std::move(found.front());
}

}  // namespace

// Equal questions for one purpose that are asked at once go out once.
struct QuestionService::Flight {
  std::mutex mutex;
  std::condition_variable landed;
  std::optional<Result<Outcome>> outcome;
};

struct QuestionService::Live {
  std::int64_t made_of = 0;  // version of the source
  Declaration declaration;
  Settings secrets;
  std::string base;
  std::size_t at_once = 1;
  std::unique_ptr<Exchange> exchange;
  Breaker breaker;
  std::map<std::string, std::unique_ptr<CallRate>> rates;
  std::atomic<std::size_t> calls{0};
  std::mutex mutex;
  std::map<AnswerKey, std::shared_ptr<Flight>> flights;
};

struct QuestionService::Standing {
  Source source;
  std::shared_ptr<Live> live;
  const Question* question = nullptr;
};

Error error_of(Reason reason) {
  return Error(ErrorCode::unavailable, "source.unknown_" + std::string(name_of(reason)));
}

QuestionService::QuestionService(const SourceParts& parts) : parts_(parts) {}

QuestionService::~QuestionService() = default;

Result<std::shared_ptr<QuestionService::Live>> QuestionService::live_of(const Source& source) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = live_.find(source.id);
    if (found != live_.end() && found->second->made_of >= source.version) return found->second;
  }
  JW_ASSIGN(const Settings settings, opened_settings(parts_, source));
  JW_ASSIGN(Peer peer, peer_of(parts_.allowed, settings));
  auto live = std::make_shared<Live>();
  live->made_of = source.version;
  JW_ASSIGN(live->declaration, parse_declaration(text_of(settings, "questions")));
  for (const auto& name : live->declaration.secret_names()) live->secrets[name] = text_of(settings, name);
  for (const auto& question : live->declaration.questions)
    live->rates[question.id] = std::make_unique<CallRate>(question.per_minute);
  live->base = peer.address.path;
  live->at_once = static_cast<std::size_t>(std::max<std::int64_t>(1, number_of(settings, "at_once")));
  live->exchange = std::make_unique<Exchange>(std::move(peer));
  std::shared_ptr<Live> before;  // ends outside the lock, when its last asker is done
  const std::lock_guard lock(mutex_);
  auto& slot = live_[source.id];
  if (!slot || slot->made_of < source.version) before = std::exchange(slot, std::move(live));
  return slot;
}

Result<QuestionService::Standing> QuestionService::standing_of(const Asked& asked) {
  Standing standing;
  {
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_ASSIGN(standing.source, read_source(*reader, asked.source));
  }
  JW_TRY(standing.source.terms.check(parts_.zone.day_of(parts_.clock.now())));
  if (standing.source.state != State::active)
    return Error(ErrorCode::conflict, "source.paused").with("source", standing.source.title);
  JW_ASSIGN(standing.live, live_of(standing.source));
  standing.question = standing.live->declaration.find(asked.question);
  if (standing.question == nullptr) {
    return Error(ErrorCode::not_found, "source.question_not_found")
        .with("question", asked.question)
        .with("source", standing.source.title);
  }
  return standing;
}

Result<void> QuestionService::permit(const Standing& standing, const Asked& asked) const {
  const TermsPurpose* purpose = standing.source.terms.purpose(asked.purpose);
  if (purpose == nullptr || !standing.question->purposes.contains(asked.purpose)) {
    return Error(ErrorCode::denied, "source.purpose_denied")
        .with("purpose", asked.purpose)
        .with("question", asked.question)
        .at("/purpose");
  }
  if (parts_.zone.day_of(parts_.clock.now()) > purpose->valid_until) {
    return Error(ErrorCode::denied, "source.purpose_ended")
        .with("purpose", purpose->id)
        .with("day", to_iso(purpose->valid_until))
        .at("/purpose");
  }
  return {};
}

storage::AuditEntry QuestionService::entry_of(const Standing& standing, const Asked& asked,
                                              const Settings* inputs, std::string_view outcome, Reason reason,
                                              AnsweredFrom from) const {
  JsonWriter json;
  json.begin_object();
  json.member("source", standing.source.id.to_string());
  json.member("question", standing.question->id);
  // Only a purpose of the terms is named: what else was typed there may be anything.
  const bool known = standing.source.terms.purpose(asked.purpose) != nullptr;
  json.member("purpose", known ? asked.purpose : "-");
  json.member("outcome", outcome);
  if (reason != Reason::none) json.member("reason", name_of(reason));
  if (outcome == "answered") json.member("from", name_of(from));
  json.end_object();
  const std::string subject = inputs == nullptr ? "source:" + standing.source.id.to_string()
                                                : subject_pseudonym(parts_, *standing.question, *inputs);
  return {asked.actor, std::string(ask_event), subject, json.take()};
}

Result<Answer> QuestionService::ask(const Asked& asked) {
  JW_ASSIGN(const Standing standing, standing_of(asked));
  JW_ASSIGN(const Settings inputs, check_inputs(*standing.question, asked.inputs));
  if (const auto permitted = permit(standing, asked); !permitted) {
    storage::Change change;
    change.audit.push_back(entry_of(standing, asked, &inputs, "denied", Reason::none, AnsweredFrom::source));
    auto committed = parts_.store.commit(std::move(change));
    if (!committed) return std::move(committed).error();
    return permitted.error();
  }
  const AnswerKey key = answer_key(parts_, asked.source, *standing.question, asked.purpose, inputs);
  if (standing.question->purposes.at(asked.purpose).count() > 0) {
    const Instant now = parts_.clock.now();
    std::optional<KeptAnswer> kept;
    {
      JW_ASSIGN(auto reader, parts_.store.read());
      JW_ASSIGN(kept, find_kept(parts_, *reader, key, now));
    }
    if (kept) {
      QuestionCounts more;
      more.kept = 1;
      storage::Change change;
      change.writes.push_back(count_question(asked.source, asked.question, more));
      change.audit.push_back(
          entry_of(standing, asked, &inputs, "answered", Reason::none, AnsweredFrom::cache));
      auto committed = parts_.store.commit(std::move(change));
      if (!committed) return std::move(committed).error();
      return Answer{kept->verdict, AnsweredFrom::cache, kept->answered_at};
    }
  }
  JW_ASSIGN(const Outcome outcome, fly(standing, key, inputs));
  return settle(standing, asked, key, inputs, outcome);
}

// Joins an equal question under way, or asks it and lets others join.
Result<QuestionService::Outcome> QuestionService::fly(const Standing& standing, const AnswerKey& key,
                                                      const Settings& inputs) {
  const Place place(under_way_, limits::questions_under_way);
  if (!place.got()) return Outcome{Verdict::unknown(Reason::busy), parts_.clock.now(), 0};
  Live& live = *standing.live;
  std::shared_ptr<Flight> flight;
  bool leads = false;
  {
    const std::lock_guard lock(live.mutex);
    auto& slot = live.flights[key];
    leads = slot == nullptr;
    if (leads) slot = std::make_shared<Flight>();
    flight = slot;
  }
  if (!leads) {
    std::unique_lock lock(flight->mutex);
    flight->landed.wait(lock, [&] { return flight->outcome.has_value(); });
    return *flight->outcome;
  }
  Result<Outcome> outcome = call(standing, inputs);
  {
    const std::lock_guard lock(live.mutex);
    live.flights.erase(key);
  }
  {
    const std::lock_guard lock(flight->mutex);
    flight->outcome = outcome;
  }
  flight->landed.notify_all();
  return outcome;
}

Result<QuestionService::Outcome> QuestionService::call(const Standing& standing, const Settings& inputs) {
  Live& live = *standing.live;
  const Question& question = *standing.question;
  const auto unknown = [&](Reason why) { return Outcome{Verdict::unknown(why), parts_.clock.now(), 0}; };
  const Place place(live.calls, live.at_once);
  if (!place.got()) return unknown(Reason::busy);
  const auto pass = live.breaker.allow(parts_.clock.monotonic());
  if (pass == Breaker::Pass::none) return unknown(Reason::breaker_open);
  if (!live.rates.at(question.id)->take(parts_.clock.monotonic())) {
    live.breaker.abandoned(pass);
    return Error(ErrorCode::rate_limited, "source.question_too_often")
        .with("question", question.id)
        .with("limit", std::to_string(question.per_minute));
  }
  const Reply reply =
      live.exchange->ask(call_of(question, live.base, inputs, live.secrets), question.timeout);
  Outcome outcome;
  outcome.at = parts_.clock.now();
  outcome.took_ms = reply.took.count();
  outcome.verdict = reply.trouble == Reason::none ? read_reply(question, reply.status, reply.body)
                                                  : Verdict::unknown(reply.trouble);
  if (is_trouble(outcome.verdict.reason)) {
    live.breaker.failed(pass, parts_.clock.monotonic());
  } else {
    live.breaker.succeeded(pass);
  }
  return outcome;
}

// Makes it known before it is told: audit entry, counts, the kept answer, the source's health.
Result<Answer> QuestionService::settle(const Standing& standing, const Asked& asked, const AnswerKey& key,
                                       const Settings& inputs, const Outcome& outcome) {
  const Source& source = standing.source;
  const Reason reason = outcome.verdict.reason;
  const std::int64_t at = to_micros(outcome.at);
  storage::Change change;
  QuestionCounts more;
  if (reason != Reason::none) {
    more.unknown = 1;
    more.last_unknown_at = outcome.at;
    more.last_reason = reason;
    const std::string told = error_to_json(error_of(reason));
    const bool news = !source.last_error || error_to_json(*source.last_error) != told;
    if (is_trouble(reason) && news)
      change.writes.push_back({&sql::source_failed, {source.id.value, at, told}, std::nullopt});
  } else {
    more.answered = 1;
    more.waited_ms = more.last_ms = outcome.took_ms;
    more.last_answered_at = outcome.at;
    change.writes.push_back({&sql::source_answered, {source.id.value, source.version, at}, 1});
    const auto keep = standing.question->purposes.at(asked.purpose);
    Instant expires = outcome.at + keep;
    expires = std::min(expires, parts_.zone.start_of(source.terms.purpose(asked.purpose)->valid_until +
                                                     std::chrono::days{1}));
    if (source.terms.valid_until)
      expires = std::min(expires, parts_.zone.start_of(*source.terms.valid_until + std::chrono::days{1}));
    if (keep.count() > 0) {
      JW_ASSIGN(auto write, keep_answer(parts_, key, {outcome.verdict, outcome.at}, expires));
      change.writes.push_back(std::move(write));
    }
  }
  change.writes.push_back(count_question(source.id, asked.question, more));
  const std::string_view word = reason == Reason::none ? "answered" : "unknown";
  change.audit.push_back(entry_of(standing, asked, &inputs, word, reason, AnsweredFrom::source));
  auto committed = parts_.store.commit(std::move(change));
  if (committed) {
    Answer answer{outcome.verdict, AnsweredFrom::source, std::nullopt};
    if (reason == Reason::none) answer.as_of = outcome.at;
    return answer;
  }
  if (committed.error().code != ErrorCode::conflict) return std::move(committed).error();
  // Its terms or settings were changed while it was under way: what came is told to nobody.
  storage::Change dropped;
  dropped.audit.push_back(entry_of(standing, asked, &inputs, "dropped", Reason::none, AnsweredFrom::source));
  auto told = parts_.store.commit(std::move(dropped));
  if (!told) return std::move(told).error();
  return Error(ErrorCode::conflict, "source.changed_meanwhile").with("source", source.title);
}

Result<AskingView> QuestionService::view(SourceId id) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(const Source source, read_source(*reader, id));
  JW_ASSIGN(const auto counts, read_counts(*reader, id));
  JW_ASSIGN(Declaration declaration, parse_declaration(text_of(source.settings, "questions")));
  AskingView view;
  for (auto& question : declaration.questions) {
    const auto found = counts.find(question.id);
    view.questions.push_back({std::move(question), found == counts.end() ? QuestionCounts() : found->second});
  }
  view.purposes = source.terms.purposes;
  const std::lock_guard lock(mutex_);
  if (const auto found = live_.find(id); found != live_.end() && found->second->made_of == source.version) {
    const auto now = parts_.clock.monotonic();
    view.breaker = found->second->breaker.state(now);
    const auto rest = found->second->breaker.rest(now);
    if (rest.count() > 0)
      view.probe_at = parts_.clock.now() + std::chrono::duration_cast<std::chrono::microseconds>(rest);
  }
  return view;
}

Result<void> QuestionService::greet(const Settings& settings) const {
  JW_ASSIGN(Peer peer, peer_of(parts_.allowed, settings));
  Exchange exchange(std::move(peer));
  const Reply reply = exchange.greet(greeting_time);
  if (reply.trouble != Reason::none) return error_of(reply.trouble);
  return {};
}

Result<std::int64_t> QuestionService::erase_lapsed() const {
  return source::erase_lapsed(parts_);
}

}  // namespace jingwei::source
