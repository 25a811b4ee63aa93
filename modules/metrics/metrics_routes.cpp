#include "modules/metrics/metrics_routes.h"

#include "modules/ingest/ingest_json.h"
#include "modules/metrics/api.gen.h"
#include "modules/metrics/cockpit_json.h"

namespace jingwei::metrics {

using http::problem;

namespace {

constexpr std::chrono::milliseconds push_interval{200};

}  // namespace

class MetricsRoutes::Handlers final : public api::Operations {
 public:
  Handlers(MetricsService& metrics, const region::Regions& regions, ingest::IngestService& ingest,
           std::string hub_region)
      : metrics_(metrics),
        regions_(regions),
        hub_region_(std::move(hub_region)),
        pushed_(std::make_shared<Pushed>()) {
    metrics.on_change([pushed = pushed_] { pushed->mark_figures(); });
    ingest.on_progress([pushed = pushed_, &catalog = ingest.parts().catalog](const ingest::BatchView& view) {
      pushed->add_batch(view, catalog);
    });
  }

  ~Handlers() override { stop(); }

  http::Response get_cockpit(const http::Request& http, const api::GetCockpit& in) override {
    const auto tree = regions_.tree();
    const auto node = find(*tree, in.region, http);
    if (!node) return problem(node.error(), http.language);
    const Breadth breadth = breadth_of(http, *tree, *node);
    const RegionFigures figures = figures_of(tree->id(*node), breadth);
    return http::Response::json(cockpit_json(metrics_, *tree, *node, figures, breadth, http.language));
  }

  Result<void> check_follow_cockpit(const http::Request& http, const api::FollowCockpit& in) override {
    const auto node = find(*regions_.tree(), in.region, http);
    return node ? Result<void>() : Result<void>(node.error());
  }

  void follow_cockpit(const http::Request& http, const api::FollowCockpit& in,
                      std::shared_ptr<http::EventStream> stream) override {
    const auto tree = regions_.tree();
    const auto node = find(*tree, in.region, http);
    if (!node) return stream->close();
    const RegionId region = tree->id(*node);
    const Breadth breadth = breadth_of(http, *tree, *node);
    const auto seen =
        metrics_.mark(region);  // before the figures: what changes in between is sent again, never missed
    stream->send("cockpit", cockpit_update_json(metrics_, *tree, figures_of(region, breadth), http.language));
    pushed_->join({region, breadth, sees_batches(http), http.language, std::move(stream), seen});
  }

  http::Response list_metrics(const http::Request& http, const api::ListMetrics&) override {
    return http::Response::json(metric_list_json(metrics_, http.language));
  }

  http::Response get_series(const http::Request& http, const api::GetSeries& in) override {
    const auto tree = regions_.tree();
    const auto node = find(*tree, in.region, http);
    if (!node) return problem(node.error(), http.language);
    const auto metric = metrics_.find(in.metric);
    if (!metric) return problem(metric.error(), http.language);
    if (!is_public(metrics_.metrics()[*metric]) && breadth_of(http, *tree, *node) == Breadth::open)
      return problem(
          Error(ErrorCode::denied, "metrics.elsewhere").with("region", std::string(tree->name(*node))),
          http.language);
    const Day from = in.from.value_or(Day{std::chrono::days{-1'000'000}});
    const Day to = in.to.value_or(Day{std::chrono::days{1'000'000}});
    const auto values = metrics_.series(*metric, tree->id(*node), from, to);
    return http::Response::json(
        series_json(metrics_.metrics()[*metric], *tree, *node, values, http.language));
  }

  void start() {
    thread_ = std::thread([this] { run(); });
  }

