#include "modules/quality/quality_service.h"

#include "modules/quality/day_counts.h"

namespace jingwei::quality {

namespace {

Result<Standing> one_of(std::vector<Standing>& all, const std::string& id, const char* absent) {
  for (auto& one : all) {
    if (one.id == id) return std::move(one);
  }
  return Error(ErrorCode::not_found, absent).with("id", id);
}

}  // namespace

struct QualityService::Following {
  explicit Following(const QualityParts& parts)
      : counts(parts.catalog, parts.store, parts.clock, parts.zone),
        runner(parts.store, parts.clock, counts, parts.owner) {}

  DayCounts counts;
  storage::FeedRunner runner;
};

QualityService::QualityService(QualityParts parts)
    : parts_(std::move(parts)),
      objections_(std::make_unique<Objections>(ObjectionParts{
          parts_.store, parts_.catalog, parts_.ingest, parts_.sealer, parts_.clock, parts_.answer_time})),
      following_(std::make_unique<Following>(parts_)) {}

QualityService::~QualityService() = default;

Result<Board> QualityService::board(int days) const {
  const Day today = parts_.zone.day_of(parts_.clock.now());
  return read_board(parts_.catalog, parts_.store, parts_.clock, parts_.zone,
                    today - std::chrono::days{days - 1}, today);
}

Result<Standing> QualityService::resource(const std::string& id, int days) const {
  JW_ASSIGN(Board all, board(days));
  return one_of(all.resources, id, "quality.no_resource");
}

Result<Standing> QualityService::provider(const std::string& id, int days) const {
  JW_ASSIGN(Board all, board(days));
  return one_of(all.providers, id, "quality.no_provider");
}

Result<std::map<std::string, Instant>> QualityService::receipts() const {
  JW_ASSIGN(auto reader, parts_.store.read());
  return read_receipts(*reader);
}

void QualityService::on_timers(storage::TimerRunner& timers) {
  objections_->on_timers(timers);
}

void QualityService::start() {
  following_->runner.start();
}

void QualityService::stop() {
  following_->runner.stop();
}

Result<std::size_t> QualityService::step() {
  return following_->runner.step();
}

}  // namespace jingwei::quality
