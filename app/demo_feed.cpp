#include "app/demo_feed.h"

#include <algorithm>
#include <queue>

#include "base/log.h"
#include "scenario/cross_checks.h"
#include "schema/yaml.h"
#include "sim/people.h"
#include "sim/service_feed.h"

namespace jingwei::app {

namespace {

using schema::YamlNode;

constexpr std::chrono::minutes hop{30};  // of the clock, between looks at what is due
constexpr int settling_rounds = 1'000;
constexpr std::size_t refusals_most = 20;
constexpr std::string_view made_up = "demo:";  // before the role; the hub shows such people by it
constexpr std::string_view resident = "demo:resident";

sim::MadeValue value_of(const YamlNode& node) {
  sim::MadeValue made;
  if (const YamlNode* pick = node.find("pick")) {
    for (const auto& pair : pick->pairs)
      made.pick.emplace_back(pair.key.scalar, schema::yaml_number(pair.value).value_or(1));
  }
  for (const YamlNode* text : scenario::scalars_of(node.find("say"))) made.say.push_back(text->scalar);
  made.from = scenario::text_of(node, "from");
  if (const YamlNode* bounds = node.find("between"); bounds != nullptr && bounds->items.size() == 2) {
    made.least = schema::yaml_number(bounds->items[0]).value_or(0);
    made.most = schema::yaml_number(bounds->items[1]).value_or(0);
  }
  return made;
}

std::map<std::string, sim::MadeValue> values_of(const YamlNode* node) {
  std::map<std::string, sim::MadeValue> all;
  if (node == nullptr) return all;
  for (const auto& pair : node->pairs) all.emplace(pair.key.scalar, value_of(pair.value));
  return all;
}

sim::ServiceFeed feed_of(const YamlNode& node, const std::string& id) {
  sim::ServiceFeed feed;
  feed.id = id;
  feed.per_10000_a_day = schema::yaml_number(*node.find("per_10000_a_day")).value_or(1);
  if (const YamlNode* hours = node.find("hours")) {
    feed.from_hour = static_cast<int>(schema::yaml_integer(hours->items[0]).value_or(0));
    feed.to_hour = static_cast<int>(schema::yaml_integer(hours->items[1]).value_or(24));
  }
  feed.fields = values_of(node.find("fields"));
  if (const YamlNode* steps = node.find("steps")) {
    for (const auto& step : steps->items) {
      const YamlNode* share = step.find("share");
      feed.steps.push_back(
          {scenario::text_of(step, "do"), scenario::text_of(step, "as"),
           share == nullptr ? 1.0 : schema::yaml_number(*share).value_or(1),
           std::chrono::minutes{scenario::minutes_of(scenario::text_of(step, "after"), false)},
           values_of(step.find("with"))});
    }
  }
  return feed;
}

// The pictures of a feed: of its cases, and of its steps by what they do. Each list has those of which one
// comes along; they belong to the shelf.
struct FeedPictures {
  std::vector<const std::string*> cases;
  std::map<std::string, std::vector<const std::string*>> steps;  // by action
};

FeedPictures pictures_of(const YamlNode& feed, const scenario::Package& package) {
  const auto of = [&](const YamlNode& node) {
    std::vector<const std::string*> found;
    for (const YamlNode* name : scenario::scalars_of(node.find("photos"))) {
      if (const auto file = package.files.find(name->scalar); file != package.files.end())
        found.push_back(&file->second);
    }
    return found;
  };
  FeedPictures pictures;
  pictures.cases = of(feed);
  if (const YamlNode* steps = feed.find("steps")) {
    for (const auto& step : steps->items) {
      if (auto found = of(step); !found.empty())
        pictures.steps[scenario::text_of(step, "do")] = std::move(found);
    }
  }
  return pictures;
}

std::vector<std::string> grids_of(Hub& hub) {
  std::vector<std::string> grids;
  const auto tree = hub.regions().tree();
  const region::Node own = tree->find(hub.settings().region);
  if (own == region::no_node) return grids;
  const region::Interval below = tree->subtree(own);
  for (region::Node node = below.begin; node < below.end; ++node) {
    if (tree->level(node) == region::Level::grid) grids.emplace_back(tree->code(node));
  }
  return grids;
}

// Somewhere in a grid, the same with each run: around its middle, as long as that lies in it.
std::optional<region::Position> spot_in(Hub& hub, const std::string& grid, std::int64_t number) {
  constexpr double step_degrees = 0.0004;
  constexpr std::int64_t places = 7;
  const auto tree = hub.regions().tree();
  const region::Node node = tree->find(grid);
  const auto middle = node == region::no_node ? std::nullopt : tree->center(node);
  if (!middle) return std::nullopt;
  region::Position at = *middle;
  at.longitude += static_cast<double>(number * 3 % places - places / 2) * step_degrees;
  at.latitude += static_cast<double>(number * 5 % places - places / 2) * step_degrees;
  return tree->locate(at) == node ? at : *middle;
}

bool leads_on(const cases::Found& found, const std::string& action) {
  const cases::Process& process = found.declared->process;
  const cases::State* state = process.state(found.one.state);
  const cases::Transition* transition = process.transition(action);
  if (state == nullptr || transition == nullptr) return false;
  const auto out = cases::transitions_from(process, *state);
  return std::find(out.begin(), out.end(), transition) != out.end();
}

// All that happens, by time.
class Player {
 public:
  Player(Hub& hub, FeedClock* clock) : hub_(hub), clock_(clock) {
    if (clock_ != nullptr) looked_at_ = clock_->now();
  }

