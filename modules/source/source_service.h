// Sources (来源): ways in which data come by themselves (watched folders, MQTT, pulls from databases),
// supervised.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "modules/source/asking/outgoing.h"
#include "modules/source/asking/question_service.h"
#include "modules/source/leavings.h"
#include "modules/source/parts.h"
#include "modules/source/schedule.h"
#include "storage/timer_runner.h"

namespace jingwei::source {

enum class Health : std::uint8_t {
  well,
  waiting,  // nothing has come yet
  failing,  // the last look or run went wrong
  paused,
  stopped,  // its terms have lapsed or were revoked: nothing is taken
};
std::string_view name_of(Health health);

struct SourceView {
  Source source;
  Health health = Health::waiting;
  std::optional<Error> stopped;                     // by its terms
  std::optional<std::chrono::seconds> since_taken;  // how long ago something was last taken
};

struct NewSource {
  Kind kind = Kind::folder;
  std::string title;
  std::string resource;
  std::string department;  // whose it is, where it has no resource
  Settings settings;
  Settings secrets;  // never given back
  std::string schedule;
  Terms terms;
};

// Whose a program is: of a department that provides data, or of somebody outside.
enum class Owned : std::uint8_t { by_a_provider, by_others };

inline constexpr std::string_view due_timer = "source.due";

// Thread-safe. Every write names its actor in the audit log.
class SourceService {
 public:
  explicit SourceService(SourceParts parts);
  ~SourceService();

  // Errors: not_found (resource), invalid with one cause per setting at fault, denied (not allowed by the
  // hub's settings, with how to allow it), exhausted "source.too_many".
  Result<SourceView> add(NewSource source, const std::string& actor);
  // Replaces all but kind and resource; secrets that are not given stay as they are.
  Result<SourceView> edit(SourceId id, NewSource source, const std::string& actor);
  Result<SourceView> find(SourceId id) const;
  Result<std::vector<SourceView>> list() const;
  Result<SourceView> pause(SourceId id, const std::string& actor);
  Result<SourceView> resume(SourceId id, const std::string& actor);
  // Ends the terms for good: nothing more is taken.
  Result<SourceView> revoke(SourceId id, const std::string& why, const std::string& actor);
  // Its runs and what it brought stay; it takes nothing more.
  Result<void> remove(SourceId id, const std::string& actor);
  // A pull is wanted now; folders and brokers are looked at at once.
  Result<SourceView> run_now(SourceId id, const std::string& actor);
  // Newest first; none `before` means from the newest.
  Result<std::vector<Run>> list_runs(SourceId id, RunId before, std::size_t most) const;
  // Whether what it names can be reached. Takes nothing. Errors: what would stand in its way.
  Result<Trial> try_out(NewSource source) const;
  Result<Trial> try_out(SourceId id) const;

  // What they hold beside records.
  const Leavings& leavings() const { return leavings_; }
  // Pauses all sources that bring rows of the resource.
  Result<void> silence(const std::string& resource, const std::string& actor);

  // Whether a program may supply a resource now: the terms that name its account there have to be signed and
  // to stand, of several those of one. Without any it may not, unless it is one of a department's own, which
  // provides data itself. Read anew each time. Errors: denied "source.program_without_terms",
  // "source.program_not_signed"; conflict "source.paused"; those of Terms::check; the store's.
  Result<void> check_supply(std::int64_t account, const std::string& resource, Owned owned) const;

  // Asking the sources that give no copies.
  QuestionService& questions() { return questions_; }

  // Before the runner starts: schedules come as its timers.
  void on_timers(storage::TimerRunner& timers);

  // Looks at the sources on threads of its own until stop().
  void start(int threads);
  void stop();
  // One round over all sources that are due, on the caller's thread. True when something was taken.
  bool step();

  const SourceParts& parts() const { return parts_; }

 private:
  struct Live {
    Source source;
    std::unique_ptr<Intake> intake;
    std::int64_t made_of = 0;  // version of the source it was made of
    std::chrono::nanoseconds next_look{0};
    std::chrono::nanoseconds leased{0};
    bool busy = false;
    bool gone = false;
  };

  Result<Source> read_one(SourceId id) const;
  SourceView view_of(Source source) const;
  Result<void> check(NewSource& source) const;
  Result<SourceView> change(SourceId id, const std::string& actor, const std::string& event,
                            const std::string& detail, const std::function<Result<void>(Source&)>& how);
  Result<storage::Change> timer_fell(const storage::Timer& timer);

  void run();
  bool refresh();
  std::shared_ptr<Live> next_live(bool& hinted);
  bool look_at(Live& live);
  Result<bool> look_once(Live& live);
  void tell(const Source& source, const Error& why);
  void sweep();
  void wake_all();

  SourceParts parts_;
  Leavings leavings_{parts_};
  QuestionService questions_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<SourceId, std::shared_ptr<Live>> live_;
  std::chrono::nanoseconds refreshed_{0};
  std::chrono::nanoseconds swept_{0};
  bool stale_ = true;
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> threads_;
};

}  // namespace jingwei::source
