#include "modules/source/kinds/pull_intake.h"

#include "base/json.h"
#include "base/text.h"
#include "modules/source/handover.h"
#include "modules/source/kinds/rows.h"
#include "modules/source/kinds/settings.h"
#include "modules/source/sql.gen.h"
#include "storage/digest.h"

namespace jingwei::source {

namespace {

constexpr std::chrono::milliseconds looks_apart{1'000};
constexpr std::size_t rows_between_renewals = 10'000;
constexpr std::size_t written_at_once = 1 << 20;

// Appends to a file in large pieces and knows a digest of all that was written: a chain over the pieces,
// which begin and end at the same bytes for the same rows.
class LinesFile {
 public:
  static Result<LinesFile> create(FileSystem& files, const std::string& path) {
    LinesFile lines;
    JW_ASSIGN(lines.file_, files.open(path, OpenMode::create));
    return lines;
  }
  Result<void> add(std::string_view line) {
    waiting_ += line;
    waiting_ += '\n';
    if (waiting_.size() < written_at_once) return {};
    return flush();
  }
  Result<void> flush() {
    if (waiting_.empty()) return {};
    if (at_ + waiting_.size() > limits::upload_bytes) {
      return Error(ErrorCode::too_large, "source.pull_too_large")
          .with("limit", std::to_string(limits::upload_bytes));
    }
    JW_TRY(file_->write(at_, std::as_bytes(std::span(waiting_))));
    at_ += waiting_.size();
    digest_ = storage::sha256_hex(digest_ + storage::sha256(waiting_));
    waiting_.clear();
    return {};
  }
  const std::string& digest() const { return digest_; }

 private:
  std::unique_ptr<File> file_;
  std::string waiting_;
  std::string digest_;
  std::uint64_t at_ = 0;
};

std::string line_of(const std::vector<std::string>& columns,
                    const std::vector<std::optional<std::string>>& cells) {
  std::string line = "{";
  for (std::size_t at = 0; at < columns.size(); ++at) {
    if (!cells[at]) continue;
    if (line.size() > 1) line += ',';
    append_json_string(line, columns[at]);
    line += ':';
    append_json_string(line, *cells[at]);
  }
  return line + '}';
}

class PullIntake final : public Intake {
 public:
  explicit PullIntake(const SourceParts& parts) : parts_(parts) {}
  std::chrono::milliseconds rhythm() const override { return looks_apart; }

  Result<bool> look(const Source& source, const std::function<bool()>& alive) override {
    if (!source.wanted_at) return false;
    const std::string path = fresh_upload(parts_, source.resource);
    auto done = pull(source, path, alive);
    // Handed over it has gone from there; otherwise nobody will read it.
    if (const auto left = parts_.files.exists(path); left.ok() && *left)
      static_cast<void>(parts_.files.remove(path));
    if (done || done.error().code == ErrorCode::cancelled) return done;
    JW_TRY(tell_failure(source, done.error()));
    return done;
  }

 private:
  struct Pulled {
    std::int64_t rows = 0;
    std::string watermark;
    std::string digest;
  };

  Result<bool> pull(const Source& source, const std::string& path, const std::function<bool()>& alive) {
    JW_ASSIGN(const Pulled pulled, write_rows(source, path, alive));
    Load load;
    JW_ASSIGN(load.run, fresh_run(parts_));
    load.source = source.id;
    load.resource = source.resource;
    load.path = path;
    load.filename = std::string(name_of(source.kind)) + "-" + source.id.to_string() + "-" +
                    load.run.to_string() + ".jsonl";
    load.detail = load.filename;
    load.items = pulled.rows;
    load.identity = "source:" + source.id.to_string() + ":" + load.run.to_string();
    const storage::Write moved = {
        &sql::move_watermark,
        {source.id.value, source.watermark, pulled.watermark, pulled.digest, to_micros(*source.wanted_at)},
        1};
    if (pulled.rows == 0 || pulled.digest == source.last_content) {
      return tell_nothing(source, load, moved);
    }
    load.writes.push_back(moved);
    JW_ASSIGN(const Run run, hand_over(parts_, std::move(load)));
    return run.outcome == Outcome::loading;
  }

  Result<Pulled> write_rows(const Source& source, const std::string& path,
                            const std::function<bool()>& alive) {
    JW_ASSIGN(const Settings settings, opened_settings(parts_, source));
    JW_ASSIGN(auto rows, open_pull({source.kind, settings, source.watermark}));
    const std::string mark = text::lower_ascii(text_of(settings, "watermark"));
    std::optional<std::size_t> mark_column;
    for (std::size_t at = 0; at < rows->columns().size(); ++at) {
      if (!mark.empty() && text::lower_ascii(rows->columns()[at]) == mark) mark_column = at;
    }
    JW_ASSIGN(auto file, LinesFile::create(parts_.files, path));
    Pulled pulled;
    pulled.watermark = source.watermark;
    std::vector<std::optional<std::string>> cells;
    for (;;) {
      JW_ASSIGN(const bool more, rows->next(cells));
      if (!more) break;
      for (auto& cell : cells) {
        if (cell && !text::is_utf8(*cell)) return Error(ErrorCode::invalid, "source.rows_not_utf8");
      }
      ++pulled.rows;
      if (mark_column && cells[*mark_column])
        pulled.watermark = std::string(1, rows->type_of(*mark_column)) + ":" + *cells[*mark_column];
      JW_TRY(file.add(line_of(rows->columns(), cells)));
      if (pulled.rows % static_cast<std::int64_t>(rows_between_renewals) == 0 && !alive())
        return Error(ErrorCode::cancelled, "source.stopped");
    }
    JW_TRY(file.flush());
    pulled.digest = file.digest();
    return pulled;
  }

  Result<bool> tell_nothing(const Source& source, const Load& load, const storage::Write& moved) {
    Run run;
    run.id = load.run;
    run.source = source.id;
    run.started_at = parts_.clock.now();
    run.finished_at = run.started_at;
    run.outcome = Outcome::nothing;
    run.detail = load.detail;
    run.items = load.items;
    storage::Change change;
    change.origin = storage::Origin::hub;
    change.writes.push_back(add_run(run));
    change.writes.push_back(moved);
    change.writes.push_back(
        {&sql::source_took,
         {source.id.value, to_micros(run.started_at), std::int64_t{0}, std::int64_t{0}, std::int64_t{0}},
         1});
    auto committed = parts_.store.commit(std::move(change));
    if (!committed) return std::move(committed).error();
    return false;
  }

  // A wish that failed is answered too: the next one comes with the schedule.
  Result<void> tell_failure(const Source& source, const Error& why) {
    Run run;
    JW_ASSIGN(run.id, fresh_run(parts_));
    run.source = source.id;
    run.started_at = parts_.clock.now();
    run.finished_at = run.started_at;
    run.outcome = Outcome::failed;
    run.detail = std::string(name_of(source.kind));
    run.error = why;
    storage::Change change;
    change.origin = storage::Origin::hub;
    change.writes.push_back(add_run(run));
    change.writes.push_back(
        {&sql::run_answered, {source.id.value, to_micros(*source.wanted_at)}, std::nullopt});
    auto committed = parts_.store.commit(std::move(change));
    if (!committed) return std::move(committed).error();
    return {};
  }

  const SourceParts& parts_;
};

}  // namespace

std::unique_ptr<Intake> pull_rows(const SourceParts& parts) {
  return std::make_unique<PullIntake>(parts);
}

Result<Trial> try_pull(const SourceParts&, Kind kind, const Settings& settings) {
  JW_ASSIGN(auto rows, open_pull({kind, settings, ""}));
  std::vector<std::optional<std::string>> cells;
  JW_ASSIGN(const bool any, rows->next(cells));
  static_cast<void>(any);
  const std::string mark = text::lower_ascii(text_of(settings, "watermark"));
  bool found = mark.empty();
  for (const auto& column : rows->columns()) found = found || text::lower_ascii(column) == mark;
  if (!found) {
    return Error(ErrorCode::invalid, "source.no_mark_column")
        .with("column", text_of(settings, "watermark"))
        .at("/settings/watermark");
  }
  return Trial{rows->columns()};
}

}  // namespace jingwei::source