  // `feed` and `pictures` stay until run() has ended.
  void add(const sim::ServiceFeed& feed, const FeedPictures& pictures, std::vector<sim::MadeForm> forms) {
    for (auto& form : forms) {
      const sim::LocalMinute at = form.at();
      stories_.push_back({&feed, &pictures, std::move(form), 0, {}, at});
      turns_.push({at, stories_.size() - 1});
    }
  }

  Result<void> run() {
    while (!turns_.empty()) {
      const auto [at, index] = turns_.top();
      turns_.pop();
      if (clock_ != nullptr) {
        const Instant instant = instant_of(at);
        // Whatever follows on it comes later still.
        if (instant > clock_->real_now()) continue;
        JW_TRY(turn_to(instant));
      }
      JW_TRY(go_on(index, at));
    }
    return clock_ == nullptr ? Result<void>() : turn_to(clock_->real_now());
  }

  FeedOutcome& outcome() { return outcome_; }

  // The same moment on the hub's clock.
  Instant instant_of(sim::LocalMinute at) const {
    const Day day = std::chrono::floor<std::chrono::days>(at);
    return hub_.zone().start_of(day) + (at - sim::LocalMinute(day));
  }

 private:
  // A form and what becomes of it.
  struct Story {
    const sim::ServiceFeed* feed = nullptr;
    const FeedPictures* pictures = nullptr;
    sim::MadeForm form;
    std::size_t next = 0;  // of its steps
    cases::CaseId id;
    sim::LocalMinute last;  // when something was done
  };
  using Turn = std::pair<sim::LocalMinute, std::size_t>;

  Result<void> turn_to(Instant at) {
    while (looked_at_ + hop <= at) {
      looked_at_ += hop;
      clock_->turn_to(looked_at_);
      for (int round = 0; round < settling_rounds; ++round) {
        JW_ASSIGN(const std::size_t done, hub_.cases().step());
        if (done == 0) break;
      }
    }
    clock_->turn_to(at);
    return {};
  }

  Result<void> go_on(std::size_t index, sim::LocalMinute at) {
    Story& story = stories_[index];
    if (!story.id) {
      if (!open(story)) return {};
    } else {
      JW_TRY(step(story, at));
    }
    if (story.next == story.form.steps.size()) return {};
    const auto due = std::max(at, story.last + story.form.steps[story.next].after);
    turns_.push({sim::within_hours(*story.feed, due), index});
    return {};
  }

  bool open(Story& story) {
    auto& work = hub_.cases().work();
    const auto declared = hub_.cases().book().find(story.feed->id, true);
    if (!declared) return refused(story, "open", declared.error());
    // Where not everybody may, the first of those who may.
    const auto& by = (*declared)->process.report_by;
    const bool anyone = std::find(by.begin(), by.end(), cases::word_anyone) != by.end();
    const std::string reporter =
        anyone || by.empty() ? std::string(resident) : std::string(made_up) + by.front();
    cases::NewCase wanted;
    wanted.form = story.form.values;
    wanted.region = story.form.grid;
    if (const auto at = spot_in(hub_, story.form.grid, outcome_.opened)) {
      wanted.longitude = at->longitude;
      wanted.latitude = at->latitude;
    }
    const auto photos = send(story.pictures->cases, reporter);
    if (!photos) return refused(story, "open", photos.error());
    wanted.photos = *photos;
    const auto opened = work.open(story.feed->id, wanted, view(reporter), {reporter, {}, Language::zh});
    if (!opened) return refused(story, "open", opened.error());
    story.id = opened->one.id;
    ++outcome_.opened;
    return true;
  }

