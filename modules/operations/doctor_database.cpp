#include "modules/operations/doctor_database.h"

#include "base/limits.h"
#include "modules/catalog/catalog_service.h"
#include "modules/ingest/ingest_service.h"
#include "modules/operations/sql.gen.h"
#include "storage/snapshot.h"

namespace jingwei::operations {

namespace {

constexpr std::chrono::seconds lag_noticed{10};
constexpr std::chrono::minutes lag_wrong{10};
constexpr std::uint64_t long_log_bytes = 512ULL << 20;
constexpr std::int64_t few_connections = 5;

class DatabaseDoctor {
 public:
  DatabaseDoctor(const DoctorPlace& place, std::vector<Finding>& findings)
      : place_(place), findings_(findings) {}

  DatabaseFacts run() {
    auto opened = place_.store == "embedded"
                      ? storage::open_embedded_snapshot(place_.data_folder)
                      : storage::open_postgres_snapshot(place_.store, std::chrono::milliseconds{0});
    if (!opened) {
      add(FindingState::wrong, "database", opened.error().message, opened.error().arguments,
          "doctor.advice.database_unreachable");
      return facts_;
    }
    snapshot_ = std::move(*opened);
    facts_.readable = true;
    look_at_versions();
    look_at_tables();
    look_at_feed();
    look_at_batches();
    if (snapshot_->dialect() == storage::Dialect::postgres) {
      look_at_server();
    } else {
      look_at_log();
    }
    return std::move(facts_);
  }

 private:
  using Arguments = std::vector<std::pair<std::string, std::string>>;
  void add(FindingState state, std::string_view about, std::string id, Arguments arguments = {},
           std::string advice = {}) {
    findings_.push_back({state, about, std::move(id), std::move(arguments), std::move(advice)});
  }

  // False when the question could not be asked, which is told once for each.
  bool ask(const storage::Statement& statement, const std::function<void(const storage::Row&)>& row) {
    const auto asked = snapshot_->query(statement.text(snapshot_->dialect()), row);
    if (!asked)
      add(FindingState::notice, "database", "doctor.not_asked", {{"what", statement.name}},
          "doctor.advice.not_asked");
    return asked.ok();
  }

  void look_at_versions() {
    std::string engine;
    facts_.asked_at = place_.clock.now();
    ask(sql::engine_version, [&](const storage::Row& row) {
      engine = row.text(0);
      if (row.integer(1) > 0) facts_.database_clock = from_micros(row.integer(1));
    });
    std::map<std::string, std::int64_t> landed, known;
    if (!ask(sql::landed_steps, [&](const storage::Row& row) {
          landed[std::string(row.text(0))] = std::max(landed[std::string(row.text(0))], row.integer(1));
        }))
      return;
    for (const auto& step : place_.steps)
      known[step.module] = std::max<std::int64_t>(known[step.module], step.number);
    std::int64_t waiting = 0;
    for (const auto& [module, number] : known) waiting += std::max<std::int64_t>(0, number - landed[module]);
    for (const auto& [module, number] : landed) {
      const bool of_packages = module.find('.') != std::string::npos;
      if (of_packages || number <= known[module]) continue;
      return add(FindingState::wrong, "versions", "storage.newer",
                 {{"module", module}, {"number", std::to_string(number)}}, "doctor.advice.newer");
    }
    if (waiting > 0) {
      add(FindingState::notice, "versions", "doctor.steps_waiting",
          {{"count", std::to_string(waiting)}, {"engine", engine}}, "doctor.advice.steps_waiting");
    } else {
      add(FindingState::fine, "versions", "doctor.store", {{"store", engine}});
    }
  }

  // Every resource's table stands with the columns its shape names.
  void look_at_tables() {
    auto described = snapshot_->tables();
    if (!described) {
      return add(FindingState::wrong, "versions", described.error().message, described.error().arguments,
                 "doctor.advice.tables_differ");
    }
    std::map<std::string, std::set<std::string>> tables;
    for (const auto& table : *described) {
      for (const auto& column : table.columns) tables[table.name].insert(column.name);
    }
    if (!tables.contains("resource_table")) return;
    std::int64_t looked_at = 0;
    bool good = true;
    ask(sql::record_tables, [&](const storage::Row& row) {
      ++looked_at;
      const auto shape = catalog::parse_shape(row.text(1));
      catalog::Resource resource;
      resource.id = row.text(0);
      const std::string name = shape ? catalog::table_name(resource, shape->table_version) : resource.id;
      std::string missing = shape && tables.contains(name) ? "" : "*";
      if (missing.empty()) {
        for (const auto& column : shape->columns) {
          if (!tables[name].contains(column.name)) missing = column.name;
        }
      }
      if (missing.empty()) return;
      good = false;
      add(FindingState::wrong, "versions", "doctor.tables_differ", {{"table", name}, {"column", missing}},
          "doctor.advice.tables_differ");
    });
    if (good) add(FindingState::fine, "versions", "doctor.tables", {{"count", std::to_string(looked_at)}});
  }

