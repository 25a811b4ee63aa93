// A small city with sources on one database, for the tests of this module.
#pragma once

#include <filesystem>
#include <fstream>

#include "modules/source/messages.gen.h"
#include "modules/source/source_service.h"
#include "modules/source/sql.gen.h"
#include "tests/support/ingest_world.h"

namespace jingwei::source::testing {

using jingwei::testing::must;

template <typename Backend>
class SourceWorld : public jingwei::testing::IngestWorld<Backend> {
 protected:
  using World = jingwei::testing::IngestWorld<Backend>;

  static void SetUpTestSuite() {
    World::SetUpTestSuite();
    source::register_messages();
  }

  void SetUp() override {
    World::SetUp();
    if (this->IsSkipped()) return;
    std::filesystem::create_directories(drop());
    start_sources();
  }

  void TearDown() override {
    timers_.reset();
    sources_.reset();
    World::TearDown();
  }

  std::vector<storage::Migration> migrations() const override {
    auto all = World::migrations();
    const auto own = source::sql::migrations();
    all.insert(all.end(), own.begin(), own.end());
    return all;
  }

  std::string drop() const { return this->folder_.path() + "/drop"; }

  SourceParts source_parts() {
    return {*this->node_.ingest,
            *this->node_.writes,
            this->sealer_,
            *files_,
            this->clock_,
            this->zone_,
            allowed_,
            this->folder_.path() + "/sources",
            "first"};
  }

  void start_sources() {
    sources_ = std::make_unique<SourceService>(source_parts());
    timers_ = std::make_unique<storage::TimerRunner>(*this->node_.store, this->clock_, "first");
    sources_->on_timers(*timers_);
  }

  // As after a crash: what was in memory is gone, files and rows stand.
  void restart_sources() {
    timers_.reset();
    sources_.reset();
    this->restart("first");
    start_sources();
  }

  // One round of looks, then what they handed over is loaded, then told.
  void look(std::chrono::seconds later = std::chrono::seconds{30}) {
    this->clock_.advance(later);
    sources_->step();
  }
  void load_all() {
    for (const auto& view : must(this->node_.ingest->list_batches("", BatchId(), 1'000))) {
      if (!view.batch.finished_at) must(this->node_.ingest->load(view.batch.id));
    }
    look();
  }

  SourceView add(NewSource source) { return must(sources_->add(std::move(source), "tester")); }
  SourceView add_folder(const std::string& resource = "notes", Settings more = {}) {
    NewSource source;
    source.kind = Kind::folder;
    source.title = "drop";
    source.resource = resource;
    source.settings = std::move(more);
    source.settings["path"] = drop();
    return add(std::move(source));
  }
  std::vector<Run> runs(SourceId id) { return must(sources_->list_runs(id, RunId(), 100)); }
  void put(const std::string& name, std::string_view text) { World::write(drop() + "/" + name, text); }
  bool stands(const std::string& name) const { return std::filesystem::exists(drop() + "/" + name); }
  static std::string read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }

  FileSystem* files_ = &real_file_system();
  Allowed allowed_{{this->folder_.path()}, {"127.0.0.1", "localhost"}, {"SQLite3"}};
  std::unique_ptr<SourceService> sources_;
  std::unique_ptr<storage::TimerRunner> timers_;
};

}  // namespace jingwei::source::testing