  // The story's next step; one that does not lead on from here is passed over, what is refused ends it.
  Result<void> step(Story& story, sim::LocalMinute at) {
    auto& work = hub_.cases().work();
    const auto everything = hub_.cases().view(nullptr, "cli", "");
    JW_ASSIGN(auto found, work.find(story.id, everything));
    // What was due before this comes before this.
    if (found.one.wake_at && *found.one.wake_at <= hub_.clock().now()) {
      JW_TRY(work.wake(story.id));
      JW_ASSIGN(found, work.find(story.id, everything));
    }
    const sim::MadeStep& made = story.form.steps[story.next++];
    if (!leads_on(found, made.action)) return {};
    const std::string actor = actor_of(made.as, found.one);
    cases::ActionRequest action;
    action.action = made.action;
    action.version = found.one.version;
    action.inputs = made.with;
    if (const auto along = story.pictures->steps.find(made.action); along != story.pictures->steps.end()) {
      JW_ASSIGN(action.photos, send(along->second, actor));
    }
    const auto done = work.act(story.id, action, view(actor), {actor, {}, Language::zh});
    if (!done) {
      // Whose deadline has passed meanwhile stands with those above, out of the sight of whoever had it.
      const bool gone = done.error().code == ErrorCode::not_found && found.one.escalated > 0;
      if (!gone) refused(story, made.action, done.error());
      story.next = story.form.steps.size();
      return {};
    }
    story.last = at;
    ++outcome_.steps;
    ++outcome_.taken[story.feed->id + " " + made.action];
    return {};
  }

  // One of them in turn, as a phone sends it before the case or the step that names it.
  Result<std::vector<cases::PhotoId>> send(const std::vector<const std::string*>& pictures,
                                           const std::string& actor) {
    std::vector<cases::PhotoId> ids;
    if (pictures.empty()) return ids;
    const std::string& bytes = *pictures[sent_++ % pictures.size()];
    JW_ASSIGN(const auto photo,
              hub_.cases().photos().send(bytes, {}, view(actor), {actor, {}, Language::zh}));
    ids.push_back(photo.id);
    return ids;
  }

  static std::string actor_of(const std::string& word, const cases::Case& one) {
    if (word == cases::word_reporter) return one.reporter;
    if (word == cases::word_assignee && !one.assignee.empty()) return one.assignee;
    return std::string(made_up) + word;
  }

  // As a made-up person with the role that their name says, everywhere in the city.
  cases::CaseView view(const std::string& actor) {
    auto& caller = people_[actor];
    if (!caller) {
      std::vector<access::Grant> grants;
      const bool made = actor.starts_with(made_up);
      if (auto role = made ? hub_.identity().roles().find(actor.substr(made_up.size())) : nullptr) {
        const auto tree = hub_.regions().tree();
        access::Grant grant;
        grant.id = 1;
        grant.role = std::move(role);
        grant.region = tree->id(tree->find(hub_.settings().region));
        grant.whole_area = true;
        grants.push_back(std::move(grant));
      }
      caller = std::make_shared<access::Caller>(actor, std::move(grants));
    }
    return hub_.cases().view(caller, actor, "");
  }

  bool refused(const Story& story, const std::string& action, const Error& error) {
    ++outcome_.refused;
    if (outcome_.refusals.size() < refusals_most)
      outcome_.refusals.push_back(story.feed->id + " " + action + ": " + error.to_log());
    return false;
  }