  void stop() {
    pushed_->stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  struct Watcher {
    RegionId region;
    Breadth breadth;
    bool batches;  // is told of those of all departments
    Language language;
    std::shared_ptr<http::EventStream> stream;
    MetricsService::Mark seen;
  };

  // What waits to be pushed, shared with the services' callbacks, which may outlive the handlers.
  struct Pushed {
    std::mutex mutex;
    std::condition_variable changed;
    bool figures_changed = false;
    bool stopping = false;
    std::vector<Watcher> watchers;
    std::map<BatchId, std::array<std::string, 2>> batches;  // latest state by language

    void mark_figures() {
      const std::lock_guard lock(mutex);
      figures_changed = true;
      changed.notify_all();
    }
    void add_batch(const ingest::BatchView& view, const catalog::Catalog& catalog) {
      const std::lock_guard lock(mutex);
      if (watchers.empty()) return;
      for (const Language language : {Language::zh, Language::en}) {
        batches[view.batch.id][static_cast<std::size_t>(language)] =
            ingest::batch_json(view, catalog, language);
      }
      changed.notify_all();
    }
    void join(Watcher watcher) {
      const std::lock_guard lock(mutex);
      watchers.push_back(std::move(watcher));
      figures_changed = true;  // whatever changed between its first figures and now
      changed.notify_all();
    }
    void stop() {
      const std::lock_guard lock(mutex);
      stopping = true;
      changed.notify_all();
    }
  };

  static bool is_public(const MetricInfo& info) { return info.resource->sharing == catalog::Sharing::open; }

  // Counts belong to a region as records do: a grant shows those of its region and of all below it.
  Breadth breadth_of(const http::Request& http, const region::Tree& tree, region::Node node) const {
    if (!http.caller || http.caller->is_local()) return Breadth::all;
    const Instant now = metrics_.clock().now();
    for (const auto& grant : http.caller->grants()) {
      if (!grant.in_force(now) || !grant.role->holds("metrics.read")) continue;
      const region::Node own = tree.find(grant.region);
      if (grant.whole_area || (own != region::no_node && tree.contains(own, node))) return Breadth::all;
    }
    return Breadth::open;
  }

  // A batch names its file and why rows were refused, and belongs to a department, not to a region.
  bool sees_batches(const http::Request& http) const {
    if (!http.caller || http.caller->is_local()) return true;
    const auto& grants = http.caller->grants();
    return std::any_of(grants.begin(), grants.end(), [&](const access::Grant& grant) {
      return grant.in_force(metrics_.clock().now()) && grant.role->holds("metrics.read") &&
             grant.whole_area && grant.department.empty();
    });
  }

  RegionFigures figures_of(RegionId region, Breadth breadth) const {
    RegionFigures figures = metrics_.figures(region);
    if (breadth == Breadth::all) return figures;
    RegionFigures open = figures;
    open.figures.clear();
    open.quality.clear();
    for (auto& child : open.children) child.totals.clear();
    for (std::size_t at = 0; at < figures.figures.size(); ++at) {
      if (!is_public(metrics_.metrics()[figures.figures[at].metric])) continue;
      open.figures.push_back(std::move(figures.figures[at]));
      for (std::size_t child = 0; child < open.children.size(); ++child)
        open.children[child].totals.push_back(figures.children[child].totals[at]);
    }
    return open;
  }

  // Where somebody begins who names no region: the hub's, or that of their first grant.
  std::string own_region(const http::Request& http, const region::Tree& tree) const {
    if (!http.caller || http.caller->is_local()) return hub_region_;
    const Instant now = metrics_.clock().now();
    std::string first;
    for (const auto& grant : http.caller->grants()) {
      if (!grant.in_force(now) || !grant.role->holds("metrics.read")) continue;
      if (grant.whole_area) return hub_region_;
      const region::Node own = tree.find(grant.region);
      if (first.empty() && own != region::no_node) first = tree.code(own);
    }
    return first.empty() ? hub_region_ : first;
  }

  Result<region::Node> find(const region::Tree& tree, const std::optional<std::string>& code,
                            const http::Request& http) const {
    const std::string wanted = code ? *code : own_region(http, tree);
    const auto resolution = tree.resolve(wanted);
    if (resolution.node == region::no_node) {
      return Error(ErrorCode::not_found, "region.not_found").with("code", wanted).at("region");
    }
    return resolution.node;
  }

  void run() {
    for (;;) {
      std::map<BatchId, std::array<std::string, 2>> batches;
      std::vector<Watcher> watchers;
      {
        std::unique_lock lock(pushed_->mutex);
        pushed_->changed.wait(
            lock, [&] { return pushed_->stopping || pushed_->figures_changed || !pushed_->batches.empty(); });
        if (pushed_->stopping) return;
        pushed_->figures_changed = false;
        batches.swap(pushed_->batches);
        std::erase_if(pushed_->watchers, [](const Watcher& watcher) { return !watcher.stream->open(); });
        watchers = pushed_->watchers;
      }
      push(batches, watchers);
      std::unique_lock lock(pushed_->mutex);
      for (auto& watcher : pushed_->watchers) {
        for (const auto& sent : watchers) {
          if (sent.stream == watcher.stream) watcher.seen = sent.seen;
        }
      }
      pushed_->changed.wait_for(lock, push_interval, [&] { return pushed_->stopping; });
    }
  }

  // Figures are made once for all streams of one region and language.
  void push(const std::map<BatchId, std::array<std::string, 2>>& batches,
            std::vector<Watcher>& watchers) const {
    const auto tree = regions_.tree();
    std::map<std::tuple<RegionId, Breadth, Language>, std::string> updates;
    for (auto& watcher : watchers) {
      for (const auto& [id, texts] : batches) {
        if (watcher.batches) watcher.stream->send("batch", texts[static_cast<std::size_t>(watcher.language)]);
      }
      const auto mark = metrics_.mark(watcher.region);
      if (mark == watcher.seen) continue;
      watcher.seen = mark;
      std::string& update = updates[{watcher.region, watcher.breadth, watcher.language}];
      if (update.empty())
        update = cockpit_update_json(metrics_, *tree, figures_of(watcher.region, watcher.breadth),
                                     watcher.language);
      watcher.stream->send("cockpit", update);
    }
  }

  MetricsService& metrics_;
  const region::Regions& regions_;
  std::string hub_region_;
  std::shared_ptr<Pushed> pushed_;
  std::thread thread_;
};

MetricsRoutes::MetricsRoutes(MetricsService& metrics, const region::Regions& regions,
                             ingest::IngestService& ingest, std::string hub_region)
    : handlers_(std::make_unique<Handlers>(metrics, regions, ingest, std::move(hub_region))) {}

MetricsRoutes::~MetricsRoutes() = default;

std::vector<http::Route> MetricsRoutes::routes() {
  return api::routes(*handlers_);
}
void MetricsRoutes::start() {
  handlers_->start();
}
void MetricsRoutes::stop() {
  handlers_->stop();
}

}  // namespace jingwei::metrics