  void look_at_feed() {
    ask(sql::newest_event,
        [&](const storage::Row& row) { facts_.newest_event = from_micros(row.integer(0)); });
    bool good = true;
    std::int64_t consumers = 0;
    ask(sql::consumers_behind, [&](const storage::Row& row) {
      ++consumers;
      const std::int64_t behind = row.integer(1);
      if (behind == 0) return;
      const auto late = place_.clock.now() - from_micros(row.integer(2));
      if (late < lag_noticed) return;
      good = false;
      const bool wrong = place_.serving && late > lag_wrong;
      add(wrong ? FindingState::wrong : FindingState::notice, "feed", "doctor.consumer_behind",
          {{"consumer", std::string(row.text(0))},
           {"events", std::to_string(behind)},
           {"seconds", std::to_string(std::chrono::duration_cast<std::chrono::seconds>(late).count())}},
          place_.serving ? "doctor.advice.consumer_behind" : "doctor.advice.start_serving");
    });
    if (good)
      add(FindingState::fine, "feed", "doctor.feed",
          {{"count", std::to_string(consumers)}, {"position", snapshot_->position().to_string()}});
  }

  void look_at_batches() {
    std::int64_t waiting = 0, running = 0, interrupted = 0, failed = 0;
    const std::int64_t now_us = to_micros(place_.clock.now());
    const bool asked = ask(sql::unfinished_batches, [&](const storage::Row& row) {
      if (row.text(1) == "failed") {
        ++failed;
        return;
      }
      facts_.wanted_files.insert(std::string(row.text(0)) + ".upload");
      if (row.text(1) == "queued") {
        ++waiting;
      } else if (row.integer(2) < now_us) {
        ++interrupted;
      } else {
        ++running;
      }
    });
    std::int64_t uploads = 0;
    const bool asked_uploads = ask(sql::open_uploads, [&](const storage::Row& row) {
      ++uploads;
      facts_.wanted_files.insert(std::string(row.text(0)) + ".pieces");
    });
    if (!asked || !asked_uploads) {
      facts_.readable = false;  // so that no file is called a leftover
      return;
    }
    const Arguments counts = {{"waiting", std::to_string(waiting)},
                              {"running", std::to_string(running)},
                              {"uploads", std::to_string(uploads)}};
    const bool stuck = waiting > 0 && !place_.serving;
    add(stuck ? FindingState::notice : FindingState::fine, "batches", "doctor.batches", counts,
        stuck ? "doctor.advice.start_serving" : "");
    if (interrupted > 0)
      add(FindingState::notice, "batches", "doctor.batches_interrupted",
          {{"count", std::to_string(interrupted)}},
          place_.serving ? "doctor.advice.batches_interrupted" : "doctor.advice.start_serving");
    if (failed > 0)
      add(FindingState::notice, "batches", "doctor.batches_failed", {{"count", std::to_string(failed)}},
          "doctor.advice.batches_failed");
  }

  void look_at_server() {
    bool good = true;
    ask(sql::losing_settings, [&](const storage::Row& row) {
      // Our own connections ask for synchronous commits themselves.
      const bool ours_anyway = row.text(0) == "synchronous_commit";
      good = false;
      add(ours_anyway ? FindingState::notice : FindingState::wrong, "database", "doctor.losing_setting",
          {{"setting", std::string(row.text(0))}}, "doctor.advice.losing_setting");
    });
    ask(sql::long_transactions, [&](const storage::Row& row) {
      good = false;
      add(FindingState::wrong, "database", "doctor.long_transaction",
          {{"pid", std::string(row.text(0))},
           {"who", std::string(row.text(1))},
           {"seconds", std::string(row.text(2))}},
          "doctor.advice.long_transaction");
    });
    ask(sql::connections_left, [&](const storage::Row& row) {
      if (row.integer(0) >= few_connections) return;
      good = false;
      add(FindingState::notice, "database", "doctor.few_connections",
          {{"count", std::to_string(row.integer(0))}}, "doctor.advice.few_connections");
    });
    if (good) add(FindingState::fine, "database", "doctor.database_safe");
  }

  // A log that long is held by a reader that does not end, or by a disk that cannot keep up.
  void look_at_log() {
    auto log = place_.files.open(place_.data_folder + "/jingwei.db-wal", OpenMode::read);
    if (!log) return;
    const auto size = (*log)->size();
    if (!size || *size < long_log_bytes) return;
    add(FindingState::notice, "database", "doctor.long_log", {{"size", std::to_string(*size >> 20)}},
        "doctor.advice.long_log");
  }

  const DoctorPlace& place_;
  std::vector<Finding>& findings_;
  std::unique_ptr<storage::Snapshot> snapshot_;
  DatabaseFacts facts_;
};

}  // namespace

DatabaseFacts examine_database(const DoctorPlace& place, std::vector<Finding>& findings) {
  return DatabaseDoctor(place, findings).run();
}

}  // namespace jingwei::operations