  Hub& hub_;
  FeedClock* clock_;
  Instant looked_at_{};
  std::vector<Story> stories_;
  std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns_;
  std::map<std::string, std::shared_ptr<const access::Caller>> people_;
  std::size_t sent_ = 0;  // pictures
  FeedOutcome outcome_;
};

// The records of one feed, as one file that its department sends.
Result<void> load_records(Hub& hub, const sim::ServiceFeed& feed, const std::vector<sim::MadeForm>& forms,
                          FeedOutcome& outcome) {
  if (forms.empty()) return {};
  const auto line = [](const auto& values, const auto& text) {
    std::string row;
    for (const auto& pair : values) {
      std::string cell = text(pair);
      for (std::size_t at = cell.find('"'); at != std::string::npos; at = cell.find('"', at + 2))
        cell.insert(at, "\"");
      row += (row.empty() ? "\"" : ",\"") + cell + "\"";
    }
    return row + "\n";
  };
  std::string rows = line(feed.fields, [](const auto& pair) { return pair.first; });
  for (const auto& form : forms) rows += line(form.values, [](const auto& pair) { return pair.second; });
  const std::string name = feed.id + ".synthetic.csv";
  const std::string path = hub.data_folder() + "/" + name;
  JW_TRY(write_text_durably(real_file_system(), path, rows));
  JW_ASSIGN(const auto submitted, hub.ingest().submit(feed.id, path, name, {"cli", std::nullopt}));
  JW_TRY(hub.ingest().load(submitted.batch.id));
  static_cast<void>(real_file_system().remove(path));
  JW_ASSIGN(const auto loaded, hub.ingest().find_batch(submitted.batch.id));
  outcome.records += loaded.batch.counts.accepted;
  if (loaded.batch.counts.refused == 0) return {};
  outcome.refused += loaded.batch.counts.refused;
  if (outcome.refusals.size() < refusals_most)
    outcome.refusals.push_back(feed.id + ": " + std::to_string(loaded.batch.counts.refused) + " rows");
  return {};
}

}  // namespace

void FeedClock::turn_to(Instant instant) {
  const std::int64_t behind = std::max<std::int64_t>(0, (real_.now() - instant).count());
  std::int64_t stood = behind_us_.load();
  while (behind < stood && !behind_us_.compare_exchange_weak(stood, behind)) {
  }
}

Result<FeedOutcome> feed_services(Hub& hub, const FeedPlan& plan) {
  sim::FeedCity city;
  city.people = plan.people;
  city.grids = grids_of(hub);
  city.last_day = plan.clock == nullptr ? sim::city_today : hub.zone().day_of(plan.clock->real_now());
  city.days = plan.days;
  city.seed = plan.seed;
  if (city.grids.empty())
    return Error(ErrorCode::invalid, "app.feed_no_grids").with("region", hub.settings().region);
  const auto shelf = hub.scenarios().shelf();
  std::vector<std::unique_ptr<sim::ServiceFeed>> feeds;  // stay where they are: stories point to them
  std::vector<std::pair<const sim::ServiceFeed*, std::vector<sim::MadeForm>>> records;
  std::vector<std::unique_ptr<FeedPictures>> pictures;  // as the feeds
  std::map<std::string, int> numbers;
  Player player(hub, plan.clock);
  for (const auto& package : shelf->packages()) {
    for (const auto& node : package.list("city.yaml", "feed")) {
      const bool of_process = node.find("process") != nullptr;
      const std::string id = scenario::text_of(node, of_process ? "process" : "resource");
      feeds.push_back(std::make_unique<sim::ServiceFeed>(feed_of(node, id)));
      sim::ServiceFeed& feed = *feeds.back();
      feed.number = numbers[id]++;
      auto forms = sim::make_forms(feed, city);
      if (of_process) {
        pictures.push_back(std::make_unique<FeedPictures>(pictures_of(node, shelf->source_of(package.id))));
        player.add(feed, *pictures.back(), std::move(forms));
        continue;
      }
      if (plan.clock != nullptr)
        std::erase_if(forms, [&](const sim::MadeForm& form) {
          return player.instant_of(form.at()) > plan.clock->real_now();
        });
      records.emplace_back(&feed, std::move(forms));
    }
  }
  JW_TRY(player.run());
  // Afterwards: until then their days may lie ahead of the hub's.
  for (const auto& [feed, forms] : records) JW_TRY(load_records(hub, *feed, forms, player.outcome()));
  for (const auto& refusal : player.outcome().refusals) log::warn("app.feed_refused", {{"fault", refusal}});
  return std::move(player.outcome());
}

}  // namespace jingwei::app
